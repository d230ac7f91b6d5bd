"""Reference of the published tables: which there are, and one page an area with every column and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from crm360.orchestration.docs.markdown import code, page, table
from crm360.orchestration.docs.models import OWN, Model, published
from crm360.orchestration.settings.project import Project

AREAS = {
    "customers": "Customers",
    "sales": "Sales",
    "marketing": "Marketing",
    "service": "Service",
    "finance": "Finance",
    "operations": "Operations",
    OWN: "Your own marts",
}
INTRO = """\
Made from the models' descriptions, which also stand as comments inside the published DuckDB file and in dbt's docs.
[Which question each table answers](../../tables.md) and [how they belong together](relations.md) are told on pages of
their own."""
# In HTML, for the link leads to no page of MkDocs', which would call it dead.
DBT = ' <a href="../../dbt/index.html">dbt\'s docs</a> show how each is made, column types and tests included.'


def pages(
    project: Project, custom: Mapping[str, Mapping[str, str]] | None = None, *, has_dbt: bool = False
) -> dict[str, str]:
    """The pages. `custom` says by table what each custom column means; `has_dbt`: dbt's docs stand beside."""
    models = published(project)
    areas = {area: list(of_area) for area, of_area in groupby(models, key=lambda model: model.area)}
    made = {f"reference/tables/{area}.md": _area(area, its, custom or {}) for area, its in areas.items()}
    listed = (
        (
            f"[`{m.name}`]({m.area}.md#{m.name})",
            AREAS.get(m.area, m.area),
            str(len(_columns(m, custom or {}))),
            _row_of(m),
        )
        for m in sorted(models, key=lambda model: model.name)
    )
    index = page(
        "Published tables", INTRO + (DBT if has_dbt else ""), table(("table", "area", "columns", "holds"), listed)
    )
    return {"reference/tables/index.md": index, **made}


def _area(area: str, models: list[Model], custom: Mapping[str, Mapping[str, str]]) -> str:
    parts = []
    for model in models:
        columns = table(("column", "means"), ((code(n), text) for n, text in _columns(model, custom)))
        parts.append(f"## {model.name} {{#{model.name}}}\n\n{model.description}\n\n{columns}")
    return page(AREAS.get(area, area), f"{len(models)} published tables.", *parts)


def _columns(model: Model, custom: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """Name and meaning of each column, the project's custom ones last."""
    return [(c.name, c.description) for c in model.columns] + list(custom.get(model.name, {}).items())


def _row_of(model: Model) -> str:
    """The first sentence of a description: what one row is."""
    return model.description.split(". ")[0].split(": ")[0].rstrip(".") + "."
