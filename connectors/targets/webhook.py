"""A webhook of one's own: who joined and who left an audience, signed, as JSON.

    POST <url>
    Idempotency-Key: 3f2a…                      the same for the same events: what was answered late is sent again
    X-CRM360-Timestamp: 1782957600              seconds since 1970, of this try
    X-CRM360-Signature: sha256=9c1e…            HMAC-SHA256 by the shared secret over "<timestamp>.<body>", in hex
    {"push": "calls", "audience": "win-back", "events": [{"event_id": "…", "action": "add", "customer_id": "…",
     "address": "…", "fields": {"tier": "gold"}}]}

Any 2xx takes all of its events. 408, 425, 429 and 5xx are tried again, later each time, as a pull's requests are. 400,
409, 413 and 422 refuse the batch, which is then sent in halves, so that the one that is refused stops no other. An
event's id is the same each time that it is sent, and another one where somebody joins again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from crm360 import moments
from crm360.connectors.engine.errors import TargetLacks
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.target import Member, Opening, Outcome, Own, Standing, Target, by_halves

TAKEN, REFUSED, GONE = (200, 201, 202, 204), (400, 409, 413, 422), (404, 410)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the header X-CRM360-Signature holds."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def auth(_options: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """Each request is signed as it leaves: the timestamp is that of the try."""
    secret = secrets["secret"]

    def sign(request: Request) -> Request:
        timestamp = str(int(moments.now().timestamp()))
        signed = {"X-CRM360-Timestamp": timestamp}
        signed["X-CRM360-Signature"] = signature(secret, timestamp, request.content or b"")
        return replace(request, headers={**request.headers, **signed})

    return Auth({}, (secret,), sign=sign)


class Webhook:
    """The address. It can't be asked who is in: what was sent before is known here alone."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        parts = urlsplit(opening.options["url"])
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """Nothing: nobody can be asked."""
        return {}

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """Nothing: nobody can be asked."""
        return None

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Tell that they joined, or that a field of theirs is another."""
        return self._send("add", members)

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Tell that they left."""
        return self._send("remove", members)

    def _send(self, action: str, members: Sequence[Member]) -> list[Outcome]:
        return by_halves(partial(self._post, action), members)

    def _post(self, action: str, members: Sequence[Member]) -> list[Outcome] | None:
        told = self._opening
        events = [self._event(action, member) for member in members]
        body: dict[str, Any] = {"push": told.push, "audience": told.audience, "events": events}
        key = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]
        request = Request(self._path, method="POST", body=body, headers={"Idempotency-Key": key})
        reply = told.session.send(request, told.where, (*TAKEN, *REFUSED, *GONE))
        if reply.status in GONE:
            raise TargetLacks(f"there is no webhook at its address any more (HTTP {reply.status})", where=told.where)
        return None if reply.status in REFUSED else [Outcome(member.key) for member in members]

    def _event(self, action: str, member: Member) -> dict[str, Any]:
        event: dict[str, Any] = {"action": action, "customer_id": member.customer_id}
        if action == "add":
            event |= {"address": member.address, "fields": dict(member.fields)}
        told = json.dumps([self._opening.push, member.turn, event], sort_keys=True).encode()
        return {"event_id": hashlib.sha256(told).hexdigest()[:32], **event}


WEBHOOK = Target(
    "webhook",
    Webhook,
    batch=100,
    takes=frozenset({"url"}),
    needs=frozenset({"url"}),
    takes_fields=True,
    own=Own(("secret",), auth=auth),
)
