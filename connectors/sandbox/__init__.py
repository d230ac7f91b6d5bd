"""A simulated company behind fakes of the vendors' APIs: what the pipeline is shown, tested and measured with.

with running(Company(people=500)) as sandbox:
    requests.get(f"{sandbox.base_url}/hubspot/crm/v3/objects/contacts", headers=…)
"""

from __future__ import annotations

from connectors.sandbox.company import Company
from connectors.sandbox.faults import Fault, Faults
from connectors.sandbox.server import Running, running, serve
from connectors.sandbox.tokens import TOKENS, ZENDESK_USER
from connectors.sandbox.truth import Truth, TruthRecord

__all__ = [
    "TOKENS", "ZENDESK_USER", "Company", "Fault", "Faults", "Running", "Truth", "TruthRecord", "running", "serve",
]  # fmt: skip
