"""dbt models as their YAML describes them, with doc blocks filled in: in milliseconds, and without dbt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crm360.orchestration.settings.project import DELIVERED, Project

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCK = re.compile(r"{%-?\s*docs\s+(\w+)\s*-?%}(.*?){%-?\s*enddocs\s*-?%}", re.DOTALL)
_DOC = re.compile(r"""{{\s*doc\(\s*(?:["']\w+["']\s*,\s*)?["'](\w+)["']\s*\)\s*}}""")
MARTS = DELIVERED / "models" / "marts"
OWN = "own"


@dataclass(frozen=True)
class Column:
    """A column: its name, its type where the YAML says it, and what it means."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Model:
    """A model: its name, the folder that it stands in, what a row is, and its columns."""

    name: str
    area: str
    description: str
    columns: tuple[Column, ...] = field(default=())


def published(project: Project) -> list[Model]:
    """The marts: the delivered ones, those of the project's own, each once; a project's goes before a delivered one."""
    own = [m for m in _read(_files(project.models), OWN) if not m.name.startswith(("stg_", "int_"))]
    names = {model.name for model in own}
    delivered = [m for path in _files(MARTS) for m in _read([path], path.parent.name) if m.name not in names]
    return sorted([*delivered, *own], key=lambda model: (model.area, model.name))


def intermediate() -> dict[str, Model]:
    """The delivered intermediate models, by name."""
    return {model.name: model for model in _read(_files(DELIVERED / "models" / "intermediate"), "intermediate")}


def mapped() -> dict[str, Model]:
    """What mappings become, before it is united with what systems tell, by name."""
    return {model.name: model for model in _read(_files(DELIVERED / "models" / "staging" / "mapped"), "mapped")}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.yml")) if folder.is_dir() else []


def _read(files: Iterable[Path], area: str) -> list[Model]:
    found = []
    for path in files:
        told = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506  a safe loader, the fast one of two
        for model in (told or {}).get("models") or []:
            columns = tuple(
                Column(str(c["name"]), str(c.get("data_type") or ""), _filled(c.get("description")))
                for c in model.get("columns") or []
            )
            found.append(Model(str(model["name"]), area, _filled(model.get("description")), columns))
    return found


def _filled(text: object) -> str:
    """A description with its doc blocks in their places, on one line."""
    return " ".join(_DOC.sub(lambda found: _blocks().get(found[1], ""), str(text or "")).split())


@cache
def _blocks() -> dict[str, str]:
    files = sorted((DELIVERED / "docs").glob("*.md"))
    return {name: text.strip() for path in files for name, text in _BLOCK.findall(path.read_text(encoding="utf-8"))}
