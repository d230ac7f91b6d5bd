with source as (

    {{ latest('siebel', 'service_requests', [
        'Contact Id', 'Account Id', 'Abstract', 'Status', 'Priority', 'SR Type', 'Source', 'Closed Date', 'Created'
    ]) }}

),

dated as (

    select
        *,
        {{ iso_of_us('r.Created') }} as created,
        {{ iso_of_us("r['Closed Date']") }} as closed
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as ticket_id,
        source,
        record_id as source_id,
        {{ utc_of_source('created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id("r['Contact Id']") }} as contact_id,
        {{ global_id("r['Account Id']") }} as company_id,
        {{ nullif_blank('r.Abstract') }} as subject,
        lower({{ nullif_blank('r.Status') }}) as status,
        lower({{ nullif_blank('r.Priority') }}) as priority,
        lower({{ nullif_blank("r['SR Type']") }}) as type,
        lower({{ nullif_blank('r.Source') }}) as channel,
        {{ utc_of_source('closed') }} as solved_at,
        case when {{ nullif_blank('closed') }} is not null then true end as is_closed,
        {{ unread(times=['created', 'closed']) }} as parse_errors
    from dated

)

select * from renamed
