"""A name alone, without titles and suffixes (the package nameparser) and in Latin letters (scripts.py).

A particle (van der) stays with its last name. `field` says as what a text is read: first_name, last_name or full_name;
of a full name the last name stands first, for it may have several words: 'Dr. Jan van der Berg' → 'van der Berg, Jan'.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from nameparser import parse
from nameparser.config.particles import PARTICLES
from nameparser.config.suffixes import SUFFIX_ACRONYMS, SUFFIX_WORDS
from nameparser.config.titles import AFTER_GIVEN_TITLES, TITLES

from crm360.record_linkage.scripts import Written, latin, parts

# A title that leaves one name, or none, must be one of address: a Rock Hudson and a King are called so. An abbreviation
# is one, and what the package lists as such; it leaves out what can be a name, or end one.
ADDRESS = {*AFTER_GIVEN_TITLES, "dr", "dra", "fr", "herr", "hr", "ms", "prof", "sig", "sir", "sr"}
# Which of several people of one name it is. II is a Jr.'s number as well, or a nephew's: it speaks against neither.
GENERATIONS = {
    **dict.fromkeys(("jr", "jnr", "jun", "junior"), "jr"), **dict.fromkeys(("sr", "snr", "sen", "senior"), "sr"),
    "ii": "2", "iii": "3", "iv": "4",
}  # fmt: skip
SUFFIX_BEHIND = {"first_name": "Doe, {}", "last_name": "{}, Jo", "full_name": "{}"}


def plain(field: str, text: str) -> str:
    """A name in Latin letters without its titles and suffixes; '' for a title alone."""
    return _read(field, text) if is_unusual(text) else text


def generation(field: str, text: str) -> str | None:
    """Which of several people of one name it is: 'Lee, Jr.' → jr; None where nothing says it."""
    if not is_unusual(text):
        return None
    said = parse(SUFFIX_BEHIND[field].format(text)).suffix
    words = re.findall(r"\w+", f"{said} {text.rsplit(None, 1)[-1] if ' ' in text else ''}".lower())
    return next((GENERATIONS[word] for word in words if word in GENERATIONS), None)


def in_latin(field: str, text: str, characters_of: str) -> str:
    """A name in other letters, in Latin ones. `characters_of` says whose its Chinese characters are: JP, KR or ''."""
    return _in_latin(field, text, characters_of).plain


def sounds(field: str, text: str, characters_of: str) -> str:
    """How a name in other letters may sound (scripts.Written.kept); of a full name the last name first."""
    return _in_latin(field, text, characters_of).kept


def is_unusual(text: str) -> bool:
    """Whether a word of it may be no name but a title, a suffix or a particle of one: most names are plain words."""
    return not _titular().isdisjoint(_words(text))


@cache
def _titular() -> frozenset[str]:
    listed = TITLES | SUFFIX_WORDS | SUFFIX_ACRONYMS | PARTICLES
    return frozenset(word for text in listed for word in _words(text))


def _words(text: str) -> list[str]:
    """The words of a text as the macro name_key writes them: 'Univ.Prof' → univ, prof."""
    letters = unicodedata.normalize("NFD", text.lower().replace("ß", "ss"))
    return re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)))


def _without_title(title: str, name: str) -> str:
    address = not title or "." in title or re.split(r"\W", title.lower())[0] in ADDRESS
    return name if address or " " in name else f"{title} {name}".strip()


def _read(field: str, text: str) -> str:
    return {"first_name": _first_name, "last_name": _last_name, "full_name": _full_name}[field](text)


def _first_name(text: str) -> str:
    """'Dr. Ann' → Ann; '' for a title alone."""
    name = parse(f"Doe, {text}")
    given = f"{name.given} {name.middle}".strip()
    return _without_title(name.title, given) if name.family == "Doe" and (given or name.title) else text


def _last_name(text: str) -> str:
    """'Lee, PhD' → Lee."""
    name = parse(f"{text.replace(',', ' ')}, Jo")
    return _without_title(name.title, name.family) if name.family else text


def _full_name(text: str) -> str:
    """'Dr. Jan van der Berg' → 'van der Berg, Jan'."""
    name = parse(text)
    if name.given and name.family:
        return f"{name.family}, {name.given}"
    return _without_title(name.title, name.given or name.family)


@lru_cache(100_000)
def _in_latin(field: str, text: str, characters_of: str) -> Written:
    text = re.sub(r"(^|\s)عبد\s+", r"\1عبد", unicodedata.normalize("NFKC", text))
    if field != "full_name":
        return latin(_read(field, text), characters_of, field == "last_name")
    last, _, first = ", ".join(parts(text, characters_of) or (_full_name(text),)).partition(", ")
    family = latin(last, characters_of, True)
    if not first:
        return family
    given = latin(first, characters_of)
    return Written(f"{family.plain}, {given.plain}", f"{family.kept}, {given.kept}")
