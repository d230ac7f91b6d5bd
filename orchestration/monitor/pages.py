"""/health and /metrics in front of another application: an ASGI application of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from crm360.orchestration.dagster.guard import App, Message, Receive, Send
from crm360.orchestration.monitor import metrics
from crm360.orchestration.monitor.health import health
from crm360.orchestration.settings.config import Config

HEALTH, METRICS = "/health", "/metrics"


class Monitored:
    """Answers the two paths, and hands on everything else."""

    def __init__(self, app: App, config: Config, daemon: Callable[[], str] = lambda: "") -> None:
        self.app, self.config, self.daemon = app, config, daemon

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection, or hand it on."""
        path = scope["path"].rstrip("/") if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else ""
        if path not in (HEALTH, METRICS):
            await self.app(scope, receive, send)
            return
        try:
            status, kind, body = await asyncio.to_thread(self._answer, path)
        except Exception as error:  # a monitor must hear that something is amiss, whatever it is
            status, kind, body = 500, "text/plain", f"it can't be told ({type(error).__name__})\n"
        headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body.encode()})

    def _answer(self, path: str) -> tuple[int, str, str]:
        if path == METRICS:
            return 200, metrics.CONTENT_TYPE, metrics.exposed(self.config)
        told = health(self.config, self.daemon)
        return 200 if told["ok"] else 503, "application/json", msgspec.json.encode(told).decode() + "\n"
