"""The page says what the tables say, runs nothing, loads nothing, and stays whole whatever the tables hold."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from crm360.expectations.results import CheckResult, SuiteResult
from crm360.orchestration.report import build, charts, customers, review, text
from crm360.orchestration.report.charts import Point
from crm360.orchestration.run.facts import RunFacts, SourceFacts

HEALTHY = Path(__file__).parents[2] / "expectations" / "healthy.sql"
NIGHT = datetime(2026, 7, 1, 2)
CHECK = CheckResult("expect_table_row_count_to_be_between", None, True, "critical", "5 rows", "some rows")
AUDITS = (SuiteResult("orders", True, 300, (CHECK,)),)
FRESH = SourceFacts("hubspot", "contacts", "fresh", 1234, 1200, 30, 4, 3, NIGHT)
RUN = RunFacts("run-1", NIGHT, date(2026, 7, 1), (FRESH,))
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
    "long " + "A" * 1_000_000,
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


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "customer_360.duckdb"
    with duckdb.connect() as con:
        con.execute(HEALTHY.read_text(encoding="utf-8"))
        con.execute(f"attach '{path}' as p")
        for (table,) in con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall():
            con.execute(f"create table p.main.{table} as from marts.{table}")
    return path


def changed(company: Path, tmp_path: Path, *statements: str) -> Path:
    path = tmp_path / "customer_360.duckdb"
    path.write_bytes(company.read_bytes())
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
    return path


def words(page: str) -> str:
    return " ".join(" ".join(Seen(page).words).split())


def test_the_figures_are_those_of_the_tables(company: Path) -> None:
    page = words(build(company, RUN, AUDITS))
    with duckdb.connect(str(company), read_only=True) as con:
        ((year, orders),) = con.execute(
            "select sum(net_revenue), count(*) filter (where is_sale) from transactions where purchased_at > '2025-07-02'"
        ).fetchall()
        ((best,),) = con.execute("select max(net_revenue) from revenue_by_month").fetchall()
    for expected in (
        "As of 1 July 2026",
        "Customers 50 from 60 records",
        f"Net revenue, 365 days EUR {year:,.0f}",
        f"Purchases, 365 days {orders}",
        "Records held back 4",
        "Open tickets 15",
        "hubspot/contacts fresh",
        "1,234 1,200 30 4 3",
        "no id 4 1 2026-06-30 02:00 UTC",
        "orders 300 1 passed",
        f"EUR {best:,.0f}",
        "Sent 320 · 100 %",
        "repeat 36",
    ):
        assert expected in page, expected
    assert "behind this run" not in page


def test_the_same_data_make_the_same_bytes(company: Path) -> None:
    assert build(company, RUN, AUDITS) == build(company, RUN, AUDITS)


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


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda word: ascii(word[:16]))
def test_nothing_in_a_record_can_act_on_the_review_page(company: Path, tmp_path: Path, hostile: str) -> None:
    quoted = hostile.replace("'", "''")
    every = ", ".join(
        f"{name} = '{quoted}'" for name in ("full_name_a", "email_b", "contact_id_a", "agreement", "city_b")
    )
    companies = ", ".join(
        f"{name} = '{quoted}'" for name in ("name_a", "domain_b", "company_id_a", "agreement", "city_b")
    )
    updates = (f"update review_queue set {every}", f"update company_review_queue set {companies}")
    page = review.build(changed(company, tmp_path, *updates), RUN)
    harmless, seen = Seen(review.build(company, RUN)), Seen(page)
    assert set(seen.tags) == set(harmless.tags)
    assert seen.attributes == harmless.attributes
    assert seen.links == {"index.html", "#review_queue", "#company_review_queue"}
    assert len(page) < 2 * len(review.build(company, RUN))


def test_two_records_stand_side_by_side_with_the_lines_that_decide(company: Path) -> None:
    words = " ".join(Seen(review.build(company, RUN)).words)
    a, b = "cannot-link,hubspot:1,hubspot:2,,,", "must-link,hubspot:1,hubspot:2,,,"
    assert a in words
    assert b in words
    assert "Kept apart, 40 % likely one person" in words
    with duckdb.connect(str(company), read_only=True) as con:
        (told,) = con.execute("select full_name_a, full_name_b, email_a, email_b from review_queue").fetchall()
    assert all(value in words for value in told if value)


def test_two_companies_stand_side_by_side_too(company: Path) -> None:
    words = " ".join(" ".join(Seen(review.build(company, RUN)).words).split())
    for expected in (
        "One company or two companies? 1 pair waits. To decide, add the line to decisions/company_decisions.csv",
        "Kept apart, 60 % likely one company names nearly the same, a domain is missing",
        "Name Cobalt Optics Cobalt Optcis Domain cobalt.example Telephone +4930123458 030 123458",
        "One company: must-link,hubspot:900,hubspot:901,,,",
        "Two companies: cannot-link,hubspot:900,hubspot:901,,,",
    ):
        assert expected in words, expected


def test_the_report_says_how_many_pairs_wait(company: Path, tmp_path: Path) -> None:
    both = "1 pair of people, 1 pair of companies, of which a person should say whether the two are one: side by side"
    assert both in words(build(company, RUN, AUDITS))
    people = words(build(changed(company, tmp_path, "delete from company_review_queue"), RUN, AUDITS))
    assert "1 pair of people, of which a person" in people
    review_page = " ".join(Seen(review.build(tmp_path / "customer_360.duckdb", RUN)).words)
    assert "No pair of records is doubtful." in review_page


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda word: ascii(word[:16]))
def test_nothing_in_the_data_can_act_on_the_page(company: Path, tmp_path: Path, hostile: str) -> None:
    quoted = hostile.replace("'", "''")
    path = changed(
        company,
        tmp_path,
        f"update campaign_performance set name = '{quoted}', subject = '{quoted}', currency = '{quoted}'",
        f"update customer_segments set segment = '{quoted}' where segment = 'repeat'",
        f"update rejections set rule = '{quoted}', stream = '{quoted}'",
        f"update revenue_by_month set currency = '{quoted}'",
        f"update orders set base_currency = '{quoted}'",
        f"update customers_by_region set country = '{quoted}', region = '{quoted}', city = '{quoted} city'",
    )
    source = SourceFacts(hostile, hostile, "failed", error=hostile, last_success_at=NIGHT)
    page = build(
        path,
        RunFacts(hostile, NIGHT, date(2026, 7, 1), (source,)),
        (SuiteResult(hostile, False, 1, (CHECK,), hostile),),
    )
    harmless, seen = Seen(build(company, RUN, AUDITS)), Seen(page)
    assert set(seen.tags) <= {*harmless.tags, "ul", "li", "strong"}
    assert seen.attributes <= harmless.attributes | {"role"}
    assert seen.links == {"review.html"}
    assert not {"src", "style", "srcdoc", "action"} & seen.attributes
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert "script" not in seen.tags
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00-\x08]", page)
    assert "customer.example" not in page
    assert len(page) < 250_000


def test_the_policy_lets_only_the_pages_own_style_in(company: Path) -> None:
    page = build(company, RUN, AUDITS)
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style and "@import" not in style
    assert "http" not in re.sub(r'http-equiv="', "", page)


def test_the_newest_cohorts_are_shaded_by_who_came_again() -> None:
    rows = [
        {"cohort_month": date(2025 + m // 12, m % 12 + 1, 1), "months_since": n, "count_of_cohort_customers": 50 + m,
         "retention_rate": rate}
        for m in range(13) for n, rate in enumerate((1.0, 0.6, 0.3, 0.0)) if m + n < 14
    ]  # fmt: skip
    told = customers.cohorts(rows)
    assert [cohort.month for cohort in told][::11] == ["February 2025", "January 2026"]
    assert (told[0].size, told[0].cells) == (51, (("60 %", "heat5"), ("30 %", "heat3"), ("0.0 %", "")))
    assert told[-1].cells == (("60 %", "heat5"), ("", ""), ("", ""))
    first = {"cohort_month": date(2026, 2, 1), "months_since": 0, "count_of_cohort_customers": 9, "retention_rate": 1.0}
    assert customers.cohorts([*rows, first]) == told  # no later month of it is over
    assert customers.cohorts([]) == []


def test_a_month_without_orders_is_nought_and_the_running_month_says_so(company: Path, tmp_path: Path) -> None:
    gap = changed(company, tmp_path, "delete from revenue_by_month where month = '2026-03-01'")
    page = build(gap, RunFacts("run-1", NIGHT, date(2026, 6, 30)), AUDITS)
    said = words(page)
    assert "March 2026 EUR 0 April 2026 EUR" in said and "(UTC); June 2026 is not over" in said
    assert re.search(r"May 2026 EUR [\d,]+ June 2026, not over EUR [\d,]+", said)
    assert page.count('class="mark running"') == 1
    over = build(gap, RunFacts("run-1", NIGHT, date(2026, 7, 1)), AUDITS)
    assert "June 2026, not over" not in over and "July 2026, not over" in over


def test_every_chart_has_words_and_a_table(company: Path) -> None:
    page = build(company, RUN, AUDITS)
    assert page.count("<svg") == page.count('<svg role="img"') == 5
    labels = re.findall(r'<svg role="img" [^>]*aria-label="([^"]+)"', page)
    assert labels[1] == "Customers by segment. repeat: 36; prospect: 14"
    assert all(len(label) > 40 for label in labels)
    assert page.count("<details>") == 4


def test_what_is_not_known_of_a_place_is_left_out(company: Path, tmp_path: Path) -> None:
    path = changed(
        company,
        tmp_path,
        "update customers_by_region set count_of_customers = 9, region = null",
        "update customers_by_region set city = null where rowid = (select min(rowid) from customers_by_region)",
    )
    with duckdb.connect(str(path), read_only=True) as con:
        shown = con.execute("select count(*) from customers_by_region where city is not null").fetchall()[0][0]
    said = words(build(path, RUN, AUDITS))
    assert "None" not in said
    assert f"The {min(shown, 12)} places with most revenue" in said if shown else "No source tells where" in said


def test_tables_without_rows_and_tables_that_are_not_there_say_so(company: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(company), read_only=True) as con:
        tables = [table for (table,) in con.execute("select table_name from duckdb_tables()").fetchall()]
    emptied = changed(company, tmp_path, *(f"delete from {table}" for table in tables))
    bare = tmp_path / "bare.duckdb"
    duckdb.connect(str(bare)).close()
    for path in (emptied, bare):
        page = build(path, RunFacts("run-1", NIGHT, date(2026, 7, 1)), ())
        said = words(page)
        assert "<svg" not in page
        assert said.count("No data") == 9
        assert "No tickets: no service desk is set up" in said
        assert "Nothing was held back." in said
        assert "E-mails opened – none was sent" in said and "no ratings" in said
        assert "nan" not in said.lower().split() and "None" not in said.split()


def test_a_month_of_refunds_hangs_below_the_line() -> None:
    drawn = str(charts.columns([Point("May", 100.0, "EUR 100"), Point("June", -40.0, "EUR −40")], "Revenue", "two"))
    (up, down) = [
        (float(y), float(height))
        for y, height in re.findall(
            r'class="mark" x="[^"]+" y="([^"]+)" width="[^"]+" '
            r'height="([^"]+)"',
            drawn,
        )
    ]
    (zero,) = re.findall(r'class="zero" x1="\d+" x2="\d+" y1="([^"]+)"', drawn)
    assert up[0] + up[1] == pytest.approx(float(zero), abs=0.2)
    assert down[0] == pytest.approx(float(zero), abs=0.2)
    assert up[1] / down[1] == pytest.approx(2.5, rel=0.02)
    assert down[0] + down[1] <= 210 - charts.BOTTOM + 0.1


@pytest.mark.parametrize(
    "values", [[0.0], [0.0, 0.0], [None, 3.0], [1e-9], [1e15, -1e15], [5.0] * 24, [-3.0], [0.3, 0.1]]
)
def test_a_scale_holds_every_value(values: list[float | None]) -> None:
    drawn = str(charts.columns([Point(str(i), v, "") for i, v in enumerate(values)], "t", "s"))
    assert not re.search(r"nan|inf", drawn)
    assert drawn.count('class="mark"') == sum(value is not None for value in values)
    assert 1 <= drawn.count('class="grid"') <= 8
    ys = [float(y) for y in re.findall(r' y="([-\d.]+)"', drawn)]
    assert all(0 <= y <= 210 for y in ys)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (text.short(1_500_000), "1.5 M"),
        (text.short(-2000), "−2 k"),
        (text.short(0), "0"),
        (text.money(-1234.5, "EUR"), "EUR −1,234"),
        (text.money(None, "EUR"), "–"),
        (text.percent(0.019), "1.9 %"),
        (text.percent(0.5), "50 %"),
        (text.percent(None), "–"),
        (text.hours(0.5), "30 min"),
        (text.hours(72), "3.0 days"),
        (text.hours(5), "5.0 h"),
        (text.moment(None), "never"),
        (text.plain("a\n b\u202e"), "a b\ufffd"),
        (text.plain("x" * 500, 10), "xxxxxxxxx…"),
        (text.plain("ask a.b@c.example now"), "ask [e-mail address] now"),
    ],
)
def test_numbers_and_words_are_written_one_way(value: str, written: str) -> None:
    assert value == written
