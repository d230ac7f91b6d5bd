"""dbt's own compiler, in the tests' process, over a project that dbt has read.

For other variables dbt would read the whole project anew, half a minute each time; its compiler says what a model is with
them in a fiftieth of a second.
"""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dbt.adapters.factory import get_adapter, register_adapter
from dbt.clients.jinja import get_rendered
from dbt.config.runtime import RuntimeConfig
from dbt.context.providers import (
    ModelContext,
    RuntimeProvider,
    RuntimeRefResolver,
    RuntimeSourceResolver,
    generate_runtime_macro_context,
)
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import Macro
from dbt.flags import set_from_args
from dbt.mp_context import get_mp_context
from dbt_common.context import set_invocation_context

WORD = re.compile(r"\w+")
PARSED = "partial_parse.msgpack"


class _Ref(RuntimeRefResolver):
    """A model may read with these variables what it did not read with those that dbt read the project with."""

    def validate(self, resolved: Any, *_: Any) -> None:
        self.model.depends_on.add_node(resolved.unique_id)


class _Source(RuntimeSourceResolver):
    def resolve(self, source_name: str, table_name: str) -> Any:
        found = self.manifest.resolve_source(source_name, table_name, self.current_project, self.model.package_name)
        self.model.depends_on.add_node(found.unique_id)
        return super().resolve(source_name, table_name)


class _Reading(RuntimeProvider):
    ref, source = _Ref, _Source


class Compiler:
    """The models with these variables, over nothing that a night before has left."""

    def __init__(self, project: Path, target: Path, variables: Mapping[str, Any]) -> None:
        """`target` is where dbt left what it has read."""
        told = Namespace(
            project_dir=str(project), profiles_dir=str(project), profile=None, target=None, threads=1, vars=dict(variables),
            full_refresh=True, FULL_REFRESH=True,
        )  # fmt: skip
        given = {"CRM360_RULES": "tested", "CRM360_WAREHOUSE": ":memory:", "DBT_PROJECT_DIR": str(project)}
        set_invocation_context({**os.environ, **given})
        set_from_args(told, None)
        self._config = RuntimeConfig.from_args(told)
        self._manifest = _read(target / PARSED)
        register_adapter(self._config, get_mp_context())
        adapter = get_adapter(self._config)
        adapter.set_macro_resolver(self._manifest)
        adapter.set_macro_context_generator(generate_runtime_macro_context)
        self._nodes = {n.name: n for n in self._manifest.nodes.values() if n.resource_type == "model"}

    def model(self, name: str) -> tuple[str, list[str]]:
        """A model's SELECT, and dbt's ids of what it reads."""
        node = self._nodes[name]
        before, node.depends_on.nodes = node.depends_on.nodes, []
        try:
            said = ModelContext(node, self._config, self._manifest, _Reading(), None).to_dict()
            return str(get_rendered(node.raw_code, said, node)), list(node.depends_on.nodes)
        finally:
            node.depends_on.nodes = before

    @contextmanager
    def edited(self, old: str, new: str) -> Iterator[None]:
        """With another text in the project's macros."""
        macros = [m for m in self._manifest.macros.values() if old in m.macro_sql and self._is_ours(m)]
        assert macros
        before = [macro.macro_sql for macro in macros]
        for macro in macros:
            macro.macro_sql = macro.macro_sql.replace(old, new)
        try:
            yield
        finally:
            for macro, sql in zip(macros, before, strict=True):
                macro.macro_sql = sql

    def that_may_read(self, variables: Iterable[str]) -> list[str]:
        """The models in SQL in whose text, or in that of a macro on their way, one of these variables' names stands."""
        names = set(variables)
        macros = self._words_of_macros()
        telling = {name for name, words in macros.items() if names & words}
        while more := {name for name, words in macros.items() if name not in telling and _called(telling) & words}:
            telling |= more
        words = names | _called(telling)
        found = (node for node in self._nodes.values() if node.language == "sql")
        return [node.name for node in found if words.intersection(WORD.findall(node.raw_code))]

    def _words_of_macros(self) -> dict[str, set[str]]:
        """Macro of the project → the words in it."""
        return {
            macro.name: set(WORD.findall(macro.macro_sql))
            for macro in self._manifest.macros.values()
            if self._is_ours(macro)
        }

    def _is_ours(self, macro: Macro) -> bool:
        return macro.package_name == self._config.project_name


def _called(macros: Iterable[str]) -> set[str]:
    """By which words these macros are called: those of one engine by what stands behind the engine's name."""
    return {word for name in macros for word in (name, name.split("__", 1)[-1])}


@cache
def _read(path: Path) -> Manifest:
    manifest = Manifest.from_msgpack(path.read_bytes())
    manifest.build_flat_graph()
    return manifest
