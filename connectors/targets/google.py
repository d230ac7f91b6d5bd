"""Google (Ads, YouTube): a user list of Customer Match, by the Data Manager API. Members are hashes there.

    GET  /v1/accountTypes/GOOGLE_ADS/accounts/{account}/userLists/{list}     is it there, and open
    POST /v1/audienceMembers:ingest     members' identifiers, the consent that they gave, the terms; 10,000 at most
    POST /v1/audienceMembers:remove     the same, without consent
    GET  /v1/requestStatus:retrieve?requestId=     SUCCESS, PROCESSING, FAILED, PARTIAL_SUCCESS, and which records

The answer to a change is a request id and no word on what became of it, so the status is asked, for a minute at most;
what is not known by then the next push asks for, by the id that the book keeps beside the sealed hash, and sends again
what failed. A request of which one record is malformed is refused whole (400): the records that it names are left out,
and the others are sent once more. Consent is CONSENT_GRANTED for both kinds: who did not opt in is not sent. Names and
addresses count only where all four are known, given and family name, region and postal code; the last two go unhashed,
as Google wants them. Scope: https://www.googleapis.com/auth/datamanager.
Sources: developers.google.com/data-manager, "Send audience members", "Format user data", "Limits and quotas",
"Diagnostics"; discovery document datamanager v1, revision 20261106; google-ads-datamanager 0.9 for `login-account`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from crm360.connectors.engine.errors import BadResponse, TargetLacks
from crm360.connectors.engine.oauth import Grant, oauth
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.target import Member, Opening, Outcome, Own, Refusal, Standing, Target
from crm360.connectors.targets import ads

TOKENS = "https://oauth2.googleapis.com/token"
WITHOUT_DOTS = ("gmail.com", "googlemail.com")
WAITS = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds before the status is asked, once more each time
KNOWN, FAILED = ("SUCCESS", "FAILED", "PARTIAL_SUCCESS"), ("FAILED", "PARTIAL_SUCCESS")
OF_CONSENT = ("NO_CONSENT", "DENIED_CONSENT", "UNKNOWN_CONSENT")
MEMBER = re.compile(r"audience_?members\[(\d+)\]", re.IGNORECASE)
FIELDS = ("phone", "given_name", "family_name", "region_code", "postal_code")
GRANTED = {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"}


def email(text: str) -> str:
    """As Google wants it: no space, small letters; of a Gmail address no dots, and nothing from a + on."""
    told = re.sub(r"\s", "", text).lower()
    local, at, domain = told.rpartition("@")
    if domain in WITHOUT_DOTS:
        local = local.partition("+")[0].replace(".", "")
    return f"{local}{at}{domain}"


def identifiers(digest: str, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """A member's identifiers, out of the address's hash and of what else is known."""
    found: list[dict[str, Any]] = [{"emailAddress": digest}]
    phone = ads.hashed(ads.e164(fields.get("phone", "")))
    if phone:
        found.append({"phoneNumber": phone})
    given, family = (ads.hashed(fields.get(name, "").strip().lower()) for name in ("given_name", "family_name"))
    region, code = fields.get("region_code", "").strip().upper(), fields.get("postal_code", "").strip()
    if given and family and re.fullmatch("[A-Z]{2}", region) and code:
        place = {"regionCode": region, "postalCode": code}
        found.append({"address": {"givenName": given, "familyName": family, **place}})
    return found


def auth(options: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """The OAuth client's refresh token, for which access tokens are given."""
    form = {"client_id": options["client_id"], "client_secret": secrets["client_secret"]}
    return oauth(Grant("google", options.get("login_url", TOKENS), form, secrets["refresh_token"]))


