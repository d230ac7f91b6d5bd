"""Steps talk through what they have materialised: each of these runs is conducted by a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine.target import Member
from crm360.orchestration.push import members
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config
from tests.orchestration.push.shop import receiving
from tests.orchestration.running import SCRIPT, Small, conducting

FRESH = {"shop/orders": ("fresh", 2), "desk/people": ("fresh", 3)}


@pytest.mark.night
def test_a_run_that_failed_is_executed_again_from_its_failure_and_tells_the_truth(small: Small) -> None:
    """As the daemon's retry does it: another process, which pulls nothing, and knows of no pull but by what was landed."""
    first = small.dagster("nightly", SMALL_READS=" inner join nowhere.to_be_found using (customer_id)")
    assert (first["status"], first["failed"]) == ("FAILURE", ["shape"])
    assert "Catalog Error: Table with name" in small.record.message and "nowhere" in small.record.message
    assert small.record.outcome == "failed" and "the model persons does not run" in small.record.message
    built_by = small.record.run_id
    second = small.elsewhere("again")
    assert (second["status"], second["steps"]) == ("SUCCESS", ["shape", "audit_build", "publish_build"])
    assert small.sources == FRESH
    assert (small.manifest["built_by"], small.manifest["run_id"]) == (built_by, small.record.run_id)
    assert small.record.outcome == "published" and small.record.root_run_id != small.record.dagster_run_id

    # Selected assets, each in a process of its own; the build is the one that stands.
    third = small.dagster("nightly", "published/persons", "published/purchases", "published/slow")
    assert (third["status"], third["steps"]) == ("SUCCESS", ["publish_build"])
    assert small.sources == FRESH and small.manifest["built_by"] == built_by

    # A mart that was changed since the audit is refused, to its last cell; built again as it was, it goes out.
    with duckdb.connect(str(small.data / "warehouse.duckdb")) as con:
        con.execute("update marts.purchases set total = '5.01' where order_id = '1'")
    version = small.manifest["version"]
    refused = small.crm360("publish")
    assert refused.code == 4 and "purchases is not the table that was audited: its content" in refused.error
    assert len(refused.error.strip().splitlines()) == 1 and small.manifest["version"] == version
    mended = small.dagster("nightly", "marts/purchases", "marts/slow")
    assert mended["status"] == "SUCCESS" and {"marts/purchases", "marts/slow"} <= {*mended["materialized"]}
    assert small.crm360("publish").code == 0
    assert small.manifest["version"] > version


@pytest.mark.night
def test_a_dead_source_is_not_materialized_and_its_check_fails_while_the_others_go_on(small: Small) -> None:
    assert small.crm360("run").code == 0
    (small.folder / "people.csv").unlink()
    (small.folder / "orders.csv").write_text("id,total\n1,5.00\n2,7.50\n3,1.00\n")
    told = small.dagster("nightly")
    assert told["status"] == "SUCCESS"
    assert "landing/shop/orders" in told["materialized"] and "landing/desk/people" not in told["materialized"]
    assert told["refused"] == ["landing/desk/people"]
    assert {name: status for name, (status, _) in small.sources.items()} == {
        "shop/orders": "fresh",
        "desk/people": "failed",
    }
    [failed] = [s for s in small.manifest["sources"] if s["status"] == "failed"]
    assert "there is no file people.csv" in failed["error"] and failed["last_success_at"]
    status = small.crm360("status")
    assert status.code == 3 and "stale" in status.out
    (small.folder / "people.csv").write_text("id,name\n1,Ann\n")  # two vanished at once: the sweep refuses
    assert small.crm360("build").code == 0 and small.record.outcome == "built"


@pytest.mark.night
def test_a_damaged_batch_stops_its_own_stream_and_the_others_are_published(small: Small) -> None:
    assert small.crm360("run").code == 0
    (small.folder / "people.csv").write_text("id,name\n1,Ann\n2,Bob\n3,Cid\n4,Dan\n")
    assert small.crm360("pull").code == 0
    (small.folder / "orders.csv").write_text("id,total\n1,5.00\n2,7.50\n3,1.00\n")
    damaged = sorted((small.data / "landing" / "desk" / "people").glob("*.parquet"))[-1]
    damaged.write_bytes(damaged.read_bytes()[:-100])
    again = small.crm360("run")
    assert again.code == 3, again.error
    assert f"stale   desk/people: the landed batch {damaged.stem} does not hold what was landed: restore" in again.out
    [failed] = [s for s in small.manifest["sources"] if s["status"] == "failed"]
    assert (failed["stream"], bool(failed["last_success_at"])) == ("people", True)
    rows = {name: table["rows"] for name, table in small.manifest["tables"].items()}
    assert (rows["purchases"], rows["persons"]) == (3, 3)  # orders as they are now, people as before the damage
    status = small.crm360("status")
    assert status.code == 4 and damaged.stem in status.out


