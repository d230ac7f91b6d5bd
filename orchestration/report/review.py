"""The review page: doubtful pairs of people and of companies, side by side, with the line that decides each one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from crm360.orchestration.report import figures
from crm360.orchestration.report.style import rendered
from crm360.orchestration.run.facts import RunFacts

MOST = 100


@dataclass(frozen=True)
class Kind:
    """What a queue's pairs are: its table, the columns that it shows of both records, and the file that decides."""

    table: str
    record: str
    is_one: str
    one: str
    two: str
    made_one: str
    file: str
    told: tuple[str, str, str]
    fields: dict[str, str]


PEOPLE = Kind(
    "review_queue", "contact_id", "is_one_customer", "one person", "two people", "Made one customer",
    "identity_decisions.csv", ("asked_because", "agreed_on", "count_of_records"),
    {
        "source": "Source", "full_name": "Name", "email": "E-mail", "phone": "Telephone", "birth_date": "Born",
        "street": "Street", "postal_code": "Postcode", "city": "City", "country": "Country", "company_name": "Company",
    },
)  # fmt: skip
COMPANIES = Kind(
    "company_review_queue", "company_id", "is_one_company", "one company", "two companies", "Made one company",
    "company_decisions.csv", ("null", "null", "null"),
    {
        "source": "Source", "name": "Name", "domain": "Domain", "phone": "Telephone", "street": "Street",
        "postal_code": "Postcode", "city": "City", "country": "Country", "industry": "Industry",
    },
)  # fmt: skip

TABLES = {PEOPLE.table, COMPANIES.table}


@dataclass(frozen=True)
class Pair:
    """Two records as the page shows them: `fields` are (name, one, other, whether the two are the same text).

    `because` is why the pair is asked about, `agreed_on` the values that both have, `touched` how many records a
    decision may move; None where the queue does not tell.
    """

    a: str
    b: str
    is_one: bool
    probability: float | None
    agreement: str | None
    because: str | None
    agreed_on: str | None
    touched: int | None
    fields: tuple[tuple[str, str, str, bool], ...]

    @property
    def lines(self) -> tuple[str, str]:
        """The lines of the file that make one of the two, and that keep them apart."""
        return f"must-link,{self.a},{self.b},,,", f"cannot-link,{self.a},{self.b},,,"


@dataclass(frozen=True)
class Queue:
    """The most doubtful pairs of one kind, and how many wait in all."""

    kind: Kind
    pairs: list[Pair]
    waiting: int


def build(published_duckdb: Path, run: RunFacts) -> str:
    """Return the page on the published review queues as one HTML document, without script or outside address.

    It shows personal values, as the tables beside it do. Raises duckdb.Error when a table lacks a column.
    """
    with figures.connected(published_duckdb) as con:
        queues = [queue(con, kind) for kind in (PEOPLE, COMPANIES)]
    return rendered("review.html.j2", run=run, queues=queues)


def queue(con: duckdb.DuckDBPyConnection, kind: Kind) -> Queue:
    """The pairs that a decision about is worth most, and how many wait. Raises duckdb.Error."""
    columns = ", ".join([*kind.told, *(f"{field}_{side}::varchar" for field in kind.fields for side in "ab")])
    rows = con.execute(
        f"""select {kind.record}_a, {kind.record}_b, {kind.is_one}, probability, agreement, {columns}
        from {kind.table} order by place_in_queue limit {MOST}"""
    ).fetchall()
    ((waiting,),) = con.execute(f"select count(*) from {kind.table}").fetchall()
    pairs = []
    for a, b, is_one, probability, agreement, because, agreed_on, touched, *values in rows:
        fields = tuple(
            (name, one or "", other or "", one == other)
            for name, one, other in zip(kind.fields.values(), values[::2], values[1::2], strict=True)
            if one or other
        )
        pairs.append(Pair(a, b, is_one, probability, agreement, because, agreed_on, touched, fields))
    return Queue(kind, pairs, waiting)
