"""The one HTTP session: deadlines, retries, rate limits, size caps, no redirects, no secrets in messages.

`requests` sends (transport.py); what facts about real servers demand on top of it stands here. A reply is handed on
only when its body has arrived whole: the length the server stated, the end of the gzip stream, its checksum.
"""

from __future__ import annotations

import base64
import email.utils
import http.client
import itertools
import json
import logging
import random
import re
import ssl
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from crm360 import moments
from crm360.connectors.engine.addresses import IN_THE_CLEAR, is_in_the_clear, is_loopback
from crm360.connectors.engine.errors import (
    AccessDenied,
    AuthError,
    BadResponse,
    ConfigError,
    RateLimited,
    RedirectRefused,
    SourceError,
    Unreachable,
)
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.transport import Http, left_at
from crm360.connectors.engine.versions import Versions

log = logging.getLogger("crm360.http")
HEADERS = {"User-Agent": "crm360", "Accept": "application/json", "Accept-Encoding": "gzip"}
CHUNK = 262_144  # bytes of a body read at once
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524})
MOST_AHEAD = timedelta(days=1)  # of our clock: a source that says more is not believed what time it is


@dataclass(frozen=True)
class Auth:
    """How requests prove who we are: headers to send, and the secrets they hold (for redaction).

    `refresh` is called once after a 401 and returns new headers, or None where nothing can be renewed; what it
    returned must have worked before it is called again. Without `headers` it is called before the first request.
    `sign` puts the credentials into a request's body, for APIs that want them there; only what is sent holds them.
    """

    headers: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    refresh: Callable[[], Mapping[str, str] | None] | None = None
    sign: Callable[[Request], Request] | None = None


def bearer(token: str) -> Auth:
    """RFC 6750 bearer token."""
    return Auth({"Authorization": f"Bearer {token}"}, (token,))


def basic(user: str, password: str) -> Auth:
    """RFC 7617 basic credentials."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Auth({"Authorization": f"Basic {pair}"}, (password, pair))


@dataclass(frozen=True)
class Limits:
    """Bounds of a source's traffic, and whom it trusts. Times in seconds, sizes in bytes."""

    deadline: float = 60.0  # one request, from the first byte sent to the last received
    connect: float = 10.0
    tries: int = 6
    longest_wait: float = 300.0  # one wait that a source may ask for
    wait_budget: float = 900.0  # all waits of one run together
    max_body: int = 64 * 2**20  # decoded
    max_pages: int = 100_000  # of one stream in one run
    stream_deadline: float = 6 * 3600.0  # all that one stream may take in one run
    rate: tuple[int, float] = (10, 1.0)
    rates: tuple[tuple[str, int, float], ...] = ()  # tighter ones for paths that hold a text
    ca_file: str | None = None  # certificate authorities to trust in place of the public ones


class Redactor:
    """Replaces known secrets in a text, in their plain, URL-encoded, JSON and base64 forms."""

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def learn(self, *secrets: str) -> None:
        """Add secrets; those under four characters would hide ordinary words and are left."""
        for secret in secrets:
            if len(secret) >= 4:
                quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
                lower = {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in quoted}
                plain = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]}
                encoded = {kind(secret.encode()).decode() for kind in (base64.b64encode, base64.urlsafe_b64encode)}
                self._forms |= plain | quoted | lower | encoded | {form.rstrip("=") for form in encoded}

    def __call__(self, text: str) -> str:
        """The text without any known secret. Where two overlap, nothing of either is left."""
        hidden = bytearray(len(text))
        for form in self._forms:
            at = text.find(form)
            while at >= 0:
                hidden[at : at + len(form)] = b"\1" * len(form)
                at = text.find(form, at + 1)
        if not any(hidden):
            return text
        pieces = itertools.groupby(zip(text, hidden, strict=True), key=lambda pair: pair[1])
        return "".join("[secret]" if secret else "".join(sign for sign, _ in run) for secret, run in pieces)


REDACT = Redactor()


