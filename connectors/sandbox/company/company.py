"""The simulated company: the same people in four systems, the same for the same (seed, people, day)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crm360.connectors.sandbox.company import clock, people
from crm360.connectors.sandbox.company.ads import Ads
from crm360.connectors.sandbox.company.advertising import Advertising
from crm360.connectors.sandbox.company.clock import Moment
from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.disputes import Disputes
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.engagements import Engagements
from crm360.connectors.sandbox.company.mail import Mailing
from crm360.connectors.sandbox.company.opinions import Opinions
from crm360.connectors.sandbox.company.pipeline import Pipeline
from crm360.connectors.sandbox.company.roster import Roster, Window
from crm360.connectors.sandbox.company.shopping import Shop
from crm360.connectors.sandbox.company.subscribing import Subscriptions
from crm360.connectors.sandbox.company.support import Desk
from crm360.connectors.sandbox.company.table import DELETED, LIVE, VANISHED, Table
from crm360.connectors.sandbox.company.till import Till
from crm360.connectors.sandbox.company.truth import Truth
from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.sandbox.vendors.fake import Fake
from crm360.connectors.sandbox.vendors.identifiers import record_ids, row_by_id

NEWCOMERS_A_NIGHT = 0.0016
"""New people a night, as a share of those the company started with."""


class Company:
    """The whole simulated company on one day.

    people: how many people it starts with; day: nights that have passed since 2026-07-01. All times are UTC.
    answers_in_hubspot: whether HubSpot, too, has the tickets that it answers in Zendesk, and HubSpot and Salesforce the
    orders, opinions, letters and meetings that it keeps elsewhere.
    fakes: the vendors' fakes, which each say what of the company they show.
    A test may change records while pages are pulled; every method takes the lock that the server takes for a page.
    """

    fakes: Mapping[str, Fake] = FAKES

    def __init__(self, people: int = 2_000, seed: int = 7, day: int = 0, *, answers_in_hubspot: bool = False) -> None:
        if people < 1 or day < 0:
            raise ValueError(f"A company needs at least one person and no negative day, not {people} and {day}.")
        self.size, self.seed, self.first_day = people, seed, day
        self.answers_in_hubspot = answers_in_hubspot
        self.lock = threading.RLock()
        self.on_page: Callable[[str], None] | None = None
        """Called with the path after each page that was served; what it changes, the next page shows."""
        self.generation = 0
        self.reset()

    def reset(self) -> None:
        """Be as at the start again."""
        with self.lock:
            self._found()
            self.go_to(self.first_day)

    def _found(self) -> None:
        self.generation += 1
        self.also_associated: dict[tuple[str, str, int], list[int]] = {}
        """More of what HubSpot's records belong to, by kind, other kind and id: a test says so."""
        self.draws = Draws(self.seed)
        self.people = people.People(self.draws, max(self.size // people.PEOPLE_PER_EMPLOYER, 1))
        self.people.add(people.first_meetings(self.draws, self.size))
        roster = Roster(self.draws, self.people)
        self.pipeline = Pipeline(self.draws, self.people, roster)
        self.shop = Shop(self.draws, self.people, roster)
        self.disputes = Disputes(self.draws, self.shop)
        self.subscribing = Subscriptions(self.draws, self.shop)
        self.mailing = Mailing(self.draws, self.people, roster)
        self.desk = Desk(self.draws, self.people, roster)
        self.engagements = Engagements(self.draws, self.pipeline)
        self.opinions = Opinions(self.draws, self.shop, self.desk)
        self.till = Till(self.draws, self.pipeline, self.shop.goods)
        self.ads = Ads()
        self.advertising = Advertising(self.draws)
        self._tables = {
            (vendor, stream): table
            for vendor, fake in self.fakes.items()
            for stream, table in fake.streams(self).items()
        }
        self.day = 0
        self._pass(Window(0, 0, clock.horizon(0)))

    def go_to(self, day: int) -> None:
        """Let nights pass until it is this day; an earlier day starts the company anew."""
        with self.lock:
            if day < 0:
                raise ValueError(f"There is no day {day}.")
            if day < self.day:
                self._found()
            while self.day < day:
                self.day += 1
                window = Window(self.day, clock.horizon(self.day - 1), clock.horizon(self.day))
                generator = self.draws.night("newcomers", self.day)
                count = generator.poisson(self.size * NEWCOMERS_A_NIGHT)
                self.people.add(window.moments(generator, count))
                self._pass(window)

    def _pass(self, window: Window) -> None:
        parts = (
            self.pipeline, self.shop, self.disputes, self.subscribing, self.mailing, self.desk, self.engagements,
            self.opinions, self.till, self.advertising,
        )  # fmt: skip
        for part in parts:
            part.pass_time(window)

    @property
    def now(self) -> int:
        """The moment that it is: 02:00 UTC of the day, in milliseconds since 1970."""
        return clock.night(self.day)

    @property
    def revision(self) -> int:
        """Another number whenever any record may be another."""
        return sum(table.revision for table in self.tables().values()) + (self.generation << 40) + (self.day << 32)

    def tables(self) -> dict[tuple[str, str], Table]:
        """The table behind each stream of records that can change; a copy is up to date when `table` gave it."""
        return self._tables

    def truth(self) -> Truth:
        """What a complete and correct copy of all systems would hold now."""
        return Truth(self)

    def table(self, system: str, stream: str) -> Table:
        """Raises KeyError for a stream that there is not."""
        table = self.tables().get((system, stream))
        if table is None:
            raise KeyError(f"The sandbox has no stream {system}/{stream} that can change.")
        if isinstance(table, Copy):
            table.follow()
        return table

    def find(self, system: str, stream: str, record_id: str | int) -> tuple[Table, int]:
        """The table and the row of a record. Raises KeyError where there is none."""
        table = self.table(system, stream)
        row = row_by_id(self, system, stream, record_id)
        if row is None:
            raise KeyError(f"{system}/{stream} has no record {record_id}.")
        return table, row

    def touch(
        self,
        system: str,
        stream: str,
        record_id: str | int,
        when: Moment | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        """Change a record at a moment (default: now). fields replace those of the record as the vendor sends it
        (for HubSpot: its properties); without any, something of the record is another."""
        with self.lock:
            table, row = self.find(system, stream, record_id)
            if fields:
                table.overrides[row] = table.overrides.get(row, {}) | dict(fields)
            elif "edition" in table.own_columns:
                table["edition"][row] += 1
            table.touch(np.array([row]), self.now if when is None else clock.moment(when))

    def insert(
        self, system: str, stream: str, when: Moment | None = None, fields: Mapping[str, Any] | None = None,
        person: int | None = None, **columns: int,
    ) -> str:  # fmt: skip
        """Add a record that is created and changed at a moment (default: now), and return its id.

        person: the number of the person behind it; None adds a new person. columns: numbers of the stream's table.
        """
        with self.lock:
            table = self.table(system, stream)
            if isinstance(table, Copy):
                raise ValueError(f"{system}/{stream} copies another system's records: insert there.")
            at = self.now if when is None else clock.moment(when)
            if "person" in table.own_columns:
                if person is None:
                    person = int(self.people.add(np.array([at], dtype=np.int64))[0])
                columns["person"] = person
            for name in ("customer", "double", "contact"):
                if name in table.own_columns:
                    columns.setdefault(name, -1)
            row = int(table.add(np.array([at], dtype=np.int64), **columns)[0])
            if fields:
                table.overrides[row] = dict(fields)
            return record_ids(self, system, stream, np.array([row]))[0]

    def delete(
        self, system: str, stream: str, record_id: str | int, when: Moment | None = None, vanish: bool = False
    ) -> None:
        """Delete a record the way the vendor does, or (vanish) without a trace."""
        with self.lock:
            table, row = self.find(system, stream, record_id)
            at, rows = self.now if when is None else clock.moment(when), np.array([row])
            if vanish:
                table.end(rows, at, VANISHED)
            elif isinstance(table, Copy):
                if table.shows:
                    table.touch(rows, at)
                table.end(rows, at, DELETED)
            elif table in (self.shop.orders, self.shop.products):
                self.shop.destroy(table, rows, np.array([at]))
            else:
                if system in ("zendesk", "mailchimp"):
                    # These two show a deletion as a change of the record.
                    table.touch(rows, at)
                table.end(rows, at, VANISHED if table is self.shop.customers else DELETED)

    def restore(self, system: str, stream: str, record_id: str | int, when: Moment | None = None) -> None:
        """Bring a deleted record back, changed at a moment."""
        with self.lock:
            table, row = self.find(system, stream, record_id)
            table["state"][row], table["gone"][row] = LIVE, 0
            table.touch(np.array([row]), self.now if when is None else clock.moment(when))

    def merge(
        self, stream: str, winner: str | int, loser: str | int, when: Moment | None = None, keep_winner: bool = False
    ) -> str:
        """Merge two HubSpot records and return the id of the one that is left: a new one, or the winner's if
        it is kept."""
        with self.lock:
            table, row = self.find("hubspot", stream, winner)
            _, lost = self.find("hubspot", stream, loser)
            at = self.now if when is None else clock.moment(when)
            return str(table.ids(np.array([self.pipeline.merge(table, row, lost, at, keep_winner)]))[0])

    def share_timestamp(self, system: str, stream: str, count: int, when: Moment) -> list[str]:
        """Let the first `count` live records all have changed at one moment; returns their ids."""
        with self.lock:
            table = self.table(system, stream)
            rows: Ints = table.live()[:count]
            if len(rows) < count:
                raise ValueError(f"{system}/{stream} has {len(rows)} live records, not {count}.")
            at = clock.moment(when)
            table["created"][rows] = np.minimum(table["created"][rows], at)
            table.touch(rows, at)
            return record_ids(self, system, stream, rows)
