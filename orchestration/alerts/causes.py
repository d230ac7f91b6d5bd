"""What is wrong now, and since when: the causes of alerts, found anew each time out of what runs left behind.

A cause is told once, however often it is found again: its key says whether it is the same. So streams of one source
that fail for one reason are one cause, and a run that failed five nights in a row is one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.privacy import register
from crm360.orchestration.publish import manifest
from crm360.orchestration.push import results
from crm360.orchestration.run import pausing, runs
from crm360.orchestration.run.pulled import source_facts
from crm360.orchestration.settings.alerting import Kind
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.cron import matches

ENGINEER = Crm360Error.who
PUBLISHES = ("nightly", "publish")
WELL_AGAIN = 1.2  # times what must be free, so that a disk at the brink does not tell of itself every hour
_TO_ACT = re.compile(r" \(to act: (.+)\)$")
NAMED = 3  # streams in a sentence


class Cause(msgspec.Struct, frozen=True):
    """One thing that is wrong. Its key is the same as long as it is the same thing; `since` is naive UTC."""

    key: str
    kind: Kind
    what: str
    where: str
    who: str
    since: datetime


def find(
    config: Config, now: datetime, standing: Iterable[str] = (), kinds: Iterable[Kind] | None = None
) -> list[Cause]:
    """All that is wrong now, of the kinds that are asked for. `standing`: the keys that have been told of already."""
    wanted = set(LOOKS if kinds is None else kinds) & set(config.toml.alerts.on)
    known = set(standing)
    return [cause for kind, look in LOOKS.items() if kind in wanted for cause in look(config, now, known)]


def _not_published(config: Config, _now: datetime, _known: set[str]) -> Iterator[Cause]:
    """The newest run that was to publish did not; since the first that failed after one that did."""
    failed: list[runs.RunRecord] = []
    working = runs.is_working(config.data)
    for number, record in enumerate(runs.read(config.runs, None)):
        if record.job not in PUBLISHES or (record.finished_at is None and working and number == 0):
            continue
        if record.outcome == "published":
            break
        failed.append(record)
    if not failed:
        return
    newest = failed[0]
    told = newest.message or "the run was killed" if newest.finished_at is None else newest.message
    what, who = _parts(told or "the run did not reach its end")
    what = what if "not published" in what.lower() else f"not published: {what}"
    standing = manifest.current(config.published)
    stands = f"; readers see {standing['version']}" if standing is not None else ""
    yield Cause("not_published", "not_published", f"{what}{stands}", "the run", who, failed[-1].started_at)


def _stream_failed(config: Config, _now: datetime, _known: set[str]) -> Iterator[Cause]:
    records, paused = runs.read(config.runs, None), pausing.read(config)
    attempts = runs.attempts(records)
    groups: dict[tuple[str, str], list[tuple[str, str, str, datetime]]] = {}
    for facts in source_facts(config):
        if not facts.error or facts.source in paused:
            continue
        name = f"{facts.source}/{facts.stream}"
        attempt = attempts.get(name)
        what, who = (attempt.what, attempt.who) if attempt and attempt.error == facts.error else _parts(facts.error)
        kind = attempt.kind if attempt and attempt.error == facts.error else "damaged"
        since = _failed_since(records, name) or facts.last_success_at or _EVER
        groups.setdefault((facts.source, kind), []).append((facts.stream, what, who, since))
    for (source, kind), found in groups.items():
        streams, (_, what, who, _) = [f[0] for f in found], found[0]
        more = f" (and {len(found) - 1} more streams)" if len(found) > 1 else ""
        key = f"stream_failed:{source}:{kind}"
        yield Cause(key, "stream_failed", f"{what}{more}", f"{source}/{streams[0]}", who, min(f[3] for f in found))


def _failed_since(records: list[runs.RunRecord], name: str) -> datetime | None:
    """When the first of the attempts that failed one after another, up to now, began."""
    since = None
    for record in records:
        attempt = record.streams.get(name)
        if attempt is not None and not attempt.error:
            break
        since = record.started_at if attempt is not None else since
    return since


def _stream_stale(config: Config, now: datetime, _known: set[str]) -> Iterator[Cause]:
    """Streams that nothing failed for and that were not pulled within their time: no run asked for them."""
    by_name, paused = {s.name: s for s in config.sources}, pausing.read(config)
    groups: dict[str, list[tuple[str, float, datetime]]] = {}
    for facts in source_facts(config):
        if facts.error or facts.last_success_at is None or facts.source in paused:
            continue
        hours = by_name[facts.source].fresh_hours(facts.stream, config.toml.freshness_hours)
        late = facts.last_success_at + timedelta(hours=hours)
        if late < now:
            groups.setdefault(facts.source, []).append((facts.stream, hours, late))
    for source, found in groups.items():
        streams = ", ".join(name for name, _, _ in found[:NAMED])
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        what = f"{streams}{more} not pulled within {found[0][1]:g} hours"
        since = min(late for _, _, late in found)
        yield Cause(f"stream_stale:{source}", "stream_stale", what, source, ENGINEER, since)


def _no_run(config: Config, now: datetime, _known: set[str]) -> Iterator[Cause]:
    """The schedule asks for a run in the day before the stated hour, and none has begun since that day's beginning."""
    said = config.toml.alerts.no_run_by
    if not said:
        return
    zone = ZoneInfo(config.toml.time_zone)
    local = now.replace(tzinfo=UTC).astimezone(zone)
    hour, minute = map(int, said.split(":"))
    deadline = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    deadline -= timedelta(days=deadline > local)
    begin = deadline - timedelta(days=1)
    ticks = (begin + timedelta(minutes=n) for n in range(1, 24 * 60 + 1))
    if not any(matches(config.toml.schedule, tick) for tick in ticks):
        return
    since = begin.astimezone(UTC).replace(tzinfo=None)
    begun = (r for r in runs.read(config.runs, None) if r.job in (*PUBLISHES, "prepare"))
    if not any(r.started_at > since for r in begun):
        at = deadline.astimezone(UTC).replace(tzinfo=None)
        what = f"no run has begun by {said} ({config.toml.time_zone}): is the schedule on, and this machine up?"
        yield Cause("no_run", "no_run", what, "the schedule", ENGINEER, at)


