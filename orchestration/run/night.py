"""One night's work, step by step, as plain functions: Dagster's assets call them, and so do tests.

    land → register → (dbt builds) → audit → publish

A Night is made once a process and holds what later steps must know of earlier ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time

import duckdb

from crm360.connectors.engine.errors import Crm360Error
from crm360.expectations import suites
from crm360.expectations.results import AuditFacts, SuiteResult
from crm360.orchestration.catalog import ledger, shape
from crm360.orchestration.catalog.descriptions import read_descriptions
from crm360.orchestration.catalog.warehouse import register_config
from crm360.orchestration.publish.publish import Published, publish, require_passed
from crm360.orchestration.run import pull, runs
from crm360.orchestration.run.facts import RunFacts
from crm360.orchestration.settings import custom, ownership
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.mapping import ENTITIES

Say = Callable[[str], None]


@dataclass
class Night:
    """One run over one configuration. `say` is told each step in a line."""

    config: Config
    say: Say = lambda _line: None
    progress: pull.Progress | None = None
    run_id: str = field(default_factory=runs.new_run_id)
    started_at: datetime = field(default_factory=runs.utc_now)
    pulled: list[pull.Pulled] = field(default_factory=list)
    audits: list[SuiteResult] = field(default_factory=list)
    published: Published | None = None
    problem: Exception | None = None
    has_begun: bool = False
    _as_of: date | None = None

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Remember what a step failed with: Dagster wraps errors, and a person wants the sentence."""
        self.has_begun = True
        try:
            yield
        except Exception as error:
            self.problem = error
            raise

    @property
    def as_of(self) -> date:
        """The date of the figures, fixed when first asked for after landing."""
        if self._as_of is None:
            self._as_of = runs.as_of(self.config)
        return self._as_of

    @property
    def facts(self) -> RunFacts:
        """What the manifest and the report are told about this run."""
        sources = pull.source_facts(self.config, self.pulled)
        return RunFacts(self.run_id, self.started_at, self.as_of, sources)

    def land(self, wanted: Iterable[tuple[str, str]] | None = None) -> list[pull.Pulled]:
        """Pull and land. A stream's failure is in its result; if all fail, raises NothingPulled."""
        with self._step():
            ownership.claim(self.config)
            self.pulled = pull.pull(self.config, wanted, self.progress)
            if self.pulled and all(p.error is not None for p in self.pulled):
                first = self.pulled[0].error
                assert first is not None
                raise NothingPulled(f"nothing could be pulled: {first.where}: {first.what}", who=first.who)
        return self.pulled

    def register(self) -> None:
        """Show dbt what has been landed."""
        with self._step():
            ownership.claim(self.config)
            ledger.require_known(self.config.ledger, self.config.published)
            register_config(self.config, self.config.warehouse)

    def audit(self) -> list[SuiteResult]:
        """Audit every table of the candidate. Nothing is raised: the results say what failed."""
        from crm360.expectations.audit import (
            audit,  # Great Expectations takes seconds to load: not for a pull, nor in vain
        )

        with self._step():
            tables = sorted(read_descriptions(shape.manifest(self.config)))
            try:
                known = suites.load(self.config.project.suites())
            except suites.SuiteError as error:
                raise Crm360Error(str(error), where="audit", who="whoever wrote that suite") from error
            self.audits = audit(self.config.warehouse, tables, self._audit_facts(), known)
        checks = sum(len(s.checks) for s in self.audits)
        failed = [s.table for s in self.audits if not s.success]
        self.say(
            f"audit   {checks} checks on {len(tables)} tables: "
            + (f"failed on {', '.join(failed)}" if failed else "all hold")
        )
        return self.audits

    def _audit_facts(self) -> AuditFacts:
        with duckdb.connect(str(self.config.warehouse), read_only=True) as con:
            landed = {}
            for entity in ENTITIES:
                live = f"select count(*) from intermediate.int_{entity}_unioned where not is_deleted"
                landed[entity] = int(con.execute(live).fetchall()[0][0])
            rejected = int(con.execute("select count(*) from landing.rejections").fetchall()[0][0])
        personal = custom.personal(self.config.custom_fields)
        currency = self.config.toml.base_currency
        return AuditFacts(self.as_of, currency, landed, rejected, self._rows_before(), personal=personal)

    def _rows_before(self) -> dict[str, int]:
        """Rows by table of the current version, if it was made of the same sources; else there is no comparison."""
        path = self.config.published / "current" / "manifest.json"
        try:
            manifest = json.loads(path.read_text())
        except FileNotFoundError:
            return {}
        ours = {(s.name, t.name) for s in self.config.sources for t in s.streams}
        if {(s["source"], s["stream"]) for s in manifest["sources"]} != ours:
            return {}
        return {name: table["rows"] for name, table in manifest["tables"].items()}

    def publish(self) -> Published:
        """Commit the customer ids, then write the new version and flip the pointer. Raises a sentence."""
        with self._step():
            require_passed(self.audits)
            at = datetime.combine(self.as_of, time())
            ledger.append(self.config.ledger, self.config.warehouse, at, self.run_id)
            own = custom.descriptions(self.config.custom_fields)
            words = read_descriptions(shape.manifest(self.config), custom=own)
            self.published = publish(
                self.config.warehouse,
                self.config.published,
                self.facts,
                self.audits,
                words,
                keep=self.config.toml.keep_versions,
            )
        return self.published


class NothingPulled(Crm360Error):
    """Not one stream could be pulled; what is published stays."""
