"""What is logged, as lines of text or, with `log_format = "json"` in crm360.toml, as one JSON object a line.

    {"time": "2026-11-28T02:00:07Z", "level": "info", "step": "pull", "message": "hubspot/contacts 1,400 received"}

Neither kind holds colour codes. Secrets are taken out before.
"""

from __future__ import annotations

import io
import logging
import re
from typing import Literal, TextIO

import msgspec

from crm360.connectors.engine.session import REDACT
from crm360.moments import iso, utc_now

Format = Literal["text", "json"]
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LEVELS = {"failed": "error", "stale": "warning", "dirt": "warning"}
_STEP = re.compile(r"([a-z]+) {1,7}(?=\S)")


def json_line(message: str, level: str = "info", **more: str) -> str:
    """One line of a log."""
    now = iso(utc_now())
    told = {"time": now, "level": level, **more, "message": REDACT(plain(message))}
    return msgspec.json.encode(told).decode()


def plain(text: str) -> str:
    """The text without colour codes."""
    return _COLOURS.sub("", text)


def json_of_line(text: str) -> str:
    """A line for people, 'pull    hubspot/contacts …', as one of a log."""
    step = _STEP.match(text)
    if step is None:
        return json_line(text)
    message = " ".join(text[step.end() :].split())
    return json_line(message, _LEVELS.get(step[1], "info"), step=step[1])


class JsonFormatter(logging.Formatter):
    """A record of Python's logging as one JSON object, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return json_line(super().format(record), record.levelname.lower(), logger=record.name)


class Lines(io.TextIOBase):
    """A stream that hands each whole line on to a file, without colour codes, as text or as JSON."""

    def __init__(self, file: TextIO, form: Format) -> None:
        super().__init__()
        self._file, self._form, self._rest = file, form, ""

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Keep what is no whole line yet."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._put(line)
        return len(text)

    def flush(self) -> None:
        """Hand on what has been written."""
        self._file.flush()

    def close(self) -> None:
        """Hand on the last line, which may have no end."""
        if not self.closed and self._rest:
            self._put(self._rest)
            self._rest = ""
        super().close()

    def _put(self, line: str) -> None:
        if self._form == "json":
            if line.strip():
                self._file.write(json_line(line) + "\n")
        else:
            self._file.write(plain(line) + "\n")
