"""A mailbox over IMAP4rev1, read only: logging in, folders, which messages there are, their first bytes.

Folders are opened with EXAMINE and bodies fetched with PEEK, so nothing is marked as read. Source: RFC 3501; names of
folders are in its modified UTF-7 (5.1.3), Sent is found by its special use (RFC 6154).
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from crm360.connectors.engine.errors import AuthError, BadResponse, SourceError, Unreachable

TIMEOUT = 60.0  # seconds without a byte
HELD = 64 * 2**10  # bytes of a message that are fetched: its header and the beginning of its text
UIDS_AT_ONCE = 50_000  # numbers asked for in one search; Python refuses longer lines of answer
SENT = ("sent", "sent items", "sent messages", "sent mail", "[gmail]/sent mail", "inbox.sent")
LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (?P<name>.*)', re.DOTALL)


class Folder(NamedTuple):
    """A folder: its name, and whether it holds what the mailbox's owner has sent."""

    name: str
    is_sent: bool


class Fetched(NamedTuple):
    """A message's first bytes, its number in the folder, when the server received it (naive UTC), its whole size."""

    uid: int
    received_at: datetime | None
    size: int | None
    head: bytes


@dataclass
class Mailbox:
    """An open mailbox. `where` is 'source/stream', for messages."""

    client: imaplib.IMAP4
    where: str

    def folders(self) -> list[Folder]:
        """All folders that can be opened."""
        found = []
        for item in self._done(self.client.list(), "list its folders"):
            line = b" ".join(item) if isinstance(item, tuple) else item or b""
            listed = LISTED.match(re.sub(rb"\{\d+\} ", b"", line))
            if listed is None or b"\\noselect" in listed["flags"].lower():
                continue
            raw = listed["name"].strip()
            name = decoded(
                re.sub(rb"\\(.)", rb"\1", raw[1:-1] if raw.startswith(b'"') else raw).decode("ascii", "replace")
            )
            is_sent = b"\\sent" in listed["flags"].lower() or name.lower() in SENT
            found.append(Folder(name, is_sent))
        return found

    def open(self, folder: str) -> int:
        """Open a folder, for reading only, and return its UIDVALIDITY."""
        self._done(self.client.select(_quoted(encoded(folder)), readonly=True), f"open the folder {folder}")
        return self._number("UIDVALIDITY")

    def uids(self) -> set[int]:
        """The UIDs of all messages in the open folder."""
        found: set[int] = set()
        last = self._number("UIDNEXT") - 1
        for first in range(1, last + 1, UIDS_AT_ONCE):
            found |= self.search("UID", f"{first}:{min(first + UIDS_AT_ONCE - 1, last)}")
        return {u for u in found if u <= last}  # 'n:*' and its like also name the last one

    def search(self, *criteria: str) -> set[int]:
        """The UIDs in the open folder that fit."""
        answer = self._done(self.client.uid("SEARCH", *criteria), "search")
        return {int(u) for line in answer if isinstance(line, bytes) for u in line.split()}

    def having_id(self, message_id: str) -> set[int]:
        """The UIDs in the open folder whose Message-ID holds this text."""
        return self.search("HEADER", "Message-ID", _quoted(message_id)) if message_id.isascii() else set()

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """These messages of the open folder, as far as they still exist."""
        wanted = f"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{HELD}>)"
        answer = self._done(self.client.uid("FETCH", ",".join(map(str, uids)), wanted), "give messages")
        for facts, head in _messages(answer):
            uid = re.search(rb"\bUID (\d+)", facts)
            if uid is not None:
                size = re.search(rb"\bRFC822\.SIZE (\d+)", facts)
                yield Fetched(int(uid[1]), _internal_date(facts), int(size[1]) if size else None, head)

    def _number(self, name: str) -> int:
        answer = self.client.response(name)[1]
        if not answer or answer[0] is None:
            raise BadResponse(f"the server does not say {name}", where=self.where)
        return int(answer[0])

    def _done(self, answer: tuple[str, list[Any]], what: str) -> list[Any]:
        status, items = answer
        if status != "OK":
            raise BadResponse(f"the server refuses to {what}", where=self.where, who="whoever set up crm360.toml")
        return items


