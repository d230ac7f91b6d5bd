"""One row per pattern of agreement that was met: what it says, in bits and in words.

The maths is crm360.record_linkage.
"""

import pyarrow as pa

from crm360.record_linkage.fields import described, stratum, veto, words
from crm360.record_linkage.weights import Weights, levels_of

PERSONAL = ("first_name", "birth_date", "person_number")


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="of_nothing")
    ((is_full_refresh,),) = dbt.ref("int_identity_run").select("is_full_refresh").fetchall()
    met = dbt.ref("int_pairs_compared").select("pattern").distinct()
    if dbt.is_incremental and not is_full_refresh:
        met = met.except_(session.table(str(dbt.this)).select("pattern"))
    patterns = [pattern for (pattern,) in met.order("1").fetchall()]
    weights = Weights.of_rows(dbt.ref("int_model_parameters").to_arrow_table().to_pylist())
    levels = levels_of(patterns)
    parts = weights.parts(levels)
    return pa.table(
        {
            "pattern": pa.array(patterns, pa.string()),
            "person_bits": pa.array(parts.person),
            "household_bits": pa.array(parts.household),
            **{f"{name}_inherited": pa.array(parts.inherited[:, n]) for n, name in enumerate(PERSONAL)},
            **{f"{name}_by_chance": pa.array(parts.by_chance[:, n]) for n, name in enumerate(PERSONAL)},
            "against": pa.array(parts.against),
            "veto": pa.array([veto(p) for p in patterns], pa.float64()),
            "stratum": pa.array([stratum(p) for p in patterns], pa.string()),
            "agreement": pa.array([described(p) for p in patterns], pa.string()),
            "prior_bits": pa.array([weights.person_prior] * len(patterns), pa.float64()),
            "field_words": pa.array(["|".join(words(p)) for p in patterns], pa.string()),
            "field_bits": pa.array(["|".join(map(str, row)) for row in weights.by_field(levels).tolist()], pa.string()),
        }
    )
