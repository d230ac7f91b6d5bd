"""dlt doing what bench_pull.py measures us by: rest_api source, merge into DuckDB. Runs in .venv-bench; see there.

.venv-bench/bin/python tests/benchmarks/dlt_contacts.py URL TOKEN FOLDER     prints records and seconds
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

url, token, folder = sys.argv[1:]
# Before dlt is imported: nothing is told to anyone, and nothing is written outside the folder.
os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "DLT_DATA_DIR": folder,
    "DLT_PROJECT_DIR": folder,
}
os.chdir(folder)

import dlt  # noqa: E402
import requests  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402

header = {"Authorization": f"Bearer {token}"}
listed = requests.get(f"{url}/crm/v3/properties/contacts", headers=header, timeout=30).json()["results"]
began = time.monotonic()
source = rest_api_source(
    {
        "client": {"base_url": url, "auth": {"type": "bearer", "token": token}},
        "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
        "resources": [
            {
                "name": "contacts",
                "endpoint": {
                    "path": "crm/v3/objects/contacts",
                    "params": {"limit": 100, "properties": ",".join(sorted(p["name"] for p in listed))},
                    "data_selector": "results",
                    "paginator": {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"},
                },
            }
        ],
    }
)
place = dlt.destinations.duckdb(str(Path(folder) / "bench.duckdb"))
pipeline = dlt.pipeline("bench", destination=place, dataset_name="raw", pipelines_dir=folder)
pipeline.run(source)
seconds = time.monotonic() - began
with pipeline.sql_client() as client:
    ((rows,),) = client.execute_sql("select count(*) from contacts")
print(rows, seconds)
