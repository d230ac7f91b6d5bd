"""A whole night of systems that need no vendor code: a PostgreSQL and a mailbox, told apart and brought together."""

from __future__ import annotations

import imaplib
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import running
from tests.connectors.servers import Mailboxes, Postgres, dovecot, postgres
from tests.nights.nights import Nights

pytestmark = pytest.mark.server

OWNER = "ann@example.com"


def fill_shop(server: Postgres) -> None:
    with psycopg.connect(
        f"host=127.0.0.1 port={server.port} user=owner password=owner dbname=shop", autocommit=True
    ) as con:
        con.execute("create table people (id int primary key, given text, email text, updated_at timestamptz)")
        con.execute("create table calls (id int primary key, person int, at timestamptz, outgoing boolean)")
        con.execute("create table bills (id int primary key, person int, total numeric(10, 2), at timestamptz)")
        con.execute(
            "insert into people values (1, 'Bob', 'bob@example.com', '2026-06-01'), (2, 'Eve', 'office@example.com', '2026-06-01'), (3, 'Dan', 'office@example.com', '2026-06-01')"
        )
        con.execute("insert into calls values (1, 1, '2026-06-02 10:00+02', true), (2, 2, '2026-06-03 10:00Z', false)")
        con.execute("create table items (id int primary key, bill int, price numeric(10, 2))")
        con.execute("insert into items values (1, 1, 12.50)")
        con.execute("insert into bills values (1, 1, 12.50, '2026-06-04 09:00Z')")


def fill_mailbox(server: Mailboxes) -> None:
    client = imaplib.IMAP4("127.0.0.1", server.plain)
    client.login(OWNER, f"pw-{OWNER}")
    for n, (folder, sender, to, subject) in enumerate(
        [
            ("INBOX", "Bob <Bob@example.com>", OWNER, "A question"),
            ("Gesendet", OWNER, "bob@example.com, stranger@example.com", "An answer"),
            ("INBOX", "office@example.com", OWNER, "Who of us?"),
        ]
    ):
        when = imaplib.Time2Internaldate(datetime(2026, 6, 5 + n, 12, tzinfo=UTC))
        text = f"Message-ID: <m{n}@x>\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nHello\r\n"
        client.append(folder, "", when, text.encode())
    client.logout()


def described(shop: Postgres, mail: Mailboxes) -> str:
    return f"""
base_currency = "EUR"
as_of = "2026-06-30"

[sources.shop]
system = "database"
url = "{shop.url()}"

[sources.shop.streams.people]
table = "people"
key = ["id"]
changed = "updated_at"
[[sources.shop.streams.people.entities]]
entity = "contacts"
fields = {{ first_name = "given", email = "email" }}

[sources.shop.streams.calls]
table = "calls"
key = ["id"]
[[sources.shop.streams.calls.entities]]
entity = "interactions"
[sources.shop.streams.calls.entities.fields]
contact_id = "person"
happened_at = "at"
kind = {{ value = "call" }}
direction = {{ column = "outgoing", match = {{ "true" = "outbound" }}, default = "inbound" }}

[sources.shop.streams.bills]
table = "bills"
key = ["id"]
[[sources.shop.streams.bills.entities]]
entity = "orders"
[sources.shop.streams.bills.entities.fields]
contact_id = "person"
ordered_at = "at"
total_amount = "total"
currency = {{ value = "EUR" }}
order_kind = {{ value = "sale" }}

[sources.shop.streams.items]
query = "select id, bill, price from items where price > 0"
key = ["id"]
[[sources.shop.streams.items.entities]]
entity = "order_lines"
fields = {{ order_id = "bill", unit_price = "price", quantity = {{ value = "1" }} }}

[sources.mail]
system = "imap"
host = "127.0.0.1"
port = {mail.plain}
tls = false
user = "{OWNER}"
"""


@pytest.mark.long
def test_calls_orders_and_mails_are_one_customers_story(tmp_path: Path) -> None:
    with postgres() as shop, dovecot() as mail, running(Company(1)) as unused:
        fill_shop(shop)
        fill_mailbox(mail)
        nights = Nights(unused, tmp_path)
        (tmp_path / "crm360.toml").write_text(described(shop, mail))
        nights.night(CRM360_SHOP_PASSWORD="reader", CRM360_MAIL_PASSWORD=f"pw-{OWNER}")
    story = nights.query(
        """select t.event_at::varchar, t.kind, t.direction, t.channel, t.subject, t.amount::varchar
           from customer_timeline as t inner join customers as c using (customer_id)
           where c.email = 'bob@example.com' order by 1"""
    )
    assert story == [
        ("2026-06-02 08:00:00", "call", "outbound", "call", None, None),
        ("2026-06-04 09:00:00", "order placed", "inbound", "shop", None, "12.5000"),
        ("2026-06-05 12:00:00", "email", "inbound", "email", "A question", None),
        ("2026-06-06 12:00:00", "email", "outbound", "email", "An answer", None),
    ]
    others = nights.query(
        "select kind from customer_timeline inner join customers using (customer_id) where email <> 'bob@example.com'"
    )
    assert others == [("call",)], "a shared address does not say who wrote"
