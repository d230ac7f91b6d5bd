"""What the company keeps in HubSpot: contacts with doubles and merges, companies, deals won and lost."""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import causes, clock, names, slips
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.people import People
from crm360.connectors.sandbox.company.roster import NEVER, Roster, Window, some
from crm360.connectors.sandbox.company.table import DELETED, LIVE, MERGED, VANISHED, Table

STAGES = [
    ("appointmentscheduled", "Appointment scheduled", 0.2), ("qualifiedtobuy", "Qualified to buy", 0.4),
    ("presentationscheduled", "Presentation scheduled", 0.6),
    ("decisionmakerboughtin", "Decision maker bought in", 0.8),
    ("contractsent", "Contract sent", 0.9), ("closedwon", "Closed won", 1.0), ("closedlost", "Closed lost", 0.0),
]  # fmt: skip
WON, LOST = 5, 6
LOST_REASONS = [
    "Too expensive", "Went with another vendor", "No budget", "No decision", "Missing feature", "Bad timing",
    "No reply",
]  # fmt: skip
OWNERS = 7

_EDITS = [
    (slips.NO_PHONE, 0), (slips.OLD_EMAIL, 0), (slips.NO_ADDRESS, 0), (slips.OLD_ADDRESS, 0), (slips.TYPO_LAST, 0),
    (slips.OLD_PHONE, 0), (slips.NICKNAME, slips.NICKNAME), (slips.OLD_ADDRESS, slips.OLD_ADDRESS),
]  # fmt: skip


def edit(generator: np.random.Generator, table: Table, rows: Ints, window: Window) -> None:
    """Correct an error of each record, or bring a new one in, or else change something that is no error."""
    kinds = generator.integers(0, 2 * len(_EDITS), len(rows))
    flags = table["slips"][rows]
    before = flags.copy()
    doubled = flags & (slips.HAS_DOUBLE | slips.IS_DOUBLE) > 0
    for kind, (bit, value) in enumerate(_EDITS):
        # The two records of one person keep apart by their addresses.
        may = (kinds == kind) & ~(doubled & (bit == slips.OLD_EMAIL))
        flags = np.where(may, (flags & ~bit) | value, flags)
    table["slips"][rows] = flags
    table["edition"][rows] += flags == before
    moments = window.moments(generator, len(rows))
    table.touch(rows, np.maximum(generator.permutation(moments), table["changed"][rows] + table.tick))


