"""How people buy: once, now and then, every month, in season, until they leave, or not at all; and so when they buy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crm360.connectors.sandbox.company import causes, clock
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.roster import SHARES, Roster, Window

ONCE, SOMETIMES, MONTHLY, SEASONAL, LEFT, LOOKING = range(6)
"""LEFT bought monthly and stopped; LOOKING made an account and bought nothing."""
_SHARES = [0.26, 0.25, 0.20, 0.13, 0.10, 0.06]
_SEASONS = ((11, 25, 0.85), (12, 18, 0.6), (6, 25, 0.45))
"""Month, days of it in which people buy, and the share of seasonal buyers who do."""
_MOST_TURNS = 60


def habit(draws: Draws, p: Ints) -> Ints:
    """The habit of each person."""
    drawn = draws.chosen("habit", p, _SHARES)
    stays, goes = causes.stays(draws, p, draws.happens("mailchimp member", p, SHARES["mailchimp"]))
    return np.where((drawn == LEFT) & stays, MONTHLY, np.where((drawn == MONTHLY) & goes, LEFT, drawn))


class Buying:
    """When everybody buys; a purchase has its time once and for all, so every night finds its own."""

    def __init__(self, draws: Draws, roster: Roster) -> None:
        self.draws, self.roster = draws, roster

    def due(self, window: Window) -> tuple[Ints, Ints]:
        """Everybody who buys in the window, and when: people (repeated) and moments in order."""
        start = self.roster.joined("shopify", np.arange(len(self.roster.people), dtype=np.int64))
        buyers = np.flatnonzero(start <= window.until)
        habits = habit(self.draws, buyers)
        # The first purchase is what brought the person in.
        first = buyers[habits != LOOKING]
        found = [(first, start[first] + clock.MINUTE)]
        found += self._sometimes(buyers[habits == SOMETIMES], start)
        steady = (habits == MONTHLY) | (habits == LEFT)
        found.append(self._steadily(buyers[steady], habits[steady] == LEFT, start, window))
        found += self._in_season(buyers[habits == SEASONAL], start, window)
        who, when = (np.concatenate(column) for column in zip(*found, strict=True))
        inside = window.holds(when)
        who, when = who[inside], when[inside]
        order = np.lexsort((who, when))
        return who[order], when[order]

    def _shopping_hours(self, p: Ints, times: Ints, turn: Ints | int) -> Ints:
        """The same days, between seven and nineteen hours."""
        spread = self.draws.below("shopping hours", p * 64 + turn, 12 * clock.HOUR)
        return times // clock.DAY * clock.DAY + 7 * clock.HOUR + spread

    def _sometimes(self, p: Ints, start: Ints) -> list[tuple[Ints, Ints]]:
        times_of = 1 + self.draws.below("times", p, 6)
        found = []
        for turn in range(1, 7):
            some = p[times_of >= turn]
            times = start[some] + clock.DAY + self.draws.below(f"turn {turn}", some, 420 * clock.DAY)
            found.append((some, self._shopping_hours(some, times, turn)))
        return found

    def _steadily(self, p: Ints, leaves: npt.NDArray[np.bool_], start: Ints, window: Window) -> tuple[Ints, Ints]:
        period = (24 + self.draws.below("period", p, 16)) * clock.DAY
        stops = np.where(leaves, 3 + self.draws.below("stops", p, 7), _MOST_TURNS)
        # Only the turns that can fall into the window are looked at.
        low = np.maximum((window.after - start[p]) // period - 1, 1)
        high = np.minimum((window.until - start[p]) // period + 1, stops)
        count = np.maximum(high - low + 1, 0)
        again = np.repeat(np.arange(len(p)), count)
        turn = np.arange(len(again)) - np.repeat(np.cumsum(count) - count, count) + low[again]
        who = p[again]
        drift = self.draws.below("drift", who * 64 + turn, 6 * clock.DAY)
        return who, self._shopping_hours(who, start[who] + turn * period[again] + drift, turn)

    def _in_season(self, p: Ints, start: Ints, window: Window) -> list[tuple[Ints, Ints]]:
        found = []
        for year in range(2024, clock.naive(window.until).year + 1):
            for turn, (month, days, share) in enumerate(_SEASONS):
                key = p * 64 + (year - 2020) * 4 + turn
                begin = clock.moment(f"{year}-{month:02d}-01")
                times = begin + self.draws.below("season", key, days) * clock.DAY
                buys = self.draws.happens("season buys", key, share) & (times > start[p] + clock.DAY)
                found.append((p[buys], self._shopping_hours(p[buys], times[buys], 40 + turn)))
        return found
