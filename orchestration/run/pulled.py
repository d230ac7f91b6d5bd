"""What is known of every stream, by what its pulls left behind: footers in landing, failures in the runs' records.

Nothing here is remembered from a step before, so a build that begins in another process tells the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.landing import Footer, Landing
from crm360.orchestration.publish import manifest
from crm360.orchestration.run import pausing, runs
from crm360.orchestration.run.facts import SourceFacts
from crm360.orchestration.settings.config import Config

COUNTS = ("received", "landed", "duplicate", "rejected", "deleted")


def source_facts(config: Config) -> tuple[SourceFacts, ...]:
    """For every stream that is set up: whether it was pulled since the version that readers see, and what that brought.

    Counts are sums over all batches since then. A source that is paused has failed at nothing.
    """
    paused = pausing.read(config)
    tried = runs.attempts(runs.read(config.runs, None))
    attempts = {name: attempt for name, attempt in tried.items() if name.partition("/")[0] not in paused}
    seen = _seen(config)
    return tuple(
        _stream_facts(config, source.name, stream.name, attempts.get(f"{source.name}/{stream.name}"), seen)
        for source in config.sources
        for stream in source.streams
    )


def footers_of(landing: Landing, source: str, stream: str, batches: Iterable[str]) -> list[Footer]:
    """The footers of these batches, oldest first; of a stream whose chain is broken none, its pull says why."""
    wanted = set(batches)
    try:
        return [f for f in parts(landing.footers(source, stream)) if f.batch_id in wanted] if wanted else []
    except LandingError:
        return []


def parts(batches: Iterable[tuple[Path, Footer]]) -> list[Footer]:
    """The footers of all batches that were ever landed, oldest first, also of those that were put together since."""
    return [part for _, footer in batches for part in footer.parts]


def _stream_facts(
    config: Config, source: str, stream: str, attempt: runs.Attempt | None, seen: dict[tuple[str, str], str]
) -> SourceFacts:
    batches, damage = Landing(config.landing).standing(source, stream)
    found = parts(batches)
    last = found[-1] if found else None
    success = last.finished_at if last is not None and last.complete else None
    if damage is not None:
        return SourceFacts(source, stream, "failed", last_success_at=success, error=str(damage))
    # An attempt that failed is the newest word on a stream only as long as nothing has been landed after it.
    failed = attempt is not None and bool(attempt.error) and attempt.after == (last.batch_id if last else "")
    error = attempt.error if failed and attempt is not None else None
    if success is None:
        return SourceFacts(source, stream, "never", error=error)
    if failed:
        return SourceFacts(source, stream, "failed", last_success_at=success, error=error)
    new = _since(found, seen.get((source, stream)))
    counts = {name: sum(getattr(f, name) for f in new) for name in COUNTS}
    return SourceFacts(source, stream, "fresh" if new else "stale", **counts, last_success_at=success)


def _since(found: list[Footer], seen: str | None) -> list[Footer]:
    """The footers of the batches after the one that ended at `seen`, all if there is none."""
    ended = [f.finished_at.isoformat() if f.finished_at else "" for f in found]
    return found[len(ended) - ended[::-1].index(seen) :] if seen in ended else found


def _seen(config: Config) -> dict[tuple[str, str], str]:
    """When the last successful pull ended that the version readers see was built from, by stream."""
    told = manifest.current(config.published)
    return {(s["source"], s["stream"]): s["last_success_at"] for s in (told or {}).get("sources", [])}
