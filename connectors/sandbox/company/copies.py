"""The same people and orders in a further system: rows that the company keeps already, under other ids.

A copy has ids, times and deletions of its own, so that what a test does to one system leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.table import DELETED, LIVE, MERGED, VANISHED, Table

_AS_IT_IS = {LIVE: LIVE, DELETED: DELETED, MERGED: MERGED, VANISHED: VANISHED}


class Copy(Table):
    """Row by row another table's: row n is that table's row n.

    becomes: the state that each state of the other table is here. shows: whether a deletion is a change here,
    with a new time. lacks: which rows of the other table this system never had.
    """

    def __init__(
        self, source: Table, first_id: int, step: int = 1, *, tick: int = 1000,
        becomes: Mapping[int, int] | None = None, shows: bool = False,
        lacks: Callable[[], Flags] | None = None,
    ) -> None:  # fmt: skip
        own = {"person": np.int32} if "person" in source.own_columns else {}
        super().__init__(first_id, step, tick, edition=np.uint16, told=np.int64, told_state=np.uint8, **own)
        self.source, self.shows, self._lacks = source, shows, lacks
        states = _AS_IT_IS | dict(becomes or {})
        self._becomes = np.array([states[state] for state in (LIVE, DELETED, MERGED, VANISHED)], dtype=np.uint8)
        self._followed = -1

    def follow(self) -> None:
        """Take over what has happened in the other table since the last time."""
        source = self.source
        if self._followed == source.revision:
            return
        self._followed = source.revision
        first, every = self.count, np.arange(len(source), dtype=np.int64)
        new = every[first:]
        own = {"person": source["person"][new]} if "person" in self.own_columns else {}
        self.add(source["created"][new], told=source["created"][new], merged_into=source["merged_into"][new], **own)
        moved = every[self["told"] != source["changed"]]
        self["told"][moved] = source["changed"][moved]
        self.touch(moved, np.maximum(source["changed"][moved], self["created"][moved]))
        state = self._becomes[source["state"]]
        if self._lacks is not None:
            state[self._lacks()] = VANISHED
        ended: Ints = every[self["told_state"] != state]
        self["told_state"][ended] = state[ended]
        self["merged_into"][ended] = source["merged_into"][ended]
        self["state"][ended] = state[ended]
        self["gone"][ended] = np.where(state[ended] == LIVE, 0, source["gone"][ended] // self.tick * self.tick)
        if self.shows:
            self.touch(ended, np.maximum(self["gone"][ended], self["changed"][ended]))
