"""The figures about the data itself: what was landed, held back, not understood, and is far off what it was.

The report tells these out of the run's own records; a BI tool has the published tables.
"""

from __future__ import annotations

from dataclasses import replace

from crm360.orchestration.report.registry import Axis, Figure, Measure, Relation
from crm360.orchestration.report.relations import RELATIONS as REPORT

M, F = Measure, Figure

RELATIONS: dict[str, Relation] = {
    "completeness": Relation(
        "data_completeness",
        "data_completeness",
        {
            "streams": M("Streams", "count(*)"),
            "unbalanced": M("Streams that do not add up", "count(*) filter (where not is_balanced)"),
            "live": M("Records held", "sum(count_of_live)"),
            "in_source": M("Records in the source", "sum(source_count)"),
            "missing": M("Gap to the source", "sum(gap)"),
            "refused": M("Records rejected", "sum(count_of_rejected)"),
            "unaccounted": M("Records unaccounted for", "sum(count_of_unaccounted)"),
        },
        filters={"source": "data_completeness.source"},
    ),
    "rejections": Relation(
        "rejections",
        "rejections",
        {
            "held_back": M("Records held back", "count(*)"),
            "held_back_of": M("Streams with such records", "count(distinct rejections.source || '/' || stream)"),
        },
        filters={"source": "rejections.source"},
        where="rejections.resolved_at is null",
    ),
    "bad_input": Relation(
        "data_quality",
        "data_quality",
        {
            "bad_records": M("Records", "sum(count_of_records)"),
            "bad_amount": M("Amount", "sum(amount)", "money"),
        },
        filters={"source": "data_quality.source"},
        where="data_quality.count_of_records > 0",
    ),
    "anomalies": Relation(
        "anomalies",
        "anomalies",
        {"anomalies": M("Figures far off", "count(*)")},
        month="date_trunc('month', anomalies.measured_at)::date",
        filters={"source": "anomalies.source"},
    ),
    "pulls": replace(REPORT["runs"], month="date_trunc('month', run_history.measured_at)::date"),
    "published_rows": Relation(
        "run_history",
        "run_history",
        {"table_rows": M("Rows", "sum(run_history.count_of_rows)")},
        month="date_trunc('month', run_history.measured_at)::date",
        where="run_history.scope = 'table'",
    ),
}

_RUN = Axis("run", "run_history.measured_at", "Run", "month")

FIGURES: tuple[Figure, ...] = (
    F("streams", "Streams", "completeness", ("streams",), "tile", about=("data_completeness.stream",)),
    F("unbalanced", "Streams that do not add up", "completeness", ("unbalanced",), "tile",
      about=("data_completeness.is_balanced",)),
    F("missing", "Gap to the sources", "completeness", ("missing",), "tile", about=("data_completeness.gap",)),
    F("held_back", "Records held back", "rejections", ("held_back",), "tile", about=("rejections.resolved_at",)),
    F("landed", "Records landed and rejected by run", "pulls", ("landed", "rejected"), "lines", (_RUN,),
      ("run_history.count_of_landed", "run_history.count_of_rejected")),
    F("table_rows", "Rows of the published tables by run", "published_rows", ("table_rows",), "lines", (_RUN,),
      ("run_history.count_of_rows",)),
    F("bad_input", "Bad input by rule", "bad_input", ("bad_records", "bad_amount"), "bars",
      (Axis("rule", "data_quality.rule", "Rule"),), ("data_quality.rule", "data_quality.count_of_records"), most=20),
    F("rejected_because", "Held back by rule", "rejections", ("held_back",), "bars",
      (Axis("rule", "rejections.rule", "Rule"),), ("rejections.rule",)),
    F("anomalies", "Figures far off what they were", "anomalies", ("anomalies",), "table",
      (Axis("measured_at", "anomalies.measured_at", "Run", "month"), Axis("subject", "anomalies.subject", "Where"),
       Axis("figure", "anomalies.figure", "Figure")), ("anomalies.figure",), is_wide=True, most=100),
    F("completeness", "Every stream against its source", "completeness",
      ("live", "in_source", "missing", "refused", "unaccounted"), "table",
      (Axis("source", "data_completeness.source", "Source"), Axis("stream", "data_completeness.stream", "Stream")),
      ("data_completeness.count_of_live", "data_completeness.source_count", "data_completeness.gap"),
      is_wide=True, most=200),
)  # fmt: skip
