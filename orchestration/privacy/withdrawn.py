"""Consent that was withdrawn takes effect at once: also where the run that learnt of it publishes nothing.

Who may no longer be written to leaves the audiences of the standing version, which is written anew without them. All
else in it stays as it was published. Whoever joined an audience meanwhile waits for a version that passes its audit.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from crm360 import duck
from crm360.orchestration.catalog import build
from crm360.orchestration.privacy import published, register
from crm360.orchestration.publish import candidate, readers, versions
from crm360.orchestration.settings.config import Config
from crm360.quoting import literal

NEEDED = "model.crm360.customer_consent"
# A member stays by an opt-in; where the audience rests on another ground, as long as there is no refusal.
COLUMNS = """
    select column_name from duckdb_columns() where database_name = 'o' and table_name = 'audience_members'"""
STAY = """
    select members.* from o.main.audience_members as members
    left join w.marts.customer_consent as consents
        on members.customer_id = consents.customer_id and members.channel = consents.channel
    where coalesce(consents.is_allowed, {basis} <> 'consent')
    order by members.rowid"""


def take_effect(config: Config, now: datetime) -> int:
    """Take those who withdrew out of the standing version's audiences. Returns how many memberships ended.

    By the consents that the warehouse's build found; where they were not built, nothing is known and nothing is done.
    """
    if not config.published.is_dir() or not config.warehouse.exists():
        return 0
    name = versions.current(config.published)
    if name is None or not _is_built(config):
        return 0
    with duck.connect(":memory:", config=dict(published.SETTINGS)) as con:
        con.execute(f"attach {literal(config.published / name / candidate.DATABASE)} as o (read_only)")
        con.execute(f"attach {literal(config.warehouse)} as w (read_only)")
        stay = _stay(con)
        if stay is None:
            return 0
        ((before, after),) = con.execute(
            f"select (select count(*) from o.main.audience_members), (select count(*) from ({stay}))"
        ).fetchall()
    if after == before:
        return 0
    with versions.lock(config.published):
        versions.remove_leftovers(config.published)
        selects: dict[str, published.Select] = {"audience_members": (stay, {})}
        published.rewrite_one(
            config.published,
            name,
            selects,
            now,
            "consent was withdrawn",
            register.key(config),
            readers.of(config.toml.publish),
            warehouse=config.warehouse,
        )
    return int(before - after)


def since(config: Config) -> set[tuple[str, str]]:
    """(customer id, channel) of the standing version's members who withdrew since, by the warehouse's own build."""
    name = versions.current(config.published) if config.published.is_dir() else None
    if name is None or not config.warehouse.exists() or not _is_built(config):
        return set()
    with duck.connect(":memory:", config=dict(published.SETTINGS)) as con:
        con.execute(f"attach {literal(config.published / name / candidate.DATABASE)} as o (read_only)")
        con.execute(f"attach {literal(config.warehouse)} as w (read_only)")
        stay = _stay(con)
        if stay is None:
            return set()
        every = "select customer_id, channel from o.main.audience_members"
        left = con.execute(f"{every} except select customer_id, channel from ({stay}) as staying").fetchall()
    return {(customer_id, channel) for customer_id, channel in left}


def _stay(con: duckdb.DuckDBPyConnection) -> str | None:
    """The SELECT of the members who stay; None of a version whose members are not by customer and channel."""
    columns = {c for (c,) in con.execute(COLUMNS).fetchall()}
    if not {"customer_id", "channel"} <= columns:
        return None
    return STAY.format(basis="members.basis" if "basis" in columns else "'consent'")


def _is_built(config: Config) -> bool:
    """Whether the consents in the warehouse are of the build that stands there, and whole."""
    try:
        standing, known = build.read(config.warehouse), build.nodes(config.warehouse)
    except build.NotBuilt:
        return False
    build_id, _, node = known.get(NEEDED, ("", 0, None))
    return node is not None and node.is_good and build_id == standing.build_id
