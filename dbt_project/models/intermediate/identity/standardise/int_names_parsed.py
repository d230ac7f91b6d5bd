"""One row per field and unusual name in it: the name alone, without titles and suffixes and in Latin letters.

Read by the package nameparser, and in other scripts by crm360.record_linkage.scripts. A particle (van der) stays with
its last name. Each text is read once: what the warehouse has read already stays.
"""

import re
import unicodedata

import pyarrow as pa
from nameparser import parse
from nameparser.config.titles import AFTER_GIVEN_TITLES

from crm360.record_linkage.scripts import latin, parts

# A title that leaves one name, or none, must be one of address: a Rock Hudson and a King are called so. An abbreviation
# is one, and what the package lists as such; it leaves out what can be a name, or end one.
ADDRESS = {*AFTER_GIVEN_TITLES, "dr", "dra", "fr", "herr", "hr", "ms", "prof", "sig", "sir", "sr"}


def without_title(title, name):
    address = not title or "." in title or re.split(r"\W", title.lower())[0] in ADDRESS
    return name if address or " " in name else f"{title} {name}".strip()


def first_name(text):
    """'Dr. Ann' → Ann; '' for a title alone."""
    name = parse(f"Doe, {text}")
    given = f"{name.given} {name.middle}".strip()
    return without_title(name.title, given) if name.family == "Doe" and (given or name.title) else text


def last_name(text):
    """'Lee, PhD' → Lee."""
    name = parse(f"{text.replace(',', ' ')}, Jo")
    return without_title(name.title, name.family) if name.family else text


def full_name(text):
    """'Dr. Jan van der Berg' → 'van der Berg, Jan': the last name first, for it may have more than one word."""
    name = parse(text)
    if name.given and name.family:
        return f"{name.family}, {name.given}"
    return without_title(name.title, name.given or name.family)


READ = {"first_name": first_name, "last_name": last_name, "full_name": full_name}
# Which of several people of one name it is. II is a Jr.'s number as well, or a nephew's: it speaks against neither.
GENERATIONS = {
    **dict.fromkeys(("jr", "jnr", "jun", "junior"), "jr"), **dict.fromkeys(("sr", "snr", "sen", "senior"), "sr"),
    "ii": "2", "iii": "3", "iv": "4",
}  # fmt: skip


def generation(field, text):
    """'Lee, Jr.' → jr; None where nothing says it."""
    said = parse({"first_name": "Doe, {}", "last_name": "{}, Jo", "full_name": "{}"}[field].format(text)).suffix
    words = re.findall(r"\w+", f"{said} {text.rsplit(None, 1)[-1] if ' ' in text else ''}".lower())
    return next((GENERATIONS[word] for word in words if word in GENERATIONS), None)


def in_latin(field, text, characters_of):
    """The name in Latin letters, and what is kept of its sounds; of a full name both with the last name first."""
    text = re.sub(r"(^|\s)عبد\s+", r"\1عبد", unicodedata.normalize("NFKC", text))
    if field != "full_name":
        read = latin(READ[field](text), characters_of, field == "last_name")
        return read.plain, read.kept
    last, _, first = ", ".join(parts(text, characters_of) or (full_name(text),)).partition(", ")
    last, first = latin(last, characters_of, True), latin(first, characters_of) if first else None
    return (f"{last.plain}, {first.plain}", f"{last.kept}, {first.kept}") if first else (last.plain, last.kept)


def model(dbt, session):
    dbt.config(
        materialized="incremental", unique_key=["field", "name", "characters_of"], incremental_strategy="of_texts"
    )
    ((has_other_rules,),) = dbt.ref("int_identity_run").select("has_other_rules").fetchall()
    unusual = dbt.ref("int_names_unusual").select("field, name, characters_of, is_foreign")
    if dbt.is_incremental and not has_other_rules:
        known = session.table(str(dbt.this)).select("field, name, characters_of")
        unusual = unusual.join(known, "field, name, characters_of", how="anti")
    rows = unusual.order("field, name, characters_of").fetchall()
    read = [
        in_latin(field, name, characters_of) if foreign else (READ[field](name), None)
        for field, name, characters_of, foreign in rows
    ]
    return pa.table(
        {
            "field": pa.array([field for field, *_ in rows], pa.string()),
            "name": pa.array([name for _, name, *_ in rows], pa.string()),
            "characters_of": pa.array([characters_of for _, _, characters_of, _ in rows], pa.string()),
            "plain_name": pa.array([plain for plain, _ in read], pa.string()),
            "sounds": pa.array([kept for _, kept in read], pa.string()),
            "generation": pa.array([generation(field, name) for field, name, *_ in rows], pa.string()),
        }
    )
