"""Names of columns and fields as people see them: what can't be seen in one is no part of it."""

from __future__ import annotations

import re

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # soft hyphens, zero widths, direction and byte order marks
_BLANKS = re.compile(r"\s+")  # a no-break space is one of them


def plain_name(name: str) -> str:
    """A name without letters that can't be seen, and with one plain blank where it has blanks of any kind."""
    return _BLANKS.sub(" ", _UNSEEN.sub("", name)).strip()


def shown_name(name: str) -> str:
    """A name in quotes as crm360.toml may hold it: what can't be seen is written by its number."""
    return re.sub(r"\\x([0-9a-f]{2})", r"\\u00\1", repr(name))
