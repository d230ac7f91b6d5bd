-- Before the rows of the records that are read go: the blocks that these were in.
select
    keys.rule,
    keys.key,
    keys.record_number
from (
    {{ current_rows('int_blocking_keys', {'record_number': 'bigint', 'rule': 'int', 'key': fingerprint_type()}) }}
) as keys
inner join {{ ref('int_contacts_changed') }} as contacts
    on keys.record_number = contacts.record_number
