"""The forgotten are taken out of every store: by `crm360 forget`, and again at the start of every run.

So a backup that is restored, a landing folder that is copied in, or a kill in the middle of an erasure brings nobody
back. What was looked through already is not looked through again: batches, versions and the ledger remember up to which
request they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec

from crm360 import durable
from crm360.connectors.engine import erasing
from crm360.connectors.engine.anonymise import Anonymiser
from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.forgotten import Forgotten
from crm360.connectors.engine.landing import Landing
from crm360.moments import utc_now
from crm360.orchestration.catalog import build, ledger_head, sealed
from crm360.orchestration.engines.engine import discard
from crm360.orchestration.lookup import index
from crm360.orchestration.privacy import books, persons, published, register, rest
from crm360.orchestration.privacy.search import Needles
from crm360.orchestration.publish import manifest, readers, versions
from crm360.orchestration.publish.postgres import follow
from crm360.orchestration.publish.postgres.errors import PostgresFailed
from crm360.orchestration.push import book
from crm360.orchestration.settings.config import Config

Report = Callable[[str], None]


class Cleared(msgspec.Struct):
    """What was looked through up to request `number`: the ledger with this head, versions with these manifests."""

    number: int = 0
    head: str = ""
    versions: dict[str, str] = {}


def look(config: Config, of: Forgotten, needles: Needles) -> dict[str, int]:
    """What enforcing would take out, by place: rows, records, tables of versions, files. Changes nothing."""
    found: dict[str, int] = {}
    landing = Landing(config.landing)
    for source, stream, facts in persons.landed(config):
        told = erasing.look(landing, source, stream, Anonymiser(of, source, facts))
        if told.batches:
            found[f"landing/{source}/{stream}: records of the person"] = told.rows
            found[f"landing/{source}/{stream}: records that name the person"] = told.anonymised
    found["ledger: rows"] = books.look(config.ledger, of)
    for name, count in published.look(config.published, of, needles.texts | needles.bounded).items():
        found[f"published/{name}: tables"] = count
    for path in rest.look(config.data, of, needles):
        found[f"{path.relative_to(config.data)}: file"] = 1
    found["warehouse.duckdb: file, made anew by the next build"] = int(config.warehouse.exists())
    return {place: count for place, count in found.items() if count}


def enforce(config: Config, of: Forgotten, report: Report, needles: Needles | None = None) -> dict[str, int]:
    """Take the forgotten out of everything. Returns what was removed, by place. Raises what a store is damaged by.

    `needles`: the values themselves, where a person is being forgotten right now.
    """
    if not of:
        return {}
    now = utc_now()
    book.settle(config)  # what a push that was killed left beside the ledger is looked through with it
    known = sealed.read(_memory(config), Cleared) or Cleared()
    known = known if known.number == of.number else Cleared()
    removed: dict[str, int] = {}
    unfollowed: PostgresFailed | None = None
    if needles is not None:  # first what needs the values themselves: by hashes alone the next run can do the others
        removed |= {f"{name}: file": 1 for name in rest.clean(config.data, of, needles)}
    texts = needles.texts | needles.bounded if needles is not None else set()
    whole = {name for name, mark in known.versions.items() if mark == _mark(config.published / name / manifest.NAME)}
    for old, new in published.rewrite(config.published, of, now, readers.of(config.toml.publish), texts, whole).items():
        removed[f"published/{old}: written anew as {new}"] = 1
    if config.published.is_dir():  # what is made of a version goes with it
        gone = index.prune(config.data, config.published)
        removed |= {f"{name}: file, made anew when it is needed": 1 for name in gone}
    try:
        follow.follow(config)
    except PostgresFailed as failed:  # of whoever is forgotten right now nothing else is left undone for that
        unfollowed = failed
        report(f"forget  {failed}")
    removed |= _landing(config, of, now, report, is_asked=needles is not None)
    is_known = known.head and known.head == _mark(config.ledger / ledger_head.NAME)
    if not is_known and (rows := books.rewrite(config.ledger, of)):
        removed["ledger: rows"] = rows
    if _drop_warehouse(config, is_stale=bool(removed) or needles is not None):
        removed["warehouse.duckdb: file, made anew by the next build"] = 1
    if removed and needles is None:
        removed |= {f"{name}: file": 1 for name in rest.clean(config.data, of, Needles())}
    for place, count in removed.items():
        report(f"forget  {place}: {count:,}")
    there = versions.names(config.published) if config.published.is_dir() else []
    marks = {name: _mark(config.published / name / manifest.NAME) for name in there}
    sealed.write(_memory(config), Cleared(of.number, _mark(config.ledger / ledger_head.NAME), marks))
    if unfollowed is not None and needles is not None:
        raise unfollowed
    return removed


def note_met(config: Config, source: str, ids: Iterable[str], now: datetime) -> None:
    """Write down that a source showed a person under these ids: orders and tickets of theirs are known by them."""
    of = Forgotten(register.key(config))
    marks = {"contact": {of.hash("contact", f"{source}\0{name}") for name in ids}}
    known = {h for r in register.read(config) for h in r.marks.get("contact", ())}
    if marks["contact"] - known:
        request = register.add(config, "crm360", f"shown again by {source}", marks, {}, now, "met again")
        request.finished_at = now
        register.finish(config, request)


def _landing(config: Config, of: Forgotten, now: datetime, report: Report, *, is_asked: bool) -> dict[str, int]:
    removed = {}
    landing = Landing(config.landing)
    for source, stream, facts in persons.landed(config):
        try:
            done = erasing.erase(landing, source, stream, Anonymiser(of, source, facts), now)
        except LandingError as damaged:
            if is_asked:
                raise
            report(f"damaged {damaged}")  # its pull fails with that, and nothing is built of it
            continue
        if done.rows:
            removed[f"landing/{source}/{stream}: records of the person"] = done.rows
        if done.anonymised:
            removed[f"landing/{source}/{stream}: records without the person now"] = done.anonymised
    return removed


def _drop_warehouse(config: Config, *, is_stale: bool) -> bool:
    """Remove a warehouse that may hold them: DuckDB keeps what was deleted in its freed pages. It is made anew."""
    if not config.warehouse.exists():
        discard(config.data, config.warehouse)
        return False
    if not is_stale:
        asked = max(r.asked_at for r in register.read(config))
        try:
            is_stale = build.read(config.warehouse).registered_at < asked
        except (build.NotBuilt, duckdb.Error):
            is_stale = True  # there is no telling
    if is_stale:
        discard(config.data, config.warehouse)
    return is_stale


def _mark(path: Path) -> str:
    return durable.digest(path) if path.exists() else ""


def _memory(config: Config) -> Path:
    return register.folder(config) / "cleared.json"
