"""The register of those who asked to be forgotten, and the key of its hashes. It holds no personal value.

    data/privacy/key                   made with the data folder, so that every backup of it has the key; 0600
    data/privacy/register.json         the requests: when, by whom, what was removed, whether it was verified; hashes
    decisions/forgotten.json           a copy in the project: a data folder restored from a backup learns from it again

`CRM360_PRIVACY_KEY` takes the place of the key file. A request counts from the moment it stands here, before anything
is removed: what a kill cuts short, the next run finishes.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from crm360 import durable
from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.forgotten import Forgotten
from crm360.orchestration.catalog import sealed
from crm360.orchestration.settings.config import Config

VARIABLE = "CRM360_PRIVACY_KEY"
LEAST_KEY = 32  # characters


class RegisterError(Crm360Error):
    """The register of the forgotten, or its key, is damaged or missing. Nothing may be landed: they would come back."""

    exit_code = 6
    who = "whoever keeps the backups: restore data/privacy"


class Request(msgspec.Struct):
    """One erasure. `marks` are keyed hashes by kind (connectors/engine/forgotten.py); times are naive UTC.

    `removed` counts what went, by place. `is_verified`: a search for every value of the person found nothing.
    `kind` is 'asked', or 'met again' where a source showed the person under an id that was not known.
    """

    number: int
    request_id: str
    key_id: str
    asked_at: datetime
    by: str
    reason: str = ""
    kind: str = "asked"
    marks: dict[str, list[str]] = {}
    lengths: dict[str, list[int]] = {}
    removed: dict[str, int] = {}
    finished_at: datetime | None = None
    is_verified: bool | None = None


def folder(config: Config) -> Path:
    """data/privacy"""
    return config.data / "privacy"


def key(config: Config) -> bytes:
    """The key of the hashes; made where there is none. Raises RegisterError where it is damaged."""
    given = os.environ.get(VARIABLE)
    if given:
        if len(given) < LEAST_KEY:
            raise RegisterError(f"{VARIABLE} has fewer than {LEAST_KEY} characters", where="environment")
        return hashlib.blake2b(given.encode(), digest_size=32).digest()
    path = folder(config) / "key"
    if not path.exists():
        if (folder(config) / "register.json").exists():
            raise RegisterError("the key of the register is missing", where="data/privacy/key")
        folder(config).mkdir(parents=True, exist_ok=True, mode=0o700)
        durable.write(path, secrets.token_hex(32).encode() + b"\n")
    try:
        found = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise RegisterError("the key of the register can't be read", where="data/privacy/key") from error
    if len(found) != 32:
        raise RegisterError("the key of the register is not as it was made", where="data/privacy/key")
    return found


def key_id(secret: bytes) -> str:
    """By what a key is told from others; it does not tell the key."""
    return hashlib.blake2b(b"id", key=secret, digest_size=8).hexdigest()


def read(config: Config) -> list[Request]:
    """All requests, oldest first: those of the data folder, and those of the project's copy that it has lost.

    Raises RegisterError where neither can be read, or the key is not theirs.
    """
    path, copy = folder(config) / "register.json", _copy(config)
    own, copied = sealed.read(path, list[Request]), sealed.read(copy, list[Request])
    if own is None and path.exists() and copied is None:
        raise RegisterError("the register of the forgotten can't be read", where="data/privacy/register.json")
    if not own and not copied:
        return []
    mine = key_id(key(config))
    if any(request.key_id != mine for request in own or ()):
        raise RegisterError("the key of the register is not the one that it was written with", where="data/privacy/key")
    found: dict[str, Request] = {}
    for request in [*(r for r in copied or () if r.key_id == mine), *(own or ())]:
        known = found.get(request.request_id)
        if known is None or known.finished_at is None:
            found[request.request_id] = request
    requests = sorted(found.values(), key=lambda r: (r.asked_at, r.request_id))
    if not requests:  # the copy is of another data folder of this project
        return []
    if own is None or len(requests) != len(own):  # restored from a backup: everything is looked through again
        first = max((r.number for r in own or ()), default=0)
        lost = [r for r in requests if r.request_id not in {o.request_id for o in own or ()}]
        for number, request in enumerate(lost, start=max(first, *(r.number for r in requests)) + 1):
            request.number = number
        write(config, requests)
    return requests


def write(config: Config, requests: list[Request]) -> None:
    """Write the register and its copy. Raises RegisterError if the disk refuses."""
    try:
        sealed.write(folder(config) / "register.json", requests, durable=True)
    except OSError as error:
        raise RegisterError(f"the register can't be written ({error.strerror})", where="data/privacy") from error
    others = [r for r in sealed.read(_copy(config), list[Request]) or () if r.key_id != key_id(key(config))]
    try:
        sealed.write(_copy(config), [*others, *requests])
    except OSError:
        return  # a project that may not be written to: the data folder's own register counts


def add(
    config: Config,
    by: str,
    reason: str,
    marks: Mapping[str, set[str]],
    lengths: Mapping[str, set[int]],
    now: datetime,
    kind: str,
) -> Request:
    """Write a new request down, before anything is done about it."""
    known = read(config)
    number = max((r.number for r in known), default=0) + 1
    told = {name: sorted(hashes) for name, hashes in marks.items() if hashes}
    name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    request = Request(
        number, name, key_id(key(config)), now, by, reason, kind, told, {k: sorted(n) for k, n in lengths.items()}
    )
    write(config, [*known, request])
    return request


def finish(config: Config, request: Request) -> None:
    """Write down how a request ended."""
    write(config, [request if r.request_id == request.request_id else r for r in read(config)])


def of_other_keys(config: Config) -> int:
    """How many requests of the project's copy can't be honoured here, as they were written with another key."""
    mine = key_id(key(config))
    return sum(r.key_id != mine for r in sealed.read(_copy(config), list[Request]) or ())


def forgotten(config: Config) -> Forgotten:
    """Everybody who was forgotten. Nobody, where no request was ever made. Raises RegisterError."""
    requests = read(config)
    if not requests:
        return Forgotten()
    marks: dict[str, set[str]] = {}
    for request in requests:
        for kind, hashes in request.marks.items():
            marks.setdefault(kind, set()).update(hashes)
    lengths = {kind: {n for r in requests for n in r.lengths.get(kind, ())} for kind in ("words", "linked")}
    return Forgotten(key(config), max(r.number for r in requests), marks, lengths)


def _copy(config: Config) -> Path:
    return config.project.root / "decisions" / "forgotten.json"
