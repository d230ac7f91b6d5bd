"""Reference of the entities: what records of all systems become, and which fields a mapping may fill."""

from __future__ import annotations

from crm360.orchestration.docs.markdown import code, page, table
from crm360.orchestration.docs.models import intermediate, mapped
from crm360.orchestration.settings.macros import fields_of, id_of
from crm360.orchestration.settings.mapping import ENTITIES

INTRO = """\
Records of every system become rows of these entities, each in one shape. A file, a database table, a REST list or a
Singer stream is mapped to one in crm360.toml: `entity`, `id`, and under `fields` those marked here as mapped
([files](../systems/files.md) shows how). What a mapping leaves out is null."""
OURS = "set by crm360"


def pages() -> dict[str, str]:
    """The page, with a section an entity."""
    return {"reference/entities.md": page("Entities and their fields", INTRO, *map(_entity, ENTITIES))}


def _entity(entity: str) -> str:
    model = intermediate()[f"int_{entity}_unioned"]
    fields, united = fields_of(entity), {column.name for column in model.columns}
    beside = [c for c in mapped()[f"stg_mapped__{entity}"].columns if c.name in fields and c.name not in united]
    rows = [
        (code(c.name), code(fields.get(c.name, c.type)), _filled_by(entity, c.name), c.description)
        for c in (*model.columns, *beside)
    ]
    return f"## {entity}\n\n{model.description}\n\n{table(('field', 'type', 'mapped', 'means'), rows)}"


def _filled_by(entity: str, field: str) -> str:
    """Whether a mapping fills it, and by which of its keys."""
    if field in fields_of(entity):
        return "yes"
    return "`id`" if field == id_of(entity) else OURS
