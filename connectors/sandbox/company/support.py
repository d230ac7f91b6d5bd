"""What the company does in Zendesk: people who ask, agents who answer, tickets from the first word to the rating."""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import causes, clock, names, slips
from crm360.connectors.sandbox.company.draws import Draws, Flags, Ints
from crm360.connectors.sandbox.company.people import People
from crm360.connectors.sandbox.company.pipeline import edit
from crm360.connectors.sandbox.company.roster import NEVER, Roster, Window, some
from crm360.connectors.sandbox.company.table import DELETED, LIVE, Table

AGENTS = 9
NEW, OPEN, PENDING, HOLD, SOLVED, CLOSED = range(6)
STATUSES = ["new", "open", "pending", "hold", "solved", "closed"]
CHANNELS = ["email", "web", "chat", "voice", "facebook", "api"]
PRIORITIES = ["low", "normal", "high", "urgent"]
TYPES = ["question", "problem", "incident", "task"]
SUBJECTS = [
    "Where is my parcel?", "Wrong article delivered", "Invoice with our VAT number", "Broken on arrival",
    "How do I return this?", "Change of address", "Payment was taken twice", "Question about a course", "Discount code",
    "Cancel my order", "Grinder makes a noise", "Missing part", "Subscription: pause it", "Cannot log in",
]  # fmt: skip
GOOD_WORDS = ["Quick and friendly.", "Solved at once, thank you", "Très bien", "Sehr nett!"]
BAD_WORDS = ["Took far too long", "Nobody read what I wrote", "Still broken", "Keine Antwort auf meine Frage"]
GROUPS = [360_000_000_011, 360_000_000_012, 360_000_000_013]
GROUP_NAMES = ["Orders", "Technical", "Accounts"]
MOST_TICKETS = 8


