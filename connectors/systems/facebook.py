"""Facebook pages and Instagram: that people write to a page and below its posts, no text of either; and its ratings.

    GET /{version}/{page}?fields=access_token,name,instagram_business_account   each page that is named
    GET /{version}/{page}/conversations?platform={messenger,instagram}          newest first, down to the last night
    GET /{version}/{conversation}/messages                                      of each that has changed, as far down
    GET /{version}/{page}/published_posts, /{version}/{instagram}/media         newest first, of the last months
    GET /{version}/{post}/comments?filter=stream&since                          of each post, replies among them
    GET /{version}/{media}/comments?fields=…,replies                            the same, all of them
    GET /{version}/{page}/ratings                                               all: stars, or who recommends it

Conversations can't be asked for by time, and are ordered by their last message. Of a conversation Meta tells the newest
messages only. Comments may be ordered by rank whatever is asked for, so that where reading ends is told by time alone,
and where it can't be (Instagram) all of a post are read again. People are known by a number of their own for each page,
and by no address. A rating has no id of its own but that of the story about it; where there is none, who wrote it tells
it from others. Whoever lacks the right to one of the streams is told so, and reads the others.
Sources: developers.facebook.com, "Conversations API" (2026-02), "Page conversations", "Page post comments", "Comments"
and "Replies" of Instagram's media, "Access tokens"; facebook/facebook-python-business-sdk for fields (recommendation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import AccessDenied, BadResponse, SourceError
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import epoch_ms, read_time
from crm360.connectors.engine.session import Auth, bearer
from crm360.connectors.engine.stream import Stream
from crm360.connectors.systems import meta_ads
from crm360.connectors.systems._lead_forms import named
from crm360.connectors.systems._meta_graph import EMPTY_PAGES, OF_THE_PAGE, After, NoRole, page_opened

LIMIT, LISTED = "100", "50"  # records a page; of conversations and posts
POST_DAYS = "90"
RIGHT = (3, 10, 200)  # error codes: the app or the token may not
SKIPPED = "nothing was read: the token lacks the permissions"
MESSENGER, INSTAGRAM = "facebook", "instagram"
PAGES = After()


@dataclass(frozen=True)
class DownTo:
    """Pages of newest records first, as long as their last one is not older than a moment (None: all)."""

    field: str
    since: datetime | None

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where a page's last record has no readable time."""
        following = PAGES.next(request, page)
        if following is None or self.since is None or not page.records:
            return following
        return following if _time(page.of_last(self.field)) >= self.since else None


@dataclass(frozen=True)
class FacebookPage:
    """A page that is named, with what lets it be read."""

    number: str
    name: str | None
    headers: Mapping[str, str]
    instagram: str | None

    @property
    def own(self) -> set[str | None]:
        """The ids under which the page itself writes."""
        return {self.number, self.instagram} - {None}


MAY_LAG = timedelta(hours=1)
STREAMS = (
    Stream(
        "messages",
        "interactions",
        "/{page}/conversations",
        RecordSchema(changed="created_time"),
        PAGES,
        "data",
        lookback=MAY_LAG,
        dedup_against_all=True,
        needs="pages_messaging, pages_manage_metadata, pages_read_engagement, instagram_manage_messages",
    ),
    Stream(
        "comments",
        "interactions",
        "/{post}/comments",
        RecordSchema(changed="created_time"),
        PAGES,
        "data",
        lookback=MAY_LAG,
        dedup_against_all=True,
        needs="pages_read_user_content, pages_read_engagement, instagram_basic, instagram_manage_comments",
    ),
    Stream(
        "ratings",
        "reviews",
        "/{page}/ratings",
        RecordSchema(),
        PAGES,
        "data",
        cursor=False,
        params={
            "fields": "created_time,has_rating,has_review,open_graph_story,rating,recommendation_type,review_text,"
            "reviewer"
        },
        deletes=("sweep",),
        needs="pages_read_user_content, pages_read_engagement",
    ),
)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """What was written since, in messages or below posts; of a page that is new all that there is."""
    known, lower = set(context.state.get("pages", [])), context.window.lower
    numbers = named(context.settings["page_ids"])
    try:
        for number in numbers:
            page = _opened(context, number)
            since = lower if number in known else None
            yield from READ[context.stream.name](context, page, since)
    except NoRole:
        raise
    except AccessDenied as error:
        if known or context.pages:
            raise
        context.pass_over(SKIPPED, error.what, error)
        return
    context.state["pages"] = numbers


