-- A small company in good health, for the tests of the audit, the publish and the report: the schema `marts` as the
-- models make it, and the few relations of other schemas that the suites look at. Every value follows from its row's
-- number. as_of is 2026-07-01.
create schema landing;
create schema ledger;
create schema intermediate;
create schema marts;

create table intermediate.int_contacts_unioned as
select
    'hubspot:' || i as contact_id, 'hubspot' as source, i::text as source_id, 'Person ' || i as full_name,
    'Person' as first_name, 'No' || i as last_name, 'person' || i || '@customer.example' as email,
    '+4930' || (1000000 + i) as phone, case when i % 3 = 0 then '+49170' || (1000000 + i) end as mobile_phone,
    'Company ' || (i % 9) as company_name, 'hubspot:' || (900 + i % 9) as company_id, 'Buyer' as job_title,
    'High Street ' || i as street, 'Berlin' as city, 'Berlin' as region, '10115' as postal_code, 'DE' as country,
    date '1980-01-01' + (i * 37)::int as birth_date, case i % 2 when 0 then 'female' else 'male' end as gender,
    'de' as language, null::text as linkedin_url, null::text as twitter_handle, 'garden' as interests,
    'web' as lead_source, 'inbound' as lead_direction, 'open' as lead_status, null::text as rejection_reason,
    'customer' as lifecycle_stage, null::text as owner_id, i % 4 <> 0 as email_consent,
    null::boolean as sms_consent, null::boolean as phone_consent, null::timestamp as consent_at,
    timestamp '2024-08-01' + to_hours((i * 7)::int) as created_at, timestamp '2026-06-01' as updated_at,
    false as is_deleted, null::text as merged_into
from range(1, 61) as numbers(i);

create table intermediate.int_golden_records as
select
    'c_' || left(md5('hubspot:' || ((source_id::int - 1) % 50 + 1)), 16) as customer_id,
    * exclude (contact_id, source, source_id, is_deleted, merged_into, consent_at),
    1::bigint as count_of_records, 1::bigint as count_of_sources
from intermediate.int_contacts_unioned where source_id::int <= 50;

create table intermediate.int_companies_unioned as
select 'hubspot:' || i as company_id, 'hubspot' as source, i::text as source_id, false as is_deleted
from range(900, 909) as numbers(i);

create table marts.customers as
select
    *, 'a_' || split_part(company_id, ':', 2) as account_id,
    case when source_id_of <= 2 then 'h_1' end as household_id
from (select *, replace(last_name, 'No', '')::int as source_id_of from intermediate.int_golden_records);
alter table marts.customers drop source_id_of;

create table marts.companies as
select account_id, count(*) as count_of_customers, 1::bigint as count_of_records from marts.customers group by account_id;

create table marts.company_identities as
select
    company_id, 'a_' || source_id as account_id, source, source_id, true as is_current, 'only record' as rule
from intermediate.int_companies_unioned;

create table ledger.account_ids as
select source, source_id, account_id, timestamp '2026-06-30 02:00' as assigned_at, 1::bigint as version
from marts.company_identities
union all
select 'hubspot', '900', 'a_gone', timestamp '2026-06-29 02:00', 0;

create table marts.company_id_aliases as
select
    'a_gone' as alias_id, 'a_900' as account_id, timestamp '2026-06-29 02:00' as first_assigned_at,
    timestamp '2026-06-29 02:00' as last_assigned_at;

create table intermediate.int_company_review_candidates as select 'hubspot:900' as company_id_a, 'hubspot:901' as company_id_b;

create table marts.company_review_queue as
select
    1::bigint as place_in_queue, 'hubspot:900' as company_id_a, 'hubspot:901' as company_id_b, 'a_900' as account_id_a,
    'a_901' as account_id_b, false as is_one_company, 0.6 as probability, 'hubspot' as source_a, 'hubspot' as source_b,
    'Cobalt Optics' as name_a, 'Cobalt Optcis' as name_b, 'cobalt.example' as domain_a, null::text as domain_b,
    '+4930123458' as phone_a, '030 123458' as phone_b, 'High Street 1' as street_a, null::text as street_b,
    '10115' as postal_code_a, null::text as postal_code_b, 'Berlin' as city_a, 'Berlin' as city_b, 'DE' as country_a,
    'DE' as country_b, 'OPTICS' as industry_a, null::text as industry_b,
    'names nearly the same, a domain is missing, places the same, telephones the same' as agreement;

create schema seeds;
create table seeds.identity_decisions as select * from (values
    ('must-link', 'hubspot:3', 'hubspot:4', 'Max', date '2026-06-01', 'one passport'),
    ('cannot-link', 'hubspot:4', 'hubspot:3', 'Vera', date '2026-06-02', 'asked them')
) as decided (decision, contact_id_a, contact_id_b, author, decided_on, reason);
create table seeds.company_decisions as
select
    'cannot-link' as decision, 'hubspot:902' as company_id_a, 'hubspot:903' as company_id_b, 'Vera' as author,
    date '2026-06-02' as decided_on, 'a holding' as reason;
create table marts.review_decisions as
select
    'person' as kind, decision, contact_id_a as record_id_a, contact_id_b as record_id_b, author, decided_on, reason,
    case decision when 'must-link' then 'overruled by a cannot-link' else 'honoured' end as outcome,
    case author when 'Max' then 'Vera' else 'Max' end as opposed_by
from seeds.identity_decisions
union
select 'company' as kind, *, 'honoured' as outcome, null as opposed_by from seeds.company_decisions;

create table marts.households as
select
    household_id, 'No' as last_name, 'High Street 1' as street, '10115' as postal_code, count(*) as count_of_customers
from marts.customers where household_id is not null group by household_id;

create table marts.customer_identities as
select
    'c_' || left(md5('hubspot:' || ((source_id::int - 1) % 50 + 1)), 16) as customer_id, contact_id, source, source_id,
    true as is_current, is_deleted, merged_into,
    case when source_id::int > 50 then 'same e-mail' else 'only record' end as rule,
    case when source_id::int > 50 then 'same e-mail as hubspot:' || (source_id::int - 50) end as evidence,
    timestamp '2026-06-30 02:00' as valid_from, null::timestamp as valid_to,
    full_name, email, phone
from intermediate.int_contacts_unioned;

create table ledger.customer_ids as
select source, source_id, customer_id, timestamp '2026-06-30 02:00' as assigned_at, 1::bigint as version
from marts.customer_identities
union all
select 'hubspot', '51', 'c_gone', timestamp '2026-06-29 02:00', 0;

create table marts.customer_id_aliases as
select
    'c_gone' as alias_id, customer_id, timestamp '2026-06-29 02:00' as first_assigned_at,
    timestamp '2026-06-29 02:00' as last_assigned_at
from marts.customer_identities where contact_id = 'hubspot:51';

create table intermediate.int_customers_contradicted as
select 'c_1' as customer_id, 'first names' as field, 'hubspot:1' as contact_id_a, 'hubspot:2' as contact_id_b;

create table intermediate.int_pairs_asked as select 'hubspot:1' as contact_id_a, 'hubspot:2' as contact_id_b, 1::bigint as place_in_queue;

create table marts.review_queue as
select
    1::bigint as place_in_queue, a.contact_id as contact_id_a, b.contact_id as contact_id_b,
    a.customer_id as customer_id_a, b.customer_id as customer_id_b, false as is_one_customer, 0.4 as probability,
    'may be missed' as asked_because, 2::bigint as count_of_records, 10.0000::decimal(18, 4) as net_revenue,
    'first name same' as agreement, 'city berlin' as agreed_on,
    one.source as source_a, other.source as source_b, one.full_name as full_name_a, other.full_name as full_name_b,
    one.email as email_a, other.email as email_b, one.phone as phone_a, other.phone as phone_b,
    one.birth_date as birth_date_a, other.birth_date as birth_date_b, one.street as street_a, other.street as street_b,
    one.postal_code as postal_code_a, other.postal_code as postal_code_b, one.city as city_a, other.city as city_b,
    one.country as country_a, other.country as country_b, one.company_name as company_name_a, other.company_name as company_name_b
