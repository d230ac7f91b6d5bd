{#- The shape of each entity that a file or a database can be mapped to: column → type, beyond the columns that every
    entity has. A column whose name ends in `_id` refers to another record of the same source. -#}
{% macro shapes() %}
{% do return({
    'contacts': {
        'full_name': 'string', 'first_name': 'string', 'last_name': 'string', 'email': 'string',
        'other_emails': 'string', 'phone': 'string', 'mobile_phone': 'string', 'work_phone': 'string', 'home_phone': 'string', 'company_name': 'string',
        'company_id': 'string', 'job_title': 'string', 'street': 'string', 'city': 'string', 'region': 'string',
        'postal_code': 'string', 'country': 'string', 'birth_date': 'date', 'person_number': 'string', 'gender': 'string', 'language': 'string',
        'linkedin_url': 'string', 'twitter_handle': 'string', 'interests': 'string', 'lead_source': 'string',
        'lead_direction': 'string', 'lead_status': 'string', 'rejection_reason': 'string',
        'lifecycle_stage': 'string', 'owner_id': 'string', 'email_consent': 'boolean', 'sms_consent': 'boolean',
        'phone_consent': 'boolean', 'consent_at': 'timestamp', 'email_opt_out': 'boolean', 'sms_opt_out': 'boolean',
        'phone_opt_out': 'boolean', 'consent_list_id': 'string'
    },
    'companies': {
        'name': 'string', 'domain': 'string', 'industry': 'string', 'size': 'bigint', 'revenue': 'decimal(18,4)',
        'city': 'string', 'country': 'string', 'street': 'string', 'postal_code': 'string', 'phone': 'string'
    },
    'deals': {
        'name': 'string', 'contact_id': 'string', 'company_id': 'string', 'pipeline': 'string', 'stage': 'string',
        'stage_label': 'string', 'stage_order': 'bigint', 'amount': 'decimal(18,4)', 'currency': 'string',
        'probability': 'decimal(18,4)', 'owner_id': 'string', 'expected_close_at': 'timestamp',
        'closed_at': 'timestamp', 'is_closed': 'boolean', 'is_won': 'boolean', 'lost_reason': 'string'
    },
    'deal_stages': {
        'deal_id': 'string', 'pipeline': 'string', 'stage': 'string', 'stage_label': 'string',
        'stage_order': 'bigint', 'entered_at': 'timestamp'
    },
    'deal_lines': {
        'deal_id': 'string', 'product_id': 'string', 'sku': 'string', 'description': 'string', 'category': 'string',
        'quantity': 'decimal(18,4)', 'unit_price': 'decimal(18,4)', 'discount_amount': 'decimal(18,4)',
        'line_amount': 'decimal(18,4)', 'currency': 'string', 'billing_interval': 'string',
        'billing_interval_count': 'bigint'
    },
    'quotes': {
        'name': 'string', 'quote_number': 'string', 'deal_id': 'string', 'contact_id': 'string', 'company_id': 'string',
        'owner_id': 'string', 'status': 'string', 'quote_state': 'string', 'amount': 'decimal(18,4)', 'currency': 'string',
        'sent_at': 'timestamp', 'valid_until': 'date', 'decided_at': 'timestamp'
    },
    'orders': {
        'name': 'string', 'contact_id': 'string', 'email': 'string', 'phone': 'string', 'ordered_at': 'timestamp',
        'cancelled_at': 'timestamp', 'order_kind': 'string', 'status': 'string', 'currency': 'string',
        'discount_amount': 'decimal(18,4)', 'tax_amount': 'decimal(18,4)', 'shipping_amount': 'decimal(18,4)',
        'total_amount': 'decimal(18,4)', 'refunded_amount': 'decimal(18,4)', 'channel': 'string',
        'sales_rep': 'string', 'campaign_id': 'string', 'sale_state': 'string', 'is_money_kept': 'boolean',
        'shipping_tax_amount': 'decimal(18,4)', 'non_sales_amount': 'decimal(18,4)',
        'refunded_net_amount': 'decimal(18,4)', 'refunded_at': 'timestamp', 'company_id': 'string'
    },
    'order_lines': {
        'order_id': 'string', 'product_id': 'string', 'sku': 'string', 'description': 'string', 'category': 'string',
        'quantity': 'decimal(18,4)', 'unit_price': 'decimal(18,4)', 'discount_amount': 'decimal(18,4)',
        'line_amount': 'decimal(18,4)', 'is_gift_card': 'boolean'
    },
    'products': {
        'name': 'string', 'category': 'string', 'kind': 'string', 'features': 'string',
        'unit_price': 'decimal(18,4)', 'currency': 'string'
    },
    'campaigns': {
        'name': 'string', 'subject': 'string', 'channel': 'string', 'list_id': 'string', 'sent_at': 'timestamp',
        'count_of_sent': 'bigint', 'cost': 'decimal(18,4)', 'currency': 'string'
    },
    'campaign_costs': {
        'campaign_id': 'string', 'campaign_source': 'string', 'spent_on': 'date', 'cost': 'decimal(18,4)',
        'currency': 'string', 'count_of_impressions': 'bigint', 'count_of_ad_clicks': 'bigint',
        'count_of_results': 'decimal(18,4)'
    },
    'email_events': {
        'campaign_id': 'string', 'contact_id': 'string', 'email': 'string', 'event': 'string',
        'event_at': 'timestamp', 'url': 'string'
    },
    'tickets': {
        'contact_id': 'string', 'company_id': 'string', 'subject': 'string', 'status': 'string',
        'priority': 'string', 'type': 'string', 'channel': 'string', 'agent_id': 'string', 'team_id': 'string',
        'first_reply_minutes': 'bigint', 'solved_at': 'timestamp', 'count_of_reopens': 'bigint',
        'is_escalated': 'boolean', 'satisfaction': 'string', 'product': 'string', 'count_of_replies': 'bigint',
        'is_closed': 'boolean', 'status_changed_at': 'timestamp'
    },
    'surveys': {
        'contact_id': 'string', 'ticket_id': 'string', 'kind': 'string', 'score': 'decimal(18,4)',
        'scale_max': 'decimal(18,4)', 'comment': 'string', 'answered_at': 'timestamp'
    },
    'reviews': {
        'contact_id': 'string', 'order_id': 'string', 'order_reference': 'string', 'email': 'string',
        'author_name': 'string', 'place': 'string', 'product': 'string', 'rating': 'decimal(18,4)',
        'rating_max': 'decimal(18,4)', 'title': 'string', 'comment': 'string', 'language': 'string', 'status': 'string',
        'is_verified': 'boolean', 'reviewed_at': 'timestamp', 'replied_at': 'timestamp'
    },
    'loyalty_balances': {
        'contact_id': 'string', 'email': 'string', 'points_balance': 'decimal(18,4)', 'points_pending': 'decimal(18,4)',
        'points_spent': 'decimal(18,4)', 'tier': 'string', 'status': 'string', 'enrolled_at': 'timestamp'
    },
    'loyalty_events': {
        'contact_id': 'string', 'email': 'string', 'kind': 'string', 'points': 'decimal(18,4)',
        'description': 'string', 'happened_at': 'timestamp'
    },
    'list_members': {
        'list_id': 'string', 'list_name': 'string', 'list_kind': 'string', 'contact_id': 'string', 'email': 'string',
        'joined_at': 'timestamp', 'is_active': 'boolean'
    },
    'invoices': {
        'name': 'string', 'contact_id': 'string', 'company_id': 'string', 'order_id': 'string', 'status': 'string',
        'issued_at': 'timestamp', 'due_at': 'timestamp', 'paid_at': 'timestamp', 'currency': 'string',
        'total_amount': 'decimal(18,4)', 'paid_amount': 'decimal(18,4)', 'balance_amount': 'decimal(18,4)',
        'tax_amount': 'decimal(18,4)'
    },
    'payments': {
        'contact_id': 'string', 'invoice_id': 'string', 'order_id': 'string', 'kind': 'string', 'status': 'string',
        'method': 'string', 'email': 'string', 'paid_at': 'timestamp', 'currency': 'string',
        'amount': 'decimal(18,4)', 'net_amount': 'decimal(18,4)', 'order_reference': 'string'
    },
    'interactions': {
        'contact_id': 'string', 'email': 'string', 'phone': 'string', 'kind': 'string', 'direction': 'string',
        'channel': 'string', 'campaign_id': 'string', 'subject': 'string', 'happened_at': 'timestamp'
    },
    'subscriptions': {
        'contact_id': 'string', 'company_id': 'string', 'product_id': 'string', 'plan': 'string', 'status': 'string',
        'currency': 'string', 'amount': 'decimal(18,4)', 'billing_interval': 'string',
        'billing_interval_count': 'bigint', 'monthly_amount': 'decimal(18,4)', 'quantity': 'decimal(18,4)',
        'started_at': 'timestamp', 'trial_ends_at': 'timestamp', 'current_period_ends_at': 'timestamp',
        'cancelled_at': 'timestamp', 'ended_at': 'timestamp'
    },
    'web_events': {
        'visitor_id': 'string', 'user_id': 'string', 'user_source': 'string', 'email': 'string',
        'occurred_at': 'timestamp', 'event': 'string', 'event_name': 'string', 'page_url': 'string',
        'page_path': 'string', 'page_title': 'string', 'referrer': 'string', 'utm_source': 'string',
        'utm_medium': 'string', 'utm_campaign': 'string', 'utm_content': 'string', 'utm_term': 'string',
        'session_id': 'string', 'product': 'string', 'value': 'decimal(18,4)', 'currency': 'string', 'has_consented': 'boolean'
    },
    'tasks': {
        'contact_id': 'string', 'company_id': 'string', 'deal_id': 'string', 'reference_source': 'string',
        'email': 'string', 'company_name': 'string', 'name': 'string', 'project': 'string', 'kind': 'string',
        'status': 'string', 'priority': 'string', 'is_done': 'boolean', 'due_on': 'date', 'completed_at': 'timestamp'
    },
    'owners': {'name': 'string', 'email': 'string'}
}) %}
{% endmacro %}

{#- The fields that only a mapping has, and only models that ask for them by name: refusals, and their list. -#}
{% macro mapped_beside(entity) %}
{% set found = {} %}
{% for column, type in crm360.shapes()[entity].items()
    if entity == 'contacts' and (column.endswith('_opt_out') or column == 'consent_list_id') %}
    {% do found.update({column: type}) %}
{% endfor %}
{% do return(found) %}
{% endmacro %}

{#- All columns of an entity in order: id, source, source_id, times, is_deleted, merged_into if it can merge, own ones. -#}
{% macro columns_of(entity, id) %}
    {% set columns = {
        id: 'string', 'source': 'string', 'source_id': 'string', 'created_at': 'timestamp', 'updated_at': 'timestamp',
        'is_deleted': 'boolean'
    } %}
    {% if entity in ['contacts', 'companies'] %}{% do columns.update({'merged_into': 'string'}) %}{% endif %}
    {% for column, type in crm360.shapes()[entity].items() if column not in crm360.mapped_beside(entity) %}
        {% do columns.update({column: type}) %}
    {% endfor %}
    {% do return(columns) %}
{% endmacro %}
