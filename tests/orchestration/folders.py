"""A small company's folder whose runs are processes of their own, to be killed and to be measured, and what it then holds."""

from __future__ import annotations

import atexit
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from crm360.connectors.engine.landing import Landing
from crm360.orchestration.catalog import ledger
from tests.orchestration.conducting import TOML, company
from tests.orchestration.running import SCRIPT

# What of a row says which run wrote it.
OF_THE_RUN = {"run_id", "version", "written_at", "measured_at", "started_at", "assigned_at", "extracted_at", "batch_id"}


class Folder:
    """One company's folder, and its runs as processes of their own."""

    def __init__(self, folder: Path, first: date = date(2026, 7, 1)) -> None:
        """`first` is the day of its first night: none may be later than the machine's clock."""
        folder.mkdir()
        self.folder, self.data, self.first = company(folder), folder / "data", first

    def change(self, night: int) -> None:
        """The company's next day: an order more, one changed, a person more, one gone."""
        orders = [f"{n},{5 + (night if n == night else n)}.00" for n in range(1, night + 3)]
        people = [f"{n},Person {n}" for n in range(1, night + 4) if n % 7 or n > night]
        (self.folder / "orders.csv").write_text("id,total\n" + "\n".join(orders) + "\n")
        (self.folder / "people.csv").write_text("id,name\n" + "\n".join(people) + "\n")
        day = self.first + timedelta(night)
        (self.folder / "crm360.toml").write_text(TOML.replace("2026-07-01", day.isoformat()))

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

    def measured(self) -> tuple[int, str, resource.struct_rusage]:
        """One run: its exit code, what it said, and what it and its dbt took of the processors and of memory."""
        _, status, took = os.wait4(self.start().pid, 0)
        return os.waitstatus_to_exitcode(status), (self.folder / "said").read_text(), took

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


class Ended(NamedTuple):
    """How a run ended (below nought: by which signal), and what it and its dbt took of the processors and of memory."""

    code: int
    seconds: float
    kilobytes: int


@cache
def moved_clock() -> str | None:
    """The library by which a process is told another time, compiled; None where there is no C compiler."""
    if (compiler := shutil.which("cc")) is None:
        return None
    made = Path(tempfile.mkdtemp()) / "moved_clock.so"
    atexit.register(shutil.rmtree, made.parent)
    source = Path(__file__).with_name("moved_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", made, source, "-ldl"], check=True)
    return str(made)


def by_clock(clock: Path | None) -> dict[str, str]:
    """The environment of a process whose time is ours and the seconds that this file holds."""
    return {"LD_PRELOAD": str(moved_clock()), "CLOCK": str(clock)} if clock else {}


@cache
def server(clock: Path | None) -> subprocess.Popen[str]:
    """The process that forks runs, one at a time: to import all that a run needs is half of a small one."""
    command, environment = [sys.executable, str(SCRIPT), "fork"], os.environ | by_clock(clock)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, text=True, bufsize=1, **pipes)


def told(server: subprocess.Popen[str], seconds: float | None) -> Any:
    """What a server says next. Raises TimeoutExpired if it says nothing within these seconds."""
    said = server.stdout
    assert said is not None
    if not select.select([said], [], [], seconds)[0]:
        raise subprocess.TimeoutExpired("fork", seconds or 0)
    return json.loads(said.readline())


class ForkedRun:
    """A run that was forked, with what is asked of a process that was started."""

    def __init__(self, command: str, folder: Path, clock: Path | None) -> None:
        self.server = server(clock)
        asked = self.server.stdin
        assert asked is not None
        asked.write(json.dumps([command, str(folder), os.environ | by_clock(clock)]) + "\n")
        self.pid = int(told(self.server, 60))
        self.ended: Ended | None = None

    def wait(self, seconds: float | None = None) -> int:
        self.ended = self.ended or Ended(*told(self.server, seconds))
        return self.ended.code


class ForkingFolder(Folder):
    """The same where hundreds of runs follow each other; what a test sets for processes that begin, runs here do not see.

    With `clock`, a file, a night is at two o'clock of its own day.
    """

    def __init__(self, folder: Path, first: date = date(2026, 7, 1), clock: Path | None = None) -> None:
        super().__init__(folder, first)
        self.clock = clock

    def change(self, night: int) -> None:
        super().change(night)
        if self.clock:
            there = datetime.combine(self.first + timedelta(night), time_of_day(2), UTC)
            seconds = round((there - datetime.now(UTC)).total_seconds())
            with self.clock.open(
                "r+b" if self.clock.exists() else "xb"
            ) as file:  # in place: processes look at this file
                file.write(seconds.to_bytes(8, sys.byteorder, signed=True))

    def start(self, command: str = "run") -> ForkedRun:
        return ForkedRun(command, self.folder, self.clock)

    def measured(self) -> tuple[Ended, str]:
        """One run: how it ended and what it took, and what it said."""
        run = self.start()
        run.wait(300)
        assert run.ended is not None
        return run.ended, (self.folder / "said").read_text()
