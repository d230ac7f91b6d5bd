"""One row per person record: its group, by number.

The guard is record_linkage/clusters.py.
"""

import numpy as np
import pyarrow as pa

from crm360.record_linkage.clusters import group


def model(dbt, session):
    dbt.config(materialized="incremental", incremental_strategy="of_affected", unique_key="record_number")
    affected = dbt.ref("int_components_affected")
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

    linked = dbt.ref("int_links")
    cannot = dbt.ref("int_decisions_numbered").filter("decision = 'cannot-link' and is_known")
    scored = ("number_a", "number_b", "score")
    a, b, score, needed = pairs(linked.filter("not is_certain"), *scored, "needed")
    groups = group(
        len(records),
        (a, b, score),
        pairs(dbt.ref("int_pairs_scored"), "number_a", "number_b", "between_groups"),
        needed,
        zip(*pairs(linked.filter("is_certain"), *scored[:2]), strict=True),
        zip(*pairs(cannot, *scored[:2]), strict=True),
    )
    return pa.table(
        {
            "record_number": pa.array(records, pa.int64()),
            "group_number": pa.array(records[groups], pa.int64()),
        }
    )