@pytest.mark.long
def test_the_daemon_tries_a_failed_run_again_from_its_failure(small: Small) -> None:
    """Dagster's own daemon, code server and run workers; nothing but a file on disk changes in between."""
    (small.folder / "reads.txt").write_text(" inner join nowhere.to_be_found using (customer_id)")
    conducting.runs_of(small.folder)  # which writes Dagster's settings
    environment = os.environ | {"DAGSTER_HOME": str(small.data / "dagster"), "PYTHONPATH": str(SCRIPT.parent)}
    environment["CRM360_CONFIG"] = str(small.folder / "crm360.toml")
    here = Path(sys.executable).parent
    launch = [str(here / "dagster"), "job", "launch", "-m", "conducting", "-j", "nightly"]
    with (small.folder / "daemon.log").open("w") as log:
        where: dict[str, Any] = {"env": environment, "cwd": small.folder, "stdout": log, "stderr": log}
        daemon = subprocess.Popen([str(here / "dagster-daemon"), "run", "-m", "conducting"], **where)
        try:
            subprocess.run(launch, check=True, timeout=300, **where)
            first = _until(small, lambda found: found[0]["status"] == "FAILURE")[0]
            (small.folder / "reads.txt").unlink()
            second = _until(small, lambda found: len(found) > 1 and found[1]["status"] in ("SUCCESS", "FAILURE"))[1]
        finally:
            daemon.terminate()
            daemon.wait(timeout=60)
    assert first["failed"] == ["shape"] and first["of"] is None
    assert (second["status"], second["steps"]) == ("SUCCESS", ["shape", "audit_build", "publish_build"]) and second[
        "of"
    ]
    assert small.sources == FRESH and small.record.outcome == "published"


def _until(small: Small, is_so: Any, seconds: int = 240) -> list[dict[str, Any]]:
    for _ in range(seconds):
        found = conducting.runs_of(small.folder)
        if found and is_so(found):
            return list(found)
        time.sleep(1)
    raise AssertionError((small.folder / "daemon.log").read_text()[-3000:])


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_at_once_and_is_canceled_without_a_traceback(small: Small, number: int) -> None:
    process = small.start("run", SMALL_SECONDS="300")
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("shape"):
            break
    for _ in range(600):  # until dbt works on the slow one
        log = small.data / "dbt" / "logs" / "dbt.log"
        if log.exists() and "slow .." in log.read_text():
            break
        time.sleep(0.2)
    else:
        raise AssertionError("dbt never came to the slow model")
    process.send_signal(number)
    _, error = process.communicate(timeout=180)
    assert process.returncode == 130, error
    assert "interrupted; the next run goes on from here" in error and "Traceback" not in error
    assert (small.record.outcome, small.record.version) == ("canceled", None)
    assert not runs.is_working(small.data)
    assert conducting.newest_status(small.folder) == "CANCELED"


@pytest.mark.long
def test_two_runs_of_one_process_share_no_facts(small: Small) -> None:
    """As a code server that stays may execute them: the same definitions, and a source that died in between."""
    told = conducting.twice(small.folder)
    assert told["first"] == [["shop/orders", "fresh"], ["desk/people", "fresh"]]
    assert told["second"] == [["shop/orders", "fresh"], ["desk/people", "failed"]]


@pytest.mark.long
def test_a_broken_suite_of_the_users_is_one_sentence_and_publishes_nothing(small: Small) -> None:
    (small.folder / "models").mkdir()
    (small.folder / "models" / "persons_suite.py").write_text("from nowhere import Suite\n")
    done = small.crm360("run")
    assert done.code == 1 and len(done.error.strip().splitlines()) == 1
    assert "persons_suite.py does not load" in done.error and "whoever wrote that suite" in done.error
    assert not (small.data / "published" / "current").exists()
    (small.folder / "models" / "persons_suite.py").unlink()
    assert small.crm360("audit").code == 0 and small.record.outcome == "audited"
    assert small.crm360("publish").code == 0 and small.sources == FRESH


@pytest.mark.night
def test_a_run_pushes_once_it_has_published_and_a_push_that_fails_takes_nothing_back(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM360_PUSH_CALLS_SECRET", "words-that-only-two-know")
    with receiving() as hook:
        push = f'[push.calls]\naudience = "win-back"\nto = "webhook"\nurl = "{hook.url}"\n'
        (small.folder / "crm360.toml").write_text(conducting.TOML + push)
        told = small.crm360("run")
        assert told.code == 8, told.out
        assert "failed  push.calls: the published version has no table audience" in told.out, told.out
        assert small.record.outcome == "published" and (small.data / "published" / "current").is_symlink()
        assert told.out.index("publish 2") > 0 and hook.requests == []

        def two(config: Config, *_: object) -> members.Wanted:
            seen = (config.published / "current").readlink().name
            return members.Wanted(seen, {c: Member(c, c, f"{c}@mail.example") for c in ("c_1", "c_2")})

        monkeypatch.setattr(members, "wanted", two)
        done = small.dagster("nightly")
        assert done["status"] == "SUCCESS" and done["materialized"][-1] == "pushed/calls"
        assert sorted(hook.inside) == ["c_1", "c_2"]
        hook.always = 410
        (small.folder / "crm360.toml").write_text(conducting.TOML + push.replace("win-back", "another"))
        monkeypatch.setattr(members, "fingerprint", lambda *_: "another")
        done = small.dagster("publish")
        assert done["status"] == "SUCCESS" and "pushed/calls" not in done["materialized"]
        assert "published/persons" in done["materialized"]
        prepare = conducting.definitions(conducting.configured(small.folder)).resolve_job_def("prepare")
        assert not {k.path[0] for k in prepare.asset_layer.executable_asset_keys} & {"pushed", "published"}
