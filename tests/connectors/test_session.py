"""The HTTP session against a server that says exactly what it is told to: docs/what-it-withstands.md E1 to E11, E19 to E22."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import random
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

from crm360.connectors.engine.errors import (
    AccessDenied,
    AuthError,
    BadResponse,
    RateLimited,
    RedirectRefused,
    SourceError,
    Unreachable,
)
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import (
    REDACT,
    Auth,
    Limits,
    RateGate,
    Redactor,
    Session,
    basic,
    bearer,
    retry_after,
)
from tests.connectors.wire import drip as dripping
from tests.connectors.wire import http, wire

GOOD = http(b'{"results":[]}')
QUICK = Limits(deadline=2.0, rate=(1000, 1.0), tries=3, longest_wait=5.0, wait_budget=8.0)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)


def session(url: str, auth: Auth | None = None, limits: Limits = QUICK, **facts: object) -> Session:
    return Session("fake", url, auth or bearer("a-secret-token"), limits, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "abc"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=30), usegmt=True)}, 30.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=30), usegmt=True)}, 0.0),
        ({"retry-after": "86400"}, 86400.0),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -1200"}, None),
        ({"retry-after": "Fri, 99 Foo 9999 23:59:59 GMT"}, None),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 7)}, 7.0),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 7) * 1000)}, 7.0),
        ({"x-ratelimit-reset": "9"}, 9.0),
        ({}, None),
    ],
)
def test_every_dialect_of_being_told_to_wait(said: dict[str, str], seconds: float | None) -> None:
    assert retry_after(said, NOW) == pytest.approx(seconds) if seconds is not None else retry_after(said, NOW) is None


def test_no_request_falls_inside_the_wait_it_was_told() -> None:
    with wire(http(b"", "429 Too Many Requests", Retry_After="1"), GOOD) as server:
        assert session(server.url).send(Request("/x")).status == 200
    assert server.times[1] - server.times[0] >= 1.0


def test_a_wait_over_the_limit_ends_at_once_and_says_so() -> None:
    began = time.monotonic()
    with (
        wire(http(b"", "429 Too Many Requests", Retry_After="86400")) as server,
        pytest.raises(RateLimited, match="86400 s"),
    ):
        session(server.url).send(Request("/x"))
    assert time.monotonic() - began < 2
    assert len(server.received) == 1


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Slow"])
def test_server_errors_are_tried_again(status: str) -> None:
    with wire(http(b"", status), http(b"", status), GOOD) as server:
        assert session(server.url).send(Request("/x")).status == 200
    assert len(server.received) == 3


def test_tries_are_bounded() -> None:
    with wire(http(b"", "500 Oops")) as server, pytest.raises(Unreachable, match="HTTP 500, 3 times"):
        session(server.url).send(Request("/x"))
    assert len(server.received) == 3


def test_a_refused_connection_and_an_unknown_host_are_named() -> None:
    with wire(GOOD) as server:
        url = server.url
    with pytest.raises(Unreachable, match="connection is refused"):
        session(url).send(Request("/x"))
    with pytest.raises(Unreachable, match="host name is unknown"):
        session("https://no-such-host.invalid").send(Request("/x"))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http(b"{}", "401 Unauthorized"), AuthError),
        (http(b"{}", "403 Forbidden"), AccessDenied),
        (http(b"{}", "404 Not Found"), BadResponse),
        (http(b"<!doctype html><title>Log in</title>"), AuthError),
        (http(b"{}", "302 Found", Location="https://evil.test/?token=1"), RedirectRefused),
        (http(b"{}", "307 Temporary Redirect", Location="http://127.0.0.1:1/"), RedirectRefused),
        (http(b"{}", "308 Permanent Redirect", Location="file:///etc/passwd"), RedirectRefused),
    ],
)
def test_answers_that_no_retry_mends_end_at_once(answer: bytes, error: type[SourceError]) -> None:
    with wire(answer) as server, pytest.raises(error) as caught:
        session(server.url).send(Request("/x", {"key": "in-a-query"}), "fake/x")
    assert len(server.received) == 1
    assert (
        "fake/x" in str(caught.value) and "token=1" not in str(caught.value) and "in-a-query" not in str(caught.value)
    )


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_nothing_reaches_the_place_that_a_redirect_names(status: str) -> None:
    with wire(GOOD) as attacker, wire(http(b"{}", status, Location=f"{attacker.url}/?x=1", Set_Cookie="c=1")) as server:
        here = session(server.url)
        for body in (None, {"key": "canary"}):
            with pytest.raises(RedirectRefused, match=r"redirects to 127\.0\.0\.1"):
                here.send(Request("/x", {"key": "canary"}, body=body, method="POST" if body else "GET"))
    assert attacker.received == []


def test_one_refresh_after_a_401_and_no_more() -> None:
    fresh: list[int] = []
    auth = Auth(
        {"Authorization": "Bearer old-token"}, (), lambda: fresh.append(1) or {"Authorization": "Bearer new-token"}
    )
    with wire(http(b"", "401 No"), GOOD) as server:
        assert session(server.url, auth).send(Request("/x")).status == 200
    assert b"new-token" in server.received[1]
    with wire(http(b"", "401 No")) as server, pytest.raises(AuthError):
        session(server.url, auth).send(Request("/x"))
    assert len(fresh) == 2


def test_a_body_shorter_than_stated_is_never_handed_on() -> None:
    body = json.dumps({"results": list(range(1000))}).encode()
    with wire(http(body[:500], length=len(body)), http(body)) as server:
        assert session(server.url).send(Request("/x")).body == body


def test_a_chunked_body_cut_short_is_never_handed_on() -> None:
    cut = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"results": [1,2'
    with wire(cut, GOOD) as server:
        assert session(server.url).send(Request("/x")).body == b'{"results":[]}'


def test_a_hundred_cuts_of_a_gzip_body_in_valid_framing_are_all_noticed() -> None:
    body = json.dumps([random.Random(n).random() for n in range(2000)]).encode()
    packed = gzip.compress(body)
    cuts = [http(packed[: len(packed) * (10 + 89 * n // 100) // 100], Content_Encoding="gzip") for n in range(100)]
    with wire(*cuts) as server:
        for _ in cuts:
            with pytest.raises(Unreachable, match="cut short"):
                session(server.url, limits=Limits(tries=1, rate=(1000, 1.0))).send(Request("/x"))
    with wire(http(packed, Content_Encoding="gzip")) as server:
        assert session(server.url).send(Request("/x")).body == body


def bomb(connection: socket.socket) -> None:
    """A megabyte that unpacks to a gigabyte."""
    packer = zlib.compressobj(1, wbits=31)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n")
    for _ in range(1024):
        connection.sendall(packer.compress(bytes(2**20)))
    connection.sendall(packer.flush())


def half_a_gigabyte(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 524288000\r\n\r\n")
    for _ in range(500):
        connection.sendall(bytes(2**20))


def half_a_gigabyte_untold(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(500):
        connection.sendall(bytes(2**20))


@pytest.mark.parametrize("says", [bomb, half_a_gigabyte, half_a_gigabyte_untold])
def test_a_body_beyond_the_cap_is_given_up_at_once_in_little_memory(says: Callable[[socket.socket], None]) -> None:
    with wire(says) as server, pytest.raises(BadResponse, match="larger than 8 MiB"):
        here = session(server.url, limits=Limits(max_body=8 * 2**20))
        began = time.monotonic()
        tracemalloc.start()
        try:
            here.send(Request("/x"))
        finally:
            peak, took = tracemalloc.get_traced_memory()[1], time.monotonic() - began
            tracemalloc.stop()
            assert peak < 40 * 2**20 and took < 2, (peak, took)


@pytest.mark.parametrize("size", [0, 1, 262_143, 262_144, 262_145, 3_000_000])
def test_a_gzip_body_of_any_size_arrives_whole(size: int) -> None:
    with wire(http(gzip.compress(bytes(size)), Content_Encoding="gzip")) as server:
        assert session(server.url).send(Request("/x")).body == bytes(size)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_encodings_not_asked_for_are_refused(encoding: str) -> None:
    with wire(http(b"xx", Content_Encoding=encoding)) as server, pytest.raises(BadResponse):
        session(server.url).send(Request("/x"))


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 100 Continue\r\n",
        b"HTT",
    ],
)
def test_a_dripping_answer_ends_at_the_deadline(head: bytes) -> None:
    began = time.monotonic()
    with wire(dripping(head, 3)) as server, pytest.raises(Unreachable, match="deadline"):
        session(server.url, limits=Limits(deadline=0.4, tries=1)).send(Request("/x"))
    assert time.monotonic() - began < 1.4


def test_an_answer_that_was_given_up_is_not_taken_for_the_next_one() -> None:
    late = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"results":[]}'
    with wire(lambda c: (time.sleep(0.6), c.sendall(late)), http(b'{"results":[1]}')) as server:
        here = session(server.url, limits=Limits(deadline=0.5, tries=2, rate=(1000, 1.0)))
        assert here.send(Request("/x")).body == b'{"results":[1]}'


def test_no_cookie_is_kept() -> None:
    with wire(http(b"{}", Set_Cookie="session=1"), GOOD) as server:
        here = session(server.url)
        here.send(Request("/x"))
        here.send(Request("/x"))
    assert b"cookie" not in server.received[1].lower()


def test_silence_ends_at_the_deadline() -> None:
    with wire(lambda _c: time.sleep(3)) as server:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="deadline"):
            session(server.url, limits=Limits(deadline=1.0, tries=1)).send(Request("/x"))
        assert time.monotonic() - began < 2.0


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.test/next",
        "http://api.vendor.test@evil.test/next",
        "http://127.0.0.1:1/next",
        "https://127.0.0.1:{port}/next",
        "//evil.test/next",
        "http://127.0.0.1:{port}@evil.test/",
        "http://user:pass@127.0.0.1:{port}/next",
        "http://127.0.0.1.evil.test:{port}/",
        "http:\\\\evil.test/",
        "\\\\evil.test\\x",
        "http://127.0.0.1:{port} .evil.test/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/x",
        "http://[::1]:{port}/x",
        "http://127.0.0.1:99999/x",
    ],
)
def test_next_page_links_to_another_place_are_refused(link: str) -> None:
    with wire(GOOD) as server, pytest.raises(RedirectRefused):
        session(server.url).send(Request(link.format(port=server.port)))
    assert server.received == []


def test_next_page_links_of_the_same_origin_are_followed() -> None:
    with wire(GOOD) as server:
        session(server.url).send(Request(f"{server.url}/next?after=5"))
    assert server.received[0].startswith(b"GET /next?after=5 ")


def test_netrc_and_proxies_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password stolen\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with wire(GOOD) as proxy, wire(GOOD) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        session(server.url).send(Request("/x"))
    assert b"authorization: bearer a-secret-token" in server.received[0].lower()
    assert proxy.received == []


def test_no_secret_in_any_message_or_log(caplog: pytest.LogCaptureFixture) -> None:
    secret = "s3cret/with+signs"
    caplog.set_level(logging.DEBUG)
    with wire(http(b"", "500 " + secret)) as server, pytest.raises(SourceError) as caught:
        session(server.url, basic("me", secret)).send(Request("/x", {"hapikey": secret}))
    chain, text = caught.value, ""
    while chain is not None:
        text += f"{chain!s}{chain!r}"
        chain = chain.__cause__
    assert secret not in text
    told = REDACT(f"{secret} {'s3cret%2Fwith%2Bsigns'} czNjcmV0L3dpdGgrc2lnbnM=")
    assert "s3cret" not in told and "czNjcmV0" not in told


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    redact = Redactor()
    redact.learn("abc/123+key", "key-of-another", 'quo"ted', "no")
    told = redact('x abc/123+key-of-another y abc%2f123%2bkey z YWJjLzEyMytrZXk= quo\\"ted no abc%2F123%2Bkey!')
    assert told == "x [secret] y [secret] z [secret] [secret] no [secret]!"
    assert redact("nothing here") == "nothing here"


def test_the_rate_is_never_exceeded_and_nearly_used() -> None:
    gate, sent = RateGate(20, 0.5), []
    while len(sent) < 81:
        gate.wait()
        sent.append(time.monotonic())
    worst = max(sum(1 for t in sent if start <= t < start + 0.5) for start in sent)
    assert worst <= 20
    assert 80 / (sent[-1] - sent[0]) >= 0.9 * 40


def test_a_request_counts_from_when_the_server_may_have_heard_of_it() -> None:
    """Not from when we began to connect: a handshake may come before it."""
    gate = RateGate(2, 0.2)
    first = gate.wait()
    time.sleep(0.1)
    gate.answered(first, time.monotonic())
    heard = time.monotonic()
    gate.wait()
    gate.wait()
    assert time.monotonic() >= heard + 0.195


def test_throttling_told_with_status_200_is_obeyed() -> None:
    def throttled(reply: Reply) -> float | None:
        return 0.2 if b"THROTTLED" in reply.body else None

    with wire(http(b'{"errors":["THROTTLED"]}'), GOOD) as server:
        assert session(server.url, throttled=throttled).send(Request("/x")).body == b'{"results":[]}'
    assert server.times[1] - server.times[0] >= 0.2


def test_the_clock_is_the_sources_own_once_it_has_told_it() -> None:
    told = datetime(2026, 7, 1, 2, tzinfo=UTC)
    with wire(http(b"{}", Date=format_datetime(told, usegmt=True))) as server:
        here = session(server.url)
        here.send(Request("/x"))
        assert abs(here.now - told.replace(tzinfo=None)) < timedelta(seconds=5)


@pytest.mark.parametrize(("ahead", "believed"), [(-9_000, True), (0.9, True), (1.1, False), (900 * 365, False)])
def test_a_source_that_is_days_ahead_of_us_is_not_believed_what_time_it_is(ahead: float, believed: bool) -> None:
    said = NOW + timedelta(days=ahead)
    here = Session("fake", "https://api.vendor.test", Auth({}), clock=lambda: NOW)
    here.read_clock({"date": format_datetime(said, usegmt=True)})
    assert here.now == (said if believed else NOW).replace(tzinfo=None)
    # A wait until a moment is told by the same clock, and so is as long as it was meant to be.
    assert here.server_ahead == timedelta(days=ahead)


def test_credentials_that_belong_into_the_body_are_put_there_only_for_sending() -> None:
    def sign(request: Request) -> Request:
        return Request(request.path, body={**(request.body or {}), "key": "secret-in-the-body"}, method=request.method)

    with wire(http(b"{}", content_type="application/json")) as server:
        asked = Request("/x", body={"ask": 1}, method="POST")
        Session("here", server.url, Auth({"Accept": "*/*"}, ("secret-in-the-body",), sign=sign)).send(asked)
        assert b'"key": "secret-in-the-body"' in server.received[0]
        assert asked.body == {"ask": 1}


def gzipped(body: bytes, packed: bytes | None = None) -> bytes:
    return http(gzip.compress(body) if packed is None else packed, Content_Encoding="gzip")


WHOLE = json.dumps({"results": [{"id": n, "t": "x" * (n % 97)} for n in range(9_000)]}).encode()  # more than one chunk


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(WHOLE[:700]) + gzip.compress(WHOLE[700:]),
        gzip.compress(WHOLE[:700])
        + gzip.compress(b"")
        + gzip.compress(WHOLE[700:500_000])
        + gzip.compress(WHOLE[500_000:]),
        gzip.compress(b"") + gzip.compress(WHOLE),
        gzip.compress(WHOLE) + bytes(4_000),
        gzip.compress(WHOLE, compresslevel=0),
    ],
)
def test_every_member_of_a_gzip_body_is_read(packed: bytes) -> None:
    with wire(gzipped(b"", packed)) as server:
        assert session(server.url).send(Request("/x")).body == WHOLE


GOOD_GZIP = gzip.compress(WHOLE)


@pytest.mark.parametrize(
    "packed",
    [
        GOOD_GZIP + b"x",
        GOOD_GZIP + b"{}" * 200_000,
        GOOD_GZIP + gzip.compress(b"more")[:-3],
        GOOD_GZIP + bytes(600) + b"x",
        GOOD_GZIP[:-8] + bytes([GOOD_GZIP[-8] ^ 1]) + GOOD_GZIP[-7:],  # its checksum
        GOOD_GZIP[:-4] + b"\xff\xff\xff\x7f",  # its length
        GOOD_GZIP[:5_000] + b"\0\xff" + GOOD_GZIP[5_002:],
        WHOLE,
        b"\x1f\x8b",
        b"\x1f\x8b\x08\x00" + bytes(300_000),
    ],
)
def test_a_gzip_body_that_is_damaged_or_none_ends_within_its_deadline(packed: bytes) -> None:
    began = time.monotonic()
    with wire(gzipped(b"", packed)) as server, pytest.raises(Unreachable, match="compressed answer"):
        session(server.url).send(Request("/x"))
    assert time.monotonic() - began < 6 and len(server.received) == QUICK.tries, (
        "an answer that is damaged is asked again"
    )


def test_a_redirect_s_body_is_not_read() -> None:
    endless = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 100000000000\r\n\r\n"
    began = time.monotonic()
    with wire(dripping(endless, 3)) as server, pytest.raises(RedirectRefused, match="another path"):
        session(server.url).send(Request("/x"))
    assert time.monotonic() - began < 1.5 and len(server.received) == 1


def test_it_is_requests_that_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[requests.PreparedRequest] = []
    real = requests.Session.send

    def send(self: requests.Session, request: requests.PreparedRequest, **options: object) -> requests.Response:
        sent.append(request)
        assert options["stream"] is True and options["allow_redirects"] is False and self.trust_env is False
        return real(self, request, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "send", send)
    with wire(GOOD) as server:
        here = session(server.url)
        for _ in range(2):
            here.send(Request("/a,b/ü", {"q": "x y&z=ö", "empty": ""}))
    assert [r.url for r in sent] == [f"{server.url}/a,b/%C3%BC?q=x+y%26z%3D%C3%B6&empty="] * 2
    assert server.received[0].startswith(b"GET /a,b/%C3%BC?q=x+y%26z%3D%C3%B6&empty= HTTP/1.1\r\n")


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(folder / "key.pem"),
        "-out",
        str(folder / "ca.pem"),
    ]
    subprocess.run(made, check=True, capture_output=True)
    return folder / "ca.pem"


def test_a_private_authority_is_trusted_where_it_is_set_up_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = certificate(tmp_path)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(authority))  # the environment has no say
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(authority, tmp_path / "key.pem")

    def shake(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), tls.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65_536)
            secure.sendall(GOOD)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    shake(server.accept()[0])

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        trusting = replace(QUICK, ca_file=str(authority))
        assert session(url, limits=trusting).send(Request("/x")).body == b'{"results":[]}'
        with pytest.raises(Unreachable, match="TLS certificate"):
            session(url, limits=replace(QUICK, tries=1)).send(Request("/x"))
