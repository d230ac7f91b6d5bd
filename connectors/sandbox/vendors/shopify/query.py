"""GraphQL queries made fast: graphql-core parses and validates, then a plan picks the fields out of dicts.

A page of 250 orders has 17,000 fields: 0.22 s with graphql-core's own executor, 0.005 s with the plan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
    get_named_type,
    is_leaf_type,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_argument_values, get_directive_values, get_variable_values
from graphql.type import GraphQLIncludeDirective, GraphQLSkipDirective

from crm360.connectors.sandbox.vendors.shopify.schema import schema

SCHEMA = schema()
MAX_COST = 1_000
Composite = GraphQLObjectType | GraphQLInterfaceType


class Step(NamedTuple):
    """One field of a selection: under which key, which field, of which type, with what arguments, and what of it.

    only: the name of the type the field is asked of; an object of another type does not have it.
    """

    key: str
    field: str
    type_name: str
    args: Mapping[str, Any]
    inside: tuple[Step, ...] | None
    only: str


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    document = parse(text)
    return document, tuple(validate(SCHEMA, document, specified_rules))


def plan(text: str, variables: Mapping[str, Any], operation: str | None) -> tuple[Step, ...]:
    """What a query asks for. Raises GraphQLError where it is no query of this schema."""
    document, errors = _read(text)
    if errors:
        raise errors[0]
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    chosen = [d for d in operations if operation is None or (d.name and d.name.value == operation)]
    if len(chosen) != 1 or chosen[0].operation.value != "query":
        raise GraphQLError("The sandbox answers one query at a time, and no mutations.")
    values = get_variable_values(SCHEMA, chosen[0].variable_definitions or (), dict(variables))
    if isinstance(values, list):
        raise values[0]
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    root = SCHEMA.query_type
    assert root is not None
    return _steps(chosen[0].selection_set, root, fragments, values)


def introspects(steps: tuple[Step, ...]) -> bool:
    return any(step.field in ("__schema", "__type") for step in steps)


def introspected(text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a question about the schema itself."""
    return dict(execute_sync(SCHEMA, _read(text)[0], variable_values=dict(variables)).formatted)


def _steps(
    selection: SelectionSetNode,
    parent: Composite,
    fragments: Mapping[str, FragmentDefinitionNode],
    values: dict[str, Any],
) -> tuple[Step, ...]:
    found: list[Step] = []
    for node in selection.selections:
        skip = get_directive_values(GraphQLSkipDirective, node, values)
        include = get_directive_values(GraphQLIncludeDirective, node, values)
        if (skip and skip["if"]) or (include and not include["if"]):
            continue
        if isinstance(node, FieldNode):
            found.append(_step(node, parent, fragments, values))
            continue
        fragment: InlineFragmentNode | FragmentDefinitionNode
        if isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
        else:
            assert isinstance(node, InlineFragmentNode)
            fragment = node
        condition = fragment.type_condition
        narrowed = SCHEMA.type_map[condition.name.value] if condition else parent
        assert isinstance(narrowed, GraphQLObjectType | GraphQLInterfaceType)
        found += _steps(fragment.selection_set, narrowed, fragments, values)
    return tuple(found)


def _step(
    node: FieldNode, parent: Composite, fragments: Mapping[str, FragmentDefinitionNode], values: dict[str, Any]
) -> Step:
    name = node.name.value
    key = node.alias.value if node.alias else name
    if name.startswith("__"):
        return Step(key, name, "String", {}, None, "")
    field = parent.fields[name]
    kind = get_named_type(field.type)
    only = parent.name if isinstance(parent, GraphQLObjectType) else ""
    args = get_argument_values(field, node, values)
    if is_leaf_type(kind) or node.selection_set is None:
        return Step(key, name, kind.name, args, None, only)
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    return Step(key, name, kind.name, args, _steps(node.selection_set, kind, fragments, values), only)


def picked(record: Mapping[str, Any], steps: tuple[Step, ...]) -> dict[str, Any]:
    """The fields of a record that the steps name; lists under a connection are cut at `first`."""
    found: dict[str, Any] = {}
    for key, field, type_name, args, inside, only in steps:
        if only and record.get("__typename", only) != only:
            continue
        value = record.get(field)
        if inside is None or value is None:
            found[key] = value
        elif type_name.endswith("Connection"):
            first = args.get("first")
            more = first is not None and len(value) > first
            found[key] = connection(value[:first], [str(at) for at in range(len(value[:first]))], more, inside)
        elif key in found:
            found[key] |= picked(value, inside)
        elif isinstance(value, list):
            found[key] = [picked(item, inside) for item in value]
        else:
            found[key] = picked(value, inside)
    return found


def connection(records: list[dict[str, Any]], marks: list[str], more: bool, steps: tuple[Step, ...]) -> dict[str, Any]:
    """A page of records with their cursors as nodes, edges and pageInfo, whichever the steps name."""
    found: dict[str, Any] = {}
    for step in steps:
        inside = step.inside or ()
        if step.field == "nodes":
            found[step.key] = [picked(record, inside) for record in records]
        elif step.field == "edges":
            pairs = zip(records, marks, strict=True)
            found[step.key] = [picked({"node": record, "cursor": mark}, inside) for record, mark in pairs]
        elif step.field == "pageInfo":
            ends = {"startCursor": marks[0] if marks else None, "endCursor": marks[-1] if marks else None}
            found[step.key] = picked({"hasNextPage": more, "hasPreviousPage": False} | ends, inside)
    return found


def cost(steps: tuple[Step, ...], sizes: Mapping[str, int] | None = None) -> int:
    """Points of a query: an object 1, a scalar 0, a connection in proportion to its size.

    The vendor publishes the first two rules, but not how the size counts; `1 + 2 ln(first)` comes near what it
    charges (250 rows of two objects: about 25). sizes: the rows of each top connection that really came.
    """
    total = 0.0
    for step in steps:
        if step.inside is None:
            continue
        if step.type_name.endswith("Connection"):
            rows = step.args.get("first") or step.args.get("last") or 0
            if sizes is not None:
                rows = min(rows, sizes.get(step.key, rows))
            nodes = [s.inside or () for s in step.inside if s.field in ("nodes", "edges")]
            deep = [(s.inside or ()) if s.field == "node" else (s,) for steps_ in nodes for s in steps_]
            inner = 1 + sum(cost(group, None) for group in deep)
            total += math.ceil((1 + 2 * math.log(rows)) * inner) if rows > 0 else 0
        else:
            total += 1 + cost(step.inside, None)
    return int(total)
