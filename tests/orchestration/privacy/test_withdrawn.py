"""Consent withdrawn counts at once: also where the run that learnt of it publishes nothing."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.catalog import build
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.shelf import roll_back
from crm360.orchestration.privacy import withdrawn
from crm360.orchestration.publish import manifest, versions
from crm360.orchestration.publish.rollback import rolled_back
from crm360.orchestration.run import steps

from .world import NOW, World


def learn(world: World, state: str = "success") -> None:
    """The warehouse of a run that was held back: it knows who withdrew. One customer is not in it any more."""
    warehouse = world.data / "warehouse.duckdb"
    begun = build.Build("b2", "r2", date(2026, 7, 3), NOW, ())
    build.begin(warehouse, begun)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create table marts.customer_consent (customer_id varchar, channel varchar, is_allowed boolean)")
        told = [(p.customer, "email", {1: False, 2: None}.get(p.n, True)) for p in world.people if p.n != 3]
        con.executemany("insert into marts.customer_consent values (?, ?, ?)", told)
    step = build.start(warehouse, "b2", [withdrawn.NEEDED])
    build.finish(warehouse, "b2", step, [build.Node(withdrawn.NEEDED, state)])


def members(world: World) -> list[str]:
    with (world.data / "published" / "current" / "audiences" / "everybody.csv").open() as file:
        return [row["customer_id"] for row in csv.DictReader(file)]


def test_who_withdrew_leaves_the_standing_audiences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, 10).make()
    before, orders, name = members(world), world.table("orders"), versions.current(world.data / "published")
    assert len(before) == 10
    learn(world, "error")
    assert withdrawn.take_effect(world.config, NOW) == 0  # they were not built: nothing is known
    learn_again = duckdb.connect(str(world.data / "warehouse.duckdb"))
    learn_again.execute("update crm360.nodes set status = 'success', message = ''")
    learn_again.close()
    lines: list[str] = []
    with steps.begun(world.config, "audit", lines.append) as run:
        run.has_begun = True
        run.record.outcome = "held back"
    left = [p.customer for p in world.people if p.n > 3]  # one said no, one says nothing any more, one is gone
    assert members(world) == left
    assert [row[0] for row in world.table("audience_members", "customer_id")] == left
    assert "consent 3 members left" in " ".join(lines)
    assert world.table("orders") == orders
    published = world.data / "published"
    now = versions.current(published)
    assert now == f"{name}e1" and manifest.damage(published / now) == []
    assert manifest.read(published / now)["rewritten"][0]["because"] == "consent was withdrawn"
    assert withdrawn.take_effect(world.config, NOW) == 0 and versions.current(published) == now


@pytest.mark.night
def test_a_version_that_is_shown_again_writes_to_nobody_who_has_withdrawn_since(tmp_path: Path) -> None:
    world = World(tmp_path, 10).make()
    published = world.data / "published"
    name = versions.current(published)
    assert name is not None and len(members(world)) == 10
    learn(world)
    assert roll_back(world.config, Console(), name) == 0
    assert members(world) == [p.customer for p in world.people if p.n > 3]
    told = rolled_back(published)
    assert told is not None and told["to"] == versions.current(published) == f"{name}e1"
