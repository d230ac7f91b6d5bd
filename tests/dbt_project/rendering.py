"""The project's SQL on any engine without dbt: its macros and models rendered by Jinja alone, from a manifest of dbt.

dbt itself can only render for an engine whose adapter is installed; this renders for all. That it renders as dbt does is
tested for DuckDB, model by model (test_engines.py).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jinja2 import Environment

MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\s*\(.*?{%-?\s*endmacro\s*-?%}", re.DOTALL)
# As dbt-adapters writes them for DuckDB; for Spark dialect_spark.sql has its own.
DBT_ON_DUCKDB = {
    "datediff": lambda first, second, part: f"(date_diff('{part}', {first}::timestamp, {second}::timestamp ))",
    "dateadd": lambda part, count, start: f"({start} + cast({count} as bigint) * interval 1 {part})",
}
WORD = re.compile(r"\w+")
TEXT = {"duckdb": "TEXT", "spark": "string"}


class _Return(Exception):
    """How a macro gives back a value that is no text."""


class Rendering:
    """The models of a manifest on one engine: `rendering.sql(name)`."""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        project: Path,
        engine: str,
        as_of: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        self.engine = engine
        self._nodes = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] in ("model", "seed")}
        self._vars = yaml.safe_load((project / "dbt_project.yml").read_text())["vars"] | dict(variables or {})
        self._sources = {(s["schema"], s["name"]): s for s in manifest["sources"].values()}
        self._read: dict[str, None] = {}
        self._macros: dict[str, Callable[..., Any]] = {}
        self._environment = Environment(extensions=["jinja2.ext.do"])
        ours = SimpleNamespace()
        dbt = SimpleNamespace(
            datediff=self._dbts("datediff"), dateadd=self._dbts("dateadd"), type_string=lambda: TEXT[engine]
        )
        self._environment.globals |= {
            "crm360": ours,
            "dbt": dbt,
            "adapter": SimpleNamespace(dispatch=self._dispatch, get_relation=lambda *_: None),
            "exceptions": self,
            "modules": SimpleNamespace(re=re),
            "graph": {"nodes": manifest["nodes"]},
            "flags": SimpleNamespace(FULL_REFRESH=True),
            "execute": True,
            "none": None,
            "var": lambda name, default=None: self._vars.get(name, default),
            "env_var": lambda name, default="": {"CRM360_RULES": "tested", "CRM360_AS_OF": as_of}.get(name) or default,
            "config": lambda **_: "",
            "ref": self._ref,
            "source": self._source,
            "local_md5": lambda text: hashlib.md5(text.encode()).hexdigest(),
            "return": self._return,
            "tojson": json.dumps,
        }
        self._environment.filters["tojson"] = lambda value: json.dumps(value)
        self._words: dict[str, set[str]] = {}
        for path in sorted((project / "macros").glob("*.sql")):
            for found in MACRO.finditer(path.read_text()):
                self._macros[found[1]] = self._macro(found[1], found[0])
                self._words[found[1]] = set(WORD.findall(found[0]))
        self._environment.globals |= self._macros
        ours.__dict__.update(self._macros)

    def sql(self, name: str) -> str:
        """A model's SELECT."""
        return self.model(name)[0]

    def model(self, name: str) -> tuple[str, list[str]]:
        """A model's SELECT, and dbt's ids of what it reads."""
        self._read = {}
        select = self._environment.from_string(self._nodes[name]["raw_code"]).render()
        return select, list(self._read)

    def that_may_read(self, variables: Iterable[str]) -> list[str]:
        """The models in whose text, or in that of a macro on their way, one of these variables' names stands."""
        telling = set(variables)
        while found := {name for name, words in self._words.items() if name not in telling and words & telling}:
            telling |= found | {name.split("__", 1)[-1] for name in found}
        return [name for name, node in self._nodes.items() if telling.intersection(WORD.findall(node["raw_code"]))]

    def text(self, template: str) -> str:
        """What a template with our macros in it says."""
        return self._environment.from_string(template).render()

    def raise_compiler_error(self, message: str) -> None:
        """As dbt's own."""
        raise ValueError(message)

    def _macro(self, name: str, text: str) -> Callable[..., Any]:
        # Each macro is a template of its own, as in dbt: what it calls is found by name, wherever it stands.
        made: list[Any] = []

        def call(*given: Any, **named: Any) -> Any:
            if not made:
                made.append(getattr(self._environment.from_string(text).module, name))
            try:
                return str(made[0](*given, **named))
            except _Return as returned:
                return returned.args[0]

        return call

    def _dispatch(self, name: str, _package: str = "crm360") -> Callable[..., Any]:
        return self._macros[f"{self.engine}__{name}"]

    def _dbts(self, name: str) -> Callable[..., str]:
        if self.engine == "duckdb":
            return DBT_ON_DUCKDB[name]
        return lambda *given: str(self._dispatch(name)(*given))

    def _ref(self, name: str) -> str:
        node = self._nodes[name]
        self._read[node["unique_id"]] = None
        return self._relation(node["schema"], name)

    def _source(self, schema: str, name: str) -> str:
        source = self._sources[schema, name]
        self._read[source["unique_id"]] = None
        return self._relation(source["schema"], name)

    def _relation(self, schema: str, name: str) -> str:
        return f'"warehouse"."{schema}"."{name}"' if self.engine == "duckdb" else f"{schema}.{name}"

    @staticmethod
    def _return(value: Any) -> None:
        raise _Return(value)
