"""The records of one stream as columns of numbers: a record is only written out when its page is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from crm360.connectors.sandbox.company.draws import Ints

LIVE, DELETED, MERGED, VANISHED = 0, 1, 2, 3
"""DELETED: gone the way the vendor shows it. MERGED: into another record. VANISHED: gone without a trace."""

_COMMON = {"created": np.int64, "changed": np.int64, "gone": np.int64, "state": np.uint8, "merged_into": np.int64}


class Table:
    """Rows in order of creation; the vendor's id of a row is first_id + row × step.

    created, changed and gone are milliseconds; tick is the vendor's resolution of times in milliseconds.
    overrides holds what a test said about a row: fields that replace those made up.
    """

    def __init__(self, first_id: int, step: int = 1, tick: int = 1000, **columns: Any) -> None:
        self.first_id, self.step, self.tick = first_id, step, tick
        self.count = 0
        self.revision = 0
        self.overrides: dict[int, dict[str, Any]] = {}
        self.arrays = {name: np.zeros(16, dtype=kind) for name, kind in (_COMMON | columns).items()}
        self._found: dict[str, tuple[int, Ints]] = {}
        self.own_columns = list(columns)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """The column as it is now; writing into it must be followed by changed_something()."""
        return self.arrays[name][: self.count]

    def add(self, created: npt.NDArray[np.integer], **values: Any) -> Ints:
        """Append rows and return their numbers. What is not said is 0; changed is created; merged_into is -1."""
        size = len(created)
        end = self.count + size
        for name, column in self.arrays.items():
            if end > len(column):
                grown = np.zeros(max(end, 2 * len(column)), dtype=column.dtype)
                grown[: self.count] = column[: self.count]
                self.arrays[name] = grown
        rows = np.arange(self.count, end, dtype=np.int64)
        self.count = end
        ticked = np.asarray(created, dtype=np.int64) // self.tick * self.tick
        ticked_values: dict[str, Any] = {"created": ticked, "changed": ticked, "merged_into": -1}
        for name, value in (ticked_values | values).items():
            self.arrays[name][rows] = value
        self.changed_something()
        return rows

    def touch(self, rows: npt.NDArray[np.integer], when: npt.NDArray[np.integer] | int) -> None:
        """Give rows a new time of change."""
        self["changed"][rows] = np.asarray(when, dtype=np.int64) // self.tick * self.tick
        self.changed_something()

    def end(self, rows: npt.NDArray[np.integer], when: npt.NDArray[np.integer] | int, state: int) -> None:
        """Let rows go; their time of change stays."""
        self["gone"][rows] = np.asarray(when, dtype=np.int64) // self.tick * self.tick
        self["state"][rows] = state
        self.changed_something()

    def changed_something(self) -> None:
        self.revision += 1

    def ids(self, rows: npt.NDArray[np.integer]) -> Ints:
        return self.first_id + np.asarray(rows, dtype=np.int64) * self.step

    def row_of(self, record_id: int | str) -> int | None:
        """The row with this id, or None."""
        try:
            row, rest = divmod(int(record_id) - self.first_id, self.step)
        except ValueError:
            return None
        return row if rest == 0 and 0 <= row < self.count else None

    def live(self) -> Ints:
        """The rows that are neither deleted, merged nor vanished, oldest first."""
        return np.flatnonzero(self["state"] == LIVE)

    def having(self, state: int) -> Ints:
        """All rows in a state, oldest first; kept until something changes."""
        return self._kept(f"state {state}", lambda: np.flatnonzero(self["state"] == state))

    def by(self, column: str) -> Ints:
        """All rows sorted by a column, then by row; kept until something changes."""
        return self._kept(f"by {column}", lambda: np.argsort(self[column], kind="stable"))

    def sorted_values(self, column: str) -> Ints:
        """The values of a column in order; kept until something changes."""
        return self._kept(f"sorted {column}", lambda: self[column][self.by(column)])

    def _kept(self, name: str, find: Callable[[], Ints]) -> Ints:
        kept = self._found.get(name)
        if kept is None or kept[0] != self.revision:
            kept = self._found[name] = (self.revision, find())
        return kept[1]
