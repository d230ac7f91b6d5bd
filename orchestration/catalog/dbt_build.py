"""dbt at work: one `dbt build` in a process of its own, told node by node as each ends, and written into the warehouse.

dbt's own messages go to the run's log. Of a database's error only what names a table or a column is repeated: others
can quote values out of rows. The process holds the lock of the data folder with us, so that a dbt whose parent was
killed still counts as a run at work.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crm360.connectors.engine.errors import Crm360Error, disk_in
from crm360.connectors.engine.session import REDACT
from crm360.orchestration.catalog import build, shape
from crm360.orchestration.catalog.build import Build, Node
from crm360.orchestration.catalog.dbt_ready import OURS, Dbt, stdout_of, stop, words_of_project
from crm360.orchestration.engines.engine import FAILURE, EngineError, engine_of
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config

# dbt's log holds what a person reads; each statement it ran is in the folder `run`. Its manifest stands since it read
# the project, and how each node ended stands in the warehouse.
FLAGS = ("--no-write-json", "--log-level-file", "info", "--log-format-file", "text", "--no-use-colors-file")
QUOTES_NO_ROW = ("Catalog Error", "Binder Error", "Parser Error", "Compilation Error")


def run(
    config: Config, manifest: Mapping[str, Any], standing: Build, chosen: Sequence[str], dbt: Dbt | None = None
) -> Iterator[Node]:
    """Build the chosen nodes, and give each as it ends; those that never began come last.

    `dbt` is a process that has read the project already; without one it is begun. Whatever its end, the
    warehouse says how each node ended. Raises ShapeError if dbt itself failed, LandingError if the disk refused.
    """
    if not chosen:
        return
    wanted = list(chosen)
    step = build.start(config.warehouse, standing.build_id, wanted)
    ended: dict[str, Node] = {}
    why: dict[str, str] = {}
    engine_failed = ""
    disk_refused: Crm360Error | None = None
    process = _start(config, standing, manifest, None if len(wanted) == len(build.wanted(manifest)) else wanted, dbt)
    try:
        for event in _events(process):
            disk_refused = disk_refused or disk_in(event["info"]["msg"] or "")
            node = _ended(event)
            if node is not None and node.unique_id in manifest["nodes"]:
                ended[node.unique_id] = node
                yield node
            elif event["info"]["name"] == "RunResultError":
                why[event["data"]["node_info"]["unique_id"]] = _cause(event["data"]["msg"])
            elif event["info"]["name"] == FAILURE:
                engine_failed = event["info"]["msg"]
        process.wait()
    finally:
        stop(process)
        if not engine_of(config).show():
            ended = {name: Node(name, "error", "was lost with its engine") for name in ended}
        skipped = [
            Node(name, "skipped", "was skipped for what failed before it") for name in wanted if name not in ended
        ]
        told = [_with_cause(node, why) for node in ended.values()]
        build.finish(config.warehouse, standing.build_id, step, [*told, *skipped])
    if disk_refused is not None:
        raise disk_refused
    if engine_failed:
        raise EngineError(engine_failed, where="engine")
    if process.returncode not in (0, 1) or not ended:
        raise shape.ShapeError(f"dbt ended with code {process.returncode}; its log says why", where="dbt")
    yield from skipped


def failures(config: Config, manifest: Mapping[str, Any], among: Iterable[str]) -> list[str]:
    """What of these nodes failed, one sentence each: models that broke, tests that found rows. Counts only."""
    known = build.nodes(config.warehouse)
    told = []
    for name in among:
        _, _, node = known.get(name, ("", 0, Node(name, "skipped")))
        if not node.is_good and node.status != "skipped":
            told.append(
                f"the {manifest['nodes'][name]['resource_type']} {manifest['nodes'][name]['name']} {node.message}"
            )
    return told


def _start(
    config: Config, standing: Build, manifest: Mapping[str, Any], wanted: Sequence[str] | None, dbt: Dbt | None
) -> subprocess.Popen[str]:
    engine = engine_of(config)
    words = [*FLAGS, "build", "--exclude-resource-type", "unit_test", *words_of_project(config)]
    if engine.target is not None:
        words += ["--target", engine.target]
    if wanted is not None:
        names = [manifest["nodes"][name]["name"] for name in wanted]
        words += ["--indirect-selection", "empty", "--select", *names]
    environment = shape.environment(config, standing.as_of)
    if dbt is not None:
        with contextlib.suppress(OSError):  # it is gone, or can't read the project: then another one says why
            return dbt.build(words, environment)
    return subprocess.Popen(
        [*engine.command(), *words],
        env=os.environ | environment | engine.environment() | OURS,
        cwd=config.data,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        pass_fds=runs.held(),
    )


def _events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """dbt's messages; each is also written to standard output, which is the run's log."""
    for line in stdout_of(process):
        try:
            event = json.loads(line)
            said = event["info"]["msg"]
        except (ValueError, KeyError, TypeError):
            sys.stdout.write(REDACT(line))
            event, said = {"info": {"name": "", "msg": line}, "data": {}}, ""
        if said:
            sys.stdout.write(REDACT(said) + "\n")
        yield event


def _ended(event: Mapping[str, Any]) -> Node | None:
    """The node that this message says has ended, if it does."""
    told = event["data"].get("node_info") or {}
    if not event["info"]["name"].startswith("Log") or not told.get("node_finished_at"):
        return None
    status, message = told["node_status"], ""
    if status == "fail":
        message = f"found {event['data'].get('num_failures', 'some')} rows"
    elif status not in build.GOOD:
        message = "does not run" if status == "error" else f"ended as {status}"
    return Node(told["unique_id"], status, message, float(event["data"].get("execution_time") or 0))


def _with_cause(node: Node, why: Mapping[str, str]) -> Node:
    cause = why.get(node.unique_id) if node.status == "error" else None
    return Node(node.unique_id, node.status, f"{node.message} ({cause})", node.seconds) if cause else node


def _cause(message: str) -> str:
    """The line of a database's error that says what is missing, if it can hold no value out of a row."""
    lines = [line.strip() for line in message.splitlines()]
    return next((line[:200] for line in lines if line.startswith(QUOTES_NO_ROW)), "")
