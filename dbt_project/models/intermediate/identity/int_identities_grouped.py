"""One row per person record: its group, by number, and what its links take of the guard's budget.

The guard is record_linkage/clusters.py.
"""

import numpy as np
import pyarrow as pa

from crm360.record_linkage.clusters import Budget, group


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="of_affected", unique_key="record_number")
    affected = dbt.ref("int_identities_affected")
    records = affected.order("1").to_arrow_table().column(0).to_numpy()

    def pairs(relation, *names):
        """Columns of the pairs within the affected records; the two ends by their place among them."""
        near = relation.set_alias("pairs").join(affected.set_alias("ends"), "number_a = record_number")
        found = near.select(", ".join(names)).order("1, 2").to_arrow_table()
        a, b, *rest = (found.column(i).to_numpy() for i in range(len(names)))
        places = np.searchsorted(records, b)
        within = records.take(places, mode="clip") == b if len(records) else places > 0
        ends = (np.searchsorted(records, a[within]), places[within])
        return (*ends, *(column[within].astype(np.float64) for column in rest))

    linked = dbt.ref("int_identities_linked")
    cannot = dbt.ref("int_decisions_numbered").filter("decision = 'cannot-link' and is_known")
    scored = ("number_a", "number_b", "score")
    budget = Budget()
    ((is_anew,),) = dbt.ref("int_identities_standing").select("is_anew").fetchall()
    if dbt.is_incremental and not is_anew:
        kept = session.table(str(dbt.this)).set_alias("kept")
        kept = kept.join(affected.set_alias("ends"), "kept.record_number = ends.record_number", how="anti")
        ((made, wrong),) = kept.aggregate("coalesce(sum(pairs_made), 0), coalesce(sum(pairs_wrong), 0)").fetchall()
        budget = Budget(made, wrong)
    groups = group(
        len(records),
        pairs(linked.filter("not is_certain and rule <> 'held'"), *scored),
        pairs(dbt.ref("int_pairs_scored"), *scored),
        zip(*pairs(linked.filter("is_certain"), *scored[:2]), strict=True),
        zip(*pairs(cannot, *scored[:2]), strict=True),
        pairs(linked.filter("is_held and not is_certain"), *scored),
        budget,
    )
    return pa.table(
        {
            "record_number": pa.array(records, pa.int64()),
            "group_number": pa.array(records[groups], pa.int64()),
            "pairs_made": pa.array(budget.taken[:, 0]),
            "pairs_wrong": pa.array(budget.taken[:, 1]),
        }
    )
