"""Whom a piece of work is for, where only fields that a tool's owner made up say it: their settings, and one shape.

Project tools know no customers. A setting names the field that holds one, and what stands in it is put into each record
as `customer`, the same for every tool, so that the models need not know the fields' names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from crm360.connectors.engine.page import members

# Setting → what it is called in `customer`.
FIELDS = {
    "email_field": "email",
    "company_name_field": "company_name",
    "contact_id_field": "contact_id",
    "company_id_field": "company_id",
    "deal_id_field": "deal_id",
}
SETTINGS: Mapping[str, str | None] = {**dict.fromkeys(FIELDS, ""), "crm": ""}
MEANINGS = {
    "email_field": "The field that holds the e-mail address of whom a task is for.",
    "company_name_field": "The field that holds the name of the company that a task is for.",
    "contact_id_field": "The field that holds the id of the person whom a task is for, in the source `crm`.",
    "company_id_field": "The field that holds the id of the company that a task is for, in the source `crm`.",
    "deal_id_field": "The field that holds the id of the deal that a task belongs to, in the source `crm`.",
    "crm": "The source, by its name in crm360.toml, whose ids these fields hold.",
}


def wrong(settings: Mapping[str, str]) -> str | None:
    """What is wrong with the settings, in words: ids are nobody's where no source is named that has them."""
    of_ids = [name for name in FIELDS if name.endswith("_id_field") and settings.get(name)]
    if of_ids and not settings.get("crm"):
        return f"{of_ids[0]} names a field of ids, and crm does not say which source's"
    return None


def named(settings: Mapping[str, str], read: Callable[[str], Any]) -> dict[str, str]:
    """`customer` of one record; `read` gives what stands in a field. Of several values the first counts."""
    found = {}
    for setting, name in FIELDS.items():
        text = first_text(read(settings[setting])) if settings.get(setting) else None
        if text:
            found[name] = text
    if any(name.endswith("_id") for name in found):
        found["source"] = settings["crm"]
    return found


def with_customer(record: bytes, customer: Mapping[str, str]) -> bytes:
    """The record with `customer` beside its own fields, whose bytes stay as they came."""
    return msgspec.json.encode({**members(record), "customer": customer})


def first_text(value: Any) -> str | None:
    """The first text in a field's value: a text, a number, a person's address, what is chosen or named, or a list."""
    if isinstance(value, list):
        return next((text for part in value if (text := first_text(part))), None)
    if isinstance(value, dict):
        told = (value.get(name) for name in ("emailAddress", "email", "value", "name", "displayName"))
        return next((text for part in told if (text := first_text(part))), None)
    if isinstance(value, bool) or value is None:
        return None
    return str(value).strip() or None
