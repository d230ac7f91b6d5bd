"""What a build keeps of the one before: all that nothing new leads to, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.orchestration.catalog import assembly, build, shape, standing
from tests.orchestration.running import Small, conducting

pytestmark = pytest.mark.night
MARTS = ("persons", "purchases", "slow")


class Nights(Small):
    """Nights of the small company, each with what it says and which models it makes."""

    def night(self, *arguments: str) -> set[str]:
        """One run that publishes. Returns the models that it made, of the marts and of what they are made from."""
        before = self.steps()
        done = self.crm360("run", *arguments)
        assert done.code == 0, done.error
        self.said = done.out
        return {name for name, step in self.steps().items() if step != before.get(name)}

    def steps(self) -> dict[str, int]:
        found = build.nodes(self.data / "warehouse.duckdb")
        return {name.split(".")[2]: step for name, (_, step, _) in found.items() if name.startswith("model.")}

    def shown(self) -> dict[str, list[tuple[Any, ...]]]:
        with duckdb.connect(str(self.data / "published/current/customer_360.duckdb"), read_only=True) as con:
            return {t: con.execute(f"from {t} order by all").fetchall() for t in MARTS}

    def write(self, orders: str = "", toml: str = "") -> None:
        for name, more in (("orders.csv", orders), ("crm360.toml", toml)):
            path = self.folder / name
            path.write_text(path.read_text() + more)


@pytest.fixture
def nights(small: Small, tmp_path: Path) -> Nights:
    return Nights.of(small.folder, small)


@pytest.fixture
def project(nights: Nights, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The small project in a folder of its own, for a test to change."""
    folder = Path(shutil.copytree(Path(conducting.__file__).parent / "small", tmp_path / "delivered"))
    configured = conducting.configured

    def changed(of: Path) -> Any:
        config = configured(of)
        shape.DELIVERED = assembly.DELIVERED = folder
        return config

    monkeypatch.setattr(conducting, "configured", changed)
    return folder


def test_what_nothing_new_leads_to_stands_and_the_rest_is_made(nights: Nights) -> None:
    everything = nights.night()
    assert {*MARTS} <= everything and "stand as they are" not in nights.said
    first = nights.shown()
    # persons reads the environment, which no key tells: it is made every night.
    assert nights.night() == {"persons"} and "models and tests stand as they are" in nights.said
    assert nights.shown() == first
    assert nights.record.outcome == "published" and nights.manifest["run_id"] == nights.record.run_id

    nights.write(orders="3,9.00\n")
    made = nights.night()
    assert "purchases" in made and "int_orders_unioned" in made and "int_contacts_unioned" not in made
    assert nights.shown()["purchases"] == [*first["purchases"], ("3", "9.00")]
    assert nights.night() == {"persons"}


def test_where_what_all_depends_on_is_another_thing_everything_is_made(
    nights: Nights, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml, model = nights.folder / "crm360.toml", project / "models" / "marts" / "purchases.sql"
    everything, shown = nights.night(), nights.shown()
    changes = {
        "day": lambda: toml.write_text(toml.read_text().replace("2026-07-01", "2026-07-02")),
        "setting": lambda: toml.write_text("churn_days = 31\n" + toml.read_text()),
        "model": lambda: model.write_text(model.read_text() + "\n-- the same, in other words\n"),
        "own maths": lambda: monkeypatch.setattr(standing, "CALLED", ()),
        "engine": lambda: monkeypatch.setattr(standing.duckdb, "__version__", "0.0.1"),
        "warehouse": lambda: (nights.data / "warehouse.duckdb").unlink(),
    }
    for what, change in changes.items():
        change()
        assert (nights.night(), nights.shown()) == (everything, shown), what


def test_a_build_that_broke_is_made_whole_again(nights: Nights) -> None:
    nights.night()
    (nights.folder / "reads.txt").write_text(" inner join nowhere.to_be_found using (customer_id)")
    assert nights.crm360("run").code == 1
    (nights.folder / "reads.txt").write_text("")
    assert {*MARTS} <= nights.night()
    assert nights.night() == {"persons"}


def test_a_build_that_was_held_back_is_gone_on_with(nights: Nights) -> None:
    first = nights.night()
    nights.write(orders="3,9.00\n")
    assert nights.crm360("run", "--hold").code == 0
    assert nights.night() == {"persons"} and first
    assert ("3", "9.00") in nights.shown()["purchases"]


@pytest.mark.parametrize(
    ("text", "is_made"),
    [
        ("select count(*) as n from {{ ref('purchases') }}", False),
        ("select now() as at from {{ ref('purchases') }}", True),
        ("select current_date as at from {{ ref('purchases') }}", True),
        ("select '{{ run_started_at }}' as at from {{ ref('purchases') }}", True),
        ("select *, random() as x from read_csv('orders.csv')", True),
        ("select {{ at_this_moment() }} as at from {{ ref('purchases') }}", True),
        ("select {{ told_on() }} as at from {{ ref('purchases') }}", True),
        ("select 'nowhere' as renowned from {{ ref('purchases') }}", False),
    ],
)
def test_what_asks_for_the_time_or_a_file_by_itself_is_always_made(text: str, is_made: bool) -> None:
    macros = {
        "macro.crm360.at_this_moment": ("now()", []),
        "macro.crm360.told_on": ("{{ at_this_moment() }}", ["macro.crm360.at_this_moment"]),
        "macro.crm360.as_of": ("{{ env_var('CRM360_AS_OF') }}", []),
        "macro.dbt.statement": ("{{ statement('main') }}", []),
    }
    told = {
        name: {
            "name": name.split(".")[2], "package_name": name.split(".")[1], "macro_sql": sql, "depends_on": {"macros": calls},
        }
        for name, (sql, calls) in macros.items()
    }  # fmt: skip
    called = [name for name in macros if f"{name.split('.')[2]}()" in text]
    node = {"raw_code": text, "depends_on": {"macros": ["macro.crm360.as_of", "macro.dbt.statement", *called]}}
    assert standing.untold({"model.crm360.own": node}, told) == ({"model.crm360.own"} if is_made else set())
