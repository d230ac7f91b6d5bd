"""One run, step by step, as plain functions: Dagster's assets call them, and so do tests.

    pull → register → shape (dbt builds) → audit → publish → push

A step learns of those before it by what they left: batches and failures of pulls, the build in the warehouse, the file
of verdicts. So each can be the first of its process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

import duckdb

from crm360.connectors.engine.errors import Crm360Error, of_the_disk
from crm360.connectors.engine.forgotten import Forgotten
from crm360.connectors.engine.landing import Landing
from crm360.expectations.results import SuiteResult
from crm360.orchestration.catalog import build, classes, dbt_build, dbt_ready, ledger, ledger_head, shape, standing
from crm360.orchestration.catalog.dbt_ready import Dbt
from crm360.orchestration.catalog.descriptions import described
from crm360.orchestration.catalog.warehouse import register_config
from crm360.orchestration.engines.engine import engine_of
from crm360.orchestration.figures import anomalies
from crm360.orchestration.lookup import index, notes
from crm360.orchestration.privacy import enforce, register, withdrawn
from crm360.orchestration.publish import candidate, masked, readers, versions
from crm360.orchestration.publish.postgres import follow
from crm360.orchestration.publish.postgres.errors import PostgresFailed
from crm360.orchestration.publish.publish import Mask, Published, publish
from crm360.orchestration.push.pushing import Pushed, push_all
from crm360.orchestration.report.look_of import look_of
from crm360.orchestration.run import audit, dirt, pausing, pull, runs, tidying
from crm360.orchestration.run.facts import RunFacts
from crm360.orchestration.run.pull import Pulled
from crm360.orchestration.run.pulled import footers_of, source_facts
from crm360.orchestration.run.runs import Attempt, RunRecord
from crm360.orchestration.settings import custom, ownership
from crm360.orchestration.settings.config import Config, Source

Report = Callable[[str], None]
NOTHING: Report = lambda _line: None  # noqa: E731
BUILDS = ("nightly", "prepare", "build")  # jobs


class NothingPulled(Crm360Error):
    """Not one stream could be pulled; what is published stays."""


@dataclass
class Run:
    """One run over one configuration, and its record. `report` is told each step in a line, `now` what is going on.

    `ahead` are the streams that this run will pull, by source: the first that is asked for starts them side by side.
    `dbt` reads the project meanwhile.
    """

    config: Config
    record: RunRecord
    report: Report = NOTHING
    progress: pull.Progress | None = None
    now: Report = NOTHING
    ahead: dict[str, list[str]] = field(default_factory=dict)
    dbt: Dbt | None = None
    forgotten: Forgotten = field(default_factory=Forgotten)
    problem: Crm360Error | None = None
    has_begun: bool = False
    pushed: list[Pushed] = field(default_factory=list)
    _pulling: dict[str, Future[list[Pulled]]] = field(default_factory=dict)
    _threads: ThreadPoolExecutor | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What dbt's manifest says: the project is that of when this run first asked, whoever edits it meanwhile."""
        return shape.read_manifest(self.config, self.dbt)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Remember what a step failed with: Dagster wraps errors, and a person wants the sentence."""
        self.has_begun = True
        try:
            yield
        except GeneratorExit:
            raise
        except Crm360Error as error:
            self.problem = error
            raise
        except Exception as error:
            unforeseen = Crm360Error(f"an unforeseen {type(error).__name__}; the run's log says where", where="run")
            self.problem = of_the_disk(error) or unforeseen
            raise
        except BaseException:  # Ctrl-C, or Dagster's word for it
            self.record.outcome = "canceled"
            raise

    # Pull ------------------------------------------------------------------------------------------------------------

    def begin_to_pull(self) -> None:
        """Begin with what this run is going to pull, while it gets ready for the rest; `pull` tells how it went."""
        with self.step():
            self._begin_with(self.ahead, pausing.read(self.config))

    def pull(self, source_name: str, streams: Iterable[str]) -> dict[str, Attempt]:
        """Pull these streams of a source, but for those that this run has pulled already. Returns how each went.

        Of a source that is paused nothing is pulled, and nothing returned. Raises nothing for a source's failure: see
        `Attempt.error`.
        """
        wanted = list(streams)
        with self.step():
            paused = pausing.read(self.config)
            if source_name in paused:
                self.report(f"paused  {source_name}, since {paused[source_name].since} UTC: what it said before stands")
                return {}
            self._begin_with({source_name: wanted, **self.ahead}, paused)
            self._pulling.pop(source_name).result()
            self.ahead.pop(source_name, None)
            left = [s for s in wanted if f"{source_name}/{s}" not in self.record.streams]
            if left:  # not among those that were pulled ahead
                self._begin_pulling(source_name, left)
                self._pulling.pop(source_name).result()
        return {s: self.record.streams[f"{source_name}/{s}"] for s in wanted}

    def _begin_with(self, chosen: Mapping[str, Sequence[str]], paused: Container[str]) -> None:
        for name, streams in chosen.items():
            if name not in self._pulling and name not in paused:
                self._begin_pulling(name, streams)

    def _begin_pulling(self, name: str, chosen: Sequence[str]) -> None:
        source = self._source(name)
        failed = {s for s, attempt in self.record.streams.items() if attempt.error}
        streams = [
            stream
            for stream in source.streams
            if stream.name in chosen
            and (f"{name}/{stream.name}" not in self.record.streams or f"{name}/{stream.name}" in failed)
        ]
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=pull.SOURCES_AT_ONCE, thread_name_prefix="pull")
        self._pulling[name] = self._threads.submit(
            pull.pull_source,
            source,
            streams,
            self.config.landing,
            self.progress,
            self._note,
            self._stop,
            self.forgotten or None,
        )

    def _source(self, name: str) -> Source:
        return next(s for s in self.config.sources if s.name == name)

    def _note(self, result: Pulled) -> None:
        """Write down how a pull ended, for whoever asks later: another step, another process, a person."""
        error = result.error
        attempt = Attempt(
            f"{result.source}/{result.stream}",
            round(result.seconds, 3),
            result.batches,
            error="" if error is None else str(error),
            what="" if error is None else error.what,
            who="" if error is None else error.who,
            kind="" if error is None else type(error).__name__,
            after=result.batches[-1] if result.batches else result.after,
        )
        footers = footers_of(Landing(self.config.landing), result.source, result.stream, result.batches)
        line = dirt.rejected(Landing(self.config.landing), result.source, result.stream, footers)
        with self._lock:
            if line:
                self.report(line)
            if gone := sum(f.forgotten for f in footers):
                self.report(f"forget  {attempt.stream}: {gone:,} records of persons who were forgotten: not landed")
            if result.met:
                enforce.note_met(self.config, result.source, result.met, runs.utc_now())
            self.record.streams[attempt.stream] = attempt
            for name in ("received", "landed", "duplicate", "rejected", "deleted"):
                setattr(self.record, name, getattr(self.record, name) + sum(getattr(f, name) for f in footers))
            self.record.failed_streams = sorted(s for s, a in self.record.streams.items() if a.error)
            self.save()

    # Register, shape -------------------------------------------------------------------------------------------------

    def register(self) -> build.Build:
        """Begin a build: show dbt what has been landed, and fix its day. Raises NothingPulled if every pull failed."""
        with self.step():
            self.now("registering what was landed")
            self._require_pulled()
            ledger.require_known(self.config.ledger, self.config.published)
            engine = engine_of(self.config)
            engine.require()
            engine.make_room()
            register_config(self.config, self.config.warehouse)
            day = runs.as_of(self.config)
            inputs = standing.inputs(self.config, day) if engine.keeps_tables else None
            before, kept = standing.kept(self.config, inputs, lambda: self.manifest)
            begun = build.Build(
                f"{self.record.run_id}-{runs.utc_now():%H%M%S%f}",
                self.record.run_id,
                day,
                runs.utc_now(),
                source_facts(self.config),
                inputs,
                before,
            )
            build.begin(self.config.warehouse, begun, kept)
            self._done(begun.as_of)
        return begun

    def _require_pulled(self) -> None:
        """Raise NothingPulled if this run, or the one that it executes again, pulled and got nothing at all."""
        tried = runs.attempts(runs.same_root(runs.read(self.config.runs, None), self.record)) | self.record.streams
        if tried and all(attempt.error and not attempt.batches for attempt in tried.values()):
            first = next(iter(tried.values()))
            raise NothingPulled(f"nothing could be pulled: {first.stream}: {first.what}", who=first.who)

    def shape(self, chosen: Sequence[str] | None = None) -> Iterator[build.Node]:
        """Have dbt build the chosen nodes, as of the build's day; if None all but those that stand as they are.

        Raises ShapeError if one failed.
        """
        with self.step():
            begun, manifest = build.read(self.config.warehouse), self.manifest
            everything = build.wanted(manifest)
            kept = build.standing(self.config.warehouse, begun, everything) if chosen is None else {}
            told = f"; {len(kept):,} of its {len(everything):,} models and tests stand as they are" if kept else ""
            self.report(f"shape   dbt builds the candidate, as of {begun.as_of}{told}")
            yield from kept.values()
            chosen = [name for name in everything if name not in kept] if chosen is None else chosen
            total = len(chosen)
            self.now(f"dbt reads the project, then builds {total:,} models and tests")
            if self.record.job == "nightly":
                audit.get_ready()  # while dbt works in a process of its own
            for number, node in enumerate(dbt_build.run(self.config, manifest, begun, chosen, self.dbt), 1):
                self.now(f"building {number:,} of {total:,}: {node.unique_id.split('.')[2]}")
                yield node
            failed = dbt_build.failures(self.config, manifest, chosen)
            if failed:
                more = f", and {len(failed) - 3} more" if len(failed) > 3 else ""
                told = "; ".join(failed[:3]) + more
                raise shape.ShapeError(f"not published: {told}; what was published stays", where="dbt")
            self._done(begun.as_of, "built")

    # Audit, publish --------------------------------------------------------------------------------------------------

    def audit(self) -> tuple[SuiteResult, ...]:
        """Audit every table of the build, and leave the verdicts. Nothing is raised for a table that fails.

        Raises TooMuchDirt before that, where more of a stream could not be read than its limit permits.
        """
        with self.step():
            manifest = self.manifest
            built = build.require_whole(self.config.warehouse, manifest)
            for line in dirt.judge(self.config):
                self.report(f"dirt    {line}")
            tables = sorted(described(manifest))
            bare = classes.unclassed(audit.classes_of(self.config, manifest))
            if bare:
                names = ", ".join(bare[:5]) + (f", and {len(bare) - 5} more" if len(bare) > 5 else "")
                self.report(f"class   {names} have no class (config: {{meta: {{class: …}}}}): masked as names are")
            held = self._measure(built)
            self.now(f"auditing {len(tables)} tables")
            verdicts = audit.judge(self.config, built, tables, self.record.run_id, held)
            checks = sum(len(s.checks) for s in verdicts.suites)
            failed = [s.table for s in verdicts.suites if not s.success]
            told = f"failed on {', '.join(failed)}" if failed else "all hold"
            self.report(f"audit   {checks} checks on {len(tables)} tables: {told}")
            if not failed and not held:
                self._done(built.as_of, "audited")
        return verdicts.suites

    def _measure(self, built: build.Build) -> str:
        """Compare the build's figures with those of the runs before. Returns why that holds it back, or nothing."""
        self.now("measuring what was built")
        found = anomalies.find(self.config, built)
        self.record.anomalies = anomalies.sentences(found)
        for where, told in self.record.anomalies.items():
            self.report(f"anomaly {where}: {told}")
        if not found or self.config.toml.anomalies.action != "hold":
            return ""
        named = ", ".join(list(self.record.anomalies)[: anomalies.NAMED])
        return f"figures are far off what they were, in {named}: " + (
            "crm360 diff current candidate shows what would change, and crm360 publish publishes it all the same"
        )

    def publish(self) -> Published:
        """Commit the customer ids, then write the new version and flip the pointer. Raises a sentence."""
        with self.step():
            manifest = self.manifest
            built = build.require_whole(self.config.warehouse, manifest)
            verdicts = audit.verdicts_on(self.config, built)
            # `crm360 publish` by itself is somebody's word that figures which hold a build back are right.
            audit.require(verdicts, is_accepted=self.record.job == "publish")
            self.now("writing the new version")
            look = look_of(self.config)  # a logo that is gone ends the step before anything is written
            at = datetime.combine(built.as_of, time())
            ledger.append(self.config.ledger, self.config.warehouse, at, self.record.run_id)
            if built.inputs is not None:
                build.note_inputs(self.config.warehouse, standing.after_publishing(built.inputs, self.config))
            facts = RunFacts(
                self.record.run_id,
                self.record.started_at,
                built.as_of,
                built.streams,
                built.run_id,
                built.registered_at,
                ledger_head.counts(self.config.ledger),
                self.forgotten.number,
            )
            words = described(manifest, custom=custom.descriptions(self.config.custom_fields))
            done = publish(
                self.config.warehouse,
                self.config.published,
                facts,
                verdicts.suites,
                words,
                mask=Mask(masked.key_of(register.key(self.config)), audit.classes_of(self.config, manifest)),
                readers=readers.of(self.config.toml.publish),
                beside=follow.place_of(self.config),
                look=look,
                keep=self.config.toml.keep_versions,
            )
            if done.remark:
                self.report(f"remark  {done.remark}")
            self._index()
            self.record.version = done.version
            self.record.message = "; ".join(sorted({s.error for s in built.streams if s.error}))
            self._done(built.as_of, "published")
        return done

    def _index(self) -> None:
        try:
            index.build(self.config.data, self.config.published)
        except index.NoIndex as error:
            self.report(f"remark  {error}: searches read the tables, and are slower")

    def push(self) -> list[Pushed]:
        """Send audiences to the tools, from the version that stands. A push that fails fails nothing else."""
        with self.step():
            if self.config.toml.push:
                self.now("pushing audiences")
                self.pushed = push_all(self.config, run_id=self.record.run_id, report=self.report)
        return self.pushed

    # The record ------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the record as it stands."""
        runs.write(self.config.runs, self.record)

    def _done(self, as_of: date, outcome: runs.Outcome | None = None) -> None:
        self.record.as_of = as_of
        self.record.outcome = outcome or self.record.outcome
        self.save()

    def end(self, error: BaseException | None = None) -> None:
        """Stop what still pulls, and write how the run ended."""
        self._stop.set()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        record = self.record
        if isinstance(error, KeyboardInterrupt | SystemExit) or record.outcome == "canceled":
            record.outcome, record.message = "canceled", "interrupted; the next run goes on from here"
        elif error is not None or self.problem is not None:
            record.outcome, record.message = "failed", str(self.problem or error or type(error).__name__)
        elif (refused := audit.refused(self.config, record.run_id)) is not None:
            record.outcome, record.message = "held back", refused
        elif record.outcome == "working":
            record.outcome = "pulled" if record.streams else "failed"
            record.message = "; ".join(sorted({a.error for a in record.streams.values() if a.error}))
            record.message = record.message or ("" if record.streams else "the run ended early")
        self._withdraw()
        record.finished_at = runs.utc_now()
        self.save()

    def _withdraw(self) -> None:
        """Consent that was withdrawn counts also where nothing is published."""
        if self.record.version is not None or self.record.job == "pull" or not self.has_begun:
            return
        try:
            ended = withdrawn.take_effect(self.config, runs.utc_now())
            if ended:
                follow.follow(self.config)
        except (OSError, duckdb.Error, versions.Busy, candidate.NotAsWritten, PostgresFailed) as error:
            self.report(f"consent the audiences of the standing version can't be written anew ({type(error).__name__})")
            return
        if ended:
            self.report(f"consent {ended:,} members left the audiences of the standing version: they withdrew")


@contextmanager
def begun(
    config: Config,
    job: str,
    report: Report = NOTHING,
    progress: pull.Progress | None = None,
    *,
    dagster_run_id: str = "",
    root_run_id: str = "",
) -> Iterator[Run]:
    """A run that holds the data folder, on record from its first moment. Raises BusyError while another works."""
    with runs.only_one(config.data):
        ownership.claim(config)
        runs.prune(config.runs, config.toml.keep_history_days)
        notes.prune(config)
        record = RunRecord(runs.new_run_id(config.runs), runs.utc_now(), job=job)
        record.dagster_run_id, record.root_run_id = dagster_run_id, root_run_id or dagster_run_id
        run = Run(config, record, report, progress)
        run.save()
        try:
            with dbt_ready.ready(config) if job in BUILDS else nullcontext() as run.dbt:
                register.key(config)  # made before anything is landed, so that every backup has it
                run.forgotten = register.forgotten(config)
                enforce.enforce(config, run.forgotten, report)
                tidying.tidy(config, report)
                yield run
        except BaseException as error:
            run.end(error)
            raise
        run.end()
