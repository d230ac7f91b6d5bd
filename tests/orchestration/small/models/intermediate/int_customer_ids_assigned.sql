{{ config(materialized='table') }}
select source, record_id as source_id, 'c-' || record_id as customer_id
from {{ source('mapped', 'contacts') }}
