"""What else lies in the data folder: logs, records of runs, Dagster's history, what dbt leaves. No value belongs there.

Where one is all the same, it is taken out: of a text by itself, of a database row by row, with no page left that holds
it. A binary file that can be made anew is removed.
"""

from __future__ import annotations

import gzip
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from crm360 import durable
from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.forgotten import EMAIL, Forgotten, email, without
from crm360.orchestration.catalog import sealed
from crm360.orchestration.lookup import index
from crm360.orchestration.privacy.search import DAMAGED, Needles, contents

STORES = {"landing", "ledger", "published", "privacy", "tokens", "spark", index.FOLDER, ".lock"}
STORES |= {"warehouse.duckdb", "warehouse.duckdb.wal"}
GZIP = b"\x1f\x8b"
SQLITE = b"SQLite format 3\0"
MADE_ANEW = ("dbt/",)


class InUse(Crm360Error):
    """A file that holds the person is open elsewhere."""

    who = "whoever runs crm360 serve: stop it, then run forget again"


def files(data: Path) -> Iterator[Path]:
    """Every file of the data folder that belongs to no store."""
    for path in sorted(data.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.relative_to(data).parts[0] not in STORES:
            yield path


def look(data: Path, of: Forgotten, needles: Needles) -> list[Path]:
    """The files that hold one of the forgotten. Changes nothing."""
    return [path for path in files(data) if _holds(path, of, needles)]


def clean(data: Path, of: Forgotten, needles: Needles) -> list[str]:
    """Take the forgotten out of every such file. Returns their names. Raises InUse."""
    done = []
    for path in look(data, of, needles):
        name = str(path.relative_to(data))
        content = path.read_bytes()
        if content.startswith(SQLITE):
            _clean_database(path, of, needles)
        elif (text := _as_text(content)) is not None:
            _write(path, _clean_text(text, of, needles))
        elif needles and not needles.count(content):  # what it holds compressed, does
            _clean_compressed(path, content, of, needles)
        elif name.startswith(MADE_ANEW) or path.suffix in (".db-wal", ".db-shm"):
            path.unlink()
        else:
            _write(path, needles.blanked(content))
        done.append(name)
    return done


def _holds(path: Path, of: Forgotten, needles: Needles) -> bool:
    if needles:
        with suppress(*DAMAGED):  # the search at the end says what can't be looked into
            return any(needles.count(content) for content in contents(path))
        return False
    told = path.read_bytes()  # a backup was restored: only hashes are known, so addresses are looked for
    if b"@" not in told:
        return False
    return any(of.has("email", email(m[0])) for m in EMAIL.finditer(told.decode(errors="ignore")))


def _as_text(content: bytes) -> str | None:
    if b"\0" in content[:4096]:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _clean_text(text: str, of: Forgotten, needles: Needles) -> bytes:
    told = without(text, of.spans(text, is_own=False)) if "@" in text else text
    return needles.replaced(told, "[forgotten]").encode()


def _clean_compressed(path: Path, content: bytes, of: Forgotten, needles: Needles) -> None:
    """A compressed text is written anew; of another kind of file nothing is left."""
    text = _as_text(gzip.decompress(content)) if content[:2] == GZIP else None
    if text is None:
        path.unlink()
    else:
        _write(path, gzip.compress(_clean_text(text, of, needles)))


def _write(path: Path, content: bytes) -> None:
    """A sealed file is sealed anew."""
    try:
        told = msgspec.json.decode(content)
    except msgspec.MsgspecError:
        told = None
    if isinstance(told, dict) and set(told) == {"sha256", "content"}:
        sealed.write(path, told["content"])
        return
    mode = path.stat().st_mode & 0o777
    durable.write(path, content)
    os.chmod(path, mode)


def _clean_database(path: Path, of: Forgotten, needles: Needles) -> None:
    """Every text of every table; then the file is written anew, for freed pages keep what they held."""
    try:
        with closing(sqlite3.connect(path, timeout=5)) as con:
            con.execute("pragma secure_delete = on")
            con.create_function("cleaned", 1, lambda v: _clean_text(v, of, needles).decode(), deterministic=True)
            tables = con.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
            for (table,) in tables.fetchall():
                for column in _texts(con, table):
                    con.execute(
                        f'update "{table}" set "{column}" = cleaned("{column}") where typeof("{column}") = \'text\' '
                        f'and cleaned("{column}") <> "{column}"'
                    )
            con.commit()
            con.execute("pragma wal_checkpoint(truncate)")
            con.execute("vacuum")
            con.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.Error as error:
        raise InUse(f"{path.name} can't be written anew ({type(error).__name__})", where="data/dagster") from error


def _texts(con: sqlite3.Connection, table: str) -> Iterable[str]:
    return [row[1] for row in con.execute(f'pragma table_info("{table}")') if re.search("TEXT|CHAR|^$", row[2].upper())]
