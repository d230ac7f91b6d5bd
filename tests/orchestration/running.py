"""A small company's folder, and the runs that are conducted over it: see conducting.py."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crm360.orchestration.cli.cli import main
from crm360.orchestration.publish import manifest
from crm360.orchestration.run import runs

SCRIPT = Path(__file__).with_name("conducting.py")
sys.path.insert(0, str(SCRIPT.parent))  # so that Dagster can make a job anew by its module's name
conducting: Any = importlib.import_module("conducting")


def crm360(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str, str]:
    """The command line in this process: its exit code, and what it prints and says to standard error."""
    monkeypatch.setattr(sys, "argv", ["crm360", *arguments])
    with pytest.raises(SystemExit) as end:
        main([*arguments], prog_name="crm360")
    told = capsys.readouterr()
    return int(end.value.code or 0), told.out, told.err


class Small:
    """A small company's folder, and the runs that are conducted over it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.monkeypatch, self.capsys = conducting.company(folder), monkeypatch, capsys
        self.data = folder / "data"
        monkeypatch.setenv("CRM360_SMALL", str(folder))
        for left in ("SMALL_READS", "SMALL_READS_OF"):  # by a test before this one, in the same process
            monkeypatch.delenv(left, raising=False)

    @classmethod
    def of(cls, folder: Path, like: Small) -> Small:
        """The same, of a company that stands in another folder already."""
        made = cls.__new__(cls)
        made.folder, made.data, made.monkeypatch, made.capsys = folder, folder / "data", like.monkeypatch, like.capsys
        return made

    def bare(self, *arguments: str) -> SimpleNamespace:
        """The command line without --config and --data."""
        self.capsys.readouterr()
        code, out, error = crm360(self.capsys, self.monkeypatch, *arguments)
        return SimpleNamespace(code=code, out=out, error=error)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """A run in a process of its own."""
        command = [sys.executable, str(SCRIPT), arguments[0], str(self.folder), *arguments[1:]]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=os.environ | environment, cwd=SCRIPT.parent, text=True, **pipes)  # type: ignore[call-overload,no-any-return]

    def elsewhere(self, *arguments: str) -> dict[str, Any]:
        """A run as Dagster executes it in another process, and what Dagster knows of it afterwards."""
        out, error = self.start(*arguments).communicate(timeout=600)
        lines = [line for line in out.splitlines() if line.startswith("{")]
        assert lines, out + error
        told: dict[str, Any] = json.loads(lines[0])
        return told

    def dagster(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """A run as Dagster executes it, in this process."""
        with self.monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return conducting.conduct(self.folder, "dagster", *arguments)

    def crm360(self, *arguments: str) -> SimpleNamespace:
        """The command line."""
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            conducting.command(self.folder, *arguments)
        told = self.capsys.readouterr()
        return SimpleNamespace(code=end.value.code, out=told.out, error=told.err)

    @property
    def manifest(self) -> dict[str, Any]:
        return manifest.read(self.data / "published" / "current")

    @property
    def sources(self) -> dict[str, tuple[str, int]]:
        """Status and received records of each stream, as published."""
        return {f"{s['source']}/{s['stream']}": (s["status"], s["received"]) for s in self.manifest["sources"]}

    @property
    def record(self) -> runs.RunRecord:
        return runs.read(self.data / "runs")[0]
