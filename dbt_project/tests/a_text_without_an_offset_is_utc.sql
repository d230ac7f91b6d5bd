-- dbt's own session is on UTC, whatever the machine's time zone: a text without an offset is not read as local time.
select 1 as found
where
    cast({{ utc("'2026-11-01 01:30:00'") }} as {{ dbt.type_string() }}) <> '2026-11-01 01:30:00'
    or cast({{ utc("'2026-11-01T01:30:00-04:00'") }} as {{ dbt.type_string() }}) <> '2026-11-01 05:30:00'
