"""What all rooms' tests share: the project as dbt compiles it, and a company's warehouse; each is made by the first
worker that needs it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import company
from tests.dbt_project import conftest as models
from tests.dbt_project.conftest import ROOT, Compile, Compiled, assembled, compiled

# What dbt made of the project's files as they are now; a run of the tests over the same files compiles nothing anew.
KEPT = ROOT / "build" / "tests"
DECIDES = [
    ROOT / "src" / "crm360" / room
    for room in ("record_linkage", "customer_value", "orchestration/catalog", "orchestration/engines")
]


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _digest(*places: Path) -> str:
    """SHA-256 of the files of these folders, and of the packages that they need."""
    told = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    found = [place for place in places if place.is_file()]
    for place in places:  # the rooms are links
        found += [Path(at) / name for at, _, names in os.walk(place, followlinks=True) for name in names]
    for path in sorted(p for p in found if p.suffix != ".pyc"):
        told.update(path.name.encode() + path.read_bytes())
    return told.hexdigest()


@contextmanager
def _kept(key: str) -> Iterator[tuple[Path, bool]]:
    """A folder by this key that is kept from run to run, and whether it is whole; it is when the block has ended."""
    folder = KEPT / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_whole = (folder / "whole").exists()
        if not is_whole:
            _make_room()
            shutil.rmtree(folder / "made", ignore_errors=True)
            (folder / "made").mkdir()
        yield folder / "made", is_whole
        (folder / "whole").touch()


def _make_room() -> None:
    """Forget what was made of files as they were more than a day ago."""
    for folder in KEPT.iterdir():
        if time.time() - folder.stat().st_mtime > 86_400:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_of() -> str:
    """What stands for the files that decide how the project is compiled, and what its models are over nothing."""
    return _digest(assembled(), *DECIDES, Path(models.__file__))


@pytest.fixture(scope="session")
def compile_project(made_of: str) -> Compile:
    """Compiles the project with the given vars; the same files with the same vars are compiled once."""
    known: dict[str, Compiled] = {}

    def compile_once(kept_from: Compiled | None = None, **given: Any) -> Compiled:
        key = json.dumps([made_of, kept_from is not None, given], sort_keys=True)
        if key not in known:
            with _kept(key) as (folder, is_whole):
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
    made_by = _digest(ROOT / "src" / "crm360", Path(company.__file__))
    with _kept(json.dumps([made_of, made_by, date.today().isoformat()])) as (folder, is_whole):
        if not is_whole:
            company.shaped(folder, project)
    return folder / "data" / "warehouse.duckdb"
