"""The tokens that the sandbox accepts, by vendor. They open nothing but the sandbox."""

from __future__ import annotations

from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.sandbox.vendors.zendesk.fake import USER as ZENDESK_USER

__all__ = ["TOKENS", "ZENDESK_USER"]

TOKENS = {vendor: fake.token for vendor, fake in FAKES.items() if fake.token}
