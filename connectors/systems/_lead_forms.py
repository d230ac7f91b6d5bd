"""What the lead forms of advertising networks have in common: which of their boxes are consents, as the settings say.

A box says in words of the form's own what it is about, so that nobody but whoever set up the source can tell which of
them means e-mails. A box that was ticked is a word; one that was not says nothing, and takes back no consent that was
given elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CHANNELS = ("email", "sms", "phone")
SETTINGS = {f"{channel}_boxes": "" for channel in CHANNELS}
MEANINGS = {
    "email_boxes": "Boxes of lead forms by which people agree to e-mails, with commas between them.",
    "sms_boxes": "Boxes of lead forms by which people agree to text messages, with commas between them.",
    "phone_boxes": "Boxes of lead forms by which people agree to calls, with commas between them.",
}


def named(text: str) -> list[str]:
    """What a setting names, with commas between."""
    return [part.strip() for part in text.split(",") if part.strip()]


def agreed(settings: Mapping[str, str], ticked: Iterable[str]) -> dict[str, Any]:
    """By channel whether a box that stands for it was ticked: true, or null."""
    boxes = set(ticked)
    return {f"{c}_consent": True if boxes & set(named(settings.get(f"{c}_boxes", ""))) else None for c in CHANNELS}
