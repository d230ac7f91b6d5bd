"""A mail's first bytes as a record: headers, addresses, a short text. Whatever a mail does wrong, it has a record."""

from __future__ import annotations

import binascii
import hashlib
import html
import re
from collections.abc import Iterator
from datetime import UTC
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from crm360.moments import iso

NO_TEXT = re.compile(r"<(style|script|head)\b.*?(</\1>|$)|<!--.*?(-->|$)|<[^>]*>", re.DOTALL | re.IGNORECASE)
UNREADABLE = (HeaderParseError, MessageError, LookupError, ValueError, TypeError, AttributeError, binascii.Error)


def record(head: bytes, own: frozenset[str], *, is_sent: bool, preview: int) -> dict[str, Any]:
    """The mail as a JSON object. `own` are the mailbox's addresses, `preview` the longest text, in characters.

    A mail is known by its Message-ID; one that has none by a hash of its header.
    """
    message = BytesParser(policy=compat32).parsebytes(head)
    senders = addresses(message, "From")
    sender = senders[0] if senders else ("", "")
    is_out = is_sent or sender[1] in own
    return {
        "message_id": identity(message, head),
        "direction": "out" if is_out else "in",
        "sent_at": _date(message),
        "from_name": sender[0] or None,
        "from_email": sender[1] or None,
        **{f: [e for _, e in addresses(message, f)] for f in ("to", "cc", "bcc", "reply_to")},
        "subject": header(message, "Subject"),
        "in_reply_to": header(message, "In-Reply-To"),
        "preview": text(message)[:preview] or None,
    }


def identity(message: Message, head: bytes) -> str:
    """The Message-ID without its brackets, or 'hash:' and a hash of the header."""
    said = " ".join((header(message, "Message-ID") or "").split()).strip("<> ")
    if said:
        return said
    whole_header = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return "hash:" + hashlib.blake2b(whole_header, digest_size=16).hexdigest()


def header(message: Message, name: str) -> str | None:
    """A header's text, encoded words opened (RFC 2047); as it stands if they can't be."""
    raw = _raw(message, name)
    return _clean(_opened(raw[0])) or None if raw else None


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """(name, e-mail address in lower case) of everyone in a header."""
    found = [(_clean(_opened(label)), _clean(at).lower()) for label, at in getaddresses(_raw(message, name))]
    return [(label, at) for label, at in found if "@" in at]


def _raw(message: Message, name: str) -> list[str]:
    """A header's values as they came; bytes that are no ASCII as UTF-8 (RFC 6532)."""
    wanted = name.replace("_", "-").lower()
    values = [str(value) for key, value in message.raw_items() if key.lower() == wanted]
    return [v.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for v in values]


def text(message: Message) -> str:
    """The mail's text in one line: its first plain part, or else its first HTML part without the tags."""
    for kind in ("text/plain", "text/html"):
        for part in _parts(message):
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                said = _body(part)
                if kind == "text/html":
                    said = html.unescape(NO_TEXT.sub(" ", said))
                if said.strip():
                    return _clean(said)
    return ""


def _parts(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _body(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except UNREADABLE:
        return ""
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")


def _opened(raw: str) -> str:
    try:
        pieces = decode_header(raw)
        return "".join(
            p if isinstance(p, str) else p.decode(charset or "raw-unicode-escape", "replace") for p, charset in pieces
        )
    except UNREADABLE:
        return raw


def _clean(said: str) -> str:
    """One line of characters that JSON and Parquet can hold."""
    return " ".join(said.encode("utf-8", "replace").decode().replace("\0", " ").split())


def _date(message: Message) -> str | None:
    raw = _raw(message, "Date")
    try:
        said = parsedate_to_datetime(raw[0]) if raw else None
        return iso(said.astimezone(UTC) if said.tzinfo else said) if said else None
    except (*UNREADABLE, OverflowError, IndexError):
        return None
