"""A simulated company behind fakes of the vendors' APIs: what the pipeline is shown, tested and measured with.

with running(Company(people=500)) as sandbox:
    requests.get(f"{sandbox.base_url}/hubspot/crm/v3/objects/contacts", headers=…)
"""

from __future__ import annotations

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.company.truth import Truth, TruthRecord
from crm360.connectors.sandbox.server.faults import Fault, Faults
from crm360.connectors.sandbox.server.server import Running, running, serve
from crm360.connectors.sandbox.server.tokens import TOKENS, ZENDESK_USER

__all__ = [
    "TOKENS", "ZENDESK_USER", "Company", "Fault", "Faults", "Running", "Truth", "TruthRecord", "running", "serve",
]  # fmt: skip
