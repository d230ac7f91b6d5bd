"""What keeps the ledger from growing by the night: the many small files of a book become few.

A night adds a file a book, however little changed. Every TOGETHER of them are put into one, and into the one before it
while that is small: its rows are theirs, in their order, each with the version that wrote it, and its footer says how
many versions it spans. So what a book says, and which version comes next, are the same before and after.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from crm360 import duck
from crm360.connectors.engine.failpoints import reach
from crm360.orchestration.catalog import ledger_head
from crm360.orchestration.catalog.ledger import BOOKS, MANY_VERSIONS, LedgerFooter, LedgerTable, versions, write_file
from crm360.quoting import literals

TOGETHER = 30  # files of one version each are put together at once
LARGEST = 64 * 2**20  # bytes of a file that takes no more


def compact(ledger: Path) -> int:
    """Put the small files of every book together. Returns how many are in others now. Raises LedgerError."""
    renewed: list[Path] = []
    gone: list[Path] = []
    for book in BOOKS:
        some = _small(versions(ledger, book))
        if sum(footer.spans == 1 for _, footer in some) >= TOGETHER:
            _write_together(some, book)
            *others, (last, _) = some
            renewed.append(last)
            gone += [path for path, _ in others]
    if renewed:
        reach("ledger-put-together")
        ledger_head.begin(ledger, renewed, gone)
    return len(gone)


def _small(found: list[tuple[Path, LedgerFooter]]) -> list[tuple[Path, LedgerFooter]]:
    """The newest files of a book that may become one."""
    first = next((n for n in range(len(found), 0, -1) if found[n - 1][0].stat().st_size >= LARGEST), 0)
    return found[first:]


def _write_together(some: list[tuple[Path, LedgerFooter]], book: LedgerTable) -> None:
    """Write their rows beside the last one's place."""
    paths, footers = [str(path) for path, _ in some], [footer for _, footer in some]
    footer = msgspec.structs.replace(
        footers[-1],
        format=MANY_VERSIONS,
        rows=sum(footer.rows for footer in footers),
        rows_before=footers[0].rows_before,
        spans=sum(footer.spans for footer in footers),
    )
    columns = ", ".join((*book.columns, "version"))
    with duck.connect() as con:
        select = f"select {columns} from read_parquet([{literals(paths)}])"
        write_file(con, select, None, footer, ledger_head.renewed(some[-1][0]))
