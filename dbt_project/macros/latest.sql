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
        {{ crm360.newest_versions(source(source_name, stream)) }}
    ) as newest
{%- endmacro %}

{#- The newest version of each record. Most were landed once: those need no sorting, which for millions of texts is done
    on disk. An accepted version has an id. -#}
{% macro newest_versions(relation) -%}
        {%- set several -%}
            select
                source,
                record_id
            from {{ relation }}
            where rejected_because is null
            group by source, record_id
            having count(*) > 1
        {%- endset %}
        select landed.*
        from {{ relation }} as landed
        left join ({{ several }}) as several
            on landed.source = several.source and landed.record_id = several.record_id
        where landed.rejected_because is null and several.record_id is null
        union all
        select landed.*
        from {{ relation }} as landed
        inner join ({{ several }}) as several
            on landed.source = several.source and landed.record_id = several.record_id
        where landed.rejected_because is null
        qualify row_number() over (
            partition by landed.source, landed.record_id
            order by {{ crm360.newest_first('landed.') }}
        ) = 1
{%- endmacro %}

{#- As `latest`, but a record that is gone keeps what was last known of it: of colleagues, whose deals and tickets go on
    naming them when they have left. -#}
{% macro last_known(source_name, stream, shape) -%}
    select
        source,
        record_id,
        changed_at,
        is_deleted,
        {{ crm360.open_json('record', shape) }} as r
    from (
        select
            source,
            record_id,
            changed_at,
            is_deleted,
            coalesce(record, {{ crm360.next_known('landed.record') }} over (
                partition by source, record_id order by {{ crm360.newest_first('landed.') }}
            )) as record
        from {{ source(source_name, stream) }} as landed
        where rejected_because is null
        qualify row_number() over (
            partition by source, record_id order by {{ crm360.newest_first('landed.') }}
        ) = 1
    ) as newest
{%- endmacro %}

{#- Every version of each record since it was first read, with the moment from which it is known, and whether it is the newest.
    One that is gone keeps what was last known of it. -#}
{% macro every_version(source_name, stream, shape) -%}
    select
        source,
        record_id,
        changed_at,
        is_deleted,
        known_from,
        is_newest,
        {{ crm360.open_json('record', shape) }} as r
    from (
        select
            source,
            record_id,
            changed_at,
            is_deleted,
            coalesce(changed_at, extracted_at) as known_from,
            row_number() over (
                partition by source, record_id order by {{ crm360.newest_first('landed.') }}
            ) = 1 as is_newest,
            coalesce(record, {{ crm360.next_known('landed.record') }} over (
                partition by source, record_id order by {{ crm360.newest_first('landed.') }}
            )) as record
        from {{ source(source_name, stream) }} as landed
        where rejected_because is null
        qualify row_number() over (
            partition by source, record_id, coalesce(changed_at, extracted_at) order by {{ crm360.newest_first('landed.') }}
        ) = 1
    ) as versions
{%- endmacro %}

{% macro newest_first(of='') -%}
    {{ of }}changed_at desc nulls last, {{ of }}batch_id desc, {{ of }}extracted_at desc, {{ of }}is_deleted desc, {{ of }}record desc nulls last
{%- endmacro %}
