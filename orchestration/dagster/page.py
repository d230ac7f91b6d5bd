"""Dagster's page behind the guard, as a process of its own: `python -m …dagster.page PORT ADDRESS [NAME …]`.

`/health`, `/metrics` and, for who has the token, `/customers` and `/review` are answered beside it. Without
CRM360_SERVE_TOKEN it only shows; with it, who has the token may start and stop runs. It makes the page's application as
`dagster-webserver` does; the version of Dagster is pinned, and a test opens the page.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

import dagster as dg
import uvicorn
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.controller import get_daemon_statuses
from dagster_webserver.app import create_app_from_workspace_process_context

from crm360.orchestration.dagster.definitions import from_environment
from crm360.orchestration.dagster.guard import Guard
from crm360.orchestration.lookup.deciding import Deciding
from crm360.orchestration.lookup.pages import Lookup
from crm360.orchestration.monitor.pages import HEALTH, Monitored

TOKEN = "CRM360_SERVE_TOKEN"
LOOPBACK = "127.0.0.1"
SILENT_SECONDS = 300.0
MODULE = "crm360.orchestration.dagster.definitions"


def serve(port: int, address: str = LOOPBACK, names: Sequence[str] = ()) -> None:
    """Serve until interrupted. The instance is that of DAGSTER_HOME. `names`: by what else this server is reached."""
    config = from_environment()
    token = os.environ.get(TOKEN) or None
    hosts = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")] + [*names]
    with dg.DagsterInstance.get() as instance:
        target = ModuleTarget(module_name=MODULE, attribute=None, working_directory=None, location_name=None)
        told = version("dagster-webserver")
        with WorkspaceProcessContext(instance, target, version=told, read_only=token is None) as context:
            page = create_app_from_workspace_process_context(context)
            watched = Monitored(page, config, lambda: _daemon(instance))
            shown = Lookup(watched, config, is_guarded=token is not None)
            decided = Deciding(shown, config, is_guarded=token is not None)
            uvicorn.run(Guard(decided, hosts, token, [HEALTH]), host=address, port=port, log_level="warning")


def _daemon(instance: dg.DagsterInstance) -> str:
    """Why Dagster's daemon is not at work, or nothing."""
    needed = instance.get_required_daemon_types()
    found = get_daemon_statuses(instance, needed, ignore_errors=True, heartbeat_tolerance_seconds=SILENT_SECONDS)
    silent = sorted(name for name, status in found.items() if not status.healthy)
    return f"nothing was heard from Dagster's {', '.join(silent)}" if silent else ""


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else LOOPBACK, sys.argv[3:])
