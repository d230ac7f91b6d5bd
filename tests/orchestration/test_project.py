"""The user's project apart from the product: what stands there replaces or adds, and a data folder belongs to one project."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.catalog import shape
from crm360.orchestration.catalog.assembly import assemble
from crm360.orchestration.settings.config import Config, load
from crm360.orchestration.settings.init import env_example, init
from crm360.orchestration.settings.ownership import claim
from crm360.orchestration.settings.project import DELIVERED, Project

SHOP = '[sources.shop]\nsystem = "files"\n[sources.shop.streams.people]\npath = "people.csv"\nentities = [{ entity = "contacts" }]\n'


def project(folder: Path, toml: str = SHOP) -> Config:
    folder.mkdir(exist_ok=True)
    (folder / "crm360.toml").write_text(toml)
    return load(folder / "crm360.toml")


def landed(config: Config, source: str) -> None:
    """As if a stream of this source had been landed once by version 0.1.0, which kept no project.json."""
    folder = config.landing / source / "people"
    folder.mkdir(parents=True)
    (folder / "20260101T000000Z-1.parquet").write_bytes(b"")


def test_a_new_project_is_whole_and_nobody_elses(tmp_path: Path) -> None:
    names = init(tmp_path / "shop")
    assert {
        "crm360.toml",
        ".env.example",
        "segments.yml",
        "audiences.yml",
        "exchange_rates.csv",
        "standard_stages.csv",
        "decisions/identity_decisions.csv",
        "decisions/company_decisions.csv",
        "workspace.yaml",
        "models/README.md",
    } <= set(names)
    config = load(tmp_path / "shop" / "crm360.toml")
    assert config.data == tmp_path / "shop" / "data"
    assert not [p for p in (tmp_path / "shop").rglob("*") if p.is_symlink()], "a link would lead into the package"
    delivered = yaml.safe_load((DELIVERED / "models/marts/customers/segments.yml").read_text())["models"][0]
    assert config.project.segments() == delivered["config"]["meta"]["dimensions"]
    assert len(config.project.audiences() or []) >= 5


def test_the_repositorys_example_of_secrets_is_what_the_connectors_declare() -> None:
    assert (Path(__file__).parents[2] / ".env.example").read_text() == env_example()
    assert "# CRM360_ZOHO_REFRESH_TOKEN=" in env_example().splitlines()


@pytest.mark.parametrize("there", ["crm360.toml", "segments.yml"])
def test_a_folder_that_holds_something_of_a_project_is_left_alone(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine\n")
    with pytest.raises(ConfigError, match="already"):
        init(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine\n"


def test_own_files_take_the_place_of_delivered_ones_or_are_added(tmp_path: Path) -> None:
    own = Project(tmp_path)
    (tmp_path / "exchange_rates.csv").write_text("currency,valid_from,rate\nSEK,2026-01-01,0.09\n")
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "identity_decisions.csv").write_text("decision\n")
    (tmp_path / "models").mkdir()
    for name in ("households.sql", "mine.sql", "mine.yml", "mine_suite.py", "notes.txt"):
        (tmp_path / "models" / name).write_text("-- mine\n")
    folder = assemble(own, tmp_path / "dbt")
    assert (folder / "seeds/exchange_rates.csv").read_text().endswith("0.09\n")
    assert (folder / "seeds/identity_decisions.csv").read_text() == "decision\n"
    assert (folder / "seeds/standard_stages.csv").read_bytes() == (DELIVERED / "seeds/standard_stages.csv").read_bytes()
    assert [p.relative_to(folder).as_posix() for p in folder.rglob("households.sql")] == [
        "models/marts/own/households.sql"
    ]
    assert sorted(p.name for p in (folder / "models/marts/own").iterdir()) == ["households.sql", "mine.sql", "mine.yml"]
    assert [p.name for p in own.suites()] == ["mine_suite.py"]
    delivered = {p.relative_to(DELIVERED) for p in DELIVERED.rglob("*.sql") if "target" not in p.parts}
    assert {p.relative_to(folder) for p in folder.rglob("*.sql")} >= delivered - {
        p.relative_to(DELIVERED) for p in DELIVERED.rglob("households.sql")
    }


def test_models_of_systems_that_are_not_set_up_are_left_out(tmp_path: Path) -> None:
    folder = assemble(Project(tmp_path), tmp_path / "dbt", systems=["shopify"])
    there = {path.stem for path in folder.rglob("*.sql")}
    assert {"stg_shopify__orders", "stg_shopify__orders_netted", "stg_mapped__orders", "int_orders_unioned"} <= there
    assert not [name for name in there if "hubspot" in name or "zendesk" in name]
    assert "hubspot" not in (folder / "macros/registry.sql").read_text()
    assert list(folder.rglob("*__unit_tests.yml")) == []
    assemble(Project(tmp_path), tmp_path / "dbt", systems=["hubspot"])
    assert {"stg_hubspot__contacts"} == {p.stem for p in folder.rglob("stg_*__contacts.sql")} - {"stg_mapped__contacts"}


def test_what_is_taken_away_from_a_project_is_gone_the_next_time(tmp_path: Path) -> None:
    own = Project(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "households.sql").write_text("-- mine\n")
    assemble(own, tmp_path / "dbt")
    (tmp_path / "models" / "households.sql").rename(tmp_path / "models" / "homes.sql")
    assemble(own, tmp_path / "dbt")
    remembered = tmp_path / "partial_parse.msgpack"
    remembered.write_bytes(b"")
    assemble(own, tmp_path / "dbt")
    assert remembered.exists(), "nothing is gone"
    (tmp_path / "models" / "homes.sql").unlink()
    folder = assemble(own, tmp_path / "dbt")
    assert not remembered.exists()
    (found,) = folder.rglob("households.sql")
    assert Path(os.readlink(found)).is_relative_to(DELIVERED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dimensions:\n  - [", "segments.yml: it is no YAML, line"),
        ("segments: []\n", "segments.yml: it holds one key, dimensions, with a list under it"),
        ("dimensions: []\n", "segments.yml: it holds one key, dimensions"),
        ("dimensions: {a: 1}\n", "segments.yml: it holds one key, dimensions"),
        ("", "segments.yml: it holds one key, dimensions"),
    ],
)
def test_segments_that_are_none_are_told_by_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "segments.yml").write_text(text)
    with pytest.raises(ConfigError) as told:
        Project(tmp_path).segments()
    assert said in str(told.value)


def test_own_segments_reach_dbt_as_a_variable(tmp_path: Path) -> None:
    config = project(tmp_path)
    assert "segments" not in shape.variables(config)
    (tmp_path / "segments.yml").write_text("dimensions:\n  - dimension: d\n    segments: [{segment: s}]\n")
    assert shape.variables(config)["segments"] == [{"dimension": "d", "segments": [{"segment": "s"}]}]


def test_a_data_folder_remembers_whose_it_is(tmp_path: Path) -> None:
    config = project(tmp_path)
    claim(config)
    claim(config)
    more = project(tmp_path, SHOP + SHOP.replace("shop", "crm"))
    claim(more)
    assert json.loads((config.data / "project.json").read_text())["sources"] == ["crm", "shop"]
    claim(project(tmp_path, SHOP.replace("shop", "crm")))  # a source may be taken away


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (SHOP.replace("shop", "other"), "belongs to a project with other sources (shop)"),
        ('base_currency = "USD"\n' + SHOP, "is kept in EUR and this project in USD"),
    ],
)
def test_a_data_folder_of_another_project_is_refused(tmp_path: Path, toml: str, said: str) -> None:
    claim(project(tmp_path))
    before = (tmp_path / "data" / "project.json").read_bytes()
    with pytest.raises(ConfigError) as told:
        claim(project(tmp_path, toml))
    assert said in str(told.value)
    assert (tmp_path / "data" / "project.json").read_bytes() == before


def test_a_data_folder_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    config = project(tmp_path)
    claim(config)
    mark = config.data / "project.json"
    mark.write_text(mark.read_text().replace('"layout": 1', '"layout": 99'))
    with pytest.raises(ConfigError, match="written by a newer version of crm360"):
        claim(config)


def test_a_data_folder_of_the_first_version_is_known_by_what_landed(tmp_path: Path) -> None:
    config = project(tmp_path)
    landed(config, "shop")
    claim(config)
    assert json.loads((config.data / "project.json").read_text())["sources"] == ["shop"]
    (config.data / "project.json").write_text("{")  # damaged: made anew from what lies there
    claim(config)
    (config.data / "project.json").unlink()
    with pytest.raises(ConfigError, match="other sources"):
        claim(project(tmp_path, SHOP.replace("shop", "other")))
