"""What users are given to begin with calls only macros that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import crm360

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
