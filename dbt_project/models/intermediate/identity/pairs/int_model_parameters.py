"""One row per class of pairs, field and level of agreement: what it says, in bits, against two strangers.

Learnt when every record is read, and kept until then; class 'refused' says why what was learnt is not used. The maths
is crm360.record_linkage.
"""

import numpy as np
import pyarrow as pa

from crm360.record_linkage.trust import learn_or_refuse
from crm360.record_linkage.weights import Pairs, levels_of

ROWS = pa.schema([("class", pa.string()), ("field", pa.string()), ("level", pa.int64()), ("bits", pa.float64())])
# The column in which a field that a household shares stands.
COLUMNS = {
    "last name": "last_name",
    "e-mail": "email",
    "phone": "phone",
    "street": "street",
    "place": "postal_code",
    "company": "company",
    "job title": "job",
}
PERSONAL = ("first_name_rarity", "birth_date_rarity", "person_number_rarity")


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="of_nothing")
    ((is_full_refresh, records),) = dbt.ref("int_identity_run").select("is_full_refresh, count_learnt_of").fetchall()
    if not is_full_refresh:
        return ROWS.empty_table()
    # How often two strangers have the same value is the mean share of the values that records have.
    shares = ", ".join(f"avg(power(2.0, -{c}_rarity)) filter (where {c} is not null)" for c in COLUMNS.values())
    (shares,) = dbt.ref("int_contact_term_frequencies").aggregate(shares).fetchall()
    chance = {field: share for field, share in zip(COLUMNS, shares, strict=True) if share is not None}
    # Pairs that agree alike on values that are about as rare are learnt from as one.
    rarities = ", ".join(f"avg({r}::double) as {r}" for r in (*PERSONAL, "shared_rarity"))
    counted = (
        dbt.ref("int_pairs_compared")
        .aggregate(
            f"pattern, is_candidate, count(*)::double as count_of_pairs, {rarities}",
            "pattern, is_candidate, "
            "floor(first_name_rarity / 3), floor(birth_date_rarity / 6), floor(shared_rarity / 3)",
        )
        .order("all")
        .to_arrow_table()
    )
    is_candidate, shared, counts = (
        counted.column(n).to_numpy() for n in ("is_candidate", "shared_rarity", "count_of_pairs")
    )
    personal = np.column_stack([counted.column(n).to_numpy() for n in PERSONAL])
    patterns = levels_of(counted.column("pattern").to_pylist())
    weights = learn_or_refuse(patterns, Pairs(is_candidate, personal, shared, counts, records, chance))
    return pa.Table.from_pylist(weights.rows(), ROWS)
