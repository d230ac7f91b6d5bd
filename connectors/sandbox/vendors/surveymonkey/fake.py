"""SurveyMonkey's fake: what the shop's customers answered, when they were asked for the first and the second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm360.connectors.sandbox.company.copies import Copy
from crm360.connectors.sandbox.company.table import DELETED, VANISHED
from crm360.connectors.sandbox.vendors.fake import Fake, by_bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm360.connectors.sandbox.company.company import Company
    from crm360.connectors.sandbox.company.table import Table


def streams(company: Company) -> Mapping[str, Table]:
    """The responses; what is deleted there is in no list."""
    return {"responses": Copy(company.opinions.answers, 5_007_100_001, 3, becomes={DELETED: VANISHED})}


FAKE = Fake({"token": "sandbox-surveymonkey"}, by_bearer, streams, "/surveymonkey/v3/surveys/*/responses/bulk")
