"""The fake as Mailchimp's own Python client reads it: the same records come out, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm360.connectors.sandbox import TOKENS, Company, running

mailchimp = pytest.importorskip("mailchimp_marketing")
from mailchimp_marketing.api_client import ApiClientError  # noqa: E402

PAGE = 100


def client(base_url: str, token: str) -> Any:
    made = mailchimp.Client()
    made.set_config({"access_token": token, "server": "us1"})
    made.api_client.host = f"{base_url}/mailchimp/3.0"
    return made


def every(name: str, ask: Callable[..., Any], *path: str) -> list[dict[str, Any]]:
    """All records of a paged list."""
    found: list[dict[str, Any]] = []
    while True:
        page = ask(*path, count=PAGE, offset=len(found))
        found += page[name]
        if len(found) >= page["total_items"]:
            return found


def test_the_clients_members_and_acts_are_the_truths() -> None:
    with running(Company(300)) as sandbox:
        api, truth = client(sandbox.base_url, TOKENS["mailchimp"]), sandbox.company.truth()
        (only,) = every("lists", api.lists.get_all_lists)
        members = every("members", api.lists.get_list_members_info, only["id"])
        alive = {r.id.split("/")[-1] for r in truth.records("mailchimp", "members") if not r.deleted}
        assert {m["id"] for m in members if m["status"] != "archived"} == alive and len(members) > PAGE
        campaigns = every("campaigns", api.campaigns.list)
        sent = [c["id"] for c in campaigns if c["status"] == "sent"]
        acts = [
            f"{campaign}/{a['email_id']}"
            for campaign in sent
            for a in every("emails", api.reports.get_email_activity_for_campaign, campaign)
        ]
        assert len(set(acts)) == len(acts) > PAGE
        assert {act.split("/")[1] for act in acts} <= {m["id"] for m in members}


def test_a_wrong_key_is_told_as_mailchimp_tells_it() -> None:
    with running(Company(10)) as sandbox, pytest.raises(ApiClientError) as told:
        client(sandbox.base_url, "wrong").lists.get_all_lists()
    assert told.value.status_code == 401


def test_a_tag_that_the_client_gives_is_on_the_member_and_nobody_is_subscribed_by_it() -> None:
    with running(Company(60)) as sandbox:
        api = client(sandbox.base_url, TOKENS["mailchimp"])
        (only,) = every("lists", api.lists.get_all_lists)
        members = every("members", api.lists.get_list_members_info, only["id"])
        by = {status: next(m for m in members if m["status"] == status) for status in ("subscribed", "unsubscribed")}
        tag = api.lists.create_segment(only["id"], {"name": "win-back", "static_segment": []})
        assert api.lists.tag_search(only["id"], name="win-b")["tags"] == [{"id": tag["id"], "name": "win-back"}]
        addresses = [m["email_address"] for m in by.values()]
        told = api.lists.batch_segment_members(
            {"members_to_add": [*addresses, "nobody@mail.example"]}, only["id"], str(tag["id"])
        )
        assert (told["total_added"], told["error_count"]) == (1, 1)
        inside = every("members", api.lists.get_segment_members_list, only["id"], str(tag["id"]))
        assert [m["email_address"] for m in inside] == [by["subscribed"]["email_address"]]
        after = {m["id"]: m for m in every("members", api.lists.get_list_members_info, only["id"])}
        assert {"id": tag["id"], "name": "win-back"} in after[by["subscribed"]["id"]]["tags"]
        assert after[by["unsubscribed"]["id"]]["status"] == "unsubscribed"
        with pytest.raises(ApiClientError) as refused:
            many = {"members_to_add": [f"{n}@mail.example" for n in range(501)]}
            api.lists.batch_segment_members(many, only["id"], str(tag["id"]))
        api.lists.delete_segment(only["id"], str(tag["id"]))
        assert "at most 500" in refused.value.text
        with pytest.raises(ApiClientError) as refused:
            api.lists.get_segment_members_list(only["id"], str(tag["id"]))
        assert refused.value.status_code == 404
