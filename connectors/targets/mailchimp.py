"""Mailchimp: members of a list get a tag, or lose it. Nobody is put on a list, and nobody's subscription is touched.

    GET  /3.0/lists/{list}                              is it there
    GET  /3.0/lists/{list}/tag-search?name=             the tag; a tag is a static segment of the same id
    POST /3.0/lists/{list}/segments                     made where it lacks: {"name", "static_segment": []}
    GET  /3.0/lists/{list}/members                      who is on the list, how subscribed, and with which tags
    POST /3.0/lists/{list}/segments/{tag}               {"members_to_add", "members_to_remove"}, 500 of each at most
    GET  /3.0/lists/{list}/segments/{tag}/members       afterwards: who has the tag now

The answer to a change is 200 whatever became of it: an address that is not on the list, or not subscribed, is passed
over, or named in `errors`. So the tag's members are read once more. An API key of a user with the role Manager writes.
Sources: mailchimp.com/developer/marketing/api/list-segments; mailchimp-marketing 3.0.80; for the 500
hitobito/hitobito_sac_cas#1487.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from crm360.connectors.engine.errors import BadResponse, TargetLacks
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.target import Member, Opening, Outcome, Refusal, Standing, Target

COUNT = 1000  # members a page: the API's most
REFUSALS: dict[str, Refusal] = {
    "unsubscribed": "unsubscribed",
    "cleaned": "bounced",
    "pending": "not subscribed",
    "archived": "unknown there",
    "transactional": "not subscribed",
}


class _Listed(NamedTuple):
    """A member of the list, as far as it is looked at."""

    address: str
    status: str
    has_tag: bool


class Mailchimp:
    """One tag of one list."""

    def __init__(self, opening: Opening) -> None:
        self._told = opening
        self._list = f"/3.0/lists/{opening.options['list']}"
        self._name = opening.options.get("tag", opening.audience)
        self._listed: dict[str, _Listed] = {}
        self._ask(Request(self._list, {"fields": "id"}), f"there is no list {opening.options['list']}")
        self._tag = self._tag_id()

    def _tag_id(self) -> str | None:
        found = self._ask(Request(f"{self._list}/tag-search", {"name": self._name}), "the list has no tags")
        for tag in found.get("tags") or ():
            if tag.get("name") == self._name:
                return str(tag["id"])
        if self._told.dry_run:
            return None
        made = Request(f"{self._list}/segments", body={"name": self._name, "static_segment": []}, method="POST")
        return str(self._ask(made, "the tag can't be made")["id"])

    def look(self, members: Sequence[Member]) -> dict[str, Standing]:
        """How they stand on the list; whoever is not on it is unknown there."""
        fields = "members.email_address,members.status,members.tags,total_items"
        for one in self._pages(f"{self._list}/members", fields):
            tags = {str(tag.get("id")) for tag in one.get("tags") or ()}
            listed = _Listed(one["email_address"], str(one.get("status", "")), self._tag in tags)
            self._listed[self._told.key_of(listed.address)] = listed
        return {member.key: self._standing(member.key) for member in members}

    def _standing(self, key: str) -> Standing:
        listed = self._listed.get(key)
        if listed is None:
            return Standing(is_member=False, refusal="unknown there")
        return Standing(is_member=listed.has_tag, refusal=REFUSALS.get(listed.status))

    def add(self, members: Sequence[Member]) -> list[Outcome]:
        """Give them the tag."""
        return self._change("members_to_add", members, lambda member: self._listed[member.key].address)

    def remove(self, members: Sequence[Member]) -> list[Outcome]:
        """Take it from them. Their addresses are those that the list itself has."""
        return self._change("members_to_remove", members, lambda member: self._listed[member.key].address)

    def _change(self, what: str, members: Sequence[Member], of: Callable[[Member], str]) -> list[Outcome]:
        addresses = {member.key: of(member) for member in members}
        request = Request(f"{self._list}/segments/{self._tag}", method="POST", body={what: list(addresses.values())})
        told = self._ask(request, f"the tag {self._name!r} was deleted")
        wrong = {
            str(address).lower()
            for error in told.get("errors") or ()
            for address in (*(error.get("email_addresses") or ()), error.get("email_address", ""))
        }
        return [Outcome(key, "rejected" if address.lower() in wrong else None) for key, address in addresses.items()]

    def inside(self, members: Sequence[Member]) -> set[str] | None:
        """Who has the tag now."""
        path = f"{self._list}/segments/{self._tag}/members"
        every = {"include_unsubscribed": "true", "include_cleaned": "true"}
        return {
            self._told.key_of(one["email_address"])
            for one in self._pages(path, "members.email_address,total_items", every)
        }

    def _pages(self, path: str, fields: str, more: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            asked = {"count": str(COUNT), "offset": str(offset), "fields": fields, **(more or {})}
            page = self._ask(Request(path, asked), f"the tag {self._name!r} was deleted")
            found = page.get("members")
            if not isinstance(found, list):
                raise BadResponse("a page of members without members", where=self._told.where)
            yield from found
            offset += len(found)
            if not found or offset >= int(page.get("total_items") or 0):
                return

    def _ask(self, request: Request, lacking: str) -> dict[str, Any]:
        """The answer. Raises TargetLacks with the sentence where what is asked for is not there."""
        reply = self._told.session.send(request, self._told.where, (404,))
        if reply.status == 404:
            raise TargetLacks(lacking, where=self._told.where)
        told = reply.json()
        if not isinstance(told, dict):
            raise BadResponse("an answer that is no object", where=self._told.where)
        return told


MAILCHIMP = Target(
    "mailchimp",
    Mailchimp,
    batch=500,
    channel="email",
    takes=frozenset({"list", "tag"}),
    needs=frozenset({"list"}),
)
