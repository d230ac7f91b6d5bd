"""The sets on which bench_identity.py measures companies, and what the project makes of them."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from crm360.connectors.engine.landing import Landing
from tests.benchmarks import noisy_companies
from tests.connectors.battery import bench
from tests.dbt_project.conftest import Compiled


def sets(project: Compiled, folder: Path) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    """Each set's name, and a connection with int_companies_unioned and the table truth (contact_id, person)."""
    con = project.build(["int_contacts_unioned"], {})
    load_sandbox(con, folder)
    for model in project.needed_for(["int_companies_unioned"]):
        project.make(con, model)
    yield "companies", con
    con = project.build(["int_companies_unioned", "int_contacts_unioned"], {})
    load_noisy(con, 10_000, folder)
    yield "10,000 noisy", con


def load_sandbox(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The company records of the sandbox with 20,000 people, from its CRM and its service desk; and its truth."""
    with bench(folder, people=20_000) as here:
        for vendor, stream in (("hubspot", "companies"), ("zendesk", "organizations")):
            here.landed(vendor, stream)
            files = [str(path) for path, _ in Landing(here.landing).footers(vendor, stream)]
            con.execute(
                f"insert into {vendor}.{stream} by name select '{vendor}' as source, * from read_parquet(?)", [files]
            )
        behind = here.company.truth().companies()
    con.execute("create or replace table truth (contact_id text, person text)")
    rows = [(f"{system}:{name}", str(number)) for (system, name), number in behind.items()]
    con.executemany("insert into truth values (?, ?)", rows)


def load_noisy(con: duckdb.DuckDBPyConnection, count: int, folder: Path) -> None:
    """Companies many times each, with many errors (noisy_companies.py)."""
    path = folder / "companies.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([noisy_companies.COLUMNS, *noisy_companies.records(count)])
    con.execute(
        f"create or replace temp table noisy as select row_number() over () as n, * from read_csv('{path}', all_varchar = true)"
    )
    con.execute(
        """insert into intermediate.int_companies_unioned by name select 'f:' || n as company_id, 'f' as source, n::text as source_id,
        false as is_deleted, * exclude (n, company) from noisy"""
    )
    con.execute("create or replace table truth as select 'f:' || n as contact_id, company as person from noisy")


def resolve(project: Compiled, con: duckdb.DuckDBPyConnection) -> float:
    """Build the company models up to the review queue. Returns the seconds that it took."""
    began = time.perf_counter()
    for model in project.needed_for(["int_company_review_candidates"]):
        if "/entities/" not in (path := project.models[model]["original_file_path"]) and "/staging/" not in path:
            project.make(con, model)
    return time.perf_counter() - began


def queue(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Of the doubtful pairs: whether they were made one, how many, the share that is one, the mean probability told."""
    return con.execute(
        """select is_one_company, count(*), avg((a.person = b.person)::int), avg(probability)
        from intermediate.int_company_review_candidates
        join truth as a on company_id_a = a.contact_id join truth as b on company_id_b = b.contact_id
        group by is_one_company order by is_one_company"""
    ).fetchall()
