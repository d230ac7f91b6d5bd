"""Any Singer tap that is installed on this machine: its streams, mapped to entities in crm360.toml.

    <command> --config … --discover                                  what streams there are
    <command> --config … --catalog … [--state …]   once a stream     SCHEMA, RECORD, STATE, ACTIVATE_VERSION by lines

The tap runs for one stream at a time, so each stream has its own state: the tap's last STATE is kept in the batch's
footer, is committed with the records before it, and is given back the next night. A new version that is activated
means that the tap has sent the whole table anew: what it did not send is gone. A tap that does not end with exit
code 0 has failed: its cursor stays. Source: the Singer specification, github.com/singer-io/getting-started.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crm360.connectors.engine.connector import Chunk, Connector, Context
from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.mapped import MappedFields, OneOfAKey
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.stream import Declared, Stream, Table
from crm360.connectors.engine.tap import SET_UP, Tap

ROWS_IN_A_CHUNK, BYTES_IN_A_CHUNK = 10_000, 16 * 2**20


class SingerOptions(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A singer source's settings: the tap's command, its JSON `config` file if any, seconds that it may be silent."""

    command: Annotated[list[str], Meta(description="The tap's command and its arguments; relative to crm360.toml.")]
    config: Annotated[str, Meta(description="The tap's JSON file of settings, for its owner alone.")] = ""
    discover: Annotated[bool, Meta(description="Whether the tap knows a catalog.")] = True
    silence: Annotated[float, Meta(description="Seconds after which a tap that says nothing has failed.")] = 900.0


class SingerTable(Table, forbid_unknown_fields=True, kw_only=True):
    """A stream's table in crm360.toml. `tap_stream` is its name in the tap's catalog, if it is another one."""

    tap_stream: Annotated[str, Meta(description="The stream's name in the tap's catalog, if it is another one.")] = ""
    replication_method: Annotated[
        Literal["", "FULL_TABLE", "INCREMENTAL", "LOG_BASED"],
        Meta(description="What the catalog is to ask for. Empty: the tap decides."),
    ] = ""
    replication_key: Annotated[str, Meta(description="The field that an incremental tap goes by.")] = ""
    deletes: Annotated[
        Literal["none", "sweep"],
        Meta(description="Whether the tap sends the whole table every night, so that what lacks is deleted (`sweep`)."),
    ] = "none"


def stream(name: str, table: SingerTable) -> Stream:
    """The stream that a [sources.<name>.streams.<stream>] table describes."""
    return Stream(
        name, "mapped", table.tap_stream or name, table.schema(), OnePage(), cursor=False, deletes=(table.deletes,)
    )


class Message(msgspec.Struct):
    """One line of a tap's output."""

    type: str
    stream: str = ""
    record: msgspec.Raw = msgspec.Raw(b"")
    value: Any = None
    key_properties: list[str] | None = None
    version: int | None = None
    schema: dict[str, Any] | None = None


class Gone(msgspec.Struct, rename={"at": "_sdc_deleted_at"}):
    """When a log-based tap saw the record deleted."""

    at: Any = None


def read(context: Context) -> Iterator[Chunk]:
    """Run the tap for this stream: its records, then what a newly activated version leaves out."""
    said: SingerOptions = context.options["source"]
    config = context.secrets.get("config")
    tap = Tap(said.command, said.silence, said.config, context.options["base"], config, context.where)
    before = (context.resume or context.state).get("state")
    if before is not None and "sweep" not in context.stream.deletes:
        context.reading = "changes"
    with TemporaryDirectory(prefix="crm360-") as folder:
        arguments: list[str] = []
        if said.discover:
            arguments += ["--catalog", _written(Path(folder, "catalog.json"), _catalog(tap, context))]
        if before is not None:
            arguments += ["--state", _written(Path(folder, "state.json"), before)]
        table: SingerTable = context.options["stream"]
        # A tap that tells changes tells a record again as it changes; one that sends all has each once.
        versions = table.changed or table.replication_key or table.replication_method in ("INCREMENTAL", "LOG_BASED")
        once = None if versions else OneOfAKey(tuple(table.key), BadResponse, context.where, SET_UP)
        run = Run(context, MappedFields.of(context.options.get("mapped", ()) if before is None else ()), once)
        for line in tap.lines(*arguments):
            yield from run.take(line)
        yield from run.end()
    context.end_proof = "the tap ended with exit code 0"


