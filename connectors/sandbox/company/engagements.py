"""What the sales people did around each deal, as HubSpot keeps it: calls, meetings, e-mails and messages.

Everything is drawn under names of its own, so that the rest of the company stays as it is.
"""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company.draws import Draws
from crm360.connectors.sandbox.company.pipeline import Pipeline
from crm360.connectors.sandbox.company.roster import Window, some
from crm360.connectors.sandbox.company.table import DELETED, Table

KINDS = {"calls": (3, 0.5), "meetings": (2, 0.4), "emails": (4, 0.5), "communications": (2, 0.4)}
"""How many of a kind a deal may have, and the chance of each."""
_MOST = 8


class Engagements:
    """One table a kind, with: person, contact (row), deal (row), turn (which of the deal's it is)."""

    def __init__(self, draws: Draws, pipeline: Pipeline) -> None:
        self.draws, self.pipeline = draws, pipeline
        self.tables = {
            kind: Table(
                70_000_001 + 5_000_000 * place, tick=1, person=np.int32, contact=np.int32, deal=np.int32,
                turn=np.uint8, edition=np.uint16,
            )
            for place, kind in enumerate(KINDS)
        }  # fmt: skip

    def pass_time(self, window: Window) -> None:
        """Let what happens in the window be entered; later some of it is corrected or deleted."""
        for kind, table in self.tables.items():
            before = table.live()
            self._enter(kind, table, window)
            if window.after == 0:
                continue
            generator = self.draws.night(f"hubspot {kind}", window.day)
            edited = some(generator, before, 0.005)
            table["edition"][edited] += 1
            table.touch(edited, window.moments(generator, len(edited)))
            gone = some(generator, np.setdiff1d(before, edited), 0.002)
            table.end(gone, window.moments(generator, len(gone)), DELETED)

    def _enter(self, kind: str, table: Table, window: Window) -> None:
        deals, (most, chance) = self.pipeline.deals, KINDS[kind]
        deal = np.repeat(np.arange(len(deals), dtype=np.int64), most)
        turn = np.tile(np.arange(most, dtype=np.int64), len(deals))
        key = (deals["person"][deal].astype(np.int64) * 4 + deals["turn"][deal]) * _MOST + turn
        lasts = np.maximum(deals["ends"][deal] - deals["created"][deal], 1)
        times = deals["created"][deal] + (self.draws.unit(f"{kind} when", key) * lasts).astype(np.int64)
        there = self.draws.happens(f"{kind} happen", key, chance) & window.holds(times)
        order = np.flatnonzero(there)[np.argsort(times[there], kind="stable")]
        deal, turn = deal[order], turn[order]
        table.add(times[order], person=deals["person"][deal], contact=deals["contact"][deal], deal=deal, turn=turn)
