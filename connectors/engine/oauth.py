"""OAuth 2.0 access tokens: asked for before the first request, and once more when one is refused.

    POST <login_url>   grant_type=client_credentials           →  access_token
    POST <login_url>   grant_type=refresh_token&refresh_token  →  access_token, and with some a new refresh_token

A source that replaces refresh tokens takes each of them once. The new one is on disk, for its owner alone, before
the access token that came with it is used. Sources: RFC 6749, 4.4, 5.1, 5.2, 6 and 10.4.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crm360 import durable
from crm360.connectors.engine.errors import AuthError, BadResponse, LandingError, RateLimited
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import REDACT, Auth, Limits, Session, basic

LIMITS = Limits(deadline=30.0, tries=6, max_body=2**20, longest_wait=60.0)
JUDGED_HERE = (400, 401, 403)
SET_UP = "whoever set base_url in crm360.toml"
TOO_MANY = b"too many requests"  # Zoho says so with status 400


@dataclass(frozen=True)
class Grant:
    """How a source gives access tokens. Without `refresh_token` it is the client credentials grant.

    `form` is sent beside the grant itself: client_id, client_secret, scope. `client` is the same pair for sources
    that want it as basic credentials. `kept` is the file in which a replaced refresh token is kept. `scheme` stands
    before the token in the Authorization header. `accept` looks at the answer and raises a SourceError.
    """

    source: str
    login_url: str
    form: Mapping[str, str]
    refresh_token: str = ""
    kept: Path | None = None
    client: tuple[str, str] | None = None
    scheme: str = "Bearer"
    accept: Callable[[Mapping[str, Any]], None] | None = None
    limits: Limits = field(default=LIMITS)
    ca_file: str = ""  # as for the source itself


def oauth(grant: Grant) -> Auth:
    """Credentials that begin without a token and fetch one when the first request is sent."""
    given = (grant.form.get("client_secret", ""), grant.refresh_token, *(grant.client or ())[1:])
    return Auth({}, tuple(filter(None, given)), partial(_fetch, grant))


def client_credentials(
    source: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    login_url: str,
    *,
    scope: str = "",
    scheme: str = "Bearer",
    leads_to: tuple[str, str] | None = None,
) -> Auth:
    """The OAuth client that settings and secrets describe: client_id, client_secret, a refresh_token if there is one.

    `leads_to`: the field of the answer that names the API's address, and the sentence where that is not `base_url`.
    """
    form = {"client_id": settings["client_id"], "client_secret": secrets["client_secret"]}

    def accept(told: Mapping[str, Any]) -> None:
        if leads_to is not None:
            field_name, sentence = leads_to
            said, base = urlsplit(str(told.get(field_name, ""))), urlsplit(settings["base_url"])
            if (said.scheme, said.netloc) != (base.scheme, base.netloc):
                raise AuthError(sentence, who=SET_UP)

    return oauth(
        Grant(
            source,
            login_url,
            form | ({"scope": scope} if scope else {}),
            secrets.get("refresh_token", ""),
            Path(settings["token_file"]) if settings.get("token_file") else None,
            scheme=scheme,
            accept=accept,
            ca_file=settings.get("ca_file", ""),
        )
    )


def _fetch(grant: Grant) -> dict[str, str]:
    """The headers that carry a new access token. Raises AuthError, RateLimited, LandingError."""
    place = urlsplit(grant.login_url)
    client = basic(*grant.client) if grant.client else Auth({"Accept": "application/json"})
    session = Session(
        grant.source, f"{place.scheme}://{place.netloc}", client, replace(grant.limits, ca_file=grant.ca_file or None)
    )
    refresh_token = _kept(grant) or grant.refresh_token
    asked = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    form = {**(asked if refresh_token else {"grant_type": "client_credentials"}), **grant.form}
    reply = session.send(Request(place.path, method="POST", form=form), grant.source, JUDGED_HERE)
    told = _told(reply, grant.source)
    replaced = told.get("refresh_token")
    if isinstance(replaced, str) and replaced and refresh_token and replaced != refresh_token:
        REDACT.learn(replaced)
        _keep(grant, replaced)
    if grant.accept is not None:
        grant.accept(told)
    return {"Authorization": f"{grant.scheme} {told['access_token']}"}


def _told(reply: Reply, source: str) -> Mapping[str, Any]:
    """The answer, if it holds an access token. Raises what it says instead, by its error code only."""
    if reply.status in JUDGED_HERE and TOO_MANY in reply.body.lower():
        raise RateLimited("too many access tokens were asked for in a short time", where=source)
    try:
        told = msgspec.json.decode(reply.body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        if reply.status in JUDGED_HERE:
            raise AuthError(f"no access token is given (HTTP {reply.status})", where=source) from error
        raise BadResponse("the login does not answer with JSON", where=source) from error
    token = told.get("access_token")
    if reply.status in JUDGED_HERE or not isinstance(token, str) or not token:
        code = str(told.get("error", ""))
        said = code if re.fullmatch(r"[a-z_]{1,40}", code) else f"HTTP {reply.status}"
        raise AuthError(f"no access token is given ({said})", where=source)
    REDACT.learn(token)
    return told


def _print(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _kept(grant: Grant) -> str | None:
    """The refresh token that took the place of the given one; None if there is none, or another one is given now."""
    if grant.kept is None or not grant.refresh_token:
        return None
    try:
        content = msgspec.json.decode(grant.kept.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise LandingError(f"the kept refresh token {grant.kept.name} can't be read", where=grant.source) from error
    token = content.get("refresh_token", "")
    if content.get("follows") != _print(grant.refresh_token) or not token:
        return None
    REDACT.learn(token)
    return token


def _keep(grant: Grant, token: str) -> None:
    """Write the new refresh token durably, readable for its owner alone."""
    if grant.kept is None:
        return
    content = msgspec.json.encode({"follows": _print(grant.refresh_token), "refresh_token": token})
    try:
        grant.kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(grant.kept, content, durable=True)
    except OSError as error:
        raise LandingError("the new refresh token can't be written", where=grant.source) from error
