"""Klaviyo: profiles are put into a list that is there, or taken out of it. No consent is given, no suppression lifted.

    GET    /api/lists/{list}                                       is it there
    GET    /api/profiles?filter=any(email,[…])                     who is known, and who may not be written to
    GET    /api/lists/{list}/profiles?fields[profile]=email        who is in, 100 a page
    POST   /api/lists/{list}/relationships/profiles                {"data": [{"type": "profile", "id": …}]}, 1,000
    DELETE /api/lists/{list}/relationships/profiles                the same; the profile's consent stays as it is

Putting somebody into a list gives no consent; the calls that would give it, which lift suppressions, are never used.
Profiles are not made: whom Klaviyo does not know is `unknown there`. Both changes are answered with 204 and no word on
single profiles, so the list is read once more. The key needs lists:read, lists:write, profiles:read and profiles:write.
Sources: klaviyo/openapi, openapi/stable.json of 2026-07-15.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from crm360.connectors.engine.errors import BadResponse, TargetLacks
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.target import Member, Opening, Outcome, Refusal, Standing, Target, by_halves, side_by_side

NAMED, PAGE, BATCH = 50, 100, 1000  # addresses in one query, profiles a page, profiles in one change
JSON_API = {"Content-Type": "application/vnd.api+json"}
BOUNCED = ("HARD_BOUNCE", "INVALID_EMAIL")


class Klaviyo:
    """One list."""

    def __init__(self, opening: Opening) -> None:
        self._told = opening
        self._list = f"/api/lists/{opening.options['list']}"
        self._require_list()

    def _require_list(self) -> None:
        reply = self._told.session.send(Request(self._list), self._told.where, (404,))
        if reply.status == 404:
            raise TargetLacks(f"there is no list {self._told.options['list']}", where=self._told.where)

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """Who they are there; of those who are to leave only whether they are in the list is asked."""
        inside = self._inside()
        named = [m for m in members if m.address]
        found = {m.key: Standing(m.record_id, m.record_id in inside) for m in members if not m.address}
        batches = [named[n : n + NAMED] for n in range(0, len(named), NAMED)]
        for batch, profiles in side_by_side(self._known, batches):
            for member in batch:
                profile = profiles.get(member.key)
                if profile is None:
                    found[member.key] = Standing(is_member=False, refusal="unknown there")
                else:
                    found[member.key] = Standing(profile["id"], profile["id"] in inside, self._refusal(profile))
        return found

    def _known(self, batch: Sequence[Member]) -> tuple[Sequence[Member], dict[str, dict[str, Any]]]:
        """The profiles of a batch of members, by key."""
        addresses = json.dumps([m.address.strip().lower() for m in batch], ensure_ascii=False)
        asked = {
            "filter": f"any(email,{addresses})",
            "page[size]": str(PAGE),
            "additional-fields[profile]": "subscriptions",
        }
        return batch, {
            self._told.key_of(one["attributes"]["email"]): one
            for one in self._pages(Request("/api/profiles", asked))
            if one["attributes"].get("email")
        }

    def _refusal(self, profile: dict[str, Any]) -> Refusal | None:
        """Why a profile may not be written to; None where nothing says so."""
        mail = ((profile["attributes"].get("subscriptions") or {}).get("email") or {}).get("marketing") or {}
        reasons = [one.get("reason") for one in mail.get("suppression") or ()]
        if reasons:
            return "bounced" if all(reason in BOUNCED for reason in reasons) else "unsubscribed"
        of_list = {one.get("list_id") for one in mail.get("list_suppressions") or ()}
        left = mail.get("consent") == "UNSUBSCRIBED" or self._told.options["list"] in of_list
        return "unsubscribed" if left else None

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Put their profiles into the list."""
        return by_halves(lambda some: self._change("POST", some), members)

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Take their profiles out of the list."""
        return by_halves(lambda some: self._change("DELETE", some), members)

    def _change(self, method: str, members: Sequence[Member]) -> list[Outcome] | None:
        body = {"data": [{"type": "profile", "id": m.record_id} for m in members]}
        request = Request(f"{self._list}/relationships/profiles", body=body, method=method, headers=JSON_API)
        reply = self._told.session.send(request, self._told.where, (204, 400, 404))
        if reply.status == 404:
            self._require_list()  # else it is a profile that is gone
        return None if reply.status in (400, 404) else [Outcome(m.key, record_id=m.record_id) for m in members]

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """Who is in the list now."""
        inside = self._inside()
        return {m.key for m in members if m.record_id in inside}

    def _inside(self) -> set[str]:
        asked = {"page[size]": str(PAGE), "fields[profile]": "email"}
        return {one["id"] for one in self._pages(Request(f"{self._list}/profiles", asked))}

    def _pages(self, request: Request) -> list[dict[str, Any]]:
        """The records of all pages. Raises BadResponse where they do not end."""
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        while True:
            told: Any = self._told.session.send(request, self._told.where).json()
            if not isinstance(told, dict) or not isinstance(told.get("data"), list):
                raise BadResponse("a page without data", where=self._told.where)
            found += told["data"]
            following = (told.get("links") or {}).get("next")
            if not following:
                return found
            if following in seen:
                raise BadResponse("the pages do not end", where=self._told.where)
            seen.add(following)
            request = Request(following)


KLAVIYO = Target("klaviyo", Klaviyo, batch=BATCH, channel="email", takes=frozenset({"list"}), needs=frozenset({"list"}))
