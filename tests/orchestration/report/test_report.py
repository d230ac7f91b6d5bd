"""The page says what the tables say, runs only what it carries, loads nothing, and stays whole whatever tables hold."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from crm360.expectations.results import SuiteResult
from crm360.orchestration import report
from crm360.orchestration.report import build, review, text
from crm360.orchestration.run.facts import RunFacts, SourceFacts
from tests.orchestration.report.healthy import AUDITS, CHECK, FRESH, NIGHT, RUN, changed, unpacked, without_runtime

HOSTILE = (
    "<script>alert(1)</script>",
    "</script></style></title><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    '" onmouseover="alert(1)',
    "'><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% for x in y %}",
    "&lt;script&gt;",
    "good \u202etxet desrever\u202c",
    "\u2066isolate\u2069",
    "nul \x01 bell \x07",
    "<!--",
    "]]>",
    "https://evil.example/x.js",
    "long " + "A" * 200_000,
    "person7@customer.example has no id",
)


class Seen(HTMLParser):
    """Every tag and attribute of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: set[str | None] = set()
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links.update(value for name, value in attrs if name == "href")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def unpacked_text(page: str) -> str:
    return re.findall(r'id="cubes">([^<]*)<', page)[0]


def words(page: str) -> str:
    return " ".join(" ".join(Seen(without_runtime(page)).words).split())


def test_the_figures_are_those_of_the_tables(company: Path, page: str) -> None:
    page = words(page)
    with duckdb.connect(str(company), read_only=True) as con:
        ((year, purchases),) = con.execute(
            "select sum(net_revenue), sum(count_of_purchases) from revenue_by_month where month >= '2025-07-01' "
            "and month < '2026-07-01'"
        ).fetchall()
        ((best,),) = con.execute("select max(net_revenue) from revenue_by_month").fetchall()
        ((customers,),) = con.execute("select count(*) from customers").fetchall()
        ((tickets,),) = con.execute("select count(*) from tickets where is_open").fetchall()
        ((repeat,),) = con.execute("select count_of_customers from segment_summary where segment = 'repeat'").fetchall()
        held = con.execute(
            "select rule || ': ' || field, count(*) from rejections where resolved_at is null group by 1"
        ).fetchall()
    assert held
    for expected in (
        "As of 1 July 2026",
        f"Customers {customers:,} ",
        f"Net revenue EUR {year:,.0f} ",
        f"Purchases {purchases:,} ",
        f"Open tickets {tickets:,} ",
        "hubspot/contacts fresh",
        "1,234 1,200 30 4 3",
        *(f"{rule} {count} " for rule, count in held),
        "orders 300 1 passed",
        f"EUR {best:,.0f}",
        f"repeat {repeat:,} EUR",
    ):
        assert expected in page, expected
    assert "behind this run" not in page


@pytest.mark.night
def test_the_same_data_make_the_same_bytes(company: Path, page: str) -> None:
    assert build(company, RUN, AUDITS) == page


def test_stale_streams_are_said_at_the_top(company: Path) -> None:
    sources = (
        FRESH,
        SourceFacts("shopify", "orders", "failed", last_success_at=datetime(2026, 6, 29, 2), error="It answered 401."),
        SourceFacts("zendesk", "tickets", "never"),
    )
    page = words(build(company, RunFacts("run-1", NIGHT, date(2026, 7, 1), sources), AUDITS))
    assert "2 of 3 streams are behind this run" in page
    assert "shopify/orders stale since 2026-06-29 02:00 UTC: It answered 401." in page
    assert "zendesk/tickets never pulled" in page


def test_a_failed_audit_is_shown_as_failed(company: Path) -> None:
    audits = (SuiteResult("orders", False, None, (), "it has no suite"),)
    assert "orders – 0 failed it has no suite" in words(build(company, RUN, audits))


def test_nothing_in_a_record_can_act_on_the_review_page(company: Path, tmp_path: Path) -> None:
    """A pair for each word, which stands in all its fields."""
    listed = ", ".join("'" + hostile.replace("'", "''") + "'" for hostile in HOSTILE)
    statements = []
    for table, fields in {
        "review_queue": ("full_name_a", "email_b", "contact_id_a", "agreement", "city_b"),
        "company_review_queue": ("name_a", "domain_b", "company_id_a", "agreement", "city_b"),
    }.items():
        spoiled = ", ".join(f"word as {field}" for field in fields)
        pairs = f"(from {table} limit 1) as asked cross join (select unnest([{listed}]) as word)"
        statements += [
            f"create table spoiled as select * exclude (word) replace ({spoiled}) from {pairs}",
            f"delete from {table}",
            f"insert into {table} from spoiled",
            "drop table spoiled",
        ]
    page = review.build(changed(company, tmp_path, *statements), RUN)
    harmless, seen = Seen(review.build(company, RUN)), Seen(page)
    assert set(seen.tags) == set(harmless.tags)
    assert seen.attributes == harmless.attributes
    assert seen.links == {"index.html", "#review_queue", "#company_review_queue"}
    assert len(page) < len(review.build(company, RUN)) + 100_000


def asked(company: Path, table: str, key: str) -> tuple[int, dict[str, object]]:
    """How many pairs wait, and the first of them with both its ids."""
    with duckdb.connect(str(company), read_only=True) as con:
        found = con.execute(f"select * from {table} order by place_in_queue")
        names = [column[0] for column in found.description or ()]
        rows = found.fetchall()
    first = dict(zip(names, rows[0], strict=True))
    return len(rows), first | {"a": first[f"{key}_a"], "b": first[f"{key}_b"]}


