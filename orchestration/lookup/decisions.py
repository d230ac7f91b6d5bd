"""The project's decisions about pairs of records, as lines of its files: read, added, and taken back.

    decisions/identity_decisions.csv   decisions/company_decisions.csv

The files are the project's own and are written by people, too: what stands in them stays to the byte, a decision is
one line more. Whoever writes holds a lock, so that of two who decide one pair at once the second is told what the
first said.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crm360 import durable
from crm360.connectors.engine.errors import ConfigError, Crm360Error
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.project import DELIVERED
from crm360.quoting import harmless

Kind = Literal["person", "company"]
FILES: dict[str, tuple[str, str]] = {
    "person": ("identity_decisions.csv", "contact_id"),
    "company": ("company_decisions.csv", "company_id"),
}
DECISIONS = ("must-link", "cannot-link")
LOCK = ".decisions.lock"
LONGEST = 200  # characters of an author's name and of a reason


@dataclass(frozen=True)
class Decision:
    """What somebody said of two records."""

    kind: Kind
    decision: str
    a: str
    b: str
    author: str
    decided_on: str
    reason: str = ""

    @property
    def pair(self) -> frozenset[str]:
        """The two records, whichever is named first."""
        return frozenset((self.a, self.b))


class Decided(Crm360Error):
    """Somebody has decided this pair already."""

    exit_code = 2
    who = "whoever decides"

    def __init__(self, standing: Decision) -> None:
        said = "one" if standing.decision == DECISIONS[0] else "two"
        told = f"{standing.author or 'somebody'} has said on {standing.decided_on or 'some day'} that they are {said}"
        super().__init__(f"{told}; take that back first, or change the line", where=FILES[standing.kind][0])
        self.standing = standing


class NotThere(Crm360Error):
    """There is no such decision to take back."""

    exit_code = 2
    who = "whoever decides"


def read(config: Config, kind: Kind) -> list[Decision]:
    """The decisions that stand in the project's file, in its order. Raises ConfigError where it is no such file."""
    path = _path(config, kind)
    if not path.is_file():
        return []
    return _read(path, kind, path.read_bytes())


def add(config: Config, told: Decision) -> str:
    """Write a decision as the last line of the project's file, and return the line.

    Raises Decided where the pair is decided already, ConfigError where the file or the decision can't be.
    """
    if told.decision not in DECISIONS:
        raise ConfigError(f"a decision is {' or '.join(DECISIONS)}", where="decision")
    if not told.a or not told.b or told.a == told.b:
        raise ConfigError("a decision names two records", where="decision")
    if not told.author.strip():
        raise ConfigError("a decision has an author: say your name", where="author")
    with durable.alone(config.data, LOCK):
        path = _path(config, told.kind)
        content = path.read_bytes() if path.is_file() else _header(told.kind)
        standing = next((d for d in _read(path, told.kind, content) if d.pair == told.pair), None)
        if standing is not None:
            raise Decided(standing)
        line = _line(_columns(path, content), told)
        ends = content if content.endswith(b"\n") else content + b"\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.write(path, ends + line.encode() + b"\n", mode=0o644, durable=True)
    return line


def take_back(config: Config, kind: Kind, a: str, b: str, author: str) -> Decision:
    """Remove the author's decision about a pair from the file. Raises NotThere, ConfigError."""
    with durable.alone(config.data, LOCK):
        path = _path(config, kind)
        content = path.read_bytes() if path.is_file() else b""
        lines = content.splitlines(keepends=True)
        pair = frozenset((a, b))
        for number in range(len(lines) - 1, 0, -1):
            found = _read(path, kind, lines[0] + lines[number])
            if found and found[0].pair == pair and found[0].author == clean(author):
                durable.write(path, b"".join(lines[:number] + lines[number + 1 :]), mode=0o644, durable=True)
                return found[0]
    raise NotThere("no line of this author decides the pair", where=FILES[kind][0])


def clean(text: str) -> str:
    """An author's name or a reason as one short line that no spreadsheet runs."""
    return harmless(re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f]", " ", text)).strip()[:LONGEST])


def _path(config: Config, kind: Kind) -> Path:
    name = FILES[kind][0]
    return config.project.seed(name) or config.project.root / "decisions" / name


def _header(kind: Kind) -> bytes:
    return (DELIVERED / "seeds" / FILES[kind][0]).read_bytes().splitlines(keepends=True)[0]


def _columns(path: Path, content: bytes) -> list[str]:
    text = content.decode("utf-8-sig", "replace").splitlines()
    found = next(csv.reader(text[:1]), [])
    if "decision" not in found:
        raise ConfigError("its first line does not name the columns: decision, …", where=path.name)
    return found


def _read(path: Path, kind: Kind, content: bytes) -> list[Decision]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError("it is not in UTF-8", where=path.name) from None
    _columns(path, content)
    key = FILES[kind][1]
    told = []
    for row in csv.DictReader(io.StringIO(text)):
        said = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str)}
        if any(said.values()):
            names = ("decision", f"{key}_a", f"{key}_b", "author", "decided_on", "reason")
            decision, a, b, author, on, reason = (said.get(name, "") for name in names)
            told.append(Decision(kind, decision, a, b, author, on, reason))
    return told


def _line(columns: list[str], told: Decision) -> str:
    key = FILES[told.kind][1]
    values = {
        "decision": told.decision, f"{key}_a": told.a, f"{key}_b": told.b, "author": clean(told.author),
        "decided_on": told.decided_on, "reason": clean(told.reason),
    }  # fmt: skip
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([values.get(column, "") for column in columns])
    return text.getvalue()
