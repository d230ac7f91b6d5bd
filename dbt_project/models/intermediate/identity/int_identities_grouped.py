"""One row per person record that has a link: its group, by number. The guard is identity_matching/clusters.py."""

import numpy as np
import pyarrow as pa
from identity_matching.clusters import group


def model(dbt, session):
    dbt.config(materialized="table")

    def columns(relation, where, *names):
        found = relation.filter(where).select(", ".join(names)).order("1, 2").to_arrow_table()
        return [found.column(i).to_numpy() for i in range(len(names))]

    numbers = dbt.ref("int_identities_unioned").aggregate("coalesce(max(record_number), 0) as n").to_arrow_table()
    linked = dbt.ref("int_identities_linked")
    must = columns(linked, "is_certain", "number_a", "number_b")
    a, b, score = columns(linked, "not is_certain and rule <> 'held'", "number_a", "number_b", "score")
    held = columns(linked, "rule = 'held'", "number_a", "number_b", "score")
    doubts = columns(dbt.ref("int_pairs_scored"), "true", "number_a", "number_b", "score")
    cannot = columns(dbt.ref("int_decisions_numbered"), "decision = 'cannot-link' and is_known", "number_a", "number_b")
    groups = group(
        int(numbers.column(0)[0].as_py()) + 1,
        (a.astype(np.int64), b.astype(np.int64), score.astype(np.float64)),
        (doubts[0].astype(np.int64), doubts[1].astype(np.int64), doubts[2].astype(np.float64)),
        list(zip(must[0].tolist(), must[1].tolist(), strict=True)),
        list(zip(cannot[0].tolist(), cannot[1].tolist(), strict=True)),
        (held[0].astype(np.int64), held[1].astype(np.int64), held[2].astype(np.float64)),
    )
    size = np.bincount(groups)
    records = np.flatnonzero(size[groups] > 1)
    return pa.table({"record_number": records, "group_number": groups[records]})
