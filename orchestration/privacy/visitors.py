"""By which ids the events of websites know a person: as a user, and as the browsers in which nobody else was named.

An event names its visitor by a user's id or an address, or by nothing but the browser's id. So that what somebody did
before they were named goes with them, the ids of browsers are found in the events that name them. A browser in which
somebody else was named, too, is left: there only the events that name the person themselves are theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crm360.connectors.engine import erasing, forgotten
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.settings.config import Config, Source

ENTITY = "web_events"
_RECORD = msgspec.json.Decoder(dict[str, Any])
Contact = tuple[str, str]  # source, id


@dataclass
class _Seen:
    """Who was named in a browser, or an address under a user's id: the person, or somebody else."""

    users: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)


def of_person(config: Config, contacts: set[Contact], emails: set[str]) -> set[Contact]:
    """The ids of users and browsers, each with the source of the events, of whoever has these records and addresses."""
    found: set[Contact] = set()
    for source in config.sources:
        for mapping in _mappings(source):
            users = {i for s, i in contacts if s == _source_of_users(mapping)}
            found |= {(source.name, i) for i in _ids(config, mapping, users, emails)}
    return found


def _mappings(source: Source) -> Iterator[Mapping[str, Any]]:
    """What crm360.toml maps to web events; and of a system that has them, what its stream says of whose they are."""
    yield from (mapping for mapping in source.mappings if mapping["entity"] == ENTITY)
    for stream in source.streams:
        if stream.entity == ENTITY and not any(m["stream"] == stream.name for m in source.mappings):
            fields: dict[str, Any] = {**stream.params, "email": stream.params.get("user_id")}
            if users := source.settings.get("user_source"):
                fields["user_source"] = {"value": users}
            yield {"entity": ENTITY, "source": source.name, "stream": stream.name, "fields": fields}


def _ids(config: Config, mapping: Mapping[str, Any], known: set[str], emails: set[str]) -> set[str]:
    """Of one mapped stream."""
    browsers: dict[str, _Seen] = defaultdict(_Seen)
    users: dict[str, set[str]] = defaultdict(set)
    for browser, told_user, email in _events(config, mapping):
        user = told_user if told_user != browser else None  # before anybody is named, some tell the browser as the user
        if browser is not None:
            browsers[browser].users |= {user} if user else set()
            browsers[browser].emails |= {email} if email else set()
        if user is not None and email is not None:
            users[user].add(email)
    theirs = known | {user for user, told in users.items() if told <= emails}
    alone = {
        browser
        for browser, seen in browsers.items()
        if seen.users <= theirs and seen.emails <= emails and (seen.users or seen.emails)
    }
    seen_users = set().union(*(seen.users for seen in browsers.values())) | set(users)
    return alone | (theirs & seen_users)


def _events(config: Config, mapping: Mapping[str, Any]) -> Iterator[tuple[str | None, str | None, str | None]]:
    """Browser, user and address of every landed version of every event that has one of them."""
    landing, fields = Landing(config.landing), mapping["fields"]
    for path, _ in landing.footers(mapping["source"], mapping["stream"]):
        for row, _ in erasing.rows(path):
            try:
                record = _RECORD.decode(row.record or "{}")
            except msgspec.DecodeError:
                continue
            browser, user, email = (_value(record, fields.get(name)) for name in ("visitor_id", "user_id", "email"))
            if fields.get("email") == fields.get("user_id"):  # one field for both: an address has an @
                user, email = (None, email) if email and "@" in email else (user, None)
            if browser or user or email:
                yield browser, user, forgotten.email(email) if email else None


def _source_of_users(mapping: Mapping[str, Any]) -> str:
    """The source whose ids the users have."""
    told = mapping["fields"].get("user_source")
    return str(told["value"]) if isinstance(told, dict) and "value" in told else str(mapping["source"])


def _value(record: Mapping[str, Any], spec: Any) -> str | None:
    """The text that a field's columns have, the first that has one."""
    if spec is None:
        return None
    columns = [spec] if isinstance(spec, str) else [c for c in (spec.get("column"), *spec.get("first_of", ())) if c]
    for column in columns:
        told: Any = record.get(column)
        if told is None:
            told = record
            for step in column.split("."):
                told = told.get(step) if isinstance(told, dict) else None
        if told not in (None, "") and isinstance(told, str | int):
            return str(told)
    return None
