{{ union_of('list_members', 'list_member_id') }}
