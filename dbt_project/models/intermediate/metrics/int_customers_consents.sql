-- One row per customer and channel on which something was said: what holds. A refusal that stands outweighs every
-- opt-in.
with

statements as (

    select * from {{ ref('int_consents_decided') }}
    where customer_id is not null

),

counted as (

    select
        customer_id,
        channel,
        count(*) filter (where is_given) as count_of_consents,
        count(*) filter (where not is_given and not is_lifted) as count_of_refusals,
        count(*) filter (where is_lifted) as count_of_lifted_refusals
    from statements
    group by customer_id, channel

),

decisive as (

    select * from statements
    where not is_lifted
    qualify row_number() over (
        partition by customer_id, channel
        order by
            is_given nulls last,
            is_time_stated desc,
            stated_at desc nulls last,
            contact_id nulls last,
            field nulls last,
            list_key nulls last
    ) = 1

)

select
    counted.*,
    decisive.is_given,
    {{ consent_state('decisive.is_given') }} as state,
    decisive.source,
    decisive.contact_id,
    decisive.list_id,
    decisive.field,
    decisive.stated_at,
    decisive.is_time_stated
from counted
inner join decisive
    on
        counted.customer_id = decisive.customer_id
        and counted.channel = decisive.channel
