"""What of the build before stands, because nothing that it was made from has changed since.

A build remembers a key of all that it was made of: of each view that dbt reads, the files behind it; and one of what
every model depends on: the day of the figures, the project with its settings, the packages, our own code. Nodes that no
changed view leads to are kept as they are, tables and verdicts of tests alike. Anything in doubt is built: so is what
asks for the time, the environment or a file by itself, which no key tells.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

import crm360
from crm360.orchestration.catalog import build, shape, warehouse
from crm360.orchestration.catalog.build import Inputs
from crm360.orchestration.catalog.ledger import ACCOUNT_IDS, CUSTOMER_IDS, SEGMENT_CHANGES
from crm360.orchestration.settings.config import Config

PROJECT = "crm360"  # as dbt names it, own files included
# Python that models call, beside the project's own files: maths, and functions that the engine calls.
CALLED = ("record_linkage", "customer_value", "customer_voice")
# Words by which SQL or Jinja reads what no key tells.
UNTOLD = re.compile(
    r"\b(?:now|today|random|setseed|uuid|uuidv\d|gen_random_uuid|nextval|getenv|glob|read_\w+|get_current_timestamp"
    r"|env_var|run_query|statement)\s*\(|\b(?:current_timestamp|current_date|current_time|localtimestamp|localtime"
    r"|run_started_at|invocation_id)\b",
    re.IGNORECASE,
)
# Delivered macros with such a word: what they read is part of the keys, or is no input of a model.
TOLD = {"as_of", "rules_in_force", "rows_replaced", "spark_steps_worked_out"}
MATERIALIZATION = "materialization_"
# Books that hold what a build itself said, once it is published: read again, they change nothing of it.
SAID_BY_A_BUILD = (CUSTOMER_IDS, ACCOUNT_IDS, SEGMENT_CHANGES)


def inputs(config: Config, as_of: date) -> Inputs:
    """What a build of this day is made of, by the views that stand."""
    root = Path(crm360.__file__).parent
    code = hashlib.sha256()
    for path in sorted(p for folder in CALLED for p in (root / folder).rglob("*.py")):
        code.update(path.read_bytes())
    told = [as_of.isoformat(), shape.made_of(config), shape.rules(), duckdb.__version__, code.hexdigest()]
    return Inputs(warehouse.key_of(told), warehouse.keys(config))


def after_publishing(before: Inputs, config: Config) -> Inputs:
    """What a build is made of once the ledger holds what it said."""
    now, said = warehouse.keys(config), [f"ledger.{book.name}" for book in SAID_BY_A_BUILD]
    return Inputs(before.everywhere, before.views | {name: now[name] for name in said})


def kept(config: Config, now: Inputs | None, read_manifest: Callable[[], Mapping[str, Any]]) -> tuple[str, set[str]]:
    """The id of the build in the warehouse, and those of its nodes that a build over `now` would make as they are.

    None of a build that is not whole, or where what all depends on is another thing; else the manifest is asked for.
    """
    try:
        last = build.read(config.warehouse)
        before = last.inputs
        if now is None or before is None or before.everywhere != now.everywhere:
            return "", set()
        manifest = read_manifest()
        build.require_whole(config.warehouse, manifest)
    except build.NotBuilt:
        return "", set()
    changed = {
        name
        for name, source in manifest["sources"].items()
        if (key := now.views.get(f"{source['schema']}.{source['name']}")) is None
        or before.views.get(f"{source['schema']}.{source['name']}") != key
    }
    wanted = build.wanted(manifest)
    return last.build_id, set(wanted) - _led_to(changed | untold(wanted, manifest["macros"]), manifest)


def untold(nodes: Mapping[str, Mapping[str, Any]], macros: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The nodes that read what no key tells, by themselves or by a macro."""
    reads = {
        name
        for name, macro in macros.items()
        if macro["package_name"] == PROJECT
        and macro["name"] not in TOLD
        and not macro["name"].startswith(MATERIALIZATION)
        and UNTOLD.search(macro["macro_sql"])
    }
    calls = {name: set(macro["depends_on"]["macros"]) for name, macro in macros.items()}
    while more := {name for name, called in calls.items() if called & reads} - reads:
        reads |= more
    return {
        name
        for name, node in nodes.items()
        if UNTOLD.search(node.get("raw_code") or "") or reads.intersection(node["depends_on"].get("macros", ()))
    }


def _led_to(first: Collection[str], manifest: Mapping[str, Any]) -> set[str]:
    """These nodes, and all that are made from them."""
    found, waiting = set(first), [*first]
    while waiting:
        for child in manifest["child_map"].get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found
