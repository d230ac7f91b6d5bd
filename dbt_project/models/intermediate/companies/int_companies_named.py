"""One row per name that a company is called, without its legal form: Acme Inc. → Acme (the package cleanco)."""

import pyarrow as pa
from cleanco import basename


def model(dbt, session):
    dbt.config(materialized="table")
    names = [
        name
        for (name,) in dbt.ref("int_companies_unioned")
        .filter("name is not null")
        .select("name")
        .distinct()
        .order("name")
        .fetchall()
    ]
    return pa.table(
        {
            "name": pa.array(names, pa.string()),
            "bare_name": pa.array([basename(name) or name for name in names], pa.string()),
        }
    )
