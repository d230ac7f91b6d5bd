"""PULL and LAND as Dagster sees them: one op a source, one asset a stream, and what dbt is shown of it all.

    landing/hubspot/contacts    the batches in data/landing/hubspot/contacts; not materialized when the pull failed
    pulled/hubspot              that the source was asked, and how its streams went
    hubspot/contacts            the view on the batches that dbt reads, its source `hubspot.contacts`
    landing/batches, ledger/…   what else dbt is shown, once all sources have been asked

A stream that fails is not materialized and its check fails; nothing waits for it, and what is built goes on from what
stood before. So the views are no steps of their own: registering waits for every source, not for every stream.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from crm360.connectors.engine.errors import Unreachable
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.catalog.ledger import BOOKS
from crm360.orchestration.run.pulled import footers_of
from crm360.orchestration.run.runs import Attempt
from crm360.orchestration.run.steps import Run
from crm360.orchestration.settings.config import Config, Source
from crm360.orchestration.settings.mapping import ENTITIES

CHECK = "pulled"
# A source that could not be reached is asked once more before the run goes on without it; what a person must mend is
# not tried again.
RETRY = dg.RetryPolicy(max_retries=1, delay=10)


class SourceUnreachable(Exception):
    """Ask the source once more."""


def stream_key(source: str, stream: str) -> dg.AssetKey:
    """The asset of a stream's batches: its folder below data."""
    return dg.AssetKey(["landing", source, stream])


def freshness(config: Config, source: Source | None = None, stream: str = "") -> dg.FreshnessPolicy:
    """Late after the stream's `fresh_within`, else `freshness_hours`, with a warning at three quarters of that."""
    usual = config.toml.freshness_hours
    fail = timedelta(hours=usual if source is None else source.fresh_hours(stream, usual))
    return dg.FreshnessPolicy.time_window(fail_window=fail, warn_window=fail * 0.75)


def pull_assets(config: Config, source: Source) -> dg.AssetsDefinition:
    """One source: an op that pulls its streams, those that are chosen."""
    keys = {t.name: stream_key(source.name, t.name) for t in source.streams}
    asked = dg.AssetKey(["pulled", source.name])
    specs = [
        dg.AssetSpec(
            keys[t.name],
            group_name=source.name,
            description=f"What {source.name} said about {t.name}, as append-only batches.",
            kinds={"parquet"},
            deps=[keys[t.parent]] if t.parent else [],
            skippable=True,
            freshness_policy=freshness(config, source, t.name),
        )
        for t in source.streams
    ]
    specs.append(
        dg.AssetSpec(
            asked,
            group_name=source.name,
            description=f"That {source.name} was asked for its streams, and how many came.",
            deps=list(keys.values()),
            skippable=True,
        )
    )
    told = "The last pull of the stream reached its end."
    checks = [dg.AssetCheckSpec(CHECK, asset=key, description=told) for key in keys.values()]

    @dg.multi_asset(
        name=f"pull_{source.name}",
        specs=specs,
        check_specs=checks,
        can_subset=True,
        retry_policy=RETRY,
        pool=source.name,
    )
    def pull(context: dg.AssetExecutionContext, run: dg.ResourceParam[Run]) -> Iterator[Any]:
        chosen = [name for name, key in keys.items() if key in context.selected_asset_keys]
        attempts = run.pull(source.name, chosen or list(keys))
        unreachable = [a for a in attempts.values() if a.kind == Unreachable.__name__]
        if unreachable and context.retry_number < RETRY.max_retries:
            raise SourceUnreachable(unreachable[0].error)
        for name, attempt in attempts.items():
            if keys[name] in context.selected_asset_keys:
                yield from _told(context, config, keys[name], attempt)
        if asked in context.selected_asset_keys:
            failed = sum(bool(a.error) for a in attempts.values())
            yield dg.MaterializeResult(asset_key=asked, metadata={"streams": len(attempts), "failed": failed})

    return pull


def _told(
    context: dg.AssetExecutionContext, config: Config, key: dg.AssetKey, attempt: Attempt
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """A stream that came, or the check that says why it did not."""
    reason = {"reason": attempt.error} if attempt.error else {}
    if dg.AssetCheckKey(key, CHECK) in context.selected_asset_check_keys:
        passed = not attempt.error
        yield dg.AssetCheckResult(passed=passed, asset_key=key, check_name=CHECK, metadata=reason)
    if not attempt.error:
        yield dg.MaterializeResult(asset_key=key, metadata=_landed(config, key, attempt))


def _landed(config: Config, key: dg.AssetKey, attempt: Attempt) -> dict[str, Any]:
    """What the batches' footers say: sums where a long first sync landed several."""
    footers = footers_of(Landing(config.landing), key.path[1], key.path[2], attempt.batches)
    if not footers:
        return {"seconds": attempt.seconds}
    sums = ("received", "duplicate", "rejected", "deleted", "pages")
    return {
        "dagster/row_count": sum(f.landed + f.derived for f in footers),
        **{name: sum(getattr(f, name) for f in footers) for name in sums},
        "reading": footers[-1].reading,
        "batch": footers[-1].batch_id,
        "seconds": attempt.seconds,
    }


def views(config: Config) -> list[dg.AssetSpec]:
    """What dbt reads of each stream: views that always lead to the batches that stand, so nothing materializes them."""
    shown: dict[tuple[str, str], list[dg.AssetKey]] = {}
    for source in config.sources:
        # Several accounts of one system are read together, under the system's name.
        name = source.name if source.connector.declared is not None else source.connector.system
        for stream in source.streams:
            shown.setdefault((name, stream.name), []).append(stream_key(source.name, stream.name))
    return [
        dg.AssetSpec(
            [name, stream],
            group_name=name,
            description=f"All of {name}'s {stream} that have been landed, as dbt reads them.",
            kinds={"duckdb"},
            deps=keys,
        )
        for (name, stream), keys in shown.items()
    ]


def registered_assets(config: Config, asked: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """What dbt is shown beside the streams: mapped entities, the sync history, the ledger. A build begins here."""
    keys = [["mapped", e] for e in ENTITIES]
    keys += [["landing", n] for n in ("batches", "versions", "rejections", "schema_changes", "equal_lines")]
    keys += [["ledger", book.name] for book in BOOKS]
    named = {"__".join(key): key for key in keys}

    @dg.op(name="register_landed", ins={"asked": dg.In(dg.Nothing)}, out={n: dg.Out(dg.Nothing) for n in named})
    def register_landed(run: dg.ResourceParam[Run]) -> Iterator[Any]:
        run.register()
        for name in named:
            yield dg.Output(None, name)

    # A fan-in waits for all that were asked and is skipped only if none was.
    @dg.graph_multi_asset(
        name="register",
        ins={"__".join(key.path): dg.AssetIn(key, dagster_type=dg.Nothing) for key in asked},
        outs={n: dg.AssetOut(key=key, kinds={"duckdb"}) for n, key in named.items()},
    )
    def register(**inputs: Any) -> Any:
        done = register_landed(list(inputs.values()))
        return {name: getattr(done, name) for name in named}

    # A graph's outputs keep no group of their own.
    return register.map_asset_specs(lambda spec: spec.replace_attributes(group_name="registered"))
