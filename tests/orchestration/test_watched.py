"""Whole runs that are watched, and runs that lack room: what leaves this machine, what lies in the data folder, and
that a disk that fills up costs a run and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.publish import manifest
from tests.orchestration.folders import Folder
from tests.orchestration.running import SCRIPT

pytestmark = pytest.mark.night
SECRET = "pq-Zx81-canary-of-this-test"
# Python runs it as each of its processes begins, dbt's too; what a process asks of the network is then written down.
WATCH = """
import os, sys
log = os.open(os.environ["CRM360_WATCH"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
def note(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        os.write(log, f"connects {args[1][0]}\\n".encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        os.write(log, f"looks up {args[0]}\\n".encode())
os.write(log, b"begins\\n")
sys.addaudithook(note)
"""
ROOM = (200_000,)  # bytes that no file may grow beyond
DBTS_ROOM = (20_000,)
LACKING = """
import os, resource, sys
if any("dbt_process" in word for word in sys.orig_argv) and "CRM360_ROOM" in os.environ:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["CRM360_ROOM"]),) * 2)
"""
ELSEWHERE = "192.0.2.7"  # which is nobody's (RFC 5737)
ASKS = f"import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('{ELSEWHERE}', 9))"
HERE = {"127.0.0.1", "::1", "localhost", "None"}


def kept(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if not path.is_symlink())


def test_a_run_speaks_to_nobody_and_leaves_nothing_for_others_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    told = tmp_path / "told"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "watch"))
    monkeypatch.setenv("CRM360_WATCH", str(told))
    monkeypatch.setenv("CRM360_SHOP_TOKEN", SECRET)
    before = os.umask(0)  # of whoever set up the machine without care
    try:
        company = Folder(tmp_path / "company")
        company.ended()
    finally:
        os.umask(before)
    noted = told.read_text().splitlines()
    assert noted.count("begins") >= 2, "of the run and of its dbt"
    assert [line for line in noted if line != "begins" and line.split()[-1] not in HERE] == []

    open_to_others = [f"{p.relative_to(company.data)} {p.stat().st_mode & 0o777:o}" for p in [company.data, *kept(company.data)] if p.stat().st_mode & 0o077]  # fmt: skip
    assert open_to_others == []
    files = [path for path in kept(company.data) if path.is_file()]
    assert [p for p in files if SECRET.encode() in p.read_bytes()] == []
    assert SECRET not in (company.folder / "said").read_text()
    # Whoever reads a pickle runs what it says: none is kept, so none that was planted is read.
    assert [p for p in files if p.suffix in (".pickle", ".pkl") or p.read_bytes()[:1] == b"\x80"] == []


def test_nothing_that_a_run_starts_sends_anything_to_anybody(tmp_path: Path) -> None:
    """Libraries in C ask nobody in Python: what all of a run's processes send is seen on its way out of the machine."""
    told, company = tmp_path / "told", Folder(tmp_path / "company")
    network = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    alone = [*network, sys.executable, str(Path(__file__).with_name("alone.py")), str(told)]
    asked = subprocess.run([*alone, sys.executable, "-c", ASKS], capture_output=True, text=True, timeout=60)
    if asked.returncode:
        pytest.skip(f"no network of its own can be made here: {asked.stderr.strip().splitlines()[-1]}")
    assert f"udp {ELSEWHERE} 9" in told.read_text().splitlines()
    told.write_text("")
    run = [*alone, sys.executable, str(SCRIPT), "run", str(company.folder)]
    done = subprocess.run(
        run, env=os.environ | {"CRM360_SMALL": str(company.folder)}, cwd=SCRIPT.parent, capture_output=True, timeout=300
    )
    assert done.returncode == 0 and company.shown()["persons"], done.stderr
    assert told.read_text() == ""


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """For the processes that begin meanwhile: as on a disk that fills up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_costs_a_run_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All through a run, and just while dbt builds."""
    (tmp_path / "lack").mkdir()
    (tmp_path / "lack" / "sitecustomize.py").write_text(LACKING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lack"))
    lacking, peaceful = Folder(tmp_path / "lacking"), Folder(tmp_path / "peaceful")
    for folder in (lacking, peaceful):
        folder.ended()
        folder.change(1)
    peaceful.ended()
    shown = lacking.shown()
    assert shown != peaceful.shown()
    for size in (*ROOM, *DBTS_ROOM):
        if size in DBTS_ROOM:
            monkeypatch.setenv("CRM360_ROOM", str(size))
        with no_file_beyond(size) if size in ROOM else nullcontext():
            process = lacking.start()
        code, said = process.wait(300), (lacking.folder / "said").read_text()
        assert code == 4 and "Traceback" not in said, (size, code, said)
        assert said.strip().startswith("crm360: ") and len(said.strip().splitlines()) == 1, (size, said)
        assert lacking.shown() == shown and manifest.damage(lacking.data / "published" / "current") == [], size
    monkeypatch.delenv("CRM360_ROOM")
    lacking.ended()
    assert lacking.shown() == peaceful.shown() and lacking.landed() == peaceful.landed()
    assert lacking.remembered() == peaceful.remembered() and lacking.left() == []


@pytest.mark.long
def test_a_night_of_five_million_rows_with_256_mb_for_its_engines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is published is what the file says, and Python's own share is what docs/how-to/deploy.md says (2.2 GB)."""
    monkeypatch.setenv("CRM360_MEMORY_LIMIT", "256MB")
    company, count = Folder(tmp_path / "company"), 5_000_000
    with (company.folder / "orders.csv").open("w") as orders:
        orders.write("id,total\n")
        orders.writelines(f"{hashlib.md5(b'%d' % i).hexdigest()},{i % 1000}.{i % 100:02d}\n" for i in range(count))
    code, said, took = company.measured()
    assert (code, said) == (0, "")
    told = "select count(distinct order_id), sum(total::decimal(18, 2)), count(*) from purchases"
    with duckdb.connect(str(company.data / "published/current/customer_360.duckdb"), read_only=True) as con:
        assert con.execute(told).fetchall() == [
            (count, sum(Decimal(f"{i % 1000}.{i % 100:02d}") for i in range(1000)) * (count // 1000), count)
        ]
    assert took.ru_maxrss < 2_600_000 and company.left() == []