def test_two_records_stand_side_by_side_with_the_lines_that_decide(company: Path) -> None:
    said = words(review.build(company, RUN))
    _, pair = asked(company, "review_queue", "contact_id")
    assert f"cannot-link,{pair['a']},{pair['b']},,," in said
    assert f"must-link,{pair['a']},{pair['b']},,," in said
    assert f"{text.percent(pair['probability'])} likely one person" in said
    values = [pair[name] for name in ("full_name_a", "full_name_b", "email_a", "email_b") if pair[name]]
    assert values and all(str(value) in said for value in values)


def test_two_companies_stand_side_by_side_too(company: Path) -> None:
    said = words(review.build(company, RUN))
    count, pair = asked(company, "company_review_queue", "company_id")
    for expected in (
        "One company or two companies? " + ("1 pair waits." if count == 1 else f"{count} pairs wait."),
        f"{text.percent(pair['probability'])} likely one company {pair['agreement']}",
        f"Name {pair['name_a']} {pair['name_b']} Domain",
        f"One company: must-link,{pair['a']},{pair['b']},,,",
        f"Two companies: cannot-link,{pair['a']},{pair['b']},,,",
    ):
        assert expected in said, expected


def test_the_report_says_how_many_pairs_wait(company: Path, tmp_path: Path) -> None:
    persons, firms = (
        asked(company, table, key)[0]
        for table, key in (("review_queue", "contact_id"), ("company_review_queue", "company_id"))
    )
    pairs = f"{persons} pair{'s' * (persons > 1)} of people"
    both = f"{pairs}, {firms} pair{'s' * (firms > 1)} of companies, of which a person should say whether the two are one: side by side"
    assert both in words(build(company, RUN, AUDITS))
    people = words(build(changed(company, tmp_path, "delete from company_review_queue"), RUN, AUDITS))
    assert f"{pairs}, of which a person" in people
    review_page = " ".join(Seen(review.build(tmp_path / "customer_360.duckdb", RUN)).words)
    assert "No pair of records is doubtful." in review_page


def test_nothing_in_the_data_can_act_on_the_page(company: Path, page: str, tmp_path: Path) -> None:
    """Every place of the page meets every word, for each row has another one."""
    listed = ", ".join("'" + hostile.replace("'", "''") + "'" for hostile in HOSTILE)
    word = f"[{listed}][1 + rowid % {len(HOSTILE)}]"
    path = changed(
        company,
        tmp_path,
        f"update campaign_performance set name = {word}, subject = {word}, currency = {word}",
        f"update customer_segments set segment = {word} where segment = 'repeat'",
        f"update rejections set rule = {word}, stream = {word}",
        f"update revenue_by_month set currency = {word}",
        f"update orders set channel = {word}",
        f"update customers_by_region set country = {word}, region = {word}, city = {word} || ' city'",
    )
    sources = tuple(SourceFacts(h, h, "failed", error=h, last_success_at=NIGHT) for h in HOSTILE)
    audits = tuple(SuiteResult(h, False, 1, (CHECK,), h) for h in HOSTILE)
    plainly, page = page, build(path, RunFacts(" ".join(HOSTILE), NIGHT, date(2026, 7, 1), sources), audits)
    harmless, seen = Seen(without_runtime(plainly)), Seen(without_runtime(page))
    assert set(seen.tags) <= {*harmless.tags, "ul", "li", "strong"}
    assert seen.attributes <= harmless.attributes | {"role", "open"}
    assert seen.links == harmless.links
    assert not {"src", "style", "srcdoc", "action"} & seen.attributes
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert re.findall(r"<script[^>]*>", page) == re.findall(r"<script[^>]*>", plainly)
    told = json.dumps(unpacked(page), ensure_ascii=False)
    for text_of in (without_runtime(page), told):
        assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00-\x08]", text_of)
        assert "customer.example" not in text_of
    assert len(page) < len(plainly) + 100_000


def test_the_policy_lets_only_the_pages_own_style_and_scripts_in(page: str) -> None:
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (*scripts, style)]
    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}' 'sha256-{hashes[1]}'; img-src data:; "
        f"style-src 'sha256-{hashes[2]}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style and "@import" not in style
    assert "http" not in re.sub(r'http-equiv="', "", without_runtime(page))
    assert len(page) - len(unpacked_text(page)) < 3_000_000


def test_the_runtime_is_what_its_page_says() -> None:
    folder = Path(report.__file__).parent / "runtime"
    told = (folder / "README.md").read_text()
    for name in ("vega.js", "outlines.json", "cities.csv"):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in told, name


def test_tables_without_rows_and_tables_that_are_not_there_say_so(company: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(company), read_only=True) as con:
        tables = [table for (table,) in con.execute("select table_name from duckdb_tables()").fetchall()]
    emptied = changed(company, tmp_path, *(f"delete from {table}" for table in tables))
    bare = tmp_path / "bare.duckdb"
    duckdb.connect(str(bare)).close()
    for path in (emptied, bare):
        said = words(build(path, RunFacts("run-1", NIGHT, date(2026, 7, 1)), ()))
        assert said.count("No data") > 30
        assert "No tickets: no service desk is set up" in said
        assert "Nothing was held back." in said
        assert "E-mails opened –" in said
        assert "nan" not in said.lower().split() and "None" not in said.split()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (text.money(-1234.5, "EUR"), "EUR −1,234"),
        (text.money(None, "EUR"), "–"),
        (text.percent(0.019), "1.9 %"),
        (text.percent(0.5), "50 %"),
        (text.percent(None), "–"),
        (text.moment(None), "never"),
        (text.plain("a\n b\u202e"), "a b\ufffd"),
        (text.plain("x" * 500, 10), "xxxxxxxxx…"),
        (text.plain("ask a.b@c.example now"), "ask [e-mail address] now"),
    ],
)
def test_numbers_and_words_are_written_one_way(value: str, written: str) -> None:
    assert value == written
