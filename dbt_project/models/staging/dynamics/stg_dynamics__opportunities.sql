-- The state (0 open, 1 won, 2 lost) is fixed by Dynamics; the status beneath it is the user's own and says why. What
-- came in counts for a deal that was won; a lost one has an actual revenue of 0, and was worth the estimate.
with source as (

    {{ latest('dynamics', 'opportunities', [
        'name', '_parentcontactid_value', '_parentaccountid_value', choice_label('salesstagecode'), 'salesstagecode',
        'stepname', 'estimatedvalue', 'actualvalue', '_transactioncurrencyid_value', 'closeprobability',
        '_ownerid_value', 'estimatedclosedate', 'actualclosedate', 'statecode', choice_label('statuscode'),
        'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as deal_id,
        source,
        record_id as source_id,
        {{ utc('r.createdon') }} as created_at,
        coalesce({{ utc('r.modifiedon') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.name') }} as name,
        {{ global_id('r._parentcontactid_value') }} as contact_id,
        {{ global_id('r._parentaccountid_value') }} as company_id,
        {{ nullif_blank('r.stepname') }} as stage,
        coalesce({{ nullif_blank('r.stepname') }}, {{ nullif_blank(label_of('salesstagecode')) }}) as stage_label,
        {{ as_whole('r.salesstagecode') }} as stage_order,
        coalesce(
            case when r.statecode = '1' then {{ as_decimal('r.actualvalue') }} end,
            {{ as_decimal('r.estimatedvalue') }},
            {{ as_decimal('r.actualvalue') }}
        ) as amount,
        {{ nullif_blank('r._transactioncurrencyid_value') }} as transaction_currency_id,
        {{ quotient(as_decimal('r.closeprobability'), '100') }} as probability,
        {{ global_id('r._ownerid_value') }} as owner_id,
        case when r.statecode = '0' then {{ utc('r.estimatedclosedate') }} end as expected_close_at,
        case when r.statecode in ('1', '2') then {{ utc('r.actualclosedate') }} end as closed_at,
        r.statecode in ('1', '2') as is_closed,
        r.statecode = '1' as is_won,
        case when r.statecode = '2' then {{ nullif_blank(label_of('statuscode')) }} end as lost_reason,
        {{ unread(
            times=['r.createdon', 'r.modifiedon', 'r.estimatedclosedate', 'r.actualclosedate'],
            decimals=['r.estimatedvalue', 'r.actualvalue', 'r.closeprobability'],
            wholes=['r.salesstagecode']
        ) }} as parse_errors
    from source

)

select * from renamed
