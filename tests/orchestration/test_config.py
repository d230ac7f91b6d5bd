"""crm360.toml as truth tables: what may stand in it, what is refused, and in which words."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import certifi
import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.session import REDACT
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.catalog import shape
from crm360.orchestration.settings import custom
from crm360.orchestration.settings.config import Config, load
from tests.orchestration.running import crm360

HUBSPOT = "[sources.hubspot]\n"
ZENDESK = '[sources.zendesk]\nbase_url = "https://acme.zendesk.com"\nuser = "ann@example.com"\n'
FILE = """
[sources.shop]
system = "files"
[sources.shop.streams.lines]
path = "lines.csv"
[[sources.shop.streams.lines.entities]]
entity = "orders"
fields = { name = "Invoice", currency = { value = "GBP" } }
"""
TABLE = """
[sources.shop]
system = "database"
url = "postgresql://crm360@db.example.com/shop"
[sources.shop.streams.people]
table = "people"
key = ["id"]
changed = "updated_at"
lookback = 60
[[sources.shop.streams.people.entities]]
entity = "contacts"
id = "person"
fields = { email = "mail", full_name = { column = "name" } }
"""
PUSH = HUBSPOT + "[sources.mailchimp]\nbase_url = 'https://us1.api.mailchimp.com'\n[push.mail]\naudience = 'win-back'\n"
HOOK = PUSH + "to = 'webhook'\nurl = 'https://shop.example/hook'\n"
CUSTOM = """
[sources.hubspot]
[custom_fields]
tier = { from = 'hubspot.contacts.properties.tier', type = 'text', description = 'Tier of loyalty' }
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever .env files set is gone after the test."""
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if not k.startswith("CRM360_")})


def config(folder: Path, text: str, data: Path | None = None) -> Config:
    path = folder / "crm360.toml"
    path.write_text(text)
    return load(path, data)


def test_the_file_as_delivered_is_valid() -> None:
    loaded = load(Path(__file__).parents[2] / "crm360.toml")
    assert loaded.uses_sandbox and {s.connector.system for s in loaded.sources} <= set(CONNECTORS)


FORCE = (
    "[sources.salesforce]\nbase_url = 'https://acme.my.salesforce.com'\nclient_id = '3MVG9'\n"
    "[push.mail]\naudience = 'win-back'\nto = 'salesforce'\n"
)
ADS = HUBSPOT + "[push.mail]\naudience = 'win-back'\nto = 'meta'\nlist = '1'\n"
SFTP = (
    HUBSPOT + "[push.mail]\naudience = 'win-back'\nto = 'sftp'\nurl = 'sftp://crm@files.example/in/x.csv'\n"
    f"fingerprint = 'SHA256:{'a' * 43}'\naddress = true\n"
)
REFUSED = [
    # what stands there, and what is said about it
    ("", "the key sources is missing"),
    ("[sources]", "no source is set up"),
    ("this is no TOML", "crm360.toml, line 1: this is not valid TOML: is a quote, a bracket or the value missing"),
    ("colour = 1\n" + HUBSPOT, "crm360.toml, line 1, colour: unknown key 'colour'; there are alerts, anomalies, as_of, attribution, attribution_days"),
    ("keep_versions = '7'\n" + HUBSPOT, "crm360.toml, line 1, keep_versions: keep_versions is a whole number, not '7'"),
    ("keep_versions = 0\n" + HUBSPOT, "keep_versions is at least 1"),
    ("keep_landing_days = -1\n" + HUBSPOT, "line 1, keep_landing_days: keep_landing_days is at least 0"),
    ("base_currency = 'euro'\n" + HUBSPOT, "base_currency is an ISO 4217 code such as EUR"),
    ("time_zone = 'Mars/Olympus'\n" + HUBSPOT, "time_zone 'Mars/Olympus' is unknown"),
    ("as_of = 'tomorrow'\n" + HUBSPOT, "as_of is 'today', 'source' or a date such as 2026-01-31"),
    ("segments = { high_value = 'much' }\n" + HUBSPOT, "segments.high_value: high_value is a number, not 'much'"),
    # what a purchase is
    (HUBSPOT + "[value]\ncounts = ['carts']", "value: counts lists some of orders, deals, invoices, each once"),
    (HUBSPOT + "[value]\ncounts = []", "value: counts lists some of orders, deals, invoices"),
    (HUBSPOT + "[value]\nmaster = ['erp']", "value: master lists sources; there are hubspot"),
    (HUBSPOT + "[value]\nmatch_days = 0", "value: match_days is a number from 1 to 31"),
    (HUBSPOT + "[value]\ncount = ['deals']", "unknown key 'count'; did you mean 'counts'"),
    # sources
    ("[sources.acme]", "line 1, sources.acme: system 'acme' is unknown; there are "),
    ("[sources.'../x']\nsystem = 'files'", "a source's name is lower-case letters, digits and underscores"),
    ("[sources.shopify]\nsystem = 'hubspot'", "shopify is the name of another system: call this hubspot account otherwise"),
    (HUBSPOT + "colour = 1", "line 2, sources.hubspot.colour: unknown key 'colour'; there are base_url, brand, ca_file, deadline"),
    (HUBSPOT + "base_url = 'ftp://api.example.com'", "base_url begins with https://"),
    (HUBSPOT + "base_url = ''", "the setting base_url is missing"),
    ("[sources.zendesk]\nbase_url = 'https://acme.zendesk.com'", "sources.zendesk: the setting user is missing"),
    (HUBSPOT + "max_shrink = 2", "max_shrink is a share between 0 and 1"),
    (HUBSPOT + "max_shrink = 'all'", "max_shrink is a share between 0 and 1"),
    (HUBSPOT + "rate_limit = 'fast'", "rate_limit is requests a second"),
    (HUBSPOT + "rate_limit = 0", "rate_limit is requests a second"),
    (HUBSPOT + "deadline = 'soon'", "line 2, sources.hubspot.deadline: deadline is a number of seconds"),
    (HUBSPOT + "on_new_field = 'warn'", "line 2, sources.hubspot.on_new_field: on_new_field is 'keep' or 'stop'"),
    (HUBSPOT + "brand = 7", "line 2, sources.hubspot.brand: brand is a name in quotes, of at most 60 letters"),
    (HUBSPOT + "brands = 'Acme'", "unknown key 'brands'; did you mean 'brand'?"),
    # streams that are not pulled
    (HUBSPOT + "skip = ['mails']", "line 2, sources.hubspot.skip: skip is a list of streams; there are calls, communications, companies"),
    (HUBSPOT + "skip = 'emails'", "skip is a list of streams"),
    ("[sources.mailchimp]\nbase_url = 'https://x'\nskip = ['lists']", "members is read for each of lists: skip both or none"),
    (CUSTOM.replace("[custom", "skip = ['contacts']\n[custom"), "hubspot has no stream 'contacts'"),
    # custom fields
    (CUSTOM.replace("tier =", "'Tier x' ="), "custom_fields.Tier x: a name is lower-case letters, digits and underscores"),
    (CUSTOM.replace("tier =", "select ="), "custom_fields.select: a name is lower-case letters, digits and underscores"),
    (CUSTOM.replace("tier =", "email ="), "custom_fields.email: customer_360 has a column of that name already"),
    (CUSTOM.replace("tier =", "parse_errors ="), "custom_fields.parse_errors: customer_360 has a column"),
    (CUSTOM.replace("text", "float"), "type 'float' is unknown; there are text, integer, decimal, boolean, date, timestamp"),
    (CUSTOM.replace("Tier of", " ").replace("loyalty'", " '"), "the description is empty"),
    (CUSTOM.replace("description", "descr"), "custom_fields.tier.descr: unknown key 'descr'; did you mean 'description'?"),
    (CUSTOM.replace("hubspot.contacts.properties.tier", "tier"), "from is 'source.stream.path in the record', not 'tier'"),
    (CUSTOM.replace("properties.tier", "properties..tier"), "from is 'source.stream.path in the record'"),
    (CUSTOM.replace("hubspot.contacts", "zoho.contacts"), "source 'zoho' is not set up; there are hubspot"),
    (CUSTOM.replace("hubspot.contacts", "hubspot.contact"), "hubspot has no stream 'contact'; there are calls, "),
    (CUSTOM.replace("hubspot.contacts", "hubspot.owners"), "hubspot/owners holds none of companies, contacts, deals, orders, tickets"),
    (CUSTOM.replace("properties.tier", "list[key=tier]"), "leads to an object: say which of its values"),
    (CUSTOM.replace("hubspot.contacts", "hubspot.companies").replace("tier =", "industry ="), "companies has a column of that name"),
    (CUSTOM.replace("'hubspot.contacts.properties.tier'", "['hubspot.contacts.x', 'hubspot.deals.x']"),
     "its sources belong to one entity"),
    # secrets
    (HUBSPOT + "token = 'x'", "sources.hubspot.token is a secret: put it in the environment as CRM360_HUBSPOT_TOKEN"),
    (HUBSPOT + "api_key = 'x'", "put it in the environment as CRM360_HUBSPOT_API_KEY"),
    (HUBSPOT + "base_url = 'https://ann:pw@api.example.com'", "sources.hubspot.base_url holds a secret"),
    (HUBSPOT + "base_url = 'https://api.example.com/pat-eu1-0000'", "sources.hubspot.base_url holds a secret"),
    (TABLE.replace("crm360@", "crm360:hunter2@"), "sources.shop.url holds a secret: put it in the environment"),
    (TABLE.replace("table =", "password = 'x'\ntable ="), "sources.shop.streams.people.password is a secret"),
    # described streams
    ("[sources.shop]\nsystem = 'files'", "a files source has at least one [sources.….streams.…]"),
    ("[sources.shop]\nsystem = 'database'", "a database source has at least one [sources.….streams.…]"),
    (FILE.replace("streams.lines", "streams.Lines"), "a stream's name is lower-case letters, digits and underscores, not 'Lines'"),
    (FILE.replace('path = "lines.csv"', ""), "line 4, sources.shop.streams.lines: the key path is missing"),
    (FILE.replace('path = "lines.csv"', "path = 7"), "line 5, sources.shop.streams.lines.path: path is text in quotes, not a number"),
    (FILE.replace("path =", "paht ="), "line 5, sources.shop.streams.lines.paht: unknown key 'paht'; did you mean 'path'?"),
    (FILE.replace("path =", "deletes = 'maybe'\npath ="), "sources.shop.streams.lines.deletes: deletes is one of 'sweep', 'none', not 'maybe'"),
    (FILE.split("[[")[0], "it is mapped to no entity: add [[sources.shop.streams.lines.entities]]"),
    (FILE.replace('"orders"', '"order"'), "line 7, sources.shop.streams.lines.entities.entity: entity 'order' is unknown; did you mean 'orders'?"),
    (FILE.replace("value =", "vale ="), "line 8, sources.shop.streams.lines.entities.fields.currency.vale: unknown key 'vale'; did you mean 'value'?"),
    (FILE.replace('name = "Invoice"', "name = 7"), "fields.name: name is text in quotes or a table, not a number"),
    (TABLE.replace("table =", "query = 'select 1'\ntable ="), "a stream of a database has either a table or a query"),
    (TABLE.replace('table = "people"', ""), "a stream of a database has either a table or a query"),
    (TABLE.replace('key = ["id"]', ""), "key is missing: the columns that tell the rows apart"),
    (TABLE.replace('key = ["id"]', 'key = "id"'), "line 7, sources.shop.streams.people.key: key is a list, such as [\"a\", \"b\"], not 'id'"),
    (TABLE.replace("lookback = 60", "deletes = 'flag'"), "deletes is one of 'sweep', 'none', not 'flag'"),
    (TABLE.replace("postgresql://crm360@db.example.com/shop", "db.example.com"), "the url is not one of SQLAlchemy's"),
    (TABLE.replace("lookback = 60", "lookback = 'an hour'"), "people.lookback: lookback is a number, not 'an hour'"),
    (TABLE.replace("lookback = 60", "time_zone = 'Berlin'"), "people.time_zone: time_zone 'Berlin' is unknown; it is a name such as Europe/Berlin"),
    (FILE.replace("path =", "encoding = 'ansi'\npath ="), "lines.encoding: encoding 'ansi' is none that Python knows"),
    (FILE.replace("path =", "date_format = 'DD.MM.YYYY'\npath ="), "lines.date_format: date_format 'DD.MM.YYYY' is no strptime pattern"),
    (FILE.replace("path =", "decimal = ';'\npath ="), "lines.decimal: decimal is one of '.', ',', not ';'"),
    (FILE.replace("path =", "delimiter = ''\nquote = 'xx'\npath ="), "lines.quote: quote is one character"),
    (FILE.replace("value =", "column = 'a', value ="), "line 8, sources.shop.streams.lines.entities.fields.currency: currency: a field is one of column, columns, first_of and value"),
    (FILE.replace('{ value = "GBP" }', '{ column = "a", match = { "(" = "b" } }'), "match '(' is no regular expression"),
    (FILE.replace('{ value = "GBP" }', '{ column = "a", part = 2 }'), "part is 1, 2, … or -1, -2, … of what split separates"),
    (FILE.replace("currency =", "curency ="), "fields.curency: orders has no field 'curency'; did you mean 'currency'?"),
    (FILE.replace("currency =", "order_id ="), "fields.order_id: orders has no field 'order_id'; its own id is the mapping's id"),
    ("schedule = '0 25 * * *'\n" + HUBSPOT, "line 1, schedule: schedule '0 25 * * *': the hour is 0 to 23, not '25'"),
    ("schedule = 'daily'\n" + HUBSPOT, "schedule 'daily': it has five fields"),
    ("[sources.hubspot]\nskip = []\nskip = []\n", "line 3: this is not valid TOML"),
    ("[sources.f]\nsystem = 'file'", "line 2, sources.f.system: system 'file' is unknown; did you mean 'files'?"),
    ("base_curency = 'EUR'\n" + HUBSPOT, "base_curency: unknown key 'base_curency'; did you mean 'base_currency'?"),
    ("[source.hubspot]", "source: unknown key 'source'; did you mean 'sources'?"),
    (PUSH, "line 4, push.mail: the key to is missing"),
    (PUSH + "to = 'mailchimp'\n", "line 6, push.mail.to: a push to mailchimp needs list"),
    (PUSH + "to = 'malchimp'\n", "push.mail.to: to = 'malchimp' is no source that is set up, and none of "),
    (PUSH + "to = 'hubspot'\n", "push.mail.to: a push to hubspot needs list or fields"),
    (PUSH + "to = 'hubspot'\nmode = 'mirror'\nfields = { tier = 'rfm_name' }\n", "push.mail.mode: mirror needs list: there is nothing else"),
    (PUSH + "to = 'hubspot'\nlist = 'x'\ntag = 'y'\n", "push.mail.tag: tag is not for hubspot"),
    (PUSH + "to = 'mailchimp'\nlist = 'a1'\nfields = { tier = 'rfm_name' }\n", "push.mail.fields: fields can't be written to mailchimp"),
    (PUSH + "to = 'hubspot'\nlist = 'x'\nfields = { tier = 'value tier' }\n", "push.mail.fields: tier names no column of customer_360"),
    (PUSH + "to = 'hubspot'\nlist = 'x'\nmode = 'replace'\n", "push.mail.mode: mode is one of 'add', 'mirror', not 'replace'"),
    (ZENDESK + "[push.desk]\naudience = 'x'\nto = 'zendesk'\n", "push.desk.to: nothing can be pushed to zendesk; there are "),
    (HOOK.replace("https://shop", "http://shop"), "push.mail.url: url: http:// is for this machine only"),
    (HOOK.replace("https://shop.example/hook", "shop.example"), "push.mail.url: url begins with https://"),
    (HOOK.replace("[push.mail]", "[push.Mail]"), "push.Mail: a push is called by small letters, digits and _"),
    (HOOK + "secret = 'hunter2'\n", "push.mail.secret is a secret: put it in the environment as CRM360_PUSH_MAIL_SECRET"),
    (FORCE + "fields = { HasOptedOutOfEmail = 'is_churned' }\n", "push.mail.fields: HasOptedOutOfEmail is never written by a push"),
    (FORCE, "push.mail.to: a push to salesforce needs list (a campaign) or fields"),
    (FORCE + "list = '701'\nobject = 'Account'\n", "push.mail.list: an account is no member of a campaign"),
    (FORCE + "status = 'Sent'\nfields = { Title = 'rfm_name' }\n", "push.mail.status: status is that of a campaign's members"),
    (ADS, "push.mail.to: ads need consent_covers_ads = true"),
    (ADS + "consent_covers_ads = true\nfields = { EMAIL = 'email' }\n", "push.mail.fields: meta knows no field EMAIL; it knows COUNTRY"),
    (ADS + "access_token = 'hunter2'\n", "put it in the environment as CRM360_PUSH_MAIL_ACCESS_TOKEN"),
    (SFTP.replace("SHA256:", "MD5:"), "push.mail.fingerprint: fingerprint is the host key's"),
    (SFTP.replace("sftp://crm@", "sftp://"), "push.mail.url: url names the user"),
    (SFTP.replace("sftp://crm@", "https://crm@"), "push.mail.url: url begins with sftp://"),
    (SFTP.replace("x.csv", ""), "push.mail.url: url ends with the file's name"),
    (SFTP.replace("address = true", ""), "push.mail.to: a push to sftp needs fields, or address = true"),
    (SFTP + "password = 'hunter2'\n", "push.mail.password is a secret: put it in the environment as CRM360_PUSH_MAIL_PASSWORD"),
    (HOOK + "modus = 'add'\n", "unknown key 'modus'; did you mean 'mode'?"),
    (TABLE.replace("url =", "urll ="), "line 4, sources.shop.urll: unknown key 'urll'; did you mean 'url'?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_wrong_is_named_and_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config(tmp_path, text)
    sentence = str(raised.value)
    assert said in sentence
    assert sentence.startswith("crm360.toml") and "hunter2" not in sentence and "pat-eu1" not in sentence
    assert raised.value.exit_code == 2


def test_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no configuration"):
        load(tmp_path / "crm360.toml")


@pytest.mark.parametrize(
    ("said", "rate"),
    [("", (10, 1.0)), ("rate_limit = 4", (4, 1.0)), ("rate_limit = 0.5", (1, 2.0)),
     ("rate_limit = { requests = 700, seconds = 60 }", (700, 60.0))],
)  # fmt: skip
def test_rate_limits(tmp_path: Path, said: str, rate: tuple[int, float]) -> None:
    (source,) = config(tmp_path, HUBSPOT + said).sources
    assert source.limits.rate == rate
    assert bool(source.limits.rates) is not bool(said), "what is said overrides the vendor's tighter ones"


def test_what_a_vendor_source_says(tmp_path: Path) -> None:
    (source,) = config(tmp_path, ZENDESK + "max_shrink = 1\nlongest_wait = 5\n").sources
    assert source.settings == {"base_url": "https://acme.zendesk.com", "user": "ann@example.com"}
    assert (source.max_shrink, source.limits.longest_wait) == (1.0, 5.0)
    assert source.streams == CONNECTORS["zendesk"].streams


def test_what_a_described_source_says(tmp_path: Path) -> None:
    (source,) = config(tmp_path, TABLE).sources
    (stream,) = source.streams
    assert (stream.name, stream.row.key, stream.row.changed) == ("people", ("id",), "updated_at")
    assert (stream.lookback, stream.deletes) == (timedelta(seconds=60), ("sweep",))
    assert source.options["people"]["mapped"] == {"id", "updated_at", "person", "mail", "name"}
    assert source.options["people"]["base"] == tmp_path
    assert source.mappings == (
        {"source": "shop", "stream": "people", "entity": "contacts", "id": "person",
         "fields": {"email": "mail", "full_name": {"column": "name"}}},
    )  # fmt: skip


def test_a_described_source_may_have_any_name_and_stand_twice(tmp_path: Path) -> None:
    loaded = config(tmp_path, FILE + TABLE.replace("shop", "crm"))
    assert [(s.name, s.connector.system) for s in loaded.sources] == [("shop", "files"), ("crm", "database")]
    assert [m["entity"] for m in loaded.mappings] == ["orders", "contacts"]


def test_names_of_secrets_may_be_columns(tmp_path: Path) -> None:
    fields = FILE.replace('name = "Invoice"', 'name = "token", status = { column = "api_key" }')
    assert config(tmp_path, fields).sources[0].options["lines"]["mapped"] == {"token", "api_key"}


@pytest.mark.parametrize(
    ("said", "given", "is_at"),
    [("", None, "data"), ('data = "other"\n', None, "other"), ('data = "other"\n', "third", "here/third")],
)
def test_the_data_folder_is_the_projects_and_one_that_is_named_is_relative_to_where_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, given: str | None, is_at: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    loaded = config(tmp_path, said + HUBSPOT, Path(given) if given else None)
    assert loaded.data == tmp_path / is_at
    assert loaded.landing == tmp_path / is_at / "landing" and loaded.published == tmp_path / is_at / "published"


def test_secrets_come_from_the_environment_or_the_env_file_beside(tmp_path: Path) -> None:
    table = HUBSPOT + ZENDESK
    with pytest.raises(ConfigError, match="hubspot: the environment variable CRM360_HUBSPOT_TOKEN is not set"):
        config(tmp_path, table).sources[0].secrets()
    (tmp_path / ".env").touch(0o600)
    (tmp_path / ".env").write_text("CRM360_HUBSPOT_TOKEN=from-the-file\nCRM360_ZENDESK_TOKEN=\n")
    os.environ["CRM360_ZENDESK_TOKEN"] = "from-the-environment"
    assert [s.secrets() for s in config(tmp_path, table).sources] == [
        {"token": "from-the-file"},
        {"token": "from-the-environment"},
    ]
    os.environ["CRM360_HUBSPOT_TOKEN"] = "from-the-environment-too"
    assert config(tmp_path, table).sources[0].secrets() == {"token": "from-the-environment-too"}
    assert REDACT("it is from-the-environment-too") == "it is [secret]"


def test_secrets_that_may_be_left_out(tmp_path: Path) -> None:
    (source,) = config(tmp_path, TABLE).sources
    assert source.secrets() == {}
    os.environ["CRM360_SHOP_PASSWORD"] = "hunter2"
    assert source.secrets() == {"password": "hunter2"}


@pytest.mark.parametrize(
    ("text", "is_sandbox"),
    [
        (HUBSPOT, False),
        (HUBSPOT + 'base_url = "http://127.0.0.1:8360/hubspot"', True),
        (HUBSPOT + 'base_url = "http://127.0.0.1:8360/hubspot"\n' + ZENDESK, False),
        (HUBSPOT + 'base_url = "http://127.0.0.1:8360/hubspot"\n' + FILE, True),
        (FILE, False),
    ],
)
def test_what_counts_as_the_sandbox(tmp_path: Path, text: str, is_sandbox: bool) -> None:
    assert config(tmp_path, text).uses_sandbox is is_sandbox


def test_a_stream_that_nobody_permits_can_be_left_out(tmp_path: Path) -> None:
    (hubspot,) = config(tmp_path, HUBSPOT + "skip = ['emails', 'calls']").sources
    assert {s.name for s in CONNECTORS["hubspot"].streams} - {s.name for s in hubspot.streams} == {"emails", "calls"}


def test_refusals_may_be_mapped_though_no_other_entity_shows_them(tmp_path: Path) -> None:
    fields = 'email_opt_out = "Out", sms_opt_out = "Out", phone_opt_out = "Out", consent_list_id = "List"'
    (mapping,) = config(
        tmp_path,
        FILE.replace('"orders"', '"contacts"').replace('name = "Invoice", currency = { value = "GBP" }', fields),
    ).mappings
    assert set(mapping["fields"]) == {"email_opt_out", "sms_opt_out", "phone_opt_out", "consent_list_id"}


def test_a_custom_field_is_carried_from_where_it_stands(tmp_path: Path) -> None:
    both = """
