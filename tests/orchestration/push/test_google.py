"""Pushes to Google: hashes by Google's rules, and a yes that wrote nothing is found out by the request's status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm360.connectors.engine import session
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.vendors.google.fake import ACCOUNT, CLIENT, SECRETS
from crm360.connectors.targets import ads, google
from tests.orchestration.push.shop import Shop

LIST = "8888000001"
PEOPLE = {f"c_{n}": f"Ann.{n}@Mail.example" for n in range(1, 6)}
INGEST = "*/audienceMembers:ingest"

# What Google publishes: developers.google.com/data-manager/api/devguides/audiences/send-audience-members, before and
# after "Hash and encode the data". The last address is the example of "Format user data": it is the one before it.
EMAILS = {
    "dana@example.com": "07e2f1394b0ea80e2adca010ea8318df697001a005ba7452720edda4b0ce57b3",
    "DanaM@example.com": "1df6b43bc68dd38eca94e6a65b4f466ae537b796c81a526918b40ac4a7b906c7",
    "ALEXF@example.com": "19de0a9906ebee29fe82087be5ec44f3c01e40730bc808b663c71f19dd6b12f2",
    "AlexF@cymbalgroup.com": "7d2d80e240594dcee2e57f57885ee286c4b232dd142234d7a0af6d31cc86679b",
    "alexF@altostrat.com": "063c45291827d4994f98357b72862b25885834fd53cf8f0e4af359916fc03c62",
    "quinn@CYMBALGROUP.com": "05bb62526f091b45d20e243d194766cca8869137421047dc53fa4876d111a6f0",
    "baklavainthebalkans@gmail.com": "f1fcde379f31f4d446b76ee8f34860eca2288adc6b6d6c0fdc56d9eee75a2fa5",
    "rosario@example.org": "83a834cc5327bc4dee7c5408988040dc5813c7662611cd93b707aff72bf7d33f",
    " cloudySanFrancisco@GMAIL.com ": "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4",
    "cloudy.sanfrancisco+shopping@gmail.com": "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4",
}
PHONES = {
    "+1-800-555-0100": "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30",
    "+1 800-555-0101": "61d6c2976b5d92b1ad63073a12fddd26040cd980067d03a93dd1cc50f1a3ac68",
    "+1 800-555-0102": "c5383c2eeada28210d27f011bc127d4f9562cf38ff0c9bba33dd45ae79b9fe7c",
    "+1-800-555-0110": "525c2390a4e2a9766fa8ddc341dd10414603baebefa401f5a5e29f55e176525d",
}


def test_hashes_are_those_that_google_publishes() -> None:
    assert {text: ads.hashed(google.email(text)) for text in EMAILS} == EMAILS
    assert {text: ads.hashed(ads.e164(text)) for text in PHONES} == PHONES
    assert google.email("user.name+NYC@Example.com") == "user.name+nyc@example.com"  # of no other domain


def test_an_address_needs_all_four_and_a_phone_its_country() -> None:
    known = {"given_name": " Ann ", "family_name": "Lee", "region_code": "us", "postal_code": " 94045"}
    names = {"givenName": ads.hashed("ann"), "familyName": ads.hashed("lee")}
    address = {"address": {**names, "regionCode": "US", "postalCode": "94045"}}
    assert google.identifiers("d", known) == [{"emailAddress": "d"}, address]
    lacking = {**known, "region_code": "Germany", "phone": "030 1234567"}
    assert google.identifiers("d", lacking) == [{"emailAddress": "d"}]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(f"CRM360_PUSH_ADS_{name}".upper(), secret)
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    monkeypatch.setattr(google, "WAITS", (0.0, 0.01))
    with running(Company(20)) as served:
        yield served


@pytest.fixture
def shop(tmp_path: Path, sandbox: Running) -> Shop:
    return Shop(tmp_path).write(toml(sandbox)).publish(PEOPLE)


def toml(sandbox: Running, number: str = LIST) -> str:
    return (
        f'[push.ads]\naudience = "win-back"\nto = "google"\nmode = "mirror"\nlist = "{number}"\naccount = "{ACCOUNT}"\n'
        f'login_account = "9999999999"\nclient_id = "{CLIENT["client_id"]}"\nconsent_covers_ads = true\n'
        f'url = "{sandbox.base_url}/google"\nlogin_url = "{sandbox.base_url}/google/token"\n'
    )


def inside(sandbox: Running) -> set[str]:
    return set(sandbox.company.ads.user_lists[LIST].people)


def digests(*addresses: str) -> set[str]:
    return {ads.hashed(google.email(address)) for address in addresses}


def test_members_are_put_in_with_their_consent_and_taken_out(shop: Shop, sandbox: Running) -> None:
    done = shop.one()
    assert done.error is None and done.counts["added"] == 5 and inside(sandbox) == digests(*PEOPLE.values())
    sent = [json.loads(entry.body) for entry in sandbox.log.entries(INGEST)]
    assert [one["consent"]["adUserData"] for one in sent] == ["CONSENT_GRANTED"]
    assert not any("mail.example" in entry.body.lower() for entry in sandbox.log.entries("/google/*"))
    assert shop.one().counts["unchanged"] == 5 and len(sandbox.log.entries(INGEST)) == 1
    done = shop.publish({"c_1": PEOPLE["c_1"]}).one()
    assert done.counts["removed"] == 4 and inside(sandbox) == digests(PEOPLE["c_1"])
    (database,) = (shop.root / "data" / "published").glob("2*/customer_360.duckdb")
    with duckdb.connect(str(database)) as con:
        con.execute("update audience_members set basis = 'legitimate interest'")
    done = shop.one()
    assert done.refusals == {"no consent": 1} and done.counts["removed"] == 1 and inside(sandbox) == set()


def test_a_yes_that_wrote_nothing_is_found_out_at_once_or_by_the_next_push(shop: Shop, sandbox: Running) -> None:
    there = sandbox.company.ads

    def answer(number: str, **told: object) -> None:
        sandbox.faults.add("status", path=INGEST, status=200, body=json.dumps({"requestId": number}))
        there.requests[number] = dict(told)

    answer("lost", requestStatus="FAILED")
    assert shop.one().refusals == {"not written": 5} and inside(sandbox) == set()
    count = {"reason": "PROCESSING_ERROR_REASON_NO_CONSENT", "recordCount": "1", "recordIndices": [1]}
    answer("some", requestStatus="PARTIAL_SUCCESS", errorInfo={"errorCounts": [count]})
    done = shop.one()
    assert done.refusals == {"no consent": 1} and done.counts["added"] == 4
    assert shop.one().counts["added"] == 1  # who was refused is tried again
    there.slowness = 99  # what becomes of it is not known within the push
    answer("late", requestStatus="FAILED")
    shop.publish({**PEOPLE, "c_8": "late@mail.example"})
    assert shop.one().counts["added"] == 1 and not digests("late@mail.example") & inside(sandbox)
    there.slowness = 0
    assert shop.one().counts["added"] == 1 and digests("late@mail.example") < inside(sandbox) | {""}
    assert shop.one().counts["unchanged"] == 6


def test_one_malformed_record_stops_no_other(shop: Shop, sandbox: Running) -> None:
    violation = {"field": "audience_members[2].composite_data", "reason": "INVALID_HEX_ENCODING"}
    body = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"fieldViolations": [violation]}]}}
    sandbox.faults.add("status", path=INGEST, status=400, body=json.dumps(body))
    done = shop.one()
    assert done.refusals == {"rejected": 1} and done.counts["added"] == 4 and len(inside(sandbox)) == 4


@pytest.mark.night
def test_a_kill_a_throttled_target_and_a_repeat_leave_the_same_state(shop: Shop, sandbox: Running) -> None:
    assert shop.command(CRM360_FAILPOINT="push-after-send").returncode == 137
    assert len(inside(sandbox)) == 5
    shop.publish({"c_1": PEOPLE["c_1"]})
    sandbox.faults.add("status", path=INGEST, status=429, times=2)
    sandbox.faults.add("short_body", path="*/audienceMembers:remove", times=1)
    assert shop.one().error is None and inside(sandbox) == digests(PEOPLE["c_1"])


def test_what_can_not_be_written_to_is_one_sentence(
    shop: Shop, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.one()
    shop.publish({**PEOPLE, "c_9": "new@mail.example"})
    body = {"error": {"status": "INVALID_ARGUMENT", "details": [{"reason": "TERMS_AND_CONDITIONS_NOT_SIGNED"}]}}
    sandbox.faults.add("status", path=INGEST, status=400, body=json.dumps(body))
    assert "it refuses the request (TERMS_AND_CONDITIONS_NOT_SIGNED)" in str(shop.one().error)
    sandbox.company.ads.user_lists[LIST].is_open = False
    assert f"the user list {LIST} is closed" in str(shop.one().error)
    assert "there is no user list 777 in the account" in str(shop.write(toml(sandbox, "777")).one().error)
    monkeypatch.setenv("CRM360_PUSH_ADS_REFRESH_TOKEN", "an-old-one")
    told = str(shop.one().error)
    assert "no access token is given (invalid_grant)" in told and "an-old-one" not in told
    assert shop.book()["c_1"][:2] == ("add", "accepted")
