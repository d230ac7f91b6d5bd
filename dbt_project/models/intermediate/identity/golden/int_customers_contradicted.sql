-- One row per customer and personal field of which the records say two things, with two records that do: one person has
-- one first name, birth date, gender and number. Short forms and slips of a name are no other name.
with

records as (

    select
        described.*,
        assigned.customer_id
    from {{ ref('int_contact_term_frequencies') }} as described
    inner join {{ ref('int_customer_ids_assigned') }} as assigned
        on described.contact_id = assigned.contact_id

),

decided as (

    {{ pairs_decided(ref('int_decisions_numbered')) }}

),

compared as (

    select
        a.customer_id,
        least(a.contact_id, b.contact_id) as contact_id_a,
        greatest(a.contact_id, b.contact_id) as contact_id_b,
        {{ name_levels() }},
        {{ number_level() }} as number_level,
        a.birth_text <> b.birth_text as has_two_births,
        a.gender <> b.gender as has_two_genders
    from records as a
    inner join records as b
        on
            a.customer_id = b.customer_id
            and a.record_number < b.record_number
    left join decided
        on
            a.record_number = decided.number_a
            and b.record_number = decided.number_b
    where decided.number_a is null

),

pairs as (

    select
        *,
        {{ name_levels_told() }}
    from compared

)

{% for field, condition in {
    'first names': "first_level = '0'", 'birth dates': 'has_two_births', 'genders': 'has_two_genders',
    'personal numbers': "number_level = '0'"
}.items() -%}
select
    customer_id,
    '{{ field }}' as field,
    min(contact_id_a) as contact_id_a,
    min_by(contact_id_b, (contact_id_a, contact_id_b)) filter (where contact_id_b is not null) as contact_id_b
from pairs
where {{ condition }}
group by customer_id
{{ 'union all' if not loop.last }}
{% endfor %}
