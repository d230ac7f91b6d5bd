"""A pull alone: without Dagster, which takes longer to load than a quiet pull takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.cli.console import Console
from crm360.orchestration.run import pausing
from crm360.orchestration.run.interrupts import interruptible
from crm360.orchestration.run.pull import choose
from crm360.orchestration.run.steps import NothingPulled, begun
from crm360.orchestration.settings.config import Config

STALE = 3


def pull_only(config: Config, names: Iterable[str], console: Console, *, full_refresh: bool = False) -> int:
    """Pull and land the named sources and streams, all if none is named. Returns 0, or 3 if some failed.

    `full_refresh`: from their beginning, whatever was read before. Nothing landed is forgotten, deletes neither.
    """
    paused = pausing.read(config)
    wanted = choose(config, names) or [
        (s.name, t.name) for s in config.sources if s.name not in paused for t in s.streams
    ]
    if held := sorted({source for source, _ in wanted} & set(paused)):
        raise ConfigError(f"{held[0]} is paused: crm360 resume {held[0]}", where="arguments", who="whoever paused it")
    if not wanted:
        console.line("paused  every source: nothing is pulled")
        return 0
    if full_refresh:
        anew = {s.name: frozenset(stream for name, stream in wanted if name == s.name) for s in config.sources}
        config = replace(config, sources=tuple(replace(s, full_refresh=anew[s.name]) for s in config.sources))
    by_source: dict[str, list[str]] = {}
    for source, stream in wanted:
        by_source.setdefault(source, []).append(stream)
    with begun(config, "pull", console.line, console.progress) as run, interruptible(), console.working("pulling"):
        run.ahead = dict(by_source)
        attempts = [a for source, streams in by_source.items() for a in run.pull(source, streams).values()]
        failed = [a for a in attempts if a.error]
        if all(a.error and not a.batches for a in attempts):
            raise NothingPulled(f"nothing could be pulled: {failed[0].stream}: {failed[0].what}", who=failed[0].who)
    return STALE if failed else 0
