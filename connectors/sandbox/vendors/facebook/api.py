"""Meta's Graph API, as far as messages to pages and comments below their posts go.

Rules: developers.facebook.com, "Conversations API", "Page post comments", Instagram's "Comments". Traps that it plays:
what belongs to a page is for its own token only; conversations can't be asked for by time; comments are ordered by rank
and not by time; Instagram tells replies inside what they reply to, and another name of the time; who wrote a comment is
not always told; a page writes, too; a rating has no id, stars or a recommendation, and not always a story.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.facebook.fake import INSTAGRAM, PAGES, PREFIX
from crm360.connectors.sandbox.vendors.fake import bearer
from crm360.connectors.sandbox.vendors.meta import api as graph
from crm360.connectors.sandbox.vendors.meta_ads.api import error

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

Record = dict[str, Any]
MOST = 100
unauthorised = graph.unauthorised
__all__ = ["ROUTES", "error", "unauthorised"]
POSTS = {"2001_1": "2001", "2001_2": "2001", "2002_1": "2002"}
MEDIA = {"17900001": "1784001", "17900002": "1784001"}
BELOW = (*POSTS, *MEDIA)
OWN, UNNAMED = 4, 6  # every so many comments are the page's, and of somebody who is not told
RATED = 9  # every ninth who was asked rates the page
AT_FIRST = "2026-01-01T00:00:00+0000"


def _time(at: int) -> str:
    return clock.iso_s(np.array([at]), "+0000")[0]


def of_page(call: Call, page: str | None) -> str:
    """The page that is asked for, whose own token must come with it."""
    if page is None:
        raise Refused(400, "100/33: Unsupported get request. Object does not exist or cannot be loaded")
    if bearer(call.headers) != PAGES[page]:
        raise Refused(400, "190: This method must be called with a Page Access Token")
    return page


def page_of(call: Call, records: list[Record]) -> Reply:
    """The page of these records that is asked for, with a cursor to the next."""
    size, after = min(call.number("limit", 25), MOST), call.query.get("after", "")
    if size < 1 or (after and not after.startswith("cur")):
        raise Refused(400, "100: Invalid parameter")
    start = int(after[3:]) if after else 0
    told: Record = {"data": records[start : start + size]}
    if told["data"]:
        end = start + len(told["data"])
        told["paging"] = {"cursors": {"before": f"cur{start}", "after": f"cur{end}"}}
        if end < len(records):
            query = {**call.query, "after": f"cur{end}", "access_token": bearer(call.headers)}
            told["paging"]["next"] = f"{call.root}{call.path}?{urlencode(query)}"
    return Reply(told)


def page(_company: Company, call: Call) -> Reply:
    """GET /{version}/{page}"""
    number = call.parts["page"]
    if number not in PAGES:
        raise Refused(400, "100/33: Unsupported get request. Object does not exist or cannot be loaded")
    told: Record = {"access_token": PAGES[number], "name": f"Page {number}", "id": number}
    if number in INSTAGRAM:
        told["instagram_business_account"] = {"id": INSTAGRAM[number]}
    return Reply(told, aside=True)


def _person(company: Company, row: int) -> int:
    return int(company.opinions.answers["customer"][row]) // 12


def _conversation(company: Company, row: int) -> tuple[str, str, str]:
    """The page, the platform and the conversation of a message: a person has one."""
    customer = _person(company, row)
    number = list(PAGES)[customer % 2]
    platform = "instagram" if number in INSTAGRAM and customer % 3 == 0 else "messenger"
    return number, platform, f"t_{customer}"


def _rows(company: Company, stream: str) -> list[int]:
    table = company.table("facebook", stream)
    rows: list[int] = table.by("changed")[::-1].tolist()
    return [row for row in rows if table["state"][row] == LIVE]


def conversations(company: Company, call: Call) -> Reply:
    """GET /{version}/{page}/conversations: the one with the newest message first."""
    number, platform = of_page(call, call.parts["page"]), call.query.get("platform", "messenger")
    if platform == "instagram" and number not in INSTAGRAM:
        raise Refused(400, "100: Invalid parameter")
    table, found = company.table("facebook", "messages"), dict[str, Record]()
    for row in _rows(company, "messages"):
        where, how, name = _conversation(company, row)
        if (where, how) == (number, platform) and name not in found:
            person = {"id": f"77{name[2:]}"} | ({"username": f"u{row}"} if how == "instagram" else {"name": f"P {row}"})
            own = {"id": INSTAGRAM[number] if how == "instagram" else number, "name": "The shop"}
            found[name] = {
                "id": name, "updated_time": _time(int(table["changed"][row])), "participants": {"data": [person, own]}
            }  # fmt: skip
    return page_of(call, list(found.values()))


def messages(company: Company, call: Call) -> Reply:
    """GET /{version}/{conversation}/messages"""
    table, found, name = company.table("facebook", "messages"), list[Record](), call.parts["conversation"]
    for row in _rows(company, "messages"):
        where, how, conversation = _conversation(company, row)
        if conversation == name:
            of_page(call, where)
            own = INSTAGRAM[where] if how == "instagram" else where
            wrote = own if row % OWN == 0 else f"77{name[2:]}"
            number = f"{PREFIX['messages']}{table.ids(np.array([row]))[0]}"
            record: Record = {"id": number, "from": {"id": wrote}, "created_time": _time(int(table["changed"][row]))}
            found.append(record | table.overrides.get(row, {}))
    return page_of(call, found)


def posts(_company: Company, call: Call) -> Reply:
    """GET /{version}/{page}/published_posts"""
    number = of_page(call, call.parts["page"])
    return page_of(call, [{"id": post, "created_time": AT_FIRST} for post, owner in POSTS.items() if owner == number])


def media(_company: Company, call: Call) -> Reply:
    """GET /{version}/{instagram}/media"""
    number = call.parts["instagram"]
    of_page(call, next((name for name, account in INSTAGRAM.items() if account == number), None))
    return page_of(call, [{"id": one, "timestamp": AT_FIRST} for one, owner in MEDIA.items() if owner == number])


def comments(company: Company, call: Call) -> Reply:
    """GET /{version}/{post or media}/comments: by rank, which is not by time."""
    below = call.parts["post"]
    owner = POSTS.get(below) or next((name for name, one in INSTAGRAM.items() if one == MEDIA.get(below)), None)
    number, is_media = of_page(call, owner), below in MEDIA
    table, since = company.table("facebook", "comments"), int(call.query.get("since", "0")) * clock.SECOND
    if not is_media and call.query.get("filter") != "stream":
        raise Refused(400, "100: The sandbox has all comments only")
    found = []
    for row in sorted(_rows(company, "comments"), key=lambda row: (row * 7919) % 1009):
        at = int(table["changed"][row])
        if BELOW[row % len(BELOW)] == below and at >= since:
            found.append(_comment(company, row, number, is_media=is_media) | table.overrides.get(row, {}))
    if is_media and len(found) > 1:  # every third is a reply to the one before
        threads = [found[at : at + 3] for at in range(0, len(found), 3)]
        found = [{**first, "replies": {"data": rest}} if rest else first for first, *rest in threads]
    return page_of(call, found)


def _comment(company: Company, row: int, page: str, *, is_media: bool) -> Record:
    table, customer = company.table("facebook", "comments"), _person(company, row)
    person: Record = {"id": f"77{customer}"} | ({"username": f"u{row}"} if is_media else {"name": f"P {row}"})
    if row % OWN == 1:
        person = {"id": INSTAGRAM[page] if is_media else page, "name": "The shop"}
    told: Record = {"id": f"{PREFIX['comments']}{table.ids(np.array([row]))[0]}"}
    told["timestamp" if is_media else "created_time"] = _time(int(table["changed"][row]))
    return told if row % UNNAMED == 2 else told | {"from": person}


def ratings(company: Company, call: Call) -> Reply:
    """GET /{version}/{page}/ratings"""
    number, answers, found = of_page(call, call.parts["page"]), company.opinions.answers, list[Record]()
    for row in range(len(answers)):
        if row % RATED or list(PAGES)[row // RATED % 2] != number:
            continue
        score, at = int(answers["score"][row]), _time(int(answers["created"][row]))
        record: Record = {"created_time": at, "has_review": row % 2 == 0, "has_rating": row % 3 == 0}
        recommends = "positive" if score > 6 else "negative"
        stars: Record = {"rating": max(score // 2, 1)}
        record |= stars if row % 3 == 0 else {"recommendation_type": recommends}
        if row % 2 == 0:
            record["review_text"] = "Wonderful people!" if score > 6 else "Slow delivery."
        if row % 4:
            record["open_graph_story"] = {"id": f"88{row}", "data": {"review_text": "as above"}}
        found.append(record | {"reviewer": {"id": f"77{row}", "name": f"P {row}"}})
    return page_of(call, found)


ROUTES = (
    ("GET", "/facebook/{version}/{page}/ratings", ratings),
    ("GET", "/facebook/{version}/{page}/conversations", conversations),
    ("GET", "/facebook/{version}/{page}/published_posts", posts),
    ("GET", "/facebook/{version}/{instagram}/media", media),
    ("GET", "/facebook/{version}/{conversation}/messages", messages),
    ("GET", "/facebook/{version}/{post}/comments", comments),
    ("GET", "/facebook/{version}/{page}", page),
)
