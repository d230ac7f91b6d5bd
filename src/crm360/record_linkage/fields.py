"""The fields that two records are compared in, and what is known of their agreement before any data is seen.

The levels are those of macros/comparing.sql, in a pattern one character a field, '-' where one record lacks it.
`same` is how often records of one person have that level, `strangers` how often records of two people have it: rough
shares, estimated by hand, that the data correct. `together` is how often two people who share a house,
a family or an office agree in the field because of it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One field. Levels run from 0, 'differs', upwards. `rare`: levels weighed by how rare the value is."""

    name: str
    words: tuple[str, ...]
    same: tuple[float, ...]
    strangers: tuple[float, ...]
    rare: frozenset[int]
    together: float = 0.0
    among_candidates: bool = False


FIELDS = (
    Field(
        "first name", ("differs", "same initial", "nearly the same", "short or other form", "same"),
        (0.04, 0.03, 0.09, 0.08, 0.76), (0.97, 0.004, 0.008, 0.008, 0.01), frozenset({4}),
    ),
    Field(
        "last name", ("differs", "partly the same", "nearly the same", "same"),
        (0.05, 0.03, 0.10, 0.82), (0.99, 0.001, 0.004, 0.005), frozenset({3}), 0.7,
    ),
    Field(
        "birth date", ("differs", "same year", "two parts of three the same", "one slip apart", "same"),
        (0.03, 0.02, 0.05, 0.10, 0.80), (0.965, 0.015, 0.015, 0.004, 0.001), frozenset({4}),
    ),
    Field(
        "e-mail", ("differs", "same name at another provider", "nearly the same", "same"),
        (0.25, 0.05, 0.08, 0.62), (0.9996, 0.0002, 0.0001, 0.0001), frozenset({3}), 0.2,
    ),
    Field(
        "phone", ("differs", "one slip apart", "same"),
        (0.20, 0.05, 0.75), (0.9998, 0.0001, 0.0001), frozenset({2}), 0.5,
    ),
    Field(
        "street", ("differs", "same street, other number", "nearly the same", "same"),
        (0.17, 0.05, 0.10, 0.68), (0.998, 0.0012, 0.0003, 0.0005), frozenset({3}), 0.85,
    ),
    Field(
        "place", ("differs", "near", "same city or postcode", "same city", "postcode one slip apart", "same"),
        (0.12, 0.05, 0.08, 0.05, 0.05, 0.65), (0.96, 0.015, 0.01, 0.01, 0.002, 0.003), frozenset({3, 5}), 0.9,
    ),
    Field(
        "company", ("differs", "nearly the same", "same"),
        (0.20, 0.08, 0.72), (0.99, 0.003, 0.007), frozenset({2}), 0.3,
    ),
    Field(
        "job title", ("differs", "nearly the same", "same"),
        (0.35, 0.05, 0.60), (0.95, 0.01, 0.04), frozenset({2}),
    ),
    Field("gender", ("differs", "same"), (0.03, 0.97), (0.5, 0.5), frozenset()),
    Field("profile", ("differs", "same"), (0.10, 0.90), (0.9999, 0.0001), frozenset()),
    Field(
        "person number", ("differs", "one slip apart", "same"),
        (0.12, 0.06, 0.82), (0.9997, 0.0002, 0.0001), frozenset({2}),
    ),
    # Of two records in two systems: how near in time the systems first had them.
    Field(
        "entered",
        (
            "years apart", "within a year", "within a quarter", "within a month", "within a week", "within a day",
            "within an hour",
        ),
        (0.15, 0.20, 0.20, 0.15, 0.10, 0.10, 0.10), (0.50, 0.33, 0.10, 0.045, 0.015, 0.008, 0.002), frozenset(),
    ),
    # A system keeps one record a person more often than it keeps two: the data say how much more often.
    Field("source", ("same", "other"), (0.5, 0.5), (0.5, 0.5), frozenset()),
    # Of two records with one name in two systems: how many other records have that name.
    Field(
        "namesakes", ("many", "some in one system", "one in one system", "none in either system"),
        (0.02, 0.06, 0.12, 0.80), (0.10, 0.15, 0.15, 0.60), frozenset(), 0.0, True,
    ),
)  # fmt: skip


def described(pattern: str) -> str:
    """A pattern in words: 'first name same, birth date one slip apart'. Missing fields are left out."""
    pairs = zip(FIELDS, pattern, strict=True)
    return ", ".join(f"{field.name} {field.words[int(level)]}" for field, level in pairs if level != "-")
