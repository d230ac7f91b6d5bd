"""What users are given to begin with calls only macros that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import crm360

from .conftest import Compiled

ROOT = Path(__file__).parents[2]
PACKAGE = Path(str(crm360.__file__)).parent
GIVEN = [
    *sorted(
        p for name in ("connector_template", "project_template") for p in (PACKAGE / name).rglob("*") if p.is_file()
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
DBTS_OWN = {"ref", "source", "config", "doc", "var"}


@pytest.mark.parametrize("file", [p for p in GIVEN if "{{" in p.read_text(encoding="utf-8")], ids=lambda p: str(p.name))
def test_every_macro_that_is_called_is_there(file: Path) -> None:
    macros = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "dbt_project" / "macros").glob("*.sql"))
    there = set(re.findall(r"macro (\w+)\(", macros)) | DBTS_OWN
    called = set(re.findall(r"\{\{-?\s*(\w+)\(", file.read_text(encoding="utf-8")))
    assert called <= there, called - there


def test_a_unit_test_gives_all_that_its_model_reads(project: Compiled) -> None:
    """dbt says so only when it builds: "depends on a node … which was not found"."""
    tests = project.manifest["unit_tests"].values()
    lacking = {}
    for test in tests:
        read = {name.split(".", 2)[-1] for name in project.models[test["model"]]["depends_on"]["nodes"]}
        given = {".".join(re.findall(r"'([^']+)'", told["input"])[-2:]) for told in test["given"]}
        if left := read - given:
            lacking[test["name"]] = left
    assert lacking == {} and len(tests) > 100
