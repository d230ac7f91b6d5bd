"""What the company's books hold that its systems do not tell: what each mail cost, and what a pound was worth."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from crm360.connectors.sandbox.company import causes
from crm360.connectors.sandbox.company.draws import Draws, Flags, Ints
from crm360.connectors.sandbox.company.mail import FIRST_CAMPAIGN, FORTNIGHT, campaign_title
from crm360.connectors.sandbox.company.people import employer_country

EURO, POUND = "EUR", "GBP"
RATES = (("2024-01-01", "1.15"), ("2025-01-01", "1.19"), ("2026-01-01", "1.16"))
"""Euro for one pound, from a day on."""
_MAILS = 130  # until the end of 2028, and so more than any story tells


def in_pounds(draws: Draws, employers: Ints) -> Flags:
    """Whether a deal is agreed in pounds: with a company that sits in Great Britain; -1 is none."""
    places = employer_country(draws, np.maximum(employers, 0))
    return (employers >= 0) & np.array([place.code == "GB" for place in places], dtype=bool)


def files() -> dict[str, str]:
    """The files of a project that hold this, by name."""
    sent = FIRST_CAMPAIGN + np.arange(_MAILS, dtype=np.int64) * FORTNIGHT
    mails = enumerate(sent.tolist())
    costs = [("mailchimp", campaign_title(n, at), "", causes.cost_of_mail(n), EURO) for n, at in mails]
    return {
        "campaign_costs.csv": _csv(("source", "campaign", "spent_on", "cost", "currency"), costs),
        "exchange_rates.csv": _csv(("currency", "valid_from", "rate"), ((POUND, day, rate) for day, rate in RATES)),
    }


def _csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()
