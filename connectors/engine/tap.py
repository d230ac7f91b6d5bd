"""Runs a Singer tap, and reads what it writes, line by line, until it has ended well."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crm360.connectors.engine.errors import BadResponse, ConfigError, Unreachable

LONGEST_LINE = 32 * 2**20
SET_UP = "whoever set up the tap: run it by hand to see what it says"


@dataclass
class Tap:
    """How the tap is run. `file` is its JSON configuration, relative to `base`; `silence` is in seconds."""

    command: Sequence[str]
    silence: float
    file: str
    base: Path
    config: str | None  # JSON out of the environment: it never touches a disk
    where: str

    def lines(self, *arguments: str) -> Iterator[bytes]:
        """The lines that it writes. Raises a SourceError unless it ends by itself with exit code 0."""
        program = self.command[0]
        if "/" in program:
            program = str(self.base / program)
        handles = () if self.config is None else (_in_memory(self.config),)
        files = [f"/proc/self/fd/{h}" for h in handles] or [str(self.base / self.file)]
        given = ["--config", files[0]] if handles or self.file else []
        # The tap gets our environment, but none of our secrets.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CRM360_")}
        try:
            process = subprocess.Popen(
                [program, *self.command[1:], *given, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what taps log may hold values
                pass_fds=handles,
                env=environment,
                cwd=self.base,
                start_new_session=True,
            )
        except OSError as error:
            raise ConfigError(f"the tap {Path(program).name} can't be started", where=self.where) from error
        finally:
            for handle in handles:
                os.close(handle)
        try:
            yield from self._read(process)
            if process.wait(self.silence) != 0:
                told = f"the tap ended with exit code {process.returncode}"
                raise BadResponse(told, where=self.where, who=SET_UP)
        except subprocess.TimeoutExpired:
            raise Unreachable("the tap closed its output and did not end", where=self.where, who=SET_UP) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # and what it has started itself
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def _read(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        assert process.stdout is not None
        source, rest = process.stdout.fileno(), bytearray()  # what came after the last line's end
        while True:
            if not select.select([source], [], [], self.silence)[0]:
                told = f"the tap has said nothing for {self.silence:.0f} s"
                raise Unreachable(told, where=self.where, who=SET_UP)
            piece = os.read(source, 2**20)
            if not piece:
                break
            whole, end, last = piece.rpartition(b"\n")
            if end:
                yield from (bytes(rest) + whole).split(b"\n")
                rest.clear()
            rest += last
            if len(rest) > LONGEST_LINE:
                raise BadResponse("the tap wrote a line that does not end", where=self.where, who=SET_UP)
        if rest:
            yield bytes(rest)


def _in_memory(text: str) -> int:
    """A file that is nowhere on disk; the tap opens it as /proc/self/fd/…"""
    handle = os.memfd_create("config", 0)
    os.write(handle, text.encode())
    return handle
