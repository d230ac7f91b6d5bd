"""One CSV file an audience, in the folder of the version that is being written: for mail programs and spreadsheets.

A cell that a spreadsheet would run as a formula gets an apostrophe in front. Only here: the tables hold what the
sources said. An audience without members is a file with a header and nothing else.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import duckdb

from crm360.orchestration.publish.candidate import Unpublishable
from crm360.quoting import write_csv

FOLDER = "audiences"
TABLES = {"audiences", "audience_members"}
COLUMNS = ("customer_id", "full_name", "channel", "address", "because", "as_of_date")
MANY = 10_000


def write(con: duckdb.DuckDBPyConnection, folder: Path, schema: str = "w.marts") -> dict[str, int]:
    """Write `audiences/<audience>.csv` for every audience that is on, and return the members by file name.

    `schema` is where `con` finds the tables. UTF-8, comma, quotes where needed, members in the order of their ids.
    Raises Unpublishable when two audiences would share a file; OSError and duckdb.Error come through.
    """
    (folder / FOLDER).mkdir(mode=0o700)
    written: dict[str, int] = {}
    names = con.execute(f"select audience from {schema}.audiences where is_on order by position").fetchall()
    for (audience,) in names:
        name = file_name(audience)
        if name in written:
            raise Unpublishable(f"two audiences would both be {name}: rename one in audiences.yml")
        members = con.execute(
            f"select {', '.join(COLUMNS)} from {schema}.audience_members where audience = $1 order by customer_id",
            [audience],
        )
        with (folder / FOLDER / name).open("w", encoding="utf-8", newline="") as handle:
            written[name] = write_csv(handle, COLUMNS, partial(members.fetchmany, MANY))
    return written


def file_name(audience: str) -> str:
    """Return the audience's name as a file's: letters, digits and hyphens. Raises Unpublishable when none is left."""
    slug = re.sub(r"[^a-z0-9]+", "-", audience.lower()).strip("-")[:100]
    if not slug:
        raise Unpublishable("an audience has a name without a letter or digit: rename it in audiences.yml")
    return f"{slug}.csv"
