"""The figures of this installation as Prometheus reads them: text, one sample a line, no personal value.

    # HELP crm360_stream_failed Whether the last pull of the stream failed.
    # TYPE crm360_stream_failed gauge
    crm360_stream_failed{source="hubspot",stream="contacts"} 0

Everything is read from what runs left behind, so a scrape changes nothing and costs little, also while a run works. The
format: prometheus.io, Exposition formats, text version 0.0.4.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import NamedTuple

from crm360.orchestration.alerts import deliver
from crm360.orchestration.publish import manifest
from crm360.orchestration.run import pausing, runs
from crm360.orchestration.run.runs import RunRecord
from crm360.orchestration.settings.config import Config

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
COUNTS = ("received", "landed", "duplicate", "rejected", "deleted")
Samples = list[tuple[dict[str, str], float]]


class Metric(NamedTuple):
    """One metric: its name without the prefix, what it means, and its samples by labels."""

    name: str
    meaning: str
    samples: Samples


def exposed(config: Config) -> str:
    """The whole text."""
    lines = []
    for metric in _all(config):
        name = f"crm360_{metric.name}"
        lines += [f"# HELP {name} {_escaped(metric.meaning, is_label=False)}", f"# TYPE {name} gauge"]
        lines += [f"{name}{label_text(labels)} {_number(value)}" for labels, value in metric.samples]
    return "\n".join(lines) + "\n"


def _all(config: Config) -> Iterator[Metric]:
    records = runs.read(config.runs, None)
    info = {"version": version("crm360"), "project": deliver.project(config)}
    yield Metric("info", "Which version of crm360 runs, over which project.", [(info, 1)])
    yield Metric("run_working", "Whether a run is working now.", [({}, runs.is_working(config.data))])
    yield from _runs(records)
    yield from _published(config)
    yield from _streams(config, records)
    yield from _alerts(config)
    off = "Tables and streams with figures far off what they were, in the newest run that measured them."
    yield Metric("anomalies", off, [({}, len(runs.anomalies(records)))])
    disk = shutil.disk_usage(config.data if config.data.exists() else config.path.parent)
    yield Metric("disk_free_bytes", "Bytes free on the data folder's disk.", [({}, disk.free)])
    yield Metric("disk_size_bytes", "Bytes of the data folder's disk.", [({}, disk.total)])


def _runs(records: list[RunRecord]) -> Iterator[Metric]:
    """The newest run of each job that has ended."""
    newest: dict[str, RunRecord] = {}
    for record in records:
        if record.finished_at is not None:
            newest.setdefault(record.job, record)
    ended = [(record, {"job": job}) for job, record in sorted(newest.items())]
    seconds = "Seconds since 1970 at which the newest run of the job ended."
    yield Metric("run_end_time_seconds", seconds, [(of, _epoch(r.finished_at)) for r, of in ended])
    took = [(of, _epoch(r.finished_at) - _epoch(r.started_at)) for r, of in ended]
    yield Metric("run_duration_seconds", "How long the newest run of the job took.", took)
    outcomes: Samples = [(of | {"outcome": r.outcome}, 1) for r, of in ended]
    yield Metric("run_outcome", "How the newest run of the job ended: the label says it.", outcomes)
    counts: Samples = [(of | {"kind": kind}, getattr(r, kind)) for r, of in ended for kind in COUNTS]
    yield Metric("run_records", "Records of the newest run of the job, by what became of them.", counts)


def _published(config: Config) -> Iterator[Metric]:
    told = manifest.current(config.published)
    at: Samples = [({}, _epoch(datetime.fromisoformat(told["published_at"])))] if told else []
    yield Metric(
        "published_time_seconds", "Seconds since 1970 at which the version that readers see was published.", at
    )
    rows: Samples = [({"table": t}, facts["rows"]) for t, facts in sorted(told["tables"].items())] if told else []
    yield Metric("published_rows", "Rows of a published table.", rows)


def _streams(config: Config, records: list[RunRecord]) -> Iterator[Metric]:
    newest, paused = runs.attempts(records), pausing.read(config)
    pulled: dict[str, datetime] = {}
    for record in records:
        for name, attempt in record.streams.items():
            if not attempt.error:
                pulled.setdefault(name, record.started_at)
    streams = [(s.name, t.name) for s in config.sources for t in s.streams]
    labels = {name: {"source": name[0], "stream": name[1]} for name in streams}
    failed: Samples = [
        (labels[n], bool(newest["/".join(n)].error)) for n in streams if "/".join(n) in newest and n[0] not in paused
    ]
    yield Metric("stream_failed", "Whether the last pull of the stream failed.", failed)
    success: Samples = [(labels[n], _epoch(pulled["/".join(n)])) for n in streams if "/".join(n) in pulled]
    meaning = "Seconds since 1970 at which the last run began that pulled the stream to its end."
    yield Metric("stream_success_time_seconds", meaning, success)
    shown: Samples = [({"source": s.name}, s.name in paused) for s in config.sources]
    yield Metric("source_paused", "Whether the source is paused.", shown)


def _alerts(config: Config) -> Iterator[Metric]:
    standing = Counter(entry.cause.kind for entry in deliver.read(config) if entry.over_at is None)
    kinds: Samples = [({"kind": kind}, standing[kind]) for kind in config.toml.alerts.on]
    yield Metric("alerts_standing", "Causes of alerts that stand, when somebody last looked.", kinds)
    untold = len(deliver.undelivered(config))
    yield Metric("alerts_undelivered", "Alerts that could not be delivered.", [({}, untold)])


def _epoch(time: datetime | None) -> float:
    return 0.0 if time is None else time.replace(tzinfo=UTC).timestamp()


def label_text(labels: dict[str, str]) -> str:
    """Labels as the exposition format writes them, with nothing where there are none."""
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value, is_label=True)}"' for name, value in labels.items()) + "}"


def _escaped(text: str, *, is_label: bool) -> str:
    told = text.replace("\\", r"\\").replace("\n", r"\n")
    return told.replace('"', r"\"") if is_label else told


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
