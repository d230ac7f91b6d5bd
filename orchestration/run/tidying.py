"""What grows by the night is kept small when a run begins: old batches of landing and the ledger's many files are put
together, and what is not kept any longer goes."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from crm360.connectors.engine.compacting import compact
from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.landing import Landing
from crm360.moments import utc_now
from crm360.orchestration.catalog import ledger_compacting
from crm360.orchestration.catalog.ledger import LedgerError
from crm360.orchestration.settings.config import Config


def tidy(config: Config, report: Callable[[str], None]) -> None:
    """Compact the ledger and every stream of the sources that are set up, and tell what changed.

    A damaged one is left: what reads it says what is wrong. A disk that refuses costs only that it is done later.
    """
    _tidy_landing(config, report)
    try:
        if files := ledger_compacting.compact(config.ledger):
            report(f"ledger  {files:,} files of old nights put together")
    except LedgerError:
        return
    except (OSError, duckdb.Error) as error:
        report(f"ledger  its files can't be put together ({type(error).__name__}): next time")


def _tidy_landing(config: Config, report: Callable[[str], None]) -> None:
    landing, keep = Landing(config.landing), config.toml.keep_landing_days or None
    for source in config.sources:
        folder = config.landing / source.name
        for stream in sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else ():
            try:
                done = compact(landing, source.name, stream, utc_now(), keep)
            except LandingError:
                continue
            except OSError as error:
                why = error.strerror or type(error).__name__
                report(f"landing {source.name}/{stream}: its batches can't be put together ({why}): next time")
                continue
            if done.batches:
                report(f"landing {source.name}/{stream}: {done.batches:,} old batches put together")
            if done.rows:
                report(f"landing {source.name}/{stream}: {done.rows:,} versions older than {keep} days removed")
