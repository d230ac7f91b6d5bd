"""What customers of the shop answer when they are asked, once or twice, how likely they are to recommend it."""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import causes, clock
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.roster import NEVER, Window
from crm360.connectors.sandbox.company.shopping import Shop
from crm360.connectors.sandbox.company.support import Desk
from crm360.connectors.sandbox.company.table import LIVE, Table

_ASKED = (30, 300)
"""Days after the account at which a customer is asked, the first and the second time."""
_ANSWERS = 0.3


class Opinions:
    """answers: person, customer (row of the shop's), slips (of the address that was written to), score, turn."""

    def __init__(self, draws: Draws, shop: Shop, desk: Desk) -> None:
        self.draws, self.shop, self.desk = draws, shop, desk
        self.answers = Table(
            300_001, person=np.int32, customer=np.int32, slips=np.int32, score=np.uint8, turn=np.uint8
        )  # fmt: skip

    def pass_time(self, window: Window) -> None:
        """Let everybody answer whose time is in the window."""
        customers = self.shop.customers
        rows = np.flatnonzero((customers["state"] == LIVE) & (customers["person"] >= 0))
        found = []
        for turn, after in enumerate(_ASKED):
            key = rows * 2 + turn
            times = customers["created"][rows] + after * clock.DAY + self.draws.below("answers after", key, clock.DAY)
            there = window.holds(times) & self.draws.happens("answers", key, _ANSWERS)
            found.append(np.stack([times[there], rows[there], np.full(there.sum(), turn)]))
        times, row, turns = np.concatenate(found, axis=1)
        order = np.lexsort((row, times))
        times, row, turns = times[order], row[order], turns[order]
        person = customers["person"][row].astype(np.int64)
        let_down = self._let_down_at(person) <= times
        self.answers.add(
            times, person=person, customer=row, slips=customers["slips"][row], turn=turns,
            score=causes.nps_score(self.draws, row * 2 + turns, person, let_down),
        )  # fmt: skip

    def _let_down_at(self, person: Ints) -> Ints:
        """When each person's first ticket that took far too long was solved; NEVER for whom none did."""
        tickets = self.desk.tickets
        slow = np.flatnonzero((tickets["solved"] > 0) & causes.is_too_slow(tickets["solved"] - tickets["created"]))
        whose = self.desk.users["person"][tickets["user"][slow]].astype(np.int64)
        first = np.full(max(person.max(initial=-1), whose.max(initial=-1)) + 1, NEVER, dtype=np.int64)
        np.minimum.at(first, whose[whose >= 0], tickets["solved"][slow][whose >= 0])
        return first[person] if len(person) else person
