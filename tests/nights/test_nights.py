"""Whole nights: what is published equals the truth of the simulated company, whatever happens on the way."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import running
from crm360.connectors.sandbox.vendors.hubspot.records import properties
from tests.nights.nights import Nights

PEOPLE = 400
pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """The first night, published."""
    with running(Company(PEOPLE, seed=7, day=0)) as sandbox:
        nights = Nights(sandbox, tmp_path_factory.mktemp("first"))
        nights.night()
        yield nights


@pytest.fixture(scope="module")
def second(first: Nights, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """The second night after it, undisturbed. `received` of its lines stands in its run's record."""
    with running(Company(PEOPLE, seed=7, day=1)) as sandbox:
        nights = Nights(sandbox, tmp_path_factory.mktemp("second"))
        shutil.copytree(first.data, nights.data, symlinks=True)
        nights.night()
        yield nights


@pytest.fixture
def again(first: Nights, second: Nights, tmp_path: Path) -> Iterator[Nights]:
    """A copy of the state after the first night, to go on from; as from a backup, dbt need not read its project anew."""
    shutil.copytree(first.data, tmp_path / "data", symlinks=True)
    with running(Company(PEOPLE, seed=7, day=0)) as sandbox:
        nights = Nights(sandbox, tmp_path)
        nights.configure()
        yield nights
    shutil.rmtree(tmp_path / "data")


def test_what_is_published_is_the_truth(first: Nights) -> None:
    truth = first.company.truth()
    totals = truth.totals()
    orders, cancelled, tests, net = first.query(
        """select count(*) filter (where order_kind <> 'test'),
                  count(*) filter (where order_kind <> 'test' and cancelled_at is not null),
                  count(*) filter (where order_kind = 'test'), sum(net_revenue) from orders"""
    )[0]
    assert (orders, cancelled, tests) == (totals.orders, totals.cancelled, totals.test_orders)
    assert net == totals.net
    assert first.query("select sum(net_revenue_of_orders) from revenue_by_month") == [(net,)]
    won = first.query("select sum(value_amount) from deals where outcome = 'won'")[0][0]
    assert first.query("select sum(net_revenue) from revenue_by_month") == [(net + won,)]
    assert first.query("select sum(net_revenue) from transactions") == [(net + won,)]
    tickets = [r for r in truth.records("zendesk", "tickets") if not r.deleted]
    assert first.query("select count(*) from tickets") == [(len(tickets),)]
    deals = [r for r in truth.records("hubspot", "deals") if not r.deleted]
    assert first.query("select count(*) from deals") == [(len(deals),)]


def test_custom_fields_are_carried_typed_and_described(first: Nights) -> None:
    contacts = first.company.table("hubspot", "contacts")
    said = {r["hs_object_id"]: r for r in properties(first.company, "contacts", contacts.live())}
    rows = first.query(
        """select contact_id, loyalty_tier, loyalty_points from customer_360 join customer_identities
           using (customer_id) where is_current and contact_id like 'hubspot:%'
           qualify count(*) over (partition by customer_id) = 1"""
    )
    assert len(rows) > 100
    for contact_id, tier, points in rows:
        record = said[contact_id.removeprefix("hubspot:")]
        told = record["loyalty_points"]
        assert (tier, points) == (record["loyalty_tier"], None if told == "to be counted" else int(str(told)))
    unfit = {f"hubspot:{i}" for i, r in said.items() if r["loyalty_points"] == "to be counted"}
    held = "select source || ':' || record_id from rejections where field = 'loyalty_points' and resolved_at is null"
    assert {i for (i,) in first.query(held)} == unfit and unfit
    kind = "select data_type, comment from duckdb_columns() where column_name = 'loyalty_points'"
    assert first.query(kind) == [("BIGINT", "The loyalty_points.")]
    assert first.query("select count(*) > 50, bool_and(asked_amount = amount) from deals") == [(True, True)]
    # HubSpot's word counts first, so its own property is the golden record's.
    said = "select count(*) > 10, bool_and(said_industry = industry) from companies where said_industry is not null"
    assert first.query(said) == [(True, True)]


