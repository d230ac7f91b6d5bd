"""PULL and LAND for all sources that are set up: sources side by side, and a source's streams where it allows that.

A stream that fails stops nothing else. A source whose credentials are refused, or which can't be reached, is
not asked for its other streams: they fail with the same sentence. So its first stream goes ahead of the others until
something has come.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event

from crm360.connectors.engine.anonymise import Anonymiser
from crm360.connectors.engine.connector import Context
from crm360.connectors.engine.errors import (
    AuthError,
    ConfigError,
    Crm360Error,
    RateLimited,
    SourceError,
    TooManyRejected,
    Unreachable,
    unexpected,
)
from crm360.connectors.engine.forgotten import Forgotten
from crm360.connectors.engine.landing import Footer, Landing
from crm360.connectors.engine.session import Session
from crm360.connectors.engine.stream import Stream, Window
from crm360.connectors.engine.sync import sync_stream
from crm360.orchestration.privacy import persons
from crm360.orchestration.settings.config import Config, Source

log = logging.getLogger("crm360.pull")
SOURCES_AT_ONCE = 4
Progress = Callable[[str, str, int, str | None], None]  # source, stream, records so far, how it ended ('' is well)


@dataclass(frozen=True)
class Pulled:
    """How one stream went: the last batch's footer, or the error. `seconds` is wall time.

    `batches` are the ids of all that it landed, `after` the newest one before it.
    """

    source: str
    stream: str
    footer: Footer | None
    error: Crm360Error | None
    seconds: float
    batches: tuple[str, ...] = ()
    after: str = ""
    met: frozenset[str] = frozenset()  # new ids under which the source shows persons who were forgotten


def session_for(source: Source, tokens: Path) -> Session | None:
    """The source's HTTP session, or None for a system that is not HTTP. Raises ConfigError without its secrets.

    `tokens` is the folder where refresh tokens are kept that a source replaces as they are used.
    """
    if source.connector.auth is None:
        return None
    return Session(
        source.name,
        source.settings["base_url"],
        source.connector.auth(
            {
                **source.settings,
                "token_file": str(tokens / f"{source.name}.json"),
                "ca_file": source.limits.ca_file or "",
            },
            source.secrets(),
        ),
        source.limits,
        source.connector.throttled,
        source.connector.faults_in_200,
        source.connector.older,
        source.connector.refusal,
    )


def context_for(
    source: Source, stream: Stream, landing: Landing, session: Session | None, forgotten: Forgotten | None = None
) -> Context:
    """What syncing one stream of a source needs."""
    return Context(
        source.name,
        source.connector,
        stream,
        source.settings,
        landing,
        session,
        Window(None, datetime.min),
        {},
        source.options.get(stream.name, {}),
        source.secrets() if source.connector.auth is None else {},
        limits=source.limits,
        full_refresh=stream.name in source.full_refresh,
        without=Anonymiser(forgotten, source.name, persons.of_stream(source, stream.name)) if forgotten else None,
        stops_at_new_fields=source.on_new_field == "stop",
    )


def choose(config: Config, names: Iterable[str]) -> list[tuple[str, str]]:
    """The (source, stream) pairs that 'source' and 'source/stream' name. Raises ConfigError for an unknown one."""
    chosen = []
    for name in names:
        source_name, _, stream_name = name.partition("/")
        pairs = [
            (s.name, t.name)
            for s in config.sources
            for t in s.streams
            if s.name == source_name and stream_name in ("", t.name)
        ]
        if not pairs:
            there = ", ".join(s.name for s in config.sources)
            raise ConfigError(f"{name!r} is not set up; there are {there}", where="arguments")
        chosen += pairs
    return chosen


def pull_source(
    source: Source,
    streams: list[Stream],
    landing: Path,
    progress: Progress | None,
    note: Callable[[Pulled], None] = lambda _pulled: None,
    stop: Event | None = None,
    forgotten: Forgotten | None = None,
) -> list[Pulled]:
    """Pull these streams of one source, `source.at_once` of them at a time, a child after its parent.

    Whoever is `forgotten` is not landed again.
    `note` is told how each stream ended, as it ends. Once `stop` is set, no page more is asked for.
    """
    visit = SourceRun(source, Landing(landing), None, progress, note, stop or Event(), forgotten)
    try:
        visit.session = session_for(source, landing.parent / "tokens")
    except ConfigError as lacking:
        visit.fatal_error = lacking
    except Exception as error:  # of a connector's own code: it ends its source, not the run
        visit.fatal_error = unexpected(error, source.name)
    begun: dict[str, Future[Pulled]] = {}
    with ThreadPoolExecutor(max_workers=source.at_once) as pool:
        for stream in streams:
            # Parents stand before their children, so the one that is waited for has a thread already.
            begun[stream.name] = pool.submit(visit.pull, stream, begun.get(stream.parent or ""))
            visit.answered.wait()
    return [future.result() for future in begun.values()]


@dataclass
class SourceRun:
    """One source during one night: what its streams share."""

    source: Source
    landing: Landing
    session: Session | None
    progress: Progress | None
    note: Callable[[Pulled], None]
    stop: Event
    forgotten: Forgotten | None = None
    fatal_error: Crm360Error | None = None  # why the source is not asked any more
    answered: Event = field(default_factory=Event)  # the first stream has had an answer, or has failed

    def pull(self, stream: Stream, parent: Future[Pulled] | None) -> Pulled:
        """Sync one stream, after its parent."""
        if parent is not None:
            parent.result()
        begun = time.monotonic()
        footer: Footer | None = None
        error = self.fatal_error
        before = _newest_name(self.landing, self.source.name, stream.name)
        context: Context | None = None
        try:
            if error is None:
                context = context_for(self.source, stream, self.landing, self.session, self.forgotten)
                report = partial(self._report, stream.name)
                footer = sync_stream(context, max_shrink=self.source.max_shrink, progress=report)
                error = self._beyond_limit(stream.name, footer)
        except (AuthError, Unreachable, RateLimited) as failure:
            self.fatal_error = error = failure
        except Crm360Error as failure:
            error = failure
        except Exception as failure:
            error = unexpected(failure, f"{self.source.name}/{stream.name}")
        finally:
            self.answered.set()
        if self.progress:
            self.progress(self.source.name, stream.name, footer.received if footer else 0, str(error or ""))
        if error is not None:
            log.info("%s/%s: %s", self.source.name, stream.name, error)
        batches = names_after(self.landing, self.source.name, stream.name, before)
        met = frozenset(context.without.met) if context is not None and context.without is not None else frozenset()
        result = Pulled(self.source.name, stream.name, footer, error, time.monotonic() - begun, batches, before, met)
        self.note(result)
        return result

    def _beyond_limit(self, stream: str, footer: Footer) -> TooManyRejected | None:
        limit = self.source.limit(stream)
        if not limit.refuses(footer.rejected, footer.received):
            return None
        told = f"{footer.rejected:,} of {footer.received:,} records were rejected"
        permits = f"more than max_rejected_rate = {limit.max_rejected_rate:g} permits; crm360 status says why"
        return TooManyRejected(f"{told}, {permits}", where=f"{self.source.name}/{stream}")

    def _report(self, stream: str, received: int) -> None:
        self.answered.set()
        if self.stop.is_set():
            raise Stopped("the run was interrupted", where=f"{self.source.name}/{stream}")
        if self.progress is not None:
            self.progress(self.source.name, stream, received, None)


def names_after(landing: Landing, source: str, stream: str, name: str) -> tuple[str, ...]:
    """The ids of a stream's batches after this one, oldest first."""
    return tuple(sorted(p.stem for p in landing.folder(source, stream).glob("*.parquet") if p.stem > name))


def _newest_name(landing: Landing, source: str, stream: str) -> str:
    return max((p.stem for p in landing.folder(source, stream).glob("*.parquet")), default="")


class Stopped(SourceError):
    """The run was interrupted while the stream was pulled."""
