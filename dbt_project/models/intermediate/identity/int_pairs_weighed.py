"""One row per pattern of agreement: what it says, in bits and in words, learnt from all patterns.

The maths is identity_matching/.
"""

import pyarrow as pa
from identity_matching.fields import described
from identity_matching.weights import Pairs, learn, levels_of


def model(dbt, session):
    dbt.config(materialized="table")
    counted = dbt.ref("int_pairs_counted").to_arrow_table()
    names = ("is_candidate", "personal_rarity", "shared_rarity", "count_of_pairs")
    is_candidate, personal, shared, counts = (counted.column(n).to_numpy() for n in names)
    records = int(counted.column("count_of_records")[0].as_py()) if counted.num_rows else 0
    patterns = counted.column("pattern").to_pylist()
    weights = learn(levels_of(patterns), Pairs(is_candidate, personal, shared, counts, records))
    distinct = sorted(set(patterns))
    person, roof = weights.bits(levels_of(distinct))
    return pa.table(
        {
            "pattern": pa.array(distinct, pa.string()),
            "person_bits": pa.array(person + weights.person_prior, pa.float64()),
            "roof_bits": pa.array(roof + weights.roof_prior, pa.float64()),
            "agreement": pa.array([described(p) for p in distinct], pa.string()),
        }
    )