def test_each_stream_says_how_many_records_it_has_and_none_lacks(first: Nights) -> None:
    told = first.query("select source || '/' || stream, source_count, gap from data_completeness where gap is not null")
    counts = {name: count for name, count, _ in told}
    for stream in ("contacts", "companies", "deals", "calls", "meetings", "emails", "communications"):
        live = [r for r in first.company.truth().records("hubspot", stream) if not r.deleted]
        assert counts[f"hubspot/{stream}"] == len(live)
    assert {name: gap for name, _, gap in told if gap} == {}


def test_every_live_person_record_belongs_to_exactly_one_customer(first: Nights) -> None:
    people = first.company.truth().people()
    live = {
        f"{system}:{r.id.rsplit('/', 1)[-1]}"
        for system, stream in (("hubspot", "contacts"), ("shopify", "customers"), ("zendesk", "users"))
        for r in first.company.truth().records(system, stream)
        if not r.deleted and (system, r.id) in people
    }
    found = [i for (i,) in first.query("select contact_id from customer_identities where is_current")]
    assert len(found) == len(set(found))
    assert live <= set(found)


def test_the_report_stands_alone_and_the_manifest_tells_the_truth(first: Nights) -> None:
    manifest = json.loads((first.current / "manifest.json").read_text())
    for table, facts in manifest["tables"].items():
        assert first.query(f'select count(*) from "{table}"') == [(facts["rows"],)]
    page = (first.current / "reports" / "index.html").read_text()
    bare = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)  # what runs in it is its own, by its hash
    assert "http" not in bare.replace("http-equiv", "") and "default-src 'none'" in page.replace("&#39;", "'")


def test_the_second_night_pulls_what_changed_and_keeps_every_id(first: Nights, second: Nights) -> None:
    pulled = "select source || '/' || stream, last_count_of_received from data_completeness"
    received = dict(second.query(pulled))
    assert received["shopify/orders"] < 20 and received["hubspot/contacts"] < 60
    before = dict(first.query("select contact_id, customer_id from customer_identities where is_current"))
    after = dict(second.query("select contact_id, customer_id from customer_identities where is_current"))
    moved = {c for c in before.keys() & after.keys() if before[c] != after[c]}
    aliases = dict(second.query("select alias_id, customer_id from customer_id_aliases")) if moved else {}
    assert all(aliases.get(before[c]) == after[c] for c in moved)
    gaps = second.query("select source || '/' || stream, gap from data_completeness where gap is not null")
    assert len(gaps) > 10 and {name: gap for name, gap in gaps if gap} == {}
    totals = second.company.truth().totals()
    assert second.query("select count(*) from orders where order_kind <> 'test'") == [(totals.orders,)]
    assert second.query("select sum(net_revenue) from orders") == [(totals.net,)]


def test_a_trial_of_the_identities_says_what_the_night_then_does(again: Nights, second: Nights) -> None:
    again.company.go_to(1)
    assert again.crm360("pull").returncode == 0
    listed = again.folder / "changes.csv"
    told = again.crm360("identities", "--to", str(listed))
    assert told.returncode == 0, told.stdout + told.stderr
    version = sorted((second.data / "ledger").glob("customer_ids-*.parquet"))[-1]
    night = "select source || ':' || source_id, customer_id from read_parquet(?)"
    done = set(duckdb.execute(night, [str(version)]).fetchall())
    trial = "select contact_id, customer_id, change from read_csv(?, all_varchar = true)"
    tried = duckdb.execute(trial, [str(listed)]).fetchall()
    assert tried and {(contact, customer) for contact, customer, _ in tried} == done
    for change in {change for _, _, change in tried}:
        assert f"{change:<7} {sum(c == change for _, _, c in tried)} " in told.stdout
    assert not list((again.data / "dbt").glob("identities*"))


