"""docs/systems tells the truth: each stream's way of being read and its deletes stand there as the code declares them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.stream import Deletes, Stream
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.docs import systems

DOCS = Path(__file__).parents[2] / "docs" / "systems"
STRATEGIES = get_args(Deletes)
FIXED = [(system, s) for system, connector in CONNECTORS.items() for s in connector.streams]
# The least that crm360.toml says of a stream, for systems whose streams it describes.
LEAST: dict[str, dict[str, Any]] = {
    "files": {"path": "a.csv"},
    "database": {"table": "a", "key": ["id"]},
    "rest": {"path": "/a", "key": ["id"]},
    "singer": {},
}


def _rows() -> list[list[str]]:
    """The cells of the table of streams: system, streams, what a night reads, deletes."""
    text = (DOCS / "README.md").read_text()
    table = text.split("| system | streams | a night reads | deletes |\n", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[1:]]


def _words(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def _strategies(cell: str) -> list[str]:
    return [word for word in _words(cell) if word in STRATEGIES]


@pytest.mark.parametrize(("system", "stream"), FIXED, ids=[f"{system}/{s.name}" for system, s in FIXED])
def test_a_stream_stands_in_the_table_as_it_is_declared(system: str, stream: Stream) -> None:
    ((_, _, read, deletes),) = [row for row in _rows() if row[0] == system and stream.name in _words(row[1])]
    assert _strategies(deletes) == list(stream.deletes)
    if CONNECTORS[system].read is None:  # a reader of its own may know another cursor than time
        assert _words(read)[:1] == ["changes" if stream.cursor else "all"]
    assert re.search(rf"\b{stream.name}\b", (DOCS / f"{system}.md").read_text())


def test_the_table_names_no_stream_that_there_is_not() -> None:
    told = {(system, name) for system, streams, _, _ in _rows() for name in _words(streams) if system not in LEAST}
    assert told == {(system, stream.name) for system, stream in FIXED}


@pytest.mark.parametrize("system", LEAST)
def test_a_described_stream_may_delete_as_the_table_says(system: str) -> None:
    ((_, _, _, deletes),) = [row for row in _rows() if row[0] == system]
    assert set(_strategies(deletes)) == {strategy for strategy in STRATEGIES if _accepts(system, strategy)}


def _accepts(system: str, strategy: str) -> bool:
    declared = CONNECTORS[system].declared
    assert declared is not None
    flag = {"deleted": {"field": "gone", "values": ["true"]}} if (system, strategy) == ("rest", "flag") else {}
    try:
        table = msgspec.convert({**LEAST[system], **flag, "deletes": strategy}, declared.table)
        return declared.stream("a", table).deletes == (strategy,)
    except (ConfigError, msgspec.ValidationError):
        return False


def test_every_system_has_a_page_and_says_what_it_was_tried_against() -> None:
    assert sorted(page.system for page in systems.pages()) == sorted(CONNECTORS)


def test_the_tables_are_what_the_pages_say() -> None:
    assert (DOCS / "README.md").read_text() == systems.readme(), "python -m crm360.orchestration.docs.systems"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Toy\n", "begins with what its system was tried against"),
        ("---\ntried: nothing\n---\n\n# Toy\n\n## What is pulled\n", "'How it is read'"),
        (
            "---\ntried: x\n---\n\n# T\n\n## How it is read\n\n| streams | a night reads | deletes |\n| - |\n| `a` |\n",
            "'How it",
        ),
    ],
)
def test_a_page_that_lacks_something_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "toy.md").write_text(text)
    with pytest.raises(ConfigError, match=said):
        systems.page(tmp_path / "toy.md")
