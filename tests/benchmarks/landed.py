"""Makes landing straight: batches of four vendors' records as `connectors/landing.py` commits them, written by DuckDB.

People have a record in one system, every fifth in a second one; orders, e-mails and tickets are of those who stand in
Shopify, Mailchimp and Zendesk. All of it comes out of hashes: the same scale gives the same records.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import msgspec

from crm360.connectors.engine.batch import FOOTER_KEY, ROWS_IN_A_GROUP, Footer

CUSTOMERS, ORDERS, EVENTS, TICKETS = 1_000_000, 5_000_000, 10_000_000, 500_000
AS_OF = datetime(2026, 7, 1, 2)
BATCH = AS_OF.strftime("%Y%m%dT%H%M%S%fZ")
LIST = "5454491671"
PRODUCTS, CAMPAIGNS, AGENTS = 2_000, 120, 40
# A moment in the two years before AS_OF, and its text, from a hash.
MOMENT = "timestamp '2024-07-01' + to_seconds(({0} % 62000000)::bigint)"
TEXT = "strftime({0}, '%Y-%m-%dT%H:%M:%SZ')"
MONEY = "{{shopMoney: {{amount: ({0})::decimal(18, 2)::varchar, currencyCode: {1}}}}}"
LETTER = "chr((97 + hash(p, {0}) % 26)::int)"

PEOPLE = f"""
    create table people as
    with drawn as (select p, hash(p, 1) % 100 as drawn, hash(p, 2) % 5 = 0 as is_twice from range({{customers}}) as t (p)),
    placed as (
        select p, is_twice, case when drawn < 40 then 0 when drawn < 65 then 1 when drawn < 90 then 2 else 3 end as home
        from drawn)
    select p, home, (home + 1) % 4 as second, is_twice,
        upper({LETTER.format(3)}) || 'a' || {LETTER.format(4)} || 'ina' || {LETTER.format(5)} as first_name,
        upper({LETTER.format(6)}) || {LETTER.format(7)} || 'er' || {LETTER.format(8)} || 'son' as last_name,
        'p' || p || '@x' || hash(p, 9) % 50 || '.example' as email,
        case when hash(p, 10) % 2 = 0 then '+49301' || lpad(p::text, 8, '0') end as phone,
        'Street ' || hash(p, 11) % 100000 as street, 'Town ' || hash(p, 12) % 5000 as city,
        lpad((hash(p, 13) % 90000)::text, 5, '0') as postal_code,
        {MOMENT.format("hash(p, 14)")} as made_at,
        -- Half stay customers to this day, the others for a part of the time.
        case when hash(p, 19) % 2 = 0 then 1 else (hash(p, 19) % 1000) / 1000 end
            * epoch(timestamp '2026-06-30' - made_at) as seconds_active
    from placed"""
# Who stands in a system, numbered from 0.
MEMBERS = """
    create table {name} as select *, row_number() over (order by p) - 1 as n from people
    where home = {home} or (is_twice and second = {home})"""

MADE = TEXT.format("made_at")
AT = TEXT.format("moment")
# Each stream's select gives record_id, record (a struct) and changed_at.
STREAMS = {
    "hubspot/contacts": f"""
        select (20000 + p)::text as record_id, made_at as changed_at, {{
            id: (20000 + p)::text, createdAt: {MADE}, updatedAt: {MADE}, archived: false, properties: {{
                firstname: first_name, lastname: last_name, email: email, phone: phone, address: street, city: city,
                zip: postal_code, country: 'Germany', hs_language: 'de', hs_email_optout: 'false',
                lifecyclestage: ['lead', 'opportunity', 'customer'][1 + (hash(p, 15) % 3)::int],
                hs_analytics_source: ['ORGANIC_SEARCH', 'OFFLINE', 'PAID_SEARCH'][1 + (hash(p, 16) % 3)::int],
                date_of_birth: case when hash(p, 17) % 3 = 0
                    then (date '1950-01-01' + (hash(p, 18) % 20000)::int)::text end,
                loyalty_tier: 'silver'}}}} as record
        from in_hubspot""",
    "shopify/customers": f"""
        select (7000000000 + n)::text as record_id, made_at as changed_at, {{
            id: 'gid://shopify/Customer/' || (7000000000 + n), firstName: first_name, lastName: last_name,
            defaultEmailAddress: {{emailAddress: email, marketingState: 'SUBSCRIBED'}},
            defaultPhoneNumber: {{phoneNumber: phone, marketingState: null}},
            defaultAddress: {{address1: street, city: city, province: null, zip: postal_code, countryCodeV2: 'DE',
                company: null}},
            createdAt: {MADE}, updatedAt: {MADE}, locale: 'de'}} as record
        from in_shopify""",
    "shopify/products": f"""
        select (8100000000 + i)::text as record_id, timestamp '2024-07-01' as changed_at, {{
            id: 'gid://shopify/Product/' || (8100000000 + i), title: 'Product ' || i,
            productType: 'Category ' || i % 40, tags: ['blue', 'small'], createdAt: '2024-07-01T00:00:00Z',
            updatedAt: '2024-07-01T00:00:00Z', variants: {{nodes: [{{price: (5 + i % 90)::text || '.50'}}]}}}} as record
        from range({PRODUCTS}) as t (i)""",
    # Some buy far more often than others. Of a hundred orders one is a guest's, one cancelled, one refunded, one in dollars.
    "shopify/orders": f"""
        with drawn as (
            select i, (hash(i, 20) % 1000000) / 1e6 as share, 1 + (hash(i, 21) % 3)::int as lines,
                (hash(i, 22) % 1000000) / 1e6 as u, floor((0.02 * u + 0.98 * power(u, 5)) * {{members}})::bigint as n, hash(i, 23) % 100 as kind,
                case when hash(i, 24) % 100 = 0 then 'USD' else 'EUR' end as currency
            from range({{orders}}) as t (i)),
        lined as (
            select *, list_transform(range(lines), lambda l: (hash(i, 25, l) % {PRODUCTS})::bigint) as products,
                list_transform(range(lines), lambda l: (1 + (hash(i, 26, l) % 3)::int) * (1 + (hash(n, 28) % 5)::int)) as quantities
            from drawn),
        summed as (
            select *, list_sum(list_transform(range(1, lines + 1),
                lambda l: quantities[l] * (5.5 + products[l] % 90)))::decimal(18, 2) as total
            from lined)
        select (5400000000000 + i)::text as record_id, moment as changed_at, {{
            id: 'gid://shopify/Order/' || (5400000000000 + i), name: '#' || (1000 + i), createdAt: {AT},
            updatedAt: {AT}, processedAt: {AT}, cancelledAt: case when kind = 1 then {AT} end, test: false,
            displayFinancialStatus: case when kind = 2 then 'REFUNDED' else 'PAID' end, sourceName: 'web',
            email: email, phone: phone,
            customer: case when kind > 0 then {{id: 'gid://shopify/Customer/' || (7000000000 + members.n)}} end,
            currencyCode: currency, subtotalPriceSet: {MONEY.format("total", "currency")},
            totalPriceSet: {MONEY.format("total", "currency")},
            totalTaxSet: {MONEY.format("total * 0.16", "currency")},
            totalDiscountsSet: {MONEY.format("0", "currency")},
            totalShippingPriceSet: {MONEY.format("0", "currency")},
            totalRefundedSet: {MONEY.format("case when kind = 2 then total else 0 end", "currency")},
            lineItems: {{nodes: list_transform(range(1, lines + 1), lambda l: {{
                id: 'gid://shopify/LineItem/' || (13000000000000 + i * 3 + l), title: 'Product ' || products[l],
                sku: 'SB-' || products[l], quantity: quantities[l], product: {{
                    id: 'gid://shopify/Product/' || (8100000000 + products[l]),
                    productType: 'Category ' || products[l] % 40}},
                originalUnitPriceSet: {{shopMoney: {{amount: (5 + products[l] % 90) || '.50'}}}},
                discountedTotalSet: {{shopMoney: {{
                    amount: (quantities[l] * (5.5 + products[l] % 90))::decimal(18, 2)::varchar}}}}
            }})}}}} as record
        from (
            select summed.*, email, phone, made_at + to_seconds((share * seconds_active)::bigint) as moment
            from summed inner join in_shopify as members on summed.n = members.n) as members""",
    "mailchimp/members": f"""
        select '{LIST}/' || md5(email) as record_id, made_at as changed_at, {{
            id: md5(email), email_address: email, full_name: first_name || ' ' || last_name, status: 'subscribed',
            merge_fields: {{FNAME: first_name, LNAME: last_name, PHONE: ''}}, timestamp_opt: {MADE},
            last_changed: {MADE}, language: 'de', location: {{country_code: 'DE'}}, list_id: '{LIST}'}} as record
        from in_mailchimp""",
    "mailchimp/campaigns": f"""
        select 'c' || i as record_id, moment as changed_at, {{
            id: 'c' || i, create_time: {AT}, send_time: {AT}, emails_sent: 50000, status: 'sent',
            recipients: {{list_id: '{LIST}'}},
            settings: {{title: 'Campaign ' || i, subject_line: 'News ' || i}}}} as record
        from (select i, timestamp '2024-07-02 08:00:00' + to_days((i * 6)::int) as moment from range({CAMPAIGNS}) as t (i))""",
    # A mail is one event, and half an event more: of twenty four are opened, three opened and clicked.
    "mailchimp/email_activity": f"""
        with drawn as (
            select i % {{members}} as n, (i // {{members}} + i % {{members}}) % {CAMPAIGNS} as c, hash(i, 30) % 20 as kind,
                hash(i, 31) as later
            from range({{mails}}) as t (i)),
        timed as (
            select *, timestamp '2024-07-02 08:00:00' + to_days((c * 6)::int) + to_seconds((later % 200000)::bigint) as moment
            from drawn)
        select 'c' || c || '/' || md5(email) as record_id, timestamp '2026-06-30' as changed_at, {{
            campaign_id: 'c' || c, list_id: '{LIST}', list_is_active: true, email_id: md5(email), email_address: email,
            activity: case
                when kind < 13 then []
                when kind < 17 then [{{action: 'open', timestamp: {AT}, url: null}}]
                else [{{action: 'open', timestamp: {AT}, url: null}},
                    {{action: 'click', timestamp: {TEXT.format("moment + interval 1 minute")},
                        url: 'https://shop.example/' || later % 500}}] end}} as record
        from timed inner join in_mailchimp as members on timed.n = members.n""",
    "zendesk/users": f"""
        select (380000000000 + n)::text as record_id, made_at as changed_at, {{
            id: 380000000000 + n, name: first_name || ' ' || last_name, email: email, phone: phone, role: 'end-user',
            organization_id: null, active: true, locale: 'de', created_at: {MADE}, updated_at: {MADE}}} as record
        from in_zendesk""",
    "zendesk/tickets": f"""
        with drawn as (
            select i, {MOMENT.format("hash(i, 40)")} as moment, (hash(i, 41) % {{members}})::bigint as n,
                hash(i, 42) % 5000 as minutes, hash(i, 43) % 10 as kind from range({{tickets}}) as t (i))
        select (1 + i)::text as record_id, moment as changed_at, {{
            id: 1 + i, created_at: {AT}, updated_at: {AT}, subject: 'Question ' || i % 300 || ' about Product ' || i % 50,
            status: case when kind = 0 then 'open' else 'solved' end, priority: 'normal', type: 'question',
            via: {{channel: ['web', 'email', 'chat'][1 + i % 3]}}, requester_id: 380000000000 + n,
            assignee_id: 370000000000 + i % {AGENTS}, group_id: 36 + i % 4, organization_id: null, tags: ['order'],
            satisfaction_rating: {{score: ['good', 'offered', 'bad'][1 + i % 3]}}, metric_set: {{
                reopens: kind // 9, replies: 1 + kind % 3, reply_time_in_minutes: {{calendar: minutes // 10}},
                solved_at: case when kind > 0
                    then {TEXT.format("moment + to_minutes(minutes::bigint)")} end}}}} as record
        from drawn""",
    "zendesk/satisfaction_ratings": f"""
        select (370000000000 + i)::text as record_id, moment as changed_at, {{
            id: 370000000000 + i, score: case when hash(i, 44) % 5 = 0 then 'bad' else 'good' end, ticket_id: 1 + i,
            requester_id: 380000000000 + (hash(i, 41) % {{members}})::bigint, comment: null, created_at: {AT},
            updated_at: {AT}}} as record
        from (select i * 4 as i, {MOMENT.format("hash(i * 4, 40)")} + interval 4 day as moment
            from range({{tickets}} // 4) as t (i))""",
}  # fmt: skip


def make_landing(root: Path, scale: float) -> dict[str, int]:
    """Write one committed batch a stream under `root`. Returns how many records each has."""
    root.mkdir(parents=True)
    sizes = {
        "customers": int(CUSTOMERS * scale),
        "orders": int(ORDERS * scale),
        "mails": int(EVENTS * scale / 1.5),
        "tickets": int(TICKETS * scale),
    }
    landed = {}
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB", "temp_directory": str(root.parent)}) as con:
        con.execute(PEOPLE.format(**sizes))
        for home, system in enumerate(("shopify", "hubspot", "mailchimp", "zendesk")):
            con.execute(MEMBERS.format(name=f"in_{system}", home=home))
        for name, select in STREAMS.items():
            source, stream = name.split("/")
            members = con.execute(f"select count(*) from in_{source}").fetchall()[0][0]
            for size, number in (sizes | {"members": members}).items():
                select = select.replace("{" + size + "}", str(number))
            landed[name] = commit(con, root / name, Footer(source, stream, BATCH, started_at=AS_OF), select)
    return landed


def commit(con: duckdb.DuckDBPyConnection, folder: Path, footer: Footer, select: str) -> int:
    """One batch with its footer, complete; one record in 50 is there in an older version too. Returns its number of rows."""
    folder.mkdir(parents=True)
    select = f"""
        select * from ({select}) union all
        select record_id, changed_at - interval 1 hour, record from ({select}) where hash(record_id) % 50 = 0"""
    rows = int(con.execute(f"select count(*) from ({select})").fetchall()[0][0])
    footer.received = footer.landed = rows
    footer.finished_at = footer.source_time = footer.window_to = footer.cursor_after = AS_OF
    footer.complete, footer.pages, footer.end_proof = True, 1, "made"
    told = msgspec.json.encode(footer).decode().replace("'", "''")
    con.execute(
        f"""copy (
            select record_id, to_json(record)::varchar as record, changed_at, false as is_deleted,
                null::varchar as merged_into, null::varchar as rejected_because, timestamp '{AS_OF}' as extracted_at,
                '{BATCH}' as batch_id
            from ({select})
        ) to '{folder / BATCH}.parquet' (
            format parquet, compression zstd, row_group_size {ROWS_IN_A_GROUP}, kv_metadata {{{FOOTER_KEY.decode()}: '{told}'}}
        )"""
    )
    return rows
