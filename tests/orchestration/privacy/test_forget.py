"""docs/what-it-withstands.md P1 and P10: who was forgotten is nowhere, and stays so, and all others and all sums are as they were."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from crm360.connectors.engine.landing import Landing
from crm360.orchestration.catalog import ledger
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import register
from crm360.orchestration.privacy.find import NobodyFound
from crm360.orchestration.privacy.forget import forget
from crm360.orchestration.privacy.search import Unsearchable
from crm360.orchestration.publish import manifest, versions
from crm360.orchestration.run import steps
from crm360.orchestration.run.pulling import pull_only

from .world import One, World

pytestmark = pytest.mark.night

STREAMS = [
    ("hubspot", "contacts"),
    ("hubspot", "deals"),
    ("hubspot", "emails"),
    ("zendesk", "users"),
    ("zendesk", "tickets"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world")).make()


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return made.copied(tmp_path / "w")


def gone(world: World, people: list[One]) -> None:
    assert world.search(people) == {}
    for source, stream in STREAMS:
        Landing(world.data / "landing").footers(source, stream, anew=True)
    for book in ledger.BOOKS:
        ledger.versions(world.data / "ledger", book)
    ledger.require_known(world.data / "ledger", world.data / "published")


def test_the_search_of_this_test_finds_what_is_there(world: World) -> None:
    """In every kind of file: or the others would prove nothing."""
    found = world.search([world.people[6]])
    kinds = {Path(name).suffix for name in found}
    assert {".parquet", ".duckdb", ".csv", ".log", ".gz", ".db", ".bin"} <= kinds
    assert len(found) > 20


def test_one_person_is_taken_out_of_everything_and_nobody_else_changes(world: World) -> None:
    whom, others = world.people[6], world.people[:6] + world.people[7:]
    before = {pair: world.landed(*pair) for pair in STREAMS}
    orders, revenue = world.table("orders", "order_id, total_amount"), world.table("revenue")
    customers = world.table("customers")
    assert forget(world.config, [whom.email.upper()], Console(), reason=f"asked by {whom.email}") == 0
    gone(world, [whom])
    for pair in STREAMS:
        after = world.landed(*pair)
        theirs = {
            k
            for k, record in before[pair].items()
            if k[1] in (whom.hubspot, str(whom.zendesk))
            or whom.hubspot in record
            or str(whom.zendesk) in record
            or whom.email in record
        }
        assert theirs and {k: v for k, v in before[pair].items() if k not in theirs} == {
            k: v for k, v in after.items() if k not in theirs
        }
        # Their own records are gone; what they did is there still, with its amounts as they were written.
        assert (set(after) == set(before[pair])) == (pair[1] not in ("contacts", "users"))
    deals = world.landed("hubspot", "deals")
    assert {i for (_, i) in deals} == {f"d{p.n}" for p in world.people if p.n % 2}
    deal = next(record for (_, i), record in deals.items() if i == f"d{whom.n}")
    assert f'"amount":{whom.n}.' in deal and '0,"dealname"' in deal and "[forgotten]" in deal
    assert world.table("orders", "order_id, total_amount") == orders
    assert world.table("revenue") == revenue
    assert world.table("customers") == [row for row in customers if row[0] != whom.customer]
    (order,) = [row for row in world.table("orders") if row[0] == f"desk:B{whom.n}"]
    assert order[1:4] == (None, None, None) and order[4] == Decimal(whom.n) + Decimal("0.25")
    assert world.search(others[:1])  # the others are found as before


def test_versions_are_whole_and_the_pointer_shows_the_new_one(world: World) -> None:
    published = world.data / "published"
    before = versions.names(published)
    assert forget(world.config, [world.people[6].customer], Console()) == 0
    after = versions.names(published)
    assert after == [f"{name}e1" for name in before] and versions.current(published) == after[-1]
    for name in after:
        assert manifest.damage(published / name) == []
        assert manifest.read(published / name)["rewritten"][0]["instead_of"] == name[:-2]


@pytest.mark.long
def test_200_erasures_leave_no_byte(tmp_path: Path) -> None:
    world = World(tmp_path, 230).make()
    whom, others = world.people[:200], world.people[200:]
    total = sum(row[1] for row in world.table("orders", "order_id, total_amount"))
    assert forget(world.config, [p.email if p.n % 2 else p.customer for p in whom], Console()) == 0
    gone(world, whom)
    assert sum(row[1] for row in world.table("orders", "order_id, total_amount")) == total
    assert len(world.table("customers")) == len(others)
    assert len({i for _, i in world.landed("hubspot", "contacts")}) == len(others)
    assert len({i for _, i in world.landed("zendesk", "tickets")}) == 230


def test_a_dry_run_says_what_would_go_and_changes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    def state() -> dict[str, bytes]:
        # The key is made, and what batches were found whole is remembered.
        found = [
            p for p in world.data.rglob("*") if p.is_file() and p.name not in (".chain", ".lock", "key", "head.json")
        ]
        return {str(p): p.read_bytes() for p in found}

    before = state()
    assert forget(world.config, [world.people[6].email], Console(), dry_run=True) == 0
    assert state() == before
    told = capsys.readouterr().out
    for place in (
        "landing/hubspot/contacts",
        "landing/zendesk/tickets",
        "ledger: rows",
        "published/",
        "runs.db",
        "warehouse",
    ):
        assert place in told
    assert not any(v in told for v in world.people[6].values - {world.people[6].customer})


def test_programs_are_told_in_one_object_without_a_personal_value(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    person = world.people[6]
    capsys.readouterr()
    assert forget(world.config, [person.email], Console(), dry_run=True, as_json=True) == 0
    out = capsys.readouterr().out
    told = json.loads(out)
    assert (told["ok"], told["dry_run"], told["customers"]) == (True, True, 1) and sum(told["holds"].values()) > 0
    assert person.email not in out
    assert forget(world.config, [person.email], Console(), as_json=True) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["is_verified"] is True and done["request_id"] and sum(done["removed"].values()) > 0


@pytest.mark.night
def test_a_pull_does_not_bring_a_person_back(world: World) -> None:
    """Neither the source that had them nor another one, under another number; what comes is counted and dropped."""
    config, whom = world.config, world.people[6]
    assert pull_only(config, ["desk"], Console()) == 0
    assert forget(config, [whom.email], Console()) == 0
    gone(world, [whom])
    for name, line in (("people", "999,New One,new@one.example"), ("bills", "B999,999,new@one.example,1.00")):
        path = world.root / f"{name}.csv"
        path.write_text(path.read_text() + line + "\n")
    assert pull_only(config, ["desk"], Console()) == 0
    gone(world, [whom])
    footer = Landing(config.landing).newest("desk", "people")
    assert footer is not None and (footer.received, footer.forgotten) == (len(world.people) + 1, 1)
    assert (footer.landed, footer.duplicate, footer.withheld) == (1, len(world.people) - 1, 1)
    bills = Landing(config.landing).newest("desk", "bills")
    assert (
        bills is not None and bills.landed == 1
    )  # theirs is anonymised as the one that was landed before: nothing new
    world.write_files(offset=5_000)  # everybody under a new number
    assert pull_only(config, ["desk"], Console()) == 0
    gone(world, [whom])
    met = register.read(config)[-1]
    assert met.kind == "met again" and len(met.marks["contact"]) == 1
    assert pull_only(config, ["desk"], Console()) == 0
    record = next(r for (_, i), r in world.landed("desk", "bills").items() if i == f"B{whom.n}" and f"{whom.n}.25" in r)
    assert json.loads(record)["cliente"] is None and json.loads(record)["importe"] == f"{whom.n}.25"


@pytest.mark.parametrize(
    "what",
    ["landing", *(pytest.param(w, marks=pytest.mark.night) for w in ("ledger", "published", "warehouse.duckdb")), ""],
)
def test_a_restored_backup_does_not_bring_a_person_back(world: World, tmp_path: Path, what: str) -> None:
    with steps.begun(world.config, "pull"):
        pass  # any run makes the key, which every backup then has
    shutil.copytree(world.data, tmp_path / "backup", symlinks=True)
    whom = world.people[6]
    assert forget(world.config, [whom.email], Console()) == 0
    target, source = world.data / what, tmp_path / "backup" / what
    if source.is_dir():
        shutil.rmtree(target)
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy(source, target)
    assert world.search([whom])
    with steps.begun(world.config, "pull"):
        # Files of runs, of Dagster and of dbt are searched for addresses alone then: their names are not known any more.
        left = world.search([whom])
        assert [
            name for name in left if name.split("/")[0] in ("landing", "ledger", "published", "warehouse.duckdb")
        ] == []
    gone_from = {name: values for name, values in world.search([whom]).items() if whom.email.lower() in values}
    assert not any(name.endswith((".log", ".db")) for name in gone_from)


@pytest.mark.night
@pytest.mark.parametrize(
    "point",
    ["erasing-written", "erasing-journaled", "erasing-begun", "erasing-replaced", "ledger-journaled", "ledger-replaced", "publish.within-flip", "publish.within-prune"],
)  # fmt: skip
def test_a_kill_in_between_is_finished_by_the_next_run(world: World, point: str) -> None:
    whom = world.people[6]
    script = (
        "import sys; from pathlib import Path; from crm360.orchestration.settings.config import load;"
        "from crm360.orchestration.privacy.forget import forget; from crm360.orchestration.cli.console import Console;"
        "root = Path(sys.argv[1]); forget(load(root / 'crm360.toml', root / 'data'), [sys.argv[2]], Console())"
    )
    command = [sys.executable, "-c", script, str(world.root), whom.email]
    assert (
        subprocess.run(
            command, env=os.environ | {"CRM360_FAILPOINT": point}, check=False, capture_output=True
        ).returncode
        == 137
    )
    for source, stream in STREAMS:
        Landing(world.data / "landing").footers(source, stream, anew=True)  # whole at every moment
    with steps.begun(world.config, "pull"):
        gone(world, [whom])
    assert forget(world.config, [whom.email], Console()) == 0  # asked again, it says so


def test_the_register_holds_no_personal_value_and_is_sealed(world: World) -> None:
    whom = world.people[6]
    forget(world.config, [whom.email], Console(), reason=f"letter of {whom.first} {whom.last}, {whom.email}")
    (request,) = register.read(world.config)
    assert request.is_verified and request.finished_at is not None and request.removed
    told = msgspec.json.encode(request).decode().lower()
    assert not any(v.lower() in told for v in whom.values)
    for name in ("register.json", "key", "cleared.json"):
        assert (world.data / "privacy" / name).stat().st_mode & 0o777 == 0o600
    path, copy = world.data / "privacy" / "register.json", world.root / "decisions" / "forgotten.json"
    path.write_text(path.read_text().replace('"number": 1', '"number": 2'))
    assert [r.request_id for r in register.read(world.config)] == [request.request_id]  # out of the copy
    copy.unlink()
    path.write_text("{}")
    with pytest.raises(register.RegisterError, match="restore data/privacy") as caught:
        register.read(world.config)
    assert caught.value.exit_code == 6
    register.write(world.config, [request])
    (world.data / "privacy" / "key").unlink()
    with pytest.raises(register.RegisterError, match="key"):
        register.forgotten(world.config)


def test_the_requests_of_another_data_folder_of_the_project_are_left_alone(tmp_path: Path) -> None:
    project = SimpleNamespace(root=tmp_path)
    theirs: Any = SimpleNamespace(data=tmp_path / "theirs", project=project)
    ours: Any = SimpleNamespace(data=tmp_path / "ours", project=project)
    register.finish(theirs, register.add(theirs, "op", "", {"email": {"a"}}, {}, datetime(2026, 7, 1), "asked"))
    copy = (tmp_path / "decisions" / "forgotten.json").read_bytes()
    assert register.read(ours) == [] and (tmp_path / "decisions" / "forgotten.json").read_bytes() == copy
    assert len(register.read(theirs)) == 1


def test_who_is_meant_must_be_clear(world: World) -> None:
    with pytest.raises(NobodyFound, match="nothing here"):
        forget(world.config, ["nobody@nowhere.example"], Console())
    with pytest.raises(NobodyFound, match="no customer"):
        forget(world.config, ["c_ffffffffffffffff"], Console())
    landing = Landing(world.data / "landing")
    two = [world.hubspot(p, 9) for p in world.people[:2]]
    world.land(
        landing,
        "hubspot",
        "contacts",
        [(i, r.replace('"score"', '"work_email": "office@firm.example", "score"')) for i, r in two],
        world_time(),
    )
    with pytest.raises(NobodyFound, match="2 customers have that address") as caught:
        forget(world.config, ["office@firm.example"], Console())
    assert world.people[0].customer in str(caught.value)
    assert forget(world.config, [world.people[0].customer], Console()) == 0
    gone(world, [world.people[0]])
    left = [r for (_, i), r in world.landed("hubspot", "contacts").items() if i == world.people[1].hubspot]
    assert any("office@firm.example" in r for r in left)  # which is the other one's, too


def world_time():  # type: ignore[no-untyped-def]
    from datetime import datetime

    return datetime(2026, 7, 9)


@pytest.mark.parametrize("content", [b"\x1f\x8b" + b"cut short", b"PK\x03\x04 no archive", b"PAR1 no table PAR1"])
def test_what_can_not_be_looked_into_is_not_said_to_be_clean(world: World, content: bytes) -> None:
    (world.data / "backup.old").write_bytes(content)
    with pytest.raises(Unsearchable, match=r"backup\.old: it can't be looked into .*mend the file or remove it"):
        forget(world.config, [world.people[8].email], Console())
    assert register.read(world.config)[-1].is_verified is None
    (world.data / "backup.old").unlink()
    assert forget(world.config, [world.people[8].email], Console()) == 0  # what was left of it is done
