"""What Meta's Graph API does the same for all of its products: pages of records, and the tokens of Facebook pages.

What belongs to a page is given to that page's own token only, which whoever has a role on the page may ask for:
`GET /{page}?fields=access_token`. It is kept for the stream that is read, and nowhere else.
Sources: developers.facebook.com, "Paginated results", "Access tokens" (page access tokens).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from crm360.connectors.engine.connector import Context
from crm360.connectors.engine.errors import AccessDenied, BadResponse
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.request import Request

LIMIT = "500"  # records a page
EMPTY_PAGES = 20  # in a row: pages are filtered after they are cut
OF_THE_PAGE = "the administrator of the Facebook page"


@dataclass(frozen=True)
class After:
    """The next page begins after this one's cursor, while the answer has an address for it."""

    def next(self, request: Request, page: Page) -> Request | None:
        """The next request. Raises BadResponse where the page does not say whether there is one, or where."""
        after = page.get("paging.cursors.after")
        if page.get("paging.next") is None:
            if page.records and not isinstance(after, str):
                raise BadResponse("the answer does not say whether it is the last ('paging')")
            return None
        if not isinstance(after, str) or not after:
            raise BadResponse("the answer says that there is more, but not where")
        return request.with_params(after=after)


class NoRole(AccessDenied):
    """The user of the token has no role on a page."""


def page_opened(context: Context, page: str, fields: str = "") -> tuple[dict[str, str], dict[str, Any]]:
    """The header that lets read what belongs to a page, and what the page says of itself. Raises NoRole."""
    asked = {"fields": ",".join(filter(None, ("access_token", fields)))}
    request = Request(f"/{context.settings['version']}/{page}", asked)
    try:
        told = msgspec.json.decode(context.http.send(request, context.where).body, type=dict)
    except msgspec.MsgspecError as error:
        raise BadResponse("the answer is not the JSON that the API promises", where=context.where) from error
    token = told.get("access_token")
    if not isinstance(token, str) or not token:
        what = f"page {page} does not give its token: the user of the token has no role there"
        raise NoRole(what, where=context.where, who=OF_THE_PAGE)
    return {"Authorization": f"Bearer {token}"}, told
