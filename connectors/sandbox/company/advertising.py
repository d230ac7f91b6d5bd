"""What the company advertises: campaigns, what each cost on each day, and what came of it. The same on each network.

A day's figures are restated: results come in for a week, and clicks that were none are credited after two days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Draws
from crm360.connectors.sandbox.company.roster import Window
from crm360.connectors.sandbox.company.table import Table

AT_FIRST = 14
APART = 48 * clock.DAY
GOES_ON = 3  # every third campaign has no end
LASTS = 90  # days
NAMES = ("Coffee lovers", "Gifts", "New here", "Come back", "Summer", "Machines", "Beans by post")
RESULTS_COME_IN, CREDITED_AFTER = 7, 2  # days
_DAYS = 1_000_000  # more than there are days


class Account(NamedTuple):
    """An account on a network. The campaigns are shared out among a network's accounts."""

    number: str
    name: str
    currency: str
    zone: str


ACCOUNTS = {
    "meta_ads": (
        Account("1029384756", "The shop", "EUR", "Europe/Vienna"),
        Account("5647382910", "The shop overseas", "GBP", "America/New_York"),
    ),
    "google_ads": (
        Account("1000000001", "The shop", "EUR", "Europe/Vienna"),
        Account("1000000003", "The shop overseas", "GBP", "Pacific/Auckland"),
    ),
    "linkedin_ads": (
        Account("507000001", "The shop", "EUR", "UTC"),
        Account("507000002", "The shop overseas", "GBP", "UTC"),
    ),
}


class Day(NamedTuple):
    """A campaign's figures of a day, in hundredths of the account's currency."""

    row: int
    day: date
    cents: int
    impressions: int
    clicks: int
    results: int


class Advertising:
    """campaigns: edition."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws
        self.campaigns = Table(120_210_000_000_000_001, 10, edition=np.uint16)
        self.without_a_role: set[str] = set()
        """LinkedIn's accounts in which the login has no role any more: a test says so."""

    def pass_time(self, window: Window) -> None:
        """Some campaigns at first; later now and then a new one, and one that is changed."""
        if not len(self.campaigns):
            self.campaigns.add(clock.HISTORY_START + np.arange(AT_FIRST, dtype=np.int64) * APART)
            return
        generator = self.draws.night("advertising", window.day)
        if generator.random() < 0.2:
            self.campaigns.add(window.moments(generator, 1))
        if generator.random() < 0.4:
            row = generator.integers(0, len(self.campaigns), 1)
            self.campaigns["edition"][row] += 1
            self.campaigns.touch(row, window.moments(generator, 1))

    def title(self, row: int) -> str:
        """What a campaign is called."""
        again = f" {row // len(NAMES) + 1}" if row >= len(NAMES) else ""
        changed = int(self.campaigns["edition"][row])
        return f"{NAMES[row % len(NAMES)]}{again}" + (f" (v{changed + 1})" if changed else "")

    def account(self, network: str, row: int) -> Account:
        """The account that a campaign is in."""
        accounts = ACCOUNTS[network]
        return accounts[row % len(accounts)]

    def begins(self, row: int) -> date:
        """The day on which a campaign began."""
        return clock.naive(int(self.campaigns["created"][row])).date()

    def today(self, account: Account, now: int) -> date:
        """The day that it is in the account's time zone."""
        return datetime.fromtimestamp(now / clock.SECOND, UTC).astimezone(ZoneInfo(account.zone)).date()

    def days(self, network: str, account: Account, first: date, last: date, now: int) -> Iterator[Day]:
        """The figures of an account's campaigns, by day and campaign; nothing of days on which nothing was shown."""
        today = self.today(account, now)
        day = first
        while day <= min(last, today):
            for row in range(len(self.campaigns)):
                if self.account(network, row) == account:
                    yield from self._day(network, row, day, (today - day).days)
            day += timedelta(days=1)

    def _day(self, network: str, row: int, day: date, age: int) -> Iterator[Day]:
        running = (day - self.begins(row)).days
        if running < 0 or (row % GOES_ON and running >= LASTS):
            return
        key = np.array([row * _DAYS + day.toordinal()], dtype=np.int64)
        shown, rate, price, worth = (float(self.draws.unit(f"{network} {what}", key)[0]) for what in
                                     ("shown", "clicked", "price", "results"))  # fmt: skip
        if shown < 0.03:
            return
        impressions = int(400 + 3_000 * shown) // (10 if age == 0 else 1)
        clicks = int(impressions * (0.01 + 0.03 * rate))
        cents = int(clicks * (25 + 60 * price))
        if age >= CREDITED_AFTER:
            cents -= cents // 40
        results = int(clicks * 0.2 * worth * min(1.0, (age + 1) / RESULTS_COME_IN))
        yield Day(row, day, cents, impressions, clicks, results)
