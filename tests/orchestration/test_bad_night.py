"""The walk of docs/how-to/a-bad-night.md, step by step: a failed run, a bad figure, a lost machine, a night that did not begin."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.moments import utc_now
from tests.orchestration import receiving
from tests.orchestration.running import Small

ALERTS = """
[alerts]
disk_free = 0
[alerts.webhook]
url = "http://127.0.0.1:{port}/hook"
"""


def totals(small: Small) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(small.data / "published/current/customer_360.duckdb"), read_only=True) as con:
        return con.execute("select order_id, total from purchases order by 1").fetchall()


@pytest.mark.long
def test_a_bad_night(small: Small, tmp_path: Path) -> None:
    orders, people = small.folder / "orders.csv", small.folder / "people.csv"
    with receiving.http() as hook:
        toml = small.folder / "crm360.toml"
        toml.write_text(toml.read_text() + ALERTS.format(port=hook.port))
        assert small.crm360("run").code == 0 and hook.bodies == []
        good = totals(small)

        # 1. The run fails, and somebody is told, once a cause. Readers see what they saw.
        names = people.read_text()
        people.unlink()
        (small.folder / "reads.txt").write_text(" inner join nowhere.to_be_found using (customer_id)")
        failed = small.crm360("run")
        assert failed.code == 1 and totals(small) == good
        assert {b["kind"]: b["state"] for b in hook.bodies} == {
            "not_published": "standing",
            "stream_failed": "standing",
        }
        told = {b["kind"]: b["sentence"] for b in hook.bodies}
        assert "desk/people: there is no file people.csv" in told["stream_failed"]
        assert (
            "the model persons does not run (Catalog Error: " in told["not_published"]
            and "readers see 2" in told["not_published"]
        )
        standing = json.loads(small.crm360("alerts", "--json").out)["standing"]
        assert [s["told"] for s in standing] == [["webhook"], ["webhook"]]
        people.write_text(names)
        (small.folder / "reads.txt").write_text("")
        mended = small.crm360("retry")
        assert mended.code == 0 and "retry   desk/people" in mended.out, mended.error
        assert set(small.record.streams) == {"desk/people"} and small.record.outcome == "published"
        assert sorted(b["state"] for b in hook.bodies) == ["standing", "standing", "well again", "well again"]

        # 2. A figure is wrong, and is out already: what differs, and back.
        before = small.manifest["version"]
        orders.write_text(orders.read_text() + "3,500\n")
        assert small.crm360("run").code == 0
        bad = totals(small)
        assert bad == [*good, ("3", "500")]
        (table,) = [t for t in json.loads(small.crm360("diff", "--json").out)["tables"] if t["table"] == "purchases"]
        assert (table["before"], table["after"], table["added"], table["changed"]) == (2, 3, 1, 0)
        assert small.crm360("publish", before).code == 0 and totals(small) == good
        assert "rolled back from" in small.crm360("status").out
        assert small.crm360("backup", str(tmp_path / "kept")).code == 0

        # 3. The machine is gone, data folder and all.
        shutil.rmtree(small.data)
        restored = small.bare("restore", str(tmp_path / "kept"), "--to", str(small.folder))
        assert restored.code == 0 and "each as it was written" in restored.out
        assert small.crm360("run").code == 0 and totals(small) == bad

        # 4. Nothing ran: whoever looks at ten past six is told.
        hook.bodies.clear()
        now = utc_now()
        toml.write_text(
            'schedule = "* * * * *"\n'
            + toml.read_text().replace("disk_free = 0", f'disk_free = 0\nno_run_by = "{now:%H:%M}"')
        )
        for path in (small.data / "runs").glob("*.json"):
            path.unlink()
        assert small.crm360("alerts", "--send").code == 0
        assert [b["kind"] for b in hook.bodies] == ["no_run"]

        # 5. In the morning somebody brings a new BI tool: one address, read-only, which the next version answers too.
        address = str(small.data / "published" / "current" / "customer_360.duckdb")
        with duckdb.connect(address, read_only=True) as tool:
            (told,) = tool.execute("select comment from duckdb_tables() where table_name = 'purchases'").fetchall()
            assert told[0]
            with pytest.raises(duckdb.InvalidInputException, match="read-only"):
                tool.execute("delete from purchases")
            orders.write_text(orders.read_text() + "4,700\n")
            assert small.crm360("run").code == 0
            assert tool.execute("select count(*) from purchases").fetchall() == [(3,)]
        with duckdb.connect(address, read_only=True) as tool:
            assert tool.execute("select count(*) from purchases").fetchall() == [(4,)]
