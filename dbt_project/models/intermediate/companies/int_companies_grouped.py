"""One row per company record that has a link: its group, by number: what links join, directly or by way of others."""

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def model(dbt, session):
    dbt.config(materialized="table")
    links = dbt.ref("int_companies_linked").select("number_a, number_b").to_arrow_table()
    a, b = links.column(0).to_numpy(), links.column(1).to_numpy()
    size = int(max(a.max(), b.max())) + 1 if len(a) else 0
    _, part = connected_components(coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(size, size)), directed=False)
    linked = np.unique(np.concatenate([a, b])).astype(np.int64)
    return pa.table({"record_number": linked, "group_number": part[linked].astype(np.int64)})
