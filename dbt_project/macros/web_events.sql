{#- Events of websites and products: what kind each is by the name that its source gives it, and addresses of pages without what
    is personal in them. Names are those of Segment's and RudderStack's e-commerce spec, of GA4's recommended and automatic events, of
    Snowplow's out-of-the-box events, PostHog's autocapture and Shopify's customer events. -#}

{#- The kinds, each with the names that mean it: in lower case, with blanks for underscores, without a $. -#}
{% macro names_of_web_events() -%}
{{ return({
    'page view': ['page', 'page view', 'pageview', 'page viewed', 'viewed page', 'screen', 'screen view', 'load webpage'],
    'form submitted': [
        'form submitted', 'form submit', 'submit form', 'submitted form', 'form submission', 'generate lead', 'lead generated'
    ],
    'cart updated': [
        'cart updated', 'product added', 'product removed', 'add to cart', 'remove from cart', 'added to cart',
        'removed from cart', 'product added to cart', 'product removed from cart', 'update cart'
    ],
    'checkout started': ['checkout started', 'begin checkout', 'start checkout', 'checkout begun', 'initiate checkout'],
    'order': [
        'order', 'order completed', 'order placed', 'purchase', 'ecommerce purchase', 'checkout completed', 'transaction', 'placed order'
    ],
    'identify': ['identify', 'identified']
}) }}
{%- endmacro %}

{#- The kind of an event by its name; 'other' for a name that means none, and where there is none. -#}
{% macro kind_of_web_event(name) -%}
    case
        {%- for kind, names in crm360.names_of_web_events().items() %}
        when replace({{ crm360.status_word(name) }}, '$', '') in (
            {%- for each in names %}{{ crm360.quoted(each) }}{{ ', ' if not loop.last }}{% endfor -%}
        ) then {{ crm360.quoted(kind) }}
        {%- endfor %}
        else 'other'
    end
{%- endmacro %}

{#- The text with [hidden] in place of what looks like an e-mail address or a telephone number, also as a URL writes it. -#}
{% macro without_addresses(text) -%}
    {{ crm360.replace_all(
        crm360.replace_all(text, '[^\\s/=&;,:?#]*(@|%40)[^\\s/?&=;,#]*', '[hidden]'), '([+]|%2[bB])[0-9][0-9 ().-]{6,}', '[hidden]'
    ) }}
{%- endmacro %}

{#- The address of a page without who logs in, query and fragment: these name people. -#}
{% macro page_of_url(url) -%}
    {{ crm360.without_addresses(crm360.replace_all(crm360.replace_all(url, '[?#].*$', ''), '://[^/@]*@', '://')) }}
{%- endmacro %}

{#- The path of a page by its URL, from its first slash on. -#}
{% macro path_of_url(url) -%}
    coalesce(nullif({{ crm360.replace_all(crm360.page_of_url(url), '^([a-zA-Z][a-zA-Z0-9.+-]*:)?//[^/]*', '') }}, ''), case when {{ url }} is not null then '/' end)
{%- endmacro %}

{#- Web events of files and tables: the kind by the name where the mapping does not say it, what campaign brought the visitor from the
    URL where no field says it, the user's id in the source that gives it, and nothing personal in what is told of pages. -#}
{% macro mapped_web_events() -%}
    {%- set made = ['user_id', 'event', 'event_name', 'page_url', 'page_path', 'page_title', 'referrer', 'product'] -%}
    {%- set campaign = ['source', 'medium', 'campaign', 'content', 'term'] -%}
    select
        {%- for column in crm360.columns_of('web_events', 'web_event_id') if column not in made and not column.startswith('utm_') %}
        {{ column }},
        {%- endfor %}
        case
            when user_source is not null then user_source || substring(user_id, length(source) + 1)
            else user_id
        end as user_id,
        coalesce(event, {{ crm360.kind_of_web_event('event_name') }}) as event,
        {%- for column in ['event_name', 'page_title', 'product'] %}
        {{ crm360.without_addresses(column) }} as {{ column }},
        {%- endfor %}
        {%- for column in ['page_url', 'referrer'] %}
        {{ crm360.page_of_url(column) }} as {{ column }},
        {%- endfor %}
        coalesce({{ crm360.path_of_url('page_path') }}, {{ crm360.path_of_url('page_url') }}) as page_path,
        {%- for field in campaign %}
        {{ crm360.without_addresses('coalesce(utm_' ~ field ~ ', ' ~ crm360.query_value('page_url', 'utm_' ~ field) ~ ')') }} as utm_{{ field }},
        {%- endfor %}
        unknown_event,
        unknown_has_consented,
        stream,
        parse_errors
    from ({{ crm360.mapped_entity('web_events', 'web_event_id') }}) as told
{%- endmacro %}

{#- Telephone numbers (E.164) of which all records are one customer's, with that customer and one of the records. -#}
{% macro owners_of_numbers() %}
    select
        contact_point as phone_key,
        min(contact_id) as contact_id,
        min(customer_id) as customer_id
    from {{ ref('int_contact_points_listed') }}
    where
        kind <> 'email'
        and is_valid
    group by contact_point
    having count(distinct customer_id) = 1
{% endmacro %}

{#- E-mail addresses of which all records are one customer's, with that customer and one of the records: a shared mailbox says nothing
    about who wrote or clicked. -#}
{% macro owners_of_addresses() %}
    select
        lower(contacts.email) as email,
        min(contacts.contact_id) as contact_id,
        min(resolved.customer_id) as customer_id
    from {{ ref('int_contacts_unioned') }} as contacts
    inner join {{ ref('int_contacts_resolved') }} as resolved
        on contacts.contact_id = resolved.contact_id
    where not contacts.is_deleted
    group by lower(contacts.email)
    having count(distinct resolved.customer_id) = 1
{% endmacro %}
