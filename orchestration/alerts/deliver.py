"""Who has been told of what: one alert a cause, one when it is well again, by each channel, whatever is killed between.

data/alerts.json holds every cause that stands, or that somebody has yet to be told is over, and which channels know. It
is written after each message. A file that is not as it was written is none: then all that stands is told again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from crm360 import durable
from crm360.connectors.engine.errors import LandingError
from crm360.moments import utc_now
from crm360.orchestration.alerts.causes import LOOKS, Cause, find
from crm360.orchestration.alerts.channels import Undelivered, send
from crm360.orchestration.alerts.message import Alert, State
from crm360.orchestration.catalog import sealed
from crm360.orchestration.run import runs
from crm360.orchestration.settings.alerting import Kind
from crm360.orchestration.settings.config import Config

NAME = "alerts.json"
LOCK = ".alerts.lock"  # a run that has ended, cron's look and Dagster's sensor may come together
WHILE_WORKING: tuple[Kind, ...] = ("no_run", "disk_low")  # what can be looked at while a run writes


class Entry(msgspec.Struct):
    """A cause. `told` are the channels that know that it stands, `told_over` those that know that it is over.

    `failed` says by channel why the last try to tell it did not succeed.
    """

    cause: Cause
    over_at: datetime | None = None
    told: list[str] = []
    told_over: list[str] = []
    failed: dict[str, str] = {}


def read(config: Config) -> list[Entry]:
    """What is known, by the last time that anybody looked."""
    return sealed.read(config.data / NAME, list[Entry]) or []


def undelivered(config: Config) -> list[str]:
    """A sentence for each message that could not be delivered."""
    channels = config.toml.alerts.channels
    return sorted({why for entry in read(config) for name, why in entry.failed.items() if name in channels})


def deliver(config: Config, now: datetime | None = None) -> list[Alert]:
    """Look at what is wrong, and tell what nobody has been told yet. Returns the alerts that left.

    Raises Undelivered where some could not; they are tried again the next time.
    """
    channels = config.toml.alerts.channels
    if not channels:
        return []
    now = now or utc_now()
    with durable.alone(config.data, LOCK):
        entries = _look(config, now)
        _write(config, entries)
        sent = [alert for entry in entries for alert in _tell(config, entries, entry, now, [*channels])]
        _write(config, [e for e in entries if not _is_done(e, [*channels])])
    if failed := undelivered(config):
        raise Undelivered("; ".join(failed))
    return sent


def _look(config: Config, now: datetime) -> list[Entry]:
    """The entries as they stand now: what is new, what goes on, what is over."""
    known = {entry.cause.key: entry for entry in read(config)}
    standing = {key for key, entry in known.items() if entry.over_at is None}
    looked: tuple[Kind, ...] = WHILE_WORKING if runs.is_working(config.data) else tuple(LOOKS)
    found = {c.key: c for c in find(config, now, standing, looked)}
    for key, cause in found.items():
        entry = known.get(key)
        if entry is None or entry.over_at is not None:  # again: whoever knows that it was over, is told anew
            known[key] = Entry(cause)
        else:
            entry.cause = msgspec.structs.replace(cause, since=min(cause.since, entry.cause.since))
    for key in standing - found.keys():
        if known[key].cause.kind in looked:
            known[key].over_at = now
    return list(known.values())


def _tell(config: Config, entries: list[Entry], entry: Entry, now: datetime, channels: list[str]) -> Iterator[Alert]:
    for channel in channels:
        is_over = entry.over_at is not None
        if channel in (entry.told_over if is_over else entry.told) or (is_over and channel not in entry.told):
            entry.failed.pop(channel, None)
            continue
        state: State = "well again" if is_over else "standing"
        alert = Alert(state, entry.cause, project(config), entry.over_at or now, config.toml.alerts.link)
        try:
            send(config, channel, alert)
        except Undelivered as error:
            entry.failed[channel] = f"{error.where}: {error.what}"
            continue
        entry.failed.pop(channel, None)
        (entry.told_over if is_over else entry.told).append(channel)
        _write(config, entries)
        yield alert


def _is_done(entry: Entry, channels: list[str]) -> bool:
    """Whether it is over and everybody who was told that it stands knows."""
    return entry.over_at is not None and not set(entry.told) & set(channels) - set(entry.told_over)


def test(config: Config) -> dict[str, str]:
    """Send one alert by every channel, of nothing. Returns by channel why it could not be delivered, or nothing."""
    cause = Cause(
        "test", "not_published", "this is a test, nothing is wrong", "crm360 alerts --test", "nobody", utc_now()
    )
    results = {}
    for channel in config.toml.alerts.channels:
        try:
            send(config, channel, Alert("test", cause, project(config), utc_now(), config.toml.alerts.link))
            results[channel] = ""
        except Undelivered as error:
            results[channel] = str(error)
    return results


def project(config: Config) -> str:
    """What tells this installation from another: the project folder's name."""
    return config.project.root.name


def _write(config: Config, entries: list[Entry]) -> None:
    try:
        sealed.write(config.data / NAME, entries, durable=True)
    except OSError as error:
        raise LandingError(f"it can't be written ({error.strerror})", where=f"data/{NAME}") from error
