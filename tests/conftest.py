"""What all rooms' tests share: the project as dbt compiles it, and a company's warehouse; each is made by the first
worker that needs it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests import company
from tests.dbt_project.conftest import Compile, Compiled, compiled


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def compile_project(together: Path) -> Compile:
    """Compiles the project with the given vars; the same vars are compiled once."""
    known: dict[str, Compiled] = {}

    def compile_once(kept_from: Compiled | None = None, **given: Any) -> Compiled:
        key = json.dumps([kept_from is not None, given], sort_keys=True)
        if key not in known:
            folder = together / f"dbt-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
            folder.mkdir(exist_ok=True)
            with (folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not (folder / "done").exists():
                    compiled(folder, kept_from, **given)
                    (folder / "done").touch()
            manifest = json.loads((folder / "target" / "manifest.json").read_text())
            known[key] = Compiled(manifest, "warehouse", keeps=kept_from is not None, folder=folder)
        return known[key]

    return compile_once


@pytest.fixture(scope="session")
def project(compile_project: Compile) -> Compiled:
    """The project as delivered, with no mapping."""
    return compile_project()


@pytest.fixture(scope="session")
def shaped(together: Path, project: Compiled) -> Path:
    """The warehouse of a company whose audit lets it through (company.py). Not to be written to."""
    folder = together / "company"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            company.shaped(folder, project)
            (folder / "done").touch()
    return folder / "data" / "warehouse.duckdb"
