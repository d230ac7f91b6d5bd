"""The fields that two records are compared in, and what is known of their agreement before any data is seen.

The levels are those of macros/comparing.sql, in a pattern one character a field, '-' where one record lacks it.
`same` is how often records of one person have that level, `strangers` how often records of two people have it: rough
shares, estimated by hand, that the data correct. Two people of one household (a family, flatmates, an office) share
some fields; how often they share each is `shared`, one number a kind of household, and the data correct that too.
A field is `personal` if only twins, namesakes and slips make two people agree in it.
"""

from __future__ import annotations

from dataclasses import dataclass

# Kinds of households, in the order of `Field.shared`: a family with one home and one name, people of one home, people
# of one firm, and people who read one mailbox or have one telephone, wherever their records say that they live.
HOUSEHOLDS = ("family", "home", "firm", "mailbox")


@dataclass(frozen=True)
class Field:
    """One field. Levels run from 0, 'differs', upwards. `rare`: levels weighed by how rare the value is."""

    name: str
    words: tuple[str, ...]
    same: tuple[float, ...]
    strangers: tuple[float, ...]
    rare: frozenset[int]
    shared: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    most_shared: float = 0.999
    is_personal: bool = False
    most_different: float = 1.0
    among_candidates: bool = False


FIELDS = (
    Field(
        "first name", ("differs", "same initial", "nearly the same", "short or other form", "same"),
        (0.02, 0.03, 0.09, 0.08, 0.78), (0.97, 0.004, 0.008, 0.008, 0.01), frozenset({4}),
        (0.03,) * 4, 0.3, True, 0.3,
    ),
    Field(
        "last name", ("differs", "partly the same", "nearly the same", "same"),
        (0.05, 0.03, 0.10, 0.82), (0.99, 0.001, 0.004, 0.005), frozenset({3}), (0.9, 0.1, 0.02, 0.7),
    ),
    Field(
        "birth date", ("differs", "same year", "two parts of three the same", "one slip apart", "same"),
        (0.02, 0.02, 0.05, 0.10, 0.81), (0.965, 0.015, 0.015, 0.004, 0.001), frozenset({4}),
        (0.02,) * 4, 0.3, True, 0.15,
    ),
    Field(
        "e-mail", ("differs", "same name at another provider", "nearly the same", "same"),
        (0.25, 0.05, 0.08, 0.62), (0.9996, 0.0002, 0.0001, 0.0001), frozenset({3}), (0.4, 0.1, 0.05, 0.9),
    ),
    Field(
        "phone", ("differs", "one slip apart", "same"),
        (0.20, 0.05, 0.75), (0.9998, 0.0001, 0.0001), frozenset({2}), (0.7, 0.3, 0.5, 0.6),
    ),
    Field(
        "street", ("differs", "same street, other number", "nearly the same", "same"),
        (0.17, 0.05, 0.10, 0.68), (0.998, 0.0012, 0.0003, 0.0005), frozenset({3}), (0.9, 0.9, 0.6, 0.5),
    ),
    Field(
        "place", ("differs", "near", "same city or postcode", "same city", "postcode one slip apart", "same"),
        (0.12, 0.05, 0.08, 0.05, 0.05, 0.65), (0.96, 0.015, 0.01, 0.01, 0.002, 0.003), frozenset({3, 5}),
        (0.95, 0.95, 0.7, 0.6),
    ),
    Field(
        "company", ("differs", "nearly the same", "same"),
        (0.20, 0.08, 0.72), (0.99, 0.003, 0.007), frozenset({2}), (0.1, 0.1, 0.95, 0.3),
    ),
    Field(
        "job title", ("differs", "nearly the same", "same"),
        (0.35, 0.05, 0.60), (0.95, 0.01, 0.04), frozenset({2}), (0.05, 0.05, 0.15, 0.05),
    ),
    Field("gender", ("differs", "same"), (0.03, 0.97), (0.5, 0.5), frozenset(), (0.0,) * 4, 0.0, True, 0.1),
    Field("profile", ("differs", "same"), (0.10, 0.90), (0.9999, 0.0001), frozenset(), (0.02,) * 4, 0.1, True, 0.3),
    Field(
        "person number", ("differs", "one slip apart", "same"),
        (0.01, 0.04, 0.95), (0.9997, 0.0002, 0.0001), frozenset({2}), (0.01,) * 4, 0.1, True, 0.1,
    ),
    # Jr against Sr: a father and his son. It is never a slip of the pen.
    Field(
        "generation", ("differs", "same"), (0.01, 0.99), (0.5, 0.5), frozenset(), (0.0,) * 4, 0.0, True, 0.02,
    ),
    # Of two records in two systems: how near in time the systems first had them.
    Field(
        "entered",
        (
            "years apart", "within a year", "within a quarter", "within a month", "within a week", "within a day",
            "within an hour",
        ),
        (0.15, 0.20, 0.20, 0.15, 0.10, 0.10, 0.10), (0.50, 0.33, 0.10, 0.045, 0.015, 0.008, 0.002), frozenset(),
        (0.1, 0.1, 0.1, 0.1),
    ),
    # A system keeps one record a person more often than it keeps two: the data say how much more often.
    Field("source", ("same", "other"), (0.5, 0.5), (0.5, 0.5), frozenset()),
    # Of two records with one name in two systems: how many other records have that name.
    Field(
        "namesakes", ("many", "some in one system", "one in one system", "none in either system"),
        (0.02, 0.06, 0.12, 0.80), (0.10, 0.15, 0.15, 0.60), frozenset(), among_candidates=True,
    ),
)  # fmt: skip


def words(pattern: str) -> list[str]:
    """A pattern in words, one text a field: 'first name same'; '' for a missing field."""
    pairs = zip(FIELDS, pattern, strict=True)
    return ["" if level == "-" else f"{field.name} {field.words[int(level)]}" for field, level in pairs]


def described(pattern: str) -> str:
    """A pattern in words: 'first name same, birth date one slip apart'. Missing fields are left out."""
    return ", ".join(filter(None, words(pattern)))


# What two records may not say if an exact rule, or a score, is to link them; and how far it speaks against one person.
VETOES = (({"generation": "0"}, -12.0), ({"gender": "0", "first name": "0"}, -6.0))


def veto(pattern: str) -> float | None:
    """The most that a pattern may say for one person, in bits; None where nothing vetoes it."""
    level = {field.name: code for field, code in zip(FIELDS, pattern, strict=True)}
    found = [bits for said, bits in VETOES if all(level[name] == code for name, code in said.items())]
    return min(found, default=None)


def stratum(pattern: str) -> str:
    """The strongest kind of evidence in a pattern: links of one kind are right or wrong together."""
    level = {field.name: code for field, code in zip(FIELDS, pattern, strict=True)}
    if level["person number"] == "2" or level["profile"] == "1":
        return "number"
    if level["birth date"] in "34":
        return "birth date"
    if level["e-mail"] == "3" or level["phone"] == "2":
        return "contact"
    if level["street"] == "3":
        return "home"
    return "name"
