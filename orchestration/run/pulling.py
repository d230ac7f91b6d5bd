"""A pull alone: without Dagster, which takes longer to load than a quiet pull takes."""

from __future__ import annotations

from collections.abc import Iterable

from crm360.orchestration.cli.console import Console
from crm360.orchestration.run import runs
from crm360.orchestration.run.night import Night
from crm360.orchestration.run.pull import choose
from crm360.orchestration.run.record import recorded
from crm360.orchestration.settings.config import Config

STALE = 3


def pull_only(config: Config, names: Iterable[str], console: Console) -> int:
    """Pull and land the named sources and streams, all if none is named. Returns 0, or 3 if some failed."""
    wanted = choose(config, names) or None
    with runs.only_one(config.data):
        night = Night(config, console.line, console.progress)
        with recorded(night) as record, console.working("pulling"):
            pulled = night.land(wanted)
            record.outcome = "pulled"
            failed = [p for p in pulled if p.error is not None]
            record.message = "; ".join(sorted({str(p.error) for p in failed}))
    return STALE if failed else 0
