"""The audit as Dagster sees it: one blocking check a mart, all run by one op over the finished candidate."""

from collections.abc import Iterator

import dagster as dg

from crm360.orchestration.catalog import shape
from crm360.orchestration.catalog.descriptions import read_descriptions
from crm360.orchestration.run.night import Night
from crm360.orchestration.settings.config import Config


def audit_checks(config: Config) -> dg.AssetChecksDefinition:
    """Great Expectations over every table that will be published; any failure blocks all of them."""
    tables = sorted(read_descriptions(shape.manifest(config)))
    marts = [dg.AssetKey(["marts", t]) for t in tables]
    specs = [
        dg.AssetCheckSpec("audit", asset=mart, blocking=True, additional_deps=[m for m in marts if m != mart])
        for mart in marts
    ]

    @dg.multi_asset_check(name="audit", specs=specs)
    def audit(night: dg.ResourceParam[Night]) -> Iterator[dg.AssetCheckResult]:
        for suite in night.audit():
            yield dg.AssetCheckResult(
                passed=suite.success,
                asset_key=["marts", suite.table],
                check_name="audit",
                metadata={"rows": suite.rows or 0, "checks": len(suite.checks), "reason": suite.reason or "all hold"},
            )

    return audit
