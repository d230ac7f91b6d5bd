"""OAuth: tokens are fetched when needed, renewed once, replaced refresh tokens are kept, and nothing is told."""

from __future__ import annotations

import json
import logging
import stat
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import (
    AuthError,
    BadResponse,
    LandingError,
    RateLimited,
    RedirectRefused,
    SourceError,
)
from crm360.connectors.engine.oauth import Grant, oauth
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Limits, Session
from tests.connectors.wire import http, wire

GOOD = http(b'{"results":[]}')
CLIENT = {"client_id": "an-id", "client_secret": "a-client-secret"}


def login(**content: str) -> bytes:
    return http(json.dumps({"token_type": "Bearer", **content}).encode())


def grant(url: str, **given: object) -> Grant:
    facts = {"limits": Limits(tries=1, rate=(1000, 1.0)), "form": CLIENT, **given}
    return Grant("fake", f"{url}/token", **facts)  # type: ignore[arg-type]


def session(url: str, made: Grant) -> Session:
    return Session("fake", url, oauth(made), Limits(tries=2, rate=(1000, 1.0)))


def test_a_token_is_fetched_before_the_first_request_and_used_for_all() -> None:
    with wire(login(access_token="first-token"), GOOD) as server:
        client = session(server.url, grant(server.url))
        client.send(Request("/x"))
        client.send(Request("/y"))
        asked, first, second = server.received
    assert asked.startswith(b"POST /token") and b"grant_type=client_credentials" in asked
    assert b"client_secret=a-client-secret" in asked and b"x-www-form-urlencoded" in asked
    assert b"Bearer first-token" in first and b"Bearer first-token" in second


def test_a_refused_token_is_renewed_once_and_again_only_after_it_has_worked() -> None:
    no = http(b"", "401 No")
    with wire(
        login(access_token="aaaa-1"), no, login(access_token="aaaa-2"), GOOD, no, login(access_token="aaaa-3"), GOOD
    ) as server:
        client = session(server.url, grant(server.url))
        assert client.send(Request("/x")).status == client.send(Request("/y")).status == 200
        assert [b"aaaa-3" in r for r in server.received] == [False] * 6 + [True]
    with wire(login(access_token="aaaa-1"), no, login(access_token="aaaa-2"), no) as server:
        with pytest.raises(AuthError):
            session(server.url, grant(server.url)).send(Request("/x"))
        assert len(server.received) == 4


def test_a_replaced_refresh_token_is_kept_before_it_is_needed_and_follows_its_own_only(tmp_path: Path) -> None:
    kept = tmp_path / "tokens" / "fake.json"
    with wire(login(access_token="aaaa", refresh_token="second-refresh"), http(b"", "500 No")) as server:
        made = grant(server.url, refresh_token="first-refresh", kept=kept)
        with pytest.raises(SourceError):
            Session("fake", server.url, oauth(made), Limits(tries=1)).send(Request("/x"))
        assert b"refresh_token=first-refresh" in server.received[0]
    assert json.loads(kept.read_text())["refresh_token"] == "second-refresh"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert "first-refresh" not in kept.read_text()
    for given, used in (("first-refresh", b"second-refresh"), ("pasted-anew", b"pasted-anew")):
        with wire(login(access_token="aaaa"), GOOD) as server:
            session(server.url, grant(server.url, refresh_token=given, kept=kept)).send(Request("/x"))
            assert b"refresh_token=" + used in server.received[0]


def test_a_refresh_token_that_cannot_be_kept_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "tokens" / ".fake.json.tmp").mkdir(parents=True)  # stands in the way
    with wire(login(access_token="aaaa", refresh_token="second-refresh"), GOOD) as server:
        made = grant(server.url, refresh_token="first-refresh", kept=tmp_path / "tokens" / "fake.json")
        with pytest.raises(LandingError):
            session(server.url, made).send(Request("/x"))
        assert len(server.received) == 1, "the access token must not be used"


def test_basic_credentials_and_another_scheme() -> None:
    with wire(login(access_token="aaaa"), GOOD) as server:
        made = grant(server.url, form={}, client=("an-id", "a-client-secret"), scheme="Zoho-oauthtoken")
        session(server.url, made).send(Request("/x"))
    assert b"Authorization: Basic" in server.received[0] and b"a-client-secret" not in server.received[0]
    assert b"Authorization: Zoho-oauthtoken aaaa" in server.received[1]


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (http(b'{"error":"invalid_client","error_description":"a-client-secret"}', "400 Bad"), AuthError, "invalid_client"),
        (http(b'{"error":"invalid_code"}'), AuthError, "invalid_code"),
        (http(b"", "401 No"), AuthError, "HTTP 401"),
        (http(b"<html>"), AuthError, "web page"),
        (http(b"[]"), BadResponse, "JSON"),
        (http(b'{"access_token":""}'), AuthError, "no access token"),
        (http(b'{"error":"Access Denied","error_description":"You have made too many requests"}', "400 Bad"), RateLimited, "too many"),
        (http(b"", "307 Go", Location="https://evil.test/"), RedirectRefused, "evil.test"),
    ],
)  # fmt: skip
def test_what_the_login_refuses_is_told_by_its_code_only(
    answer: bytes, error: type[SourceError], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with wire(answer) as server, pytest.raises(error, match=says) as caught:
        session(server.url, grant(server.url)).send(Request("/x"))
    assert "a-client-secret" not in f"{caught.value!r}{caught.value}{caplog.text}"
    assert len(server.received) == 1