from marts.customer_identities as a, marts.customer_identities as b, intermediate.int_contacts_unioned as one,
    intermediate.int_contacts_unioned as other
where a.contact_id = one.contact_id and b.contact_id = other.contact_id and a.contact_id = 'hubspot:1' and b.contact_id = 'hubspot:2';

create table intermediate.int_campaigns_unioned as
select
    'mailchimp:' || i as campaign_id, 'mailchimp' as source, i::text as source_id, 'Campaign ' || i as name,
    'News ' || i as subject, 'email' as channel, 'l1' as list_id,
    timestamp '2026-01-05 10:00' + to_days((i * 20)::int) as sent_at, 40::bigint as count_of_sent,
    100::decimal(18, 4) as cost, 'EUR' as currency, false as is_deleted
from range(1, 9) as numbers(i);

create table intermediate.int_orders_unioned as
select
    'shopify:' || i as order_id, 'shopify' as source, i::text as source_id, '#' || (1000 + i) as name,
    case when i % 10 <> 0 then 'hubspot:' || (i % 40 + 1) end as contact_id,
    case when i % 10 <> 0 then 'person' || (i % 40 + 1) || '@customer.example' end as email, null::text as phone,
    timestamp '2024-07-03 09:00' + to_hours((i * 58)::int) as ordered_at,
    case when i % 29 = 0 then timestamp '2024-07-04 09:00' + to_hours((i * 58)::int) end as cancelled_at,
    case when i % 31 = 0 then 'adjustment' when i % 37 = 0 then 'test' else 'sale' end as order_kind,
    'paid' as status, 'EUR' as currency, 0::decimal(18, 4) as discount_amount,
    (case when i % 31 = 0 then 0 else (i % 17) * 1.9 + 1.9 end)::decimal(18, 4) as tax_amount,
    4.9::decimal(18, 4) as shipping_amount,
    (case when i % 31 = 0 then -20 else (i % 17) * 11.9 + 16.8 + i / 4 end)::decimal(18, 4) as total_amount,
    (case when i % 23 = 0 then 5 else 0 end)::decimal(18, 4) as refunded_amount, 'web' as channel,
    null::text as sales_rep, timestamp '2024-07-03 09:00' + to_hours((i * 58)::int) as created_at,
    timestamp '2026-06-01' as updated_at, false as is_deleted
from range(1, 301) as numbers(i);

create table intermediate.int_orders_priced as
with valued as (
    select
        orders.*, customer_id, 'EUR' as base_currency, 1::decimal(18, 8) as exchange_rate,
        order_kind = 'sale' and cancelled_at is null as is_sale, order_kind = 'adjustment' as is_correction
    from intermediate.int_orders_unioned as orders left join marts.customer_identities using (contact_id)
),
parts as (
    select
        *, (case when is_sale or is_correction then total_amount else 0 end)::decimal(18, 4) as gross_revenue,
        (case when is_sale then tax_amount else 0 end)::decimal(18, 4) as tax_revenue,
        (case when is_sale then shipping_amount else 0 end)::decimal(18, 4) as shipping_revenue,
        (case when is_sale then refunded_amount else 0 end)::decimal(18, 4) as refunded_revenue,
        0::decimal(18, 4) as non_sales_revenue, 'sold' as sale_state
    from valued
)
select *, (gross_revenue - tax_revenue - shipping_revenue - refunded_revenue)::decimal(18, 4) as net_revenue
from parts;

