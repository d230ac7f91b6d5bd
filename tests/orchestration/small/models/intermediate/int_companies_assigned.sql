select 'a' as source, 'b' as source_id, 'c' as account_id where false
