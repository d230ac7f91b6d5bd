"""`crm360 who`, as it is typed and told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.options import as_json_option, configured, load_config

if TYPE_CHECKING:
    from crm360.orchestration.lookup import find, whole


# Of these sections `who` tells how many there are.
COUNTED = (
    "records",
    "people",
    "lists",
    "orders",
    "deals",
    "quotes",
    "tickets",
    "invoices",
    "subscriptions",
    "tasks",
    "doubts",
)
PLACES = {"customer": "customers", "company": "companies"}


@click.command()
@configured
@click.argument("text", nargs=-1, required=True)
@as_json_option
def who(path: Path, data: Path | None, debug: bool, text: tuple[str, ...], as_json: bool) -> int:
    """Which customer or company TEXT means: an e-mail address, a telephone number, a name, or any id, old ones too.

    One customer is told whole, several as a list. It reads what is published, and notes that it was asked.
    """
    config = load_config(path, data, debug)
    from crm360.orchestration.lookup import find, notes, whole
    from crm360.orchestration.run import runs

    console = Console(quiet=as_json)
    with find.opened(config.published, config.data) as con:
        hits = find.search(con, " ".join(text))
        notes.note(config, f"crm360 who, typed by {runs.account()}", "search", str(len(hits)))
        if len(hits) != 1:
            if as_json:
                console.json({"ok": bool(hits), "hits": hits})
            for hit in hits:
                place = ", ".join(filter(None, (hit.city, hit.country)))
                told = " · ".join(filter(None, (hit.name, hit.email, hit.phone, place)))
                console.line(f"{hit.kind:8} {hit.id}  {told}  (by {hit.found_by})")
            if not hits:
                console.line("nobody is called so, and nothing has this address, number or id")
            return 0 if hits else 1
        (hit,) = hits
        found = whole.customer(con, hit.id) if hit.kind == "customer" else whole.company(con, hit.id)
    notes.note(config, f"crm360 who, typed by {runs.account()}", PLACES[hit.kind], hit.id)
    if as_json:
        console.json({"ok": True, "found_by": hit.found_by, hit.kind: found})
        return 0
    _tell(console, hit, found or {})
    return 0


def _tell(console: Console, hit: find.Hit, told: whole.Row) -> None:
    from crm360.orchestration.lookup import drawing

    console.line(f"{hit.kind} {hit.id}  (by {hit.found_by})")
    for field, said in told["golden"].items():
        by = f"  [{said['source']}]" if said["source"] else ""
        console.line(f"  {field.replace('_', ' '):26} {said['value']}{by}")
    for field, value in told["figures"].items():
        console.line(f"  {field.replace('_', ' '):26} {value}")
    segments = ", ".join(row["segment"] for row in told.get("segments", []))
    if segments:
        console.line(f"  {'segments':26} {segments}")
    for section in COUNTED:
        if told.get(section):
            console.line(f"  {section:26} {len(told[section])}")
    for record in told["records"]:
        name = record.get("contact_id") or record.get("company_id")
        console.line(f"    {name}  {record.get('rule') or ''}: {record.get('evidence') or ''}".rstrip(": "))
    for fall in drawing.waterfalls(told["records"]):
        console.line(f"  {fall.contact_id} and {fall.linked_contact_id}: {fall.rule}")
        for step in fall.steps:
            console.line(f"    {step.words:54} {step.bits:+7.2f} {step.sum:+8.2f}")
        probable = f"{fall.match_weight:+.2f} bits, {fall.probability:.2%} likely"
        console.line(f"    together {probable}; such a link needs {fall.match_threshold:+.2f}")


COMMANDS = (who,)
