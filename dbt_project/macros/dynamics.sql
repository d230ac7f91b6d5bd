{#- What Dynamics 365's staging models share. -#}

{#- The name of the annotation that says which table a lookup leads to. -#}
{% macro looked_up(name) %}{% do return(name ~ '@Microsoft.Dynamics.CRM.lookuplogicalname') %}{% endmacro %}

{#- A lookup to a customer, which is a contact or an account: the record's id, where it is of that kind. -#}
{% macro dynamics_customer(kind) -%}
    case when r['{{ crm360.looked_up('_customerid_value') }}'] = '{{ kind }}' then {{ crm360.global_id('r._customerid_value') }} end
{%- endmacro %}

{#- The rows of a model with the ISO code of their currency. One that is not known any more becomes XXX, which no exchange
    rate has: it must not pass as the base currency. -#}
{% macro dynamics_priced(model) -%}
select
    priced.*,
    coalesce(
        currencies.currency,
        case when priced.transaction_currency_id is not null then 'XXX' end
    ) as currency
from {{ ref(model) }} as priced
left join {{ ref('stg_dynamics__transactioncurrencies') }} as currencies
    on
        priced.source = currencies.source
        and priced.transaction_currency_id = currencies.transaction_currency_id
{%- endmacro %}

{#- One stream of activities. `kind` and `channel` are words, `happened_at` and `is_touch` expressions over r, of which
    `times` are the fields read beside those that all activities have; `texts` are further ones. -#}
{% macro dynamics_activities(stream, kind, channel, happened_at, is_touch, times=[], texts=[]) -%}
{%- set of_all = ['createdon', 'modifiedon', 'scheduledstart', 'scheduledend', 'actualstart', 'actualend'] -%}
{%- set moments = [] -%}
{%- for field in of_all + times -%}{% do moments.append('r.' ~ field) %}{%- endfor -%}
{%- set shape = {'parties': {'each': ['role', 'kind', 'id', 'address']}} -%}
{%- for field in ['subject', 'statecode', 'statuscode'] + of_all + times + texts -%}{% do shape.update({field: 'text'}) %}{%- endfor -%}
with source as (

    {{ crm360.latest('dynamics', stream, shape) }}

),

renamed as (

    select
        {{ crm360.global_id("'" ~ stream ~ "/' || record_id") }} as activity_id,
        source,
        record_id as source_id,
        {{ crm360.utc('r.createdon') }} as created_at,
        coalesce({{ crm360.utc('r.modifiedon') }}, changed_at) as updated_at,
        is_deleted,
        r.parties,
        '{{ kind }}' as kind,
        '{{ channel }}' as channel,
        {% if 'directioncode' in texts -%}
        case {{ crm360.as_flag('r.directioncode') }} when true then 'outbound' when false then 'inbound' end as direction,
        {%- else -%}
        cast(null as string) as direction,
        {%- endif %}
        {% if 'phonenumber' in texts -%}
        {{ crm360.nullif_blank('r.phonenumber') }} as phone,
        {%- else -%}
        cast(null as string) as phone,
        {%- endif %}
        {{ crm360.nullif_blank('r.subject') }} as subject,
        coalesce({{ is_touch }}, false) as is_touch,
        {{ happened_at }} as happened_at,
        {{ crm360.unread(times=moments) }} as parse_errors
    from source

)

select * from renamed
{%- endmacro %}
