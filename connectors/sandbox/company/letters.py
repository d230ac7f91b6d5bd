"""What Klaviyo tells of the company's mails: one event for each thing that became of one, as they happen.

Made of Mailchimp's mails (the same people, campaigns and times), and only when somebody asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.draws import Flags, Ints
from crm360.connectors.sandbox.company.mail import FIRST_CAMPAIGN, FORTNIGHT, UNSUBSCRIBED

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.mail import Mailing

RECEIVED, OPENED, CLICKED, BOUNCED, LEFT, COMPLAINED = range(6)
COMPLAINTS = 0.1  # of those who leave


class Letters(Copy):
    """Rows: kind, member (row of the audience), campaign. What became of a mail by now is added, and stays as it is."""

    def __init__(self, mailing: Mailing) -> None:
        super().__init__(mailing.traces, 700_001)
        self.mailing = mailing
        columns = {"kind": np.uint8, "member": np.int32, "campaign": np.int16}
        self.arrays |= {name: np.zeros(16, dtype=kind) for name, kind in columns.items()}
        self._told = np.zeros((6, 0), dtype=np.bool_)

    def follow(self) -> None:
        """Add what has happened since the last time."""
        traces, members = self.mailing.traces, self.mailing.members
        if self._followed == traces.revision + members.revision:
            return
        self._followed = traces.revision + members.revision
        size = max(len(traces), len(members))
        told = np.zeros((6, size), dtype=np.bool_)
        told[:, : self._told.shape[1]] = self._told
        self._told = told
        sent = traces["created"].astype(np.int64)
        for kind, at in (
            (RECEIVED, np.where(traces["bounced"] > 0, 0, sent)), (OPENED, traces["opened"]),
            (CLICKED, traces["clicked"]), (BOUNCED, traces["bounced"]),
        ):  # fmt: skip
            self._tell(
                kind, at.astype(np.int64), traces["member"].astype(np.int64), traces["campaign"].astype(np.int64)
            )
        left = np.where(members["status"] == UNSUBSCRIBED, members["left"], 0)
        rows = np.arange(len(members), dtype=np.int64)
        campaign = np.maximum(left - FIRST_CAMPAIGN, 0) // FORTNIGHT
        complains: Flags = self.mailing.draws.happens("klaviyo spam", rows, COMPLAINTS)
        self._tell(LEFT, left, rows, campaign)
        self._tell(COMPLAINED, np.where(complains, left, 0), rows, campaign)

    def _tell(self, kind: int, at: Ints, member: Ints, campaign: Ints) -> None:
        """One event for each row with a time, unless it was told before."""
        new = np.flatnonzero((at > 0) & ~self._told[kind, : len(at)])
        self._told[kind, new] = True
        self.add(at[new], kind=kind, member=member[new], campaign=campaign[new])
