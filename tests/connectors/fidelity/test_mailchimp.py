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
