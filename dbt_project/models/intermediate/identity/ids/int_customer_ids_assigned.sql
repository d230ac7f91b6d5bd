{{ config(materialized='incremental', incremental_strategy='of_regrouped', unique_key='contact_id') }}
{{ ids_assigned(
    source('ledger', 'customer_ids'), ref('int_contacts_standardized'), ref('int_clusters_affected'), 'customer_id', 'contact_id', 'c_'
) }}
