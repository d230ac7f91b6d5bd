"""How well people and companies are told apart, and how fast: precision, recall, F1 and seconds on each set.

    python tests/benchmarks/bench_identity.py                       every set in shared data, the sandbox, 50,000 and 1 M made up,
                                                                    and these again with 1 % changed
    python tests/benchmarks/bench_identity.py FILE.csv --truth COLUMN first_name=given_name street=number+road birth_date=dob

A set needs a mapping of its columns to the fields of a contact and no configuration; '+' joins columns. Pairs count: a pair
is right if both records have the same value of the truth column. Below each set stands how many of the links are right that
say 90 to 99 %, and 99 % or more: a stated probability is to be kept.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RIVAL = ROOT / ".venv-bench/bin/python"
sys.path.insert(0, str(ROOT))

from tests.benchmarks import companies, two_scripts  # noqa: E402
from tests.benchmarks.noisy import COLUMNS, records  # noqa: E402
from tests.dbt_project.conftest import Compiled, compiled  # noqa: E402

SHARED = Path(os.environ.get("CRM360_SHARED_DATA", ROOT.parent / "shared" / "data")) / "identity"
FEBRL = {
    "first_name": "given_name", "last_name": "surname", "street": "street_number+address_1", "city": "suburb",
    "postal_code": "postcode", "region": "state", "birth_date": "date_of_birth", "person_number": "soc_sec_id",
}  # fmt: skip
FAKE = {"first_name": "first_name", "last_name": "surname", "birth_date": "dob", "city": "city", "email": "email"}
CONTACTS = "intermediate.int_contacts_unioned"


def load(con: duckdb.DuckDBPyConnection, table: str, mapping: Mapping[str, str], truth: str) -> None:
    """Make contacts of a table of text; `truth` is an SQL expression over its columns. Column names may hold blanks."""
    columns = {row[0].strip(): row[0] for row in con.execute(f"describe {table}").fetchall()}

    def text(spec: str) -> str:
        parts = [f"""nullif(trim("{columns[name]}"::text), '')""" for name in spec.split("+")]
        return f"nullif(concat_ws(' ', {', '.join(parts)}), '')"

    fields = [
        f"coalesce(try_cast({text(c)} as date), try_strptime({text(c)}, '%Y%m%d')::date) as birth_date"
        if field == "birth_date"
        else f"{text(c)} as {field}"
        for field, c in mapping.items()
    ]
    con.execute(f"create or replace temp view numbered as select row_number() over () as n, * from {table}")
    con.execute(
        f"""insert into {CONTACTS} by name select 'f:' || n as contact_id, 'f' as source, n::text as source_id,
        false as is_deleted, {", ".join(fields)} from numbered"""
    )
    con.execute(f"create or replace table truth as select 'f:' || n as contact_id, {truth} as person from numbered")


def load_families(con: duckdb.DuckDBPyConnection) -> None:
    """Families of whom many share a mailbox, a telephone and a home: two systems' files, and the truth in a third."""
    parts = [
        f"select '{source}' as source, * from read_csv('{SHARED / 'family_mixed' / source}.csv', all_varchar = true)"
        for source in ("crm", "shop")
    ]
    con.execute(
        f"""insert into {CONTACTS} by name
        select source || ':' || rid as contact_id, source, rid as source_id, false as is_deleted, first as first_name,
            last as last_name, email, phone, street, zip as postal_code, city, try_cast(dob as date) as birth_date
        from ({" union all ".join(parts)})"""
    )
    truth = SHARED / "family_mixed" / "truth.csv"
    con.execute(
        f"""create or replace table truth as
        select source || ':' || source_id as contact_id, person from read_csv('{truth}', all_varchar = true)"""
    )


