{#- How a text judges, -1 to 1, by the function of customer_voice/sentiment.py; null in a language that it does not know. -#}
{% macro polarity_of(text, language="''") -%}
    cast(crm360_polarity({{ text }}, coalesce({{ language }}, '')) as decimal(18, 4))
{%- endmacro %}

{#- The same in a word. The bounds are those that the lexicon's authors give. -#}
{% macro sentiment_of(polarity) -%}
    case when {{ polarity }} >= 0.05 then 'positive' when {{ polarity }} <= -0.05 then 'negative' when {{ polarity }} is not null then 'neutral' end
{%- endmacro %}
