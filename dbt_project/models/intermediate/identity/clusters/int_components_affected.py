"""One row per record whose group may be another one in this run: links hold it together with one near a record read."""

import numpy as np
import pyarrow as pa

from crm360.record_linkage.clusters import reached


def model(dbt, session):
    dbt.config(materialized="table")
    near = dbt.ref("int_records_to_relink").to_arrow_table().column(0).to_numpy()
    links = dbt.ref("int_links").select("number_a, number_b").to_arrow_table()
    a, b = (links.column(n).to_numpy().astype(np.int64) for n in range(2))
    return pa.table({"record_number": pa.array(reached(near.astype(np.int64), a, b), pa.int64())})
