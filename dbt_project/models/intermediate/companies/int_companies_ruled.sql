-- The rules by which two records are one company: the first that holds decides, and its place is its rank, 0 where none
-- links them. The surest come first; beneath them stands what contradicts every weaker rule.
{%- set rules = [
    ('same domain', "domains = 'same' and names = 'same'", 2),
    ('same domain', "domains = 'same' and names = 'near'", 3),
    ('same address', "places = 'address' and names = 'same'", 4),
    ('same domain', "domains = 'same' and names = 'beginning'", 5),
    ('same phone', "is_phone_shared and names = 'same'", 7),
    ('same domain', "domains = 'same' and names = 'missing'", 10),
    (none, "domains = 'differ'", 0),
    ('same address', "places = 'address' and names = 'near'", 6),
    (none, "places = 'differ'", 0),
    ('same phone', "is_phone_shared and names = 'near'", 8),
    ('same name', "is_name_shared and places = 'place'", 9),
    ('same name', 'is_name_shared', 11)
] %}
select
    number_a,
    number_b,
    agreement as evidence,
    case
        {%- for _, holds, rank in rules %}
        when {{ holds }} then {{ rank }}
        {%- endfor %}
        else 0
    end as rank,
    case
        {%- for rule, holds, _ in rules %}
        when {{ holds }} then {{ quoted(rule) if rule else 'null' }}
        {%- endfor %}
    end as rule,
    rank = 0 and 'differ' in (names, domains, places) as is_contradicted
from {{ ref('int_companies_compared') }}
