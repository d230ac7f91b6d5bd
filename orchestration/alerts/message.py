"""An alert as one sentence, and as JSON in the shape that each product takes.

json         {"source": "crm360", "state": "standing", "sentence": "…", "key": "…", "what": "…", …}
slack        {"text": "…"}, in which & < > are escaped           docs.slack.dev, Incoming webhooks; Formatting
mattermost   {"text": "…"}                                       developers.mattermost.com, Incoming webhooks
teams        {"type": "message", "attachments": [Adaptive Card]} learn.microsoft.com, Incoming Webhook, Workflows
"""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any, Literal

import msgspec

from crm360.connectors.engine.session import REDACT
from crm360.moments import iso
from crm360.orchestration.alerts.causes import Cause

State = Literal["standing", "well again", "test"]
CARD = "application/vnd.microsoft.card.adaptive"
CARD_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


class Alert(msgspec.Struct, frozen=True):
    """One message: a cause that stands, or that is over since `at`. `project` tells one installation from another."""

    state: State
    cause: Cause
    project: str
    at: datetime
    link: str = ""

    @property
    def sentence(self) -> str:
        """What, where, who must act, since when, and the link."""
        cause = self.cause
        since = f"since {iso(cause.since, ' UTC', ' ')}"
        if self.state == "well again":
            told = f"well again: {cause.where}: {cause.what}; {since}, over since {iso(self.at, ' UTC', ' ')}"
        else:
            told = f"{cause.where}: {cause.what}; {since} (to act: {cause.who})"
        link = f" {self.link}" if self.link else ""
        return " ".join(REDACT(f"crm360 {self.project}: {told}{link}").split())

    @property
    def fields(self) -> dict[str, Any]:
        """As JSON of our own."""
        cause = {k: REDACT(v) if isinstance(v, str) else v for k, v in msgspec.to_builtins(self.cause).items()}
        told = {"source": "crm360", "project": self.project, "state": self.state, "sentence": self.sentence}
        return {**told, **cause, "since": iso(self.cause.since), "at": iso(self.at), "link": self.link}

    def shaped(self, shape: str) -> dict[str, Any]:
        """As a product takes it."""
        if shape == "slack":
            return {"text": html.escape(self.sentence, quote=False)}
        if shape == "mattermost":
            return {"text": self.sentence}
        if shape == "teams":
            block = {"type": "TextBlock", "text": self.sentence, "wrap": True}
            card = {"$schema": CARD_SCHEMA, "type": "AdaptiveCard", "version": "1.2", "body": [block]}
            return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}
        return self.fields