class RateGate:
    """At most `count` requests within any `per` seconds, as the server counts them, shared by all streams of a source.

    When a request arrived is not known, only that it was before its answer came. So it counts from then, or from
    ON_ITS_WAY after it left where the answer takes longer: of a slow source's rate a part would be lost otherwise.
    """

    ON_ITS_WAY = 0.08  # of `per`: 92 % of a rate are used at the least

    def __init__(self, count: int, per: float) -> None:
        self._sent: deque[list[float]] = deque(maxlen=count)
        self._per = per
        self._lock = threading.Lock()

    def wait(self) -> list[float]:
        """Block until one more request is permitted, and count it. What is given back is for `answered`."""
        with self._lock:
            if len(self._sent) == self._sent.maxlen:
                pause = self._sent[0][0] + self._per - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
            turn = [time.monotonic() + self.ON_ITS_WAY * self._per]
            self._sent.append(turn)
            return turn

    def answered(self, turn: list[float], left_at: float) -> None:
        """An answer, or an error, has come now to what left at that time (monotonic seconds)."""
        turn[0] = min(time.monotonic(), max(turn[0], left_at + self.ON_ITS_WAY * self._per))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks us to wait, or None where it says nothing usable.

    Reads `Retry-After` as seconds or HTTP date (RFC 9110 10.2.3), and the reset headers in use: an epoch,
    an epoch in milliseconds, or seconds left. Negative and unreadable values count as nothing said.
    """
    said = headers.get("retry-after", "").strip()
    if said:
        try:
            seconds = float(said)
            return seconds if 0 <= seconds < float("inf") else None
        except ValueError:
            pass
        try:
            when = email.utils.parsedate_to_datetime(said).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return max(0.0, (when - now.astimezone(UTC)).total_seconds())
    for name in ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"):
        try:
            value = float(headers.get(name, ""))
        except ValueError:
            continue
        epoch = now.timestamp()
        for left in (value - epoch, value / 1000 - epoch):
            if abs(left) < 86400:
                return max(0.0, left)
        if 0 <= value <= 86400:
            return value
    return None


@dataclass
class Session:
    """Talks to one source. Safe to share between threads; every stream of the source uses the same one."""

    source: str
    base_url: str
    auth: Auth
    limits: Limits = field(default_factory=Limits)
    throttled: Callable[[Reply], float | None] | None = None
    faults_in_200: Callable[[Reply], str | None] | None = None
    older: Callable[[str], str | None] | None = None  # a path as the version of the API before has it
    refusal: Callable[[Reply], SourceError | None] | None = None  # what a refusal of 400 or more says in its body
    clock: Callable[[], datetime] = moments.now
    count_of_requests: int = 0
    server_ahead: timedelta | None = None  # the source's clock less ours, from its first Date header
    told: datetime | None = None  # the newest Date header that can be

    def __post_init__(self) -> None:
        if is_in_the_clear(self.base_url):
            raise ConfigError(IN_THE_CLEAR, where=self.source)
        self._http = Http(self.limits.ca_file)
        self._date = ""
        self._versions = Versions(self.older)
        self._gate = RateGate(*self.limits.rate)
        self._gates = [(part, RateGate(count, per)) for part, count, per in self.limits.rates]
        self._waited = 0.0
        self._quiet_until = 0.0  # what a source asks of one stream holds for all
        self._headers = dict(self.auth.headers)
        self._refreshed = False
        self._renewing = threading.Lock()
        self._counting = threading.Lock()
        self._random = random.Random(self.source)  # spreads retries; not a secret
        REDACT.learn(*self.auth.secrets)

    @property
    def now(self) -> datetime:
        """Naive UTC by the source's own clock: what its newest answer said; ours before the first one."""
        return (self.told or self.clock()).astimezone(UTC).replace(tzinfo=None)

    def url(self, path: str) -> str:
        """The absolute address of a path, or of a next-page link of the same origin.

        Raises RedirectRefused where a link leads to another origin, compared as parsed URLs.
        """
        if "\\" in path or any(ord(c) <= 32 for c in path):
            raise RedirectRefused("a next-page link is not a valid URL", where=self.source)
        base = urlsplit(self.base_url)
        absolute = "://" in path.split("?")[0] or path.startswith("//")
        link = urljoin(self.base_url, path) if absolute else self.base_url.rstrip("/") + "/" + path.lstrip("/")
        try:
            parts = urlsplit(link)
            same = (parts.scheme, parts.hostname, parts.port) == (base.scheme, base.hostname, base.port)
        except ValueError:
            same = False
        if not same or parts.username is not None or parts.password is not None:
            raise RedirectRefused("a next-page link leads to another place", where=self.source)
        return link

    def send(self, request: Request, where: str = "", allowed: tuple[int, ...] = (204, 304)) -> Reply:
        """Send until a whole, successful answer has come. Raises a SourceError otherwise; see errors.py.

        `allowed` statuses are handed on: 204 and 304 say "no data" in some APIs.
        """
        place = where or self.source
        problem = "no answer"
        self._log_in()
        for attempt in range(1, self.limits.tries + 1):
            quiet = self._quiet_until - time.monotonic()
            if quiet > 0:
                time.sleep(quiet)
            turns = [(gate, gate.wait()) for part, gate in self._gates if part in request.path]
            turns.append((self._gate, self._gate.wait()))
            with self._counting:
                self.count_of_requests += 1
            headers = self._headers
            sent = replace(request, path=self._versions.spoken(request.path))
            try:
                try:
                    reply = self._once(sent, headers, place)
                finally:
                    for gate, turn in turns:
                        gate.answered(turn, left_at())
            except (urllib3.exceptions.HTTPError, http.client.HTTPException, _Incomplete, OSError) as error:
                # what `requests` raises is an OSError, too
                problem = _in_words(error)
                log.debug("%s: try %d: %s", place, attempt, problem)
                self._pause(self.backoff(attempt), attempt, place, problem)
                continue
            wait = self._asked_to_wait(reply)
            if wait is not None or reply.status in RETRIED:
                problem = "throttled" if wait is not None or reply.status == 429 else f"HTTP {reply.status}"
                self._pause(self.backoff(attempt) if wait is None else wait, attempt, place, problem)
                continue
            if reply.status == 401 and self._renew(headers):
                continue
            if self._versions.goes_on(request.path, sent.path, reply.status):
                continue
            if reply.status not in allowed:
                self._refuse(reply, place)
                self._judge(reply, place)
            if headers is self._headers:
                self._refreshed = self._refreshed and reply.status == 401
            return reply
        if problem == "throttled":
            raise RateLimited(f"still throttled after {self.limits.tries} tries", where=place)
        raise Unreachable(f"{problem}, {self.limits.tries} times in a row", where=place)

    def _once(self, request: Request, proof: Mapping[str, str], place: str) -> Reply:
        limits, end = self.limits, time.monotonic() + self.limits.deadline
        request = self.auth.sign(request) if self.auth.sign else request
        answer = self._http.send(
            _written(self.url(request.path), request, {**proof, **request.headers}),
            stream=True,
            allow_redirects=False,
            timeout=(limits.connect, limits.deadline),
        )
        whole = False
        try:
            told = {name.lower(): value for name, value in answer.headers.items()}
            self.read_clock(told)
            if 300 <= answer.status_code < 304 or answer.status_code in (305, 307, 308):
                host = urlsplit(told.get("location", "")).hostname or "another path"
                raise RedirectRefused(f"the source redirects to {host[:100]}", where=place)
            reply = Reply(answer.status_code, told, _body(answer.raw, told, limits.max_body, end, place))
            whole = True
            return reply
        finally:
            if whole:
                answer.raw.release_conn()
            else:
                answer.raw.close()  # what is left of it must not be taken for the next answer

    def read_clock(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's Date how far the server's clock is from ours."""
        said = headers.get("date", "")
        if said == self._date:
            return
        try:
            told = email.utils.parsedate_to_datetime(said).astimezone(UTC)
        except (ValueError, OverflowError):
            return
        self._date, ahead = said, told - self.clock().astimezone(UTC)
        if self.server_ahead is None:
            self.server_ahead = ahead
        # A cursor of the year 2926 would see no change again. A server on this machine may play another day.
        if ahead <= MOST_AHEAD or is_loopback(urlsplit(self.base_url).hostname or ""):
            self.told = told

    def _asked_to_wait(self, reply: Reply) -> float | None:
        said = self.throttled(reply) if self.throttled else None
        if said is None and reply.status in (429, 503):
            said = retry_after(reply.headers, self.clock() + (self.server_ahead or timedelta()))
        return said

    def backoff(self, attempt: int) -> float:
        """Seconds to wait before the next attempt: twice as long each time, a minute at most, and never all at once."""
        return self._random.uniform(0.5, 1.0) * min(60.0, 0.25 * 2**attempt)

    def _pause(self, seconds: float, attempt: int, place: str, problem: str) -> None:
        if attempt == self.limits.tries:
            return  # nothing follows that would be worth waiting for
        with self._counting:
            if seconds > self.limits.longest_wait or self._waited + seconds > self.limits.wait_budget:
                raise RateLimited(f"{problem}: asked to wait {seconds:.0f} s, longer than we may", where=place)
            self._waited += seconds
            if problem == "throttled":
                self._quiet_until = max(self._quiet_until, time.monotonic() + seconds)
        time.sleep(seconds)

    def _log_in(self) -> None:
        with self._renewing:
            if not self._headers and self.auth.refresh is not None:
                self._headers = dict(self.auth.refresh() or {})

    def _renew(self, refused: Mapping[str, str]) -> bool:
        """Whether there is other proof now than the refused one: a token is renewed once, whoever is told first."""
        with self._renewing:
            if refused is not self._headers:
                return True
            if self._refreshed or self.auth.refresh is None:
                return False
            self._refreshed = True
            fresh = self.auth.refresh()
            if fresh:
                self._headers = dict(fresh)
            return bool(fresh)

    def _refuse(self, reply: Reply, place: str) -> None:
        told = self.refusal(reply) if self.refusal and reply.status >= 400 else None
        if told is not None:
            told.where = place
            raise told

    def _judge(self, reply: Reply, place: str) -> None:
        if reply.status == 401:
            raise AuthError("the credentials are refused (HTTP 401)", where=place)
        if reply.status == 403:
            raise AccessDenied("the credentials may not read this (HTTP 403)", where=place)
        if reply.status >= 400:
            raise BadResponse(f"HTTP {reply.status}", where=place)
        if reply.body.lstrip()[:1] == b"<":
            raise AuthError("a web page came instead of data, as when a login is asked for", where=place)
        told = self.faults_in_200(reply) if self.faults_in_200 else None
        if told:
            raise BadResponse(f"an error with HTTP 200: {told}", where=place)


def _written(url: str, request: Request, headers: Mapping[str, str]) -> requests.PreparedRequest:
    """The request as it goes over the wire, byte for byte: `prepare` would write some paths and queries anew."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(dict(request.params)))))
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._[]") + (f"?{query}" if query else "")
    written = requests.PreparedRequest()
    written.method, written.url = request.method, f"{parts.scheme}://{parts.netloc}{target}"
    written.headers = CaseInsensitiveDict(HEADERS)
    written.body = request.content
    if written.body is not None:
        form = request.form is not None
        written.headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        written.headers["Content-Length"] = str(len(written.body))
    written.headers.update(headers)
    return written


class _Incomplete(Exception):
    """The body did not arrive whole; its message is fit to show."""


def _body(answer: urllib3.BaseHTTPResponse, headers: Mapping[str, str], cap: int, end: float, place: str) -> bytes:
    """Read the body to its proven end, decoded, under a size cap and a deadline (monotonic seconds)."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise BadResponse("the body is encoded in a way we did not ask for", where=place)
    unzip = _Gzip() if "gzip" in encoding else None
    whole, out = 0, bytearray()
    while chunk := answer.read1(CHUNK, decode_content=False):
        whole += len(chunk)
        for plain in unzip.unpacked(chunk) if unzip else (chunk,):
            out += plain
            if len(out) > cap:
                raise BadResponse(f"the body is larger than {cap // 2**20} MiB", where=place)
        if time.monotonic() > end:
            raise _Incomplete("the answer did not end within the deadline")
    stated = headers.get("content-length")
    if stated and stated.isdigit() and int(stated) != whole:
        raise _Incomplete("the answer was cut short")
    if unzip and whole and not unzip.is_whole:
        raise _Incomplete("the compressed answer was cut short")
    return bytes(out)


class _Gzip:
    """Unpacks a gzip body (RFC 1952): one member after another, each proven by its checksum."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._is_begun = False
        self._is_padding = False

    @property
    def is_whole(self) -> bool:
        """Whether the last member that was begun has ended."""
        return self._member.eof or not self._is_begun

    def unpacked(self, chunk: bytes) -> Iterator[bytes]:
        """What a chunk unpacks to, in small steps: a bomb is noticed before it fills the memory."""
        while chunk:
            if self._member.eof:
                self._is_padding = self._is_padding or chunk[:1] == b"\0"
                if self._is_padding:  # what some writers fill up a block with, and gzip's own readers pass over
                    if chunk.strip(b"\0"):
                        raise _Incomplete("something follows the compressed answer")
                    return
                self._member, self._is_begun = zlib.decompressobj(wbits=31), False
            self._is_begun = True
            plain = self._step(chunk)
            yield plain
            chunk = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            while not chunk and len(plain) == CHUNK and not self._member.eof:
                plain = self._step(b"")  # what the last step had no room for, although it has taken in all of the chunk
                yield plain

    def _step(self, chunk: bytes) -> bytes:
        try:
            return self._member.decompress(chunk, CHUNK)
        except zlib.error:
            raise _Incomplete("the compressed answer is damaged, or is none") from None


def _in_words(error: Exception) -> str:
    """A short reason that cannot hold a URL, a header or a body."""
    if isinstance(error, _Incomplete):
        return str(error)
    reasons = list(_reasons(error))
    text = " ".join(repr(reason).lower() for reason in reasons)
    if "name or service" in text or "nameresolution" in text or "getaddrinfo" in text:
        return "the host name is unknown"
    if "refused" in text:
        return "the connection is refused"
    if any(isinstance(r, urllib3.exceptions.TimeoutError | TimeoutError) for r in reasons):
        return "no answer within the deadline"
    if any(isinstance(r, urllib3.exceptions.SSLError | ssl.SSLError) for r in reasons):
        return "the TLS certificate or handshake is not valid"
    if any(isinstance(r, urllib3.exceptions.IncompleteRead | http.client.IncompleteRead) for r in reasons):
        return "the answer was cut short"
    return "the connection broke"


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that stands behind it: `requests` wraps what urllib3 has wrapped."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or any(one is other for other in seen):
            continue
        seen.append(one)
        yield one
        inside = (*one.args, getattr(one, "reason", None))
        waiting += [one.__cause__, one.__context__, *(i for i in inside if isinstance(i, BaseException))]
