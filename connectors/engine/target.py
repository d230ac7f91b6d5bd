"""What a target is to the engine: where members of an audience are sent, in batches, and what became of each.

A target's own file under `targets/` knows the vendor's calls. It is given members, says how each stands there before
anything is sent, and what the target answered of each; who is in, who is ours and what was sent before is not for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from crm360.connectors.engine.errors import BadResponse
from crm360.connectors.engine.request import Reply
from crm360.connectors.engine.session import Auth, Session

AT_ONCE = 4  # batches of one push on their way, within the rate
Batch = TypeVar("Batch")
Answer = TypeVar("Answer")
Refusal = Literal[
    "unsubscribed",  # there, whatever is known here: that is never lifted
    "bounced",  # mail to the address came back, so the target sends none
    "not subscribed",  # there without having agreed: never confirmed, or known by orders alone
    "unknown there",  # the target has nobody of this address, and the push makes nobody
    "invalid address",
    "rejected",  # by the target, for a reason of its own
    "same record there",  # as a customer before it, of whom other values are written
    "not written",  # the target said yes, and it was not there afterwards
    "no consent",  # ads need an opt-in, and the audience rests on another ground
    "withdrawn",  # consent that ended since the version was published
    "forgotten",
    "target failed",  # nothing could be sent any more: the next push goes on
]


@dataclass(frozen=True)
class Member:
    """One member as they are sent. `key` says who it is without saying the address; `record_id` is the target's own.

    Of a member who is to leave only `key`, `customer_id` and `record_id` are known: no address is kept. `turn` counts
    what was accepted of the member before: who joins again is another event than who is sent twice.
    """

    key: str
    customer_id: str
    address: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    record_id: str = ""
    turn: int = 0


class Standing(NamedTuple):
    """How a member stands at the target: its id there, whether they are in the list, why they can't be put there.

    `is_member` is None where the target can't say; then what was sent before counts.
    """

    record_id: str = ""
    is_member: bool | None = None
    refusal: Refusal | None = None


class Outcome(NamedTuple):
    """What became of one member of a batch."""

    key: str
    refusal: Refusal | None = None
    record_id: str = ""


class Destination(Protocol):
    """One list, tag or address at a target, opened: it was there, and may be written to."""

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """How these members stand there, by key. Changes nothing. Whom it does not name it knows nothing of."""
        ...

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Put these in. Sent twice it is as sent once. Raises SourceError where the target takes none of them."""
        ...

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Take these out of the list; nothing else of theirs is touched."""
        ...

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """The keys of those that are in the list now, asked anew; None where the target can't be asked."""
        ...


@dataclass(frozen=True)
class Opening:
    """What a target is given to open a destination. `key_of` makes the key of an address.

    A dry run makes nothing at the target: a list that is not there yet is as an empty one. `seal` turns a digest of a
    member (32 bytes, in hex) into what the book may keep as `record_id`, and the same again turns it back: without the
    key it says nothing, so that a target which knows its members by an open digest can take them out later.
    """

    where: str  # "push.<name>", for messages
    push: str
    audience: str
    options: Mapping[str, str]
    fields: tuple[str, ...]
    http: Session | None
    key_of: Callable[[str], str]
    dry_run: bool = False
    mirrors: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    seal: Callable[[str, str], str] = lambda _key, digest: digest

    @property
    def session(self) -> Session:
        """The HTTP session; every target that speaks HTTP has one."""
        assert self.http is not None
        return self.http

    def object_of(self, reply: Reply) -> dict[str, Any]:
        """What an answer says. Raises BadResponse where it is no object."""
        told = reply.json()
        if not isinstance(told, dict):
            raise BadResponse("an answer that is no object", where=self.where)
        return told


@dataclass(frozen=True)
class Own:
    """The access of a target that is no source: its secrets are CRM360_PUSH_<NAME>_<SECRET>, its address `url`.

    `url` is where it is unless the option of that name says otherwise. `auth` makes what proves who we are out of
    options and secrets; None where it speaks no HTTP. `rate` is requests, per seconds.
    """

    secrets: tuple[str, ...] = ()
    optional_secrets: tuple[str, ...] = ()
    auth: Callable[[Mapping[str, str], Mapping[str, str]], Auth] | None = None
    url: str = ""
    schemes: tuple[str, ...] = ("https", "http")
    rate: tuple[int, float] = (10, 1.0)
    throttled: Callable[[Reply], float | None] | None = None


@dataclass(frozen=True)
class Target:
    """One kind of target. `takes` are its options; those in `needs` may not be left out.

    `channel` is the one whose addresses it knows its members by; empty where any will do. `own` is for a target that is
    no source of the same system. `wrong` says what options and fields can't be: the key, and a sentence. `fields` are
    those that it knows, where it knows only some. `for_ads`: members are sent who opted in, and nobody else.
    """

    system: str
    open: Callable[[Opening], Destination]
    batch: int
    channel: str = ""
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    takes_fields: bool = False
    own: Own | None = None
    mirrors_by: str = ""  # the option without which there is nothing to take a member out of
    wrong: Callable[[Mapping[str, str], Mapping[str, str]], tuple[str, str] | None] | None = None
    fields: frozenset[str] = frozenset()
    for_ads: bool = False


def by_halves(send: Callable[[Sequence[Member]], list[Outcome] | None], members: Sequence[Member]) -> list[Outcome]:
    """What became of each, where a target refuses a whole batch for one of it: `send` returns None for a refusal.

    A refused batch is sent as two halves, so that the one that is refused stops no other.
    """
    done = send(members)
    if done is not None:
        return done
    if len(members) == 1:
        return [Outcome(members[0].key, "rejected")]
    middle = len(members) // 2
    return [*by_halves(send, members[:middle]), *by_halves(send, members[middle:])]


def by_record(
    send: Callable[[Sequence[Member]], list[Outcome]], members: Sequence[Member], records: Mapping[str, str]
) -> list[Outcome]:
    """What became of each, where several may be one record there: the first is sent, and it became of all of them.

    `records` are the target's ids by the members' keys.
    """
    first = {records[m.key]: m for m in reversed(members)}
    done = {outcome.key: outcome for outcome in send([m for m in members if first[records[m.key]] is m])}
    known = [(m, done.get(first[records[m.key]].key)) for m in members]
    return [outcome._replace(key=m.key) for m, outcome in known if outcome is not None]


def side_by_side(ask: Callable[[Batch], Answer], batches: Sequence[Batch]) -> Iterator[Answer]:
    """What each batch is answered, in their order, some of them on their way at once, within the rate."""
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="push") as pool:
        try:
            yield from pool.map(ask, batches)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
