"""One row per field and unusual name in it: the name alone, without titles and suffixes and in Latin letters.

Read by the package nameparser, and romanised by anyascii. A particle (van der) stays with its last name. Each text is
read once: what the warehouse has read already stays.
"""

import re

import pyarrow as pa
from anyascii import anyascii
from nameparser import parse
from nameparser.config.titles import AFTER_GIVEN_TITLES

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


def model(dbt, session):
    dbt.config(materialized="incremental", unique_key=["field", "name"], incremental_strategy="of_texts")
    ((has_other_rules,),) = dbt.ref("int_identities_standing").select("has_other_rules").fetchall()
    unusual = dbt.ref("int_names_unusual").select("field, name, is_foreign")
    if dbt.is_incremental and not has_other_rules:
        known = session.table(str(dbt.this)).select("field, name")
        unusual = unusual.join(known, "field, name", how="anti")
    rows = unusual.order("field, name").fetchall()
    plain = [anyascii(READ[field](name)) if foreign else READ[field](name) for field, name, foreign in rows]
    return pa.table(
        {
            "field": pa.array([field for field, _, _ in rows], pa.string()),
            "name": pa.array([name for _, name, _ in rows], pa.string()),
            "plain_name": pa.array(plain, pa.string()),
        }
    )
