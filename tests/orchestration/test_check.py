"""`crm360 check`, before anything is pulled: what each system says of itself, and which permission it lacks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm360.connectors.sandbox.vendors import FAKES
from crm360.orchestration.plan.check import GOOD, Seen, look, verdict
from tests.connectors.battery import STREAMS, VENDORS, Bench, bench

COUNTED = ("hubspot", "salesforce", "shopify", "odoo", "woocommerce")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("check"), people=900) as made:
        yield made


def seen(here: Bench, vendor: str, folder: Path) -> list[Seen]:
    source = here.source(vendor)
    for secret in source.connector.secrets:
        os.environ[f"CRM360_{vendor}_{secret}".upper()] = FAKES[vendor].secrets[secret]
    return look(source, source.streams, folder)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_stream_answers_and_says_how_many_it_has_where_it_can(here: Bench, vendor: str, tmp_path: Path) -> None:
    found = seen(here, vendor, tmp_path)
    assert [s for s in found if s.answer not in GOOD] == []
    assert verdict(found) == f"reachable, authorised, all {len(found)} streams can be pulled"
    counts = {s.stream: s.records for s in found}
    for stream in [s for v, s in STREAMS if v == vendor and vendor in COUNTED]:
        live = sum(not r.deleted for r in here.company.truth().records(vendor, stream))
        # Nothing but reading them all says how many submissions, or members of lists, there are.
        assert counts[stream] == ("" if stream in ("form_submissions", "list_members") else live), stream


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_missing_permission_is_named(here: Bench, vendor: str, tmp_path: Path) -> None:
    here.sandbox.faults.add("forbidden", path=f"/{vendor}/*", times=None)
    try:
        found = seen(here, vendor, tmp_path)
    finally:
        here.sandbox.faults.clear()
    told = [s for s in found if s.answer in ("forbidden", "skipped")]
    assert all("; it needs " in s.detail and "None" not in s.detail for s in told)
    # Where a login comes first, or a bare 403 means too many requests, it is another answer, but never a good one; a
    # stream that an account may lack is skipped, as in the night, and not counted among those that can be pulled.
    assert {s.answer for s in found} & {"forbidden", "unauthorised", "failed", "skipped"}
    assert f"all {len(found)} streams" not in verdict(found)