class Google(ads.AdAudience):
    """One user list of one account."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        options = opening.options
        self._list = options["list"]
        destination: dict[str, Any] = {"operatingAccount": _account(options["account"])}
        headers = {}
        if "login_account" in options:
            destination["loginAccount"] = _account(options["login_account"])
            headers["login-account"] = f"accountTypes/GOOGLE_ADS/accounts/{options['login_account']}"
        self._destination = destination | {"productDestinationId": self._list}
        path = f"/v1/accountTypes/GOOGLE_ADS/accounts/{options['account']}/userLists/{self._list}"
        told = self._told.object_of(self._ask(Request(path, headers=headers)))
        if told.get("readOnly") or told.get("membershipStatus") == "CLOSED":
            raise TargetLacks(f"the user list {self._list} is closed", where=opening.where)

    def address(self, text: str) -> str:
        """As Google wants it."""
        return email(text)

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """As of every ad platform; and of whom the last push did not learn what became of them, it is asked now."""
        found = super().look(members)
        late = {m.key: m.record_id[ads.SEALED + 1 :] for m in members if len(m.record_id) > ads.SEALED}
        told = {request: self._status(request).get("requestStatus") for request in sorted(set(late.values()))}
        for key, request in late.items():
            if key in found and told[request] in FAILED:
                found[key] = found[key]._replace(is_member=False)  # it is sent again: twice is as once
        return found

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Send their identifiers, and learn what became of them."""
        sent = {m.key: {"userIdentifiers": identifiers(self._digests[m.key], m.fields)} for m in members}
        more = {"consent": GRANTED, "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"}}
        return [
            outcome._replace(record_id=f"{self.sealed(outcome.key)} {outcome.record_id}".strip())
            for outcome in self._sent("ingest", sent, more)
        ]

    def _take_out(self, digests: Mapping[str, str]) -> list[Outcome]:
        sent = {key: {"userIdentifiers": [{"emailAddress": digest}]} for key, digest in digests.items()}
        return [outcome._replace(record_id="") for outcome in self._sent("remove", sent, {})]

    def _sent(self, what: str, members: Mapping[str, dict[str, Any]], more: Mapping[str, Any]) -> list[Outcome]:
        """What became of each; `record_id` is the request's id where that is not known yet."""
        left, done = dict(members), list[Outcome]()
        while left:
            body = {
                "destinations": [self._destination],
                "audienceMembers": [{"compositeData": {"userData": one}} for one in left.values()],
                "encoding": "HEX",
                **more,
            }
            reply = self._ask(Request(f"/v1/audienceMembers:{what}", body=body, method="POST"), (400,))
            if reply.status != 400:
                request = str(self._told.object_of(reply).get("requestId") or "")
                if not request:
                    raise BadResponse("an answer without a request id", where=self._told.where)
                return [*done, *self._became(request, list(left))]
            wrong = self._wrong(reply, list(left))  # it names somebody, so at the latest nobody is left
            done += [Outcome(key, "rejected") for key in wrong]
            left = {key: one for key, one in left.items() if key not in wrong}
        return done

    def _wrong(self, reply: Reply, keys: list[str]) -> set[str]:
        """The members that a refusal names. Raises TargetLacks where it is not for single members."""
        error = self._told.object_of(reply).get("error") or {}
        details = [one for one in error.get("details") or () if isinstance(one, dict)]
        violations = [v for one in details for v in one.get("fieldViolations") or ()]
        places = {int(n) for v in violations for n in MEMBER.findall(str(v.get("field")))}
        if not places or max(places) >= len(keys):
            reasons = {str(one["reason"]) for one in (*violations, *details) if one.get("reason")}
            said = ", ".join(sorted(reasons)) or str(error.get("status"))
            raise TargetLacks(f"it refuses the request ({said[:200]})", where=self._told.where)
        return {keys[place] for place in places}

    def _became(self, request: str, keys: list[str]) -> list[Outcome]:
        """What became of a request's records."""
        told: dict[str, Any] = {}
        for wait in WAITS:
            time.sleep(wait)
            told = self._status(request)
            if told.get("requestStatus") in KNOWN:
                break
        status = told.get("requestStatus")
        if status not in FAILED:  # of what is not known yet the next push asks
            return [Outcome(key, record_id="" if status == "SUCCESS" else request) for key in keys]
        refusals: dict[int, Refusal] = {}
        for count in (told.get("errorInfo") or {}).get("errorCounts") or ():
            refusal: Refusal = "no consent" if str(count.get("reason")).endswith(OF_CONSENT) else "rejected"
            refusals |= {int(place): refusal for place in count.get("recordIndices") or ()}
        # Some failed and it is not said which: then all are sent again.
        others: Refusal | None = None if status == "PARTIAL_SUCCESS" and refusals else "not written"
        return [Outcome(key, refusals.get(place, others)) for place, key in enumerate(keys)]

    def _status(self, request: str) -> dict[str, Any]:
        """What Google says of a request; nothing where it knows it no more."""
        reply = self._ask(Request("/v1/requestStatus:retrieve", {"requestId": request}), (400, 404))
        if reply.status >= 400:
            return {}
        told = self._told.object_of(reply).get("requestStatusPerDestination") or [{}]
        return told[0] if isinstance(told[0], dict) else {}

    def _ask(self, request: Request, allowed: tuple[int, ...] = ()) -> Reply:
        """The answer. Raises TargetLacks where there is no such list."""
        reply = self._told.session.send(request, self._told.where, (400, 404))
        if reply.status in (400, 404) and reply.status not in allowed:
            raise TargetLacks(f"there is no user list {self._list} in the account", where=self._told.where)
        return reply


def _account(number: str) -> dict[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": number}


GOOGLE = Target(
    "google",
    Google,
    batch=ads.BATCH,
    channel="email",
    takes=frozenset({"list", "account", "login_account", "client_id", "login_url", "url", "consent_covers_ads"}),
    needs=frozenset({"list", "account", "client_id"}),
    takes_fields=True,
    fields=frozenset(FIELDS),
    own=Own(("client_secret", "refresh_token"), (), auth, "https://datamanager.googleapis.com", rate=(300, 60.0)),
    wrong=ads.wrong,
    for_ads=True,
)
