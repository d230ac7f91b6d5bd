"""What a person sees: a live line on a terminal, plain lines elsewhere. Safe to call from several threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console as Rich
from rich.table import Table

from crm360.connectors.engine.session import REDACT
from crm360.orchestration.cli.logs import Format, json_of_line


class Console:
    """Writes to the stream that was standard output when it was made, whatever is redirected later.

    `quiet`: only JSON is written, for a program. `form`: lines are those of a log, see logs.py.
    """

    def __init__(self, *, quiet: bool = False, form: Format = "text") -> None:
        self._quiet, self._form, self._out = quiet, form, sys.stdout
        self._rich = Rich(file=sys.stdout, highlight=False, soft_wrap=True)
        if not self._rich.is_terminal:
            self._rich.width = 200  # a file or a pipe has no edge to fold at
        self._lock = threading.Lock()
        self._live: Any = None
        self._counts: dict[str, int] = {}

    @property
    def is_quiet(self) -> bool:
        """Whether a program reads, and JSON alone is written."""
        return self._quiet

    def line(self, text: str = "") -> None:
        """One line."""
        if self._quiet:
            return
        with self._lock:
            if self._form == "json":
                self._out.write(json_of_line(text) + "\n" if text else "")
                self._out.flush()
            else:
                self._rich.print(REDACT(text), markup=False)

    def json(self, told: Any) -> None:
        """A value for programs, and nothing else on the stream."""
        with self._lock:
            self._out.write(REDACT(msgspec.json.format(msgspec.json.encode(told), indent=2).decode()) + "\n")

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A small table; numbers stand to the right."""
        if self._quiet:
            return
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
        for number, column in enumerate(columns):
            numeric = any(isinstance(r[number], int) for r in rows) and all(
                isinstance(r[number], int) or r[number] == "" for r in rows
            )
            is_last = number == len(columns) - 1  # sentences: they fold
            table.add_column(column, justify="right" if numeric else "left", no_wrap=not is_last, overflow="fold")
        for row in rows:
            table.add_row(*(f"{v:,}" if isinstance(v, int) else REDACT(str(v)) for v in row))
        with self._lock:
            self._rich.print(table, markup=False)

    def now(self, text: str) -> None:
        """What is being done at this moment: on a terminal, in the live line; elsewhere nothing is written."""
        if self._live is not None:
            self._live.update(REDACT(text))

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """While inside, a terminal shows a spinner with this text and the latest counts."""
        if not self._rich.is_terminal or self._quiet or self._form == "json":
            yield
            return
        with self._rich.status(text) as self._live:
            yield
        self._live = None

    def progress(self, source: str, stream: str, received: int, ended: str | None) -> None:
        """How far a stream is; a line when it has ended, well ('') or with the sentence that says why not."""
        name = f"{source}/{stream}"
        if ended is not None:
            self._counts.pop(name, None)
            self.line(f"pull    {name:<32} {received:>9,} received" if not ended else f"failed  {ended}")
            return
        self._counts[name] = received
        self.now("pulling " + ", ".join(f"{n} {c:,}" for n, c in sorted(self._counts.items())))
