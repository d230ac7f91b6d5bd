"""The fake as Klaviyo's own Python client reads it: its models accept each answer, and the same records come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crm360.connectors.sandbox import TOKENS, Company, running

klaviyo = pytest.importorskip("klaviyo_api")
from openapi_client.exceptions import OpenApiException  # noqa: E402


def client(base_url: str, token: str) -> Any:
    return klaviyo.KlaviyoAPI(token, max_retries=1, max_delay=1, test_host=f"{base_url}/klaviyo")


def plain(answer: Any) -> Any:
    return answer if isinstance(answer, dict) else answer.to_dict()


def every(ask: Callable[..., Any], **asked: Any) -> list[dict[str, Any]]:
    """All records of a paged list."""
    found: list[dict[str, Any]] = []
    while True:
        page = plain(ask(**asked))
        found += page["data"]
        following = page["links"].get("next")
        if not following:
            return found
        asked["page_cursor"] = parse_qs(urlsplit(following).query)["page[cursor]"][0]


def alive(company: Company, stream: str) -> set[str]:
    return {r.id for r in company.truth().records("klaviyo", stream) if not r.deleted}


def test_the_clients_records_are_the_truths() -> None:
    with running(Company(300)) as sandbox:
        api, company = client(sandbox.base_url, TOKENS["klaviyo"]), sandbox.company
        profiles = every(api.Profiles.get_profiles, additional_fields_profile=["subscriptions"], page_size=40)
        assert {p["id"] for p in profiles} == alive(company, "profiles") and len(profiles) > 40
        consents = {p["attributes"]["subscriptions"]["email"]["marketing"]["consent"] for p in profiles}
        assert consents == {"SUBSCRIBED", "UNSUBSCRIBED", "NEVER_SUBSCRIBED"}
        metrics = every(api.Metrics.get_metrics)
        events = [
            event["id"]
            for metric in metrics
            for event in every(
                api.Events.get_events, filter=f"equals(metric_id,'{metric['id']}')", sort="datetime", page_size=500
            )
        ]
        assert len(set(events)) == len(events) and set(events) == alive(company, "events")
        listed = every(
            api.Campaigns.get_campaigns, filter="equals(messages.channel,'email')", include=["campaign-messages"]
        )
        assert len(listed) == len(company.mailing.campaigns())  # the draft, and all that were sent but the archived one


def test_a_wrong_key_is_told_as_klaviyo_tells_it() -> None:
    with running(Company(10)) as sandbox, pytest.raises(OpenApiException) as told:
        client(sandbox.base_url, "wrong").Metrics.get_metrics()
    assert getattr(told.value, "status", None) == 401
