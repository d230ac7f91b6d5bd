"""One row per name that is written in other letters than Latin ones: how it is written in those (Дмитрий → Dmitriy)."""

import pyarrow as pa
from anyascii import anyascii


def model(dbt, session):
    dbt.config(materialized="table")
    names = [name for (name,) in dbt.ref("int_names_foreign").fetchall()]
    return pa.table(
        {"name": pa.array(names, pa.string()), "romanised": pa.array([anyascii(name) for name in names], pa.string())}
    )
