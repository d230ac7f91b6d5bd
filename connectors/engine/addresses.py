"""Which addresses may be spoken to without encryption: this machine's own, and no other."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

IN_THE_CLEAR = "http:// is for this machine only: whoever is between could read and change it, so write https://"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or number: localhost, 127.0.0.0/8, ::1. Nothing is looked up."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        number = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None)
    return bool((mapped or number).is_loopback)


def is_in_the_clear(url: str) -> bool:
    """Whether what is sent to this URL can be read on its way: http to another machine than this one."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme == "http" and not is_loopback(parts.hostname or "")
    except ValueError:
        return False  # no URL: whoever sends there refuses it
