"""Pushes to Meta: hashes by Meta's rules and nothing else, who opted in and nobody else, taken out by our own book."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm360.connectors.engine import session
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.vendors.meta.fake import APP_SECRET, FAKE
from crm360.connectors.targets.meta import NORMALISED, hashed
from crm360.orchestration.catalog.ledger import AUDIENCE_SYNCS, ledger_view
from tests.orchestration.push.shop import Shop

AUDIENCE = "23850000000000001"
PUSH = (
    f'[push.ads]\naudience = "win-back"\nto = "meta"\nmode = "mirror"\nlist = "{AUDIENCE}"\nconsent_covers_ads = true\n'
)
PEOPLE = {f"c_{n}": f" Ann.{n}@Mail.example" for n in range(1, 6)}

# What Meta publishes: developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
# (the first five) and …/ads-commerce/marketing-api/audiences/guides/custom-audiences, "Hashing" (the last two).
VECTORS = [
    ("EMAIL", "John_Smith@gmail.com", "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
    ("PHONE", "+1 (650)555-1212", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
    ("FN", "Mary", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
    ("FN", "정", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
    ("FN", "Valéry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
    ("EMAIL", "mary@example.com", "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"),
    ("PHONE", "+15559876543", "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"),
]
# Its rules, in words there: "Hashing and Normalization for Multi-Key".
RULES = [
    ("PHONE", "0044 20 7946 0958", "442079460958"), ("PHONE", "030 1234567", ""), ("LN", "O'Neill-Smith", "oneillsmith"),
    ("CT", "São Paulo", "saopaulo"), ("ST", "North Rhine-Westphalia", "northrhinewestphalia"), ("ZIP", "94035-1234", "94035"),
    ("ZIP", "M1 1AE", "m11ae"), ("COUNTRY", "US", "us"), ("COUNTRY", "Germany", ""), ("GEN", "Female", "f"), ("GEN", "?", ""),
    ("DOBY", "1981-02-03", "1981"), ("DOBM", "1981-02-03", "02"), ("DOBD", "1981-02-03", "03"), ("DOBD", "3 Feb", ""),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text", "expected"), VECTORS)
def test_hashes_are_those_that_meta_publishes(key: str, text: str, expected: str) -> None:
    assert hashed(key, text) == expected


@pytest.mark.parametrize(("key", "text", "expected"), RULES)
def test_values_are_made_as_meta_says(key: str, text: str, expected: str) -> None:
    assert NORMALISED[key](text) == expected
    assert bool(hashed(key, text)) is bool(expected)  # of nothing there is no hash


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("CRM360_PUSH_ADS_ACCESS_TOKEN", FAKE.token)
    monkeypatch.setenv("CRM360_PUSH_ADS_APP_SECRET", APP_SECRET)
    monkeypatch.setattr(session.Session, "backoff", lambda *_: 0.01)
    with running(Company(20)) as served:
        yield served


@pytest.fixture
def shop(tmp_path: Path, sandbox: Running) -> Shop:
    return with_push(Shop(tmp_path), sandbox, PUSH)


def with_push(shop: Shop, sandbox: Running, push: str) -> Shop:
    return shop.write(f'{push}url = "{sandbox.base_url}/meta"\n')


def inside(sandbox: Running) -> set[str]:
    return set(sandbox.company.ads.audiences[AUDIENCE].people)


def digests(*addresses: str) -> set[str]:
    return {hashed("EMAIL", address) for address in addresses}


def test_only_hashes_leave_and_who_left_is_taken_out_by_the_sealed_book(shop: Shop, sandbox: Running) -> None:
    with_push(shop, sandbox, PUSH + 'fields = { FN = "rfm_name" }\n')
    shop.publish({**PEOPLE, "c_bad": "no address"}, {"c_2": (None, 0, None, [])})
    (dry,), _ = shop.push(dry_run=True)
    assert dry.counts["added"] == 5 and inside(sandbox) == set()
    done = shop.one()
    assert done.error is None and done.counts["added"] == 5 and done.refusals == {"invalid address": 1}
    assert inside(sandbox) == digests(*PEOPLE.values())
    people = sandbox.company.ads.audiences[AUDIENCE].people
    assert people[hashed("EMAIL", PEOPLE["c_1"])] == {"FN": hashed("FN", "gold")}
    assert people[hashed("EMAIL", PEOPLE["c_2"])] == {}
    sent = [entry.body.lower() for entry in sandbox.log.entries("*/users")]
    assert sent and not any("mail.example" in body or "gold" in body for body in sent)
    rows = duckdb.execute(
        f"select record_id from ({ledger_view(shop.root / 'data' / 'ledger', AUDIENCE_SYNCS)})"
    ).fetchall()
    kept = {record for (record,) in rows if record}
    assert len(kept) == 5 and not kept & inside(sandbox)  # no hash that could be tried against addresses is kept
    assert shop.one().counts["unchanged"] == 5 and len(sandbox.log.entries("*/users")) == len(sent)
    done = shop.publish({"c_1": PEOPLE["c_1"]}).one()
    assert done.counts["removed"] == 4 and inside(sandbox) == digests(PEOPLE["c_1"])
    shop.publish({"c_1": PEOPLE["c_1"], "c_2": PEOPLE["c_1"].upper()})
    assert shop.one().error is None and len(inside(sandbox)) == 1
    assert shop.publish({"c_2": PEOPLE["c_1"]}).one().error is None and len(inside(sandbox)) == 1


def test_ads_need_an_opt_in(shop: Shop, sandbox: Running, tmp_path: Path) -> None:
    shop.publish(PEOPLE)
    (database,) = (shop.root / "data" / "published").rglob("customer_360.duckdb")
    with duckdb.connect(str(database)) as con:
        con.execute("update audience_members set basis = 'legitimate interest' where customer_id <> 'c_1'")
    done = shop.one()
    assert done.refusals == {"no consent": 4} and inside(sandbox) == digests(PEOPLE["c_1"])
    with duckdb.connect(str(database)) as con:  # as versions were before audiences told their ground
        con.execute("alter table audience_members drop basis")
    assert shop.one().refusals == {"no consent": 5} and inside(sandbox) == set()
    with pytest.raises(Exception, match="ads need consent_covers_ads = true"):
        with_push(shop, sandbox, PUSH.replace("consent_covers_ads = true\n", "")).config  # noqa: B018


@pytest.mark.night
def test_a_kill_a_cut_connection_and_a_repeat_leave_the_same_state(shop: Shop, sandbox: Running) -> None:
    shop.publish(PEOPLE)
    assert shop.command(CRM360_FAILPOINT="push-after-send").returncode == 137
    assert len(inside(sandbox)) == 5
    shop.publish({"c_1": PEOPLE["c_1"]})  # meanwhile four leave: they are ours, though no answer was known
    sandbox.faults.add("reset", path="*/users", times=1)
    sandbox.faults.add("short_body", path="*/users", times=1)
    sandbox.faults.add("status", path="*/users", status=500, times=1)
    done = shop.one()
    assert done.error is None and inside(sandbox) == digests(PEOPLE["c_1"])
    assert set(shop.book().values()) == {("add", "accepted", None, True), ("remove", "accepted", None, False)}


def test_what_meta_refuses_is_told(shop: Shop, sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.publish(PEOPLE)

    def answers(status: int, **told: object) -> None:
        sandbox.faults.add("status", path="*/users", status=status, body=json.dumps(told))

    answers(200, num_received=0)
    assert shop.one().refusals == {"not written": 5}
    answers(200, num_received=5, num_invalid_entries=1, invalid_entry_samples=[hashed("EMAIL", PEOPLE["c_2"])])
    done = shop.one()
    assert done.refusals == {"rejected": 1} and done.counts["added"] == 4
    answers(400, error={"code": 190, "error_subcode": 463})
    assert "the access token is refused, or has expired" in str(shop.one().error)
    answers(400, error={"code": 200, "error_subcode": 1870090})
    assert "its terms are not accepted (code 200)" in str(shop.one().error)
    answers(400, error={"code": 80003})
    monkeypatch.setattr(session.time, "sleep", lambda _: None)
    done = shop.one()
    assert done.error is None and done.counts["added"] == 1
    audience = sandbox.company.ads.audiences[AUDIENCE]
    audience.is_flagged = True
    assert "Meta has flagged the audience" in str(shop.one().error)
    audience.is_flagged, audience.kind = False, "LOOKALIKE"
    assert "is filled by rules of Meta's" in str(shop.one().error)
    del sandbox.company.ads.audiences[AUDIENCE]
    assert f"there is no custom audience {AUDIENCE}" in str(shop.one().error)
    monkeypatch.setenv("CRM360_PUSH_ADS_APP_SECRET", "another-secret")
    assert "it refuses the request (code 100, None)" in str(shop.one().error)
    monkeypatch.setenv("CRM360_PUSH_ADS_ACCESS_TOKEN", "an-old-token")
    told = str(shop.one().error)
    assert "the access token is refused, or has expired" in told and "an-old-token" not in told
    assert shop.book()["c_1"][:2] == ("add", "accepted")
