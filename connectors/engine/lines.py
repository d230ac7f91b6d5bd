"""A file's lines under a size cap: what a line holds is known only once it has ended, and some never do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TextIO

MOST_OF_A_LINE = 16 * 2**20  # bytes
TOO_LONG = f"a line larger than {MOST_OF_A_LINE // 2**20} MiB"


def capped_lines(file: IO[bytes], most: int = MOST_OF_A_LINE) -> Iterator[bytes | None]:
    """Each line with its end; None in place of one that is larger, which is passed over without being held."""
    while line := file.readline(most + 1):
        if len(line) <= most:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(most)
        yield None


def capped_texts(file: TextIO, most: int = MOST_OF_A_LINE) -> Iterator[bytes | None]:
    """The same of a file in another encoding, each line as UTF-8."""
    while line := file.readline(most + 1):
        if len(line) <= most:
            yield line.encode()
            continue
        while line and not line.endswith("\n"):
            line = file.readline(most)
        yield None
