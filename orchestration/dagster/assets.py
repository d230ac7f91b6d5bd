"""The assets: landed streams, what dbt is shown, dbt's models, the published tables. One lineage, source to table.

An asset's key is its address: hubspot/contacts is both the landing folder and the dbt source.
"""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DbtCliResource, dbt_assets

from crm360.orchestration.catalog import shape
from crm360.orchestration.catalog.descriptions import read_descriptions
from crm360.orchestration.catalog.ledger import BOOKS
from crm360.orchestration.run.night import Night
from crm360.orchestration.run.pull import Pulled
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.mapping import ENTITIES

PREVIEWED = (
    "revenue_by_month",
    "campaign_performance",
    "service_performance",
    "data_completeness",
)  # no personal values
CHECK = "pulled"


def landing_assets(config: Config) -> dg.AssetsDefinition:
    """One asset a stream, one op for all: sources are pulled side by side, and one failure stops no other."""
    keys = {(s.name, t.name): dg.AssetKey([s.name, t.name]) for s in config.sources for t in s.streams}
    specs = [
        dg.AssetSpec(
            keys[s.name, t.name],
            group_name="landing",
            description=f"What {s.name} said about {t.name}, as append-only batches.",
            kinds={"parquet"},
            deps=[keys[s.name, t.parent]] if t.parent else [],
        )
        for s in config.sources
        for t in s.streams
    ]
    checks = [
        dg.AssetCheckSpec(CHECK, asset=key, description="The last pull reached its end.") for key in keys.values()
    ]

    @dg.multi_asset(name="land", specs=specs, check_specs=checks, can_subset=True)
    def land(context: dg.AssetExecutionContext, night: dg.ResourceParam[Night]) -> Iterator[Any]:
        chosen = {(k.path[0], k.path[1]) for k in context.selected_asset_keys}
        for result in night.land(chosen):
            key = keys[result.source, result.stream]
            yield dg.MaterializeResult(asset_key=key, metadata=_landed(result), check_results=[_verdict(result, key)])

    return land


def _landed(result: Pulled) -> dict[str, Any]:
    told: dict[str, Any] = {"seconds": round(result.seconds, 2)}
    if result.footer is not None:
        f = result.footer
        told |= {
            "dagster/row_count": f.landed + f.derived,
            "received": f.received,
            "duplicate": f.duplicate,
            "rejected": f.rejected,
            "deleted": f.deleted,
            "pages": f.pages,
            "reading": f.reading,
            "batch": f.batch_id,
        }
    return told


def _verdict(result: Pulled, key: dg.AssetKey) -> dg.AssetCheckResult:
    told = {"reason": str(result.error)} if result.error else {}
    return dg.AssetCheckResult(passed=result.error is None, asset_key=key, check_name=CHECK, metadata=told)


def registered_assets(config: Config) -> dg.AssetsDefinition:
    """What dbt is shown beside the vendors' streams: mapped entities, the sync history, the ledger."""
    pulled = [dg.AssetKey([s.name, t.name]) for s in config.sources for t in s.streams]
    mapped: dict[str, list[dg.AssetKey]] = {entity: [] for entity in ENTITIES}
    for m in config.mappings:
        mapped[m["entity"]].append(dg.AssetKey([m["source"], m["stream"]]))
    specs = [dg.AssetSpec(["mapped", e], group_name="landing", deps=sorted(set(d))) for e, d in mapped.items()]
    told = ("batches", "versions", "rejections")
    specs += [dg.AssetSpec(["landing", n], group_name="landing", deps=pulled) for n in told]
    specs += [dg.AssetSpec(["ledger", book.name], group_name="landing") for book in BOOKS]

    @dg.multi_asset(name="register", specs=specs)
    def register(night: dg.ResourceParam[Night]) -> Iterator[Any]:
        night.register()
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key)

    return register


def shaped_assets(config: Config) -> dg.AssetsDefinition:
    """Every dbt model, with its tests as checks; unit tests belong to `make test`."""

    @dbt_assets(manifest=shape.manifest(config), name="shape", exclude="resource_type:unit_test")
    def shaped(context: dg.AssetExecutionContext, dbt: DbtCliResource, night: dg.ResourceParam[Night]) -> Iterator[Any]:
        night.say(f"shape   dbt builds the candidate, as of {night.as_of}")
        build = ["build", "--vars", json.dumps(shape.variables(config))]
        with shape.told(night.as_of):
            building = dbt.cli(build, context=context, target_path=shape.target(config))
        yield from building.stream()

    return shaped


def published_assets(config: Config) -> dg.AssetsDefinition:
    """The published tables. They wait for every mart, and every blocking check on a mart holds all of them back."""
    tables = sorted(read_descriptions(shape.manifest(config)))
    specs = [
        dg.AssetSpec(["published", t], deps=[["marts", m] for m in tables], group_name="published", kinds={"duckdb"})
        for t in tables
    ]

    @dg.multi_asset(name="publish", specs=specs)
    def published(night: dg.ResourceParam[Night]) -> Iterator[Any]:
        done = night.publish()
        for table, rows in done.rows.items():
            told: dict[str, Any] = {"dagster/row_count": rows, "version": done.version}
            if table in PREVIEWED:
                told["preview"] = dg.MetadataValue.md(_preview(str(done.path / "customer_360.duckdb"), table))
            yield dg.MaterializeResult(asset_key=["published", table], metadata=told)

    return published


def _preview(database: str, table: str) -> str:
    """The first rows as a Markdown table."""
    with duckdb.connect(database, read_only=True) as con:
        cursor = con.execute(f'select * from "{table}" limit 5')
        names = [c[0] for c in cursor.description or []]
        rows = cursor.fetchall()
    lines = [names, ["---"] * len(names), *([str(v) for v in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
