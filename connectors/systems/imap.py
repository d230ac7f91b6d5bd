"""Any mailbox over IMAP: the messages of its folders, Sent among them, with headers and a short text.

    EXAMINE <folder>                UIDVALIDITY: if it is a new one, the folder is read anew
    UID SEARCH UID …                which messages there are: those we don't know are new, those we miss are gone
    UID FETCH … BODY.PEEK[]<0.65536>                            the new ones
    UID SEARCH HEADER Message-ID …  whether one that is gone from here stands in another folder

A message is known by its Message-ID, so it is one record wherever it stands and however often it is moved. The state
keeps each folder's UIDVALIDITY and the ranges of its UIDs. Sources: RFC 3501, RFC 6154; apis.md lists the traps.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crm360.connectors.engine.addresses import is_loopback
from crm360.connectors.engine.connector import Chunk, Connector, Context
from crm360.connectors.engine.errors import BadResponse, ConfigError
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.mailbox import Fetched, Folder, Mailbox, by_password, by_token, numbers, opened, ranges
from crm360.connectors.engine.messages import iso, record
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.stream import Stream

MESSAGES_AT_ONCE = 50

STREAMS = (
    Stream(
        "messages",
        "interactions",
        "messages",
        RecordSchema(key=("message_id",), changed="received_at"),
        OnePage(),
        cursor=False,
        deletes=("feed",),
        needs="IMAP access",
    ),
)


class ImapOptions(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A mailbox's settings. Without `folders` they are INBOX and Sent; `addresses` are those that its owner uses."""

    port: Annotated[int, Meta(description="The server's port. 0: 993 with TLS, 143 without.")] = 0
    tls: Annotated[
        bool, Meta(description="Whether the connection is encrypted; false only for a server on this machine.")
    ] = True
    ca_file: Annotated[str, Meta(description="File of the authorities to trust. Empty: the system's.")] = ""
    folders: Annotated[
        list[str], Meta(description="The folders that are read. Empty: INBOX, and the one for sent mail.")
    ] = []
    addresses: Annotated[list[str], Meta(description="Addresses that the owner writes from. Empty: `user`.")] = []
    preview: Annotated[int, Meta(description="Characters of text that are kept; 0 for none.")] = 500
    deletes: Annotated[
        Literal["sweep", "none"],
        Meta(description="Whether a mail that left all these folders is deleted (`sweep`), or stays (`none`)."),
    ] = "sweep"


