"""What is held about one person, and nothing of anybody else's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy.export import export
from crm360.orchestration.privacy.find import NobodyFound

from .world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"), 20).make()


@pytest.mark.parametrize("by", ["email", "customer"])
def test_all_that_is_held_is_told_with_its_source(world: World, tmp_path: Path, by: str) -> None:
    whom = world.people[6]
    assert export(world.config, getattr(whom, by), tmp_path / "out", Console()) == 0
    told = json.loads((tmp_path / "out" / "person.json").read_text())
    assert told["customer_ids"] == [whom.customer]
    streams = {(r["source"], r["stream"]) for r in told["from_sources"]}
    assert streams == {("hubspot", s) for s in ("contacts", "deals", "emails")} | {
        ("zendesk", "users"),
        ("zendesk", "tickets"),
    }
    own = [r for r in told["from_sources"] if r["is"] == "the person's own record"]
    assert {r["record_id"] for r in own} == {whom.hubspot, str(whom.zendesk)} and all(r["batch"] for r in own)
    assert set(told["in_published_tables"]) == {"customers", "customer_identities", "orders", "audience_members"}
    whole = json.dumps(told, ensure_ascii=False)
    assert {v for v in whom.values if v not in whole} <= {str(whom.zendesk)}
    for other in (world.people[5], world.people[7]):
        assert other.phone not in whole and other.customer not in whole
    page = (tmp_path / "out" / "person.html").read_text()
    assert whom.street.split()[0] in page and "<script" not in page and "default-src &#39;none&#39;" in page
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out" / "person.json").stat().st_mode & 0o777 == 0o600


def test_nobody_is_told_so(world: World, tmp_path: Path) -> None:
    with pytest.raises(NobodyFound):
        export(world.config, "nobody@nowhere.example", tmp_path / "out", Console())
    assert not (tmp_path / "out").exists()