[custom_fields]
points = { from = ["hubspot.contacts.properties.points", 'shop.people.Points\\.now'], type = "integer", description = "P." }
budget = { from = "hubspot.deals.properties.budget", type = "decimal", description = "B.", personal = true }
note = { from = 'hubspot.companies.meta_data[key=my\\.note].value', type = "text", description = "N." }
"""
    loaded = config(tmp_path, HUBSPOT + TABLE + both)
    points, budget, note = loaded.custom_fields
    assert (points["entity"], budget["entity"], note["entity"]) == ("contacts", "deals", "companies")
    assert note["from"][0]["path"] == [{"list": "meta_data", "key": "key", "value": "my.note"}, "value"]
    assert points["from"] == [
        {"source": "hubspot", "stream": "contacts", "view": ["hubspot", "contacts"], "id": None,
         "path": ["properties", "points"]},
        {"source": "shop", "stream": "people", "view": ["mapped", "contacts"], "id": "person", "path": ["Points.now"]},
    ]  # fmt: skip
    assert custom.descriptions(loaded.custom_fields) == {
        "customer_360": {"points": "P."}, "deals": {"budget": "B."}, "companies": {"note": "N."},
    }  # fmt: skip
    assert custom.personal(loaded.custom_fields) == {"deals": ("budget",)}


def test_a_custom_field_may_fill_a_column_that_vendors_have_no_field_for(tmp_path: Path) -> None:
    fills = """
