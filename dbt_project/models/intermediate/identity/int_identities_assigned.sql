{{ config(materialized='incremental', incremental_strategy='of_regrouped', unique_key='contact_id') }}
{{ ids_assigned(
    source('ledger', 'customer_ids'), ref('int_identities_unioned'), ref('int_identities_regrouped'),
    ref('int_customer_ids_claimed'), ref('int_customer_ids_proposed'), 'customer_id', 'contact_id'
) }}