create table marts.orders as
select
    order_id, customer_id, 'a_900' as account_id, contact_id, source, source_id, name, ordered_at, cancelled_at, order_kind, is_sale,
    case when order_kind <> 'test' then 'order ' || order_id end as transaction_id, false as is_repeat, false as is_before_account, status, sale_state, channel, sales_rep, email, phone, currency, total_amount, discount_amount, tax_amount, shipping_amount,
    refunded_amount, base_currency, exchange_rate, gross_revenue, tax_revenue, shipping_revenue, refunded_revenue,
    non_sales_revenue, net_revenue, case when is_sale and source_id::int % 50 = 2 then 'mailchimp:' || (source_id::int // 50 + 1) end
        as attributed_campaign_id,
    case when is_sale and source_id::int % 50 = 2 then 'last click' end as attribution_rule, created_at, updated_at
from intermediate.int_orders_priced;

create table intermediate.int_order_lines_unioned as
select
    order_id || '-' || line as order_line_id, order_id, source, source_id || '-' || line as source_id,
    'shopify:p' || line as product_id, 'SKU' || line as sku, 'Thing ' || line as description, 'garden' as category,
    line::decimal(18, 4) as quantity, 10::decimal(18, 4) as unit_price, 0::decimal(18, 4) as discount_amount,
    (10 * line)::decimal(18, 4) as line_amount, false as is_deleted
from intermediate.int_orders_unioned, range(1, 3) as numbers(line);

create table marts.order_lines as
select
    order_line_id, order_id, customer_id, lines.source, lines.source_id, ordered_at, order_kind, is_sale, product_id, sku,
    description, category, 'product' as product_kind, quantity, unit_price, lines.discount_amount, line_amount,
    currency, false as is_gift_card, (line_amount * exchange_rate)::decimal(18, 4) as line_value, null::text as price_flag
from intermediate.int_order_lines_unioned as lines join intermediate.int_orders_priced using (order_id);

create table marts.sales_by_product as
select
    date_trunc('month', ordered_at)::date as month, product_id as product, description, category,
    count(*) filter (where is_sale) as count_of_lines,
    coalesce(sum(quantity) filter (where is_sale), 0)::decimal(18, 4) as quantity_sold,
    coalesce(sum(quantity) filter (where not is_sale), 0)::decimal(18, 4) as quantity_corrected,
    sum(line_value)::decimal(18, 4) as line_revenue, 10::decimal(18, 4) as average_price, 'EUR' as currency
from marts.order_lines where is_sale or order_kind = 'adjustment' group by 1, 2, 3, 4;

create table intermediate.int_tickets_unioned as
select
    'zendesk:' || i as ticket_id, 'zendesk' as source, i::text as source_id, 'hubspot:' || (i % 50 + 1) as contact_id,
    null::text as company_id, 'Question ' || i as subject, case when i % 8 = 0 then 'open' else 'solved' end as status,
    'normal' as priority, 'question' as type, case i % 2 when 0 then 'email' else 'chat' end as channel,
    'zendesk:a1' as agent_id, case when i % 5 <> 0 then 'zendesk:t1' end as team_id,
    timestamp '2024-08-03 08:00' + to_hours((i * 130)::int) as created_at, (20 + i % 90)::bigint as first_reply_minutes,
    case when i % 8 <> 0 then timestamp '2024-08-03 08:00' + to_hours((i * 130 + i % 70 + 1)::int) end as solved_at,
    (i % 3)::bigint as count_of_reopens, i % 20 = 0 as is_escalated,
    case i % 6 when 1 then 'satisfied' when 2 then 'satisfied' when 3 then 'dissatisfied' end as satisfaction,
    timestamp '2026-06-01' as updated_at, false as is_deleted
from range(1, 121) as numbers(i);

create table marts.tickets as
select
    ticket_id, customer_id, 'a_900' as account_id, tickets.contact_id, company_id, tickets.source, tickets.source_id, subject, status,
    status not in ('solved', 'closed') as is_open, priority, type, channel, agent_id, 'Agent One' as agent_name, team_id,
    created_at, first_reply_minutes, solved_at, date_diff('minute', created_at, solved_at) as resolution_minutes,
    false as is_solved_before_reply, count_of_reopens, is_escalated, 1::bigint as count_of_replies,
    case when solved_at is not null then count_of_reopens = 0 end as is_solved_at_first_contact, null::text as product,
    satisfaction, updated_at
from intermediate.int_tickets_unioned as tickets left join marts.customer_identities using (contact_id);

create table marts.service_performance as
select
    date_trunc('month', created_at)::date as month, channel, team_id,
    count(*) as count_of_tickets, count(*) filter (where is_open) as count_of_open_tickets,
    count(*) filter (where not is_open) as count_of_solved_tickets,
    count(*) filter (where count_of_reopens > 0) as count_of_reopened_tickets,
    count(*) filter (where is_escalated) as count_of_escalated_tickets,
    avg(first_reply_minutes)::decimal(18, 4) as average_first_reply_minutes,
    median(first_reply_minutes)::decimal(18, 4) as median_first_reply_minutes,
    avg(resolution_minutes)::decimal(18, 4) as average_resolution_minutes,
    median(resolution_minutes)::decimal(18, 4) as median_resolution_minutes,
    count(*) filter (where is_solved_at_first_contact) as count_of_first_contact_solutions,
    avg(is_solved_at_first_contact::int)::decimal(18, 4) as first_contact_rate,
    count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
    count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets,
    (count(*) filter (where satisfaction = 'satisfied')
    / nullif(count(*) filter (where satisfaction is not null), 0))::decimal(18, 4) as satisfaction_share
from marts.tickets group by 1, 2, 3;

create table marts.service_by_agent as
select
    date_trunc('month', created_at)::date as month, agent_id, agent_name,
    count(*) as count_of_tickets, count(*) filter (where is_open) as count_of_open_tickets,
    count(*) filter (where not is_open) as count_of_solved_tickets,
    count(*) filter (where count_of_reopens > 0) as count_of_reopened_tickets,
    count(*) filter (where is_escalated) as count_of_escalated_tickets,
    avg(first_reply_minutes)::decimal(18, 4) as average_first_reply_minutes,
    median(first_reply_minutes)::decimal(18, 4) as median_first_reply_minutes,
    avg(resolution_minutes)::decimal(18, 4) as average_resolution_minutes,
    median(resolution_minutes)::decimal(18, 4) as median_resolution_minutes,
    count(*) filter (where is_solved_at_first_contact) as count_of_first_contact_solutions,
    avg(is_solved_at_first_contact::int)::decimal(18, 4) as first_contact_rate,
    count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
    count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets,
    (count(*) filter (where satisfaction = 'satisfied')
    / nullif(count(*) filter (where satisfaction is not null), 0))::decimal(18, 4) as satisfaction_share
from marts.tickets group by 1, 2, 3;

create table marts.pain_points as
select
    case when customer_id < 'c_8' then 'Thing 1' end as product,
    case when customer_id < 'c_8' then 'last purchase' end as product_rule, type,
    count(distinct customer_id) as count_of_customers, max(created_at) as last_opened_at,
    count(*) as count_of_tickets, count(*) filter (where is_open) as count_of_open_tickets,
    count(*) filter (where not is_open) as count_of_solved_tickets,
    count(*) filter (where count_of_reopens > 0) as count_of_reopened_tickets,
    count(*) filter (where is_escalated) as count_of_escalated_tickets,
    avg(first_reply_minutes)::decimal(18, 4) as average_first_reply_minutes,
    median(first_reply_minutes)::decimal(18, 4) as median_first_reply_minutes,
    avg(resolution_minutes)::decimal(18, 4) as average_resolution_minutes,
    median(resolution_minutes)::decimal(18, 4) as median_resolution_minutes,
    count(*) filter (where is_solved_at_first_contact) as count_of_first_contact_solutions,
    avg(is_solved_at_first_contact::int)::decimal(18, 4) as first_contact_rate,
    count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
    count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets,
    (count(*) filter (where satisfaction = 'satisfied')
    / nullif(count(*) filter (where satisfaction is not null), 0))::decimal(18, 4) as satisfaction_share
from marts.tickets group by 1, 2, 3;

create table marts.ticket_backlog as
select
    case when created_at < timestamp '2026-04-02' then 'over 90 days' else '8 to 30 days' end as age,
    team_id, agent_id, agent_name, count(*) as count_of_open_tickets,
    0::bigint as count_of_unanswered_tickets, count(*) filter (where is_escalated) as count_of_escalated_tickets,
    min(created_at) as oldest_opened_at, date '2026-07-01' as as_of_date
from marts.tickets where is_open group by 1, 2, 3, 4;

create table marts.survey_results as
select
    date '2026-05-01' as month, kind, 'zendesk:t1' as team_id, 4::bigint as count_of_answers,
    1::bigint as count_of_answers_off_scale, 75::decimal(18, 4) as average_score,
    case when kind <> 'NPS' then 3::bigint end as count_of_satisfied,
    case when kind = 'NPS' then 2::bigint end as count_of_promoters,
    case when kind = 'NPS' then 1::bigint end as count_of_detractors,
    case when kind <> 'NPS' then 0.75::decimal(18, 4) end as satisfied_share,
    case when kind = 'NPS' then 25::decimal(18, 4) end as net_promoter_score
from unnest(['CSAT', 'NPS', 'CES']) as t(kind);

create table intermediate.int_deals_unioned as
select
    'hubspot:d' || i as deal_id, 'hubspot' as source, 'd' || i as source_id, 'Deal ' || i as name,
    'hubspot:' || i as contact_id, 'hubspot:900' as company_id, 'default' as pipeline, 'stage' || (i % 3) as stage,
    'Stage ' || (i % 3) as stage_label, (i % 3)::bigint as stage_order, (1000 * i)::decimal(18, 4) as amount,
    'EUR' as currency, (case i % 3 when 0 then 0.4 when 1 then 1 else 0 end)::decimal(18, 4) as probability,
    'hubspot:o1' as owner_id, timestamp '2026-09-01' as expected_close_at,
    case when i % 3 > 0 then timestamp '2026-03-01' + to_days(i::int) end as closed_at, i % 3 > 0 as is_closed,
    i % 3 = 1 as is_won, case when i % 3 = 2 then 'price' end as lost_reason,
    timestamp '2026-01-01' + to_days(i::int) as created_at, timestamp '2026-06-01' as updated_at, false as is_deleted
from range(1, 31) as numbers(i);

create table marts.deals as
select
    deal_id, customer_id, 'a_900' as account_id, false as is_overdue, deals.contact_id, company_id, deals.source, deals.source_id, name, pipeline, stage,
    stage_label, stage_order, case when is_won then 'won' when is_closed then 'lost' else 'open' end as outcome,
    is_closed, is_won, lost_reason, currency, amount, probability, 'EUR' as base_currency,
    1::decimal(18, 8) as exchange_rate, amount as value_amount,
    case when not is_closed then (amount * probability)::decimal(18, 4) end as weighted_amount, owner_id,
    'Owner One' as owner_name, created_at, expected_close_at, closed_at, updated_at
from intermediate.int_deals_unioned as deals left join marts.customer_identities using (contact_id);

create table marts.pipeline_stages as
select
    source, pipeline, 'stage 0' as stage, 1::bigint as stage_position, count(*) as count_of_open_deals,
    sum(value_amount)::decimal(18, 4) as open_amount, sum(weighted_amount)::decimal(18, 4) as weighted_amount,
    'EUR' as currency, 1::bigint as count_of_undated_open_deals, 12::decimal(18, 4) as median_days_open,
    30::bigint as count_of_entered, 10::bigint as count_of_onward, 10::bigint as count_of_lost,
    0.5::decimal(18, 4) as onward_rate, 10::bigint as count_of_won, 0.5::decimal(18, 4) as win_rate,
    14::decimal(18, 4) as average_days, 13::decimal(18, 4) as median_days, true as is_bottleneck,
    'slow' as bottleneck_because
from marts.deals where outcome = 'open' group by 1, 2;

create table marts.sales_forecast as
select
    date '2026-07-01' - 31 * ago::int as forecast_date, ago > 0 as is_backtest, 'hubspot' as source,
    'default' as pipeline, 10::bigint as count_of_open_deals, 2::bigint * (ago > 0)::int as count_of_undecided,
    1::bigint as count_of_left_out, null::varchar as no_amount_because, 9000::decimal(18, 4) as amount, 3000::decimal(18, 4) as expected_amount,
    case when ago > 0 then 3500::decimal(18, 4) end as won_amount, 1000::decimal(18, 4) as standard_error,
    1718.4::decimal(18, 4) as expected_amount_low, 4281.6::decimal(18, 4) as expected_amount_high, 'EUR' as currency,
    case when ago > 0 then -500::decimal(18, 4) end as error_amount,
    case when ago > 0 then -0.1429::decimal(18, 4) end as error_rate, case when ago > 0 then true end as is_within_range
from range(3) as numbers(ago);

create table marts.lead_conversion as
select
    lead_source, lead_direction, count(*) as count_of_leads, 10::bigint as count_of_opportunities,
    8::bigint as count_of_touched, 0::bigint as count_of_rejected_won_later,
    20::bigint as count_of_won, 0::bigint as count_of_rejected, 0.2::decimal(18, 4) as opportunity_rate,
    0.4::decimal(18, 4) as conversion_rate, 30::decimal(18, 4) as median_days_to_win,
    5000::decimal(18, 4) as net_revenue, 100::decimal(18, 4) as won_deal_amount, 'EUR' as currency
from marts.customers group by 1, 2;

create table marts.lead_cohorts as
select
    date '2026-01-01' as cohort_month, lead_source, lead_direction, count_of_leads, count_of_won, conversion_rate,
    1::bigint as count_of_won_in_30_days, 2::bigint as count_of_won_in_90_days, true as is_complete, currency,
    date '2026-07-01' as as_of_date
from marts.lead_conversion;

create table marts.deal_performance as
select
    date_trunc('month', closed_at)::date as month, source, pipeline, owner_id, owner_name,
    count(*) filter (where is_won) as count_of_won_deals, count(*) filter (where not is_won) as count_of_lost_deals,
    avg(is_won::int)::decimal(18, 4) as win_rate,
    coalesce(sum(value_amount) filter (where is_won), 0)::decimal(18, 4) as won_amount,
    coalesce(sum(value_amount) filter (where not is_won), 0)::decimal(18, 4) as lost_amount,
    (avg(value_amount) filter (where is_won))::decimal(18, 4) as average_deal_size, 590::bigint as sum_of_cycle_days,
    59::decimal(18, 4) as average_cycle_days, 59::decimal(18, 4) as median_cycle_days, 'EUR' as currency
from marts.deals where outcome <> 'open' group by 1, 2, 3, 4, 5;

create table marts.lost_reasons as
select
    'lost deal' as kind, lost_reason as reason, count(*) as count_of_losses, 1::decimal(18, 4) as share_of_kind,
    sum(value_amount)::decimal(18, 4) as lost_amount, 'EUR' as currency, max(closed_at)::date as last_lost_on
from marts.deals where outcome = 'lost' group by 1, 2;

create table intermediate.int_invoices_unioned as
select
    'stripe:i' || i as invoice_id, 'stripe' as source, 'i' || i as source_id, 'INV-' || i as name,
    'hubspot:' || (i % 50 + 1) as contact_id, null::text as company_id, null::text as order_id,
    timestamp '2026-04-01' + to_days((i * 2)::int) as issued_at, timestamp '2026-04-15' + to_days((i * 2)::int) as due_at,
    case when i % 4 <> 0 then timestamp '2026-04-02' + to_days((i * 2)::int) end as paid_at, 'EUR' as currency,
    (100 + i)::decimal(18, 4) as total_amount, false as is_deleted
from range(1, 41) as numbers(i);

create table marts.invoices as
select
    invoice_id, customer_id, invoices.contact_id, company_id, order_id, invoices.source, invoices.source_id, name,
    case when paid_at is not null then 'paid' when due_at < timestamp '2026-07-01' then 'overdue' else 'open' end as state,
    issued_at, due_at, paid_at,
    case when paid_at is null and due_at < timestamp '2026-07-01' then date_diff('day', due_at, date '2026-07-01') end
        as days_overdue,
    currency, total_amount, case when paid_at is not null then total_amount else 40 end as paid_amount,
    case when paid_at is null then total_amount - 40 else 0 end as balance_amount, null::decimal(18, 4) as payments_amount,
    'EUR' as base_currency, 1::decimal(18, 8) as exchange_rate, total_amount as total_value,
    case when paid_at is null then total_amount - 40 else 0 end as balance_value
from intermediate.int_invoices_unioned as invoices left join marts.customer_identities using (contact_id);

create table marts.receivables as
select
    currency, case when due_at < timestamp '2026-07-01' then '1 to 30 days' else 'not due' end as age,
    count(*) as count_of_invoices, count(distinct customer_id) as count_of_customers,
    sum(balance_amount)::decimal(18, 4) as balance_amount, base_currency,
    sum(balance_value)::decimal(18, 4) as balance_value, min(due_at) as oldest_due_at, date '2026-07-01' as as_of_date
from marts.invoices where state in ('open', 'overdue') group by 1, 2, base_currency;

create table marts.transactions as
select
    transaction_id, customer_id, 'a_900' as account_id, ordered_at as purchased_at, 'order' as kind,
    order_id as record_id, source, name, 'shopify order' as told_by, 1::bigint as count_of_records,
    null::text as matched_by, null::text as may_repeat_transaction_id, order_kind, is_sale, currency, total_amount,
    base_currency, exchange_rate, gross_revenue, tax_revenue, shipping_revenue, refunded_revenue, net_revenue,
    attributed_campaign_id, attribution_rule
from marts.orders where order_kind <> 'test'
union all
select
    'deal ' || deal_id, customer_id, 'a_900', closed_at, 'deal', deal_id, source, 'Deal', 'hubspot deal', 1, null, null,
    'sale', true, currency, amount, 'EUR', exchange_rate, value_amount, 0, 0, 0, value_amount, null, null
from marts.deals where outcome = 'won'
union all
select
    'invoice ' || invoice_id, customer_id, 'a_900', issued_at, 'invoice', invoice_id, source, name,
    'stripe invoice; stripe invoice', 2, 'stated reference', null, 'sale', true, currency, total_amount, 'EUR',
    exchange_rate, total_value, 0, 0, 0, total_value, null, null
from marts.invoices where state = 'paid';

create table intermediate.int_transactions_told as
select kind || ' ' || record_id as telling_id from marts.transactions;

create table marts.revenue_by_month as
select
    date_trunc('month', purchased_at)::date as month, base_currency as currency,
    sum(gross_revenue)::decimal(18, 4) as gross_revenue, sum(tax_revenue)::decimal(18, 4) as tax_revenue,
    sum(shipping_revenue)::decimal(18, 4) as shipping_revenue,
    sum(refunded_revenue)::decimal(18, 4) as refunded_revenue, sum(net_revenue)::decimal(18, 4) as net_revenue,
    coalesce(sum(net_revenue) filter (where customer_id is null), 0)::decimal(18, 4) as net_revenue_anonymous,
    coalesce(sum(net_revenue) filter (where kind = 'order'), 0)::decimal(18, 4) as net_revenue_of_orders,
    coalesce(sum(net_revenue) filter (where kind = 'deal'), 0)::decimal(18, 4) as net_revenue_of_deals,
    coalesce(sum(net_revenue) filter (where kind = 'invoice'), 0)::decimal(18, 4) as net_revenue_of_invoices,
    count(*) filter (where is_sale) as count_of_purchases,
    count(*) filter (where is_sale and customer_id is null) as count_of_purchases_anonymous,
    count(*) filter (where is_sale and kind = 'order') as count_of_orders,
    count(*) filter (where is_sale and kind = 'order' and customer_id is null) as count_of_orders_anonymous,
    count(distinct customer_id) filter (where is_sale) as count_of_customers,
    0::bigint as count_of_orders_without_rate, 0::bigint as count_of_purchases_without_amount
from marts.transactions group by 1, 2;

create table marts.sales_by_representative as
select
    month, representative, sum(purchases)::bigint as count_of_purchases, sum(sales)::bigint as count_of_orders,
    sum(net)::decimal(18, 4) as net_revenue,
    sum(won)::bigint as count_of_won_deals, sum(lost)::bigint as count_of_lost_deals,
    sum(amount)::decimal(18, 4) as won_amount, 0.5::decimal(18, 4) as win_rate, 'EUR' as currency
from (
    select
        date_trunc('month', purchased_at)::date as month, null::text as representative, is_sale::int as purchases,
        (is_sale and kind = 'order')::int as sales, net_revenue as net, 0 as won, 0 as lost, 0 as amount
    from marts.transactions
    union all
    select
        date_trunc('month', closed_at)::date, owner_name, 0, 0, 0, is_won::int, (not is_won)::int,
        case when is_won then value_amount else 0 end
    from marts.deals where outcome <> 'open'
) group by 1, 2;

create table intermediate.int_payments_unioned as
select
    'stripe:p' || source_id as payment_id, source, 'p' || source_id as source_id, contact_id, invoice_id, order_id,
    paid_at, currency, case when source_id = 'i7' then -5 else total_amount end as amount, is_deleted
from intermediate.int_invoices_unioned where paid_at is not null;

create table marts.payments as
select
    payment_id, customer_id, payments.contact_id, invoice_id, order_id, payments.source, payments.source_id,
    case when amount < 0 then 'refund' else 'payment' end as kind, 'succeeded' as status, 'card' as method, paid_at,
    currency, amount, 'EUR' as base_currency, 1::decimal(18, 8) as exchange_rate, amount as value_amount
from intermediate.int_payments_unioned as payments left join marts.customer_identities using (contact_id);

create table marts.data_quality as
select
    rule, 'shopify' as source, case when rule like '%rate' then 'SEK' else 'all' end as about, 'flagged' as treatment,
    0::bigint as count_of_records, case when rule like '%rate' then 0::decimal(18, 4) end as amount
from unnest(['order before its account', 'order in a currency without a rate']) as t(rule);

create table intermediate.int_campaigns_costed as
select campaign_id, cost, false as is_given from intermediate.int_campaigns_unioned;

create table marts.campaign_performance as
select
    campaign_id, source, source_id, name, subject, channel, list_id, sent_at, count_of_sent as count_of_sent_stated,
    count_of_sent, count_of_sent - 2 as count_of_delivered, 2::bigint as count_of_bounced, 20::bigint as count_of_opened,
    8::bigint as count_of_clicked, 1::bigint as count_of_unsubscribed, 0::bigint as count_of_complained,
    0::bigint as count_of_replied, (20 / 38)::decimal(18, 4) as open_rate, (8 / 38)::decimal(18, 4) as click_rate,
    (8 / 20)::decimal(18, 4) as click_to_open_rate, (2 / 40)::decimal(18, 4) as bounce_rate,
    (1 / 38)::decimal(18, 4) as unsubscribe_rate, coalesce(sales, 0) as count_of_attributed_orders,
    coalesce(sales, 0) as count_of_attributed_purchases, coalesce(sales, 0) as count_of_attributed_purchases_measured,
    coalesce(net, 0) as attributed_revenue, 'EUR' as currency, cost
from intermediate.int_campaigns_unioned left join (
    select
        attributed_campaign_id as campaign_id, count(*) as sales,
        sum(net_revenue)::decimal(18, 4) as net
    from marts.orders where attributed_campaign_id is not null group by all
) using (campaign_id);

create table marts.acquisition_cost as
with wins as (
    select customer_id, min(purchased_at) as won_at from marts.transactions
    where is_sale and customer_id is not null group by all
)
select
    date_trunc('month', won_at)::date as month, count(*) as count_of_new_customers, 2::bigint as count_of_campaigns,
    1::bigint as count_of_campaigns_without_cost, 100::decimal(18, 4) as campaign_cost,
    (100::decimal(18, 4) / count(*))::decimal(18, 4) as acquisition_cost, 'EUR' as currency
from wins group by 1;

create table marts.customer_timeline as
select
    (case when order_kind = 'sale' then 'order placed' else 'order corrected' end) || ' ' || order_id as touch_id,
    customer_id, ordered_at as event_at, 'web' as channel, 'inbound' as direction,
    case when order_kind = 'sale' then 'order placed' else 'order corrected' end as kind, name as subject,
    gross_revenue as amount, 'EUR' as currency, source, order_id as reference_id
from marts.orders where customer_id is not null and order_kind <> 'test'
union all
select
    'ticket opened ' || ticket_id, customer_id, created_at, channel, 'inbound', 'ticket opened', subject, null, null,
    source, ticket_id
from marts.tickets;

create table marts.segments as
select * from (values
    ('customer type', 'repeat', 1::bigint, true, false, false, 'count_of_orders at least 2', 'waaa1111'),
    ('customer type', 'prospect', 2, true, false, false, 'count_of_orders at most 0', 'wbbb2222'),
    ('stage', 'buyer', 3, true, true, false, 'count_of_orders at least 1', 'wccc3333'),
    ('stage', 'asker', 4, true, true, false, 'every customer but not buyer', 'wddd4444'),
    ('season', 'summer', 5, false, false, false, 'count_of_orders at least 3', 'weee5555'),
    ('geographic', 'in {}', 6, true, false, true, 'each of country', 'wfff6666')
) as t(dimension, segment, position, is_on, is_exclusive, is_one_per_value, rule, rule_version);

create table marts.customer_segments as
with buyers as (
    select customer_id, customer_id in (select customer_id from marts.orders where is_sale) as buys
    from marts.customers
), held as (
    select customer_id, unnest(case when buys then ['repeat', 'buyer', 'in {}'] else ['prospect', 'asker', 'in {}'] end)
        as definition
    from buyers
)
select
    customer_id, replace(definition, '{}', 'DE') as segment, rule, 'count_of_orders = 2' as value,
    date '2026-07-01' as as_of_date, dimension, definition, rule_version
from held join marts.segments on held.definition = segments.segment;

create table ledger.segment_changes as
select
    customer_id, dimension, segment, definition, 'entered' as change, date '2026-06-30' as changed_on, rule,
    rule_version, value, null::text as because, null::bigint as entered_version, 1::bigint as version
from marts.customer_segments
union all
select
    'c_gone', 'customer type', 'prospect', 'prospect', 'entered', date '2026-06-29', 'count_of_orders at most 0',
    'wbbb2222', 'count_of_orders = 0', null, null, 1
union all
select
    'c_gone', 'customer type', 'prospect', 'prospect', 'left', date '2026-06-30', 'count_of_orders at most 0',
    'wbbb2222', 'count_of_orders = 0', 'the customer is gone', 1, 2;

create table intermediate.int_segment_changes as
select * from ledger.segment_changes where false;

create table marts.customer_segment_history as
select
    entered.customer_id, entered.dimension, entered.segment, entered.changed_on as valid_from,
    departed.changed_on as valid_to, departed.changed_on is null as is_current, entered.rule, entered.rule_version,
    entered.value, departed.because as left_because
from ledger.segment_changes as entered
left join ledger.segment_changes as departed
    on departed.customer_id = entered.customer_id and departed.segment = entered.segment
    and departed.entered_version = entered.version and departed.change = 'left'
where entered.change = 'entered';

create table marts.customer_rfm as
with bought as (
    select
        customer_id,
        date_diff('day', max(purchased_at) filter (where is_sale)::date, date '2026-07-01') as recency_days,
        count(*) filter (where is_sale) as frequency,
        (sum(net_revenue) filter (where is_sale or purchased_at::date >= first_date))::decimal(18, 4) as monetary_value
    from (
        select *, min(purchased_at::date) filter (where is_sale) over (partition by customer_id) as first_date
        from marts.transactions where customer_id is not null
    ) group by 1 having frequency > 0
), scored as (
    select
        *, (floor(5 * (rank() over (order by recency_days desc) - 1) / count(*) over ()) + 1)::bigint as recency_score,
        (floor(5 * (rank() over (order by frequency) - 1) / count(*) over ()) + 1)::bigint as frequency_score,
        (floor(5 * (rank() over (order by monetary_value) - 1) / count(*) over ()) + 1)::bigint as monetary_score
    from bought
)
select
    *, 'EUR' as currency, recency_score::text || frequency_score::text || monetary_score::text as rfm_cell,
    case when recency_score > 3 then 'champions' else 'hibernating' end as rfm_name, date '2026-07-01' as as_of_date
from scored;

create table marts.value_models as
select
    'BG/NBD' as model, true as is_fitted, null::text as reason, 40::bigint as count_of_customers,
    -900.5 as log_likelihood, 0.5 as r, 4.4 as alpha, 0.8 as a, 2.4 as b, null::double as p, null::double as q,
    null::double as v, date '2026-07-01' as as_of_date
union all
select 'Gamma-Gamma', true, null, 40, -800.5, null, null, null, null, 6.25, 3.74, 15.44, date '2026-07-01';

create table marts.customer_value as
select
    customer_id, monetary_value as historic_value, frequency as count_of_sales, frequency - 1 as count_of_repeats,
    date '2025-01-01' as first_purchase_date, date '2026-06-01' as last_purchase_date, 546::bigint as days_observed,
    30::decimal(18, 4) as average_repeat_revenue, 0.75::decimal(18, 4) as probability_alive,
    1.5::decimal(18, 4) as expected_purchases, 0::bigint as expected_purchases_low,
    4::bigint as expected_purchases_high, 38::decimal(18, 4) as expected_purchase_value,
    57::decimal(18, 4) as predicted_value, 0::decimal(18, 4) as predicted_value_low,
    152::decimal(18, 4) as predicted_value_high, null::text as unpredicted_because, 'EUR' as currency, as_of_date
from marts.customer_rfm;

create table marts.customer_360 as
select
    customers.* exclude (company_id, linkedin_url, twitter_handle, created_at, updated_at),
    coalesce(listed, '') as segments, coalesce(purchases, 0) as count_of_purchases,
    0::bigint as count_of_purchases_without_amount, coalesce(sales, 0) as count_of_orders, coalesce(tickets, 0) as count_of_tickets,
    coalesce(opened, 0) as count_of_open_tickets, 11::bigint as count_of_emails_sent,
    10::bigint as count_of_emails_received, 5::bigint as count_of_emails_opened, 2::bigint as count_of_emails_clicked,
    coalesce(open_deals, 0) as count_of_open_deals, coalesce(won_deals, 0) as count_of_won_deals,
    coalesce(touches, 0) as count_of_touches, coalesce(gross, 0)::decimal(18, 4) as gross_revenue,
    coalesce(net, 0)::decimal(18, 4) as net_revenue, coalesce(open_amount, 0)::decimal(18, 4) as open_deal_amount,
    'EUR' as currency, (net / nullif(sales, 0))::decimal(18, 4) as average_order_value, first_order_at, last_order_at,
    first_purchase_at, last_purchase_at,
    date_diff('day', last_purchase_at, timestamp '2026-07-01') as days_since_last_purchase,
    date_diff('day', last_order_at, timestamp '2026-07-01') as days_since_last_order,
    satisfied as satisfaction_share, last_ticket_at, first_touch_at, last_seen_at, 46::bigint as age, rfm_cell,
    probability_alive, predicted_value, date '2026-07-01' as as_of_date, 0::bigint as count_of_emails_unsubscribed,
    make_date(2026 + (strftime(birth_date, '%m%d') < '0701')::int, month(birth_date), least(day(birth_date), 28))
        as next_birthday,
    date_diff('day', date '2026-07-01', next_birthday) as days_to_birthday,
    case when sales > 0 then 'shopify:p2' end as next_product_id, 'Thing 2' as next_product,
    'Thing 1' as next_product_after
from marts.customers
left join marts.customer_rfm using (customer_id)
left join (select customer_id, probability_alive, predicted_value from marts.customer_value) using (customer_id)
left join (
    select
        customer_id, count(*) filter (where is_sale) as purchases,
        count(*) filter (where is_sale and kind = 'order') as sales, sum(net_revenue) as net, sum(gross_revenue) as gross,
        min(purchased_at) filter (where is_sale) as first_purchase_at,
        max(purchased_at) filter (where is_sale) as last_purchase_at,
        min(purchased_at) filter (where is_sale and kind = 'order') as first_order_at,
        max(purchased_at) filter (where is_sale and kind = 'order') as last_order_at
    from marts.transactions group by all
) using (customer_id)
left join (
    select customer_id, string_agg(segment, ', ' order by segment) as listed from marts.customer_segments group by all
) using (customer_id)
left join (
    select
        customer_id, count(*) as tickets, count(*) filter (where is_open) as opened, max(created_at) as last_ticket_at,
        avg((satisfaction = 'satisfied')::int)::decimal(18, 4) as satisfied
    from marts.tickets group by all
) using (customer_id)
left join (
    select
        customer_id, count(*) filter (where outcome = 'open') as open_deals,
        count(*) filter (where outcome = 'won') as won_deals,
        sum(value_amount) filter (where outcome = 'open') as open_amount
    from marts.deals group by all
) using (customer_id)
left join (
    select
        customer_id, count(*) as touches, min(event_at) as first_touch_at,
        max(event_at) filter (where direction = 'inbound') as last_seen_at
    from marts.customer_timeline group by all
) using (customer_id);

create table marts.company_360 as
select
    account_id, count_of_customers, coalesce(purchases, 0) as count_of_purchases, coalesce(net, 0) as net_revenue,
    coalesce(opened, 0) as count_of_open_deals, coalesce(tickets, 0) as count_of_tickets,
    case when purchases > 0 then 'good' else 'no purchase' end as health,
    case when purchases > 0 then 'high tier' end as value_tier, case when purchases > 0 then 'active' end as lifecycle_risk,
    0.5::decimal(18, 4) as satisfaction_share, first_purchase_at, last_purchase_at,
    case when purchases > 0 then 3::bigint end as days_since_last_purchase, timestamp '2026-06-01' as last_seen_at,
    timestamp '2026-06-01' as last_contacted_at, 'EUR' as currency, date '2026-07-01' as as_of_date
from marts.companies
left join (
    select
        account_id, count(*) filter (where is_sale) as purchases, sum(net_revenue)::decimal(18, 4) as net,
        min(purchased_at) as first_purchase_at, max(purchased_at) as last_purchase_at
    from marts.transactions group by all
) using (account_id)
left join (select account_id, count(*) as opened from marts.deals where outcome = 'open' group by all) using (account_id)
left join (select account_id, count(*) as tickets from marts.tickets group by all) using (account_id);

create table marts.segment_summary as
select
    dimension, segment, count(*) as count_of_customers, sum(count_of_purchases)::bigint as count_of_purchases,
    sum(count_of_orders)::bigint as count_of_orders, sum(count_of_orders)::bigint as count_of_orders_last_365_days, sum(net_revenue)::decimal(18, 4) as net_revenue,
    sum(net_revenue)::decimal(18, 4) as net_revenue_last_365_days, 0.25::decimal(18, 4) as orders_per_month,
    (sum(net_revenue) / nullif(sum(count_of_orders), 0))::decimal(18, 4) as average_order_value,
    2::bigint as count_of_retainable_customers, 1::bigint as count_of_retained_customers,
    0.5::decimal(18, 4) as retention_rate, 0.5::decimal(18, 4) as satisfaction_share,
    sum(predicted_value)::decimal(18, 4) as predicted_value, 'EUR' as currency, date '2026-07-01' as as_of_date
from marts.customer_segments join marts.customer_360 using (customer_id) group by 1, 2;

create table marts.retention_by_month as
with bought as (
    select customer_id, date_trunc('month', purchased_at)::date as month, count(*) as sales, sum(net_revenue) as net
    from marts.transactions where is_sale and customer_id is not null group by all
), dated as (
    select *, min(month) over (partition by customer_id) as cohort_month from bought
), months as (
    select
        month, count(*) as count_of_customers, count(*) filter (where month = cohort_month) as count_of_new_customers,
        sum(net)::decimal(18, 4) as net_revenue, 0::bigint as count_of_retained_customers
    from dated group by 1
)
select
    month, month < date '2026-06-30' as is_complete, count_of_customers, count_of_new_customers,
    count_of_retained_customers, net_revenue, count_of_new_customers as count_of_customers_won,
    0::bigint as count_of_customers_won_back, 0::bigint as count_of_customers_churned,
    lag(count_of_customers, 1, 0) over (order by month) as count_of_customers_before,
    (sum(count_of_new_customers) over (order by month))::bigint as count_of_active_at_end,
    count_of_active_at_end - count_of_new_customers as count_of_active_at_start, 0::decimal(18, 4) as retention_rate,
    0::decimal(18, 4) as churn_rate, 'EUR' as currency, date '2026-07-01' as as_of_date
from months;

create table marts.retention_cohorts as
select
    month as cohort_month, month, since as months_since, count_of_new_customers as count_of_cohort_customers,
    true as is_complete, case since when 0 then count_of_new_customers else 0 end as count_of_customers,
    count_of_customers as count_of_orders, net_revenue, (1 - since)::decimal(18, 4) as retention_rate, currency,
    as_of_date
from marts.retention_by_month, range(2) as spans(since) where count_of_new_customers > 0;

create table marts.customers_by_region as
select
    country, region, city, count(*) as count_of_customers, count(*) filter (where count_of_purchases > 0)
        as count_of_buyers, sum(count_of_purchases)::bigint as count_of_purchases, sum(count_of_orders)::bigint as count_of_orders,
    sum(net_revenue)::decimal(18, 4) as net_revenue, sum(net_revenue)::decimal(18, 4) as net_revenue_last_365_days,
    avg(net_revenue)::decimal(18, 4) as net_revenue_per_customer,
    sum(predicted_value)::decimal(18, 4) as predicted_value, 'EUR' as currency, date '2026-07-01' as as_of_date
from marts.customer_360 group by 1, 2, 3;

create table marts.customer_occasions as
select
    customer_id, 'birthday' as occasion, next_birthday as occasion_date, days_to_birthday as days_to_occasion,
    birth_date as since_date, (year(next_birthday) - year(birth_date))::bigint as years, as_of_date
from marts.customer_360 where days_to_birthday <= 30;

create table marts.customer_consent as
select
    customer_id, channel, word as is_allowed,
    case word when true then 'opted_in' when false then 'opted_out' else 'unknown' end as state,
    case when word is not null then 'hubspot' end as stated_by,
    case when word is not null then 'hs_email_optout' end as stated_in, null::text as list_id,
    (select min(contact_id) from marts.customer_identities as i where i.customer_id = c.customer_id) as contact_id,
    updated_at as stated_at, false as is_time_stated, coalesce(word, false)::bigint as count_of_consents,
    coalesce(not word, false)::bigint as count_of_refusals, 0::bigint as count_of_lifted_refusals
from (
    select *, 'email' as channel, email_consent as word from marts.customers
    union all select *, 'sms', sms_consent from marts.customers
    union all select *, 'phone', phone_consent from marts.customers
) as c;

create table marts.segment_effectiveness as
select
    year, dimension, segment, count_of_customers, count_of_customers as count_of_buyers, count_of_orders, net_revenue,
    1::bigint as count_of_buyers_year_before, 1::bigint as count_of_buyers_retained,
    2::bigint as count_of_satisfied_tickets, 2::bigint as count_of_dissatisfied_tickets, date '2026-07-01' as members_on,
    year < 2026 as is_backcast, year < 2026 as is_complete,
    (net_revenue / count_of_customers)::decimal(18, 4) as net_revenue_per_customer,
    0.2::decimal(18, 4) as share_of_revenue, 1::decimal(18, 4) as retention_rate,
    0.5::decimal(18, 4) as satisfaction_share, currency, as_of_date
from marts.segment_summary, (values (2024::bigint), (2025), (2026)) as years(year);

create table marts.product_affinity as
select
    'shopify:p' || one as product_id, 'Thing ' || one as product, 'shopify:p' || (3 - one) as with_product_id,
    'Thing ' || (3 - one) as with_product, 270::bigint as count_of_orders_together, 270::bigint as count_of_orders,
    270::bigint as count_of_orders_of_other, 270::bigint as count_of_all_orders, 1::decimal(18, 6) as support,
    1::decimal(18, 4) as confidence, 1::decimal(18, 4) as lift, 1::bigint as position,
    date '2026-07-01' as as_of_date
from range(1, 3) as numbers(one);

create table marts.channel_performance as
select
    channel, count(*) as count_of_campaigns, count(cost) as count_of_campaigns_with_cost,
    sum(count_of_sent)::bigint as count_of_sent, sum(count_of_delivered)::bigint as count_of_delivered,
    sum(count_of_bounced)::bigint as count_of_bounced, sum(count_of_opened)::bigint as count_of_opened,
    sum(count_of_clicked)::bigint as count_of_clicked, sum(count_of_unsubscribed)::bigint as count_of_unsubscribed,
    0::bigint as count_of_complained, 0::bigint as count_of_replied,
    sum(count_of_attributed_orders)::bigint as count_of_attributed_orders, 0::bigint as count_of_customers_won,
    sum(attributed_revenue)::decimal(18, 4) as attributed_revenue, 0::decimal(18, 4) as won_customers_revenue,
    null::decimal(18, 4) as won_customers_predicted_value, sum(cost)::decimal(18, 4) as cost,
    0.5::decimal(18, 4) as open_rate, 0.2::decimal(18, 4) as click_rate, 0.1::decimal(18, 4) as unsubscribe_rate,
    0.1::decimal(18, 4) as conversion_rate, 1::decimal(18, 4) as revenue_per_message,
    null::decimal(18, 4) as acquisition_cost, 0.1::decimal(18, 4) as return_on_investment, 'EUR' as currency,
    date '2026-07-01' as as_of_date
from marts.campaign_performance group by 1;

create table marts.send_times as
select
    channel, isodow(sent_at) as weekday, hour(sent_at) as hour, 'UTC' as time_zone, count(*) as count_of_campaigns,
    sum(count_of_sent)::bigint as count_of_sent, sum(count_of_delivered)::bigint as count_of_delivered,
    sum(count_of_opened)::bigint as count_of_opened, sum(count_of_clicked)::bigint as count_of_clicked,
    sum(count_of_unsubscribed)::bigint as count_of_unsubscribed,
    sum(count_of_attributed_orders)::bigint as count_of_attributed_orders,
    sum(attributed_revenue)::decimal(18, 4) as attributed_revenue, 0.5::decimal(18, 4) as open_rate,
    0.4::decimal(18, 4) as open_rate_low, 0.2::decimal(18, 4) as click_rate, 0.1::decimal(18, 4) as click_rate_low,
    row_number() over (order by isodow(sent_at), hour(sent_at)) as position, 'EUR' as currency,
    date '2026-07-01' as as_of_date
from marts.campaign_performance group by channel, isodow(sent_at), hour(sent_at);

create table marts.audience_members as
select
    'win-back' as audience, customer_id, 'email' as channel, 'consent' as basis, email as address, full_name,
    'count_of_orders = ' || count_of_orders as because, date '2026-07-01' as as_of_date
from marts.customer_360 where email_consent;

create table marts.audiences as
select
    'win-back' as audience, 'Come again.' as purpose, 'email' as channel, 'consent' as basis, 1::bigint as position,
    true as is_on,
    'count_of_orders at least 0' as rule, count(*) as count_of_customers,
    count(*) filter (where email_consent) as count_of_members, 0::bigint as count_of_no_address,
    0::bigint as count_of_unsubscribed, 0::bigint as count_of_complained, 0::bigint as count_of_bounced,
    count(*) filter (where not email_consent) as count_of_refused, 0::bigint as count_of_no_consent,
    0::bigint as count_of_same_address, date '2026-07-01' as as_of_date
from marts.customer_360
union all
select 'summer', 'Sun.', 'sms', 'legitimate interest', 2, false, 'age at least 1', 0, 0, 0, 0, 0, 0, 0, 0, 0, date '2026-07-01';

create table landing.rejections as
select
    'hubspot' as source, 'contacts' as stream, 'r' || i as record_id, 'no id' as rejected_because,
    timestamp '2026-06-30 02:00' as extracted_at, 'b1' as batch_id,
    case when i = 5 then timestamp '2026-07-01 02:00' end as resolved_at
from range(1, 6) as numbers(i);

create table marts.rejections as
select
    source, stream, record_id, rejected_because as rule, null::varchar as field, null::varchar as value_shape,
    'rejected' as treatment, 'landing' as held_back_at,
    extracted_at as first_seen_at, extracted_at as last_seen_at, resolved_at, 1::bigint as count_of_rejections
from landing.rejections;

create table marts.data_completeness as
select
    split_part(stream, '/', 1) as source, split_part(stream, '/', 2) as stream, 'b2' as last_batch_id,
    timestamp '2026-07-01 02:00' as last_started_at, timestamp '2026-07-01 02:01' as last_finished_at,
    timestamp '2026-07-01 02:00' as complete_up_to, true as is_complete, 96::bigint as source_count,
    95::bigint as count_of_live, 1::bigint as gap, 2::bigint as count_of_held_back, null::bigint as last_count_of_window,
    1::bigint as last_count_of_reread, 3::bigint as count_of_reread,
    2::bigint as count_of_batches, 10::bigint as last_count_of_received, 100::bigint as count_of_received,
    8::bigint as last_count_of_landed, 95::bigint as count_of_landed, 1::bigint as last_count_of_duplicate,
    3::bigint as count_of_duplicate, 1::bigint as last_count_of_rejected, 2::bigint as count_of_rejected,
    0::bigint as last_count_of_forgotten, 0::bigint as count_of_forgotten,
    0::bigint as last_count_of_deleted, 0::bigint as count_of_deleted, 1::bigint as count_of_derived, 1::bigint as count_of_removed,
    0::bigint as count_of_superseded, 1::bigint as count_of_gone, 91::bigint as count_of_in_entity,
    2::bigint as count_of_quarantined, 1::bigint as count_of_left_out, 0::bigint as count_of_unaccounted,
    true as is_balanced
from unnest(['hubspot/contacts', 'hubspot/deals', 'shopify/orders', 'zendesk/tickets', 'mailchimp/members']) as t(stream);

create table landing.schema_changes as
select
    'hubspot' as source, 'contacts' as stream, field, 'new' as change, null::varchar as type_before, 'text' as type_now,
    timestamp '2026-06-01' as changed_at, 'b2' as batch_id
from unnest(['properties.tier', 'properties.fax', 'properties.vip']) as t(field);
create table marts.schema_changes as
select * exclude (stream), source as brand, stream from landing.schema_changes;

create table marts.customer_contact_points as
select
    customer_id, 'email' as kind, email as contact_point, true as is_valid, false as is_shared, true as is_primary,
    'hubspot' as source, 1::bigint as count_of_records, timestamp '2026-06-01' as last_confirmed_at,
    email_consent as is_allowed, null::boolean as is_sms_allowed, timestamp '2026-05-01' as last_used_at,
    null::timestamp as last_bounced_at
from marts.customers
union all
select
    customer_id, 'phone', phone, true, false, true, 'hubspot', 1, timestamp '2026-06-01', null, null, null, null
from marts.customers;

create schema if not exists crm360;

create table marts.run_history as
with measured as (
    select 'r' || run as run_id, timestamp '2026-06-30 02:00' + to_days(run::int) as measured_at,
        date '2026-06-30' + run::int as as_of, run
    from range(2) as runs(run)
)
select
    run_id, measured_at, as_of, 'stream' as scope, 'shop/orders' as subject, 'shop' as source, 'orders' as stream,
    null::varchar as table_name, null::varchar as column_name, null::bigint as count_of_rows, 9::bigint as count_of_received,
    8::bigint as count_of_landed, 1::bigint as count_of_deleted, 0::bigint as count_of_rejected, 3.5::double as hours_since_change,
    null::double as null_share, null::bigint as distinct_values, null::double as mean, null::double as standard_deviation
from measured
union all
select run_id, measured_at, as_of, 'table', 'orders', null, null, 'orders', null, 95, null, null, null, null, null, null, null, null, null from measured
union all
select run_id, measured_at, as_of, 'column', 'orders.total', null, null, 'orders', 'total', 95, null, null, null, null, null, 0.25::double, 17, 4.5::double, 1.5::double
from measured;

create table crm360.run_figures as select * from marts.run_history where run_id = 'r1';

create table marts.anomalies as
select
    * exclude (
        count_of_rows, count_of_received, count_of_landed, count_of_deleted, count_of_rejected, hours_since_change, null_share,
        distinct_values, mean, standard_deviation
    ),
    'rows' as figure, 95::double as figure_value, 150::double as expected_value, 120::double as lowest_value,
    180::double as highest_value,
    20::bigint as days_compared, 'warn' as treatment
from marts.run_history where scope = 'table';

create table crm360.run_anomalies as select * from marts.anomalies where run_id = 'r1';
