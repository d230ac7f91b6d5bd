"""How a name sounds, roughly: one text for the ways in which one name is written in Latin letters.

Only to compare a name with one in another script; two Latin spellings are compared as they are written.
"""

from __future__ import annotations

import re

Steps = tuple[tuple[re.Pattern[str], str], ...]


def _steps(*pairs: tuple[str, str]) -> Steps:
    return tuple((re.compile(pattern), put) for pattern, put in pairs)


# What is kept of a name in other letters begins with this, with '=', or is this: sounds, consonants, no reading.
HEARD, UNREAD = "~ ", "?"
# Capitals are sounds that two letters make, kept from the steps that follow.
SOUND = _steps(
    ("tsch|tch", "C"), ("shch|sch|sh", "s"), ("dzh|dj", "j"), ("zh", "Z"), ("ch|t[sz]|cz", "C"), ("kh", "h"),
    ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("ck|q|c", "k"), ("x", "ks"), ("w", "v"),
    ("oh(?=[^aeiou])", "o"), ("^[iyj](?=[aeou])", ""), ("i[iyj]+", "i"), ("(?<=.)[iyj](?=[aeou])", ""), ("ou|oo", "u"),
    ("ee|[iy][yj]", "i"), ("y|j(?!i)", "i"), ("ae", "e"), ("m(?=[pbf])", "n"), (r"(.)\1+", r"\1"), ("(?<=.)h$", ""),
)  # fmt: skip
# What scripts without vowels have of a name. A w, y, i is written in them for a vowel, or not at all; but a name that
# begins with a vowel has a letter for it in all of them, whichever it is: here an a.
BONES = _steps(
    ("(?<=[^cks])h$", ""),
    ("sch|sh", "s"), ("ch|kh", "h"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("ph|f", "p"), ("t[sz]", "C"), ("x", "ks"),
    ("ck|q|c", "k"), ("v", "b"), ("^[aeiouyw]+", "A"), ("[aeiouyw]", ""), ("A", "a"), (r"(.)\1+", r"\1"),
)  # fmt: skip
# The Arabic article, and how it sounds before what is called a sun letter.
ARTICLE = re.compile(r"^(al|el|ul|as|ash|ar|an|at|az|ad) (?=[a-z])")


def sound(name: str) -> str:
    """'dmitriy', 'dmitry', 'dmitrij' → dmitri. The name is in lower case, without accents; blanks are left out."""
    return _through(SOUND, name)


def bones(name: str) -> str:
    """The consonants: 'mohammed', 'muhamad' → mhmd. The name is in lower case, without accents."""
    return _through(BONES, ARTICLE.sub("", name))


def frames(name: str) -> str:
    """What names that may be one have in common, to find pairs: the consonants of the sound, and '=' with the bones.

    Several, with blanks between them; '' if there is none.

    `name` is one in Latin letters, or what is kept of one in other letters (scripts.Written.kept).
    """
    if name == UNREAD:
        return ""
    if name.startswith("="):
        return " ".join(name.split(" ")[:3])
    if name.startswith(HEARD):
        return " ".join(list(dict.fromkeys(_frame(s) for s in name.removeprefix(HEARD).split(" ")))[:3])
    return " ".join(f for f in (_frame(sound(name)), f"={bones(name)}") if f.strip("="))


def _frame(heard: str) -> str:
    return re.sub("(?<=.)[aeiou]", "", heard)


def _through(steps: Steps, name: str) -> str:
    text = re.sub("[^a-z]", "", name)
    for pattern, put in steps:
        text = pattern.sub(put, text)
    return text
