"""How a stream seems to write its values: proposals for crm360.toml, out of the texts that could not be read.

A proposal is made only where one way of writing fits nearly all texts and no other fits as well: 03/04/1985 alone is
two dates, and then both are named for a person to choose. Nothing here is used by a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from crm360.connectors.engine.delimited import DelimitedReader, Dialect, HeaderError
from crm360.connectors.engine.names import plain_name

NEARLY_ALL = 0.95
DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d", "%Y.%m.%d", "%d.%m.%y", "%d/%m/%y",
        "%m/%d/%y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y")  # fmt: skip
TIMES = ("", " %H:%M:%S", " %H:%M", ", %H:%M", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", " %H:%M:%S.%f")
# (decimal, thousands) and what a number written so looks like.
NUMBERS = {
    (",", "."): r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?",
    (".", ","): r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?",
    (",", " "): r"[+-]?(\d{1,3}([ \u00a0\u202f]\d{3})+|\d+)(,\d+)?",
    (".", " "): r"[+-]?(\d{1,3}([ \u00a0\u202f]\d{3})+|\d+)(\.\d+)?",
    (".", "'"): r"[+-]?(\d{1,3}(['’]\d{3})+|\d+)(\.\d+)?",
}
YES = {
    "ja",
    "oui",
    "si",
    "sí",
    "sim",
    "y",
    "x",
    "wahr",
    "vrai",
    "verdadero",
    "vero",
    "t",
    "on",
    "tak",
    "kyllä",
    "yes",
    "true",
    "1",
}
NO = {"nein", "non", "no", "não", "n", "falsch", "faux", "falso", "f", "off", "nie", "nej", "ei", "false", "0"}
NOTHING = {
    "null",
    "none",
    "n/a",
    "na",
    "nan",
    "nil",
    "-",
    "--",
    "?",
    "(null)",
    "\\n",
    "#n/a",
    "k.a.",
    "leer",
    "tbd",
    "unknown",
}
ENCODINGS = ("utf-8", "utf-16", "windows-1252")
DELIMITERS = (",", ";", "\t", "|")
MOST_HEADERS = 12  # lines from the top, of which one may name the columns


def nothing_words(texts: Iterable[str]) -> list[str]:
    """Those among the texts that commonly mean that there is no value."""
    return sorted({t.strip() for t in texts if t.strip().casefold() in NOTHING})


def date_formats(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """(the patterns that read nearly all texts, what is open: patterns that would do so as well)."""
    left = [t.strip() for t in texts]
    chosen: list[str] = []
    rivals: list[str] = []
    total = len(left)
    while left and len(left) > (1 - NEARLY_ALL) * total:
        fits = {p: sum(_is_read(t, p) for t in left) for p in (d + t for d in DAYS for t in TIMES)}
        best = max(fits.values())
        if best == 0 or len(chosen) == 4:
            return [], []
        first, *others = [p for p, n in fits.items() if n == best]
        rivals += [p for p in others if _differs(left, first, p)]
        chosen.append(first)
        left = [t for t in left if not _is_read(t, first)]
    return (chosen, sorted(set(rivals)))


def number_format(texts: Sequence[str]) -> tuple[tuple[str, str] | None, bool]:
    """((decimal, thousands) that fits nearly all texts, whether another fits as well and means another number)."""
    bare = [re.sub(r"^[\s€$£¥(]+|[\s€$£¥)-]+$", "", t) for t in texts]
    fits = {k: sum(bool(re.fullmatch(p, t)) for t in bare) for k, p in NUMBERS.items()}
    best = max(fits.values(), default=0)
    if best == 0 or best < NEARLY_ALL * len(bare):
        return None, False
    kinds = [k for k, n in fits.items() if n == best]
    open_ = any(_number(t, kinds[0]) != _number(t, other) for other in kinds[1:] for t in bare)
    used = kinds[0][1] if any(kinds[0][1] in t for t in bare) else ""
    return (kinds[0][0], used), open_


def words(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """(words that mean yes, words that mean no); empty unless all texts are among them."""
    said = {t.strip().casefold() for t in texts}
    yes, no = sorted(said & YES), sorted(said & NO)
    return (yes, no) if said <= YES | NO else ([], [])


def dialect_lines(path: Path, dialect: Dialect, mapped: set[str]) -> list[str]:
    """The lines that a CSV file's encoding and delimiter seem to need; none where they are right or can't be told."""
    wanted = {plain_name(name) for name in mapped}
    most: tuple[int, str, str, int] = (0, dialect.encoding, dialect.delimiter, dialect.header)
    # Above a table there may be titles: where the line that is declared names nothing, those below it are looked at.
    for header in dict.fromkeys((dialect.header, *range(1, MOST_HEADERS))):
        for encoding in dict.fromkeys((dialect.encoding, *ENCODINGS)):
            for delimiter in dict.fromkeys((dialect.delimiter, *DELIMITERS)):
                columns = _columns(path, Dialect(delimiter, dialect.quote, encoding, header, (), dialect.comment))
                count = len(wanted & {plain_name(column) for column in columns})
                most = max(most, (count, encoding, delimiter, header), key=lambda f: f[0])
        if most[0]:
            break
    if most[0] == 0:
        return []
    _, encoding, delimiter, header = most
    lines = [f"encoding = {_quoted(encoding)}"] if encoding != dialect.encoding else []
    lines += [f"delimiter = {_quoted(delimiter)}"] if delimiter != dialect.delimiter else []
    return lines + ([f"header = {header}"] if header != dialect.header else [])


def _columns(path: Path, dialect: Dialect) -> list[str]:
    """A file's columns as they are read in this way; none where they can't be, or the first lines can't."""
    with path.open("rb") as file:
        reader = DelimitedReader(file, dialect)
        try:
            for number, line in enumerate(reader):
                if line.refused.startswith("bytes") or number == 200:
                    return [] if line.refused else reader.columns
        except (HeaderError, UnicodeError):
            return []
    return reader.columns


def _quoted(text: str) -> str:
    return '"\\t"' if text == "\t" else f'"{text}"'


def _is_read(text: str, pattern: str) -> bool:
    if ("%Y" in pattern) is not bool(re.search(r"\d{4}", text)):
        return False
    try:
        return 1900 <= datetime.strptime(text, pattern).year <= 2100
    except ValueError:
        return False


def _differs(texts: Sequence[str], one: str, other: str) -> bool:
    """Whether some text is two different moments by two patterns that both read it."""
    both = [t for t in texts if _is_read(t, one) and _is_read(t, other)]
    return any(datetime.strptime(t, one) != datetime.strptime(t, other) for t in both)


def _number(text: str, kind: tuple[str, str]) -> str:
    return text.replace(kind[1], "").replace("’", "").replace("\u00a0", "").replace("\u202f", "").replace(kind[0], ".")
