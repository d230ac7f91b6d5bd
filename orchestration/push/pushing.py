"""Pushing: each push that is set up, one after the other, once a version has been published.

    who is wanted → who stands there → what differs → batches, each in the journal before it leaves → asked once more

A push that fails stops no other, and what is published stays. Whoever could not be sent is sent by the next one: what
is done follows from the target and from the book, never from where a run was cut short.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from crm360.connectors.engine.errors import ConfigError, Crm360Error, SourceError, TargetLacks, unexpected
from crm360.connectors.engine.failpoints import reach
from crm360.connectors.engine.session import REDACT, Limits, Session
from crm360.connectors.engine.target import AT_ONCE, Member, Opening, Outcome, Own, Refusal, Target
from crm360.moments import utc_now
from crm360.orchestration.catalog.ledger_head import LedgerError
from crm360.orchestration.push import book, members, planned, results
from crm360.orchestration.push.planned import Plan
from crm360.orchestration.run import pausing, pull
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.push_settings import Push, target_of

FAILED = 8  # exit code: what is published stands, and a push to a tool failed
Report = Callable[[str], None]
Sessions = dict[tuple[object, ...], Session]


@dataclass
class Pushed:
    """How one push went. `changes` are (what, customer id, why) of a dry run; `error` why it did not reach its end."""

    name: str
    push: Push
    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    error: Crm360Error | None = None
    paused_since: str = ""

    @property
    def sentence(self) -> str:
        """The counts in words."""
        if self.paused_since:
            return f"{self.name}: {self.push.to} is paused since {self.paused_since} UTC"
        named = ("added", "removed", "unchanged", "already there", "already gone", "not sent")
        told = [f"{self.counts[name]:,} {name}" for name in named if self.counts[name] or name == "added"]
        why = ", ".join(f"{count:,} {reason}" for reason, count in sorted(self.refusals.items()))
        told.append(f"{self.counts['refused']:,} refused" + (f" ({why})" if why else ""))
        return f"{self.name}: {', '.join(told)}"

    @property
    def told(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "push": self.name,
            "audience": self.push.audience,
            "to": self.push.to,
            "mode": self.push.mode,
            "counts": dict(self.counts),
            "refusals": dict(self.refusals),
            "paused_since": self.paused_since or None,
            "changes": [{"change": c, "customer_id": i, "because": why or None} for c, i, why in self.changes],
            "error": None if self.error is None else str(self.error),
        }


def push_all(
    config: Config, names: Sequence[str] = (), *, run_id: str = "", dry_run: bool = False, report: Report = print
) -> list[Pushed]:
    """Carry out the named pushes, all if none is named, in the order of crm360.toml. Returns how each went.

    The caller holds the data folder. Raises ConfigError for a name that is not set up, LedgerError for a damaged book.
    """
    for name in names:
        if name not in config.toml.push:
            there = ", ".join(config.toml.push) or "none"
            raise ConfigError(f"no push is called {name!r}; there are {there}", where="arguments")
    book.settle(config)
    sessions: Sessions = {}
    done = []
    for name, push in config.toml.push.items():
        if not names or name in names:
            one = _Push(config, name, push, run_id, dry_run, sessions)
            done.append(one.carried_out())
            if not dry_run and not one.result.paused_since:
                error = one.result.error
                what, who = ("", "") if error is None else (error.what, error.who)
                results.note(config, name, one.result.sentence, what, who, utc_now())
            if one.result.error is not None:
                report(f"failed  {one.result.error}")
            if one.result.error is None or any(one.result.counts.values()):
                report(f"push    {one.result.sentence}")
    return done


class _Push:
    """One push, on its way."""

    def __init__(self, config: Config, name: str, push: Push, run_id: str, dry_run: bool, sessions: Sessions) -> None:
        self.config, self.name, self.push, self.run_id, self.dry_run = config, name, push, run_id, dry_run
        self.sessions, self.where = sessions, f"push.{name}"
        self.result = Pushed(name, push)
        self.stop = threading.Event()

    def carried_out(self) -> Pushed:
        """Do it, and say how it went."""
        paused = pausing.read(self.config).get(self.push.to)
        if paused is not None:
            self.result.paused_since = str(paused.since)
            return self.result
        try:
            self._carry_out()
        except LedgerError:
            raise  # what was sent before is not known: of no push
        except Crm360Error as error:
            self.result.error = error
        except Exception as error:  # of a target's own code: it ends its push, not the run
            self.result.error = unexpected(error, self.where)
        return self.result

    def _carry_out(self) -> None:
        config, push = self.config, self.push
        target = target_of(push, {s.name: s.connector.system for s in config.sources})
        assert target is not None  # or the configuration would not have been read
        self.target = target
        wanted = members.wanted(config, self.name, push, target)
        self.held = book.held(config, self.name)
        may, leaving = planned.candidates(wanted, self.held, mirrors=push.mode == "mirror")
        self.prints = {m.key: members.fingerprint(config, m.fields) for m in may}
        try:
            self.destination = target.open(self._opening(target))
            standing = self.destination.look([*may, *leaving]) if may or leaving else {}
        except SourceError:
            if not self.dry_run:
                with book.journal(config, self.name) as journal:
                    self.journal = journal
                    self._unsent([m for m in may if not self._is_done(m)], "add")
            raise
        self.foreign = {k for k, there in standing.items() if there.is_member and not self._was_ours(k)}
        plan = planned.plan(may, leaving, wanted, self.held, standing, self.prints)
        if self.dry_run:
            self._show(plan)
            return
        with book.journal(config, self.name) as journal:
            self.journal = journal
            self._note(plan)
            self._send(plan)

    def _opening(self, target: Target) -> Opening:
        push = self.push
        secrets = {} if target.own is None else self._secrets(target.own)
        return Opening(
            self.where,
            self.name,
            push.audience,
            push.options,
            tuple(push.fields),
            self._session(target, secrets),
            members.keys(self.config, target),
            self.dry_run,
            push.mode == "mirror",
            secrets,
            members.sealing(self.config),
        )

    def _session(self, target: Target, secrets: Mapping[str, str]) -> Session | None:
        """The source's own session, as a pull has it, shared by all pushes to it; other targets have one of their own.

        Pushes to one such target with the same credentials share it, and its rate.
        """
        own = target.own
        if own is not None and own.auth is None:
            return None
        place = self.push.url or (own.url if own else "")
        parts = urlsplit(place)
        login = (self.push.client_id, self.push.login_url, *sorted(secrets.items()))
        shared = (self.push.to, parts.netloc, *login) if own else (self.push.to,)
        known = self.sessions.get(shared)
        if known is not None:
            return known
        made: Session | None
        if own is None or own.auth is None:
            source = next(s for s in self.config.sources if s.name == self.push.to)
            made = pull.session_for(source, self.config.data / "tokens")
        else:
            # A webhook's path is its own; of a vendor's API the address is the beginning of all paths.
            base = place if own.url else f"{parts.scheme}://{parts.netloc}"
            limits = Limits(rate=own.rate)
            made = Session(self.where, base, own.auth(self.push.options, secrets), limits, own.throttled)
        assert made is not None
        self.sessions[shared] = made
        return made

    def _secrets(self, own: Own) -> dict[str, str]:
        """The secrets of a target that is no source. Raises ConfigError naming the variable that lacks."""
        found = {}
        for name in (*own.secrets, *own.optional_secrets):
            variable = f"CRM360_PUSH_{self.name}_{name}".upper()
            value = os.environ.get(variable, "")
            if value:
                found[name] = value
            elif name in own.secrets:
                raise ConfigError(f"the environment variable {variable} is not set", where=self.where)
        REDACT.learn(*found.values())
        return found

    # What is known without sending -----------------------------------------------------------------------------------

    def _show(self, plan: Plan) -> None:
        told = self.result
        told.changes = [("add", m.customer_id, "") for m in plan.add]
        told.changes += [("remove", m.customer_id, "") for m in plan.remove]
        told.changes += [("refuse", m.customer_id, why) for m, why in plan.refused]
        told.counts.update(added=len(plan.add), removed=len(plan.remove), refused=len(plan.refused))
        told.counts.update({"unchanged": plan.unchanged + len(plan.confirmed), "already there": len(plan.inside)})
        told.counts["already gone"] = len(plan.gone)
        told.refusals.update(why for _, why in plan.refused)

    def _note(self, plan: Plan) -> None:
        """Write down what follows from looking alone."""
        rows = [self._row(m, "add", "refused", why, self._was_ours(m.key)) for m, why in plan.refused]
        rows += [self._row(m, "add", "already there", None, False) for m in plan.inside]
        rows += [self._row(m, "add", "accepted", None, True) for m in plan.confirmed]
        rows += [self._row(m, "remove", "accepted", None, False) for m in plan.gone]
        self.journal.write(row for row in rows if self._is_news(row))
        told = self.result
        told.refusals.update(why for _, why in plan.refused)
        told.counts.update({"refused": len(plan.refused), "unchanged": plan.unchanged + len(plan.confirmed)})
        told.counts.update({"already there": len(plan.inside), "already gone": len(plan.gone)})

    # Sending ---------------------------------------------------------------------------------------------------------

    def _send(self, plan: Plan) -> None:
        steps: list[tuple[book.Action, list[Member]]] = [("add", plan.add), ("remove", plan.remove)]
        failed: Crm360Error | None = None
        for action, chosen in steps:
            size = self.target.batch
            batches = [chosen[n : n + size] for n in range(0, len(chosen), size)]
            accepted: list[Member] = []
            with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="push") as pool:
                try:
                    for done, error in pool.map(partial(self._batch, action), batches):
                        accepted += done
                        failed = failed or error
                except BaseException:
                    self.stop.set()  # what has not left stays, and is written down as not sent
                    raise
            self._confirm(action, accepted)
        if failed is not None:
            raise failed

    def _batch(self, action: book.Action, batch: Sequence[Member]) -> tuple[list[Member], Crm360Error | None]:
        """Send one batch. Returns who was accepted, and the error that ends the push."""
        if self.stop.is_set():
            self._unsent(batch, action)
            return [], None
        self.journal.write(self._row(m, action, "pending", None, self._is_ours(m)) for m in batch)
        reach("push-before-send")
        try:
            does: Callable[[Sequence[Member]], list[Outcome]] = getattr(self.destination, action)
            outcomes = {outcome.key: outcome for outcome in does(batch)}
        except Exception as problem:
            self.stop.set()
            error = problem if isinstance(problem, Crm360Error) else unexpected(problem, self.where)
            self.journal.write(self._row(m, action, "pending", "target failed", self._is_ours(m)) for m in batch)
            self._count("not sent", len(batch))
            return [], error
        reach("push-after-send")
        rows, accepted = [], []
        for member in batch:
            outcome = outcomes.get(member.key, Outcome(member.key, "not written"))
            is_ours = self._was_ours(member.key) if outcome.refusal else action == "add" and self._is_ours(member)
            result: book.Result = "accepted" if outcome.refusal is None else "refused"
            rows.append(self._row(member, action, result, outcome.refusal, is_ours, outcome.record_id))
            if outcome.refusal is None:
                accepted.append(member)
            else:
                self._count("refused", 1, outcome.refusal)
        self.journal.write(rows)
        if len(batch) > 1 and outcomes and all(o.refusal == "rejected" for o in outcomes.values()):
            self.stop.set()  # it is not for one member: ten thousand would be asked one by one
            return accepted, TargetLacks(f"it refuses all {len(batch)} members of a batch", where=self.where)
        return accepted, None

    def _confirm(self, action: book.Action, accepted: list[Member]) -> None:
        """Ask the target once more: what it said yes to and is not so afterwards, was not written."""
        inside = self.destination.inside(accepted) if accepted else None
        if inside is not None:
            wrong = [m for m in accepted if (m.key in inside) != (action == "add")]
            self.journal.write(self._row(m, action, "refused", "not written", self._is_ours(m)) for m in wrong)
            self._count("refused", len(wrong), "not written")
            accepted = [m for m in accepted if (m.key in inside) == (action == "add")]
        self._count("added" if action == "add" else "removed", len(accepted))

    def _unsent(self, batch: Iterable[Member], action: book.Action) -> None:
        left = list(batch)
        rows = [self._row(m, action, "not sent", "target failed", self._was_ours(m.key)) for m in left]
        self.journal.write(row for row in rows if self._is_news(row))
        self._count("not sent", len(left))

    # Rows ------------------------------------------------------------------------------------------------------------

    _counting = threading.Lock()

    def _count(self, what: str, by: int, why: Refusal | None = None) -> None:
        with self._counting:
            self.result.counts[what] += by
            if why is not None and by:
                self.result.refusals[why] += by

    def _was_ours(self, key: str) -> bool:
        row = self.held.get(key)
        return row is not None and row.is_member

    def _is_ours(self, member: Member) -> bool:
        """Whether it is by us that they are, or may be, in: not of those whom others had put in before."""
        return member.key not in self.foreign

    def _is_done(self, member: Member) -> bool:
        row = self.held.get(member.key)
        return row is not None and row.outcome in planned.DONE and row.fingerprint == self.prints[member.key]

    def _is_news(self, row: book.Row) -> bool:
        """Whether the book does not say the same already."""
        old = self.held.get(row.member_key)
        mine = (row.action, row.outcome, row.refusal, row.is_member, row.fingerprint)
        return old is None or mine != (old.action, old.outcome, old.refusal, old.is_member, old.fingerprint)

    def _row(
        self,
        member: Member,
        action: book.Action,
        outcome: book.Result,
        refusal: Refusal | None,
        is_member: bool,
        record_id: str = "",
    ) -> book.Row:
        push = self.push
        return book.Row(
            self.name,
            push.audience,
            self.target.system,
            push.mode,
            member.key,
            member.customer_id,
            action,
            outcome,
            refusal,
            is_member,
            record_id or member.record_id,
            self.prints.get(member.key, ""),
            member.turn + (outcome == "accepted"),
            utc_now(),
            self.run_id,
        )
