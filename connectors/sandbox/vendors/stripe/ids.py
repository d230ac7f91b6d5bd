"""Stripe's ids: what each begins with."""

from __future__ import annotations

from crm360.connectors.sandbox.company.draws import Ints

PREFIXES = {
    "customers": "cus_", "charges": "ch_", "refunds": "re_", "disputes": "dp_", "invoices": "in_",
    "subscriptions": "sub_",
}  # fmt: skip


def named(stream: str, numbers: Ints) -> list[str]:
    """cus_900000000001"""
    return [f"{PREFIXES[stream]}{number}" for number in numbers.tolist()]
