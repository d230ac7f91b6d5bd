"""A file's content, whether it is compressed or not: gzip, bzip2, xz, and the members of a zip archive.

What is compressed is read as it comes and never written out, so an archive's names lead nowhere on this disk.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
# What reading ends in where the compressed data are cut off or damaged.
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, OSError, RuntimeError)


def inner_suffix(path: Path) -> str:
    """What kind of file is inside, by its name: orders.csv.gz → csv; of a zip archive it is told by its members."""
    suffixes = path.suffixes
    last = suffixes[-1].lower() if suffixes else ""
    if last in OPENERS and len(suffixes) > 1:
        last = suffixes[-2].lower()
    return last.lstrip(".")


def contents(path: Path) -> Iterator[tuple[str, str, BinaryIO]]:
    """(name, kind by the name, open file) of the file, or of each member of a zip archive. Raises one of DAMAGED."""
    if path.suffix.lower() != ".zip":
        with _opened(path) as file:
            yield path.name, inner_suffix(path), file
        return
    with zipfile.ZipFile(path) as archive:
        for info in sorted(archive.infolist(), key=lambda i: i.filename):
            name = PurePosixPath(info.filename)
            if info.is_dir() or name.parts[0] == "__MACOSX" or name.name.startswith("."):
                continue
            with archive.open(info) as member:
                yield f"{path.name}/{name.name}", name.suffix.lower().lstrip("."), cast(BinaryIO, member)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    opener = OPENERS.get(path.suffix.lower())
    file: IO[bytes] = opener(path, "rb") if opener else path.open("rb")  # type: ignore[operator]
    with file:
        yield cast(BinaryIO, file)