@dataclass
class Reading:
    """One night's reading: what each folder holds, and the messages that were seen."""

    context: Context
    box: Mailbox
    folders: list[Folder]
    validity: dict[str, int] = field(default_factory=dict)
    present: dict[str, set[int]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    is_anything_gone: bool = False

    @property
    def options(self) -> ImapOptions:
        """The mailbox's settings."""
        return self.context.options["source"]

    def new_messages(self, folder: Folder) -> Iterator[Chunk]:
        """What a folder holds that we don't know, piece by piece; the state goes along."""
        name, state = folder.name, self.context.state.setdefault("folders", {})
        self.validity[name] = self.box.open(name)
        self.present[name] = present = self.box.uids()
        before = state.get(name, {})
        is_full_refresh = before.get("validity") not in (None, self.validity[name]) or before.get("anew", False)
        known = numbers(before.get("uids", ())) if before.get("validity") == self.validity[name] else set()
        new = sorted(present - known)
        for start in range(0, len(new), MESSAGES_AT_ONCE):
            piece = new[start : start + MESSAGES_AT_ONCE]
            rows = list(self.rows(folder, piece))
            known |= set(piece)
            state[name] = {"validity": self.validity[name], "uids": ranges(known), "anew": is_full_refresh}
            self.context.pages += 1
            yield Chunk(rows, resume={"folder": name})
        self.is_anything_gone = self.is_anything_gone or is_full_refresh or bool(known - present)
        state[name] = {"validity": self.validity[name], "uids": ranges(present), "anew": False}

    def rows(self, folder: Folder, uids: list[int]) -> Iterator[LandedRecord]:
        """Messages of the open folder as rows; one that was seen this night already is left out."""
        records = []
        for message in self.box.fetch(uids):
            made = self._record(folder, message)
            if made["message_id"] not in self.seen:
                self.seen.add(made["message_id"])
                records.append(msgspec.json.encode(made))
        yield from RowReader(self.context.stream.row).rows(records)

    def _record(self, folder: Folder, message: Fetched) -> dict[str, Any]:
        own = self.options.addresses or [self.context.settings["user"]]
        made = record(
            message.head,
            frozenset(a.lower() for a in own),
            is_sent=folder.is_sent,
            preview=self.options.preview,
        )
        received = iso(message.received_at) if message.received_at else made["sent_at"]
        place = {"folder": folder.name, "uid_validity": self.validity[folder.name], "uid": message.uid}
        return {**made, "received_at": received, "size": message.size, **place}

    def gone(self) -> Iterator[Chunk]:
        """Records whose message is no longer where it was: those found elsewhere move, the others are swept."""
        standing, missed = set(), {}
        for record_id, known in self.context.landing.live_records(self.context.source, self.context.stream.name):
            folder = known["folder"]
            is_here = known["uid"] in self.present.get(folder, ()) and known["uid_validity"] == self.validity[folder]
            if record_id in self.seen or is_here or folder not in self.present:
                standing.add(record_id)
            else:
                missed[record_id] = known
        for folder in self.folders:
            self.box.open(folder.name)
            for record_id in sorted(missed.keys() - self.seen):
                found = self.box.having_id(record_id) & self.present[folder.name]
                yield Chunk(list(self.rows(folder, sorted(found))) if found else ())
        yield Chunk((LandedRecord(i, None) for i in standing | self.seen), "keys")


def read(context: Context) -> Iterator[Chunk]:
    """The new messages of every folder; then what became of those that are gone."""
    options: ImapOptions = context.options["source"]
    host, user = context.settings["host"], context.settings["user"]
    tls = _trust(options, context.options["base"], context.where) if options.tls else None
    port = options.port or (993 if options.tls else 143)
    secrets = context.secrets
    login = by_token(user, secrets["token"]) if "token" in secrets else by_password(user, secrets["password"])
    if context.state:
        context.reading = "changes"
    with opened(host, port, login, tls, context.where) as box:
        reading = Reading(context, box, _chosen(box, options, context.where))
        for folder in reading.folders:
            yield from reading.new_messages(folder)
        if reading.is_anything_gone and options.deletes == "sweep":
            yield from reading.gone()
        context.source_count = context.source_total = sum(map(len, reading.present.values()))
        yield Chunk(())
    context.end_proof = "every folder was read to its last message"


def _trust(options: ImapOptions, base: Path, where: str) -> ssl.SSLContext:
    """What makes a server's certificate a good one: the system's authorities, or the file that is set up."""
    if not options.ca_file:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(base / options.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"ca_file {Path(options.ca_file).name} can't be read", where=where) from error


def _chosen(box: Mailbox, options: ImapOptions, where: str) -> list[Folder]:
    """The folders that are set up; INBOX and the folders of sent mail if none is."""
    there = {f.name: f for f in box.folders()}
    inbox = next((n for n in there if n.upper() == "INBOX"), "INBOX")
    chosen = options.folders or [inbox, *(f.name for f in there.values() if f.is_sent)]
    lacking = [name for name in chosen if name not in there]
    if lacking:
        told = f"there is no folder {lacking[0]!r}; there are {', '.join(sorted(there))}"
        raise BadResponse(told, where=where, who="whoever set up crm360.toml")
    return [there[name] for name in dict.fromkeys(chosen)]


def wrong(settings: Mapping[str, str], options: ImapOptions) -> str | None:
    """What can't be in a mailbox's settings."""
    if settings["auth"] not in ("password", "xoauth2"):
        return "auth is password or xoauth2"
    if not options.tls and not is_loopback(settings["host"]):
        return "tls = false is for a server on this machine only"
    return None


def _secrets(settings: Mapping[str, str]) -> tuple[str, ...]:
    return ("token",) if settings["auth"] == "xoauth2" else ("password",)


IMAP = Connector(
    "imap",
    STREAMS,
    read=read,
    settings={"host": None, "user": None, "auth": "password"},
    meanings={"host": "The server.", "user": "The login.", "auth": "How it signs in: password or xoauth2."},
    secrets_for=_secrets,
    options=ImapOptions,
    wrong=wrong,
)
