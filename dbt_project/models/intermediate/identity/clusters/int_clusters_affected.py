"""One row per record whose cluster may be another one in this run, with the cluster, called by its smallest record.

Those are the records that links hold together with one whose links may be others. The guard is
record_linkage/clusters.py.
"""

import numpy as np
import pyarrow as pa

from crm360.record_linkage.clusters import group, reached


def model(dbt, session):
    dbt.config(materialized="table")
    linked = dbt.ref("int_links")
    near = dbt.ref("int_records_to_relink").to_arrow_table().column(0).to_numpy()
    links = linked.select("number_a, number_b").to_arrow_table()
    records = reached(near.astype(np.int64), *(links.column(n).to_numpy().astype(np.int64) for n in range(2)))
    affected = session.from_arrow(pa.table({"record_number": pa.array(records, pa.int64())}))

    def pairs(relation, *names):
        """Columns of the pairs within the affected records; the two ends by their place among them."""
        near = relation.set_alias("pairs").join(affected.set_alias("ends"), "number_a = record_number")
        found = near.select(", ".join(names)).order("1, 2").to_arrow_table()
        a, b, *rest = (found.column(i).to_numpy() for i in range(len(names)))
        places = np.searchsorted(records, b)
        within = records.take(places, mode="clip") == b if len(records) else places > 0
        ends = (np.searchsorted(records, a[within]), places[within])
        return (*ends, *(column[within].astype(np.float64) for column in rest))

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
    grouped = pa.table(
        {"record_number": pa.array(records, pa.int64()), "group_number": pa.array(records[groups], pa.int64())}
    )
    return (
        session.from_arrow(grouped)
        .join(dbt.ref("int_contacts_standardized").select("record_number, contact_id"), "record_number")
        .select("contact_id, record_number, min(contact_id) over (partition by group_number) as cluster_id")
        .to_arrow_table()
    )