def _disk_low(config: Config, now: datetime, known: set[str]) -> Iterator[Cause]:
    least = config.toml.alerts.disk_free
    at = next((p for p in (config.data, *config.data.parents) if p.exists()), config.data)
    disk = shutil.disk_usage(at)
    free = disk.free / disk.total if disk.total else 1.0
    if free < least * (WELL_AGAIN if "disk_low" in known else 1.0):
        what = f"the disk is nearly full: {disk.free / 1e9:,.1f} GB ({free:.0%}) are free"
        yield Cause("disk_low", "disk_low", what, config.data.name, "whoever runs this machine", now)


def _erasure_late(config: Config, now: datetime, _known: set[str]) -> Iterator[Cause]:
    days = config.toml.alerts.erasure_days
    for request in register.read(config):
        late = request.asked_at + timedelta(days=days)
        if late < now and (request.finished_at is None or request.is_verified is False):
            state = "not finished" if request.finished_at is None else "not verified"
            what = f"request {request.request_id} to be forgotten is {state} after {days} days: run crm360 forget again"
            who = "whoever answers for privacy"
            yield Cause(f"erasure_late:{request.request_id}", "erasure_late", what, "data/privacy", who, late)


def _anomaly(config: Config, _now: datetime, _known: set[str]) -> Iterator[Cause]:
    """What the newest run that was audited found far off."""
    for record in runs.read(config.runs, None):
        if record.anomalies is None:
            continue
        for where, told in record.anomalies.items():
            who = "whoever knows these figures"
            yield Cause(f"anomaly:{where}", "anomaly", told, where, who, record.started_at)
        return


def _push_failed(config: Config, _now: datetime, _known: set[str]) -> Iterator[Cause]:
    """Pushes that did not reach their end the last time."""
    paused = pausing.read(config)
    for name, told in results.read(config).items():
        if told.what and config.toml.push[name].to not in paused:
            since = told.failed_since or told.at
            yield Cause(f"push_failed:{name}", "push_failed", told.what, f"push.{name}", told.who, since)


def _parts(sentence: str) -> tuple[str, str]:
    """An error's sentence by its parts: what, and who must act."""
    found = _TO_ACT.search(sentence)
    return (sentence[: found.start()], found[1]) if found else (sentence.rstrip("."), ENGINEER)


_EVER = datetime(1970, 1, 1)
Look = Callable[[Config, datetime, set[str]], Iterator[Cause]]
LOOKS: dict[Kind, Look] = {
    "not_published": _not_published,
    "stream_failed": _stream_failed,
    "stream_stale": _stream_stale,
    "no_run": _no_run,
    "disk_low": _disk_low,
    "erasure_late": _erasure_late,
    "anomaly": _anomaly,
    "push_failed": _push_failed,
}


def as_fields(cause: Cause) -> dict[str, Any]:
    """For programs."""
    fields: dict[str, Any] = msgspec.to_builtins(cause)
    return fields