@dataclass
class Run:
    """What one run of the tap has said so far."""

    context: Context
    fields: MappedFields
    once: OneOfAKey | None
    rows: list[LandedRecord] = field(default_factory=list)
    size: int = 0  # of the lines that they came by
    state: Any = None
    version: int | None = None
    seen: set[str] = field(default_factory=set)
    reader: RowReader | None = None

    def take(self, line: bytes) -> Iterator[Chunk]:
        """One line; a STATE closes a piece from whose end a later run can go on."""
        if not line.strip():
            return
        wanted, message = self.context.stream.path, self._message(line)
        kind = "" if message is None else message.type.upper()  # the specification takes either case
        if message is None:
            text = msgspec.json.encode(line.decode(errors="replace")).decode()
            self.rows.append(LandedRecord(None, text, rejected_because="not JSON"))
        elif kind == "STATE":
            self.state = message.value
            yield self._chunk({"state": self.state})
        elif message.stream != wanted:
            return
        elif kind == "SCHEMA":
            key = tuple(self.context.stream.row.key or message.key_properties or ())
            told = set((message.schema or {}).get("properties") or ())
            self.fields.lacking -= told
            self.fields.found |= told
            self.reader = RowReader(replace(self.context.stream.row, key=key)) if key else None
        elif kind == "ACTIVATE_VERSION":
            self.version = message.version
        elif kind == "RECORD":
            self.rows += self._row(bytes(message.record))
        else:
            raise BadResponse(f"{message.type[:20]} messages are not read", where=self.context.where, who=SET_UP)
        self.size += len(line)
        if len(self.rows) >= ROWS_IN_A_CHUNK or self.size > BYTES_IN_A_CHUNK:
            yield self._chunk(None)

    def end(self) -> Iterator[Chunk]:
        """The rest, the state to keep, and all keys if the tap has sent a new version of the table."""
        yield self._chunk(None)
        self.fields.settle("record", BadResponse, self.context.where, SET_UP)
        state = self.context.state
        if self.state is not None:
            state["state"] = self.state
        if self.version is None or self.version == state.get("version"):
            return
        if self.context.resume is None:  # a run that went on in the middle has not seen all
            state["version"] = self.version
            yield Chunk((LandedRecord(i, None) for i in self.seen), "keys")

    def _message(self, line: bytes) -> Message | None:
        try:
            return msgspec.json.decode(line, type=Message)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            if line.lstrip().startswith(b"{"):
                return None
            told = "the tap wrote something that is no Singer message"
            raise BadResponse(told, where=self.context.where, who=SET_UP) from None

    def _chunk(self, resume: Any) -> Chunk:
        rows, self.rows, self.size = self.rows, [], 0
        self.context.pages += 1
        return Chunk(rows, resume=resume)

    def _row(self, record: bytes) -> Iterator[LandedRecord]:
        self.fields.look(record)
        if self.reader is None:
            rows: Iterator[LandedRecord] = iter(
                [LandedRecord(hashlib.md5(record, usedforsecurity=False).hexdigest(), record.decode())]
            )
        else:
            rows = self.reader.rows([record])
        for row in rows:
            if row.record_id is not None and b'"_sdc_deleted_at"' in record:
                row = msgspec.structs.replace(row, is_deleted=msgspec.json.decode(record, type=Gone).at is not None)
            if row.record_id is not None:
                self.seen.add(row.record_id)
            yield row if self.once is None or self.reader is None else self.once.check(row)


def _catalog(tap: Tap, context: Context) -> dict[str, Any]:
    """The tap's own catalog, in which this stream and all its fields are selected, and nothing else is."""
    try:
        catalog = msgspec.json.decode(b"\n".join(tap.lines("--discover")), type=dict[str, Any])
        streams: list[dict[str, Any]] = catalog["streams"]
        names = {s["tap_stream_id"]: s for s in streams}
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise BadResponse("the tap's catalog can't be read", where=context.where, who=SET_UP) from error
    wanted, table = context.stream.path, context.options["stream"]
    if wanted not in names:
        told = f"the tap has no stream {wanted!r}; it has {', '.join(sorted(names))}"
        raise BadResponse(told, where=context.where, who="whoever set up crm360.toml")
    for name, entry in names.items():
        _select(entry, name == wanted, table)
    return catalog


def _select(entry: dict[str, Any], wanted: bool, table: SingerTable) -> None:
    metadata: list[dict[str, Any]] = entry.setdefault("metadata", [])
    root = next((m for m in metadata if not m["breadcrumb"]), None)
    if root is None:
        root = {"breadcrumb": [], "metadata": {}}
        metadata.append(root)
    root["metadata"]["selected"] = wanted
    entry.get("schema", {})["selected"] = wanted  # where taps older than metadata look
    if not wanted:
        return
    for part in metadata:
        if part["breadcrumb"] and part["metadata"].get("inclusion") != "unsupported":
            part["metadata"]["selected"] = True
    if table.replication_method:
        root["metadata"]["replication-method"] = entry["replication_method"] = table.replication_method
    if table.replication_key:
        root["metadata"]["replication-key"] = entry["replication_key"] = table.replication_key


def _written(path: Path, content: Any) -> str:
    path.write_bytes(msgspec.json.encode(content))
    return str(path)


def wrong(_settings: Mapping[str, str], options: SingerOptions) -> str | None:
    """What is wrong with the command."""
    command: Sequence[str] = options.command
    return None if command else "command is empty: the tap's program and its arguments"


SINGER = Connector(
    "singer",
    (),
    read=read,
    settings={},
    secrets=(),
    optional_secrets=("config",),
    options=SingerOptions,
    declared=Declared(SingerTable, stream),
    wrong=wrong,
)