class Pipeline:
    """The tables of the pipeline.

    contacts: person, slips, edition, double (row of the first record of the same person, else -1).
    companies: employer, slips, edition, double. deals: person, contact (row), employer, turn, stage, ends, outcome.
    """

    def __init__(self, draws: Draws, people: People, roster: Roster) -> None:
        self.draws, self.people, self.roster = draws, people, roster
        self.contacts = Table(20_001, tick=1, person=np.int32, slips=np.int32, edition=np.uint16, double=np.int32)
        self.companies = Table(9_000_001, tick=1, employer=np.int32, slips=np.int32, edition=np.uint16, double=np.int32)
        self.deals = Table(
            50_000_001, tick=1, person=np.int32, contact=np.int32, employer=np.int32, turn=np.uint8, stage=np.uint8,
            edition=np.uint16, ends=np.int64, outcome=np.uint8,
        )  # fmt: skip
        self.contact_of = np.zeros(0, dtype=np.int32)
        self.lists: dict[str, tuple[str, str, set[int]]] = {}
        """HubSpot's lists that somebody made by the API: id → name, kind, and the contacts (ids) in it."""
        self.joined: dict[int, tuple[int, str, int, str, int]] = {}
        """Salesforce's campaign members made by the API: number → campaign, stream and row, status, when."""
        self.left: dict[int, int] = {}
        """Campaign members that somebody deleted by the API: number → when."""

    def pass_time(self, window: Window) -> None:
        """Let everything happen that happens in the window."""
        first = window.after == 0
        if first:
            self._found_companies(window)
        self._new_contacts(window)
        self._new_deals(window)
        self._move_deals(window)
        generator = self.draws.night("hubspot", window.day)
        if first:
            self._past(generator, window)
        else:
            self._night(generator, window)

    def _found_companies(self, window: Window) -> None:
        employers = np.arange(self.people.employers, dtype=np.int64)
        span = window.until - clock.HISTORY_START
        created = clock.HISTORY_START + np.sort(self.draws.below("company", employers, span // 2))
        self.companies.add(created, employer=employers, double=-1)
        twice = employers[self.draws.happens("company double", employers, 0.06)]
        later = np.sort(clock.HISTORY_START + span // 2 + self.draws.below("company again", twice, span // 2))
        self.companies.add(later, employer=twice, double=twice, slips=slips.IS_DOUBLE)

    def _new_contacts(self, window: Window) -> None:
        p, times = self.roster.newcomers("hubspot", window)
        flags = slips.drawn(self.draws, self.people, "hubspot", p, slips.BY_HAND)
        twice = self.roster.doubled("hubspot", p)
        flags = np.where(twice, (flags | slips.HAS_DOUBLE) & ~slips.OLD_EMAIL, flags)
        again, later = self.roster.doubles("hubspot", window)
        second = slips.drawn(self.draws, self.people, "hubspot again", again, slips.BY_HAND)
        kept_apart = slips.ROLE_EMAIL | slips.FAMILY_EMAIL | slips.NO_EMAIL | slips.WORK_EMAIL | slips.TYPO_EMAIL
        second = (second & ~kept_apart) | slips.IS_DOUBLE | slips.OLD_EMAIL
        order = np.argsort(np.r_[times, later], kind="stable")
        person = np.r_[p, again][order]
        rows = self.contacts.add(
            np.r_[times, later][order], person=person, slips=np.r_[flags, second][order], double=-1
        )
        self.contact_of = np.r_[
            self.contact_of, np.full(len(self.people) - len(self.contact_of), -1, dtype=np.int32)
        ].astype(np.int32)
        is_double = self.contacts["slips"][rows] & slips.IS_DOUBLE > 0
        self.contact_of[person[~is_double]] = rows[~is_double]
        self.contacts["double"][rows[is_double]] = self.contact_of[person[is_double]]

    def deal_times(self, p: Ints, turn: int) -> Ints:
        """When the turn-th deal with each person begins; NEVER for those who have none."""
        draws = self.draws
        employed = self.people.employer[p] >= 0
        share = np.where(employed, (0.5, 0.2, 0.08)[turn], (0.12, 0.03, 0.01)[turn])
        wait = (draws.unit(f"deal {turn} wait", p) * (40 + 200 * turn) * clock.DAY).astype(np.int64)
        begins = self.roster.joined("hubspot", p) + clock.HOUR + wait
        share = share * causes.deals_of(draws, p)
        return np.where((draws.unit(f"deal {turn}", p) < share) & (self.contact_of[p] >= 0), begins, NEVER)

    def _new_deals(self, window: Window) -> None:
        p = np.flatnonzero(self.contact_of >= 0)
        found = []
        for turn in range(3):
            times = self.deal_times(p, turn)
            inside = window.holds(times)
            found.append(np.stack([times[inside], p[inside], np.full(inside.sum(), turn)]))
        times, person, turns = np.concatenate(found, axis=1)
        order = np.argsort(times, kind="stable")
        times, person, turns = times[order], person[order], turns[order]
        key = person * 4 + turns
        lasts = clock.DAY * 15 + (self.draws.unit("deal lasts", key) * 100 * clock.DAY).astype(np.int64)
        outcome = causes.deal_outcome(self.draws, key, person, OWNERS)
        self.deals.add(
            times, person=person, contact=self.contact_of[person], employer=self.people.employer[person], turn=turns,
            ends=times + lasts, outcome=np.array([WON, LOST, 0])[outcome],
        )  # fmt: skip

    def _move_deals(self, window: Window) -> None:
        """An open deal moves on from stage to stage; at the end it is won, lost or left where it is."""
        deals = self.deals
        open_deals = np.flatnonzero((deals["stage"] < WON) & (deals["state"] == LIVE))
        left, ends = self.stages_left(open_deals), deals["ends"][open_deals]
        passed = (left <= window.until).sum(axis=1)
        outcome = deals["outcome"][open_deals]
        stage = np.where(passed < WON, passed, np.where(outcome >= WON, outcome, WON - 1))
        moved = stage != deals["stage"][open_deals]
        rows = open_deals[moved]
        deals["stage"][rows] = stage[moved]
        entered = left[np.arange(len(left)), np.clip(passed - 1, 0, WON - 2)]
        deals.touch(rows, np.where(stage >= WON, ends, entered)[moved])

    def stages_left(self, rows: Ints) -> Ints:
        """When deals leave, or will leave, each of their open stages."""
        deals = self.deals
        key = deals["person"][rows].astype(np.int64) * 4 + deals["turn"][rows]
        created, ends = deals["created"][rows], np.maximum(deals["ends"][rows], deals["created"][rows])
        return causes.stages_left(self.draws, key, deals["outcome"][rows] == LOST, created, ends)

    def stages_entered(self, rows: Ints) -> Ints:
        """When deals came into each stage, one row a deal and a column a stage; NEVER for those they were not in."""
        deals = self.deals
        left, stage = self.stages_left(rows), deals["stage"][rows].astype(np.int64)[:, None]
        ends = np.maximum(deals["ends"][rows], deals["created"][rows])[:, None]
        opened = np.concatenate([deals["created"][rows][:, None], left[:, :-1]], axis=1)
        place = np.arange(WON)[None, :]
        opened = np.where((place <= stage) & ((opened < ends) | (place == 0) | (stage != LOST)), opened, NEVER)
        return np.concatenate([opened, *(np.where(stage == end, ends, NEVER) for end in (WON, LOST))], axis=1)

    def _past(self, generator: np.random.Generator, window: Window) -> None:
        """Two years of corrections, deletions and merges, as they stand when the first night comes."""
        for table in (self.contacts, self.companies):
            rows = table.live()
            edited = rows[generator.random(len(rows)) < 0.7]
            age = window.until - table["created"][edited]
            table.touch(
                edited, table["created"][edited] + (generator.random(len(edited)) ** 0.7 * age).astype(np.int64)
            )
            table["edition"][edited] = generator.integers(1, 6, len(edited))
            double = np.flatnonzero(table["double"] >= 0)
            early = double[generator.random(len(double)) < 0.4]
            # Until 2025 the first record kept its id; since then a merge makes a new record.
            for loser in early.tolist():
                ago = int(generator.random() * (window.until - int(table["created"][loser])))
                self.merge(table, int(table["double"][loser]), loser, window.until - ago, True)
        for table, share in ((self.contacts, 0.02), (self.companies, 0.01), (self.deals, 0.01)):
            rows = some(generator, table.live(), share)
            age = window.until - table["changed"][rows]
            table.end(rows, window.until - (generator.random(len(rows)) * age).astype(np.int64), DELETED)

    def _night(self, generator: np.random.Generator, window: Window) -> None:
        contacts, companies, deals = self.contacts, self.companies, self.deals
        for table, share in ((contacts, 0.01), (companies, 0.008)):
            rows = table.live()
            edit(generator, table, some(generator, rows[table["created"][rows] <= window.after], share, 1), window)
        for table, share, at_least in ((contacts, 0.03, 1), (companies, 0.03, 0)):
            first = np.maximum(table["double"], 0)
            pair = (table["double"] >= 0) & (table["state"] == LIVE)
            if len(first):
                pair &= (table["state"][first] == LIVE) & (table["created"] <= window.after)
            losers = some(generator, np.flatnonzero(pair), share, at_least)
            for loser, when in zip(losers.tolist(), window.moments(generator, len(losers)).tolist(), strict=True):
                self.merge(table, int(table["double"][loser]), loser, when)
        for table, share, at_least in ((contacts, 0.0006, 1), (companies, 0.0004, 0), (deals, 0.0006, 0)):
            rows = table.live()
            gone = some(generator, rows[table["changed"][rows] <= window.after], share, at_least)
            table.end(gone, window.moments(generator, len(gone)), DELETED)
        back = some(
            generator, np.flatnonzero((contacts["state"] == DELETED) & (contacts["gone"] <= window.after)), 0.01
        )
        contacts["state"][back] = LIVE
        contacts["gone"][back] = 0
        contacts.touch(back, window.moments(generator, len(back)))
        erased = some(generator, contacts.live(), 0.0002)
        contacts.end(erased, window.moments(generator, len(erased)), VANISHED)

    def merge(self, table: Table, winner: int, loser: int, when: int, keep_winner: bool = False) -> int:
        """Merge two rows and return the row that is left: a new one of both, as HubSpot does since 2025, or the winner.

        Rule: developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies.
        """
        left, losers = winner, [loser]
        if not keep_winner:
            values = {name: table[name][winner] for name in table.own_columns if name != "double"}
            if "double" in table.own_columns:
                values["double"] = -1
            if "slips" in values:
                values["slips"] = int(values["slips"]) & ~(slips.HAS_DOUBLE | slips.IS_DOUBLE)
            left = int(table.add(np.array([table["created"][winner]]), **values)[0])
            if winner in table.overrides:
                table.overrides[left] = dict(table.overrides[winner])
            losers = [winner, loser]
            if table is self.contacts and 0 <= table["person"][winner] < len(self.contact_of):
                self.contact_of[table["person"][winner]] = left
            if table is self.companies:
                self._tell_staff(int(table["employer"][winner]), when)
        rows = np.array(losers)
        table.end(rows, when, MERGED)
        table["merged_into"][rows] = left
        table.touch(np.array([left]), max(when, int(table["changed"][left]) if keep_winner else when))
        return left

    def _tell_staff(self, employer: int, when: int) -> None:
        """The people of a company that was merged belong to another record now, and so have changed."""
        person = self.contacts["person"]
        works = (self.people.employer[np.maximum(person, 0)] == employer) & (person >= 0)
        rows = np.flatnonzero(works & (self.contacts["state"] == LIVE))
        self.contacts.touch(rows, np.maximum(self.contacts["changed"][rows], when))

    def standing(self, table: Table, row: int) -> int:
        """The row that a row was merged into, at the end of the chain; itself if it was not."""
        while row >= 0 and table["state"][row] == MERGED:
            row = int(table["merged_into"][row])
        return row


def owner_ids() -> list[int]:
    return [51_000_001 + 17 * number for number in range(OWNERS)]


def owner_names(draws: Draws) -> list[tuple[str, str]]:
    """First and last names of the sales people."""
    number = np.arange(OWNERS, dtype=np.int64)
    english = names.COUNTRIES[2]
    first = draws.below("owner first", number, len(english.women)).tolist()
    last = draws.below("owner last", number, len(english.last)).tolist()
    pool = [english.women, english.men]
    return [
        (pool[n % 2][f % len(pool[n % 2])], english.last[la]) for n, (f, la) in enumerate(zip(first, last, strict=True))
    ]
