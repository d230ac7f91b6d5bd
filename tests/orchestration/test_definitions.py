"""What Dagster sees: one lineage from source to published table, and no way past the audit."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from crm360.expectations import suites
from crm360.orchestration.dagster.definitions import definitions
from crm360.orchestration.settings.config import Config, load

pytestmark = pytest.mark.night
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return load(ROOT / "crm360.toml", tmp_path_factory.mktemp("definitions") / "data")


@pytest.fixture(scope="module")
def graph(config: Config) -> dg.AssetGraph:
    return definitions(config).resolve_asset_graph()


def key(*path: str) -> dg.AssetKey:
    return dg.AssetKey(list(path))


def upstream(graph: dg.AssetGraph, asset: dg.AssetKey) -> set[dg.AssetKey]:
    found: set[dg.AssetKey] = set()
    waiting = [asset]
    while waiting:
        for parent in graph.get(waiting.pop()).parent_keys - found:
            found.add(parent)
            waiting.append(parent)
    return found


def test_a_code_server_can_load_it_all(config: Config) -> None:
    """As Dagster's page and daemon do it: a job and an op of one name would be refused only then."""
    repository = definitions(config).get_repository_def()
    repository.load_all_definitions()
    assert {"nightly", "prepare", "pull", "build", "audit", "publish"} <= set(repository.job_names)


def test_the_lineage_leads_from_the_source_to_the_published_table(graph: dg.AssetGraph) -> None:
    behind = upstream(graph, key("published", "customer_360"))
    for asset in [
        key("marts", "customer_360"),
        key("intermediate", "int_contacts_unioned"),
        key("staging", "stg_hubspot__contacts"),
        key("hubspot", "contacts"),
        key("landing", "hubspot", "contacts"),
        key("ledger", "customer_ids"),
        key("ledger", "account_ids"),
    ]:
        assert asset in behind, asset


def test_a_landed_streams_key_is_the_dbt_sources_key(graph: dg.AssetGraph, config: Config) -> None:
    used = {parent for asset in graph.get_all_asset_keys() for parent in graph.get(asset).parent_keys}
    landed = {key(s.name, t.name) for s in config.sources for t in s.streams}
    read = {a for a in landed if any(c.path[0] == "staging" for c in graph.get(a).child_keys)}
    assert key("hubspot", "contacts") in read and read <= used
    assert all(graph.get(a).parent_keys == {key("landing", *a.path)} for a in landed)


def test_every_published_table_waits_for_every_mart_and_every_mart_has_a_blocking_audit(graph: dg.AssetGraph) -> None:
    marts = {a for a in graph.get_all_asset_keys() if a.path[0] == "marts"}
    published = {a for a in graph.get_all_asset_keys() if a.path[0] == "published"}
    assert {a.path[1] for a in marts} == {a.path[1] for a in published} == set(suites.load())
    assert all(graph.get(a).parent_keys == marts for a in published)
    audits = {c.asset_key for c in graph.asset_check_keys if c.name == "audit" and graph.get(c).blocking}
    assert audits == marts


def test_the_schedule_is_nightly_and_on(config: Config) -> None:
    [schedule] = list(definitions(config).schedules or [])
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.cron_schedule, schedule.default_status) == ("0 2 * * *", dg.DefaultScheduleStatus.RUNNING)


def test_the_whole_definition_fits_on_one_screen() -> None:
    assert len((ROOT / "orchestration" / "dagster" / "definitions.py").read_text().splitlines()) <= 75


def test_each_source_is_one_op_with_a_retry_policy_and_a_pool(config: Config) -> None:
    ops = {node.name: node.definition for node in definitions(config).resolve_job_def("pull").graph.nodes}
    assert set(ops) == {f"pull_{s.name}" for s in config.sources}
    for source in config.sources:
        op = ops[f"pull_{source.name}"]
        assert isinstance(op, dg.OpDefinition)
        assert op.retry_policy is not None and op.retry_policy.max_retries == 1 and op.pool == source.name


def test_the_jobs_are_the_parts_of_a_run(config: Config) -> None:
    steps = {
        name: {op.name for op in definitions(config).resolve_job_def(name).graph.nodes}
        for name in ("nightly", "pull", "build", "audit", "publish")
    }
    parts = [steps["pull"], {"register", "shape"}, {"audit_build"}, {"publish_build"}]
    assert [steps["pull"], steps["build"], steps["audit"], steps["publish"]] == parts
    assert steps["nightly"] == set.union(*parts)


def test_models_stand_in_the_group_of_their_folder(graph: dg.AssetGraph) -> None:
    groups = {("staging", "stg_hubspot__contacts"): "staging_hubspot", ("marts", "customers"): "marts_customers"}
    for path, group in groups.items():
        assert graph.get(key(*path)).group_name == group
    ungrouped = {a for a in graph.materializable_asset_keys if graph.get(a).group_name == "default"}
    assert ungrouped == set()


def test_sources_and_published_tables_say_how_fresh_they_must_be(graph: dg.AssetGraph, config: Config) -> None:
    watched = {a for a in graph.get_all_asset_keys() if graph.get(a).freshness_policy is not None}
    streams = {key("landing", s.name, t.name) for s in config.sources for t in s.streams}
    assert watched == streams | {a for a in graph.get_all_asset_keys() if a.path[0] == "published"}
