"""How much of a target's permitted rate a push of ten thousand members uses.

    .venv/bin/python tests/benchmarks/bench_push.py [--members 10000]

The sandbox runs in a process of its own, permits HubSpot's ten requests a second and refuses the eleventh: on a busy
machine a request may arrive so late that it is one too many; that is told here, and it is sent again. Each member is
looked up by address, gets a property, and is put into a static list that is read before and afterwards.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).parents[2]))

from crm360.connectors.engine.session import Session
from tests.orchestration.push.shop import Shop

PORT = 8379
URL = f"http://127.0.0.1:{PORT}"
RATE, LEAST_SHARE = 10, 0.9  # requests a second; what must hold
TOML = f"""[sources.hubspot]
base_url = "{URL}/hubspot"
rate_limit = {RATE}
[push.crm]
audience = "win-back"
to = "hubspot"
mode = "mirror"
list = "Win back"
fields = {{ loyalty_tier = "rfm_name" }}
"""


def contacts(count: int) -> dict[str, str]:
    """So many contacts who did not opt out, each with an address of its own: customer id → address."""
    found: dict[str, str] = {}
    after: str | None = None
    while len(found) < count:
        page = requests.get(
            f"{URL}/hubspot/crm/v3/objects/contacts",
            {"limit": 100, "properties": "email,hs_email_optout", "after": after},  # type: ignore[dict-item]
            headers={"Authorization": "Bearer sandbox-hubspot"},
            timeout=60,
        ).json()
        for one in page["results"]:
            told = one["properties"]
            if told["email"] and told["hs_email_optout"] != "true":
                found[told["email"].lower()] = f"c_{one['id']}"
        after = page.get("paging", {}).get("next", {}).get("after")
        if after is None:
            raise SystemExit(f"the company has {len(found):,} such contacts, not {count:,}")
    return {customer: address for address, customer in list(found.items())[:count]}


def main() -> None:
    """Print what was measured; ends with an error where a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    members = parser.parse_args().members
    os.environ["CRM360_HUBSPOT_TOKEN"] = "sandbox-hubspot"
    command = [sys.executable, "-m", "crm360", "sandbox", "--people", str(members * 2), "--port", str(PORT)]
    moments: list[float] = []
    once = Session._once

    def noted(self: Session, *asked: object) -> object:
        moments.append(time.monotonic())
        return once(self, *asked)  # type: ignore[arg-type]

    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            assert server.stdout is not None
            server.stdout.readline()
            shop = Shop(Path(folder)).write(TOML).publish(contacts(members))
            requests.post(f"{URL}/sandbox/faults", json={"limits": {"hubspot_per_second": RATE}}, timeout=60)
            Session._once = noted  # type: ignore[assignment,method-assign]
            began = time.monotonic()
            done = shop.one()
            seconds = time.monotonic() - began
            refused = requests.get(f"{URL}/sandbox/log?limit=1", timeout=60).json()["refused"]
        finally:
            server.terminate()
    whole = (len(moments) - 1) // RATE * RATE  # up to where a period begins: what may be sent at once would flatter
    share = whole / (moments[whole] - moments[0]) / RATE
    print(f"{done.sentence}; {len(moments)} requests in {seconds:.1f} s")
    print(f"{RATE} in 1 s permitted: {share:.1%} of the rate used, {sum(refused.values())} requests too many")
    well = done.error is None and done.counts["added"] + done.refusals["unsubscribed"] == members
    if not well or share < LEAST_SHARE:
        raise SystemExit("a bound does not hold")


if __name__ == "__main__":
    main()
