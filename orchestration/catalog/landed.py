"""What has been landed, as views: all versions, the history of the syncs, and what was refused and since when it no
longer is. dbt reads them in the warehouse, `crm360 status` in memory; the rule of what is resolved stands here once.
Of a stream with a damaged batch they show what was landed before it, and run/pulled.py says that it is stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from crm360.connectors.engine.landing import FOOTER_KEY, Landing
from crm360.quoting import literals

NOTHING = """select null::varchar as source, null::varchar as record_id, null::varchar as record,
    null::timestamp as changed_at, null::boolean as is_deleted, null::varchar as merged_into,
    null::varchar as rejected_because, null::timestamp as extracted_at, null::varchar as batch_id where false"""
NOTHING_OF_STREAMS = NOTHING.replace("select", "select null::varchar as stream,", 1)
HISTORY = {
    "source": "varchar",
    "stream": "varchar",
    "batch_id": "varchar",
    "started_at": "timestamp",
    "finished_at": "timestamp",
    "source_time": "timestamp",
    "window_from": "timestamp",
    "window_to": "timestamp",
    "received": "bigint",
    "landed": "bigint",
    "duplicate": "bigint",
    "rejected": "bigint",
    "derived": "bigint",
    "deleted": "bigint",
    "reread": "bigint",
    "forgotten": "bigint",
    "pages": "bigint",
    "source_count": "bigint",
    "source_total": "bigint",
    "reading": "varchar",
    "complete": "boolean",
    "removed": "bigint",
}
# Each batch's footer; of one that was put together from several what it remembers of theirs (engine/compacting.py).
FOOTERS = """select
        whole->>'$.source' as source, whole->>'$.stream' as stream,
        unnest(
            case
                when json_array_length(whole, '$.folded') > 0 then from_json(whole->'$.folded', '["JSON"]')
                else [whole]
            end
        ) as footer
    from (
        select decode(value)::json as whole
        from parquet_kv_metadata([{files}]) where decode(key) = '{key}')"""
# A refused version is resolved by the next version of its record that was not refused for the same reason. One without
# an id can't be followed: it is resolved once the whole stream has been read again, which it would have shown anew.
RESOLVED = """
    with versions as ({versions}),
    refused as (select * from versions where rejected_because is not null),
    later as (select * from versions where record_id in (select record_id from refused)),
    reads as (select * from landing.batches)
    select source, stream, record_id, rejected_because, extracted_at, batch_id,
        case
            when record_id is not null then (
                select min(later.extracted_at) from later
                where later.source = refused.source and later.stream = refused.stream
                    and later.record_id = refused.record_id
                    and (later.batch_id, later.extracted_at) > (refused.batch_id, refused.extracted_at)
                    and later.rejected_because is distinct from refused.rejected_because)
            else (
                select min(again.finished_at) from reads as again
                inner join reads as own
                    on again.source = own.source and again.stream = own.stream and again.window_to > own.window_to
                where own.source = refused.source and own.stream = refused.stream
                    and own.batch_id = refused.batch_id and again.complete and again.reading = 'full')
        end as resolved_at
    from refused"""


def show_landed(con: duckdb.DuckDBPyConnection, landing: Path, sources: Iterable[str]) -> None:
    """Make the views `landing.batches`, `versions`, `rejections`, `schema_changes`, `equal_lines` of these sources.

    What all but `versions` show is another thing after every pull.
    """
    store = Landing(landing)
    footers = {(s, t): store.standing(s, t)[0] for s in sources for t in streams_of(landing, s)}
    files = [str(p) for found in footers.values() for p, _ in found]
    view(con, "landing", "batches", _history(files))
    view(con, "landing", "schema_changes", _schema_changes(files))
    view(con, "landing", "equal_lines", _equal_lines([str(found[-1][0]) for found in footers.values() if found]))
    columns = "source, stream, record_id, changed_at, is_deleted, rejected_because, extracted_at, batch_id"
    every = batches(store, footers, with_stream=True) or NOTHING_OF_STREAMS
    view(con, "landing", "versions", f"select {columns} from ({every})")
    # Most streams never refused anything: those are not looked through.
    bad = [name for name, found in footers.items() if any(f.rejected for _, f in found)]
    some = batches(store, bad, with_stream=True) or NOTHING_OF_STREAMS
    view(con, "landing", "rejections", RESOLVED.format(versions=some))


def view(con: duckdb.DuckDBPyConnection, schema: str, name: str, select: str) -> None:
    """Make a view, of no rows where there is nothing to select."""
    con.execute(f'create schema if not exists "{schema}"')
    con.execute(f'create or replace view "{schema}"."{name}" as {select or NOTHING}')


def batches(store: Landing, pairs: Iterable[tuple[str, str]], with_stream: bool = False) -> str:
    """SQL: every landed row of these (source, stream) pairs that can be relied on; empty if there is none."""
    parts = []
    for source, stream in pairs:
        files = [str(p) for p, _ in store.standing(source, stream)[0]]
        if files:
            extra = f"'{stream}' as stream, " if with_stream else ""
            parts.append(f"select {extra}'{source}' as source, * from read_parquet([{literals(files)}])")
    return " union all by name ".join(parts)


def contents(store: Landing, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """What tells the rows of `batches` from those of another day: which batches hold some, and their content."""
    return [
        f"{source}/{stream}/{path.stem} {footer.content_hash}"
        for source, stream in pairs
        for path, footer in store.standing(source, stream)[0]
        if footer.holds_rows
    ]


def streams_of(landing: Path, source: str) -> list[str]:
    folder = landing / source
    return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []


def _history(files: list[str]) -> str:
    own = {
        "source": "source",
        "stream": "stream",
        "removed": "coalesce(footer->>'$.removed', footer->>'$.erased', '0')",
    }
    told = {name: own.get(name, f"footer->>'$.{name}'") for name in HISTORY}
    columns = ", ".join(f"({told[name]})::{kind} as {name}" for name, kind in HISTORY.items())
    if not files:
        return f"select {', '.join(f'null::{k} as {n}' for n, k in HISTORY.items())} where false"
    return f"select {columns} from ({FOOTERS.format(files=literals(files), key=FOOTER_KEY.decode())})"


def _equal_lines(newest: list[str]) -> str:
    """SQL: of files without a key, which lines were dropped because they are equal to another, by the end of its id."""
    if not newest:
        texts = ", ".join(f"null::varchar as {name}" for name in ("source", "stream", "id_ends"))
        return f"select {texts}, null::bigint as copies where false"
    return f"""select source, stream, told.key as id_ends, told.value::bigint as copies
    from (
        select
            whole->>'$.source' as source, whole->>'$.stream' as stream,
            unnest(map_entries(from_json(whole->'$.state.equal_lines', '"MAP(VARCHAR, BIGINT)"'))) as told
        from (
            select decode(value)::json as whole from parquet_kv_metadata([{literals(newest)}])
            where decode(key) = '{FOOTER_KEY.decode()}'))"""


def _schema_changes(files: list[str]) -> str:
    """SQL: what footers tell of fields that are new, gone or of another type; those before 0.2 tell nothing."""
    if not files:
        columns = ["source", "stream", "field", "change", "type_before", "type_now", "batch_id"]
        named = ", ".join(f"null::varchar as {name}" for name in columns)
        return f"select {named}, null::timestamp as changed_at where false"
    kind = '[{"field":"VARCHAR","change":"VARCHAR","before":"VARCHAR","now":"VARCHAR"}]'
    return f"""select
        source, stream, told.field, told.change, nullif(told.before, '') as type_before,
        nullif(told.now, '') as type_now, changed_at, batch_id
    from (
        select
            source, stream, footer->>'$.batch_id' as batch_id,
            (footer->>'$.finished_at')::timestamp as changed_at,
            unnest(from_json(footer->'$.schema_changes', '{kind}')) as told
        from ({FOOTERS.format(files=literals(files), key=FOOTER_KEY.decode())}))"""
