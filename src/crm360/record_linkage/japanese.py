"""How Japanese characters are read, by the package sudachipy and its dictionary, where they are installed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Read:
    """A name's reading in kana, and how many of its characters are the last name if it is a full one; and whether the
    dictionary has that as a last name."""

    kana: str
    length_of_last: int
    is_known: bool


@cache
def _tokenizer() -> Any | None:
    try:
        from sudachipy import Dictionary
    except ImportError:
        return None
    return Dictionary(dict="small").tokenizer()


def reading(text: str) -> Read | None:
    """None if it can't be read here."""
    tokenizer = _tokenizer()
    if tokenizer is None:
        return None
    words = [m for m in tokenizer.tokenize(text) if m.surface().strip()]
    if any(m.is_oov() for m in words):
        return None
    surname = next((m for m in words if "姓" in m.part_of_speech()), None)
    is_known = surname is not None and words[0].surface() == surname.surface()
    usual = {2: 1, 3: 2, 4: 2, 5: 2}.get(len(text), 0)
    length = len(surname.surface()) if surname is not None and is_known else usual
    return Read("".join(m.reading_form() for m in words), length, is_known)
