{{ config(materialized='view') }}

{{ of_charges('stg_stripe__disputes') }}
