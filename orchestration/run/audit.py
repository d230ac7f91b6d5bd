"""The audit, and the file of verdicts that it leaves for the publish: `data/audit.json`.

Each verdict holds the fingerprint of the table that was judged. Verdicts on another build than the one that stands in
the warehouse are none.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from crm360 import duck, expectations
from crm360.connectors.engine.errors import Crm360Error, LandingError
from crm360.expectations.results import AuditFacts, SuiteResult
from crm360.orchestration.catalog import build as build_of
from crm360.orchestration.catalog import classes, sealed
from crm360.orchestration.catalog.build import Build
from crm360.orchestration.publish import manifest
from crm360.orchestration.publish.publish import AuditFailed, require_passed
from crm360.orchestration.run import runs
from crm360.orchestration.settings import custom
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.mapping import ENTITIES


class Verdicts(msgspec.Struct, frozen=True):
    """One audit. `build_id` names the build that was judged, `run_id` the run that judged it; times are naive UTC."""

    build_id: str
    run_id: str
    as_of: date
    finished_at: datetime
    suites: tuple[SuiteResult, ...]
    held: str = ""  # why nothing is published though every suite holds
    judged_by: str = ""  # a key of the rules, and of the facts that were told beside the tables


def get_ready() -> threading.Thread:
    """Load Great Expectations, which takes seconds, beside what is going on. If it fails, judging says so."""

    def load() -> None:
        with contextlib.suppress(Exception):
            importlib.import_module("crm360.expectations.audit")

    loading = threading.Thread(target=load, name="auditor")
    loading.start()
    return loading


def judge(config: Config, build: Build, tables: Sequence[str], run_id: str, held: str = "") -> Verdicts:
    """Audit these tables of the build and write the verdicts, and why it is held whatever they are.

    Raises a sentence if a suite does not load."""
    # Great Expectations takes seconds to load: not for a pull, nor in vain.
    from crm360.expectations import suites
    from crm360.expectations.audit import audit, looks_at

    try:
        known = suites.load(config.project.suites())
    except suites.SuiteError as error:
        raise Crm360Error(str(error), where="audit", who="whoever wrote that suite") from error
    facts = _facts(config, build)
    judged_by, last, before = _key(facts), read(config), {}
    if last is not None and last.build_id == build.goes_on_from and last.judged_by == judged_by:
        made = build_of.made(config.warehouse, build)
        # What a rule of the user's own may read beside the tables, only its Python knows.
        delivered = [s for s in last.suites if s.table in known and known[s.table] is suites.delivered().get(s.table)]
        before = {s.table: s for s in delivered if not looks_at(known[s.table], made)}
    judged = tuple(audit(config.warehouse, tables, facts, known, before))
    verdicts = Verdicts(build.build_id, run_id, build.as_of, runs.utc_now(), judged, held, judged_by)
    try:
        sealed.write(_path(config), verdicts)
    except OSError as error:
        raise LandingError(f"the verdicts can't be written ({error.strerror})", where="data/audit.json") from error
    return verdicts


def _key(facts: AuditFacts) -> str:
    """What decides on a verdict beside the tables: the delivered rules, who judges by them, and all facts but the rows
    of the version before, which are compared each time."""
    told = hashlib.sha256(msgspec.json.encode(replace(facts, previous={}), order="deterministic"))
    told.update(version("great-expectations").encode())
    for path in sorted(Path(expectations.__file__).parent.rglob("*.py")):
        told.update(path.read_bytes())
    return told.hexdigest()


def classes_of(config: Config, manifest: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Published table → column → class. Raises Unclassed."""
    fields = config.custom_fields
    return classes.classes(manifest, custom.descriptions(fields), custom.personal(fields))


def verdicts_on(config: Config, build: Build) -> Verdicts:
    """The verdicts on this build. Raises AuditFailed if it was not audited, or the file is not as it was written."""
    verdicts = read(config)
    if verdicts is None or verdicts.build_id != build.build_id:
        raise AuditFailed("Not published: this build was not audited: run `crm360 audit`.")
    return verdicts


def refused(config: Config, run_id: str, *, is_accepted: bool = False) -> str | None:
    """Why this run's audit let nothing through, in one sentence; None if it did, or there was none."""
    verdicts = read(config)
    if verdicts is None or verdicts.run_id != run_id:
        return None
    try:
        require(verdicts, is_accepted=is_accepted)
    except AuditFailed as failed:
        return failed.what
    return None


