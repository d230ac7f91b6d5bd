"""Meta (Facebook, Instagram): a custom audience of a customer list. Members are hashes there, and can't be read.

    GET    /{version}/{audience}?fields=subtype,operation_status    is it there, and not flagged
    POST   /{version}/{audience}/users     payload={"schema": ["EMAIL", …], "data": [[…], …]}, session={…}; 10,000 rows
    DELETE /{version}/{audience}/users     payload={"schema": ["EMAIL"], "data": [[…], …]}

A session is one batch: who is sent again is so in a session of its own, for one that has ended takes no more. The
answer says how many were received and which hashes are none (`invalid_entry_samples`): fewer received than sent is as
not written. It takes effect within 24 hours. Members are removed by the hash of the address alone: an EXTERN_ID would
do, but Meta keeps those for 90 days. Each request is signed by the app's secret, if it is given (appsecret_proof).
Sources: developers.facebook.com, Marketing API v25, "Customer File Custom Audiences" (hashing, session, responses),
"Custom Audience Users"; "Securing Graph API Requests"; "Rate Limiting"; for the error codes
rudderlabs/rudder-transformer, fb_custom_audience.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets as chance
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse, TargetLacks
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.target import Member, Opening, Outcome, Own, Target
from crm360.connectors.systems.meta_ads import RIGHT, TOKEN, error_of, throttled
from crm360.connectors.targets import ads

VERSION = "v25.0"
GONE = (803, 1487301, 1487366)  # error codes of an audience that is gone
NO_SUCH_OBJECT, BLOCKED, FLAGGED = 33, 1713230, 471


def _letters(text: str) -> str:
    """Only a to z: accents are taken off, what is no letter goes."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if "a" <= c <= "z")


def _name(text: str) -> str:
    """Small letters of any script without punctuation."""
    told = "".join(c for c in unicodedata.normalize("NFC", text).lower() if unicodedata.category(c)[0] not in "PSC")
    return " ".join(told.split())


def _zip(text: str) -> str:
    told = re.sub(r"[\s-]", "", text.lower())
    return told[:5] if re.fullmatch(r"\d{5}-\d{4}", text.strip()) else told


def _part(at: int, length: int) -> Callable[[str], str]:
    """A part of a date that is written 2026-07-01."""
    return lambda text: text[at : at + length] if re.match(r"\d{4}-\d\d-\d\d", text) else ""


NORMALISED: dict[str, Callable[[str], str]] = {
    "EMAIL": lambda text: text.strip().lower(),
    "PHONE": lambda text: ads.e164(text).lstrip("+"),
    "FN": _name,
    "LN": _name,
    "CT": _letters,
    "ST": _letters,
    "ZIP": _zip,
    "COUNTRY": lambda text: text.strip().lower() if re.fullmatch(r"\s*[A-Za-z]{2}\s*", text) else "",
    "GEN": lambda text: {"male": "m", "m": "m", "female": "f", "f": "f"}.get(text.strip().lower(), ""),
    "DOBY": _part(0, 4),
    "DOBM": _part(5, 2),
    "DOBD": _part(8, 2),
}


def hashed(key: str, text: str) -> str:
    """A value under Meta's key as it is sent; empty for one that can't be matched."""
    return ads.hashed(NORMALISED[key](text))


