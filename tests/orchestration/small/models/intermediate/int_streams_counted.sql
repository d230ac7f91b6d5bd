select
    '' as source, '' as stream, 0::bigint as count_of_live, 0::bigint as count_of_held_back
where false
