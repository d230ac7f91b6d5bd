"""What campaigns cost, told by an advertising system, by a file about its campaigns, and by a file about its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .conftest import Compiled, landed

SPEND = {"campaign_id": "Campaign", "spent_on": "Day", "cost": "Spend", "currency": {"value": "EUR"}}
MAPPINGS: list[dict[str, Any]] = [
    {
        "source": "agency", "stream": "spend", "entity": "campaign_costs",
        "fields": {**SPEND, "campaign_source": {"value": "google_ads"}},
    },
    {"source": "fairs", "stream": "fairs", "entity": "campaigns", "fields": {"name": "Fair", "channel": {"value": "fair"}}},
    {"source": "fairs", "stream": "spend", "entity": "campaign_costs", "fields": {**SPEND, "count_of_results": "Leads"}},
]  # fmt: skip


def google(day: str, micros: int, campaign: str = "7", **metrics: Any) -> dict[str, Any]:
    row = {
        "customer": {"currencyCode": "GBP"}, "campaign": {"id": campaign}, "segments": {"date": day},
        "metrics": {"costMicros": str(micros), "impressions": "40", "clicks": "2", "conversions": 0.5, **metrics},
    }  # fmt: skip
    return landed(f"{campaign}/{day}", row, source="google_ads")


def of(source: str, stream: str, number: str, **record: Any) -> dict[str, Any]:
    return landed(number, record, source=source, stream=stream)


def test_systems_and_files_tell_costs_alike_and_each_day_counts_once(project: Compiled, tmp_path: Path) -> None:
    restated = {**google("2026-05-02", 8_000_000), "batch_id": "b2", "changed_at": "2026-06-02 00:00:00"}
    given = {
        "seeds.exchange_rates": [{"currency": "GBP", "valid_from": "2026-01-01", "rate": 1.2}],
        "google_ads.campaigns": [
            landed("7", {"campaign": {"name": "Search", "startDateTime": "2026-05-01 00:00:00"}}, source="google_ads")
        ],
        "google_ads.costs": [google("2026-05-01", 10_000_000), google("2026-05-02", 9_990_000), restated],
        "mapped.campaigns": [of("fairs", "fairs", "1", Fair="Spring fair")],
        "mapped.campaign_costs": [
            of("agency", "spend", "a", Campaign="Search", Day="2026-05-02", Spend="11"),
            of("agency", "spend", "b", Campaign="9", Day="2026-05-03", Spend="3"),
            of("fairs", "spend", "c", Campaign="Spring fair", Day="2026-05-04", Spend="70", Leads="4"),
            of("fairs", "spend", "d", Campaign="1", Day="2026-05-05", Spend="7O", Leads="4"),
        ],
    }
    told = project.told(tmp_path, mappings=json.loads(json.dumps(MAPPINGS)))
    with told.build(["campaign_costs_by_day"], given) as con:
        days = con.execute(
            "select campaign_id, name, day::text, told_by, cost::text, count_of_impressions, count_of_results::text "
            "from marts.campaign_costs_by_day order by all"
        ).fetchall()
    assert days == [
        ("fairs:1", "Spring fair", "2026-05-04", "fairs", "70.0000", None, "4.0000"),
        ("google_ads:7", "Search", "2026-05-01", "google_ads", "12.0000", 40, "0.5000"),
        ("google_ads:7", "Search", "2026-05-02", "agency", "11.0000", 40, "0.5000"),
        ("google_ads:9", None, "2026-05-03", "agency", "3.0000", None, None),
    ]
