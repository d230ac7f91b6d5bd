"""Matomo: the visits of one or several websites, with what was done in each.

    POST /index.php?method=Live.getLastVisitsDetails&idSite&period=range&date&minTimestamp    visits, last acts first

The token is in the body of each request: servers may refuse it in an address. Visits come newest first, so that one
that goes on meanwhile moves to the front and is told twice, and none is passed over. Days are those of the website. A
visit's end moves its time; the last days are read again, for servers that write down later what was tracked. Errors
come with status 200, `{"result": "error"}`; a website that keeps no visits' log, or that the token may not see, is
left out, and told.

A visit is kept without the address of the machine, its place and what it looks like, and without what follows on a
page's address (?, #); its actions are numbered.
Sources: matomo-org/matomo, plugins/Live (API.php, Model.php, VisitorDetails.php, tests/System/expected), Actions, Goals
and Ecommerce (VisitorDetails.php), core/API/ResponseBuilder.php; matomo-org/plugin-MarketingCampaignsReporting
(VisitorDetails.php); dlt-hub/verified-sources, sources/matomo.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from crm360.connectors.engine import days
from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse
from crm360.connectors.engine.page import members
from crm360.connectors.engine.pagination import Numbered
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import epoch_ms
from crm360.connectors.engine.session import Auth
from crm360.connectors.engine.stream import Stream

log = logging.getLogger("crm360")
MOST = "500"  # visits a page, each with all of its actions
AHEAD = "Etc/GMT-14"  # the zone in which a day begins first: no website's today is later
NO_LOG = re.compile(rb"visits? log (has been|is) (disabled|deactivated)", re.IGNORECASE)
NO_VIEW = re.compile(rb"requires .{0,20}view.{0,20} access", re.IGNORECASE)
NO_TOKEN = re.compile(rb"authenticate|token_auth|provided token", re.IGNORECASE)
LEFT_OUT = "left out: the website keeps no log of visits, or the token may not see it"
PAGES = Numbered("filter_offset", "records")

VISIT = (
    "idSite", "idVisit", "visitorId", "userId", "siteCurrency", "firstActionTimestamp", "lastActionTimestamp",
    "visitorType", "visitEcommerceStatus", "deviceType", "languageCode", "countryCode", "referrerType", "referrerName",
    "referrerKeyword", "referrerUrl", "campaignName", "campaignKeyword", "campaignSource", "campaignMedium",
    "campaignContent",
)  # fmt: skip
ACTION = (
    "type", "timestamp", "url", "pageTitle", "pageId", "eventCategory", "eventAction", "eventName", "eventValue",
    "goalName", "goalId", "revenue", "orderId", "items", "productViewName", "productViewSku",
)  # fmt: skip

STREAMS = (
    Stream(
        "visits",
        "web_events",
        "/index.php",
        RecordSchema(key=("idVisit",), changed="lastActionTimestamp", changed_as="epoch"),
        PAGES,
        "",
        params={"visitor_id": "visitorId", "user_id": "userId"},  # whose a visit is, for who is forgotten
        lookback=days.lookback(1),
        needs="view access to the website",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """Of each website the visits whose last action was in the window, some days at a time."""
    stream, lower, read = context.stream, context.window.lower, []
    known = set(context.state.get("sites", []))
    for site in _sites(context.settings):
        is_known, asked = site in known, Request(stream.path, _asked(site), method="POST", form={})
        if is_known and lower is not None:
            asked = asked.with_params(minTimestamp=epoch_ms(lower) // 1000 - 1)  # which itself is left out
        for first, last in days.spans(context, AHEAD, is_known=is_known):
            request = asked.with_params(date=f"{first},{last}")
            reply = _probed(context, request, is_known=is_known)
            if reply is None:
                break
            yield ReadStep(request, PAGES, stream.row, stream.records, enrich=_as_list, first=reply)
        else:
            read.append(site)
    if not read:
        context.end_proof = LEFT_OUT
    context.state["sites"] = sorted(known.union(read))


def _asked(site: str) -> dict[str, str]:
    return {
        "module": "API", "method": "Live.getLastVisitsDetails", "format": "JSON", "language": "en", "idSite": site,
        "period": "range", "filter_limit": MOST, "filter_offset": "0",
    }  # fmt: skip


def _probed(context: Context, request: Request, *, is_known: bool) -> Reply | None:
    """The first answer; None for a website that is left out.

    Raises AccessDenied where it has been read before: then what is held here would never change again.
    """
    reply = context.http.send(request, context.where, (400, 401))
    if not _is_error(reply):
        if reply.status != 200:
            raise _refused(reply, context.where)
        return reply
    if not (NO_LOG.search(reply.body) or NO_VIEW.search(reply.body)):
        raise _refused(reply, context.where)
    site = request.params["idSite"]
    if is_known:
        raise AccessDenied(f"the visits of website {site}, which were read before, are refused", where=context.where)
    log.warning("%s: website %s is %s", context.where, site, LEFT_OUT)
    return None


def _refused(reply: Reply, where: str) -> AuthError | BadResponse:
    if reply.status == 401 or NO_TOKEN.search(reply.body):
        return AuthError("the token is refused", where=where)
    return BadResponse(f"HTTP {reply.status}", where=where)


def _is_error(reply: Reply) -> bool:
    """{"result": "error", "message": "…"} in place of a list."""
    return reply.body.lstrip()[:1] == b"{" and b'"error"' in reply.body[:300]


def faults_in_200(reply: Reply) -> str | None:
    """Matomo's own error, without its words, which may hold values; what says that a website is left out is none."""
    if not _is_error(reply) or NO_LOG.search(reply.body) or NO_VIEW.search(reply.body):
        return None
    if NO_TOKEN.search(reply.body):
        raise AuthError("the token is refused")
    return "Matomo could not answer; its own log says why"


