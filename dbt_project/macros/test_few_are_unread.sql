{#- Fails for each stream of which more than var unread_limit could not be read, measured by what was landed. -#}
{% test few_are_unread(model) %}

with unread as (

    select
        source,
        stream,
        count(distinct record_id) as count_of_unread
    from {{ model }}
    group by source, stream

),

landed as (

    select
        source,
        stream,
        sum(landed) as count_of_landed
    from {{ source('landing', 'batches') }}
    group by source, stream

)

select
    unread.source,
    unread.stream,
    unread.count_of_unread,
    landed.count_of_landed
from unread
left join landed
    on
        unread.source = landed.source
        and unread.stream = landed.stream
where unread.count_of_unread > {{ var('unread_limit') }} * coalesce(landed.count_of_landed, 0)

{% endtest %}
