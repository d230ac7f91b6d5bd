"""One row per field and level of agreement, and one of what is believed before: what it says, in bits.

Learnt when every record is read, and kept until then. The maths is record_linkage/.
"""

import pyarrow as pa

from crm360.record_linkage.weights import Pairs, learn, levels_of

ROWS = pa.schema(
    [("field", pa.string()), ("level", pa.int64()), ("person_bits", pa.float64()), ("roof_bits", pa.float64())]
)


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="of_nothing")
    ((is_anew, records),) = dbt.ref("int_identities_standing").select("is_anew, count_learnt_of").fetchall()
    if not is_anew:
        return ROWS.empty_table()
    counted = dbt.ref("int_pairs_counted").to_arrow_table()
    names = ("is_candidate", "personal_rarity", "shared_rarity", "count_of_pairs")
    is_candidate, personal, shared, counts = (counted.column(n).to_numpy() for n in names)
    patterns = levels_of(counted.column("pattern").to_pylist())
    weights = learn(patterns, Pairs(is_candidate, personal, shared, counts, records))
    return pa.Table.from_pylist(weights.rows(), ROWS)
