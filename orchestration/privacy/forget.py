"""`crm360 forget`: a person is found, what would go is told, everything is written anew, and a search proves it."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.forgotten import Forgotten
from crm360.moments import utc_now
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import enforce, register
from crm360.orchestration.privacy.find import NobodyFound, Person, find, is_forgotten
from crm360.orchestration.privacy.search import Needles, search
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config


class StillThere(Crm360Error):
    """After everything was written anew, a value of the person is still in the data folder."""

    who = "the maintainer of crm360, and whoever runs this machine: remove that file"


def forget(
    config: Config,
    asked: Sequence[str],
    console: Console,
    *,
    dry_run: bool = False,
    reason: str = "",
    as_json: bool = False,
) -> int:
    """Erase persons by e-mail addresses and customer ids. Raises NobodyFound, StillThere, or the error of a store.

    With `as_json`, what was done is told at its end as one object of counts and places.
    """
    said: dict[str, object] = {"ok": True, "dry_run": dry_run}

    def say(line: str) -> None:
        if not as_json:
            console.line(line)

    def ended(**more: object) -> int:
        if as_json:
            console.json(said | more)
        return 0

    with runs.only_one(config.data):
        try:
            person = find(config, asked)
        except NobodyFound:
            known = register.forgotten(config)
            if not is_forgotten(known, asked):
                raise
            enforce.enforce(config, known, say)
            say("all of them were forgotten before; what a kill had left of it is done")
            return ended(customers=0, records=0)
        needles = needles_of(person)
        say(
            f"person  {len(person.customers)} customers, {len(person.contacts)} records in "
            f"{len({source for source, _ in person.contacts})} sources"
        )
        decisions = _in_decisions(config, person, needles)
        said |= {"customers": len(person.customers), "records": len(person.contacts), "decisions": decisions}
        for line in decisions:
            say(f"decide  {line}")
        if dry_run:
            key = register.key(config)
            of = Forgotten(key, 1, person.marks(Forgotten(key)), person.lengths)
            held = enforce.look(config, of, needles)
            for place, count in held.items():
                say(f"holds   {place}: {count:,}")
            say("nothing was changed; without --dry-run all that goes, and figures keep their sums")
            return ended(holds=dict(held))
        secret = Forgotten(register.key(config))
        now, by = utc_now(), runs.account()
        told = needles.replaced(reason, "[forgotten]")
        request = register.add(config, by, told, person.marks(secret), person.lengths, now, "asked")
        request.removed = enforce.enforce(config, register.forgotten(config), say, needles)
        left = search(config.data, needles)
        if not config.published.is_relative_to(config.data):
            left |= search(config.published, needles)
        request.is_verified = not left
        request.finished_at = utc_now()
        register.finish(config, request)
        if left:
            files = ", ".join(f"{name} ({count} bytes)" for name, count in list(left.items())[:3])
            raise StillThere(f"{len(left)} files still hold a value of the person: {files}", where=config.data.name)
    say(f"checked 0 bytes of {len(needles.texts) + len(needles.bounded)} values are left in {config.data.name}")
    say(f"request {request.request_id} is in data/privacy/register.json; the next run builds without the person")
    return ended(removed=dict(request.removed), is_verified=True, request_id=request.request_id)


def needles_of(person: Person) -> Needles:
    """What is searched for: all that names the person and nobody else."""
    texts = person.texts()
    return Needles({t for kind in ("e-mail", "phone", "name", "address") for t in texts[kind]}, texts["id"])


def _in_decisions(config: Config, person: Person, needles: Needles) -> list[str]:
    """Lines of the project's decisions that name a record of the person: a person wrote them, and must remove them."""
    names = {f"{source}:{name}" for source, name in person.contacts} | person.customers
    found = []
    for path in sorted((config.project.root / "decisions").glob("*.csv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                if names.intersection(row) or needles.count("\n".join(row).encode()):
                    found.append(f"decisions/{path.name}, line {number} names a record of the person: remove the line")
    return found
