"""The fake as zenpy, a client that others wrote, reads it: the incremental exports give the truth's records."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from crm360.connectors.sandbox import TOKENS, Company, running
from crm360.connectors.sandbox.server.tokens import ZENDESK_USER

zenpy = pytest.importorskip("zenpy")


class ToTheSandbox(HTTPAdapter):
    """The client asks an account of its own under https: what it asks goes to the sandbox."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix("/zendesk")  # a next page's link names the sandbox already
        asked, request.url = request.url, f"{self.base_url}/zendesk{path}?{parts.query}"
        response = super().send(request, *args, **options)
        request.url = asked  # by which the client knows what the answer is about
        return response


def client(base_url: str, token: str) -> Any:
    session = requests.Session()
    session.mount("https://", ToTheSandbox(base_url))
    session.mount("http://", ToTheSandbox(base_url))
    return zenpy.Zenpy(subdomain="sandbox", email=ZENDESK_USER, token=token, session=session)


@pytest.mark.parametrize("stream", ["users", "tickets", "organizations"])
def test_the_exports_are_the_truth(stream: str) -> None:
    with running(Company(300)) as sandbox:
        api = getattr(client(sandbox.base_url, TOKENS["zendesk"]), stream)
        by_cursor = {} if stream == "organizations" else {"paginate_by_time": False}
        exported = {str(r.id): r for r in api.incremental(start_time=1, **by_cursor)}
        truth = {r.id for r in sandbox.company.truth().records("zendesk", stream) if not r.deleted}
        gone = {
            i
            for i, r in exported.items()
            if getattr(r, "status", "") == "deleted" or getattr(r, "active", True) is False
        }
        assert set(exported) - gone == truth and len(truth) >= 5


def test_a_wrong_token_is_told_as_zendesk_tells_it() -> None:
    with running(Company(10)) as sandbox, pytest.raises(zenpy.lib.exception.APIException) as told:
        list(client(sandbox.base_url, "wrong").users.incremental(start_time=1, paginate_by_time=False))
    assert told.value.response.status_code == 401
