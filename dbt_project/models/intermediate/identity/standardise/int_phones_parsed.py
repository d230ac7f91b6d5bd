"""One row per country and telephone number as it was typed: the number as E.164 writes it, null if it is none.

Read with Google's rules (the package phonenumbers), each text once: what the warehouse has read already stays.
"""

import re

import phonenumbers
import pyarrow as pa

# No number: one digit again and again, or the digits in order.
JUNK = re.compile(r"(\d)\1{6}|^0*1234567(8(90?)?)?$")


def number(text, country):
    """E.164, or None. A national number needs its country."""
    if JUNK.search(re.sub(r"\D", "", text)):
        return None
    try:
        parsed = phonenumbers.parse(re.sub(r"^\s*00", "+", text).replace("(0)", ""), country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    parsed.extension = None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def model(dbt, session):
    dbt.config(materialized="incremental", unique_key=["country_code", "phone"], incremental_strategy="of_texts")
    ((has_other_rules,),) = dbt.ref("int_identity_run").select("has_other_rules").fetchall()
    typed = dbt.ref("int_phones_standardized").select("country_code, phone").distinct()
    if dbt.is_incremental and not has_other_rules:
        known = session.table(str(dbt.this)).select("country_code, phone")
        typed = typed.except_(known)
    rows = typed.order("1, 2").fetchall()
    return pa.table(
        {
            "country_code": pa.array([country for country, _ in rows], pa.string()),
            "phone": pa.array([phone for _, phone in rows], pa.string()),
            "phone_key": pa.array([number(phone, country or None) for country, phone in rows], pa.string()),
        }
    )