def _opened(context: Context, number: str) -> FacebookPage:
    headers, told = page_opened(context, number, "name,instagram_business_account")
    instagram = (told.get("instagram_business_account") or {}).get("id")
    return FacebookPage(number, told.get("name"), headers, instagram)


def _listed(context: Context, request: Request, pages: DownTo) -> Iterator[dict[str, Any]]:
    """The records of a list that is landed in no stream, newest first, no older than the moment."""
    for page in context.pages_of(request, pages, "data", empty_pages=EMPTY_PAGES):
        for record in map(msgspec.json.decode, page.records):
            if pages.since is None or _time(record.get(pages.field)) >= pages.since:
                yield record


def _messages(context: Context, page: FacebookPage, since: datetime | None) -> Iterator[ReadStep]:
    version = context.settings["version"]
    for platform in ("messenger", "instagram") if page.instagram else ("messenger",):
        params = {"platform": platform, "fields": "id,updated_time,participants", "limit": LISTED}
        request = Request(f"/{version}/{page.number}/conversations", params, headers=page.headers)
        for conversation in list(_listed(context, request, DownTo("updated_time", since))):
            fields = {"fields": "id,created_time,from", "limit": LIMIT}
            path = f"/{version}/{conversation['id']}/messages"
            where = INSTAGRAM if platform == "instagram" else MESSENGER
            enrich = _of_conversation(conversation, page, where)
            pages = DownTo("created_time", since)
            yield _step(context, Request(path, fields, headers=page.headers), pages, enrich)


