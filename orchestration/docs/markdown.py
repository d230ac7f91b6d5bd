"""Markdown, as the generated pages write it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would end a cell or a line is written so that it does not."""
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(cell(text) for text in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def cell(text: str) -> str:
    """Text that may stand in one cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """A value as code; nothing where there is none."""
    return f"`{text}`" if str(text) else ""


def page(title: str, intro: str, *parts: str) -> str:
    """A page with its title and the paragraph that it opens with."""
    return "\n\n".join([f"# {title}", intro, *(part.strip("\n") for part in parts)]) + "\n"
