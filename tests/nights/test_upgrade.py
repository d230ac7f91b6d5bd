"""An upgrade: a data folder that version 0.1.0 made is taken through a night of this version, and customers keep their ids.

`data/version_0_1_0.tar.xz` is what `crm360 run --sandbox --people 40` of 0.1.0 left: landing, ledger, the sandbox's story, and of
the published version what the check needs. Its people are made up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.night
OLD = Path(__file__).with_name("data") / "version_0_1_0.tar.xz"


def test_customers_of_the_first_version_keep_their_ids(tmp_path: Path) -> None:
    with tarfile.open(OLD) as archive:
        archive.extractall(tmp_path / "data", filter="data")
    old = tmp_path / "data" / "published" / os.readlink(tmp_path / "data" / "published" / "current")
    done = subprocess.run(
        [sys.executable, "-m", "crm360", "run", "--sandbox", "--people", "40", "--data", str(tmp_path / "data")],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "night 2" in done.stdout, "the sandbox's story goes on"
    with duckdb.connect(str(tmp_path / "data/published/current/customer_360.duckdb"), read_only=True) as con:
        con.execute(f"create temp view before as from '{old}/customer_identities.parquet' where valid_to is null")
        con.execute("create temp view now as from customer_identities where valid_to is null")
        moved = con.execute(
            "select contact_id from before join now using (contact_id) where before.customer_id <> now.customer_id"
        ).fetchall()
        gone = con.execute(
            """select customer_id from before
            where customer_id not in (select customer_id from now)
                and customer_id not in (select customer_id from customer_id_aliases)"""
        ).fetchall()
        assert con.execute("select count(*) from before").fetchall()[0][0] > 80
    assert gone == [], "a customer's id is neither living nor an alias"
    # On its second day the company changes records; their customers are judged anew, by the rules of this version: an
    # address that two names share is no longer one person.
    assert len(moved) <= 1, moved
    assert (tmp_path / "data" / "project.json").exists()
