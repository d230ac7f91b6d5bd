"""Sixty nights in which the systems answer badly: what was landed is the truth, and no night costs more than those before.

Three systems of the simulated company, which changes every day, are pulled by whole runs of a small project. In three nights
of four a fault is drawn that spoils a share of all answers; most nights mend it by asking again, and what a night gives up
the next one has. `CRM360_NIGHTS` says how many nights (60), `CRM360_SEED` draws other faults.
"""

from __future__ import annotations

import os
import random
import statistics
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.vendors import FAKES
from tests.connectors.battery import STREAMS, Bench
from tests.orchestration.conducting import TOML
from tests.orchestration.folders import Folder, ForkingFolder

pytestmark = pytest.mark.long
NIGHTS, SEED = int(os.environ.get("CRM360_NIGHTS", "60")), int(os.environ.get("CRM360_SEED", "1"))
YEAR = int(os.environ.get("CRM360_YEAR", "60"))
SYSTEMS = ("hubspot", "zendesk", "shopify")
FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": 500}), ("status", {"status": 503}), ("throttled", {"retry_after": "0"}), ("reset", {}), ("short_body", {}),
    ("cut_chunk", {}), ("gzip_cut", {}), ("login_page", {}), ("empty_body", {}), ("malformed_json", {}), ("unauthorised", {}),
    ("forbidden", {}), ("repeat_token", {}), ("null_records", {}),
)  # fmt: skip
FRESH, SOME_ARE_STALE = 0, 3


def _night(folder: Folder, sandbox: Running, night: int, draw: random.Random) -> str | None:
    """The company's next day, and what is wrong with its systems in this night."""
    sandbox.company.go_to(night)
    day = (date(2026, 7, 1) + timedelta(night)).isoformat()
    sources = [f'[sources.{v}]\nbase_url = "{sandbox.base_url}/{v}"\nrate_limit = 1000' for v in SYSTEMS]
    sources[SYSTEMS.index("zendesk")] += f'\nuser = "{FAKES["zendesk"].settings["user"]}"'
    (folder.folder / "crm360.toml").write_text("\n".join([TOML.replace("2026-07-01", day), *sources]))
    sandbox.faults.clear()
    if night % 4 == 0:
        return None
    kind, facts = draw.choice(FAULTS)
    path = f"/{draw.choice(SYSTEMS)}/*"
    sandbox.faults.add(kind, path=path, times=None, share=draw.uniform(0.05, 0.5), seed=night, **facts)
    return kind


def _growth(sizes: list[int]) -> float:
    """Bytes a night."""
    return (sizes[-1] - sizes[0]) / (len(sizes) - 1)


def test_sixty_nights_with_faults_keep_time_memory_and_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for system in SYSTEMS:
        for secret, value in FAKES[system].secrets.items():
            monkeypatch.setenv(f"CRM360_{system}_{secret}".upper(), value)
    draw, folder = random.Random(SEED), ForkingFolder(tmp_path / "company")
    seconds, memory, sizes, stale = [], [], [], 0
    with running(Company(300, seed=7, answers_in_hubspot=True)) as sandbox:
        landed = Bench(sandbox, folder.data / "landing")
        for night in range(NIGHTS + 1):
            kind = _night(folder, sandbox, night, draw)
            ended, said = folder.measured()
            assert ended.code in ((FRESH, SOME_ARE_STALE) if kind else (FRESH,)), (night, kind, ended, said)
            assert "Traceback" not in said, (night, kind, said)
            stale += ended.code == SOME_ARE_STALE
            if kind is None:
                differ = {f"{v}/{s}": landed.differences(v, s) for v, s in STREAMS if v in SYSTEMS}
                assert {name: ids for name, ids in differ.items() if ids} == {}, night
                assert folder.left() == [], night
                seconds.append(ended.seconds)  # of the quiet ones, for a fault may be a wait or an early end
                memory.append(ended.kilobytes)
            sizes.append(folder.size())
    folder.ended("verify")
    fourth = max(len(sizes) // 4, 2)
    first, last = _growth(sizes[1 : 1 + fourth]), _growth(sizes[-fourth:])
    early, late = statistics.median(seconds[1:5]), statistics.median(seconds[-4:])
    with capsys.disabled():
        print(
            f"\n{NIGHTS} nights, {stale} of them with stale streams: a quiet night took {early:.1f} s of the processors at first and "
            f"{late:.1f} s at last, {max(memory[1:5]) / 1e3:.0f} MB and {max(memory[-4:]) / 1e3:.0f} MB of memory; the disk grew by "
            f"{first / 1e6:.2f} MB a night and {last / 1e6:.2f} MB"
        )
    assert 0 < stale < NIGHTS
    assert late < 1.5 * early and max(memory[-4:]) < 1.2 * max(memory[1:5]) and last < 1.5 * first


def test_night_after_night_keeps_time_memory_and_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small company of two files that changes every day. `CRM360_YEAR` says how many nights (60)."""
    folder = ForkingFolder(tmp_path / "company", date(2025, 1, 1), tmp_path / "clock")
    seconds, memory, sizes, records = [], [], [], []
    for night in range(YEAR + 1):
        folder.change(night)
        ended, said = folder.measured()
        assert ended.code == FRESH and folder.left() == [], (night, ended, said)
        seconds.append(ended.seconds)
        memory.append(ended.kilobytes)
        sizes.append(folder.size())
        records.append(len([*(folder.data / "runs").iterdir()]))
    folder.ended("verify")
    tenth = max(len(sizes) // 10, 5)
    early, late = statistics.median(seconds[1 : 1 + tenth]), statistics.median(seconds[-tenth:])
    first, last = _growth(sizes[1 : 1 + tenth]), _growth(sizes[-tenth:])
    with capsys.disabled():
        print(
            f"\n{YEAR} nights: one took {early:.1f} s of the processors at first and {late:.1f} s at last, "
            f"{max(memory[1:tenth]) / 1e3:.0f} MB and {max(memory[-tenth:]) / 1e3:.0f} MB of memory; the disk held "
            f"{sizes[1] / 1e6:.1f} MB and {sizes[-1] / 1e6:.1f} MB, and grew by {first / 1e6:.2f} MB a night and "
            f"{last / 1e6:.2f} MB; {records[-1]} files of runs are kept"
        )
    assert late < 1.25 * early and max(memory[-tenth:]) < 1.2 * max(memory[1:tenth]) and last < 1.5 * first
