"""AUDIT, PUBLISH and PUSH as Dagster sees them: one blocking check a mart, the tables that readers see, and what is
sent to the tools once they are published.

The published tables wait for every mart, and every check holds all of them back. In another run they read the verdicts,
and a table that was built since is refused.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from crm360 import duck
from crm360.orchestration.dagster.landing import freshness
from crm360.orchestration.run.steps import Run
from crm360.orchestration.settings.config import Config

CHECK = "audit"
PREVIEWED = (
    "revenue_by_month",
    "campaign_performance",
    "service_performance",
    "data_completeness",
)  # no personal values


def audit_checks(tables: Sequence[str]) -> dg.AssetChecksDefinition:
    """Great Expectations over every table that will be published; any failure blocks all of them."""
    marts = [dg.AssetKey(["marts", t]) for t in tables]
    specs = [
        dg.AssetCheckSpec(CHECK, asset=mart, blocking=True, additional_deps=[m for m in marts if m != mart])
        for mart in marts
    ]

    @dg.multi_asset_check(name="audit_build", specs=specs, can_subset=True)
    def audit(context: dg.AssetCheckExecutionContext, run: dg.ResourceParam[Run]) -> Iterator[dg.AssetCheckResult]:
        for suite in run.audit():  # the build as a whole: a part of it is never published
            key = dg.AssetKey(["marts", suite.table])
            if dg.AssetCheckKey(key, CHECK) in context.selected_asset_check_keys:
                told: dict[str, Any] = {
                    "rows": suite.rows or 0,
                    "checks": len(suite.checks),
                    "reason": suite.reason or "all hold",
                }
                yield dg.AssetCheckResult(passed=suite.success, asset_key=key, check_name=CHECK, metadata=told)

    return audit


def published_assets(config: Config, tables: Sequence[str]) -> dg.AssetsDefinition:
    """The published tables."""
    specs = [
        dg.AssetSpec(
            ["published", t],
            deps=[["marts", m] for m in tables],
            group_name="published",
            kinds={"duckdb"},
            freshness_policy=freshness(config),
        )
        for t in tables
    ]

    @dg.multi_asset(name="publish_build", specs=specs)
    def published(run: dg.ResourceParam[Run]) -> Iterator[Any]:
        done = run.publish()
        for table, rows in done.rows.items():
            told: dict[str, Any] = {"dagster/row_count": rows, "version": done.version}
            if table in PREVIEWED:
                told["preview"] = dg.MetadataValue.md(_preview(str(done.path / "customer_360.duckdb"), table))
            yield dg.MaterializeResult(asset_key=["published", table], metadata=told)

    return published


def pushed_assets(config: Config, tables: Sequence[str]) -> dg.AssetsDefinition | None:
    """The pushes, after publishing; None where none is set up. One that fails is not materialized, no more."""
    if not config.toml.push:
        return None
    specs = [
        dg.AssetSpec(["pushed", name], deps=[["published", t] for t in tables], group_name="pushed", skippable=True)
        for name in config.toml.push
    ]

    @dg.multi_asset(name="push_audiences", specs=specs)
    def pushed(run: dg.ResourceParam[Run]) -> Iterator[Any]:
        for one in run.push():
            if one.error is None:
                counts = {name.replace(" ", "_"): count for name, count in one.counts.items()}
                yield dg.MaterializeResult(asset_key=["pushed", one.name], metadata=counts)

    return pushed


def _preview(database: str, table: str) -> str:
    """The first rows as a Markdown table."""
    with duck.connect(database, read_only=True) as con:
        cursor = con.execute(f'select * from "{table}" limit 5')
        names = [c[0] for c in cursor.description or []]
        rows = cursor.fetchall()
    lines = [names, ["---"] * len(names), *([str(v) for v in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
