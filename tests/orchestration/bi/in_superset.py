"""Run by Superset's Python, not by ours: makes its database, imports bundles, and runs every chart's query.

    python in_superset.py BUNDLE.zip [BUNDLE.zip …]

Each bundle is imported as `superset import-dashboards` does it, and then once more as the import of assets does, which
overwrites. Ends with one line of JSON: {"dashboards": {uuid: charts}, "charts": [{uuid, name, status, rows, …}]}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zipfile import ZipFile

import superset
from flask import g
from flask_migrate import upgrade
from superset.app import create_app


def main(bundles: list[str]) -> dict[str, object]:
    app = create_app()
    with app.app_context():
        from superset import db, security_manager
        from superset.commands.dashboard.importers.dispatcher import ImportDashboardsCommand
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.commands.importers.v1.utils import get_contents_from_bundle
        from superset.models.core import Database
        from superset.models.dashboard import Dashboard
        from superset.models.slice import Slice

        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
        app.appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        admin = security_manager.find_role("Admin")
        security_manager.add_user("admin", "a", "b", "a@example.com", admin, password="admin")
        for bundle in bundles:
            with ZipFile(bundle) as file:
                contents = get_contents_from_bundle(file)
            passwords = {"databases/crm360.yaml": "reader"}
            for command, options in ((ImportDashboardsCommand, {"overwrite": True}), (ImportAssetsCommand, {})):
                with app.test_request_context():
                    g.user = security_manager.find_user("admin")
                    command(dict(contents), passwords=passwords, **options).run()
        boards = {board.uuid.hex: len(board.slices) for board in db.session.query(Dashboard)}
        told = [_run(app, security_manager, one) for one in db.session.query(Slice).order_by(Slice.id)]
        return {"dashboards": boards, "databases": db.session.query(Database).count(), "charts": told}


def _run(app: object, security_manager: object, chart: object) -> dict[str, object]:
    from superset.commands.chart.data.get_data_command import ChartDataCommand

    told = {"uuid": str(chart.uuid), "name": chart.slice_name}
    with app.test_request_context():
        g.user = security_manager.find_user("admin")
        try:
            command = ChartDataCommand(chart.get_query_context())
            command.validate()
            (answer,) = command.run(cache=False)["queries"]
        except Exception as error:
            return told | {"status": type(error).__name__, "error": str(error)}
        return told | {
            "status": str(answer["status"].value if hasattr(answer["status"], "value") else answer["status"]),
            "error": answer.get("error"),
            "rejected": answer["rejected_filters"],
            "rows": [[None if v != v else str(v) for v in row.values()] for row in answer["data"]],
        }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
