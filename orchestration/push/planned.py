"""What a push is going to do, out of who is wanted, how they stand at the target, and what was sent before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crm360.connectors.engine.target import Member, Refusal, Standing
from crm360.orchestration.push.book import Row
from crm360.orchestration.push.members import Wanted

DONE = ("accepted", "already there")


@dataclass
class Plan:
    """Whom to add (or write anew) and to remove; the others by what is known of them without sending anything.

    `refused` says why; `inside` are in the list by others' doing, `confirmed` by ours though no answer was known;
    `gone` are not there any more. `unchanged` counts those of whom everything is as it was sent.
    """

    add: list[Member] = field(default_factory=list)
    remove: list[Member] = field(default_factory=list)
    refused: list[tuple[Member, Refusal]] = field(default_factory=list)
    inside: list[Member] = field(default_factory=list)
    confirmed: list[Member] = field(default_factory=list)
    gone: list[Member] = field(default_factory=list)
    unchanged: int = 0


def candidates(wanted: Wanted, held: Mapping[str, Row], *, mirrors: bool) -> tuple[list[Member], list[Member]]:
    """Who may be put in, and, of a mirror, who is to be taken out: only whom crm360 put in."""
    may = [_known(m, held) for key, m in wanted.members.items() if key not in wanted.withheld]
    stay = {member.key for member in may}
    leave = [row for key, row in held.items() if row.is_member and key not in stay] if mirrors else []
    return may, [Member(r.member_key, r.customer_id, record_id=r.record_id, turn=r.turn) for r in leave]


def plan(
    may: list[Member],
    leaving: list[Member],
    wanted: Wanted,
    held: Mapping[str, Row],
    standing: Mapping[str, Standing],
    prints: Mapping[str, str],
) -> Plan:
    """The plan. `may` in the order of their customers; `prints` are the fingerprints of what would be sent, by key."""
    made = Plan(refused=[(wanted.members[key], why) for key, why in wanted.withheld.items()])
    first: dict[str, str] = {}  # what is written of a record, by its id
    for member in may:
        row, there = held.get(member.key), standing.get(member.key, Standing())
        told = replace(member, record_id=there.record_id or member.record_id)
        is_inside = (row is not None and row.is_member) if there.is_member is None else there.is_member
        as_sent = row is not None and row.fingerprint == prints[member.key] and row.action == "add"
        if there.refusal is not None:
            made.refused.append((told, there.refusal))
        elif there.record_id and first.setdefault(there.record_id, prints[member.key]) != prints[member.key]:
            # Two customers here are one record there, which has room for the values of one: always of the same one.
            made.refused.append((told, "same record there"))
        elif row is not None and as_sent and is_inside and row.outcome in DONE:
            made.unchanged += 1
        elif is_inside and there.is_member and not member.fields:  # fields without an answer are sent again
            (made.confirmed if row is not None and row.is_member else made.inside).append(told)
        else:
            made.add.append(told)
    known = [standing[m.key].record_id for m in may if m.key in standing]
    stay = {record_id for record_id in known if record_id}
    for member in leaving:
        there = standing.get(member.key, Standing())
        told = replace(member, record_id=there.record_id or member.record_id)
        # Of two addresses that are one record there, the other one may stay.
        (made.gone if there.is_member is False or told.record_id in stay else made.remove).append(told)
    return made


def _known(member: Member, held: Mapping[str, Row]) -> Member:
    row = held.get(member.key)
    return member if row is None else replace(member, record_id=row.record_id, turn=row.turn)
