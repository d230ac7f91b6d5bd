{{ config(materialized='view') }}

{{ dynamics_priced('stg_dynamics__opportunityproducts') }}
