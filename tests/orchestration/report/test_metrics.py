"""`crm360 metrics`: the delivered definitions and a project's own; a declaration that is none says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.report import metrics
from crm360.orchestration.settings.project import Project
from tests.orchestration.conducting import company
from tests.orchestration.running import crm360

OWN = """
semantic_models:
  - name: repairs
    model: ref('repairs')
    defaults: {agg_time_dimension: repaired_at}
    entities: [{name: repair, type: primary, expr: repair_id}]
    dimensions: [{name: repaired_at, type: time, type_params: {time_granularity: day}}]
    measures:
      - {name: repairs, agg: count, expr: "1"}
      - {name: repair_hours, agg: average, expr: minutes / 60.0}
      - {name: dear_repairs, agg: sum, expr: case when kind = 'a b' and price > 9 then price end}
metrics:
  - {name: hours_a_sale, label: Hours a sale, type: ratio, type_params: {numerator: repair_hours, denominator: purchases}}
  - {name: repairs, label: Repairs, description: How many., type: simple, type_params: {measure: repairs}}
  - {name: repair_hours, label: Hours, type: simple, type_params: {measure: {name: repair_hours}}}
  - {name: repairs_so_far, label: So far, type: cumulative, type_params: {measure: repairs}}
  - {name: dear_repairs, label: Dear, type: simple, type_params: {measure: dear_repairs}}
"""


def own(folder: Path, text: str) -> Project:
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / "repairs.yml").write_text(text)
    (folder / "models" / "plain.yml").write_text("models:\n  - name: repairs\n")
    return Project(folder)


def test_a_projects_own_metrics_stand_beside_the_delivered_ones(tmp_path: Path) -> None:
    told = metrics.of(own(tmp_path, OWN))
    assert metrics.delivered().items() <= told.items()
    assert {name: one.formula for name, one in told.items() if name not in metrics.delivered()} == {
        "repairs": "count(*)",
        "repair_hours": "avg(repairs.minutes / 60.0)",
        "dear_repairs": "sum(repairs.price) filter (where repairs.kind = 'a b' and repairs.price > 9)",
        "hours_a_sale": "repair_hours / purchases",
        "repairs_so_far": "cumulative",
    }
    assert told["repairs"].time == "repaired_at" and told["repairs"].description == "How many."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "metrics:\n  - {name: x, label: X, type: simple, type_params: {measure: nothing}}\n",
            "x is made of what is not",
        ),
        ("metrics:\n  - {name: x, label: X, type: ratio, type_params: {}}\n", "x is made of what is not"),
        ("metrics:\n  - [", "no declaration of metrics"),
        ("semantic_models:\n  - {name: x}\n", "no declaration of metrics"),
        ("metrics:\n  - plain\n", "no declaration of metrics"),
    ],
)
def test_what_is_no_metric_says_so(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        metrics.of(own(tmp_path, text))


def test_the_command_lists_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ["--config", str(company(tmp_path) / "crm360.toml")]
    own(tmp_path, OWN)
    code, out, _ = crm360(capsys, monkeypatch, "metrics", "--json", *here)
    told = {one["name"]: one for one in json.loads(out)["metrics"]}
    assert code == 0 and {"net_revenue", "repairs"} < told.keys() and len(told) > 80
    assert told["deal_win_rate"]["formula"] == "deals_won / deals_closed"
    code, out, _ = crm360(capsys, monkeypatch, "metrics", "net_revenue", *here)
    assert code == 0 and "sum(revenue_entries.net_revenue)" in out and "Finance" in out
    code, out, error = crm360(capsys, monkeypatch, "metrics", "nothing", *here)
    assert code == 2 and "no metric nothing" in out + error
