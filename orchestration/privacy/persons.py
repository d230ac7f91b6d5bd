"""Where the records of each landed stream speak of persons: by what its connector or crm360.toml says of it."""

from __future__ import annotations

from collections.abc import Iterator

from crm360.connectors.engine.anonymise import Persons
from crm360.orchestration.settings.config import Config, Source

OF_PERSONS = ("contacts", "customers", "loyalty_balances")
WRITTEN = ("tickets", "surveys", "interactions", "reviews")
CALLED = {"contacts", "customers", "leads", "members", "users", "people", "persons", "subscribers"}
PERSONAL = {
    "full_name", "first_name", "last_name", "email", "other_emails", "phone", "mobile_phone", "work_phone",
    "home_phone", "street", "postal_code", "birth_date", "linkedin_url", "twitter_handle", "comment",
    "person_number", "author_name",
}  # fmt: skip


def of_stream(source: Source, name: str) -> Persons:
    """The facts of one stream that is set up."""
    stream = next(s for s in source.streams if s.name == name)
    mapped = [m for m in source.mappings if m["stream"] == name]
    if not mapped and stream.entity == "web_events":
        named = frozenset(stream.params.values())
        return Persons(False, stream.row.key, named, named)
    if not mapped:
        return Persons(stream.entity in OF_PERSONS, stream.row.key, is_written=stream.entity in WRITTEN)
    ids, personal = set(), set()
    for mapping in mapped:
        if mapping["entity"] == "contacts" and mapping["id"]:
            ids.add(mapping["id"])
        is_web = mapping["entity"] == "web_events"
        for field, spec in mapping["fields"].items():
            columns = (
                [spec]
                if isinstance(spec, str)
                else [c for c in (spec.get("column"), *spec.get("columns", ()), *spec.get("first_of", ())) if c]
            )
            if field == "contact_id":
                ids.update(columns)
            elif is_web and field in ("visitor_id", "user_id"):
                # A browser's id stays with nobody: what the person did in it would become another's.
                ids.update(columns)
                personal.update(columns)
            elif field in PERSONAL:
                personal.update(columns)
    entities = {m["entity"] for m in mapped}
    return Persons(
        entities == {"contacts"}, stream.row.key, frozenset(ids), frozenset(personal), bool(entities & set(WRITTEN))
    )


def landed(config: Config) -> Iterator[tuple[str, str, Persons]]:
    """Every stream that has landed anything, those no longer set up too; persons' own records first.

    So a person who is met under an unknown id is known by it when orders and tickets are looked through.
    """
    set_up = {source.name: source for source in config.sources}
    found = []
    for path in sorted(config.landing.glob("*/*/")):
        source, stream = path.parent.name, path.name
        its = set_up.get(source)
        if its is not None and stream in {s.name for s in its.streams}:
            persons = of_stream(its, stream)
        else:
            persons = Persons(is_contacts=stream in CALLED)
        found.append((source, stream, persons))
    return iter(sorted(found, key=lambda told: not told[2].is_contacts))
