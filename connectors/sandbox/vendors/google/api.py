"""Google's Data Manager API, as far as audience members go, and the login that gives access tokens.

Rules: developers.google.com/data-manager, discovery document datamanager v1 of 2026-11-06. Traps that it plays: 200
with a request id whatever becomes of it, and a status that is known later; one malformed record refuses all; a member
without consent is refused in the status; 10,000 members, and 10 identifiers each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.google.fake import ACCESS, ACCOUNT, CLIENT, SECRETS

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.ads import Audience
    from crm360.connectors.sandbox.company.company import Company

MOST, MOST_IDENTIFIERS = 10_000, 10
HASH = re.compile(r"[0-9a-f]{64}")
_CODES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Google's error body; a reason, and the field that it is about, stand before a colon."""
    told: dict[str, Any] = {"code": status, "message": message, "status": _CODES.get(status, "UNKNOWN")}
    reason, _, field = message.partition(": ")
    if field and reason == reason.upper():
        violation = {"field": field, "description": reason, "reason": reason}
        told["details"] = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    return Reply({"error": told}, status, headers or {})


def unauthorised() -> Reply:
    return error(401, "Request had invalid authentication credentials.")


def log_in(company: Company, call: Call) -> Reply:
    """POST /token: a refresh token, which stays."""
    asked = call.form()
    if {name: asked.get(name) for name in (*CLIENT, *SECRETS)} != CLIENT | SECRETS:
        return Reply({"error": "invalid_grant", "error_description": "Bad Request"}, 400, aside=True)
    return Reply({"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer"}, aside=True)


def user_list(company: Company, call: Call) -> Reply:
    """GET /v1/accountTypes/GOOGLE_ADS/accounts/{account}/userLists/{list}"""
    number = call.parts["list"]
    found = company.ads.user_lists.get(number) if call.parts["account"] == ACCOUNT else None
    if found is None:
        raise Refused(404, "Requested entity was not found.")
    status = "OPEN" if found.is_open else "CLOSED"
    return Reply({"id": number, "displayName": found.name, "readOnly": False, "membershipStatus": status})


def _asked(company: Company, call: Call) -> tuple[Audience, list[list[dict[str, Any]]], dict[str, Any]]:
    """The list, the members' identifiers, and the whole body."""
    asked = call.json()
    (destination, *_) = asked.get("destinations") or [{}]
    account = (destination.get("operatingAccount") or {}).get("accountId")
    found = company.ads.user_lists.get(str(destination.get("productDestinationId")))
    if account != ACCOUNT or found is None or not found.is_open:
        raise Refused(400, "INVALID_DESTINATION: destinations[0]")
    members = asked.get("audienceMembers") or []
    if not 1 <= len(members) <= MOST:
        raise Refused(400, "TOO_MANY_AUDIENCE_MEMBERS: audience_members")
    if asked.get("encoding") != "HEX":
        raise Refused(400, "REQUIRED_FIELD_MISSING: encoding")
    people = [((one.get("compositeData") or {}).get("userData") or {}).get("userIdentifiers") or [] for one in members]
    for place, one in enumerate(people):
        where = f"audience_members[{place}].composite_data.user_data"
        if not 1 <= len(one) <= MOST_IDENTIFIERS:
            raise Refused(400, f"NO_IDENTIFIERS_PROVIDED: {where}")
        for identifier in one:
            told = {**identifier, **(identifier.get("address") or {})}
            names = ("emailAddress", "phoneNumber", "givenName", "familyName")
            if not all(HASH.fullmatch(str(told[name])) for name in names if name in told):
                raise Refused(400, f"INVALID_HEX_ENCODING: {where}.user_identifiers")
    return found, people, asked


def _accepted(company: Company, status: dict[str, Any]) -> Reply:
    number = f"sandbox-{len(company.ads.requests) + 1}"
    company.ads.requests[number] = status
    return Reply({"requestId": number}, aside=True)


def ingest(company: Company, call: Call) -> Reply:
    """POST /v1/audienceMembers:ingest"""
    found, people, asked = _asked(company, call)
    if (asked.get("termsOfService") or {}).get("customerMatchTermsOfServiceStatus") != "ACCEPTED":
        raise Refused(400, "TERMS_AND_CONDITIONS_NOT_SIGNED: terms_of_service")
    consent = asked.get("consent") or {}
    if {consent.get("adUserData"), consent.get("adPersonalization")} != {"CONSENT_GRANTED"}:
        count = {"reason": "PROCESSING_ERROR_REASON_NO_CONSENT", "recordCount": str(len(people))}
        return _accepted(company, {"requestStatus": "FAILED", "errorInfo": {"errorCounts": [count]}})
    for one in people:
        told = {name: str(value) for identifier in one for name, value in identifier.items()}
        if "emailAddress" in told:
            found.people.setdefault(told.pop("emailAddress"), {}).update(told)
    counted = {"compositeDataIngestionStatus": {"recordCount": str(len(people))}}
    return _accepted(company, {"requestStatus": "SUCCESS", "audienceMembersIngestionStatus": counted})


def remove(company: Company, call: Call) -> Reply:
    """POST /v1/audienceMembers:remove: who is not in is passed over."""
    found, people, _ = _asked(company, call)
    for one in people:
        for identifier in one:
            found.people.pop(identifier.get("emailAddress", ""), None)
    counted = {"compositeDataRemovalStatus": {"recordCount": str(len(people))}}
    return _accepted(company, {"requestStatus": "SUCCESS", "audienceMembersRemovalStatus": counted})


def status(company: Company, call: Call) -> Reply:
    """GET /v1/requestStatus:retrieve?requestId="""
    number = call.query.get("requestId", "")
    told = company.ads.requests.get(number)
    if told is None:
        raise Refused(400, "INVALID_REQUEST_ID: request_id")
    company.ads.asked[number] = company.ads.asked.get(number, 0) + 1
    if company.ads.asked[number] <= company.ads.slowness:
        told = {"requestStatus": "PROCESSING"}
    return Reply({"requestStatusPerDestination": [told]})


ROUTES = (
    ("POST", "/google/token", log_in),
    ("GET", "/google/v1/accountTypes/GOOGLE_ADS/accounts/{account}/userLists/{list}", user_list),
    ("POST", "/google/v1/audienceMembers:ingest", ingest),
    ("POST", "/google/v1/audienceMembers:remove", remove),
    ("GET", "/google/v1/requestStatus:retrieve", status),
)
