"""From a page's records to rows to land: keys and change times are read out, the record's bytes stay as they came."""

from __future__ import annotations

import contextlib
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from crm360.connectors.engine import salvage
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.record_schema import ChangedAs, RecordSchema

EPOCH = datetime(1970, 1, 1)
NO_IDS = (b"", b"null", b'""')
_MS_JSON = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])


class RowReader:
    """Reads landing rows out of records by a stream's facts; one decoder call for a whole page."""

    def __init__(self, facts: RecordSchema) -> None:
        self._facts = facts
        wanted = [*facts.key, facts.changed, facts.deleted and facts.deleted[0], facts.merged_ids, facts.merged_into]
        tree: dict[str, Any] = {}
        for path in filter(None, wanted):
            branch = tree
            *parents, leaf = path.split(".")
            for part in parents:
                branch = branch.setdefault(part, {})
            branch[leaf] = None
        shape, self._getters = _shape(tree)
        # What most streams lack is not looked for in every record.
        self._is_plain = not (
            facts.deleted or facts.merged_ids or facts.merged_into or facts.is_tombstone or facts.cut_key
        )
        self._has_one_key = len(facts.key) == 1
        self._has_plain_key = self._has_one_key and "." not in facts.key[0]
        self._token = f'"{facts.key[0]}"' if facts.key else ""
        self._begins = "{" + self._token + ":"
        self._simple = self._reads_simply()
        self._page: Any = msgspec.json.Decoder(list[shape])  # type: ignore[valid-type]
        self._one: Any = msgspec.json.Decoder(shape)

    def rows(
        self, records: Sequence[msgspec.Raw | bytes], listed: bytes | msgspec.Raw | None = None
    ) -> Iterator[LandedRecord]:
        """One row a record, and a tombstone for each record that was merged into it.

        `listed` is the JSON list that the records were taken from, where it is at hand. A record that is no JSON, is
        without its key, or has one that stands twice, or whose change time can't be read, comes out as rejected with
        the reason.
        """
        try:
            shaped = self._page.decode(listed or b"[" + b",".join(bytes(r) for r in records) + b"]")
            read = [(str(record, "utf-8"), shape) for record, shape in zip(records, shaped, strict=True)]
        except (*salvage.REFUSALS, ValueError):  # ValueError: a comma within a record that is no JSON
            for record in records:
                yield from self._alone(bytes(record))
            return
        simple = self._simple
        for text, shape in read:
            row = simple(text, shape) if simple is not None else None
            if row is not None:
                yield row
            else:
                yield from self._row(text, shape)

    def _alone(self, record: bytes) -> Iterator[LandedRecord]:
        """The rows of one record out of a page in which something can't be read."""
        fault = salvage.fault(record)
        if fault is not None:
            key = [_scalar(salvage.raw(record, path) or b"") for path in self._facts.key]
            told = msgspec.json.encode(record.decode(errors="backslashreplace")).decode()
            yield LandedRecord(
                self._cut("/".join(filter(None, key))) if all(key) else None, told, rejected_because=fault
            )
            return
        text = str(record, "utf-8")
        try:
            shape = self._one.decode(record)
        except salvage.REFUSALS:
            yield LandedRecord(None, text, rejected_because="not an object with the expected fields")
            return
        yield from self._row(text, shape)

    def _reads_simply(self) -> Callable[[str, Any], LandedRecord | None] | None:
        """A short way for a record that has nothing unusual about it, as nearly all have; it gives None for the others.

        A page is read in two thirds of the time. None where the stream's facts leave no short way.
        """
        facts, getters, begins = self._facts, self._getters, self._begins
        if not self._has_plain_key or facts.deleted or facts.merged_into or facts.is_tombstone or facts.cut_key:
            return None
        if facts.changed is None or facts.changed_as != "iso":
            return None
        key_of, changed_of = getters[facts.key[0]], getters[facts.changed]
        merged_of = getters[facts.merged_ids] if facts.merged_ids else None
        read = datetime.fromisoformat

        def simple(text: str, shape: Any) -> LandedRecord | None:
            try:
                key, changed = str(key_of(shape), "utf-8"), str(changed_of(shape), "utf-8")
                if merged_of is not None and bytes(merged_of(shape)) not in NO_IDS:
                    return None
                # The key stands first and alone, so it is not told twice; the time says that it is UTC.
                if not text.startswith(f"{begins}{key},") or changed[-2:] != 'Z"':
                    return None
                if key[0] == '"':
                    key = key[1:-1]
                    return LandedRecord(key, text, read(changed[1:-2])) if key and "\\" not in key else None
                return LandedRecord(key, text, read(changed[1:-2])) if key.isdecimal() else None
            except (ValueError, AttributeError):
                return None

        return simple

    def _cut(self, key: str) -> str:
        return key.rsplit(self._facts.cut_key, 1)[-1] if self._facts.cut_key else key

    def _stands_twice(self, text: str, shape: Any) -> bool:
        """Whether the key is told twice, with different values: there is no knowing which record that is."""
        raw = str(self._getters[self._facts.key[0]](shape), "utf-8")
        begin = f"{self._begins}{raw}"
        if text.startswith((begin + ",", begin + "}")) or text.count(self._token) == 1:
            return False
        inside = sum(bytes(value).count(self._token.encode()) for value in _TOP.decode(text).values())
        return text.count(self._token) - inside > 1

    def _is_text(self, shape: Any) -> bool:
        return bytes(self._getters[self._facts.key[0]](shape))[:1] == b'"'

    def _joined_key(self, shape: Any) -> str | None:
        parts = [self._value(shape, path) for path in self._facts.key]
        return "/".join(filter(None, parts)) if all(parts) else None

    def _value(self, shape: Any, path: str) -> str | None:
        try:
            raw = bytes(self._getters[path](shape))
        except AttributeError:  # something above it is null
            return None
        return _scalar(raw)

    def _row(self, text: str, shape: Any) -> Iterator[LandedRecord]:
        facts = self._facts
        key = self._value(shape, facts.key[0]) if self._has_one_key else self._joined_key(shape)
        if not key or (key[0] in "{[" and not self._is_text(shape)):
            missing = [path for path in facts.key if not self._value(shape, path)] or facts.key
            yield LandedRecord(None, text, rejected_because=f"no key: {', '.join(missing)}")
            return
        if self._has_plain_key and self._stands_twice(text, shape):
            yield LandedRecord(None, text, rejected_because=f"its key stands twice: {facts.key[0]}")
            return
        key = self._cut(key)
        stated = self._value(shape, facts.changed) if facts.changed else None
        if stated in facts.null_words:
            stated = None
        try:
            changed = read_time(stated, facts.changed_as, facts.zone, facts.formats) if stated else None
        except (ValueError, OverflowError):
            yield LandedRecord(key, text, rejected_because=f"unreadable change time: {facts.changed}")
            return
        if self._is_plain:
            yield LandedRecord(key, text, changed)
            return
        merged_into = self._value(shape, facts.merged_into) if facts.merged_into else None
        if facts.is_tombstone:
            yield LandedRecord(key, None, changed, is_deleted=True, merged_into=merged_into)
            return
        gone = merged_into is not None
        if facts.deleted is not None:
            path, texts = facts.deleted
            said = self._value(shape, path)
            gone = gone or (said in texts if texts else bool(said))
        yield LandedRecord(key, text, changed, is_deleted=gone, merged_into=merged_into)
        for loser in _ids(self._value(shape, facts.merged_ids)) if facts.merged_ids else ():
            if loser != key:
                yield LandedRecord(loser, None, changed, is_deleted=True, merged_into=key, derived=True)


