"""Who comes into which system when: the one place where a person of the company becomes a record of a vendor."""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Draws, Flags, Ints
from crm360.connectors.sandbox.company.people import People

NEVER = np.iinfo(np.int64).max // 4
SHARES = {"hubspot": 0.70, "shopify": 0.55, "mailchimp": 0.60, "zendesk": 0.25}
"""Share of all people with a record in each system; drawn apart, so that every overlap occurs."""
GUESTS_ONLY_SHARE = 0.08
DOUBLE_SHARES = {"hubspot": 0.045, "shopify": 0.02}


class Window:
    """The time between two nights: after `after`, up to and including `until` (ms)."""

    def __init__(self, day: int, after: int, until: int) -> None:
        self.day, self.after, self.until = day, after, until

    def holds(self, times: Ints) -> Flags:
        return (times > self.after) & (times <= self.until)

    def moments(self, generator: np.random.Generator, count: int) -> Ints:
        """Moments in the window, sorted."""
        start = max(self.after, self.until - clock.DAY)
        return np.sort(generator.integers(start + 1, self.until + 1, count))


class Roster:
    """When each person joins each system; a person's time never changes, so every night finds its newcomers."""

    def __init__(self, draws: Draws, people: People) -> None:
        self.draws, self.people = draws, people

    def joined(self, system: str, p: Ints) -> Ints:
        """The moment at which each person's record comes into being; NEVER for those who have none."""
        draws = self.draws
        share = SHARES[system]
        at_once = draws.happens(f"{system} at once", p, 0.5)
        delay = np.where(at_once, 0, draws.unit(f"{system} delay", p) ** 2 * 120 * clock.DAY).astype(np.int64)
        delay += draws.below(f"{system} minutes", p, 3 * clock.HOUR)
        return np.where(draws.happens(f"{system} member", p, share), self.people.met[p] + delay, NEVER)

    def newcomers(self, system: str, window: Window) -> tuple[Ints, Ints]:
        """People who join a system in the window, and when; in order of time."""
        p = np.arange(len(self.people), dtype=np.int64)
        return _in_order(p, self.joined(system, p), window)

    def doubled(self, system: str, p: Ints) -> Flags:
        """Whether a person is to be entered into a system a second time."""
        return self.draws.happens(f"{system} double", p, DOUBLE_SHARES[system])

    def doubles(self, system: str, window: Window) -> tuple[Ints, Ints]:
        """People who are entered a second time in the window, and when."""
        everyone = np.arange(len(self.people), dtype=np.int64)
        p = everyone[self.doubled(system, everyone)]
        later = clock.HOUR + self.draws.below(f"{system} doubled after", p, 200 * clock.DAY)
        return _in_order(p, self.joined(system, p) + later, window)

    def guest_only(self, p: Ints) -> Flags:
        """Whether a buyer never makes an account in the shop."""
        return self.draws.happens("guest only", p, GUESTS_ONLY_SHARE)


def _in_order(p: Ints, times: Ints, window: Window) -> tuple[Ints, Ints]:
    inside = window.holds(times)
    p, times = p[inside], times[inside]
    order = np.argsort(times, kind="stable")
    return p[order], times[order]


def some(generator: np.random.Generator, rows: Ints, share: float, at_least: int = 0) -> Ints:
    """A share of rows, in order; the part of a row that is left over is drawn."""
    wanted = len(rows) * share
    count = int(wanted) + (1 if generator.random() < wanted % 1 else 0)
    count = min(max(count, at_least), len(rows) // 4)
    return np.sort(generator.choice(rows, count, replace=False)) if count else rows[:0]
