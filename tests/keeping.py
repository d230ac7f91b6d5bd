"""What tests made that is slow to make, kept from run to run for as long as what it was made of is the same."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "build" / "tests"


def digest(*places: Path) -> str:
    """SHA-256 of the files of these folders, and of the packages that they need."""
    told = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    found = [place for place in places if place.is_file()]
    for place in places:  # the rooms are links
        found += [Path(at) / name for at, _, names in os.walk(place, followlinks=True) for name in names]
    for path in sorted(p for p in found if p.suffix != ".pyc"):
        told.update(path.name.encode() + path.read_bytes())
    return told.hexdigest()


@contextmanager
def kept(key: str) -> Iterator[tuple[Path, bool]]:
    """A folder by this key that is kept from run to run, and whether it is whole; it is when the block has ended."""
    folder = KEPT / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_whole = (folder / "whole").exists()
        if not is_whole:
            _make_room()
            shutil.rmtree(folder / "made", ignore_errors=True)
            (folder / "made").mkdir()
        yield folder / "made", is_whole
        (folder / "whole").touch()


def _make_room() -> None:
    """Forget what was made of files as they were more than a day ago."""
    for folder in KEPT.iterdir():
        if time.time() - folder.stat().st_mtime > 86_400:
            shutil.rmtree(folder, ignore_errors=True)
