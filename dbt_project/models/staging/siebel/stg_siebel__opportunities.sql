-- Stages are the customer's own words: one that says "won" or "lost" or "closed" is closed.
with source as (

    {{ latest('siebel', 'opportunities', [
        'Name', 'Key Contact Id', 'Account Id', 'Sales Stage', 'Primary Revenue Amount',
        'Primary Revenue Currency Code', 'Primary Revenue Win Probability', 'Primary Revenue Close Date',
        'Reason Won Lost', 'Created'
    ]) }}

),

staged as (

    select
        *,
        {{ iso_of_us('r.Created') }} as created,
        {{ iso_of_us("r['Primary Revenue Close Date']") }} as closes,
        r['Primary Revenue Amount'] as revenue_amount,
        r['Primary Revenue Win Probability'] as win_probability,
        {{ matches("lower(r['Sales Stage'])", '\\b(closed|won|lost)\\b') }} as is_closed,
        {{ matches("lower(r['Sales Stage'])", '\\bwon\\b') }} as is_won
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as deal_id,
        source,
        record_id as source_id,
        {{ utc_of_source('created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ nullif_blank('r.Name') }} as name,
        {{ global_id("r['Key Contact Id']") }} as contact_id,
        {{ global_id("r['Account Id']") }} as company_id,
        {{ nullif_blank("r['Sales Stage']") }} as stage,
        {{ nullif_blank("r['Sales Stage']") }} as stage_label,
        {{ as_decimal('revenue_amount') }} as amount,
        {{ as_currency("r['Primary Revenue Currency Code']") }} as currency,
        {{ quotient(as_decimal('win_probability'), '100') }} as probability,
        case when not is_closed then {{ utc('closes') }} end as expected_close_at,
        case when is_closed then {{ utc('closes') }} end as closed_at,
        is_closed,
        is_won,
        {{ nullif_blank("r['Reason Won Lost']") }} as lost_reason,
        {{ unread(times=['created', 'closes'], decimals=['revenue_amount', 'win_probability']) }} as parse_errors
    from staged

)

select * from renamed
