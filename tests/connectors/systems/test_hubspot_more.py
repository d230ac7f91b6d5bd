"""HubSpot's commerce, surveys, forms and marketing e-mails: what an account lacks, what was typed in, what is read again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import AccessDenied, BadResponse
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.session import Session
from crm360.connectors.sandbox import Company, running
from crm360.connectors.sandbox.vendors.hubspot import marketing
from crm360.connectors.systems import _hubspot_lists
from crm360.connectors.systems._hubspot_marketing import NewestFirst
from crm360.connectors.systems.hubspot import OPTIONAL, SKIPPED
from tests.connectors.battery import Bench, bench

SYSTEM = "hubspot"
PATHS = {
    "products": "*/crm/properties/*/products", "order_pipelines": "*/crm/pipelines/*/orders",
    "orders": "*/crm/properties/*/orders", "line_items": "*/crm/properties/*/line_items",
    "feedback_submissions": "*/crm/properties/*/feedback_submissions", "forms": "*/marketing/v3/forms",
    "form_submissions": "*/form-integrations/*", "marketing_emails": "*/marketing/emails/*",
    "email_events": "*/email/public/v1/events", "quotes": "*/crm/properties/*/quotes", "lists": "*/crm/lists/*/search",
    "list_members": "*/memberships/join-order",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "backoff", lambda _self, _attempt: 0.01)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def test_what_an_account_never_had_is_passed_over_and_told(here: Bench, caplog: pytest.LogCaptureFixture) -> None:
    assert set(PATHS) == OPTIONAL
    caplog.set_level(logging.WARNING)
    here.pull(SYSTEM, "owners")  # the version that the server speaks is settled
    here.pull(SYSTEM, "forms", "lists")
    for path in PATHS.values():
        here.sandbox.faults.add("forbidden", path=path, times=None)
    for _ in range(2):
        caplog.clear()
        went = here.pull(SYSTEM)
        assert {stream for stream, p in went.items() if p.error} == {"forms", "lists"}
        assert isinstance(went["forms"].error, AccessDenied), "they were read before"
        for stream in OPTIONAL - {"forms", "lists"}:
            footer = went[stream].footer
            assert footer is not None and footer.received == 0 and footer.end_proof == SKIPPED
            assert f"{SYSTEM}/{stream}: {SKIPPED}" in caplog.text
    here.sandbox.faults.clear()
    went = here.pull(SYSTEM, *OPTIONAL)
    assert all(p.footer is not None and p.footer.received for p in went.values()), (
        "a scope that is granted later is used"
    )
    alike = ("products", "orders", "line_items", "quotes", "list_members")
    assert not any(here.differences(SYSTEM, stream) for stream in alike)


@pytest.mark.parametrize("status", [403, 404])
def test_an_object_that_was_read_before_is_no_object_that_lacks(here: Bench, status: int) -> None:
    here.landed(SYSTEM, "products")
    here.sandbox.faults.add("status", path="*/properties/*products", status=status, times=None)
    with pytest.raises(AccessDenied, match=rf"what was read before is refused \(HTTP {status}\)"):
        here.landed(SYSTEM, "products")
    assert here.differences(SYSTEM, "products") == {}


def test_other_refusals_of_what_may_lack_are_errors(here: Bench) -> None:
    here.sandbox.faults.add("status", path=PATHS["products"], status=400, times=None)
    result = here.pull(SYSTEM, "products")["products"]
    assert result.footer is None and "HTTP 400" in str(result.error)


def test_of_a_submission_its_address_is_landed_and_nothing_else_that_was_typed(here: Bench) -> None:
    here.landed(SYSTEM, "form_submissions")
    found = dict(Landing(here.landing).live_records(SYSTEM, "form_submissions"))
    assert found and any(record["email"] for record in found.values())
    told = {"conversionId", "submittedAt", "formId", "formName", "email", "pageUrl"}
    assert {frozenset(record) for record in found.values()} == {frozenset(told)}
    assert not any("?" in record["pageUrl"] or "call me" in str(record).lower() for record in found.values())
    assert {record["formName"] for record in found.values()} == {"Contact us", "The catalogue, please"}


def test_a_quiet_night_asks_each_form_once_and_a_new_form_is_read_whole(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = marketing.FORMS
    monkeypatch.setattr(marketing, "FORMS", {first: marketing.FORMS[first]})
    some = here.landed(SYSTEM, "form_submissions")
    monkeypatch.undo()
    here.sandbox.log.clear()
    both = here.landed(SYSTEM, "form_submissions")
    assert some.received and both.landed and both.reading == "changes"
    assert here.differences(SYSTEM, "form_submissions") == {}
    here.sandbox.log.clear()
    quiet = here.landed(SYSTEM, "form_submissions")
    asked = [entry.path.rsplit("/", 1)[-1] for entry in here.sandbox.log.entries() if "form-integrations" in entry.path]
    assert asked == [first, second] and quiet.landed == 0


def test_a_form_that_was_deleted_since_it_was_listed_ends_nothing(here: Bench) -> None:
    first = next(iter(marketing.FORMS))
    here.pull(SYSTEM, "forms")
    here.sandbox.faults.add("status", path=f"*/submissions/forms/{first}", status=404, times=None)
    footer = here.landed(SYSTEM, "form_submissions")
    assert footer.complete and footer.landed


@pytest.mark.parametrize(
    ("since", "last", "goes_on"), [(None, 1, True), (5, 5, True), (5, 4, False), (5, 9, True)]
)  # fmt: skip
def test_submissions_are_read_down_to_the_last_night(since: int | None, last: int, goes_on: bool) -> None:
    body = b'{"results": [{"submittedAt": 9}, {"submittedAt": %d}], "paging": {"next": {"after": "x"}}}' % last
    request = NewestFirst(since).next(Request("/forms/f"), Page(body, "results"))
    assert (request is not None) is goes_on
    assert request is None or request.params["after"] == "x"


def test_of_a_quote_no_address_is_landed_at_which_it_can_be_read(here: Bench) -> None:
    here.landed(SYSTEM, "quotes")
    found = [record for _, record in Landing(here.landing).live_records(SYSTEM, "quotes")]
    assert found and all(record["properties"]["hs_title"] for record in found)
    assert not any({"hs_quote_link", "hs_public_url_key"} & record["properties"].keys() for record in found)
    assert "quotes.sandbox.example" not in str(found)


def test_lists_are_read_page_by_page_and_members_of_those_of_people_alone(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_hubspot_lists, "LISTED", 1)
    assert here.landed(SYSTEM, "list_members").landed
    asked = [e.path for e in here.sandbox.log.entries() if "/lists/" in e.path]
    assert sum(path.endswith("/search") for path in asked) == 3
    assert {path.split("/")[-3] for path in asked if "/memberships" in path} == {"11", "12"}
    assert here.differences(SYSTEM, "list_members") == {}


def test_who_left_a_list_is_seen(here: Bench) -> None:
    here.landed(SYSTEM, "list_members")
    here.company.delete(SYSTEM, "list_members", here.company.truth().records(SYSTEM, "list_members")[0].id)
    assert here.landed(SYSTEM, "list_members").derived == 1
    assert here.differences(SYSTEM, "list_members") == {}


def test_a_list_that_was_deleted_since_it_was_listed_ends_nothing(here: Bench) -> None:
    here.pull(SYSTEM, "lists")
    here.sandbox.faults.add("status", path="*/lists/*/11/memberships/*", status=404, times=None)
    footer = here.landed(SYSTEM, "list_members")
    assert footer.complete and footer.landed


@pytest.mark.parametrize(
    ("told", "following"), [('"hasMore": false, "offset": 1', None), ('"hasMore": true, "offset": 7', 7)]
)
def test_the_search_of_lists_goes_on_where_it_says(told: str, following: int | None) -> None:
    page = Page(f'{{"lists": [], {told}}}'.encode(), "lists")
    request = _hubspot_lists.OffsetInBody().next(Request("/search", body={"offset": 0}, method="POST"), page)
    assert (request.body or {}).get("offset") == following if request else following is None


@pytest.mark.parametrize("told", ['"offset": 1', '"hasMore": true', '"hasMore": "no", "offset": 1'])
def test_a_search_of_lists_that_does_not_say_whether_it_ends_is_an_error(told: str) -> None:
    with pytest.raises(BadResponse):
        _hubspot_lists.OffsetInBody().next(Request("/search"), Page(f'{{"lists": [], {told}}}'.encode(), "lists"))


def test_every_event_of_an_email_is_landed_once_over_the_nights(here: Bench) -> None:
    for day in (0, 1, 15):  # the third night brings a letter
        here.company.go_to(day)
        footer = here.landed(SYSTEM, "email_events")
        table = here.company.table(SYSTEM, "email_events")
        landed = [record for _, record in Landing(here.landing).live_records(SYSTEM, "email_events")]
        rows = [int(record["id"].rsplit("-", 1)[-1]) for record in landed]
        assert sorted(rows) == list(range(len(table))), day
        assert Counter(record["type"] for record in landed).keys() <= set(marketing.TYPES.values())
        assert not any({"userAgent", "location", "response", "requestedBy"} & record.keys() for record in landed)
        asked = [entry.query for entry in here.sandbox.log.entries() if "email/public" in entry.path]
        assert len(asked) == 6 and ("startTimestamp" in asked[0]) is (day > 0), "one page of each kind"
        here.sandbox.log.clear()
    assert footer.landed and footer.reading == "changes"


def test_of_a_marketing_email_no_text_is_landed_and_its_numbers_move(here: Bench) -> None:
    here.landed(SYSTEM, "marketing_emails")
    here.company.go_to(30)
    assert here.landed(SYSTEM, "marketing_emails").landed
    found = [record for _, record in Landing(here.landing).live_records(SYSTEM, "marketing_emails")]
    assert len(found) == len(here.company.mailing.campaigns())
    assert not any("content" in record for record in found)
    assert all(record["stats"]["counters"]["sent"] >= 0 for record in found)


def test_the_delivered_company_has_none_of_it(tmp_path: Path) -> None:
    with running(Company(60)) as sandbox:
        went = Bench(sandbox, tmp_path / "landing").pull(SYSTEM, *OPTIONAL - {"order_pipelines"})
        assert {s: p.footer and p.footer.received for s, p in went.items()} == dict.fromkeys(went, 0)
