"""The loop over the suites. It fails closed: no suite, an empty suite, an error and an empty table are all failures."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import great_expectations as gx

from crm360 import duck
from crm360.expectations import suites
from crm360.expectations.engine import open_warehouse
from crm360.expectations.fingerprint import columns_of, fingerprint
from crm360.expectations.results import AuditFacts, CheckResult, SuiteResult
from crm360.expectations.suite import Suite, no_contact_details

if TYPE_CHECKING:
    from great_expectations.datasource.fluent import SQLDatasource
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations.expectation import Expectation

ROW_COUNT = "expect_table_row_count_to_be_between"
# A table this small may halve by chance.
SMALL = 20
# Counts only: no value out of a row may reach a result, a log or a page. To count, Great Expectations asks for the rows
# that break a rule, even where there are none, so it counts only where a rule is broken.
COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
VERDICT_ONLY = "BOOLEAN_ONLY"
# What a rule's query looks at that is no table of the build.
BY_ITSELF = re.compile(r"\b(?:landing|ledger|crm360)\.|\b(?:now|today|random)\s*\(|\bcurrent_|\bread_", re.IGNORECASE)
MARTS = "select distinct table_name from duckdb_columns() where schema_name = 'marts'"


def audit(
    warehouse: Path,
    tables: Sequence[str],
    facts: AuditFacts,
    known: Mapping[str, Suite] | None = None,
    before: Mapping[str, SuiteResult] | None = None,
) -> list[SuiteResult]:
    """Audit the named tables of schema `marts`, and return one result a table, in their order.

    Opens the warehouse read-only, so nobody may be writing to it. `known` are the suites, by default those of
    `crm360.expectations.suites`. `before` are results of the same suites and facts, over tables of which those beside
    the judged ones are what they were: where a table still is what was judged, and passed, its result stands. Raises
    nothing: what cannot be checked is a failed result. The fingerprints are taken before the tables are judged: a table
    that changes meanwhile has another one when it is to be published.
    """
    known = suites.load() if known is None else known
    try:
        fingerprints = _fingerprints(warehouse, tables)
        with open_warehouse(warehouse, facts) as source:
            stands = {
                name: result
                for name, result in (before or {}).items()
                if name in known and _stands(result, fingerprints.get(name), known[name], facts)
            }
            results = [stands.get(t) or audit_table(source, t, known.get(t), facts) for t in tables]
    except Exception as error:
        reason = f"the warehouse could not be opened ({type(error).__name__})"
        return [_failed(table, reason) for table in tables]
    return [replace(result, fingerprint=fingerprints.get(result.table, "")) for result in results]


def _stands(result: SuiteResult, fingerprint: str | None, suite: Suite, facts: AuditFacts) -> bool:
    """Whether a result is still that of a table with this fingerprint. Only what passed stands, every check of it."""
    is_good = result.success and all(check.success for check in result.checks)
    is_enough = result.rows is not None and result.rows >= least_rows(suite, facts)
    return is_good and is_enough and fingerprint is not None and fingerprint == result.fingerprint


def looks_at(suite: Suite, names: Collection[str]) -> bool:
    """Whether a rule of the suite looks at one of these tables beside its own, at what tells of pulls, or the clock."""
    for expectation in suite.expectations:
        if "other_table" in expectation.expectation_type:
            return True
        query = str(getattr(expectation, "unexpected_rows_query", "") or "")
        if BY_ITSELF.search(query) or any(name in query for name in names):
            return True
    return False


def _fingerprints(warehouse: Path, tables: Sequence[str]) -> dict[str, str]:
    """Of each of these tables that is there."""
    found = {}
    with duck.connect(warehouse, read_only=True) as con:
        there = {name for (name,) in con.execute(MARTS).fetchall()}
        for table in there.intersection(tables):
            relation = f'marts."{table}"'
            found[table] = fingerprint(con, relation, columns_of(con, relation))
    return found


def audit_table(source: SQLDatasource, table: str, suite: Suite | None, facts: AuditFacts) -> SuiteResult:
    """Audit one table of schema `marts` by its suite. Raises nothing; no fingerprint is taken."""
    if suite is None:
        return _failed(table, "it has no suite")
    if not suite.expectations:
        return _failed(table, "its suite is empty")
    if suite.expectations[0].expectation_type != ROW_COUNT:
        return _failed(table, "its suite does not begin with a row count")
    expectations = [*suite.expectations, no_contact_details((*suite.personal, *facts.personal.get(table, ())))]
    try:
        asset = source.add_table_asset(table, table_name=table, schema_name="marts")
        batch = asset.add_batch_definition_whole_table(table).get_batch()
        counted = _validate(batch, expectations[:1], COUNTS_ONLY, {"least_rows": least_rows(suite, facts)})
        results = _judged(batch, expectations[1:])
    except Exception as error:
        return _failed(table, f"its suite could not be run ({type(error).__name__}): is the table there?")
    checks = [_check(result) for result in (*counted, *results)]
    if len(checks) != len(expectations):
        return _failed(table, f"{len(expectations)} checks were asked for and {len(checks)} were run")
    return _explained(_verdict(table, [*counted, *results], checks), suite, facts)


def _explained(verdict: SuiteResult, suite: Suite, facts: AuditFacts) -> SuiteResult:
    """The verdict; of a table that is empty because all that feeds it lacks a date, in words that say so."""
    fed_by = {"known_orders": "orders"}
    entities = {fed_by.get(entity, entity) for entity in suite.may_be_empty_if}
    undated = sorted(entities & set(facts.undated))
    if verdict.success or verdict.rows != 0 or not undated:
        return verdict
    count, column = facts.undated[undated[0]]
    what = f"all {count:,} {undated[0]}" if count > 1 else f"the only one of {undated[0]}"
    have = "have no date that can be read and were" if count > 1 else "has no date that can be read and was"
    return replace(verdict, reason=f"{what} {have} left out: map the column of its day to {column} in crm360.toml")


def _judged(batch: Batch, expectations: Sequence[Expectation]) -> list[Any]:
    """The verdict on each of these rules, and of those that are broken by how many rows."""
    results = _validate(batch, expectations, VERDICT_ONLY)
    if len(results) == len(expectations):
        broken = [at for at, result in enumerate(results) if not result.success and not _could_not_run(result)]
        counted = _validate(batch, [expectations[at] for at in broken], COUNTS_ONLY) if broken else []
        for at, result in zip(broken, counted, strict=True):
            results[at] = result
    return results


def _could_not_run(result: Any) -> bool:
    """Whether the rule met an error, as over a column that is not there: there is nothing to count."""
    told = result.exception_info or {}
    return any(each.get("raised_exception") for each in (told, *told.values()) if isinstance(each, dict))


def _validate(
    batch: Batch, expectations: Sequence[Expectation], words: Any, parameters: dict[str, Any] | None = None
) -> list[Any]:
    suite = gx.ExpectationSuite(name=batch.data_asset.name, expectations=[e.copy() for e in expectations])
    return list(batch.validate(suite, result_format=words, expectation_parameters=parameters).results)


def least_rows(suite: Suite, facts: AuditFacts) -> int:
    """Return the smallest number of rows that the table may have."""
    landed = {**facts.landed, "rejections": facts.rejected}
    unfed = suite.may_be_empty_if and all(landed.get(entity, 1) == 0 for entity in suite.may_be_empty_if)
    if unfed or suite.may_be_empty_because:
        return 0
    before = facts.previous.get(suite.table, 0)
    if suite.may_shrink or before < SMALL:
        return 1
    return max(1, math.ceil(before * (1 - facts.largest_drop)))


def _verdict(table: str, results: Sequence[Any], checks: Sequence[CheckResult]) -> SuiteResult:
    rows = next((r.result.get("observed_value") for r in results if r.expectation_config.type == ROW_COUNT), None)
    if rows is None:
        return SuiteResult(table, False, None, tuple(checks), "its rows could not be counted")
    blocking = [check for check in checks if not check.success and check.severity == "critical"]
    reason = "; ".join(f"not so: {check.expected}; {check.observed}" for check in blocking[:2])
    if len(blocking) > 2:
        reason += f"; and {len(blocking) - 2} more checks failed"
    return SuiteResult(table, not blocking, int(rows), tuple(checks), reason)


def _check(result: Any) -> CheckResult:
    config = result.expectation_config
    return CheckResult(
        name=config.type,
        column=config.kwargs.get("column") or ", ".join(config.kwargs.get("column_list", [])) or None,
        success=bool(result.success),
        severity=str(getattr(config.severity, "value", config.severity) or "critical"),
        observed=_observed(config.type, result),
        expected=config.description or _row_count_words(config.kwargs),
    )


def _observed(kind: str, result: Any) -> str:
    """Say what was found, in counts. Messages of errors can quote values, so an error is only named as one."""
    found: dict[str, Any] = result.result or {}
    if result.success and not found:
        return "it holds"
    if kind == ROW_COUNT and "observed_value" in found:
        return f"{found['observed_value']} rows"
    if "unexpected_count" in found:
        return f"{found['unexpected_count']} of {found['element_count']} rows break it"
    if "observed_value" in found:
        return f"{found['observed_value']} rows break it"
    return "the check could not be run: is a column missing, or of another type?"


def _row_count_words(kwargs: Mapping[str, Any]) -> str:
    return f"the table has at least {kwargs.get('min_value')} rows"


def _failed(table: str, reason: str) -> SuiteResult:
    return SuiteResult(table, success=False, rows=None, checks=(), reason=reason)