def _comments(context: Context, page: FacebookPage, since: datetime | None) -> Iterator[ReadStep]:
    version, params = context.settings["version"], {"limit": LIMIT}
    oldest = context.window.upper - timedelta(days=int(context.settings.get("post_days", POST_DAYS)))
    asked = {"fields": "id,created_time", "limit": LISTED}
    request = Request(f"/{version}/{page.number}/published_posts", asked, headers=page.headers)
    for post in list(_listed(context, request, DownTo("created_time", oldest))):
        more = {"filter": "stream", "order": "reverse_chronological", "fields": "id,created_time,from{id,name}"}
        if since is not None:
            more["since"] = str(epoch_ms(since) // 1000 - 1)
        below = Request(f"/{version}/{post['id']}/comments", {**params, **more}, headers=page.headers)
        yield _step(context, below, PAGES, _below(post["id"], page, MESSENGER))
    if page.instagram is None:
        return
    asked = {"fields": "id,timestamp", "limit": LISTED}
    request = Request(f"/{version}/{page.instagram}/media", asked, headers=page.headers)
    for media in list(_listed(context, request, DownTo("timestamp", oldest))):
        fields = {"fields": "id,timestamp,from,replies.limit(50){id,timestamp,from}", "limit": LISTED}
        below = Request(f"/{version}/{media['id']}/comments", fields, headers=page.headers)
        yield _step(context, below, PAGES, _below(media["id"], page, INSTAGRAM))


def _ratings(context: Context, page: FacebookPage, _since: datetime | None) -> Iterator[ReadStep]:
    path = f"/{context.settings['version']}{context.stream.path.format(page=page.number)}"
    yield _step(
        context, Request(path, {**context.stream.params, "limit": LIMIT}, headers=page.headers), PAGES, _of(page)
    )


READ = {"messages": _messages, "comments": _comments, "ratings": _ratings}
Enrich = Callable[[Context, list[bytes]], list[bytes]]


def _step(context: Context, request: Request, pages: Any, enrich: Enrich) -> ReadStep:
    stream = context.stream
    return ReadStep(request, pages, stream.row, stream.records, empty_pages=EMPTY_PAGES, enrich=enrich)


def _of_conversation(conversation: Mapping[str, Any], page: FacebookPage, platform: str) -> Enrich:
    """What is landed of messages: when, with whom, and which of the two wrote."""
    others = (conversation.get("participants") or {}).get("data") or ()
    person: dict[str, Any] = next((one for one in others if one.get("id") not in page.own), {})
    more = {"conversation_id": conversation["id"], "page_id": page.number, "platform": platform, **_who(person)}

    def told(_context: Context, records: list[bytes]) -> list[bytes]:
        whole = []
        for record in records:
            read = msgspec.json.decode(record)
            ours = (read.get("from") or {}).get("id") in page.own
            kept = {name: read[name] for name in ("id", "created_time") if name in read}
            whole.append(msgspec.json.encode({**kept, **more, "is_own": ours}))
        return whole

    return told


def _below(post: str, page: FacebookPage, platform: str) -> Enrich:
    """What is landed of comments: when, below what, and by whom; replies stand beside what they reply to."""

    def told(_context: Context, records: list[bytes]) -> list[bytes]:
        whole = []
        for record in records:
            comment = msgspec.json.decode(record)
            for one in (comment, *((comment.get("replies") or {}).get("data") or ())):
                author, at = one.get("from") or {}, one.get("created_time") or one.get("timestamp")
                kept = {"id": one["id"]} if "id" in one else {}
                more = {"created_time": at, "post_id": post, "page_id": page.number, "platform": platform}
                whole.append(
                    msgspec.json.encode({**kept, **more, **_who(author), "is_own": author.get("id") in page.own})
                )
        return whole

    return told


def _of(page: FacebookPage) -> Enrich:
    """Ratings with an id, and with what they are about; of the story about them its id alone."""

    def told(_context: Context, records: list[bytes]) -> list[bytes]:
        whole = []
        for record in records:
            read = msgspec.json.decode(record)
            author, story = read.pop("reviewer", None) or {}, (read.pop("open_graph_story", None) or {}).get("id")
            own = story or f"{page.number}/{author.get('id') or read.get('created_time')}"
            more = {"page_id": page.number, "page_name": page.name, "platform": MESSENGER, **_who(author)}
            whole.append(msgspec.json.encode({**read, "id": own, **more}))
        return whole

    return told


def _who(person: Mapping[str, Any]) -> dict[str, Any]:
    """A person's number, and name where the platform tells one."""
    return {"person_id": person.get("id"), "person_name": person.get("name")}


def _time(text: Any) -> datetime:
    try:
        return read_time(str(text), "iso")
    except ValueError as error:
        raise BadResponse("a record has no readable time, where the reading ends") from error


def refusal(reply: Reply) -> SourceError | None:
    """What the code of a refusal comes to; None for an answer without one."""
    code = meta_ads.error_of(reply).get("code")
    if code in RIGHT:
        return AccessDenied(f"the token has no right to read this (code {code})", who=OF_THE_PAGE)
    return meta_ads.refusal(reply)


def auth(_settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """The token of a system user, which gives those of the pages."""
    return bearer(secrets["token"])


def wrong(settings: Mapping[str, str], _options: object) -> str | None:
    """What the settings can't be, in words."""
    return None if settings.get("post_days", POST_DAYS).isdecimal() else "post_days must be a whole number of days"


FACEBOOK = Connector(
    "facebook",
    STREAMS,
    read_plan,
    auth,
    settings={
        "base_url": "https://graph.facebook.com",
        "version": meta_ads.VERSION,
        "page_ids": None,
        "post_days": POST_DAYS,
    },
    meanings={
        "version": "Version of Meta's API; each lives for about a year.",
        "page_ids": "Ids of the Facebook pages that are read, with commas between them.",
        "post_days": "How old posts may be whose comments are asked for each night.",
    },
    wrong=wrong,
    rate=(2, 1.0),
    throttled=meta_ads.throttled,
    refusal=refusal,
)
