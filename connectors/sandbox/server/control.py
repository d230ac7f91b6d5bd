"""The sandbox's own paths: read the truth and the log, tell it faults and limits, let days pass, start again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crm360.connectors.sandbox.server.faults import read_faults

if TYPE_CHECKING:
    from crm360.connectors.sandbox.server.app import Sandbox


def _json(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


async def _asked(request: Request) -> dict[str, Any]:
    """The body as an object. Raises ValueError in words."""
    try:
        content = msgspec.json.decode(await request.body() or b"{}")
    except msgspec.DecodeError as error:
        raise ValueError(f"The body is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError("The body must be a JSON object.")
    return content


def routes(sandbox: Sandbox) -> list[Route]:
    """The routes under /sandbox; they need no token, for the sandbox listens on loopback only."""

    async def truth(request: Request) -> Response:
        asked, view = request.query_params.get("stream"), sandbox.company.truth()
        if asked is None:
            return _json(await run_in_threadpool(view.summary))
        system, _, stream = asked.partition("/")
        try:
            records = await run_in_threadpool(view.records, system, stream)
        except KeyError as error:
            return _json({"error": str(error.args[0])}, 404)
        return _json({"stream": asked, "records": [record._asdict() for record in records]})

    async def log(request: Request) -> Response:
        entries = sandbox.log.entries(request.query_params.get("path", "*"))
        newest = entries[-int(request.query_params.get("limit", "1000")) :]
        return _json({"count": len(entries), "refused": dict(sandbox.limits.refused), "requests": newest})

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            try:
                asked = await _asked(request)
                made = read_faults(asked)
                sandbox.limits.set(asked.get("limits") or {})
            except ValueError as error:
                return _json({"error": str(error)}, 400)
            if asked.get("clear"):
                sandbox.faults.clear()
            for fault in made:
                sandbox.faults.add(fault)
        return _json({"faults": sandbox.faults.all(), "limits": sandbox.limits.values})

    async def day(request: Request) -> Response:
        try:
            wanted = (await _asked(request)).get("day")
            if not isinstance(wanted, int):
                raise ValueError('Say which day as a whole number: {"day": 1}.')
            await run_in_threadpool(sandbox.company.go_to, wanted)
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        return _json({"day": sandbox.company.day})

    async def reset(request: Request) -> Response:
        await run_in_threadpool(sandbox.reset)
        return _json({"day": sandbox.company.day})

    return [
        Route("/sandbox/truth", truth),
        Route("/sandbox/log", log),
        Route("/sandbox/faults", faults, methods=["GET", "POST"]),
        Route("/sandbox/day", day, methods=["POST"]),
        Route("/sandbox/reset", reset, methods=["POST"]),
    ]
