select
    '' as source, '' as stream, '' as record_id, '' as parse_errors, false as is_held_back
where false
