"""Each check has one home: what a suite of the audit asks of a published table, no dbt test asks again."""

from __future__ import annotations

from typing import Any

from crm360.expectations import suites
from crm360.expectations.suite import Suite

from .conftest import Compiled

KINDS = {
    "expect_column_values_to_not_be_null": "not_null",
    "expect_column_values_to_be_unique": "unique",
    "expect_compound_columns_to_be_unique": "unique_together",
    "expect_column_values_to_be_in_set": "accepted_values",
}
GROUPED = " are unique together, what is not known included"  # suite.one_row_each, which is a query
Check = tuple[str, Any]


def audited(suite: Suite) -> set[Check]:
    """The checks of a suite that dbt has a generic test for: (test, columns)."""
    found: set[Check] = set()
    for expectation in suite.expectations:
        asked = expectation.configuration
        columns = asked.kwargs.get("column_list") or [asked.kwargs.get("column")]
        found.add((KINDS.get(asked.type, ""), frozenset(columns)))
        found.add(("relationships", asked.description))
        if (asked.description or "").endswith(GROUPED):
            found.add(("unique_together", frozenset(asked.description.removesuffix(GROUPED).split(" and "))))
    return found


def wanted(node: dict[str, Any]) -> list[Check]:
    """What a generic test of dbt asks for, in the same words."""
    name, asked = node["test_metadata"]["name"], node["test_metadata"]["kwargs"]
    column = asked.get("column_name")
    if name == "relationships":
        parent = asked["to"].split("'")[1]
        return [(name, f"each {column} is in {parent}")]
    columns = frozenset(asked.get("columns") or [column])
    return [("not_null", columns), ("unique", columns)] if name == "key" else [(name, columns)]


def test_nothing_is_asked_twice_of_a_published_table(project: Compiled) -> None:
    known = suites.load()
    marts = {f"model.crm360.{name}": audited(suite) for name, suite in known.items()}
    generic = [node for node in project.tests if node.get("test_metadata")]
    assert len(generic) > 100
    twice = {
        node["name"]
        for node in generic
        for check in wanted(node)
        if check in marts.get(node["attached_node"], set()) and not node["config"].get("where")
    }
    assert twice == set()


def test_every_published_table_has_its_grain_checked(project: Compiled) -> None:
    known = suites.load()
    by_dbt = {n["attached_node"].split(".")[-1] for n in project.tests if "unique" in n["name"] and n["attached_node"]}
    keyed = {t for t, suite in known.items() if any(kind.startswith("unique") for kind, _ in audited(suite))}
    assert set(known) - keyed - by_dbt == set()