def auth(_options: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """The token, and beside it the proof that we know the app's secret; each try of a batch is a session of its own."""
    token, secret = secrets["access_token"], secrets.get("app_secret", "")
    proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest() if secret else ""

    def sign(request: Request) -> Request:
        proven = {"appsecret_proof": proof} if proof else {}
        if request.form is None:
            return replace(request, params={**request.params, **proven})
        form = {**request.form, **proven}
        if "session" in form:
            form["session"] = json.dumps({"session_id": chance.randbits(62) + 1, **json.loads(form["session"])})
        return replace(request, form=form)

    return Auth({"Authorization": f"Bearer {token}"}, (token, *filter(None, (secret, proof))), sign=sign)


class Meta(ads.AdAudience):
    """One custom audience."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        self._path = f"/{VERSION}/{opening.options['list']}"
        told = self._ask(Request(self._path, {"fields": "id,subtype,operation_status"}))
        if (told.get("operation_status") or {}).get("code") == FLAGGED:
            raise TargetLacks("Meta has flagged the audience: see Audience Manager", where=opening.where)
        if told.get("subtype") != "CUSTOM":
            raise TargetLacks("the audience is filled by rules of Meta's: one of a customer list is needed",
                              where=opening.where)  # fmt: skip

    def address(self, text: str) -> str:
        """Without space around it, in small letters."""
        return NORMALISED["EMAIL"](text)

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Send their hashes."""
        keys = self._told.fields
        rows = {m.key: [self._digests[m.key], *(hashed(k, m.fields.get(k, "")) for k in keys)] for m in members}
        session = {"batch_seq": 1, "last_batch_flag": True, "estimated_num_total": len(rows)}
        done = self._sent("POST", ["EMAIL", *keys], rows, session=json.dumps(session))
        return [outcome._replace(record_id=self.sealed(outcome.key)) for outcome in done]

    def _take_out(self, digests: Mapping[str, str]) -> list[Outcome]:
        return self._sent("DELETE", ["EMAIL"], {key: [digest] for key, digest in digests.items()})

    def _sent(self, method: str, schema: list[str], rows: Mapping[str, list[str]], **more: str) -> list[Outcome]:
        form = {"payload": json.dumps({"schema": schema, "data": list(rows.values())}), **more}
        told = self._ask(Request(f"{self._path}/users", form=form, method=method))
        if int(told.get("num_received") or 0) < len(rows):
            return [Outcome(key, "not written") for key in rows]
        samples = _texts(told.get("invalid_entry_samples"))
        every = int(told.get("num_invalid_entries") or 0) >= len(rows)
        wrong = {key for key, row in rows.items() if every or samples & set(filter(None, row))}
        return [Outcome(key, "rejected" if key in wrong else None) for key in rows]

    def _ask(self, request: Request) -> dict[str, Any]:
        """The answer. Raises what an error's code comes to."""
        reply = self._told.session.send(request, self._told.where, (400, 401, 403, 404))
        if reply.status >= 400:
            raise self._problem(reply)
        return self._told.object_of(reply)

    def _problem(self, reply: Reply) -> AuthError | AccessDenied | TargetLacks | BadResponse:
        error, where = error_of(reply), self._told.where
        code, subcode = error.get("code"), error.get("error_subcode")
        if code in TOKEN or reply.status == 401:
            return AuthError("the access token is refused, or has expired", where=where)
        if code in RIGHT or reply.status == 403:
            what = f"the token has no right to the audience, or its terms are not accepted (code {code})"
            return AccessDenied(what, where=where, who="the administrator of the ad account")
        if code in GONE or (code == 100 and subcode == NO_SUCH_OBJECT) or reply.status == 404:
            return TargetLacks(f"there is no custom audience {self._told.options['list']}", where=where)
        if subcode == BLOCKED:
            return TargetLacks("Meta has blocked the audience: see Audience Manager", where=where)
        return BadResponse(f"it refuses the request (code {code}, {subcode})", where=where)


def _texts(samples: Any) -> set[str]:
    """All texts of Meta's samples, which are texts or maps of them."""
    found: set[str] = set()
    for one in samples or ():
        found |= {str(value) for value in one.values()} if isinstance(one, dict) else {str(one)}
    return found


META = Target(
    "meta",
    Meta,
    batch=ads.BATCH,
    channel="email",
    takes=frozenset({"list", "url", "consent_covers_ads"}),
    needs=frozenset({"list"}),
    takes_fields=True,
    fields=frozenset(NORMALISED) - {"EMAIL"},
    own=Own(("access_token",), ("app_secret",), auth, "https://graph.facebook.com", rate=(5, 1.0), throttled=throttled),
    wrong=ads.wrong,
    for_ads=True,
)
