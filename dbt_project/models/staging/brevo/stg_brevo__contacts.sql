{#- Attributes are called as whoever made the account called them: these are the names that Brevo gives itself, in
    English and French, and those of its documentation. Numbers begin with their country's code, whether or not a +
    stands before it. Who is not refused has said nothing; a double opt-in is a yes. -#}
{% set a = 'r.attributes' %}
{% set first_name = "coalesce(" ~ nullif_blank(a ~ '.FIRSTNAME') ~ ", " ~ nullif_blank(a ~ '.FNAME') ~ ", "
    ~ nullif_blank(a ~ '.PRENOM') ~ ")" %}
{% set last_name = "coalesce(" ~ nullif_blank(a ~ '.LASTNAME') ~ ", " ~ nullif_blank(a ~ '.LNAME') ~ ", "
    ~ nullif_blank(a ~ '.NOM') ~ ")" %}
with source as (

    {{ latest('brevo', 'contacts', {
        'email': 'text', 'emailBlacklisted': 'text', 'smsBlacklisted': 'text', 'createdAt': 'text', 'modifiedAt': 'text',
        'attributes': ['FIRSTNAME', 'FNAME', 'PRENOM', 'LASTNAME', 'LNAME', 'NOM', 'SMS', 'DOUBLE_OPT-IN']
    }) }}

),

told as (

    select
        *,
        {{ first_name }} as first_name,
        {{ last_name }} as last_name,
        {{ nullif_blank(a ~ '.SMS') }} as sms
    from source

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.createdAt') }} as created_at,
    coalesce({{ utc('r.modifiedAt') }}, changed_at) as updated_at,
    is_deleted,
    {{ nullif_blank("concat_ws(' ', first_name, last_name)") }} as full_name,
    first_name,
    last_name,
    lower({{ nullif_blank('r.email') }}) as email,
    case when {{ matches('sms', '^[1-9][0-9]+$') }} then '+' || sms else sms end as mobile_phone,
    case
        when {{ as_flag('r.emailBlacklisted') }} then false
        when {{ as_flag(a ~ "['DOUBLE_OPT-IN']") }} then true
    end as email_consent,
    {{ refusal('r.smsBlacklisted') }} as sms_consent,
    {{ unread(times=['r.createdAt', 'r.modifiedAt']) }} as parse_errors
from told
