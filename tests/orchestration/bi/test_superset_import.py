"""Superset itself imports the bundles, and answers every chart: over DuckDB's file and over PostgreSQL, the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from crm360.orchestration.bi import address, bundle, published
from crm360.orchestration.bi.datasets import Reader
from crm360.orchestration.publish.postgres.place import Place
from crm360.orchestration.report.figures import connected
from crm360.orchestration.report.language import Language
from crm360.orchestration.report.look import Look
from crm360.orchestration.settings.publishing import Postgres as Settings
from tests.connectors.servers import Postgres, postgres
from tests.orchestration.bi.asking import plain, sql_of
from tests.orchestration.bi.conftest import Make, charts, unpacked

pytestmark = pytest.mark.night

HERE = Path(__file__).parent
VERSION = "20260701T020000Z-00000001"
LOOK = Look(time_zone="Europe/Berlin")


@pytest.fixture(scope="module")
def server(company: Path) -> Any:
    """A PostgreSQL with the company as a version that is shown."""
    with postgres() as running:
        with psycopg.connect(running.url("owner", "postgres"), password="owner", autocommit=True) as con:
            con.execute("alter database shop set timezone = 'Asia/Tokyo'")
            con.execute("create database superset")
        place = Place(Settings(running.url("owner")), running.url("owner"), "owner")
        place.write(company.parent, VERSION)
        place.show(VERSION)
        yield running


@pytest.mark.server
def test_every_chart_says_in_postgresql_what_it_says_in_duckdb(server: Postgres, make: Make, con: Any) -> None:
    here, there = (charts(unpacked(make(dialect).zipped())) for dialect in ("duckdb", "postgresql"))
    with psycopg.connect(server.url("reader"), password="reader", options="-c timezone=UTC") as other:
        for name, (chart, dataset) in there.items():
            told = other.execute(sql_of(chart, dataset)).fetchall()  # type: ignore[arg-type]
            assert plain(told) == plain(con.execute(sql_of(*here[name])).fetchall()), name


@pytest.fixture(scope="session")
def superset() -> Path:
    """Python of an environment with Superset, made once: the folder CRM360_SUPERSET, or one beside the tests' own."""
    folder = Path(os.environ.get("CRM360_SUPERSET") or Path(sys.prefix).parent / ".venv-superset")
    python, needed = folder / "bin" / "python", HERE / "requirements-superset.txt"
    ready = folder / ".installed"
    if not ready.exists() or ready.read_text() != needed.read_text():
        uv = [str(Path(sys.executable).with_name("uv"))]
        subprocess.run(
            [*uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)], check=True
        )
        install = [*uv, "pip", "install", "--quiet", "--python", str(python), "--requirement", str(needed)]
        subprocess.run(install, check=True, timeout=1800)
        ready.write_text(needed.read_text())
    return python


@pytest.mark.long
@pytest.mark.server
def test_superset_imports_both_bundles_and_answers_every_chart(
    superset: Path, server: Postgres, company: Path, tmp_path: Path
) -> None:
    url = make_url(server.url("reader")).set(password="reader")
    addresses = (address.file_of(URL.create("duckdb", database=str(company))), address.server_of(url, "crm360"))
    files, wanted = {}, {}
    with connected(company) as con:
        for one in addresses:
            made = bundle.made(published.of(con), Reader(one, LOOK, Language("en"), "EUR"))
            path = tmp_path / f"{one.dialect}.zip"
            path.write_bytes(made.zipped())
            files[one.dialect] = charts(unpacked(path.read_bytes()))
            wanted |= {told["uuid"].replace("-", ""): made.dashboards[Path(name).stem]
                       for name, told in made.files.items() if name.startswith("dashboards/")}  # fmt: skip
    own = make_url(server.url("owner", "superset")).set(password="owner").render_as_string(hide_password=False)
    environment = os.environ | {
        "SUPERSET_HOME": str(tmp_path), "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"), "PYTHONPATH": "",
        "SUPERSET_DATABASE": own,  # in SQLite its names of datasets are unique over all databases
    }  # fmt: skip
    command = [str(superset), str(HERE / "in_superset.py"), *(str(tmp_path / f"{dialect}.zip") for dialect in files)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["dashboards"] == wanted and len(wanted) == 10 and told["databases"] == 2
    by_uuid = {one["uuid"]: one for one in told["charts"]}
    failed = {one["name"]: one["error"] for one in told["charts"] if one["status"] != "success" or one["rejected"]}
    assert not failed
    for name, (chart, _) in files["duckdb"].items():
        here, other = by_uuid[chart["uuid"]], by_uuid[files["postgresql"][name][0]["uuid"]]
        assert len(here["rows"]) == len(other["rows"]), name
    rows = sum(len(one["rows"]) for one in told["charts"])
    assert rows > 500, "the company has rows to draw"