def load_sandbox(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """One whole night against the sandbox at default noise; its contacts and its truth."""
    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.server.server import running
    from tests.nights.nights import Nights

    with running(Company(2_000, seed=7, day=0)) as sandbox:
        nights = Nights(sandbox, folder)
        nights.night()
        people = sandbox.company.truth().people()
        mailing_list = sandbox.company.mailing.list_id
    con.execute(f"attach '{folder / 'data' / 'warehouse.duckdb'}' as night (read_only)")
    for table in ("contacts", "companies"):
        con.execute(f"insert into intermediate.int_{table}_unioned by name from night.intermediate.int_{table}_unioned")
    rows = [
        (f"{s}:{mailing_list}/{i.split('/')[-1]}" if s == "mailchimp" else f"{s}:{i.rsplit('/', 1)[-1]}", person)
        for (s, i), person in people.items()
    ]
    con.execute("create table everybody (contact_id text, person text)")
    con.executemany("insert into everybody values (?, ?)", rows)
    con.execute(
        f"""create table truth as select everybody.* from everybody semi join {CONTACTS} as live
        on everybody.contact_id = live.contact_id and not live.is_deleted and live.merged_into is null"""
    )


def load_noisy(con: duckdb.DuckDBPyConnection, count: int, folder: Path) -> None:
    """People in one list, many times each, with many errors and no e-mail (noisy.py)."""
    path = folder / "noisy.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *records(count)])
    con.execute(f"create or replace table noisy as select * from read_csv('{path}', all_varchar = true)")
    load(con, "noisy", {name: name for name in COLUMNS[1:]}, "person")


def load_scripts(con: duckdb.DuckDBPyConnection, folder: Path, with_city: bool) -> None:
    """People whom one system has in their own letters and another one in Latin ones (two_scripts.py)."""
    path = folder / "scripts.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([two_scripts.COLUMNS, *two_scripts.records(800, with_city=with_city)])
    con.execute(
        f"""create or replace table drawn as
        select source || ':' || row_number() over () as contact_id, row_number() over ()::text as source_id, *
        from read_csv('{path}', all_varchar = true)"""
    )
    con.execute(
        f"""insert into {CONTACTS} by name select contact_id, source, source_id, false as is_deleted, first_name, last_name,
        try_cast(birth_date as date) as birth_date, city, country from drawn"""
    )
    con.execute("create or replace table truth as select contact_id, person from drawn")


def report_companies(name: str, project: Compiled, con: duckdb.DuckDBPyConnection) -> None:
    """Print the companies' own row, and how many of the pairs in the review queue are one company."""
    seconds = companies.resolve(project, con)
    found = quality(con, "select company_id as contact_id, cluster_id from intermediate.int_companies_clustered")
    print("{:<14}{:<8}{:>10.4f}{:>8.4f}{:>8.4f}{:>9.1f} s".format(name, "crm360", *found, seconds), flush=True)
    for is_one, pairs, share, told in companies.queue(con):
        kept = "made one" if is_one else "kept apart"
        print(f"  in the queue, {kept}: {pairs} pairs, {share:.0%} one company, {told:.0%} by their fields", flush=True)


def make_up(con: duckdb.DuckDBPyConnection, records: int, more: int = 0) -> None:
    """Records of people in four systems, three on average, with changed e-mails, missing fields and slips of the pen.

    `more` adds so many to those that are there already, of the same people.
    """
    con.execute(
        f"""create or replace table made as
        with drawn as (
            select i, (hash(i) % ({records} // 3))::bigint as p from range({records if more else 0}, {records + more}) as t (i)
        )
        select i, p,
            chr((65 + hash(p, 1) % 26)::int) || 'a' || chr((97 + hash(p, 2) % 26)::int) || 'ina' || chr((97 + hash(p, 6) % 26)::int) as first_name,
            chr((65 + hash(p, 3) % 26)::int) || chr((97 + hash(p, 4) % 26)::int) || 'er' || chr((97 + hash(p, 5) % 26)::int)
                || 'son' || case when hash(i, 20) % 20 = 0 then 'n' else '' end as last_name,
            case when hash(i, 7) % 10 < 7 then 'p' || p || '@x' || hash(p, 8) % 5 || '.example'
                when hash(i, 7) % 10 < 9 then 'w' || p || '@work.example' end as email,
            case when hash(i, 9) % 2 = 0 then '+49301' || lpad(p::text, 8, '0') end as phone,
            case when hash(i, 10) % 3 = 0 then date '1950-01-01' + (hash(p, 11) % 20000)::int end as birth_date,
            'Street ' || hash(p, 12) % 100000 as street, lpad((hash(p, 13) % 90000)::text, 5, '0') as postal_code
        from drawn"""
    )
    con.execute(
        f"""insert into {CONTACTS} by name select ['h', 's', 'm', 'z'][1 + (hash(i, 14) % 4)::int] as source,
        source || ':' || i as contact_id, i::text as source_id, false as is_deleted, 'DE' as country,
        timestamp '2026-01-01' as updated_at, * exclude (i, p) from made"""
    )
    con.execute("create table if not exists truth (contact_id text, person bigint)")
    con.execute(f"insert into truth select contact_id, p from {CONTACTS} join made on source_id = i::text")


def another_day(con: duckdb.DuckDBPyConnection, records: int) -> None:
    """Publish the ids, then change one record in a hundred: half of them corrected, the rest new, of the same people, or gone."""
    con.execute(
        """insert into ledger.customer_ids select source, source_id, customer_id, timestamp '2026-07-01', 1
        from intermediate.int_customer_ids_assigned"""
    )
    con.execute(
        f"""update {CONTACTS} set last_name = last_name || 'n', phone = null, updated_at = timestamp '2026-07-01'
        where hash(contact_id) % 200 = 0"""
    )
    con.execute(f"update {CONTACTS} set is_deleted = true where hash(contact_id) % 500 = 7")
    make_up(con, records, more=records * 3 // 1000)
    con.execute(f"delete from truth where contact_id in (select contact_id from {CONTACTS} where is_deleted)")


def resolve(project: Compiled, con: duckdb.DuckDBPyConnection) -> float:
    """Build every identity model, golden records included, into the warehouse. Returns the seconds that it took."""
    began = time.perf_counter()
    for name in project.needed_for(["int_identity_checkpoint"]):
        if "/identity/" in project.models[name]["original_file_path"]:
            project.make(con, name)
    con.execute("checkpoint")
    return time.perf_counter() - began


def quality(con: duckdb.DuckDBPyConnection, clusters: str) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of the records that have a truth."""
    of = "select sum(n * (n - 1) // 2) from (select count(*) as n from joined group by {})"
    con.execute(f"create or replace temp table joined as select * from truth join ({clusters}) using (contact_id)")
    both, made, true = (
        con.execute(of.format(columns)).fetchall()[0][0] or 0
        for columns in ("person, cluster_id", "cluster_id", "person")
    )
    return both / max(made, 1), both / max(true, 1), 2 * both / max(made + true, 1)


def splink(project: Compiled, con: duckdb.DuckDBPyConnection, folder: Path) -> float | None:
    """Splink on the same fields with the same blocks; table `splink_clusters`. Returns its seconds, None if it fails."""
    blocks = project.models["int_candidate_pairs"]["compiled_code"].rsplit("select distinct", 1)[0]
    con.execute(f"create or replace temp table members as {blocks} select rule, key, record_number from members")
    rules = [rule for (rule,) in con.execute("select distinct rule from members order by 1").fetchall()]
    keys = ", ".join(f"max(key) filter (where rule = {rule}) as block_{rule}" for rule in rules)
    people, clusters, pairs = (folder / f"{name}.parquet" for name in ("people", "clusters", "pairs"))
    con.execute(
        f"""copy (select contact_id as unique_id, first_name, last_name, birth_text, email, phone, street, postal_code, city,
            job, gender, person_number, members.* exclude (record_number)
        from intermediate.int_contact_term_frequencies as described
        left join (select record_number, {keys} from members group by record_number) as members
            on described.record_number = members.record_number) to '{people}' (format parquet)"""
    )
    done = subprocess.run(
        [str(RIVAL), str(HERE / "splink_people.py"), str(people), str(clusters), str(pairs)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        print(f"splink: {done.stderr.strip().splitlines()[-1]}")
        return None
    con.execute(
        f"create or replace table splink_clusters as select unique_id as contact_id, cluster_id from '{clusters}'"
    )
    con.execute(f"create or replace table splink_links as from '{pairs}'")
    return float(done.stdout.split()[-1])


OWN_LINKS = """select contact_id_a, contact_id_b, 1 / (1 + power(2.0, -score)) as probability
    from intermediate.int_links where rule not in ('decision', 'source merge', 'held')"""


def calibration(con: duckdb.DuckDBPyConnection, links: str) -> str:
    """How many of the links that state a probability are right, in two bands of it."""
    found = con.execute(
        f"""select probability >= 0.99 as is_sure, count(*), avg((a.person = b.person)::int)
        from ({links}) as links
        join truth as a on a.contact_id = contact_id_a join truth as b on b.contact_id = contact_id_b
        where probability >= 0.9 group by all order by 1"""
    ).fetchall()
    told = [
        f"of {count:,} that say {'99 % or more' if sure else '90 to 99 %'}: {share:.1%}" for sure, count, share in found
    ]
    return "right " + "; ".join(told) if told else "no link says 90 % or more"


def report(name: str, project: Compiled, con: duckdb.DuckDBPyConnection, folder: Path) -> float:
    con.execute("set threads = 2")
    seconds = resolve(project, con)
    rows = [
        ("crm360", quality(con, "select contact_id, cluster_id from intermediate.int_customer_ids_assigned"), seconds)
    ]
    if RIVAL.exists() and not project.keeps and con.execute("select count(*) from truth").fetchall()[0][0] < 100_000:
        taken = splink(project, con, folder)
        if taken is not None:
            rows.append(("splink", quality(con, "select contact_id, cluster_id from splink_clusters"), taken))
    links = {"crm360": OWN_LINKS, "splink": "from splink_links"}
    for who, (precision, recall, f1), taken in rows:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{name:<16}{who:<8}{precision:>10.4f}{recall:>8.4f}{f1:>8.4f}{taken:>9.1f} s {peak:>6.1f} GB", flush=True
        )
        print(f"{'':<16}{calibration(con, links[who])}", flush=True)
    return seconds


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", nargs="?", type=Path, help="a CSV file with a header")
    asked.add_argument("mapping", nargs="*", help="field=column, or field=column+column")
    asked.add_argument("--truth", help="column that is the same for records of one person")
    given = asked.parse_intermixed_args()
    folder = Path(tempfile.mkdtemp())
    project = compiled(folder)

    def fresh(warehouse: str | Path = ":memory:") -> duckdb.DuckDBPyConnection:
        con = project.build(["int_contacts_unioned", "int_companies_unioned"], {}, warehouse, of_few_rows=False)
        con.execute(f"set temp_directory = '{folder}'")
        con.execute("set checkpoint_threshold = '1GB'")  # as in profiles.yml
        con.execute("set memory_limit = '2500MB'")  # the rest of 4 GB is for the groups, in Python
        return con

    def read(con: duckdb.DuckDBPyConnection, path: Path) -> str:
        con.execute(f"create table given as select * from read_csv('{path}', all_varchar = true)")
        return "given"

    print(f"{'set':<24}{'precision':>10}{'recall':>8}{'F1':>8}{'time':>11} {'peak':>9}")
    if given.file:
        con = fresh()
        load(con, read(con, given.file), dict(pair.split("=", 1) for pair in given.mapping), f'"{given.truth}"')
        report(given.file.stem, project, con, folder)
        return
    sets = {"fake_1000": (FAKE, "cluster"), "febrl1": (FEBRL, "split_part(rec_id, '-', 2)")}
    sets["febrl2"] = sets["febrl1"]
    for name, (mapping, truth) in sets.items():
        con = fresh()
        load(con, read(con, SHARED / f"{name}.csv"), mapping, truth)
        report(name, project, con, folder)
    con = fresh()
    load_families(con)
    report("family_mixed", project, con, folder)
    for name, with_city in (("two scripts", True), ("… without city", False)):
        con = fresh()
        load_scripts(con, folder, with_city)
        report(name, project, con, folder)
    con = fresh()
    load_sandbox(con, folder)
    report("sandbox", project, con, folder)
    for name, con in companies.sets(project, folder):
        report_companies(name, project, con)
    con = fresh()
    load_noisy(con, 50_000, folder)
    report("noisy 50,000", project, con, folder)
    (folder / "following").mkdir()
    following = compiled(folder / "following", kept_from=project)
    for size in (50_000, 1_000_000):
        con = fresh(folder / f"{size}.duckdb")  # a night's tables are in a file too
        make_up(con, size)
        whole = report(f"made {size:,}", project, con, folder)
        another_day(con, size)
        part = report("… 1 % changed", following, con, folder)
        print(f"{'':<24}of the whole {part / whole:.1%}", flush=True)


if __name__ == "__main__":
    main()
