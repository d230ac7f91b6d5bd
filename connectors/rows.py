"""From a page's records to rows to land: keys and change times are read out, the record's bytes stay as they came."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from connectors.landing import Row
from connectors.stream import ChangedAs
from connectors.stream import Row as RowFacts

EPOCH = datetime(1970, 1, 1)


class RowReader:
    """Reads landing rows out of records by a stream's facts; one decoder call for a whole page."""

    def __init__(self, facts: RowFacts) -> None:
        self._facts = facts
        wanted = [*facts.key, facts.changed, facts.deleted and facts.deleted[0], facts.losers, facts.winner]
        tree: dict[str, Any] = {}
        for path in filter(None, wanted):
            branch = tree
            *parents, leaf = path.split(".")
            for part in parents:
                branch = branch.setdefault(part, {})
            branch[leaf] = None
        shape, self._getters = _shape(tree)
        # What most streams lack is not looked for in every record.
        self._is_plain = not (facts.deleted or facts.losers or facts.winner or facts.is_tombstone or facts.cut_key)
        self._has_one_key = len(facts.key) == 1
        self._page: Any = msgspec.json.Decoder(list[shape])  # type: ignore[valid-type]
        self._one: Any = msgspec.json.Decoder(shape)

    def rows(self, records: Sequence[msgspec.Raw | bytes], listed: bytes | msgspec.Raw | None = None) -> Iterator[Row]:
        """One row a record, and a tombstone for each record that was merged into it.

        `listed` is the JSON list that the records were taken from, where it is at hand. A record without its
        key, or whose change time can't be read, comes out as rejected with the reason.
        """
        try:
            shaped = self._page.decode(listed or b"[" + b",".join(bytes(r) for r in records) + b"]")
        except msgspec.MsgspecError:
            shaped = [self._shape_one(r) for r in records]
        for record, shape in zip(records, shaped, strict=True):
            text = str(record, "utf-8")
            if shape is None:
                yield Row(None, text, rejected_because="not an object with the expected fields")
            else:
                yield from self._row(text, shape)

    def _shape_one(self, record: msgspec.Raw | bytes) -> Any:
        try:
            return self._one.decode(record)
        except msgspec.MsgspecError:
            return None

    def _joined_key(self, shape: Any) -> str | None:
        parts = [self._value(shape, path) for path in self._facts.key]
        return "/".join(str(p) for p in parts) if all(parts) else None

    def _value(self, shape: Any, path: str) -> str | None:
        try:
            raw = bytes(self._getters[path](shape))
        except AttributeError:  # something above it is null
            return None
        return _scalar(raw)

    def _row(self, text: str, shape: Any) -> Iterator[Row]:
        facts = self._facts
        key = self._value(shape, facts.key[0]) if self._has_one_key else self._joined_key(shape)
        if not key:
            missing = [path for path in facts.key if not self._value(shape, path)]
            yield Row(None, text, rejected_because=f"no key: {', '.join(missing)}")
            return
        if facts.cut_key:
            key = key.rsplit(facts.cut_key, 1)[-1]
        stated = self._value(shape, facts.changed) if facts.changed else None
        try:
            changed = read_time(stated, facts.changed_as) if stated else None
        except (ValueError, OverflowError):
            yield Row(key, text, rejected_because=f"unreadable change time: {facts.changed}")
            return
        if self._is_plain:
            yield Row(key, text, changed)
            return
        if facts.is_tombstone:
            yield Row(key, None, changed, is_deleted=True)
            return
        winner = self._value(shape, facts.winner) if facts.winner else None
        gone = winner is not None
        if facts.deleted is not None:
            gone = gone or self._value(shape, facts.deleted[0]) in facts.deleted[1]
        yield Row(key, text, changed, is_deleted=gone, merged_into=winner)
        for loser in _ids(self._value(shape, facts.losers)) if facts.losers else ():
            if loser != key:
                yield Row(loser, None, changed, is_deleted=True, merged_into=key, derived=True)


def read_time(text: str, kind: ChangedAs) -> datetime:
    """A change time as naive UTC. A time without an offset is taken as UTC. ValueError if it is none."""
    if kind == "iso":
        if text.endswith("Z"):
            return datetime.fromisoformat(text[:-1])
        time = datetime.fromisoformat(text)
        return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)
    if kind == "us":
        return datetime.strptime(text, "%m/%d/%Y %H:%M:%S")
    return EPOCH + timedelta(seconds=int(text) if kind == "epoch" else int(text) / 1000)


def epoch_ms(time: datetime) -> int:
    """Milliseconds since 1970 of a naive UTC time."""
    return (time - EPOCH) // timedelta(milliseconds=1)


def _scalar(raw: bytes) -> str | None:
    """A JSON scalar's text exactly as written; strings unquoted; null and absent as None."""
    if raw in (b"", b"null"):
        return None
    if raw[:1] == b'"':
        return str(msgspec.json.decode(raw))
    return raw.decode()


def _ids(value: str | None) -> list[str]:
    if not value:
        return []
    if value.startswith("["):
        return [str(i) for i in msgspec.json.decode(value)]
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
