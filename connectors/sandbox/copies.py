"""The same people and orders in a further system: rows that the company keeps already, under other ids.

A copy has ids, times and deletions of its own, so that what a test does to one system leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from connectors.sandbox.draws import Ints
from connectors.sandbox.table import DELETED, LIVE, MERGED, VANISHED, Table

if TYPE_CHECKING:
    from connectors.sandbox.company import Company

_AS_IT_IS = {LIVE: LIVE, DELETED: DELETED, MERGED: MERGED, VANISHED: VANISHED}


class Copy(Table):
    """Row by row another table's: row n is that table's row n.

    becomes: the state that each state of the other table is here. shows: whether a deletion is a change here,
    with a new time. skips: how many rows at the beginning this system does not have.
    """

    def __init__(
        self, source: Table, first_id: int, step: int = 1, *, tick: int = 1000, becomes: Mapping[int, int] | None = None,
        shows: bool = False, skips: int = 0,
    ) -> None:  # fmt: skip
        own = {"person": np.int32} if "person" in source.own_columns else {}
        super().__init__(first_id, step, tick, edition=np.uint16, told=np.int64, told_state=np.uint8, **own)
        self.source, self.shows, self.skips = source, shows, skips
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
        state[: self.skips] = VANISHED
        ended: Ints = every[self["told_state"] != state]
        self["told_state"][ended] = state[ended]
        self["merged_into"][ended] = source["merged_into"][ended]
        back = ended[state[ended] == LIVE]
        self["state"][back], self["gone"][back] = LIVE, 0
        gone = ended[state[ended] != LIVE]
        self.end(gone, np.maximum(source["gone"][gone], self["created"][gone]), 0)
        self["state"][gone] = state[gone]
        if self.shows:
            self.touch(gone, np.maximum(self["gone"][gone], self["changed"][gone]))


def copies_of(company: Company) -> dict[tuple[str, str], Copy]:
    """The tables of every system that the company keeps no tables of its own for."""
    shop = company.shop
    return {
        ("woocommerce", "customers"): Copy(shop.customers, 12, 1),
        ("woocommerce", "orders"): Copy(shop.orders, 10_011, 7, shows=True),
        ("woocommerce", "products"): Copy(shop.products, 401, 3, shows=True),
        ("woocommerce", "refunds"): Copy(shop.refunds, 10_013, 7, becomes={DELETED: VANISHED}),
    }
