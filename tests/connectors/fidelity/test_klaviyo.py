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


def test_what_the_client_puts_into_a_list_is_in_it_and_consents_to_nothing() -> None:
    with running(Company(120)) as sandbox:
        api = client(sandbox.base_url, TOKENS["klaviyo"])
        made = plain(api.Lists.create_list({"data": {"type": "list", "attributes": {"name": "Spring"}}}))["data"]["id"]
        profiles = every(api.Profiles.get_profiles, additional_fields_profile=["subscriptions"], page_size=100)
        first, second, *_ = profiles
        asked = f'any(email,["{first["attributes"]["email"].upper()}","nobody@mail.example"])'
        (found,) = every(api.Profiles.get_profiles, filter=asked)
        assert found["id"] == first["id"]
        two = {"data": [{"type": "profile", "id": p["id"]} for p in (first, second)]}
        api.Lists.add_profiles_to_list(made, two)
        inside = every(api.Lists.get_profiles_for_list, id=made, fields_profile=["email"])
        assert {p["id"] for p in inside} == {first["id"], second["id"]}
        api.Lists.remove_profiles_from_list(made, {"data": two["data"][:1]})
        assert [p["id"] for p in every(api.Lists.get_profiles_for_list, id=made)] == [second["id"]]
        after = every(api.Profiles.get_profiles, additional_fields_profile=["subscriptions"], page_size=100)
        assert [p["attributes"]["subscriptions"] for p in after] == [p["attributes"]["subscriptions"] for p in profiles]
        with pytest.raises(OpenApiException) as told:
            api.Lists.get_list("Nowhere")
        assert getattr(told.value, "status", None) == 404
