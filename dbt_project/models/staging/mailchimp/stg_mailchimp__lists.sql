with source as (

    {{ latest('mailchimp', 'lists', {'name': 'text'}) }}

)

select
    {{ global_id('record_id') }} as list_id,
    source,
    is_deleted,
    {{ nullif_blank('r.name') }} as list_name
from source
