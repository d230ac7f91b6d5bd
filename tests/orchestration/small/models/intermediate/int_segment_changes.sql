select
    null::varchar as customer_id, null::varchar as dimension, null::varchar as segment, null::varchar as definition,
    null::varchar as change, null::date as changed_on, null::varchar as rule, null::varchar as rule_version,
    null::varchar as value, null::varchar as because, null::bigint as entered_version, null::bigint as version
where false
