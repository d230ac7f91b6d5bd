"""Opaque page tokens: a place in an order of (time, row), and a nonce, so that one place can have several."""

from __future__ import annotations

import base64
import binascii

from crm360.connectors.sandbox.server.reply import Refused


def written(time: int, row: int, nonce: int = 0) -> str:
    return base64.urlsafe_b64encode(f"{time}|{row}|{nonce}".encode()).decode().rstrip("=")


def read(token: str) -> tuple[int, int]:
    """Time and row of the last record before the page. Raises Refused for a token that is none."""
    try:
        padded = token + "=" * (-len(token) % 4)
        time, row, _ = base64.urlsafe_b64decode(padded).decode().split("|")
        return int(time), int(row)
    except (ValueError, binascii.Error):
        raise Refused(400, "Invalid cursor") from None


def known(token: str) -> bool:
    """Whether a text is such a token."""
    try:
        read(token)
    except Refused:
        return False
    return True


def again(token: str, nonce: int) -> str:
    """Another token for the same position."""
    time, row = read(token)
    return written(time, row, nonce)
