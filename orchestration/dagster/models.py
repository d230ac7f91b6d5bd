"""SHAPE as Dagster sees it: every dbt model an asset in the group of its folder, with its tests as checks.

The definitions are dagster-dbt's; dbt itself is run by catalog/dbt_build.py, which writes down how each node ended, so
that a build is the same whoever conducts it. Unit tests belong to `make test`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from crm360.orchestration.catalog import build
from crm360.orchestration.catalog.build import Node
from crm360.orchestration.run.steps import Run

UNIQUE_ID = "dagster_dbt/unique_id"  # in the metadata of what dagster-dbt defines


class GroupsByFolder(DagsterDbtTranslator):
    """marts/customers/… stands in the group marts_customers."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folders between the project and the model."""
        return "_".join(dbt_resource_props["fqn"][1:-1]) or dbt_resource_props["resource_type"]


def shaped_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Every dbt model, seed and test of dbt's manifest."""

    @dbt_assets(
        manifest=manifest,
        name="shape",
        exclude="resource_type:unit_test",
        dagster_dbt_translator=GroupsByFolder(),
    )
    def shaped(context: dg.AssetExecutionContext, run: dg.ResourceParam[Run]) -> Iterator[Any]:
        assets, checks = _unique_ids(context)
        for node in run.shape(_chosen(context, manifest, assets, checks)):
            yield from _told(context, node, assets, checks)

    return shaped


def _unique_ids(
    context: dg.AssetExecutionContext,
) -> tuple[dict[str, dg.AssetKey], dict[str, dg.AssetCheckSpec]]:
    """dbt's unique ids, of all assets and checks that this op has."""
    definition = context.assets_def
    assets = {spec.metadata[UNIQUE_ID]: spec.key for spec in definition.specs}
    checks = {spec.metadata[UNIQUE_ID]: spec for spec in definition.check_specs}
    return assets, checks


def _chosen(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    assets: Mapping[str, dg.AssetKey],
    checks: Mapping[str, dg.AssetCheckSpec],
) -> list[str] | None:
    """The nodes that this run is to build; None for all of them. Tests that are no checks go with what they look at."""
    if not context.is_subset:
        return None
    models = [name for name, key in assets.items() if key in context.selected_asset_keys]
    tests = [name for name, spec in checks.items() if spec.key in context.selected_asset_check_keys]
    others = [
        name
        for name in build.wanted(manifest)
        if name not in assets
        and name not in checks
        and set(manifest["nodes"][name]["depends_on"].get("nodes", ())) & {*models}
    ]
    return [*models, *tests, *others]


def _told(
    context: dg.AssetExecutionContext,
    node: Node,
    assets: Mapping[str, dg.AssetKey],
    checks: Mapping[str, dg.AssetCheckSpec],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """What a node that ended says to Dagster: a model that was built, a test that was run."""
    key, check = assets.get(node.unique_id), checks.get(node.unique_id)
    if key is not None and node.is_good and key in context.selected_asset_keys:
        yield dg.MaterializeResult(asset_key=key, metadata={"seconds": node.seconds})
    elif check is not None and node.status != "skipped" and check.key in context.selected_asset_check_keys:
        yield dg.AssetCheckResult(
            passed=node.is_good and node.status != "warn",
            asset_key=check.asset_key,
            check_name=check.name,
            severity=dg.AssetCheckSeverity.WARN if node.status == "warn" else dg.AssetCheckSeverity.ERROR,
            metadata={"status": node.status, "told": node.message or "no row breaks it"},
        )
