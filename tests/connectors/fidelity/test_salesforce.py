"""The fake as simple-salesforce reads it: the same ids come out, over query locators, with and without deleted ones."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

import crm360.connectors.sandbox.vendors.salesforce.api
from crm360.connectors.sandbox import Company, Running, running
from crm360.connectors.sandbox.vendors.salesforce.fake import CLIENT, SECRETS

simple_salesforce = pytest.importorskip("simple_salesforce")


class ToSandbox(HTTPAdapter):
    """The client speaks https to a host of Salesforce's; here the sandbox answers in its place."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        place = urlsplit(str(request.url))
        request.url = f"{self.base_url}{place.path.removeprefix('/salesforce')}" + (
            f"?{place.query}" if place.query else ""
        )
        request.headers["Host"] = urlsplit(self.base_url).netloc
        return super().send(request, *args, **kwargs)


def client(sandbox: Running, secret: str) -> Any:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", ToSandbox(f"{sandbox.base_url}/salesforce"))
    key = CLIENT["client_id"]
    return simple_salesforce.Salesforce(consumer_key=key, consumer_secret=secret, domain="acme.my", session=session)


@pytest.mark.parametrize(
    ("stream", "name"),
    [("contacts", "Contact"), ("accounts", "Account"), ("leads", "Lead"), ("opportunities", "Opportunity"), ("cases", "Case")],
)  # fmt: skip
def test_the_clients_ids_are_the_truths(stream: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crm360.connectors.sandbox.vendors.salesforce.api, "MOST_ON_A_PAGE", 50)
    with running(Company(300)) as sandbox:
        salesforce = client(sandbox, SECRETS["client_secret"])
        ids = [
            r["Id"]
            for r in salesforce.query_all_iter(
                f"SELECT Id, Name FROM {name}" if name != "Case" else "SELECT Id FROM Case"
            )
        ]
        truth = [r.id for r in sandbox.company.truth().records("salesforce", stream) if not r.deleted]
        assert ids == truth and len(ids) > 5
        everything = salesforce.query_all(f"SELECT Id, IsDeleted FROM {name} ORDER BY Id", include_deleted=True)[
            "records"
        ]
        assert [r["Id"] for r in everything if not r["IsDeleted"]] == truth
        assert "SystemModstamp" in {f["name"] for f in getattr(salesforce, name).describe()["fields"]}
        assert salesforce.api_usage["api-usage"].total > 0


def test_a_wrong_secret_and_a_wrong_field_are_told_as_salesforce_tells_them() -> None:
    with running(Company(10)) as sandbox:
        with pytest.raises(simple_salesforce.exceptions.SalesforceAuthenticationFailed):
            client(sandbox, "wrong")
        salesforce = client(sandbox, SECRETS["client_secret"])
        with pytest.raises(simple_salesforce.exceptions.SalesforceMalformedRequest, match="INVALID_FIELD"):
            salesforce.query("SELECT Nothing FROM Contact")
        salesforce._salesforce_login_partial = None  # or the client would log in again by itself
        salesforce.headers["Authorization"] = "Bearer wrong"
        with pytest.raises(simple_salesforce.exceptions.SalesforceExpiredSession):
            salesforce.query("SELECT Id FROM Contact")
