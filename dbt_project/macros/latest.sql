{#-
    The newest version of each record of a landed stream, its JSON opened as struct `r` (see open_json).
    Newest by change, then by extraction, then by batch; the last two terms settle what is still a tie, so that the result
    never depends on the order of batches. Rejected versions do not count. A tombstone has a null `r`.
-#}
{% macro latest(source_name, stream, shape) -%}
    select
        source,
        record_id,
        changed_at,
        is_deleted,
        merged_into,
        {{ crm360.open_json('record', shape) }} as r
    from (
        select *
        from {{ source(source_name, stream) }}
        where rejected_because is null
        qualify row_number() over (
            partition by source, record_id
            order by {{ crm360.newest_first() }}
        ) = 1
    ) as newest
{%- endmacro %}

{% macro newest_first() -%}
    changed_at desc nulls last, extracted_at desc, batch_id desc, is_deleted desc, record desc nulls last
{%- endmacro %}
