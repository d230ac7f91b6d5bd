{#- Costs of files and tables: a campaign is named by its id, or its name, in the source that has it (`campaign_source`). -#}
{% macro mapped_campaign_costs() -%}
    select
        {%- for column in crm360.columns_of('campaign_costs', 'campaign_cost_id') if column != 'campaign_id' %}
        {{ column }},
        {%- endfor %}
        coalesce(campaign_source, source) || substring(campaign_id, length(source) + 1) as campaign_id,
        stream,
        parse_errors
    from ({{ crm360.mapped_entity('campaign_costs', 'campaign_cost_id') }}) as told
{%- endmacro %}

{#- The figures that advertising systems tell beside the cost. -#}
{% macro measures_of_ads() %}
{% do return(['count_of_impressions', 'count_of_ad_clicks', 'count_of_results']) %}
{% endmacro %}

{#- Who tells what a campaign cost, in the order in which they are believed. -#}
{% macro tellers_of_costs() %}
{% do return({'by_hand': 1, 'by_others': 2, 'by_itself': 3, 'in_all': 4}) %}
{% endmacro %}

{#- SQL: by what a campaign may be named, its id or its name ('<source>:<name>'); of several with one name the newest is meant. -#}
{% macro names_of_campaigns(campaigns) -%}
    select
        campaign_id,
        named_as,
        sent_at
    from (
        select campaign_id, campaign_id as named_as, sent_at, true as is_id from {{ campaigns }}
        union all
        select campaign_id, source || ':' || name as named_as, sent_at, false as is_id from {{ campaigns }}
        where name is not null
    ) as named
    qualify row_number() over (
        partition by named_as order by is_id desc, sent_at desc nulls last, campaign_id nulls last
    ) = 1
{%- endmacro %}

{#- SQL: what systems and files tell of campaigns day by day, up to as_of. -#}
{% macro daily_costs(names) -%}
    {%- set tellers = crm360.tellers_of_costs() -%}
    select
        coalesce(names.campaign_id, costs.campaign_id) as campaign_id,
        case
            when costs.source || ':' = substring(costs.campaign_id, 1, length(costs.source) + 1)
                then {{ tellers.by_itself }}
            else {{ tellers.by_others }}
        end as place,
        costs.source as told_by,
        costs.spent_on as day,
        costs.cost,
        costs.currency,
        {{ crm360.measures_of_ads() | join(', ') }}
    from {{ ref('int_campaign_costs_unioned') }} as costs
    left join {{ names }} as names
        on costs.campaign_id = names.named_as
    where
        not costs.is_deleted
        and costs.campaign_id is not null
        and not {{ crm360.is_future('costs.spent_on') }}
{%- endmacro %}

{#- SQL: every cost that anybody tells. -#}
{% macro costs_told(campaigns, names, daily) -%}
    {%- set tellers = crm360.tellers_of_costs() -%}
    select campaign_id, place, told_by, day, cost, currency from {{ daily }}
    where cost is not null
    union all
    select
        names.campaign_id,
        {{ tellers.by_hand }} as place,
        'campaign_costs.csv' as told_by,
        cast(coalesce(costs.spent_on, cast(names.sent_at as date)) as date) as day,
        costs.cost,
        costs.currency
    from {{ ref('campaign_costs') }} as costs
    inner join {{ names }} as names
        on costs.source || ':' || costs.campaign = names.named_as
    union all
    select campaign_id, {{ tellers.in_all }} as place, source as told_by, cast(sent_at as date) as day, cost, currency
    from {{ campaigns }}
    where cost is not null
{%- endmacro %}
