"""Whole runs that are killed at any moment: what stands in the end is what stands where nothing was killed.

Two folders of one company live through the same nights. In one every night is killed several times, sometimes the run alone and
sometimes with its dbt, before it may end; the other is left in peace. After each night both must show the same tables, and
have landed and remembered the same. `CRM360_KILLS` says how many kills (60), `CRM360_SEED` draws others.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine.landing import Landing
from crm360.orchestration.catalog import ledger
from tests.orchestration.conducting import TOML, company
from tests.orchestration.running import SCRIPT

pytestmark = pytest.mark.long
KILLS, SEED = int(os.environ.get("CRM360_KILLS", "60")), int(os.environ.get("CRM360_SEED", "1"))
A_NIGHT = 5
# What of a row says which run wrote it.
OF_THE_RUN = {"run_id", "version", "written_at", "measured_at", "started_at", "assigned_at", "extracted_at", "batch_id"}


class Folder:
    """One company's folder, and its runs as processes of their own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.data = company(folder), folder / "data"

    def start(self, command: str = "run") -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(SCRIPT), command, str(self.folder)],
            env=os.environ | {"CRM360_SMALL": str(self.folder)},
            cwd=SCRIPT.parent, stdout=subprocess.DEVNULL, stderr=(self.folder / "said").open("wb"), start_new_session=True,
        )  # fmt: skip

    def ended(self, command: str = "run") -> float:
        """One run that must end well; its seconds. A dbt whose parent was killed counts as a run at work."""
        until = time.monotonic() + 60
        while True:
            began = time.monotonic()
            code = self.start(command).wait(300)
            said = (self.folder / "said").read_text()
            if code == 0:
                return time.monotonic() - began
            assert "another run is working" in said and time.monotonic() < until, (code, said)
            time.sleep(0.5)

    def killed(self, after: float, with_dbt: bool) -> bool:
        """Whether the run was still at work when it was killed."""
        process = self.start()
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            (os.killpg if with_dbt else os.kill)(process.pid, signal.SIGKILL)
        return process.wait(60) == -signal.SIGKILL

    def shown(self) -> dict[str, list[tuple[Any, ...]]]:
        with duckdb.connect(str(self.data / "published/current/customer_360.duckdb"), read_only=True) as con:
            names = [name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()]
            return {name: sorted(con.execute(f'from "{name}"').fetchall(), key=repr) for name in names}

    def landed(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every version of every record."""
        landing, found = Landing(self.data / "landing"), {}
        for source, stream in (("shop", "orders"), ("desk", "people")):
            files = [str(path) for path, _ in landing.footers(source, stream)]
            with duckdb.connect() as con:
                sql = "select record_id, record, is_deleted from read_parquet($files) order by all"
                found[stream] = con.execute(sql, {"files": files}).fetchall()
        return found

    def remembered(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the ledger holds of customers; how its runs went differs."""
        found = {}
        for book in (ledger.CUSTOMER_IDS, ledger.SEGMENT_CHANGES):
            columns = ", ".join(name for name in book.columns if name not in OF_THE_RUN)
            files = [str(path) for path, _ in ledger.versions(self.data / "ledger", book)]
            with duckdb.connect() as con:
                sql = f"select {columns} from read_parquet($files) order by all"
                found[book.name] = con.execute(sql, {"files": files}).fetchall() if files else []
        return found

    def left(self) -> list[str]:
        """Files that a dead run left and the next one did not clear away."""
        return [
            str(p.relative_to(self.data)) for p in self.data.rglob("*") if p.name.endswith((".tmp", ".half", ".part"))
        ]

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.data.rglob("*") if path.is_file() and not path.is_symlink())


def change(folder: Path, night: int) -> None:
    """The company's next day: an order more, one changed, a person more, one gone."""
    orders = [f"{n},{5 + (night if n == night else n)}.00" for n in range(1, night + 3)]
    people = [f"{n},Person {n}" for n in range(1, night + 4) if n % 7 or n > night]
    (folder / "orders.csv").write_text("id,total\n" + "\n".join(orders) + "\n")
    (folder / "people.csv").write_text("id,name\n" + "\n".join(people) + "\n")
    day = date(2026, 7, 1) + timedelta(night)
    (folder / "crm360.toml").write_text(TOML.replace("2026-07-01", day.isoformat()))


def test_a_company_whose_runs_are_killed_has_what_one_in_peace_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(SEED)
    troubled, peaceful = Folder(tmp_path / "troubled"), Folder(tmp_path / "peaceful")
    kills, night, seconds, sizes = 0, 0, [peaceful.ended()], []
    troubled.ended()
    while kills < KILLS:
        night += 1
        for folder in (troubled, peaceful):
            change(folder.folder, night)
        seconds.append(peaceful.ended())
        for _ in range(A_NIGHT):
            kills += troubled.killed(draw.uniform(0.3, 1.05) * statistics.median(seconds[-3:]), draw.random() < 0.7)
        troubled.ended()
        assert troubled.shown() == peaceful.shown(), night
        assert troubled.landed() == peaceful.landed(), night
        assert troubled.remembered() == peaceful.remembered(), night
        assert troubled.left() == [], night
        sizes.append((troubled.size(), peaceful.size()))
    troubled.ended("verify")
    with capsys.disabled():
        print(
            f"\n{kills} kills in {night} nights: nothing lost, doubled or different; a run in peace took "
            f"{statistics.median(seconds[:5]):.1f} s at first and {statistics.median(seconds[-5:]):.1f} s at last; "
            f"{sizes[0][0] / 1e6:.1f} MB grew to {sizes[-1][0] / 1e6:.1f} MB, without kills {sizes[0][1] / 1e6:.1f} "
            f"to {sizes[-1][1] / 1e6:.1f} MB"
        )
