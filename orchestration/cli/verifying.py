"""`crm360 verify`: is all that is kept as it was written? Every batch, the ledger, every version, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.catalog import ledger
from crm360.orchestration.catalog.ledger_head import LedgerError
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import register
from crm360.orchestration.publish import manifest, versions
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config

DAMAGED = 6


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at: what it is, and what is wrong with it with what to do, empty where nothing is."""

    name: str
    problem: str = ""


def verify(config: Config, console: Console, as_json: bool = False) -> int:
    """Compare everything with its hashes. Returns 0, or 6 where anything is damaged."""
    with runs.only_one(config.data):
        found = [*kept(config), *_published(config)]
    damaged = [c for c in found if c.problem]
    if as_json:
        console.json({"ok": not damaged, "checked": len(found), "damage": damaged})
        return DAMAGED if damaged else 0
    for one in damaged:
        console.line(f"damaged {one.problem}")
    kinds = [f"{sum(c.name.startswith(kind) for c in found):,} {words}" for kind, words in KINDS.items()]
    console.line(f"checked {', '.join(kinds)}: {'all whole' if not damaged else f'{len(damaged)} damaged'}")
    return DAMAGED if damaged else 0


def kept(config: Config) -> list[Checked]:
    """What nobody can make anew: landing, the ledger, the register of erasures."""
    return [*_landing(config), *_ledger(config), *_register(config)]


KINDS = {"landing/": "streams", "ledger": "books", "published/": "versions"}


def _landing(config: Config) -> Iterator[Checked]:
    landing = Landing(config.landing)
    for path in sorted(config.landing.glob("*/*/")):
        name = f"landing/{path.parent.name}/{path.name}"
        try:
            landing.footers(path.parent.name, path.name, anew=True)
            yield Checked(name)
        except Crm360Error as error:
            yield Checked(name, str(error))


def _ledger(config: Config) -> Iterator[Checked]:
    try:
        ledger.require_known(config.ledger, config.published)
    except LedgerError as error:
        yield Checked("ledger", str(error))
        return
    for book in ledger.BOOKS:
        yield Checked(f"ledger/{book.name}")


def _published(config: Config) -> Iterator[Checked]:
    current = versions.current(config.published) if config.published.is_dir() else None
    for name in versions.names(config.published) if config.published.is_dir() else ():
        what_to_do = (
            "run `crm360 run`, which publishes it anew from the warehouse"
            if name == current
            else f"remove the folder published/{name}, no reader sees it"
        )
        try:
            different = manifest.damage(config.published / name)
        except (OSError, ValueError, KeyError):
            different = [f"{manifest.NAME} can't be read"]
        told = "; ".join(different[:3]) + (f"; and {len(different) - 3} more" if len(different) > 3 else "")
        yield Checked(f"published/{name}", f"published/{name}: {told}: {what_to_do}" if different else "")
    if current is not None and not (config.published / current).is_dir():
        yield Checked(
            f"published/{current}",
            f"published/current points to {current}, which is not there: run `crm360 run`, which publishes anew",
        )


def _register(config: Config) -> Iterator[Checked]:
    try:
        register.read(config)
        yield Checked("privacy")
    except register.RegisterError as error:
        yield Checked("privacy", str(error))
