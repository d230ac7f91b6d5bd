"""The bundle that Superset imports: a zip of YAML files, each database, dataset, chart and dashboard one.

    crm360/metadata.yaml · databases/crm360.yaml · datasets/crm360/*.yaml · charts/*.yaml · dashboards/*.yaml

`metadata.yaml` names no type: so `superset import-dashboards` and the import of assets both take it. A thing's uuid
follows from the database's place and what it is, so that a later bundle is of the same things; the same version and
address give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import duckdb
import yaml

from crm360.orchestration.bi import charts, datasets, layout
from crm360.orchestration.bi.dashboards import DASHBOARDS, RELATIONS, Dashboard
from crm360.orchestration.bi.datasets import Dataset, Reader
from crm360.orchestration.bi.published import Published
from crm360.orchestration.report.registry import Figure

ROOT = "crm360"
OURS = UUID("5f0d0f7e-6f0c-5d39-9f2b-3f6f9c1f7a60")
NAMES = {"duckdb": "DuckDB", "postgresql": "PostgreSQL"}
CACHED_FOR = 3600  # seconds; Superset's own is a day, and a version comes each night
AT = (2020, 1, 1, 0, 0, 0)  # of every file in the zip, so that equal content is an equal file


@dataclass
class Bundle:
    """`files`: path → content. `left_out`: figure → why it can't be drawn of what is published."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    dashboards: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def zipped(self) -> bytes:
        """The zip file."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
            for path, content in sorted(self.files.items()):
                text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
                bundle.writestr(zipfile.ZipInfo(f"{ROOT}/{path}", AT), text)
        return buffer.getvalue()


def made(published: Published, reader: Reader, company: str = "") -> Bundle:
    """The bundle of all dashboards, of what is published."""
    address = reader.address
    database = _uuid(address.place, "database")
    bundle = Bundle({"metadata.yaml": {"version": "1.0.0"}})
    bundle.files["databases/crm360.yaml"] = {
        "database_name": f"crm360 {company}".strip() + f" ({NAMES[address.dialect]})",
        "sqlalchemy_uri": address.uri,
        "cache_timeout": CACHED_FOR,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True, "engine_params": address.engine_parameters,
                  "metadata_params": {}},
        "uuid": database,
        "version": "1.0.0",
    }  # fmt: skip
    there = _datasets(published, reader, bundle)
    for key, dataset in there.items():
        uuid = _uuid(address.place, "dataset", key)
        bundle.files[f"datasets/crm360/{key}.yaml"] = datasets.yaml_of(dataset, published, reader, uuid, database)
    says = {"period": reader.say("period"), **{name: reader.say(name) for name in layout.FILTERS}}
    says = {name: said[:1].upper() + said[1:] for name, said in says.items()}
    number = 0
    for dashboard in DASHBOARDS:
        placed = []
        for figure in dashboard.figures:
            if figure.relation not in there:
                continue
            number += 1
            uuid = _uuid(address.place, "chart", dashboard.key, figure.key)
            of = _uuid(address.place, "dataset", figure.relation)
            chart = charts.yaml_of(figure, there[figure.relation], reader, uuid, of)
            bundle.files[f"charts/{dashboard.key}_{figure.key}.yaml"] = chart
            placed.append(layout.Placed(number, uuid, chart["slice_name"], figure, there[figure.relation], of))
        if placed:
            title = f"{company or 'Customer 360'}: {reader.say(dashboard.title)}"
            uuid, about = _uuid(address.place, "dashboard", dashboard.key), reader.say(dashboard.about)
            bundle.files[f"dashboards/{dashboard.key}.yaml"] = layout.yaml_of(title, about, uuid, placed, says)
            bundle.dashboards[dashboard.key] = len(placed)
    return bundle


def _datasets(published: Published, reader: Reader, bundle: Bundle) -> dict[str, Dataset]:
    """The dataset of every relation whose tables and columns are published; the others' figures are left out."""
    there: dict[str, Dataset] = {}
    for key, figures in _figures().items():
        relation = RELATIONS[key]
        lacking = [table for table in (relation.table, *relation.needs) if table not in published.tables]
        try:
            if not lacking:
                there[key] = datasets.made(key, [figure for _, figure in figures], published, reader)
                continue
            because = f"{lacking[0]} is not published"
        except (duckdb.BinderException, KeyError) as error:
            because = f"{relation.table} lacks a column: {str(error).splitlines()[0]}"
        bundle.left_out |= {f"{dashboard.key}/{figure.key}": because for dashboard, figure in figures}
    return there


def _figures() -> Mapping[str, list[tuple[Dashboard, Figure]]]:
    found: dict[str, list[tuple[Dashboard, Figure]]] = {}
    for dashboard in DASHBOARDS:
        for figure in dashboard.figures:
            found.setdefault(figure.relation, []).append((dashboard, figure))
    return found


def _uuid(*names: str) -> str:
    return str(uuid5(OURS, "/".join(names)))
