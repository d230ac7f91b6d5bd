"""Meta's Graph API, as far as custom audiences of customer lists go.

Rules: developers.facebook.com, Marketing API v25, "Customer File Custom Audiences". Traps that it plays: an error is a
400 with a code; who is in can't be read; a hash that is none is passed over and told as a sample; a session that has
ended takes no further batch; an app's proof that is wrong is refused; 10,000 a call.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING, Any

from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.meta.fake import APP_SECRET, FAKE

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.ads import Audience
    from crm360.connectors.sandbox.company.company import Company

MOST = 10_000
HASH = re.compile(r"[0-9a-f]{64}")
KEYS = {"EMAIL", "PHONE", "GEN", "DOBY", "DOBM", "DOBD", "LN", "FN", "FI", "CT", "ST", "ZIP", "COUNTRY"}
_CODES = {401: 190, 403: 200, 404: 100, 429: 80003, 500: 2, 503: 2}


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Meta's error body. A code of its own, and a subcode, stand before a colon. Most errors are a 400."""
    found = re.match(r"(\d+)(?:/(\d+))?: (.*)", message)
    code, subcode, text = found.groups() if found else (_CODES.get(status, 100), None, message)
    told: dict[str, Any] = {"message": text, "type": "OAuthException", "code": int(code), "fbtrace_id": "sandbox"}
    if subcode:
        told["error_subcode"] = int(subcode)
    return Reply({"error": told}, status if status >= 500 else 400, headers or {})


def unauthorised() -> Reply:
    return error(401, "190/463: Error validating access token: Session has expired.")


def _proven(company: Company, call: Call) -> Audience:
    """The audience, to one who may see it."""
    given = call.form().get("appsecret_proof") or call.query.get("appsecret_proof")
    expected = hmac.new(APP_SECRET.encode(), FAKE.token.encode(), hashlib.sha256).hexdigest()
    if given is not None and given != expected:
        raise Refused(400, "100: Invalid appsecret_proof provided in the API argument")
    found = company.ads.audiences.get(call.parts["audience"])
    if found is None:
        raise Refused(400, "100/33: Unsupported request. Object does not exist or cannot be loaded")
    return found


def read(company: Company, call: Call) -> Reply:
    """GET /{version}/{audience}"""
    audience = _proven(company, call)
    code = 471 if audience.is_flagged else 200
    status = {"code": code, "description": "Normal" if code == 200 else "Flagged"}
    told = {"id": call.parts["audience"], "name": audience.name, "subtype": audience.kind, "operation_status": status}
    wanted = call.query.get("fields", "id").split(",")
    return Reply({name: value for name, value in told.items() if name in wanted})


def _rows(audience: Audience, call: Call) -> tuple[list[str], list[list[str]]]:
    if audience.is_flagged:
        raise Refused(400, "100/1713230: Invalid parameter")
    payload = json.loads(call.form().get("payload", "{}"))
    schema, data = payload.get("schema"), payload.get("data")
    keys = [schema] if isinstance(schema, str) else schema
    if not isinstance(keys, list) or not keys or set(keys) - KEYS or not isinstance(data, list):
        raise Refused(400, "100: Invalid parameter")
    if not 1 <= len(data) <= MOST or any(len(row) != len(keys) for row in data):
        raise Refused(400, "105: The number of parameters exceeded the maximum for this operation")
    return keys, data


def _answer(call: Call, data: list[list[str]], wrong: list[str], **more: Any) -> Reply:
    told = {"audience_id": call.parts["audience"], "num_received": len(data), "num_invalid_entries": len(wrong), **more}
    return Reply(told | {"invalid_entry_samples": wrong[:100]}, aside=True)


def add(company: Company, call: Call) -> Reply:
    """POST /{version}/{audience}/users"""
    audience = _proven(company, call)
    keys, data = _rows(audience, call)
    session = json.loads(call.form().get("session", "{}"))
    number = session.get("session_id")
    if not isinstance(number, int) or number < 1 or number in company.ads.sessions or session.get("batch_seq") != 1:
        raise Refused(400, "2650: Failed to update the custom audience")
    if session.get("last_batch_flag"):
        company.ads.sessions.add(number)
    wrong = []
    for row in data:
        told = {key: value for key, value in zip(keys, row, strict=True) if value}
        bad = [value for value in told.values() if not HASH.fullmatch(value)]
        if bad or "EMAIL" not in told:
            wrong += bad or [""]
        else:
            audience.people.setdefault(told.pop("EMAIL"), {}).update(told)
    return _answer(call, data, wrong, session_id=number)


def remove(company: Company, call: Call) -> Reply:
    """DELETE /{version}/{audience}/users: who is not in is passed over."""
    audience = _proven(company, call)
    keys, data = _rows(audience, call)
    for row in data:
        audience.people.pop(row[keys.index("EMAIL")], None)
    return _answer(call, data, [])


_AUDIENCE = "/meta/{version}/{audience}"
ROUTES = (
    ("GET", _AUDIENCE, read),
    ("POST", f"{_AUDIENCE}/users", add),
    ("DELETE", f"{_AUDIENCE}/users", remove),
)