class Desk:
    """The tables of the desk.

    users: person (-1 for agents), slips, edition, agent (number + 1, 0 for none). organizations: employer.
    tickets: user (row), status, answered, solved, reopened, rated (ms, 0 for not yet). ratings: ticket (row), good.
    """

    def __init__(self, draws: Draws, people: People, roster: Roster) -> None:
        self.draws, self.people, self.roster = draws, people, roster
        self.organizations = Table(360_900_000_001, 20, employer=np.int32, edition=np.uint16)
        self.users = Table(380_000_000_001, 20, person=np.int32, slips=np.int32, edition=np.uint16, agent=np.uint8)
        self.tickets = Table(
            1, 1, user=np.int32, turn=np.uint8, status=np.uint8, edition=np.uint16, answered=np.int64, solved=np.int64,
            reopened=np.int64, rated=np.int64,
        )  # fmt: skip
        self.ratings = Table(370_000_000_001, 20, ticket=np.int32, good=np.uint8)
        self.organization_of = np.zeros(0, dtype=np.int64)

    def pass_time(self, window: Window) -> None:
        """Let everything happen that happens in the window."""
        if window.after == 0:
            self._open_the_desk()
        p, times = self.roster.newcomers("zendesk", window)
        flags = slips.drawn(self.draws, self.people, "zendesk", p, slips.AT_THE_DESK)
        users = self.users
        users.add(times, person=p, slips=flags)
        generator = self.draws.night("zendesk", window.day)
        callers = np.flatnonzero(users["agent"] == 0)
        if window.after == 0:
            edited = callers[generator.random(len(callers)) < 0.4]
            age = window.until - users["created"][edited]
            users.touch(edited, window.until - (generator.random(len(edited)) * age).astype(np.int64))
            gone = some(generator, callers, 0.015)
            users.end(gone, users["changed"][gone], DELETED)
        self._new_tickets(window)
        self._move_tickets(window)
        if window.after == 0:
            return
        live = callers[(users["state"][callers] == LIVE) & (users["created"][callers] <= window.after)]
        edit(generator, users, some(generator, live, 0.006, 1), window)
        gone = some(generator, live, 0.0006)
        when = window.moments(generator, len(gone))
        users.touch(gone, when)
        users.end(gone, when, DELETED)
        renamed = some(generator, self.organizations.live(), 0.004)
        self.organizations["edition"][renamed] += 1
        self.organizations.touch(renamed, window.moments(generator, len(renamed)))

    def _open_the_desk(self) -> None:
        draws = self.draws
        employers = np.arange(self.people.employers, dtype=np.int64)
        chosen = employers[draws.happens("organization", employers, 0.4)]
        span = clock.FIRST_NIGHT - clock.HISTORY_START - 30 * clock.DAY
        self.organizations.add(
            clock.HISTORY_START + np.sort(draws.below("organization since", chosen, span)), employer=chosen
        )
        self.organization_of = np.full(self.people.employers, -1, dtype=np.int64)
        self.organization_of[chosen] = self.organizations.ids(np.arange(len(chosen)))
        agents = np.arange(AGENTS, dtype=np.int64)
        self.users.add(clock.HISTORY_START - (AGENTS - agents) * clock.DAY, person=-1, agent=agents + 1)

    def _new_tickets(self, window: Window) -> None:
        draws, users = self.draws, self.users
        rows = np.flatnonzero((users["agent"] == 0) & (users["person"] >= 0))
        person = users["person"][rows].astype(np.int64)
        many = 1 + draws.chosen("tickets", person, [0.42, 0.22, 0.13, 0.09, 0.06, 0.04, 0.02, 0.02])
        found = []
        for turn in range(MOST_TICKETS):
            after = (
                draws.below(f"ticket {turn} after", person, 420 * clock.DAY)
                if turn
                else np.zeros(len(rows), dtype=np.int64)
            )
            times = users["created"][rows] + 30 * clock.SECOND + after
            inside = window.holds(times) & (many > turn)
            inside &= (users["state"][rows] == LIVE) | (users["gone"][rows] > times)
            found.append(np.stack([times[inside], rows[inside], np.full(inside.sum(), turn)]))
        times, user, turns = np.concatenate(found, axis=1)
        order = np.lexsort((user, times))
        self.tickets.add(times[order], user=user[order], turn=turns[order])

    def ticket_events(self, rows: Ints) -> dict[str, Ints]:
        """When each ticket is answered, reopened, solved, rated, closed and deleted; NEVER for what does not happen."""
        draws, created = self.draws, self.tickets["created"][rows]
        hard = draws.unit("hard to answer", rows)
        waits = draws.unit("answered after", rows) ** 3 * 26 * clock.HOUR
        waits = np.where(causes.is_after_hours(created), waits + 8 * clock.HOUR, waits)
        answered = created + clock.MINUTE * 4 + waits.astype(np.int64)
        pace = causes.pace(causes.agent(draws, rows, AGENTS - 1))
        solving = clock.HOUR + (hard**3 * 9 * clock.DAY * pace).astype(np.int64)
        solved = np.where(draws.happens("never solved", rows, 0.02), NEVER, answered + solving)
        again = draws.happens("reopened", rows, 0.07)
        reopened = np.where(again & (solved < NEVER), solved + 5 * clock.HOUR, NEVER)
        finally_solved = np.where(reopened < NEVER, reopened + 20 * clock.HOUR, solved)
        finished = finally_solved < NEVER
        asked = draws.happens("rated", rows, 0.38) & finished
        rated = np.where(asked, finally_solved + 26 * clock.HOUR + draws.below("rated after", rows, clock.DAY), NEVER)
        closed = np.where(finished, finally_solved + 4 * clock.DAY, NEVER)
        deleted = np.where(draws.happens("spam", rows, 0.006), created + 5 * clock.DAY, NEVER)
        events = {"answered": answered, "first solved": solved, "reopened": reopened, "solved": finally_solved}
        return events | {"rated": rated, "closed": closed, "deleted": deleted}

    def is_happy(self, rows: Ints) -> Flags:
        """Whether who rates a ticket rates it well."""
        took = self.ticket_events(rows)["solved"] - self.tickets["created"][rows]
        return causes.is_happy(self.draws, rows, took)

    def _move_tickets(self, window: Window) -> None:
        tickets = self.tickets
        recent = np.flatnonzero((tickets["status"] != CLOSED) & (tickets["state"] == LIVE))
        events = self.ticket_events(recent)
        status, changed = tickets["status"], tickets["changed"]
        waits = np.where(self.draws.unit("waits", recent) < 0.75, PENDING, HOLD)
        steps: list[tuple[str, Ints | int, str | None]] = [
            ("answered", waits, "answered"), ("first solved", SOLVED, "solved"), ("reopened", OPEN, "reopened"),
            ("solved", SOLVED, "solved"), ("rated", SOLVED, "rated"), ("closed", CLOSED, None),
        ]  # fmt: skip
        for name, value, column in steps:
            hit = window.holds(events[name]) & (events[name] < events["deleted"])
            rows, at = recent[hit], events[name][hit] // 1000 * 1000
            status[rows] = value[hit] if isinstance(value, np.ndarray) else value
            if column:
                tickets[column][rows] = at
            changed[rows] = np.maximum(changed[rows], at)
        waiting = (status[recent] == NEW) & (window.until - tickets["created"][recent] > 3 * clock.HOUR)
        # A ticket that an agent has opened is no longer new; that is no change worth a new time before it is answered.
        taken = recent[waiting & window.holds(tickets["created"][recent] + 2 * clock.HOUR)]
        status[taken] = OPEN
        changed[taken] = np.maximum(changed[taken], tickets["created"][taken] + 2 * clock.HOUR)
        tickets.changed_something()
        hit = window.holds(events["rated"]) & (events["rated"] < events["deleted"])
        rows, at = recent[hit], events["rated"][hit]
        order = np.argsort(at, kind="stable")
        good = self.is_happy(rows)
        self.ratings.add(at[order], ticket=rows[order], good=good[order])
        hit = window.holds(events["deleted"])
        tickets.touch(recent[hit], events["deleted"][hit])
        tickets.end(recent[hit], events["deleted"][hit], DELETED)


def agent_names(draws: Draws) -> list[str]:
    """Full names of the agents, the last of whom is the administrator."""
    number = np.arange(AGENTS, dtype=np.int64)
    country = names.COUNTRIES[0]
    first = draws.below("agent first", number, len(country.women)).tolist()
    last = draws.below("agent last", number, len(country.last)).tolist()
    return [f"{country.women[f]} {country.last[la]}" for f, la in zip(first, last, strict=True)]