def test_a_deleted_warehouse_and_another_time_zone_change_nothing(again: Nights) -> None:
    before = again.tables()
    (again.data / "warehouse.duckdb").unlink()
    again.night(TZ="Asia/Kolkata")
    assert again.tables() == before


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("landing-renamed", marks=pytest.mark.long),
        "publish.before-flip",
        pytest.param("ledger-renamed", marks=pytest.mark.long),
        pytest.param("landing-written", marks=pytest.mark.long),
        pytest.param("ledger-written", marks=pytest.mark.long),
        pytest.param("publish.before-write", marks=pytest.mark.long),
        pytest.param("publish.after-write", marks=pytest.mark.long),
        pytest.param("publish.after-rename", marks=pytest.mark.long),
        pytest.param("publish.after-flip", marks=pytest.mark.long),
    ],
)
def test_a_night_that_is_killed_and_run_again_ends_like_an_undisturbed_one(
    again: Nights, second: Nights, point: str
) -> None:
    again.company.go_to(1)
    killed = again.crm360("run", CRM360_FAILPOINT=point)
    assert killed.returncode not in (0, 1, 3), killed.stdout + killed.stderr
    again.night(TZ="America/New_York")  # and of the machine's time zone nothing depends either
    assert again.tables() == second.tables()
    assert list((again.data / "landing").rglob(".*.tmp")) == []
    assert "was killed" in again.crm360("status").stdout


@pytest.mark.long
def test_one_failing_source_stops_no_other_and_is_told(again: Nights) -> None:
    before = again.query("select count(*) from tickets")
    again.company.go_to(1)
    again.sandbox.faults.add("unauthorised", path="/zendesk/*", times=None)
    done = again.crm360("run")
    assert done.returncode == 3, done.stdout + done.stderr
    assert (
        "zendesk/organizations: the credentials are refused (HTTP 401) (to act: whoever owns the credentials)"
        in done.stdout
    )
    assert again.query("select count(*) from tickets") == before
    assert again.query("select count(*) from orders where order_kind <> 'test'") == [
        (again.company.truth().totals().orders,)
    ]
    told = again.crm360("status")
    assert told.returncode == 3
    assert "stale" in told.stdout
    page = (again.current / "reports" / "index.html").read_text()
    assert "zendesk" in page and "stale" in page.lower()


def test_nothing_is_published_when_nothing_could_be_pulled(again: Nights) -> None:
    before = (again.current / "manifest.json").read_bytes()
    again.sandbox.faults.add("unauthorised", path="*", times=None)
    done = again.crm360("run")
    assert done.returncode == 1
    assert done.stderr.strip().startswith("crm360: ") and "nothing could be pulled" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert (again.current / "manifest.json").read_bytes() == before


@pytest.mark.long
def test_an_audit_that_fails_leaves_every_published_byte(again: Nights) -> None:
    """Three in four orders are gone from the shop at once: the audit must not let such a table through."""
    files = {p: p.read_bytes() for p in again.current.resolve().rglob("*") if p.is_file()}
    orders = [r.id for r in again.company.truth().records("shopify", "orders") if not r.deleted]
    again.company.go_to(1)
    for record_id in orders[: len(orders) * 3 // 4]:
        again.company.delete("shopify", "orders", record_id, datetime(2026, 7, 2, 1))
    done = again.crm360("run")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the audit failed for" in done.stderr and "the table has at least" in done.stderr
    assert {p: p.read_bytes() for p in again.current.resolve().rglob("*") if p.is_file()} == files
    assert "held back" in again.crm360("status").stdout


def test_a_second_run_while_one_works_is_told_so(again: Nights) -> None:
    from crm360.orchestration.run.runs import only_one

    with only_one(again.data):
        done = again.crm360("run")
    assert done.returncode == 5
    assert "another run is working" in done.stderr and "nobody" in done.stderr
