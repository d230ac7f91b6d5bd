"""The record of a run, kept from its first moment, so that a run that was killed shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crm360.orchestration.run import runs
from crm360.orchestration.run.night import Night
from crm360.orchestration.run.runs import RunRecord


@contextmanager
def recorded(night: Night) -> Iterator[RunRecord]:
    """Write the run's record now and when the run ends, whatever its end."""
    record = RunRecord(night.run_id, night.started_at)
    runs.write(night.config.runs, record)
    try:
        yield record
    except BaseException as error:
        night.has_begun = True
        record.message = record.message or str(error) or type(error).__name__
        raise
    finally:
        if night.has_begun:
            record.finished_at = runs.utc_now()
            _fill(record, night)
            runs.write(night.config.runs, record)
        else:  # Dagster makes its resources once more than it needs them
            runs.forget(night.config.runs, record)


def _fill(record: RunRecord, night: Night) -> None:
    footers = [p.footer for p in night.pulled if p.footer is not None]
    for name in ("received", "landed", "duplicate", "rejected", "deleted"):
        setattr(record, name, sum(getattr(f, name) for f in footers))
    failed = [p for p in night.pulled if p.error is not None]
    record.failed_streams = [f"{p.source}/{p.stream}" for p in failed]
    if night.published is not None:
        record.outcome, record.version, record.as_of = "published", night.published.version, night.as_of
        record.message = record.message or "; ".join(sorted({str(p.error) for p in failed}))
    elif record.outcome == "working":
        held = any(not suite.success for suite in night.audits)
        record.outcome = "held back" if held else "failed"
        record.message = record.message or str(night.problem or "the run ended early")
