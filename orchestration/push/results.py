"""How each push went the last time, for `crm360 status` and alerts: data/push/results.json. No member stands in it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from crm360.orchestration.catalog import sealed
from crm360.orchestration.settings.config import Config


class Result(msgspec.Struct, frozen=True):
    """The last try of a push (naive UTC). `what` and `who` say why it did not reach its end, since `failed_since`."""

    at: datetime
    sentence: str
    what: str = ""
    who: str = ""
    failed_since: datetime | None = None


def read(config: Config) -> dict[str, Result]:
    """By push, of those that are set up; none where none has run, or the file is not as it was written."""
    told = sealed.read(config.data / "push" / "results.json", dict[str, Result]) or {}
    return {name: result for name, result in told.items() if name in config.toml.push}


def note(config: Config, name: str, sentence: str, what: str, who: str, now: datetime) -> None:
    """Write down how a push went. Raises OSError if the disk refuses."""
    known = read(config)
    before = known.get(name)
    since = (before.failed_since if before is not None and before.what else None) or now
    known[name] = Result(now, sentence, what, who, since if what else None)
    sealed.write(config.data / "push" / "results.json", known)
