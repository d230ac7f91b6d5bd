{#- Odoo says false where nothing is. -#}
{% macro odoo_text(field) -%}nullif({{ crm360.nullif_blank(field) }}, 'false'){%- endmacro %}

{#- Of a reference, [id, name]: the id in all sources, or the name. -#}
{% macro odoo_id(reference) -%}{{ crm360.global_id(crm360.first_of(reference)) }}{%- endmacro %}
{% macro odoo_name(reference) -%}{{ crm360.nullif_blank(crm360.second_of(reference)) }}{%- endmacro %}

{#- The rows of `renamed`, whose partner_id is a person or a company: Odoo keeps both in one list, and the partner's own flag says which. -#}
{% macro odoo_parties() -%}
select
    renamed.* {{ crm360.without('partner_id') }},
    case when companies.company_id is null then renamed.partner_id end as contact_id,
    companies.company_id
from renamed
left join (
    select distinct {{ crm360.global_id('record_id') }} as company_id
    from {{ source('odoo', 'companies') }}
    where rejected_because is null
) as companies
    on renamed.partner_id = companies.company_id
{%- endmacro %}

{#- The CTE `moves`: customer invoices or credit notes, with their parties and the order that they are of, by the name
    that the origin gives first: a move made of several orders gives all of them. -#}
{% macro odoo_moves(stream) -%}
{%- set reference = {'each': 'text'} -%}
with source as (

    {{ crm360.latest('odoo', stream, {
        'name': 'text', 'state': 'text', 'payment_state': 'text', 'partner_id': reference, 'invoice_date': 'text',
        'invoice_date_due': 'text', 'currency_id': reference, 'amount_untaxed': 'text', 'amount_tax': 'text',
        'amount_total': 'text', 'amount_residual': 'text', 'invoice_origin': 'text', 'reversed_entry_id': reference,
        'create_date': 'text', 'write_date': 'text'
    }) }}

),

dated as (

    select
        *,
        {{ crm360.odoo_text('r.invoice_date') }} as invoice_date,
        {{ crm360.odoo_text('r.invoice_date_due') }} as invoice_date_due
    from source

),

renamed as (

    select
        {{ crm360.global_id('record_id') }} as move_id,
        source,
        record_id as source_id,
        {{ crm360.utc(crm360.odoo_text('r.create_date')) }} as created_at,
        coalesce({{ crm360.utc(crm360.odoo_text('r.write_date')) }}, changed_at) as updated_at,
        is_deleted,
        nullif({{ crm360.odoo_text('r.name') }}, '/') as name,
        {{ crm360.odoo_id('r.partner_id') }} as partner_id,
        {{ crm360.odoo_text('r.state') }} as state,
        {{ crm360.odoo_text('r.payment_state') }} as payment_state,
        {{ crm360.utc('invoice_date') }} as issued_at,
        {{ crm360.utc('invoice_date_due') }} as due_at,
        {{ crm360.as_currency(crm360.odoo_name('r.currency_id')) }} as currency,
        {{ crm360.as_decimal('r.amount_untaxed') }} as untaxed_amount,
        {{ crm360.as_decimal('r.amount_tax') }} as tax_amount,
        {{ crm360.as_decimal('r.amount_total') }} as total_amount,
        {{ crm360.as_decimal('r.amount_residual') }} as residual_amount,
        trim(split_part({{ crm360.odoo_text('r.invoice_origin') }}, ',', 1)) as order_name,
        {{ crm360.odoo_id('r.reversed_entry_id') }} as reversed_id,
        {{ crm360.unread(
            times=['r.create_date', 'r.write_date', 'invoice_date', 'invoice_date_due'],
            decimals=['r.amount_untaxed', 'r.amount_tax', 'r.amount_total', 'r.amount_residual']
        ) }} as parse_errors
    from dated

),

parties as (

    {{ crm360.odoo_parties() }}

),

named_orders as (

    select
        source,
        name,
        min(order_id) as order_id
    from (
        select
            source,
            name,
            order_id,
            is_deleted
        from {{ ref('stg_odoo__orders') }}
        union all
        select
            source,
            name,
            order_id,
            is_deleted
        from {{ ref('stg_odoo__pos_orders') }}
    ) as sold
    where not is_deleted
    group by source, name

),

moves as (

    select
        parties.*,
        named_orders.order_id
    from parties
    left join named_orders
        on
            parties.source = named_orders.source
            and parties.order_name = named_orders.name

)
{%- endmacro %}
