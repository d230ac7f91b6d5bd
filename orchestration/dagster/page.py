"""Dagster's page behind the guard, as a process of its own: `python -m crm360.orchestration.dagster.page PORT`.

Without CRM360_SERVE_TOKEN it only shows; with it, who has the token may start and stop runs. It makes the page's
application as `dagster-webserver` does; the version of Dagster is pinned, and a test opens the page.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version

import dagster as dg
import uvicorn
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster_webserver.app import create_app_from_workspace_process_context

from crm360.orchestration.dagster.guard import Guard

TOKEN = "CRM360_SERVE_TOKEN"
MODULE = "crm360.orchestration.dagster.definitions"


def serve(port: int) -> None:
    """Serve on loopback until interrupted. The instance is that of DAGSTER_HOME."""
    token = os.environ.get(TOKEN) or None
    hosts = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    with dg.DagsterInstance.get() as instance:
        target = ModuleTarget(module_name=MODULE, attribute=None, working_directory=None, location_name=None)
        told = version("dagster-webserver")
        with WorkspaceProcessContext(instance, target, version=told, read_only=token is None) as context:
            page = create_app_from_workspace_process_context(context)
            uvicorn.run(Guard(page, hosts, token), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