[custom_fields]
interests = { from = "hubspot.contacts.properties.likes", type = "text", description = "Their interests." }
"""
    loaded = config(tmp_path, HUBSPOT + fills)
    assert [field["fills"] for field in loaded.custom_fields] == [True]
    assert custom.descriptions(loaded.custom_fields) == {}
    assert custom.personal(config(tmp_path, HUBSPOT + fills.replace(" }", ", personal = true }")).custom_fields) == {}
    with pytest.raises(ConfigError, match="interests is a column of text already, which this field fills"):
        config(tmp_path, HUBSPOT + fills.replace('"text"', '"integer"'))
    with pytest.raises(ConfigError, match="deals has a column of that name already"):
        config(tmp_path, HUBSPOT + fills.replace("interests", "amount").replace("contacts", "deals"))


def test_a_source_may_trust_an_authority_of_its_own(tmp_path: Path) -> None:
    for content in (None, "no certificate"):
        if content is not None:
            (tmp_path / "ca.pem").write_text(content)
        with pytest.raises(ConfigError, match=r"ca_file ca\.pem can't be read as certificates in PEM"):
            config(tmp_path, ZENDESK + 'ca_file = "ca.pem"\n')
    (tmp_path / "ca.pem").write_text(Path(certifi.where()).read_text())
    (source,) = config(tmp_path, ZENDESK + 'ca_file = "ca.pem"\n').sources
    assert source.limits.ca_file == str(tmp_path / "ca.pem")


def test_two_accounts_of_one_system_each_have_their_own_secrets_and_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SHOP_DE", "SHOP_FR"):
        monkeypatch.setenv(f"CRM360_{name}_TOKEN", f"token-of-{name}")
    shops = [f"[sources.{n}]\nsystem = 'shopify'\nbase_url = 'https://{n}.example'\n" for n in ("shop_de", "shop_fr")]
    loaded = config(tmp_path, "".join(shops))
    assert [(s.name, s.connector.system, s.settings["base_url"]) for s in loaded.sources] == [
        ("shop_de", "shopify", "https://shop_de.example"), ("shop_fr", "shopify", "https://shop_fr.example"),
    ]  # fmt: skip
    assert [s.secrets() for s in loaded.sources] == [{"token": "token-of-SHOP_DE"}, {"token": "token-of-SHOP_FR"}]


def test_an_account_has_a_brand_of_its_own_or_its_name(tmp_path: Path) -> None:
    shops = "[sources.shop_de]\nsystem = 'shopify'\nbase_url = 'https://a.example'\n"
    shops += "[sources.shop_fr]\nsystem = 'shopify'\nbase_url = 'https://b.example'\nbrand = 'Chez Acme'\n"
    loaded = config(tmp_path, shops)
    assert [s.brand for s in loaded.sources] == ["shop_de", "Chez Acme"]
    assert shape.variables(loaded)["brands"] == {"shop_fr": "Chez Acme"}
    assert "brands" not in shape.variables(config(tmp_path, HUBSPOT)), "dbt reads its project anew for a variable"


ENVIRONMENTS = (
    HUBSPOT
    + """
