"""Each metric has one definition: what MetricFlow answers, what the marts hold and what the report shows are one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.orchestration.report import metrics, query
from crm360.orchestration.report.pages import PAGES
from crm360.orchestration.report.relations import RELATIONS

from .conftest import Compiled

UNITS = {"count", "money", "share", "hours", "decimal"}
# What the marts themselves hold of a metric, beside its own formula.
MARTS = {
    "net_revenue": "select sum(net_revenue) from marts.revenue_by_month",
    "purchases": "select sum(count_of_purchases) from marts.revenue_by_month",
    "customers": "select count(*) from marts.customers",
    "buyers": "select count(*) from marts.customer_360 where first_purchase_at is not null",
    "customers_without_country": "select count(*) from marts.customers where country is null",
    "amount_won": "select sum(value_amount) from marts.deals where is_won",
    "open_tickets": "select sum(count_of_open_tickets) from marts.ticket_backlog",
    "deal_win_rate": "select count(*) filter (where is_won) / count(*) from marts.deals where is_closed",
    "attributed_revenue": "select sum(attributed_revenue) from marts.channel_performance",
    "unpaid_amount": "select sum(balance_value) from marts.receivables",
    "monthly_recurring_revenue": "select max_by(closing_mrr, month) from marts.mrr_by_month",
}


class Client:
    """What MetricFlow asks of a database, over one that is open."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.con, self.sql_engine_type, self.sql_plan_renderer = con, SqlEngine.DUCKDB, DuckDbSqlPlanRenderer()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return f"${bind_parameter_key}"

    def dry_run(self, stmt: str, sql_bind_parameter_set: Any = None) -> None:
        self.con.execute(f"explain {stmt}").fetchall()


class MetricFlow:
    """MetricFlow over the healthy company's warehouse."""

    def __init__(self, manifest: str, warehouse: Path) -> None:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        self.con = duckdb.connect()
        self.con.execute("set timezone = 'UTC'")
        self.con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        self.con.execute("use warehouse")
        self.manifest = parse_manifest_from_dbt_generated_manifest(manifest_json_string=manifest)
        self.client = Client(self.con)
        self.engine = MetricFlowEngine(SemanticManifestLookup(self.manifest), self.client)  # type: ignore[arg-type]

    def ask(self, metric: str, *groups: str) -> list[tuple[Any, ...]]:
        return self.ask_together([metric], *groups)

    def ask_together(self, asked_for: Sequence[str], *groups: str) -> list[tuple[Any, ...]]:
        """Rows of the groups, then of the metrics in the order asked for."""
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        asked = MetricFlowQueryRequest.create(metric_names=asked_for, group_by_names=groups)
        told = self.con.execute(self.engine.explain(asked).sql_statement.sql)
        names = [column[0] for column in told.description or ()]
        order = [names.index(name) for name in (*(group.lower() for group in groups), *asked_for)]
        return [tuple(row[n] for n in order) for row in told.fetchall()]


@pytest.fixture(scope="module")
def flow(project: Compiled, shaped: Path) -> MetricFlow:
    pytest.importorskip("metricflow", reason="MetricFlow is of the extra dev")
    assert project.folder
    return MetricFlow((project.folder / "target" / "semantic_manifest.json").read_text(), shaped)


def own(flow: MetricFlow, name: str) -> Any:
    """A metric by the formula that the report counts it by."""
    told = metrics.delivered()
    parts = told[name].over or (name,)
    values = [one(flow, f"select {told[p].sql} from marts.{told[p].table}") for p in parts]
    if len(values) == 1:
        return values[0]
    return values[0] / values[1] if values[0] is not None and values[1] else None


def one(flow: MetricFlow, sql: str) -> Any:
    ((value,),) = flow.con.execute(sql).fetchall()
    return float(value) if isinstance(value, Decimal) else value


def same(told: Any, expected: Any) -> bool:
    if told is None or expected is None:
        return told is expected
    return bool(float(told) == pytest.approx(float(expected), rel=1e-9))


def test_metricflow_answers_every_metric_as_the_report_counts_it(flow: MetricFlow) -> None:
    names = list(metrics.delivered())
    (answered,) = flow.ask_together(names)
    told = dict(zip(names, answered, strict=True))
    expected = {name: own(flow, name) for name in told}
    assert {n: (told[n], expected[n]) for n in told if not same(told[n], expected[n])} == {}
    assert len(told) >= 40 and sum(value is not None for value in told.values()) > 60


