"""What a suite is: the facts about one published table that have to hold before anyone may read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation


@dataclass(frozen=True)
class Suite:
    """One table's expectations, of which the first is a row count.

    may_be_empty_if: entities (and `known_orders`, those of a known buyer); if none of them has a record up to as-of,
        the table may honestly be empty.
    may_be_empty_because: one sentence, where the table may be empty on any set-up and its checks say when it may not.
    may_shrink: the table may lose any share of its rows from one night to the next.
    personal: the columns that hold what people are called, where they live, how they are reached, or free text about
        them. In no other column may anything stand that looks like an e-mail address or a telephone number.
    """

    table: str
    expectations: tuple[Expectation, ...]
    may_be_empty_if: tuple[str, ...] = ()
    may_be_empty_because: str = ""
    may_shrink: bool = False
    personal: tuple[str, ...] = ()


def rows() -> Expectation:
    """Expect at least as many rows as the audit asks for: one, or most of what was published before."""
    return gxe.ExpectTableRowCountToBeBetween(min_value={"$PARAMETER": "least_rows"})


def key(*columns: str) -> tuple[Expectation, ...]:
    """Expect the columns, taken together, to name each row once, and none of them to be empty."""
    words = " and ".join(columns)
    unique = (
        gxe.ExpectColumnValuesToBeUnique(column=columns[0], description=f"{words} is unique")
        if len(columns) == 1
        else gxe.ExpectCompoundColumnsToBeUnique(column_list=list(columns), description=f"{words} are unique together")
    )
    return (*present(*columns), unique)


def one_row_each(*columns: str) -> Expectation:
    """Expect one row of each group of these columns, where what is not known of a group is null, and one group too."""
    listed = ", ".join(columns)
    return no_rows(
        f"{' and '.join(columns)} are unique together, what is not known included",
        f"select 1 from {{batch}} group by {listed} having count(*) > 1",
    )


def present(*columns: str) -> tuple[Expectation, ...]:
    """Expect every row to have a value in each of the columns."""
    return tuple(
        gxe.ExpectColumnValuesToNotBeNull(column=column, description=f"{column} is never empty") for column in columns
    )


def one_of(column: str, values: Iterable[str]) -> Expectation:
    """Expect every value, where there is one, to be one of these."""
    listed = list(values)
    words = f"{column} is one of {', '.join(listed)}"
    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=listed, description=words)


def between(column: str, least: float | None = None, most: float | None = None) -> Expectation:
    """Expect every value, where there is one, to lie in this range, ends included."""
    ends = [f"at least {least}"] * (least is not None) + [f"at most {most}"] * (most is not None)
    words = f"{column} is {' and '.join(ends)}"
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=least, max_value=most, description=words)


def no_rows(rule: str, query: str) -> Expectation:
    """Expect a query to find nothing. `rule` says what holds when it does not.

    `{batch}` stands for this table and brings its own alias: wrap it to give it another one.
    """
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=rule)


def exists(column: str, parent: str, parent_column: str | None = None) -> Expectation:
    """Expect every value, where there is one, to be found in the parent table of the same schema."""
    there = parent_column or column
    return no_rows(
        f"each {column} is in {parent}{'' if there == column else f' as {there}'}",
        f"select 1 from (select * from {{batch}}) as child where {column} is not null and not exists "
        f"(select 1 from marts.{parent} as parent where parent.{there} = child.{column})",
    )


def past(*columns: str) -> tuple[Expectation, ...]:
    """Expect no time later than the day after the one that the models were built for, nor before 1970.

    A day's grace, because the day may be reckoned in a time zone behind UTC, and clocks disagree.
    """
    return tuple(
        no_rows(
            f"{column} is not in the future",
            f"select 1 from {{batch}}, audit_facts "
            f"where {column}::date > as_of + 1 or {column} < timestamp '1970-01-01'",
        )
        for column in columns
    )


def in_base_currency(column: str = "currency") -> Expectation:
    """Expect the column to name the base currency in every row."""
    return no_rows(
        "money is told in the base currency",
        f"select 1 from {{batch}}, audit_facts as facts where subselect.{column} <> facts.base_currency",
    )


def converted(day: str) -> Expectation:
    """Expect a rate in every row whose currency has one on its day: SQL over the row and `as_of`."""
    return no_rows(
        "what is in a currency that has a rate on its day has that rate",
        "select 1 from (select * from {batch}) as told, audit_facts where exchange_rate is null and exists (select 1 "
        "from seeds.exchange_rates as known where known.currency = told.currency "
        f"and known.valid_from <= cast({day} as date))",
    )


def months() -> Expectation:
    """Expect column `month` to hold first days of months, up to the one that the models were built for."""
    return no_rows(
        "a month begins on its first day, and none is in the future",
        "select 1 from {batch}, audit_facts where month <> date_trunc('month', month) or month > as_of + 1",
    )


def live(entity: str) -> str:
    """Return the relation of an entity's records that still exist in their sources, for `carried`."""
    return f"(select * from intermediate.int_{entity}_unioned where not is_deleted)"


def carried(origin: str, *columns: str, said_as: str = "") -> tuple[Expectation, ...]:
    """Expect a column not to be empty all the way down while the relation that it is made from has values in it."""
    return tuple(
        no_rows(
            f"{column} is not lost on its way{f' from {said_as}' if said_as else ''}",
            f"select 1 where not exists (select 1 from {{batch}} where {column} is not null) "
            f"and exists (select 1 from {origin} as origin where {column} is not null)",
        )
        for column in columns
    )


# Braces are doubled because Great Expectations formats the query.
CONTACT_DETAILS = r"[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alpha:]]|\+[1-9][0-9]{{7}}"


def no_contact_details(outside: Iterable[str]) -> Expectation:
    """Expect nothing that looks like an e-mail address or a telephone number outside the named columns."""
    listed = ", ".join(f"'{column}'" for column in outside)
    return no_rows(
        "no e-mail address or telephone number outside the columns for personal values",
        f"select 1 from (select {f'columns(lambda c: c not in ({listed}))' if listed else '*'} from {{batch}}) as rest "
        f"where regexp_matches(rest::text, '{CONTACT_DETAILS}')",
    )


def mostly(rule: str, condition: str, share: float = 0.005) -> Expectation:
    """Expect all but a small share of the rows to be without a slip that people make when they type."""
    return no_rows(
        f"{rule}, in all but {share:.1%} of the rows",
        f"select 1 from (select count(*) as slips from {{batch}}, audit_facts where {condition}) as found, "
        f"(select count(*) as rows_there from {{batch}}) as all_rows where slips > {share} * rows_there",
    )
