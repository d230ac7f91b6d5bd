"""The tables of docs/systems/README.md, made of the systems' own pages: `python -m crm360.orchestration.docs.systems`.

A page says at its top, between two lines `---`, what the system was tried against, and has a section "How it is read"
with a table of its streams. A test compares the README with its pages, and both with the code.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.systems import CONNECTORS

DOCS = Path(__file__).parents[2] / "docs" / "systems"
TOP = re.compile(r"\A---\ntried: (?P<tried>.+)\n---\n+# (?P<title>.+)\n")
READ = "## How it is read\n"
COLUMNS = "| streams | a night reads | deletes |"
MADE = "<!-- made of the pages: python -m crm360.orchestration.docs.systems -->"


class Page(NamedTuple):
    """What one page says of its system; `rows` are the cells: streams, what a night reads, deletes."""

    system: str
    title: str
    tried: str
    rows: list[list[str]]


def page(path: Path) -> Page:
    """What a page says. Raises ConfigError where it lacks its top or its table."""
    text = path.read_text()
    top = TOP.match(text)
    if top is None:
        raise ConfigError("a page begins with what its system was tried against, then its title", where=path.name)
    table = text.partition(READ)[2].partition(COLUMNS)[2].partition("\n\n")[0]
    lines = table.strip("\n").split("\n")[1:]
    rows = [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines]
    if not rows or any(len(row) != 3 for row in rows):
        raise ConfigError(f"a page has a section 'How it is read' with the table {COLUMNS}", where=path.name)
    return Page(path.stem, top["title"].partition(":")[0], top["tried"], rows)


def pages() -> list[Page]:
    """What all pages say: systems of a name by their names, then what is described in crm360.toml."""
    found = [page(path) for path in DOCS.glob("*.md") if path.name != "README.md"]
    return sorted(found, key=lambda p: (bool(CONNECTORS[p.system].declared), p.title.lower()))


def readme() -> str:
    """README.md with its tables as the pages say them."""
    told = pages()
    tried = ["| system | tried against |", "| --- | --- |"]
    tried += [f"| [{p.title}]({p.system}.md) | {p.tried} |" for p in told]
    read = ["| system | streams | a night reads | deletes |", "| --- | --- | --- | --- |"]
    read += [f"| {p.system} | {' | '.join(row)} |" for p in told for row in p.rows]
    text = (DOCS / "README.md").read_text()
    for table in (tried, read):
        text = re.sub(
            rf"{re.escape(MADE)}\n\n{re.escape(table[0])}\n(\|.*\n)*",
            lambda _, made=table: "\n".join([MADE, "", *made, ""]),  # type: ignore[misc]
            text,
        )
    return text


if __name__ == "__main__":
    (DOCS / "README.md").write_text(readme())
