"""What all rooms' tests share: the project as dbt compiles it, and a company's warehouse; each is made by the first
worker that needs it."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import company
from tests.dbt_project import compiling
from tests.dbt_project import conftest as models
from tests.dbt_project.conftest import ROOT, Compile, Compiled, assembled, compiled
from tests.keeping import digest, kept

DECIDES = [
    ROOT / "src" / "crm360" / room
    for room in ("record_linkage", "customer_value", "customer_voice", "orchestration/catalog", "orchestration/engines")
]

# dbt takes a minute for the project, and the small company one more: of two workers one makes both, while the other has
# tests that need neither, instead of waiting.
FIRST = ("connectors/test_examples.py", "connectors/test_battery.py", "dbt_project/test_unions.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These files' tests before all others."""
    places = {str(Path(__file__).parent / file): place for place, file in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(str(item.path), len(FIRST)))


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def made_of() -> str:
    """What stands for the files that decide how the project is compiled, and what its models are over nothing."""
    return digest(assembled(), *DECIDES, Path(models.__file__), Path(compiling.__file__))


@pytest.fixture(scope="session")
def compile_project(made_of: str) -> Compile:
    """Compiles the project with the given vars; the same files with the same vars are compiled once."""
    known: dict[str, Compiled] = {}

    def compile_once(kept_from: Compiled | None = None, **given: Any) -> Compiled:
        key = json.dumps([made_of, kept_from is not None, given], sort_keys=True)
        if key not in known:
            with kept(key) as (folder, is_whole):
                if not is_whole:
                    compiled(folder, kept_from, **given)
            manifest = json.loads((folder / "target" / "manifest.json").read_text())
            known[key] = Compiled(manifest, "warehouse", keeps=kept_from is not None, folder=folder)
        return known[key]

    return compile_once


@pytest.fixture(scope="session")
def project(compile_project: Compile) -> Compiled:
    """The project as delivered, with no mapping."""
    return compile_project()


@pytest.fixture(scope="session")
def shaped(made_of: str, project: Compiled) -> Path:
    """The warehouse of a company whose audit lets it through (company.py). Not to be written to."""
    made_by = digest(ROOT / "src" / "crm360", Path(company.__file__))
    with kept(json.dumps([made_of, made_by, date.today().isoformat()])) as (folder, is_whole):
        if not is_whole:
            company.shaped(folder, project)
    return folder / "data" / "warehouse.duckdb"
