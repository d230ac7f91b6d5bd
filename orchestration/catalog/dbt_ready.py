"""dbt made ready while others work: a process that reads the project, and then waits until it is told to build.

To import dbt and to read what it knows of the project takes five seconds of every night, to read all of it twenty
seconds of the first one; meanwhile sources are pulled. The process is handed the lock of the data folder when it is
told to build, not before: one that waits, and whose run was killed, is nobody's work, and ends by itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from crm360.orchestration.catalog import shape
from crm360.orchestration.engines.engine import engine_of
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config

SECONDS_TO_STOP = 15
OURS = {"PYTHONUNBUFFERED": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
# What the process answers a request to read the project with (engines/dbt_process.py).
READ, UNREADABLE = "ProjectRead", "ProjectUnreadable"


class Dbt:
    """One process of dbt's. It reads the project at once, and what it says of that is waited for by who asks."""

    def __init__(self, config: Config, *, writes_manifest: bool) -> None:
        """`writes_manifest`: what it reads is also left as `manifest.json` in dbt's folder."""
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [*engine_of(config).command(), "--waits", str(theirs.fileno())],
                env=os.environ | shape.environment(config) | OURS,
                cwd=config.data,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=(theirs.fileno(),),
            )
        self.asks, self._lock, self._read = ours, threading.Lock(), False
        self.writes_manifest, self.complaint = writes_manifest, ""
        words = ["parse", *words_of_project(config)]
        with contextlib.suppress(OSError):  # whoever asks whether it has read finds that it is gone
            self._ask(words if writes_manifest else ["--no-write-json", *words], {})

    def has_read(self) -> bool:
        """Wait until the project is read. False where that failed, which `complaint` then tells in dbt's words."""
        with self._lock:
            if not self._read:
                self._read, self.complaint = True, self._answer()
        return not self.complaint

    def build(self, words: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """Tell it to build, with these words. Its messages follow. Raises OSError if it can't."""
        if not self.has_read():
            raise BrokenPipeError(self.complaint)
        self._ask(words, environment, runs.held())
        self.asks.close()
        return self.process

    def end(self) -> None:
        """End it, if nothing was built by it."""
        self.asks.close()
        stop(self.process)

    def _answer(self) -> str:
        """How reading the project went: nothing, or what dbt said against it."""
        for line in stdout_of(self.process):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                info = json.loads(line)["info"]
                if info["name"] in (READ, UNREADABLE):
                    return "" if info["name"] == READ else str(info["msg"] or "its log says why")
        return "it ended by itself"

    def _ask(self, words: Sequence[str], environment: Mapping[str, str], locks: Sequence[int] = ()) -> None:
        told = json.dumps({"words": [*words], "environment": dict(environment), "locks": len(locks)}).encode()
        socket.send_fds(self.asks, [len(told).to_bytes(8, "big")], locks)
        self.asks.sendall(told)


@contextlib.contextmanager
def ready(config: Config) -> Iterator[Dbt | None]:
    """dbt at work on reading the project; None where its engine can't begin before the landed views stand."""
    if not engine_of(config).begins_early:
        yield None
        return
    dbt = Dbt(config, writes_manifest=not shape.knows_manifest(config))
    try:
        yield dbt
    finally:
        dbt.end()


def words_of_project(config: Config) -> list[str]:
    """Which project dbt is to read, and under which variables."""
    return ["--project-dir", str(shape.project(config)), "--vars", json.dumps(shape.variables(config))]


def stdout_of(process: subprocess.Popen[str]) -> IO[str]:
    """Its messages."""
    assert process.stdout is not None
    return process.stdout


def stop(process: subprocess.Popen[Any]) -> None:
    """End dbt, if it still works: by its own way first, so that the warehouse is closed well."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
