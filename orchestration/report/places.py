"""Where cities lie, by Natural Earth's list (runtime/README.md). Never a guess: of two that may be meant, none."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from crm360.orchestration.report.here import HERE

Point = tuple[float, float]  # longitude, latitude
Place = tuple[str, str, str]  # country (ISO code), region, city, as they are published
OUTLINES = HERE / "runtime" / "outlines.json"
CITIES = HERE / "runtime" / "cities.csv"


@cache
def outlines() -> dict[str, Any]:
    """The countries' outlines as TopoJSON; each country's id is its ISO code."""
    told: dict[str, Any] = json.loads(OUTLINES.read_text(encoding="utf-8"))
    (told["objects"]["countries"],) = (told["objects"].pop(name) for name in list(told["objects"]))
    return told


@cache
def drawn() -> frozenset[str]:
    """The codes of countries that have an outline."""
    return frozenset(one["id"] for one in outlines()["objects"]["countries"]["geometries"] if one.get("id"))


def found(places: Iterable[Place]) -> dict[Place, Point]:
    """Where those places lie of which exactly one is known by that name in that country.

    Where several have the name, the region must say which. A region that the list knows as another one of that country
    contradicts.
    """
    wanted = set(places)
    told = {}
    known, regions = known_places() if wanted else ({}, {})
    for place in wanted:
        country, region, city = (_plain(word) for word in place)
        there = known.get((country, city), {})
        if region and (len(there) > 1 or region in regions.get(country, ())):
            there = {point: at for point, at in there.items() if at == region}
        if len(there) == 1:
            told[place] = next(iter(there))
    return told


@cache
def known_places() -> tuple[dict[tuple[str, str], dict[Point, str]], dict[str, set[str]]]:
    """Country and name → its places with their regions; and country → regions."""
    known: dict[tuple[str, str], dict[Point, str]] = {}
    regions: dict[str, set[str]] = {}
    with CITIES.open(encoding="utf-8", newline="") as file:
        for country, region, longitude, latitude, names in list(csv.reader(file))[1:]:
            point, code, within = (float(longitude), float(latitude)), _plain(country), _plain(region)
            regions.setdefault(code, set()).add(within)
            for name in names.split("|"):
                known.setdefault((code, _plain(name)), {})[point] = within
    return known, regions


def _plain(word: str) -> str:
    """Without marks, case and punctuation: Saint-Étienne is saint etienne."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())