def _as_list(context: Context, records: list[bytes]) -> list[bytes]:
    """Each visit with what is kept of it, its actions numbered, and the source whose ids its users have."""
    whole, users = [], context.settings.get("user_source", "")
    for record in records:
        told = members(record)
        visit: dict[str, Any] = {name: told[name] for name in VISIT if name in told}
        visit["referrerUrl"] = _page(msgspec.json.decode(told.get("referrerUrl", b"null")))
        actions = msgspec.json.decode(told["actionDetails"]) if "actionDetails" in told else []
        done = [_action(place, action) for place, action in enumerate(actions or (), 1)]
        more = {"userSource": users} if users else {}
        whole.append(msgspec.json.encode({**visit, **more, "actionDetails": done}))
    return whole


def _action(place: int, action: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an action; what an order or a cart holds, where it is one thing alone."""
    kept = {name: action[name] for name in ACTION if name in action}
    items: list[Any] = action.get("itemDetails") or []
    product = items[0].get("itemName") if len(items) == 1 else None
    return {"place": place, **kept, "url": _page(action.get("url")), "items": product}


def _page(url: Any) -> Any:
    """A page's address without query and fragment."""
    return re.split(r"[?#]", url, maxsplit=1)[0] if isinstance(url, str) else None


def _sites(settings: Mapping[str, str]) -> list[str]:
    return [part.strip() for part in settings["site_ids"].split(",") if part.strip()]


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """An API token of a user, in the body of each request."""
    return Auth({}, (secrets["token"],), sign=partial(_signed, secrets["token"]))


def _signed(token: str, request: Request) -> Request:
    return replace(request, form={**(request.form or {}), "token_auth": token})


def wrong(settings: Mapping[str, str], options: Any) -> str | None:
    """What is wrong with the settings, in words."""
    sites = _sites(settings)
    if not sites or not all(site.isdecimal() for site in sites):
        return f"site_ids are whole numbers with commas between them, not {settings['site_ids'][:40]!r}"
    return days.wrong(settings, options)


MATOMO = Connector(
    "matomo",
    STREAMS,
    read_plan,
    auth,
    settings={"base_url": None, "site_ids": None, "user_source": "", days.HISTORY: "730", days.AT_ONCE: "1"},
    meanings={
        "site_ids": "Ids of the websites whose visits are read, with commas between them.",
        "user_source": "The source of crm360.toml whose ids Matomo has as user ids; empty: they are its own.",
        days.HISTORY: "How many days back the first night reads visits.",
        days.AT_ONCE: "For how many days one request asks; old servers pass visits over where it is more than one.",
    },
    wrong=wrong,
    rate=(5, 1.0),
    faults_in_200=faults_in_200,
)
