with source as (

    {{ latest('salesforce', 'accounts', ['IsPersonAccount', 'PersonContactId']) }}

)

select
    {{ global_id('record_id') }} as person_account_id,
    source,
    record_id as source_id,
    is_deleted,
    {{ global_id('r.PersonContactId') }} as contact_id
from source
where {{ as_flag('r.IsPersonAccount') }}
