"""Which company of a deal is its primary one, as the associations' own types say."""

from __future__ import annotations

from typing import Any

import pytest

from crm360.connectors.systems.hubspot import label_of


def end(*kinds: tuple[str, int]) -> dict[str, Any]:
    return {"toObjectId": 12, "associationTypes": [{"category": c, "typeId": t, "label": None} for c, t in kinds]}


@pytest.mark.parametrize(
    ("name", "to", "kinds", "label"),
    [
        ("deals", "companies", [("HUBSPOT_DEFINED", 5), ("HUBSPOT_DEFINED", 341)], "deal_to_company"),
        ("deals", "companies", [("HUBSPOT_DEFINED", 341)], "deal_to_company_unlabeled"),
        ("deals", "companies", [("USER_DEFINED", 5)], "deal_to_company_unlabeled"),
        ("deals", "companies", [], "deal_to_company"),
        ("deals", "contacts", [("HUBSPOT_DEFINED", 3)], "deal_to_contact"),
        ("calls", "contacts", [("HUBSPOT_DEFINED", 194)], "call_to_contact"),
    ],
)
def test_a_company_that_is_not_the_primary_one_is_unlabelled(
    name: str, to: str, kinds: list[tuple[str, int]], label: str
) -> None:
    assert label_of(name, to, end(*kinds)) == label
