"""Who is to be where: the published members of an audience, less whoever withdrew or was forgotten since.

Consent and suppression were applied when the version was built; they are looked at once more at the moment of sending.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb

from crm360 import duck
from crm360.connectors.engine import forgotten as values
from crm360.connectors.engine.errors import TargetLacks
from crm360.connectors.engine.forgotten import Forgotten
from crm360.connectors.engine.target import Member, Refusal, Target
from crm360.orchestration.privacy import register, withdrawn
from crm360.orchestration.publish import candidate, versions
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.push_settings import Push
from crm360.quoting import identifier

OF_MEMBERS = "select column_name from duckdb_columns() where table_name = 'audience_members'"
NOT_A_VALUE = {"", "#n/a"}  # what some targets take for "make it empty"


@dataclass
class Wanted:
    """The members by key, and the keys of those who must not be sent any more, with the reason."""

    version: str
    members: dict[str, Member] = field(default_factory=dict)
    withheld: dict[str, Refusal] = field(default_factory=dict)


def wanted(config: Config, name: str, push: Push, target: Target) -> Wanted:
    """Who of the standing version's audience is to be at the target. Raises TargetLacks where that can't be told."""
    where = f"push.{name}"
    version = versions.current(config.published) if config.published.is_dir() else None
    if version is None:
        raise TargetLacks("nothing has been published yet", where=where, who="whoever runs crm360 run")
    found, key_of = Wanted(version), keys(config, target)
    gone, nobody = withdrawn.since(config), register.forgotten(config)
    with duck.connect(config.published / version / candidate.DATABASE, read_only=True) as con:
        needed = {"audiences", "audience_members", *(["customer_360"] if push.fields else [])}
        lacking = needed - {t for (t,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        if lacking:
            what = f"the published version has no table {min(lacking)}"
            raise TargetLacks(what, where=where, who="whoever edits the project's models/ folder")
        channel = _channel(con, push, target, where)
        for customer_id, address, basis, *rest in con.execute(_select(con, push, where), [push.audience]).fetchall():
            told = {name: text for name, value in zip(push.fields, rest, strict=True) if (text := as_text(value))}
            key = key_of(address if target.channel else customer_id)
            found.members[key] = Member(key, customer_id, address, told)
            if nobody.has("customer", customer_id) or nobody.has("email", values.email(address)):
                found.withheld[key] = "forgotten"
            elif (customer_id, channel) in gone:
                found.withheld[key] = "withdrawn"
            elif target.for_ads and basis != "consent":
                found.withheld[key] = "no consent"
    return found


def keys(config: Config, target: Target) -> Callable[[str], str]:
    """What makes a member's key: of an address a keyed hash, of a customer id itself."""
    if not target.channel:
        return lambda customer_id: customer_id
    of = Forgotten(register.key(config))
    return lambda address: of.hash("email", values.email(address))


def sealing(config: Config) -> Callable[[str, str], str]:
    """Makes of a member's key and a digest (32 bytes, in hex) what without our key says nothing, and back again."""
    secret = register.key(config)

    def seal(key: str, digest: str) -> str:
        pad = hashlib.blake2b(key.encode(), key=secret, digest_size=32, person=b"crm360 seal").digest()
        return bytes(a ^ b for a, b in zip(bytes.fromhex(digest), pad, strict=True)).hex()

    return seal


def fingerprint(config: Config, fields: Mapping[str, str]) -> str:
    """A keyed hash of the fields that are sent; empty where there are none."""
    if not fields:
        return ""
    told = json.dumps(dict(fields), sort_keys=True).encode()
    return hashlib.blake2b(told, key=register.key(config), digest_size=16, person=b"crm360 push").hexdigest()


def as_text(value: Any) -> str:
    """A value as targets take it; empty for one that is not known, which is never sent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ";".join(filter(None, map(as_text, value)))
    text = "" if value is None else str(value).strip()
    return "" if text.lower() in NOT_A_VALUE else text


def _channel(con: duckdb.DuckDBPyConnection, push: Push, target: Target, where: str) -> str:
    row = con.execute("select is_on, channel from audiences where audience = $1", [push.audience]).fetchone()
    who = "whoever edits audiences.yml and crm360.toml"
    if row is None:
        names = ", ".join(n for (n,) in con.execute("select audience from audiences order by position").fetchall())
        raise TargetLacks(f"the audience {push.audience!r} is not published; there are {names}", where=where, who=who)
    is_on, channel = row
    if not is_on:
        raise TargetLacks(f"the audience {push.audience!r} is switched off", where=where, who=who)
    if target.channel and channel != target.channel:
        told = f"{target.system} knows its members by {target.channel}, and the audience {push.audience!r} is for "
        raise TargetLacks(told + str(channel), where=where, who=who)
    return str(channel)


def _select(con: duckdb.DuckDBPyConnection, push: Push, where: str) -> str:
    columns = con.execute("select column_name from duckdb_columns() where table_name = 'customer_360'").fetchall()
    there = {name for (name,) in columns}
    lacking = sorted(set(push.fields.values()) - there)
    if lacking:
        who = "whoever set up the push in crm360.toml"
        raise TargetLacks(f"customer_360 has no column {lacking[0]}", where=where, who=who)
    more = "".join(f", facts.{identifier(column)}" for column in push.fields.values())
    # A version that was published before audiences had a basis does not say that anybody opted in.
    has_basis = "basis" in {n for (n,) in con.execute(OF_MEMBERS).fetchall()}
    basis = "members.basis" if has_basis else "null"
    join = " left join customer_360 as facts on members.customer_id = facts.customer_id" if more else ""
    return (
        f"select members.customer_id, members.address, {basis}{more} from audience_members as members{join} "
        "where members.audience = $1 order by members.customer_id"
    )
