"""Names and texts as SQL writes them. Values go into statements as parameters; this is for where SQL takes none."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """A table's or column's name, in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text, in single quotes."""
    return "'" + str(value).replace("'", "''") + "'"


def literals(values: Iterable[object]) -> str:
    """Several texts, separated by commas."""
    return ", ".join(map(literal, values))
