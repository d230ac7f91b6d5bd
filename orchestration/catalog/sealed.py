"""Small files that one step leaves for another: written by rename, and checked by their content when they are read.

    {"sha256": "…", "content": {…}}

A file that a kill, a full disk or an editor left other than it was written is none, and whoever reads it says so.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec

from crm360 import durable as files

T = TypeVar("T")


class _Sealed(msgspec.Struct):
    sha256: str
    content: msgspec.Raw


def write(path: Path, content: object, *, durable: bool = False) -> None:
    """Replace the file in one step, for its owner alone. Raises OSError; then the file is as it was.

    `durable`: when this returns, the new content outlasts a power cut.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = msgspec.json.format(msgspec.json.encode(content), indent=1)
    content = msgspec.json.encode(_Sealed(hashlib.sha256(text).hexdigest(), msgspec.Raw(text)))
    files.write(path, content, durable=durable)


def read(path: Path, kind: type[T]) -> T | None:
    """What the file holds; None if it is not there or not as it was written."""
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=_Sealed)
        if hashlib.sha256(sealed.content).hexdigest() != sealed.sha256:
            return None
        return msgspec.json.decode(sealed.content, type=kind)
    except (OSError, msgspec.MsgspecError):
        return None