@pytest.mark.parametrize("metric", MARTS)
def test_a_metric_is_what_the_marts_hold(flow: MetricFlow, metric: str) -> None:
    ((told,),) = flow.ask(metric)
    expected = one(flow, MARTS[metric])
    assert told and same(told, expected), (told, expected)


@pytest.mark.parametrize(
    ("figure", "metric", "groups"),
    [
        ("revenue", "net_revenue", ("metric_time__month",)),
        ("by_country", "net_revenue", ("customer__country",)),
        ("countries", "customers", ("customer__country",)),
        ("newcomers", "new_buyers", ("metric_time__month",)),
        ("deal_months", "amount_won", ("metric_time__month",)),
        ("rates", "open_rate", ("metric_time__month",)),
        ("churn", "retention_rate", ("metric_time__month",)),
        ("ticket_types", "tickets", ("ticket__type",)),
        ("receivables", "unpaid_amount", ("currency_and_age__age",)),
    ],
)
def test_a_figure_shows_what_metricflow_answers(
    flow: MetricFlow, figure: str, metric: str, groups: tuple[str, ...]
) -> None:
    from crm360.orchestration.report.look import Look

    (drawn,) = (f for page in PAGES for f in page.figures if f.key == figure)
    measure = RELATIONS[drawn.relation].measures[drawn.measures[0]]
    assert measure.about == metrics.delivered()[metric].description
    flow.con.execute("use warehouse.marts")
    try:
        rows = flow.con.execute(query.of(drawn, Look()).text()).fetchall()
    finally:
        flow.con.execute("use warehouse")
    n = len(groups)
    shown = {tuple(map(_day, row[:n])): row[n] for row in rows if row[n]}
    told = {tuple(map(_day, row[:n])): row[n] for row in flow.ask(metric, *groups) if row[n]}
    assert shown.keys() == told.keys() and shown
    assert {key: (shown[key], told[key]) for key in shown if not same(told[key], shown[key])} == {}


def _day(value: Any) -> str | None:
    return None if value is None else str(value)[:10] if hasattr(value, "year") else str(value)


def test_the_semantic_models_hold_in_the_warehouse(flow: MetricFlow, project: Compiled) -> None:
    """Each entity, dimension and measure is a column or an expression that its table answers."""
    for model in flow.manifest.semantic_models:
        named = [*model.entities, *model.dimensions, *model.measures]
        told = ", ".join(f"({part.expr or part.name})" for part in named)
        flow.con.execute(f"explain select {told} from {model.node_relation.relation_name}").fetchall()
    with project.build(["int_days"], {}) as con:
        days = con.execute("select min(metric_day), max(metric_day), count(*) from intermediate.int_days").fetchall()
    assert str(days) == "[(datetime.date(1990, 1, 1), datetime.date(2049, 12, 31), 21915)]"


def test_every_metric_has_what_readers_of_the_manifest_need(project: Compiled) -> None:
    told = {metric["name"]: metric for metric in project.manifest["metrics"].values()}
    assert told.keys() == metrics.delivered().keys()
    for name, metric in told.items():
        ours, meta = metrics.delivered()[name], metric["config"]["meta"]
        assert metric["label"] == ours.label and len(metric["description"]) > 20, name
        assert metric["description"].endswith("."), name
        assert meta["unit"] in UNITS and meta["format"] and meta["owner"], name
        assert (ours.unit, ours.format, ours.owner) == (meta["unit"], meta["format"], meta["owner"])
        assert ours.sql or ours.over, name
    assert len({m["description"] for m in told.values()}) == len(told)


def test_no_figure_counts_rows_that_have_a_day_by_a_definition_of_its_own() -> None:
    """What is no metric sums a column of a table that is a sum itself, whose description is its definition."""
    known = {metric.sql for metric in metrics.delivered().values()}
    own_sums = {
        (name, key): measure.sql
        for name, relation in RELATIONS.items()
        for key, measure in relation.measures.items()
        if not measure.about and not measure.over
    }
    assert [told for told in own_sums.values() if told in known] == []
    assert [key for key, told in own_sums.items() if not told.startswith(("sum(", "any_value("))] == []