def _messages(answer: Iterable[Any]) -> Iterator[tuple[bytes, bytes]]:
    """(what is said about it, its bytes) of each message in an answer to FETCH; items may stand before or after it."""
    said, head = b"", None
    for item in answer:
        if isinstance(item, tuple):
            if head is not None:
                yield said, head
            said, head = item[0], item[1]
        elif isinstance(item, bytes) and head is not None:
            yield said + item, head
            said, head = b"", None
        elif isinstance(item, bytes) and b"BODY[]" in item:
            yield item, b""  # an empty message comes without a literal
    if head is not None:
        yield said, head


def _internal_date(facts: bytes) -> datetime | None:
    found = re.search(rb'INTERNALDATE "([^"]+)"', facts)
    try:
        time = datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if found else None
    except ValueError:
        return None
    return time.astimezone(UTC).replace(tzinfo=None) if time else None


@contextlib.contextmanager
def opened(
    host: str, port: int, login: Callable[[imaplib.IMAP4], object], tls: ssl.SSLContext | None, where: str
) -> Iterator[Mailbox]:
    """Connect, log in, log out. Without `tls` the connection is plain. Raises a SourceError."""
    try:
        client = (
            imaplib.IMAP4_SSL(host, port, ssl_context=tls, timeout=TIMEOUT)
            if tls
            else imaplib.IMAP4(host, port, TIMEOUT)
        )
        try:
            try:
                login(client)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                raise AuthError("the mailbox refuses the credentials", where=where) from None
            yield Mailbox(client, where)
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()
    except SourceError:
        raise
    except ssl.SSLError:
        raise Unreachable("the TLS certificate or handshake is not valid", where=where) from None
    except (OSError, imaplib.IMAP4.abort):
        raise Unreachable("the mail server can't be reached, or the connection broke", where=where) from None
    except imaplib.IMAP4.error:
        raise BadResponse("the mail server did not answer as IMAP promises", where=where) from None


def by_password(user: str, password: str) -> Callable[[imaplib.IMAP4], object]:
    """Log in with a password, or an application's password."""
    if (user + password).isascii():
        return lambda client: client.login(_quoted(user), password)
    return lambda client: client.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())


def by_token(user: str, token: str) -> Callable[[imaplib.IMAP4], object]:
    """Log in with an OAuth access token. Source: developers.google.com, "XOAUTH2 Mechanism"; Exchange takes it too."""
    said = f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    # A refusal comes as a challenge, which an empty answer ends.
    answers = iter((said,))
    return lambda client: client.authenticate("XOAUTH2", lambda _challenge: next(answers, b""))


def encoded(name: str) -> str:
    """A folder's name in modified UTF-7."""
    pieces = re.split(r"([^\x20-\x7e]+)", name.replace("&", "&-"))
    return "".join(p if p.isascii() and p.isprintable() else f"&{_base64(p)}-" for p in pieces)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def decoded(name: str) -> str:
    """A folder's name out of modified UTF-7; as it stands if it is none."""

    def plain(found: re.Match[str]) -> str:
        if not found[1]:
            return "&"
        coded = found[1].replace(",", "/")
        return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")

    try:
        return re.sub(r"&([A-Za-z0-9+,]*)-", plain, name)
    except ValueError:
        return name


def _quoted(text: str) -> str:
    """A quoted string of the protocol; line breaks can't stand in one."""
    plain = re.sub(r"[\r\n\0]", "", text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ranges(uids: Iterable[int]) -> list[list[int]]:
    """UIDs as [first, last] of each run, for the state."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return runs


def numbers(runs: Iterable[Sequence[int]]) -> set[int]:
    """The UIDs that `ranges` wrote."""
    return {uid for first, last in runs for uid in range(first, last + 1)}
