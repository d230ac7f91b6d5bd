"""What a vendor's fake says of itself: its logins, its streams, how it names a record. `vendors.FAKES` holds all.

A new fake is a folder beside this file with `fake.py`, which has a `FAKE`, and `api.py`, which has `ROUTES` (or
`routes(limits)`), `error` and `unauthorised`. Nothing else is touched.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.table import Table

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Headers = Mapping[str, str]


class Limit(NamedTuple):
    """A limit beside that on all requests a second: its name, its seconds, and what of a path it counts."""

    name: str
    seconds: float
    path: str


class Naming(NamedTuple):
    """A record's number as the vendor's id, and back; the way back raises ValueError for what is no id."""

    write: Callable[[str, int], str]
    read: Callable[[str], int]

    def numbered(self, record_id: str) -> int | None:
        """The number behind an id, or None."""
        try:
            return self.read(record_id)
        except ValueError:
            return None


def bearer(headers: Headers) -> str | None:
    """The token of an Authorization: Bearer header."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def basic(headers: Headers) -> tuple[str, str] | None:
    """User and password of an Authorization: Basic header."""
    scheme, _, coded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


def by_bearer(headers: Headers, token: str) -> bool:
    """Whether a call carries the token as OAuth has it (RFC 6750)."""
    return bearer(headers) == token


def by_basic(user: str) -> Callable[[Headers, str], bool]:
    """Let in who gives the token as the password of a user, or as OAuth has it."""
    return lambda headers, token: by_bearer(headers, token) or basic(headers) == (user, token)


def by_header(name: str, scheme: str = "") -> Callable[[Headers, str], bool]:
    """Let in who gives the token in a header, after a word for what it is."""
    return lambda headers, token: headers.get(name) == scheme + token


def by_given(header: str) -> Callable[[Headers, str], bool]:
    """Let in who carries the access token that the fake gave for a login."""
    return lambda headers, _token: headers.get("authorization") == header


def plain(_stream: str, number: int) -> str:
    """The number itself."""
    return str(number)


def last_number(record_id: str) -> int:
    """The number that an id ends in, after the last / or _."""
    return int(record_id.rsplit("/", 1)[-1].rsplit("_", 1)[-1])


def digits(number: int, alphabet: str, width: int = 1) -> str:
    """A number in the figures of an alphabet."""
    text = ""
    while number or len(text) < width:
        number, rest = divmod(number, len(alphabet))
        text = alphabet[rest] + text
    return text


def numbered(text: str, alphabet: str) -> int:
    """The way back from `digits`. Raises ValueError for another letter."""
    number = 0
    for letter in text:
        number = number * len(alphabet) + alphabet.index(letter)
    return number


@dataclass(frozen=True)
class Fake:
    """A vendor's fake.

    secrets: by their names what the connector's secrets are here; they open nothing but the sandbox. settings: the
    connector's settings that go with them. lets_in: whether a call's headers carry the token. open_paths: how paths
    end at which that is not asked, for the login is in the body. streams: the tables behind the streams whose truth
    is known record by record: the company's own, or copies of these. people: streams of people. naming: numbers as
    ids. ids: the same where the number is not enough. paths: what the pages of records match, for faults. limits:
    beside that on all requests. unlanded: of `streams`, those that no pull lands as records of their own. lists, keys:
    what an answer's list of records and a record's key are called, where it is no common name. within: the object of
    an answer in which that list stands, where it does not stand in the answer itself.
    """

    secrets: Mapping[str, str]
    lets_in: Callable[[Headers, str], bool]
    streams: Callable[[Company], Mapping[str, Table]]
    paths: str
    settings: Mapping[str, str] = field(default_factory=dict)
    open_paths: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    naming: Naming = Naming(plain, last_number)  # noqa: RUF009 -- a tuple of two functions
    ids: Callable[[Company, Ints], Sequence[str]] | None = None
    limits: tuple[Limit, ...] = ()
    unlanded: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    within: str = ""

    @property
    def token(self) -> str:
        """The secret of that name; of who gives tokens for a login, none."""
        return self.secrets.get("token", "")
