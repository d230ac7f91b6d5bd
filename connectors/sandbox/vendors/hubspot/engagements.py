"""Engagements as HubSpot writes them, and the history of a deal's stage: every value a text or null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Ints
from crm360.connectors.sandbox.company.names import words
from crm360.connectors.sandbox.company.pipeline import STAGES, owner_ids
from crm360.connectors.sandbox.company.roster import NEVER

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

_COMMON = "hs_timestamp hs_object_id hs_createdate hs_lastmodifieddate hubspot_owner_id "
PROPERTIES = {
    "calls": words(_COMMON + "hs_call_title hs_call_direction hs_call_status hs_call_duration hs_call_body"),
    "meetings": words(
        _COMMON + "hs_meeting_title hs_meeting_start_time hs_meeting_end_time hs_meeting_outcome hs_meeting_body"
    ),
    "emails": words(_COMMON + "hs_email_subject hs_email_direction hs_email_status hs_email_text hs_email_html"),
    "communications": words(_COMMON + "hs_communication_channel_type hs_communication_body"),
}
_ABOUT = ["Introduction", "Your questions", "The offer", "Next steps", "The contract"]


def properties(company: Company, kind: str, rows: Ints) -> list[dict[str, str | None]]:
    """All properties of the rows of one kind of engagement."""
    table, draws = company.engagements.tables[kind], company.draws
    at, edition = clock.iso_ms(table["created"][rows]), table["edition"][rows].tolist()
    ends = clock.iso_ms(table["created"][rows] + 30 * clock.MINUTE)
    about = draws.below(f"{kind} about", rows, len(_ABOUT)).tolist()
    luck = draws.below(f"{kind} luck", rows, 10).tolist()
    owners = draws.below(f"{kind} owner", rows, len(owner_ids())).tolist()
    found: list[dict[str, str | None]] = []
    for begins, until, edit, subject, chance, owner in zip(at, ends, edition, about, luck, owners, strict=True):
        title = _ABOUT[subject] + (f" ({edit})" if edit else "")
        own: dict[str, str | None]
        if kind == "calls":
            own = {
                "hs_call_title": title, "hs_call_direction": "INBOUND" if chance < 3 else "OUTBOUND",
                "hs_call_status": "NO_ANSWER" if chance == 9 else "COMPLETED",
                "hs_call_duration": str((chance + 1) * 60_000),
            }  # fmt: skip
        elif kind == "meetings":
            outcome = {8: "CANCELED", 9: "NO_SHOW"}.get(chance, "COMPLETED")
            own = {"hs_meeting_title": title, "hs_meeting_start_time": begins, "hs_meeting_end_time": until,
                   "hs_meeting_outcome": outcome}  # fmt: skip
        elif kind == "emails":
            incoming = chance < 4
            own = {
                "hs_email_subject": f"Re: {title}" if incoming else title,
                "hs_email_direction": "INCOMING_EMAIL" if incoming else "EMAIL",
                "hs_email_status": "BOUNCED" if chance == 9 else "SENT",
            }
        else:
            channel = "SMS" if chance < 5 else "WHATS_APP" if chance < 8 else "LINKEDIN_MESSAGE"
            own = {"hs_communication_channel_type": channel}
        found.append({"hs_timestamp": begins, "hubspot_owner_id": str(owner_ids()[owner])} | own)
    return found


def stage_history(company: Company, rows: Ints) -> list[list[dict[str, Any]]]:
    """The entries into stages of each deal, newest first."""
    deals = company.pipeline.deals
    found: list[list[dict[str, Any]]] = []
    for row, times_of in zip(rows.tolist(), company.pipeline.stages_entered(rows).tolist(), strict=True):
        entered = [(STAGES[place][0], time) for place, time in enumerate(times_of) if time < NEVER]
        told = deals.overrides.get(row, {}).get("dealstage")
        if told and told != entered[-1][0]:
            entered.append((told, int(deals["changed"][row])))
        times = clock.iso_ms(np.array([time for _, time in entered], dtype=np.int64))
        history = [
            {"value": name, "timestamp": time, "sourceType": "CRM_UI", "sourceId": "userId:11000001"}
            for (name, _), time in zip(entered, times, strict=True)
        ]
        found.append(history[::-1])
    return found
