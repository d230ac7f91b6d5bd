"""One row per pattern of agreement that was met: what it says, in bits and in words.

The maths is record_linkage/.
"""

import pyarrow as pa

from crm360.record_linkage.fields import described
from crm360.record_linkage.weights import Weights, levels_of


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="of_nothing")
    ((is_anew,),) = dbt.ref("int_identities_standing").select("is_anew").fetchall()
    met = dbt.ref("int_pairs_compared").select("pattern").distinct()
    if dbt.is_incremental and not is_anew:
        met = met.except_(session.table(str(dbt.this)).select("pattern"))
    patterns = [pattern for (pattern,) in met.order("1").fetchall()]
    weights = Weights.of_rows(dbt.ref("int_weights_learnt").to_arrow_table().to_pylist())
    person, roof = weights.bits(levels_of(patterns))
    return pa.table(
        {
            "pattern": pa.array(patterns, pa.string()),
            "person_bits": pa.array(person + weights.person_prior, pa.float64()),
            "roof_bits": pa.array(roof + weights.roof_prior, pa.float64()),
            "agreement": pa.array([described(p) for p in patterns], pa.string()),
        }
    )
