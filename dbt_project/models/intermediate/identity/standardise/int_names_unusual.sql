-- Most names are plain words: only these are read by a library (int_names_parsed).
with contacts as (

    {{ contacts_lettered() }}

),

names as (
    {% for field in ['first_name', 'last_name', 'full_name'] %}
    select
        '{{ field }}' as field,
        {{ field }} as name,
        characters_of
    from contacts
    where {{ field }} is not null
    {{ 'union' if not loop.last }}
    {%- endfor %}

),

words as (

    select
        field,
        name,
        characters_of,
        {{ matches('name', '[^\\p{Latin}\\p{Common}\\p{Inherited}]|[\\x{FF21}-\\x{FF5A}]') }} as is_foreign,
        {{ each() }}(split({{ name_key('name') }}, ' ')) as word
    from names

)

select distinct
    words.field,
    words.name,
    words.characters_of,
    words.is_foreign
from words
left join {{ ref('int_name_titles') }} as titular
    on words.word = titular.word
where
    words.is_foreign
    or titular.word is not null
