"""dbt_project's macros without dbt: what an entity's fields are, and the SQL that a mapping becomes, in milliseconds.

dbt takes seconds to start and writes to the warehouse; `crm360 check` and the reading of crm360.toml need the very same
SQL and lists, at once. Only macros that compile by Jinja alone can be called: those of mapping and of dialect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import Environment, Template

from crm360.orchestration.settings.project import DELIVERED

_MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\s*\(")
ID_OF = {"companies": "company_id"}  # of all others it is the name without its s


class _Return(Exception):
    """How a dbt macro gives back a value that is no text."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class MacroError(ValueError):
    """What a macro refuses, in its own words."""


class Macros:
    """The project's macros, callable by name, on one engine."""

    def __init__(
        self, variables: Mapping[str, Any] | None = None, engine: str = "duckdb", scope: Mapping[str, Any] | None = None
    ) -> None:
        """`scope`: what else of dbt's own the macros find, such as `this` and `run_query`."""
        self._variables = dict(variables or {})
        self._engine = engine
        self._environment = _environment()
        self._environment.globals |= {
            "crm360": self,
            "adapter": self,
            "var": lambda name, default=None: self._variables.get(name, default),
            "return": self._return,
            "exceptions": self,
            "source": lambda schema, table: f'"{schema}"."{table}"',
            "execute": False,
            **(scope or {}),
        }
        self._modules: dict[Path, Any] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The macro of that name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *given, **named: self.call(name, *given, **named)

    def call(self, name: str, *given: Any, **named: Any) -> Any:
        """What the macro gives: text, or what it returns. Raises MacroError where it refuses."""
        path = _files()[name]
        if path not in self._modules:
            code = _compiled(path)
            self._modules[path] = Template.from_code(self._environment, code, self._environment.globals).module
        try:
            return str(getattr(self._modules[path], name)(*given, **named))
        except _Return as returned:
            return returned.value

    def dispatch(self, name: str, _package: str) -> Callable[..., Any]:
        """The macro of this engine."""
        own = f"{self._engine}__{name}"
        return getattr(self, own if own in _files() else f"default__{name}")

    def raise_compiler_error(self, message: str) -> None:
        """As dbt's own."""
        raise MacroError(message)

    @staticmethod
    def _return(value: Any) -> None:
        raise _Return(value)


def _environment() -> Environment:
    return Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701


@cache
def _compiled(path: Path) -> CodeType:
    """A file's macros, compiled once a process: it takes a tenth of a second."""
    return _environment().compile(path.read_text())


@cache
def _files() -> dict[str, Path]:
    """Which file each macro stands in."""
    found = {}
    for path in sorted((DELIVERED / "macros").glob("*.sql")):
        for name in _MACRO.findall(path.read_text()):
            found[name] = path
    return found


def id_of(entity: str) -> str:
    """The name of an entity's id."""
    return ID_OF.get(entity, f"{entity.removesuffix('s')}_id")


@cache
def fields_of(entity: str) -> dict[str, str]:
    """The fields that a mapping may fill, each with its type."""
    own = id_of(entity)
    macros = Macros()
    columns: dict[str, str] = macros.call("columns_of", entity, own) | macros.call("mapped_beside", entity)
    ours = (own, "source", "source_id", "is_deleted", "merged_into")
    return {name: kind for name, kind in columns.items() if name not in ours}