def require(verdicts: Verdicts, *, is_accepted: bool = False) -> None:
    """Raise AuditFailed, in one sentence, unless every suite holds, and nothing else holds the build back or somebody
    has looked at that and accepts it."""
    require_passed(verdicts.suites)
    if verdicts.held and not is_accepted:
        raise AuditFailed(f"Not published: {verdicts.held}.")


def read(config: Config) -> Verdicts | None:
    """The newest verdicts; None if there are none, or not as they were written."""
    return sealed.read(_path(config), Verdicts)


def _path(config: Config) -> Path:
    return config.data / "audit.json"


# When what a record tells has happened, by entity.
HAPPENED = {
    "orders": "coalesce(ordered_at, created_at)",
    "deals": "created_at",
    "tickets": "created_at",
    "surveys": "coalesce(answered_at, created_at)",
    "reviews": "coalesce(reviewed_at, created_at)",
    "loyalty_events": "coalesce(happened_at, created_at)",
    "quotes": "created_at",
    "list_members": "coalesce(joined_at, created_at)",
    "invoices": "coalesce(issued_at, created_at)",
    "payments": "coalesce(paid_at, created_at)",
    "subscriptions": "created_at",
    "campaign_costs": "spent_on",
    "tasks": "created_at",
    "web_events": "occurred_at",
}
# The day without which a record is left out (macros/bad_input.sql), and the field that a mapping fills for it.
NEEDED_DAYS = {
    "orders": ("ordered_at", "ordered_at"),
    "tickets": ("created_at", "created_at"),
    "surveys": ("coalesce(answered_at, created_at)", "answered_at"),
    "reviews": ("coalesce(reviewed_at, created_at)", "reviewed_at"),
    "loyalty_events": ("coalesce(happened_at, created_at)", "happened_at"),
}
# Orders whose buyer is among the contacts: without one no table of customers' purchases can have a row.
KNOWN_ORDERS = """
    select count(*) from intermediate.int_orders_unioned as orders where not orders.is_deleted and exists (
        select 1 from intermediate.int_contacts_unioned as contacts where not contacts.is_deleted
        and (contacts.contact_id = orders.contact_id or lower(contacts.email) = lower(orders.email)))"""


def _facts(config: Config, build: Build) -> AuditFacts:
    with duck.connect(config.warehouse, read_only=True) as con:
        landed = {}
        for entity in ENTITIES:
            at = HAPPENED.get(entity)
            # As macro is_future says it: what is dated ahead arrives in no table before its day.
            so_far = f" and not coalesce(cast({at} as date) > $as_of, false)" if at else ""
            live = f"select count(*) from intermediate.int_{entity}_unioned where not is_deleted{so_far}"
            landed[entity] = int(con.execute(live, {"as_of": build.as_of} if at else {}).fetchall()[0][0])
        landed["known_orders"] = int(con.execute(KNOWN_ORDERS).fetchall()[0][0])
        undated = {}
        for entity, (day, column) in NEEDED_DAYS.items():
            told = f"select count(*), count({day}) from intermediate.int_{entity}_unioned where not is_deleted"
            ((live, dated),) = con.execute(told).fetchall()
            if live and not dated:
                undated[entity] = (int(live), column)
        rejected = int(con.execute("select count(*) from landing.rejections").fetchall()[0][0])
    personal = custom.personal(config.custom_fields)
    currency = config.toml.base_currency
    return AuditFacts(build.as_of, currency, landed, rejected, _rows_before(config), personal=personal, undated=undated)


def _rows_before(config: Config) -> dict[str, int]:
    """Rows by table of the current version, if it was made of the same sources; else there is no comparison.

    Of a version whose manifest is damaged, the tables themselves are counted.
    """
    told = manifest.current(config.published)
    if told is None:
        tables = (config.published / "current").glob("*.parquet")
        return {path.stem: pq.read_metadata(path).num_rows for path in tables}
    ours = {(s.name, t.name) for s in config.sources for t in s.streams}
    if {(s["source"], s["stream"]) for s in told["sources"]} != ours:
        return {}
    return {name: table["rows"] for name, table in told["tables"].items()}
