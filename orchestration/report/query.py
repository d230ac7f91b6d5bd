"""A figure's query over the published tables, in parts, so that a reader's filters can be put into its `where`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crm360.orchestration.report.look import Look
from crm360.orchestration.report.registry import Axis, Figure, Measure, Relation
from crm360.orchestration.report.relations import RELATIONS
from crm360.quoting import literal

# A clause's value stands for `?`; one that has none is not known.
SEGMENT = (
    "{customer} in (\n    select customer_id from customer_segments where dimension = {dimension} and segment = ?)"
)


@dataclass(frozen=True)
class Query:
    """`head`, then `where` joined by and, then `tail`. `clauses`: what each filter adds to `where`."""

    head: str
    where: tuple[str, ...]
    tail: str
    clauses: Mapping[str, str]

    def text(self, more: Iterable[str] = ()) -> str:
        """The whole statement, with more conditions."""
        conditions = "\nand ".join([*self.where, *more])
        return "\n".join(part for part in (self.head, f"where {conditions}" if conditions else "", self.tail) if part)


def of(figure: Figure, look: Look) -> Query:
    """The query of a figure."""
    relation = RELATIONS[figure.relation]
    columns = [f"{placed(axis, look)} as {quoted(axis.name)}" for axis in figure.axes]
    columns += [f"{measured(relation, name)} as {quoted(name)}" for name in figure.measures]
    clauses = {name: f"{expression} = ?" for name, expression in relation.filters.items()}
    if relation.customer:
        clauses["segment"] = SEGMENT.format(customer=relation.customer, dimension=literal(look.dimension))
    if relation.month:
        clauses["month"] = f"{relation.month} between ? and ?"
    head = "select\n    " + ",\n    ".join(columns) + f"\nfrom {relation.rows}"
    return Query(head, conditions(figure.relation, look), "\n".join(
        part for part in ("group by all" if figure.axes else "", order(figure)) if part), clauses)  # fmt: skip


def order(figure: Figure) -> str:
    """In which order a figure's rows come: largest first, or by its axes."""
    if not figure.axes:
        return ""
    axes = ", ".join(str(n + 1) for n in range(len(figure.axes)))
    by_size = not figure.in_order and figure.kind in ("bars", "map", "dots", "table")
    return f"order by {len(figure.axes) + 1} desc nulls last, {axes}" if by_size else f"order by {axes}"


def conditions(key: str, look: Look, relation: Relation | None = None) -> tuple[str, ...]:
    """What a relation's rows are confined to; one that is not the report's own is handed in."""
    relation = relation or RELATIONS[key]
    told = relation.where
    if key in ("memberships", "entered"):
        told = f"{relation.table}.dimension = {literal(look.dimension)}"
    return (told,) if told else ()


def placed(axis: Axis, look: Look) -> str:
    """An axis' expression, with hours and weekdays on the reader's clock."""
    zone = literal(look.time_zone)
    return axis.sql.replace("{event_at}", f"(customer_timeline.event_at at time zone 'UTC') at time zone {zone}")


def measured(relation: Relation, name: str) -> str:
    """A measure's expression: its sum or count, or one over the other."""
    measure = relation.measures[name]
    if measure.over is None:
        return measure.sql
    part, whole = (relation.measures[other].sql for other in measure.over)
    return f"1.0 * {part} / nullif({whole}, 0)"  # else PostgreSQL would divide counts as whole numbers


def summed(relation: Relation, names: Iterable[str]) -> dict[str, Measure]:
    """The sums and counts that measures need."""
    told: dict[str, Measure] = {}
    for name in names:
        measure = relation.measures[name]
        for needed in measure.over or (name,):
            told[needed] = relation.measures[needed]
    return told


def quoted(name: str) -> str:
    """A column's name: those of ours may be words of SQL."""
    return f'"{name}"'
