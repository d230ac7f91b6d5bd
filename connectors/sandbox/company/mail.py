"""What the company does in Mailchimp: an audience, a campaign each fortnight, what became of every mail."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import causes, clock, slips
from crm360.connectors.sandbox.company.draws import Draws, Flags, Ints
from crm360.connectors.sandbox.company.people import People
from crm360.connectors.sandbox.company.roster import Roster, Window, some
from crm360.connectors.sandbox.company.table import DELETED, LIVE, VANISHED, Table

SUBSCRIBED, UNSUBSCRIBED, CLEANED, PENDING = range(4)
STATUSES = ["subscribed", "unsubscribed", "cleaned", "pending"]
LIST_NAME = "Newsletter"
FORTNIGHT = 14 * clock.DAY
FIRST_CAMPAIGN = clock.HISTORY_START + 8 * clock.DAY + 6 * clock.HOUR
READING_TIME = 96 * clock.HOUR
TRACED_SINCE = clock.FIRST_NIGHT - 6 * 7 * clock.DAY
SUBJECTS = [
    "New in the shop", "Staff picks", "A letter from the roastery", "Members' offer", "Back in stock",
    "Ten percent off",
    "What we are reading", "Last days of the sale", "Gift ideas", "Meet the makers", "A table set for friends",
    "Slow mornings",
]  # fmt: skip
REASONS = ["NORMAL", "NORMAL", "NORMAL", "I no longer want to receive these emails", "I never signed up"]


def hex_id(draws: Draws, name: str, number: int, length: int = 10) -> str:
    """A Mailchimp id: hexadecimal, the same for the same company."""
    return hashlib.md5(f"{draws.seed} {name} {number}".encode(), usedforsecurity=False).hexdigest()[:length]


def campaign_title(campaign: int, sent: int) -> str:
    """What the campaign of this number, sent at a moment (ms), is called."""
    return f"{SUBJECTS[campaign % len(SUBJECTS)]}, {clock.naive(sent).strftime('%B %Y')}"


class Activity(NamedTuple):
    """What the members who were sent one campaign did with it. Times in ms, 0 for never; opens counts the openings."""

    rows: Ints
    opened: Ints
    opens: Ints
    clicked: Ints
    bounced: Ints
    left: Ints


class Mailing:
    """members: person, slips, edition, status, left (ms at which they unsubscribed or were cleaned, or will have).

    traces, of the newest campaigns: campaign, member (row), edition, opened, clicked, bounced (ms, 0 for never).
    """

    def __init__(self, draws: Draws, people: People, roster: Roster) -> None:
        self.draws, self.people, self.roster = draws, people, roster
        self.members = Table(
            0, person=np.int32, slips=np.int32, edition=np.uint16, status=np.uint8, left=np.int64, becomes=np.uint8
        )
        self.traces = Table(
            200_001, campaign=np.int16, member=np.int32, edition=np.uint16, opened=np.int64, clicked=np.int64,
            bounced=np.int64,
        )  # fmt: skip
        self.list_id = hex_id(draws, "list", 0)
        self.until = 0
        self.tags: dict[int, tuple[str, set[int]]] = {}
        """Tags that somebody made by the API: id → name, and the members (rows) who have it."""
        self.lists: dict[str, tuple[str, set[int]]] = {"Lst000": ("Win back", set())}
        """Klaviyo's lists: id → name, and the profiles (rows) in it."""
        self._last: tuple[int, int, Activity] | None = None
        self._rows: tuple[tuple[int, int, int], dict[str, int]] = ((-1, 0, 0), {})

    def pass_time(self, window: Window) -> None:
        """Let everything happen that happens in the window."""
        self.until = window.until
        members, draws = self.members, self.draws
        p, times = self.roster.newcomers("mailchimp", window)
        flags = slips.drawn(draws, self.people, "mailchimp", p, slips.FORM)
        leaves = draws.chosen("newsletter end", p, [0.78, 0.16, 0.06])
        # People leave with a mail in hand: at the n-th campaign after they joined.
        nth = np.where(leaves == CLEANED, 0, draws.below("leaves after", p, 20))
        mail = np.maximum(-(-(times - FIRST_CAMPAIGN) // FORTNIGHT), 0) + nth
        left = FIRST_CAMPAIGN + mail * FORTNIGHT + clock.MINUTE + draws.below("leaves at", p, 40 * clock.HOUR)
        left = np.where(leaves == SUBSCRIBED, 0, left // 1000 * 1000)
        pending = draws.happens("never confirmed", p, 0.015)
        status = np.where(pending, PENDING, SUBSCRIBED)
        members.add(times, person=p, slips=flags, left=np.where(pending, 0, left), becomes=leaves, status=status)
        gone = np.flatnonzero(window.holds(members["left"]) & (members["state"] == LIVE))
        members["status"][gone] = members["becomes"][gone]
        members.touch(gone, members["left"][gone])
        generator = draws.night("mailchimp", window.day)
        rows = members.live()
        if window.after == 0:
            old = some(generator, rows, 0.02)
            age = window.until - members["changed"][old]
            when = members["changed"][old] + (generator.random(len(old)) * age).astype(np.int64)
            members.touch(old, when)
            members.end(old, when, DELETED)
            self._trace(window)
            return
        rows = rows[members["created"][rows] <= window.after]
        edited = some(generator, rows, 0.004, 1)
        members["edition"][edited] += 1
        members.touch(edited, window.moments(generator, len(edited)))
        archived = some(generator, rows[members["left"][rows] == 0], 0.0005)
        when = window.moments(generator, len(archived))
        members.touch(archived, when)
        members.end(archived, when, DELETED)
        self._new_addresses(generator, rows, window)
        self._trace(window)

    def _trace(self, window: Window) -> None:
        """A trace for each mail of the campaigns since TRACED_SINCE, and what became of it."""
        traces = self.traces
        for number in self.campaigns().tolist():
            sent = self.sent_at(number)
            if sent < TRACED_SINCE or sent <= window.after - FORTNIGHT:
                continue
            now = self.activity(number)
            if sent > window.after:
                traces.add(np.full(len(now.rows), sent), campaign=number, member=now.rows)
            rows = np.flatnonzero(traces["campaign"] == number)
            rows = rows[np.isin(traces["member"][rows], now.rows)]
            at = np.searchsorted(now.rows, traces["member"][rows])
            for name in ("opened", "clicked", "bounced"):
                traces[name][rows] = getattr(now, name)[at]
            latest = np.max([traces[name][rows] for name in ("changed", "opened", "clicked", "bounced")], axis=0)
            traces.touch(rows, latest)

    def _new_addresses(self, generator: np.random.Generator, rows: Ints, window: Window) -> None:
        """A new address makes a new member, for the id is made of it; the old one vanishes, and so do a few others."""
        members = self.members
        old = rows[(members["slips"][rows] & slips.OLD_EMAIL > 0) & (members["status"][rows] == SUBSCRIBED)]
        moving = some(generator, old[members["state"][old] == LIVE], 0.006, 1)
        when = window.moments(generator, len(moving))
        kept = {name: members[name][moving] for name in members.own_columns}
        kept["slips"] = kept["slips"] & ~slips.OLD_EMAIL
        members.end(moving, when, VANISHED)
        new = members.add(when, **kept)
        members["created"][new] = members["created"][moving]
        erased = some(generator, rows[members["state"][rows] == LIVE], 0.0002)
        members.end(erased, window.moments(generator, len(erased)), VANISHED)

    def emails(self, rows: Ints) -> list[str]:
        """The addresses of members; everybody in the audience has one."""
        members = self.members
        people = self.people.written(members["person"][rows].astype(np.int64))
        flags = (members["slips"][rows] & ~(slips.NO_EMAIL | slips.ROLE_EMAIL)).tolist()
        said = members.overrides
        return [
            said.get(row, {}).get("email_address") or slips.email(person, flag) or f"member{row}@example.com"
            for row, person, flag in zip(rows.tolist(), people, flags, strict=True)
        ]

    def row_of(self, address: str) -> int | None:
        """The member with this address, in small letters; None where nobody who is still there has it."""
        now = (self.members.count, self.until, len(self.members.overrides))
        if self._rows[0] != now:
            rows = self.members.live()
            told = zip(self.emails(rows), rows.tolist(), strict=True)
            self._rows = (now, {email.lower(): row for email, row in told})
        row = self._rows[1].get(address)
        return row if row is not None and self.members["state"][row] == LIVE else None

    def campaigns(self) -> Ints:
        """The numbers of the campaigns that have been sent, oldest first."""
        return np.arange(max(0, (self.until - FIRST_CAMPAIGN) // FORTNIGHT + 1), dtype=np.int64)

    def sent_at(self, campaign: int) -> int:
        return FIRST_CAMPAIGN + campaign * FORTNIGHT

    def activity(self, campaign: int) -> Activity:
        """Everybody who was sent a campaign, in order of rows, and what they had done with it until now."""
        if self._last is None or self._last[:2] != (campaign, self.members.revision):
            self._last = (campaign, self.members.revision, self._activity(campaign))
        return self._last[2]

    def _activity(self, campaign: int) -> Activity:
        members, draws, sent = self.members, self.draws, self.sent_at(campaign)
        reached: Flags = (members["created"] < sent) & (members["status"] != PENDING) & (members["state"] != VANISHED)
        reached &= (members["left"] == 0) | (members["left"] > sent)
        reached &= (members["state"] == LIVE) | (members["gone"] > sent)
        rows = np.flatnonzero(reached)
        person = members["person"][rows].astype(np.int64)
        key = np.where(person >= 0, person, rows + (1 << 40)) * 4096 + campaign
        left = members["left"][rows]
        with_this = (left > sent) & (left <= min(sent + FORTNIGHT, self.until))
        becomes = members["becomes"][rows]
        bounced = np.where(with_this & (becomes == CLEANED), left, 0)
        soft = draws.happens("soft bounce", key, 0.008) & (bounced == 0)
        bounced = np.where(soft, sent + 2 * clock.MINUTE, bounced)
        fond = causes.fond_of_mail(draws, np.maximum(person, 0))
        leaves = with_this & (becomes == UNSUBSCRIBED)
        opens = (draws.unit("opens", key) < 0.1 + 0.5 * fond) | leaves
        opened = sent + clock.MINUTE + (draws.unit("opens after", key) ** 3 * READING_TIME).astype(np.int64)
        opened = np.where(leaves, np.minimum(opened, left - 30 * clock.SECOND), opened) // 1000 * 1000
        opened = np.where(opens & (bounced == 0) & (opened <= self.until), opened, 0)
        clicked = opened + (20 + draws.below("clicks after", key, 600)) * clock.SECOND
        clicks = (draws.unit("clicks", key) < 0.08 + 0.15 * fond) & (opened > 0) & (clicked <= self.until)
        times = np.where(opened > 0, 1 + draws.chosen("openings", key, [0.7, 0.2, 0.1]), 0)
        return Activity(rows, opened, times, np.where(clicks, clicked, 0), bounced, np.where(leaves, left, 0))

    def campaign_id(self, campaign: int) -> str:
        return hex_id(self.draws, "campaign", campaign)
