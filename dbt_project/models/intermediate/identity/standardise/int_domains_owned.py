"""One row per domain that a company or an address names: the one that its owner registered (acme.co.uk).

Null where anybody can have an address: sharing such a domain says nothing of an employer. See record_linkage/.
"""

import pyarrow as pa

from crm360.record_linkage.domains import owned, spelled


def model(dbt, session):
    dbt.config(materialized="table")
    named = [domain for (domain,) in dbt.ref("int_domains_named").order("domain").fetchall()]
    # A domain that is spelled otherwise is asked for by its own letters, too.
    domains = sorted({*named, *map(spelled, named)})
    return pa.table(
        {
            "domain": pa.array(domains, pa.string()),
            "owned_domain": pa.array([owned(spelled(domain)) for domain in domains], pa.string()),
            "spelled_domain": pa.array([spelled(domain) for domain in domains], pa.string()),
        }
    )
