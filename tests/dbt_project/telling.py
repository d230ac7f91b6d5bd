"""Records of many vendors and of files in one build: what each truth table tells, apart from the others' by its source."""

from __future__ import annotations

from typing import Any

from .conftest import landed
from .test_refunds import LEDGER, of_file

Rows = dict[str, list[dict[str, Any]]]
FILES = {
    "firms": "companies",
    "people": "contacts",
    "cases": "tickets",
    "offers": "deals",
    "sales": "orders",
    "money": "payments",
    "staff": "owners",
}


class Teller:
    """Lands the records of one truth table under sources of its own: '<vendor> <about>'. Files have one source for all."""

    def __init__(self, given: Rows, about: str) -> None:
        self.given, self.about = given, about

    def source(self, view: str) -> str:
        """As whose the records of a view are landed: 'hubspot.deals', or 'file.offers' of a file's stream."""
        vendor = view.split(".")[0]
        return LEDGER if vendor == "file" else f"{vendor} {self.about}"

    def __call__(self, view: str, number: str, record: dict[str, Any] | None, **more: Any) -> None:
        stream = view.split(".")[1]
        if view.startswith("file."):
            row = of_file(stream, number, **(record or {})) | more
            self.given.setdefault(f"mapped.{FILES[stream]}", []).append(row)
        else:
            self.given.setdefault(view, []).append(landed(number, record, source=self.source(view), **more))
