"""The JSON Schema of crm360.toml follows from the code, and says what the code says of files that are right and wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.settings.schema import schema

ROOT = Path(__file__).parents[2]
FILE = """
[sources.shop]
system = "files"
[sources.shop.streams.lines]
path = "lines.csv"
date_format = ["%d.%m.%Y"]
[[sources.shop.streams.lines.entities]]
entity = "orders"
fields = { name = "Invoice", currency = { value = "GBP" } }
"""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = schema(CONNECTORS)
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


@pytest.mark.parametrize("path", ["crm360.toml", "examples/online_retail.toml"])
def test_what_is_delivered_fits(validator: Draft202012Validator, path: str) -> None:
    assert list(validator.iter_errors(tomllib.loads((ROOT / path).read_text()))) == []


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("", "", True),
        ("path =", "paht =", False),
        ('"orders"', '"order"', False),
        ("currency =", "curency =", False),
        ("value =", "vale =", False),
        ('["%d.%m.%Y"]', '"%d.%m.%Y"', True),
        ('["%d.%m.%Y"]', "7", False),
        ("[sources.shop]", "colour = 1\n[sources.shop]", False),
        ("[sources.shop]", "keep_versions = 'x'\n[sources.shop]", False),
    ],
)
def test_what_stands_there_fits_or_does_not(validator: Draft202012Validator, old: str, new: str, fits: bool) -> None:
    assert (not list(validator.iter_errors(tomllib.loads(FILE.replace(old, new, 1) if old else FILE)))) is fits
