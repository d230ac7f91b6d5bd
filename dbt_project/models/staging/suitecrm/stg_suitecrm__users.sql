{{ owners_renamed(
    'suitecrm', 'users', created='date_entered', updated='date_modified', email='email1',
    full_name="coalesce(" ~ nullif_blank('r.full_name') ~ ", " ~ nullif_blank("concat_ws(' ', r.first_name, r.last_name)")
    ~ ", r.user_name)",
    reads=['full_name', 'first_name', 'last_name', 'user_name']
) }}
