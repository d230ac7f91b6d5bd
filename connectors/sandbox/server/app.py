"""The sandbox as a web application: its routes, and what every request goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server import control, spoil, wire
from crm360.connectors.sandbox.server.faults import BEFORE, PAGE, Fault, Faults
from crm360.connectors.sandbox.server.limits import Limits
from crm360.connectors.sandbox.server.log import Log
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors import FAKES, apis

Handler = Callable[[Company, Call], Reply]
_APIS = apis()
_KEPT_BYTES = 256_000_000


class Sandbox:
    """Everything that one running sandbox is made of."""

    def __init__(self, company: Company, faults: Faults | None = None) -> None:
        self.company = company
        self.faults = faults if faults is not None else Faults()
        self.limits = Limits()
        self.log = Log()
        self._pages: dict[tuple[str, ...], tuple[Reply, bytes]] = {}
        self._pages_size, self._pages_revision = 0, -1

    def reset(self) -> None:
        """As at the start: the company, no faults, the usual limits, an empty log."""
        self.company.reset()
        self.faults.clear()
        self.limits.reset()
        self.log.clear()

    def page(self, handler: Handler, call: Call) -> tuple[Reply, bytes]:
        """The answer to a call and its bytes; of an answer that stays the same, the bytes are kept."""
        if self.company.revision != self._pages_revision or self._pages_size > _KEPT_BYTES:
            self._pages.clear()
            self._pages_size, self._pages_revision = 0, self.company.revision
        key = (call.method, call.root, call.path, repr(sorted(call.query.items())), call.body.decode("latin-1"))
        kept = self._pages.get(key)
        if kept is None:
            reply = handler(self.company, call)
            kept = (reply, reply.body())
            if reply.keep:
                self._pages[key] = kept
                self._pages_size += len(kept[1])
        return kept

    def answer(self, vendor: str, handler: Handler, call: Call, fault: Fault | None) -> tuple[Reply, bytes]:
        """What a vendor answers: a fault in place of it, a refusal, or the page, spoiled or whole."""
        module, company = _APIS[vendor], self.company
        if fault and fault.kind in BEFORE and fault.kind not in ("reset", "silent"):
            reply = spoil.instead(fault, module.error, self._throttled(vendor), company.now)
            return reply, reply.body()
        if not self._let_in(vendor, call):
            reply = module.unauthorised()
            return reply, reply.body()
        wait = self.limits.wait(vendor, call.path)
        if wait is not None:
            reply = module.error(429, "You have reached your limit of requests.", {"Retry-After": str(int(wait) + 1)})
            return reply, reply.body()
        try:
            with company.lock:
                reply, body = self.page(handler, call)
                if fault and fault.kind in PAGE and reply.status < 300 and not reply.aside:
                    reply = spoil.page(fault, reply._replace(content=body), call)
                    body = reply.body()
                if company.on_page is not None:
                    company.on_page(call.path)
        except Refused as refusal:
            reply = module.error(refusal.status, refusal.message, refusal.headers)
            body = reply.body()
        return reply, body

    def _let_in(self, vendor: str, call: Call) -> bool:
        fake = FAKES[vendor]
        return call.path.endswith(fake.open_paths) or fake.lets_in(call.headers, fake.token)

    def _throttled(self, vendor: str) -> Reply:
        module = _APIS[vendor]
        if hasattr(module, "too_many"):  # a refusal that does not say 429
            return Reply(module.too_many(self.limits))
        return Reply(module.error(429, "You have reached your limit of requests.").content, 429)


class Endpoint:
    """One route of a vendor, as an ASGI application."""

    def __init__(self, sandbox: Sandbox, vendor: str, handler: Handler) -> None:
        self.sandbox, self.vendor, self.handler = sandbox, vendor, handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        headers: Mapping[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        query = scope["query_string"].decode("latin-1")
        call = Call(
            scope["method"], scope["path"], dict(parse_qsl(query, keep_blank_values=True)), headers, body,
            scope.get("path_params", {}), f"http://{headers.get('host', '127.0.0.1')}",
        )  # fmt: skip
        sandbox = self.sandbox
        fault, skew = sandbox.faults.next(call.method, call.path)
        try:
            reply, content = sandbox.answer(self.vendor, self.handler, call, fault)
        except spoil.NotPlayable as problem:
            reply, content = Reply(b""), str(problem).encode()
            reply = reply._replace(status=500)
        sent = {"Date": spoil.date_header(sandbox.company.now, skew), "Content-Type": reply.media_type} | dict(
            reply.headers
        )
        on_the_wire = fault is not None and fault.kind not in PAGE and (
            fault.kind not in BEFORE or fault.kind in ("reset", "silent")
        )  # fmt: skip
        played = fault.kind if fault else ("clock_skew" if skew else None)
        status = 0 if on_the_wire else reply.status
        sandbox.log.add(call.method, call.path, query, body, status, played)
        if on_the_wire and fault is not None:
            await wire.broken(fault, scope, receive, send, reply.status, sent, content)
        else:
            await wire.whole(send, reply.status, sent, content)


def _nothing_here(company: Company, call: Call) -> Reply:
    raise Refused(404, f"There is nothing at {call.path}")


def app(sandbox: Sandbox) -> Router:
    """The routes, each vendor's under its own prefix."""
    routes = [
        (vendor, *route)
        for vendor, module in _APIS.items()
        for route in (module.routes(sandbox.limits) if hasattr(module, "routes") else module.ROUTES)
    ]
    made = [
        Route(path, Endpoint(sandbox, vendor, handler), methods=[method]) for vendor, method, path, handler in routes
    ]
    made += [Route(f"/{vendor}/{{rest:path}}", Endpoint(sandbox, vendor, _nothing_here)) for vendor in _APIS]
    return Router(routes=[*made, *control.routes(sandbox)], redirect_slashes=False)
