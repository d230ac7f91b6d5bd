"""The review page: doubtful pairs, the two records side by side, with the line that decides each one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.facts import RunFacts
from orchestration.report.style import rendered

MOST = 100
FIELDS = {
    "source": "Source", "full_name": "Name", "email": "E-mail", "phone": "Telephone", "birth_date": "Born",
    "street": "Street", "postal_code": "Postcode", "city": "City", "country": "Country", "company_name": "Company",
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two records as the page shows them: `fields` are (name, one, other, whether the two are the same text)."""

    a: str
    b: str
    is_one_customer: bool
    probability: float
    agreement: str
    fields: tuple[tuple[str, str, str, bool], ...]

    @property
    def lines(self) -> tuple[str, str]:
        """The lines of identity_decisions.csv that make one of the two, and that keep them apart."""
        return f"must-link,{self.a},{self.b},,,", f"cannot-link,{self.a},{self.b},,,"


def build(published_duckdb: Path, run: RunFacts) -> str:
    """Return the page on the published review queue as one HTML document, without script or outside address.

    It shows personal values, as the tables beside it do. Raises duckdb.Error when the table lacks a column.
    """
    pairs, waiting = _read(published_duckdb)
    return rendered("review.html.j2", run=run, pairs=pairs, waiting=waiting)


def _read(published_duckdb: Path) -> tuple[list[Pair], int]:
    columns = ", ".join(f"{field}_{side}::varchar" for field in FIELDS for side in "ab")
    with duckdb.connect(str(published_duckdb), read_only=True, config={"autoload_known_extensions": "false"}) as con:
        rows = con.execute(
            f"""select contact_id_a, contact_id_b, is_one_customer, probability, agreement, {columns}
            from review_queue order by place_in_queue limit {MOST}"""
        ).fetchall()
        ((waiting,),) = con.execute("select count(*) from review_queue").fetchall()
    pairs = []
    for a, b, is_one, probability, agreement, *values in rows:
        fields = tuple(
            (name, one or "", other or "", one == other)
            for name, one, other in zip(FIELDS.values(), values[::2], values[1::2], strict=True)
            if one or other
        )
        pairs.append(Pair(a, b, is_one, probability, agreement, fields))
    return pairs, waiting
