"""Every model says its grain, every column of staging, entities and identity what it means, and no model is long."""

from __future__ import annotations

from .conftest import Compiled

FOLDERS = ("models/staging/", "models/intermediate/entities/", "models/intermediate/identity/")


def test_every_model_says_its_grain(project: Compiled) -> None:
    here = [node for node in project.models.values() if node["original_file_path"].startswith(FOLDERS)]
    assert len(here) > 50
    assert [node["name"] for node in here if not node["description"].startswith("One row per ")] == []


def test_every_column_is_described(project: Compiled) -> None:
    names = [name for name, node in project.models.items() if node["original_file_path"].startswith(FOLDERS)]
    con = project.build(names, {})
    for name in names:
        node = project.models[name]
        built = [row[0] for row in con.execute(f"describe {node['schema']}.{name}").fetchall()]
        described = {column["name"] for column in node["columns"].values() if column["description"].strip()}
        assert described == set(built), name


def test_models_are_short(project: Compiled) -> None:
    lengths = {name: len(node["raw_code"].splitlines()) for name, node in project.models.items()}
    assert {name: lines for name, lines in lengths.items() if lines > 115} == {}


def test_every_model_stands_in_a_group_and_what_is_published_has_a_colour_of_its_own(project: Compiled) -> None:
    """So that dbt's docs set inner models apart; each area of the marts is a group."""
    colours: dict[str, set[str]] = {}
    for name, node in project.models.items():
        layer = node["original_file_path"].split("/")[1]
        assert node["config"]["group"], name
        colours.setdefault(layer, set()).add(node["docs"]["node_color"])
    assert {layer: len(found) for layer, found in colours.items()} == {"staging": 1, "intermediate": 1, "marts": 1}
    assert len(set().union(*colours.values())) == 3
    areas = {
        n["original_file_path"].split("/")[2] for n in project.models.values() if "/marts/" in n["original_file_path"]
    }
    assert areas == {n["config"]["group"] for n in project.models.values() if "/marts/" in n["original_file_path"]}