base_url = "https://api.example.com"
[value]
counts = ["orders"]
[env.test]
schedule = "0 5 * * *"
[env.test.sources.hubspot]
base_url = "https://test.example.com"
[env.test.value]
match_days = 7
[env.other]
data = "elsewhere"
"""
)


def test_an_environment_has_its_values_its_secrets_and_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ENVIRONMENTS
    (tmp_path / ".env").write_text("CRM360_HUBSPOT_TOKEN=usual\nCRM360_ONLY=here\n")
    (tmp_path / ".env.test").write_text("CRM360_HUBSPOT_TOKEN=of-the-test\n")
    for name in (".env", ".env.test"):
        (tmp_path / name).chmod(0o600)
    plain = config(tmp_path, text)
    assert (plain.toml.schedule, plain.data) == ("0 2 * * *", tmp_path / "data")
    assert plain.sources[0].settings["base_url"] == "https://api.example.com"
    assert os.environ["CRM360_HUBSPOT_TOKEN"] == "usual"
    del os.environ["CRM360_HUBSPOT_TOKEN"]
    monkeypatch.setenv("CRM360_ENV", "test")
    test = config(tmp_path, text)
    assert (test.toml.schedule, test.data) == ("0 5 * * *", tmp_path / "data-test")
    assert test.sources[0].settings["base_url"] == "https://test.example.com"
    assert (test.toml.value.counts, test.toml.value.match_days) == (["orders"], 7), "tables are merged"
    assert (os.environ["CRM360_HUBSPOT_TOKEN"], os.environ["CRM360_ONLY"]) == ("of-the-test", "here")
    assert load(tmp_path / "crm360.toml", env="other").data == tmp_path / "elsewhere"
    assert config(tmp_path, text, tmp_path / "given").data == tmp_path / "given"
    (tmp_path / ".env.test").chmod(0o644)
    with pytest.raises(ConfigError, match="others than its owner may read its secrets"):
        config(tmp_path, text)


@pytest.mark.parametrize(
    ("more", "env", "said"),
    [
        ("", "tset", "there is no environment 'tset' ([env.tset]); there are other, test"),
        ("[env.Live]\nas_of = 'today'", "", "[env.Live]: a name is small letters, digits, _ and -"),
        ("[env.live]\ndata = 'elsewhere'", "", "data 'elsewhere' is also that of the environment other: name another"),
        ("[env.live]\ndata = 'data'", "", "data 'data' is also that of the file without --env: name another"),
        ("[env.live]\nschedul = 'x'", "", "unknown key 'schedul'; did you mean 'schedule'"),
        ("[env.live.env.deep]\nas_of = 'today'", "", "an environment has no environments"),
        ("[env.live.sources.hubspot]\nbase_url = 'http://far.example'", "", "http:// is for this machine only"),
        ("[env.live.sources.hubspot]\ntoken = 'x'", "", "put it in the environment as CRM360_HUBSPOT_TOKEN"),
    ],
)
def test_what_is_no_environment_is_refused(tmp_path: Path, more: str, env: str, said: str) -> None:
    (tmp_path / "crm360.toml").write_text(ENVIRONMENTS + more)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "crm360.toml", env=env)
    assert said in str(refused.value)


def test_the_command_line_chooses_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crm360.toml").write_text(ENVIRONMENTS)
    at = ("--config", str(tmp_path / "crm360.toml"))
    assert crm360(capsys, monkeypatch, "versions", *at)[0] == 0 and os.environ["CRM360_DATA"] == str(tmp_path / "data")
    assert crm360(capsys, monkeypatch, "versions", *at, "--env", "test")[0] == 0
    assert os.environ["CRM360_DATA"] == str(tmp_path / "data-test")
    assert os.environ["CRM360_ENV"] == "test", "for Dagster's own processes"
    code, _, said = crm360(capsys, monkeypatch, "versions", *at, "--env", "tset")
    assert code == 2 and "there is no environment 'tset'" in said
