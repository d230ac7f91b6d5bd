{{ mapped_entity('list_members', 'list_member_id') }}