def read_time(text: str, kind: ChangedAs, zone: str = "UTC", formats: tuple[str, ...] = ()) -> datetime:
    """A change time as naive UTC. A time without an offset is one of `zone`. ValueError if it is none.

    `formats` are strptime patterns, tried before ISO 8601.
    """
    for pattern in formats:
        with contextlib.suppress(ValueError):
            return _utc(datetime.strptime(text.strip(), pattern), zone)
    if kind == "iso":
        if text.endswith("Z"):
            return datetime.fromisoformat(text[:-1])
        return _utc(datetime.fromisoformat(text), zone)
    if kind == "ms_json":  # the milliseconds are UTC's already, and the offset only says whose clock shows them
        if (found := _MS_JSON.fullmatch(text)) is None:
            raise ValueError("a time is /Date(milliseconds)/")
        return EPOCH + timedelta(milliseconds=int(found[1]))
    if kind == "us":
        return _utc(datetime.strptime(text, "%m/%d/%Y %H:%M:%S"), zone)
    return EPOCH + timedelta(seconds=int(text) if kind == "epoch" else int(text) / 1000)


def _utc(time: datetime, zone: str) -> datetime:
    """Of the hour that comes twice in autumn the first is meant: too early is read again, too late is lost."""
    if time.tzinfo is None:
        return time if zone == "UTC" else time.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    return time.astimezone(UTC).replace(tzinfo=None)


def earliest_local(time: datetime, zone: str) -> datetime:
    """The smallest time that clocks of the zone show from this moment (naive UTC) on: in autumn they are put back."""
    quarter = time.replace(minute=time.minute // 15 * 15, second=0, microsecond=0)  # zones change on the quarter hour
    moments = [time, *(quarter + timedelta(minutes=15 * n) for n in range(1, 13))]
    return min(m.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for m in moments)


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970 of a naive UTC time."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def _scalar(raw: bytes) -> str | None:
    """A JSON value's text exactly as written; strings unquoted; null, absent and what can't be read as None."""
    if raw in (b"", b"null"):
        return None
    try:
        return str(msgspec.json.decode(raw)) if raw[:1] == b'"' else raw.decode()
    except salvage.REFUSALS:
        return None


def _ids(value: str | None) -> list[str]:
    if not value:
        return []
    if value.startswith("["):
        return [i for raw in msgspec.json.decode(value, type=list[msgspec.Raw]) if (i := _scalar(bytes(raw)))]
    return [i.strip() for i in value.split(";") if i.strip()]


def _shape(
    tree: dict[str, Any], prefix: str = "", attributes: str = ""
) -> tuple[type, dict[str, Callable[[Any], Any]]]:
    """A Struct that decodes just the wanted paths as raw bytes, and a getter for each path."""
    fields: list[tuple[str, Any, Any]] = []
    rename: dict[str, str] = {}
    getters: dict[str, Callable[[Any], Any]] = {}
    for number, (name, below) in enumerate(tree.items()):
        attribute = f"f{number}"
        rename[attribute] = name
        if below is None:
            fields.append((attribute, msgspec.Raw, msgspec.Raw(b"")))
            getters[f"{prefix}{name}"] = operator.attrgetter(f"{attributes}{attribute}")
        else:
            inner, found = _shape(below, f"{prefix}{name}.", f"{attributes}{attribute}.")
            fields.append((attribute, inner | None, None))
            getters |= found
    return msgspec.defstruct("Shape", fields, rename=rename, gc=False), getters
