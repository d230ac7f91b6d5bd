"""The engine's modules stand in one order: none imports, by any way round, what imports it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from crm360.connectors import engine

PREFIX = "crm360.connectors.engine"
FOLDER = Path(engine.__path__[0])


def imports(path: Path) -> set[str]:
    """The engine's modules that a module imports anywhere in it, for its annotations alone too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path.name} imports by a relative name"
            found |= {f"{PREFIX}.{a.name}" for a in node.names} if node.module == PREFIX else {node.module}
    return {name.removeprefix(f"{PREFIX}.") for name in found if name.startswith(f"{PREFIX}.")}


def circle(graph: dict[str, set[str]]) -> list[str] | None:
    """The modules of some circle, in order; None if there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str] | None:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return None
        for other in sorted(graph.get(name, ())):
            found = walk(other, [*way, name])
            if found:
                return found
        done.add(name)
        return None

    return next(filter(None, (walk(name, []) for name in sorted(graph))), None)


def test_no_circle_of_imports_in_the_engine() -> None:
    graph = {path.stem: imports(path) for path in FOLDER.glob("*.py") if path.stem != "__init__"}
    assert len(graph) > 15 and {"session", "page", "landing"} <= graph["connector"]
    assert circle(graph) is None


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, None),
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, None),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c", "b"]),
        ({"a": {"a"}}, ["a", "a"]),
    ],
)
def test_a_circle_is_found_where_there_is_one(graph: dict[str, set[str]], found: list[str] | None) -> None:
    assert circle(graph) == found
