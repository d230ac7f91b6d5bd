{#- SQL: the share in a purchase of one of the clicks before it, by the project's rule (var `attribution`). `from_last`: its place,
    counted from the last one; `clicks`: how many there are. Of the shares that come by position the first and the last click
    have 40 % each, those between them the rest; two have one half each. -#}
{% macro share_of_click(from_last, clicks) -%}
    {%- set rule = var('attribution') -%}
    {%- if rule == 'first' -%}
        case when {{ from_last }} = {{ clicks }} then 1 else 0 end
    {%- elif rule == 'linear' -%}
        1.0 / {{ clicks }}
    {%- elif rule == 'position' -%}
        case
            when {{ clicks }} <= 2 then 1.0 / {{ clicks }}
            when {{ from_last }} in (1, {{ clicks }}) then 0.4
            else 0.2 / ({{ clicks }} - 2)
        end
    {%- elif rule == 'last' -%}
        case when {{ from_last }} = 1 then 1 else 0 end
    {%- else -%}
        {{ exceptions.raise_compiler_error("attribution is 'last', 'first', 'linear' or 'position', not '" ~ rule ~ "'") }}
    {%- endif -%}
{%- endmacro %}

{#- What the rule is called where a purchase tells it. -#}
{% macro name_of_attribution() -%}
    {{ {'last': 'last click', 'first': 'first click', 'linear': 'all clicks alike', 'position': 'first and last click'}[var('attribution')] }}
{%- endmacro %}

{#- SQL: each purchase's parts by campaign, out of who may claim it: a campaign that a record states (without a click's time) has
    all of it, else clicks have their shares. The campaign with the largest part (of equal ones, clicked last) is the main one. -#}
{% macro parts_of_purchases(candidates) -%}
select
    transaction_id,
    campaign_id,
    attribution_rule,
    max(clicked_at) as clicked_at,
    cast(sum(share) as decimal(18, 8)) as share,
    row_number() over (
        partition by transaction_id order by sum(share) desc, max(clicked_at) desc, campaign_id nulls last
    ) = 1 as is_main
from (
    select
        *,
        case
            when not is_stated then cast({{ crm360.share_of_click('from_last', 'clicks') }} as decimal(18, 8))
            when from_last = 1 then 1
            else 0
        end as share
    from (
        select
            *,
            count(*) over (partition by transaction_id) as clicks,
            bool_or(clicked_at is null) over (partition by transaction_id) as is_stated,
            cast(row_number() over (
                partition by transaction_id
                order by clicked_at desc nulls first, campaign_id nulls last, email_event_id desc
            ) as bigint) as from_last
        from {{ candidates }}
    ) as ranked
) as shared
where share > 0
group by transaction_id, campaign_id, attribution_rule
{%- endmacro %}
