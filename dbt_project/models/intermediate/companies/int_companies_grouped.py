"""One row per company record that has a link: its group, by number. The guard is record_linkage/companies.py."""

import numpy as np
import pyarrow as pa

from crm360.record_linkage.companies import group


def model(dbt, session):
    dbt.config(materialized="table")

    def pairs(relation, where, *more):
        found = relation.filter(where).select(", ".join(("number_a", "number_b", *more))).order("all").to_arrow_table()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    numbers = dbt.ref("int_companies_keyed").aggregate("coalesce(max(record_number), 0) as n").to_arrow_table()
    groups = group(
        numbers.column(0)[0].as_py() + 1,
        pairs(dbt.ref("int_companies_linked"), "true", "rank"),
        pairs(dbt.ref("int_companies_ruled"), "is_contradicted"),
        pairs(dbt.ref("int_company_decisions_numbered"), "decision = 'cannot-link' and is_known"),
    )
    size = np.bincount(groups)
    records = np.flatnonzero(size[groups] > 1)
    return pa.table({"record_number": records, "group_number": groups[records]})
