"""One row per mail domain that gives out throw-away addresses, as the package disposable-email-domains lists them."""

import pyarrow as pa
from disposable_email_domains import blocklist


def model(dbt, session):
    dbt.config(materialized="table")
    return pa.table({"domain": pa.array(sorted(blocklist), pa.string())})
