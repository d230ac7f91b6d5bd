"""What can be written to Salesforce by sObject Collections: fields of contacts, leads and accounts; campaign members.

Rules: developer.salesforce.com, "REST API Developer Guide", sObject Collections. Traps that it plays: 200 whatever
became of single records, with a result each in the order in which they came; a record twice in one call; a field that
can't be written, a null that empties a field; a member who is one already; 200 records at most.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crm360.connectors.sandbox.company.table import LIVE
from crm360.connectors.sandbox.server.reply import Call, Refused, Reply
from crm360.connectors.sandbox.vendors.salesforce.derived import JOINED, KINDS
from crm360.connectors.sandbox.vendors.salesforce.ids import NAMING, PREFIXES, salesforce_id

if TYPE_CHECKING:
    from crm360.connectors.sandbox.company.company import Company

MOST = 200
READ_ONLY = {
    *("Id", "IsDeleted", "CreatedDate", "LastModifiedDate", "SystemModstamp", "MasterRecordId", "MailingAddress"),
    *("IsConverted", "ConvertedContactId", "ConvertedAccountId", "HasResponded", "FirstRespondedDate", "CaseNumber"),
}
STREAMS = {"Contact": "contacts", "Lead": "leads", "Account": "accounts"}
Wrong = tuple[str, str, list[str]]


class _Refusal(Exception):
    """Of one record: its code, a sentence, and the fields that it is about."""


def _records(call: Call) -> list[dict[str, Any]]:
    asked = call.json()
    records = asked.get("records")
    if not isinstance(records, list) or not records:
        raise Refused(400, "INVALID_INPUT: records must be given")
    if len(records) > MOST:
        raise Refused(400, f"EXCEEDED_MAX_SIZE: record limit reached. cannot submit more than {MOST} records")
    if asked.get("allOrNone"):
        raise Refused(400, "UNSUPPORTED: the sandbox rolls nothing back")
    return records


def _each(what: list[Any], change: Callable[[Any], str]) -> Reply:
    told: list[dict[str, Any]] = []
    for one in what:
        try:
            told.append({"id": change(one), "success": True, "errors": []})
        except _Refusal as refusal:
            code, message, fields = refusal.args
            told.append({"success": False, "errors": [{"statusCode": code, "message": message, "fields": fields}]})
    return Reply(told, aside=True)


def _row(company: Company, stream: str, record_id: str) -> int:
    """The row behind an id of a live record."""
    number = NAMING.numbered(record_id)
    if number is None or not record_id.startswith(PREFIXES[stream]):
        raise _Refusal("MALFORMED_ID", "bad id", ["Id"])
    table = company.table("salesforce", stream)
    if not 1 <= number <= len(table):
        raise _Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
    if table["state"][number - 1] != LIVE:
        raise _Refusal("ENTITY_IS_DELETED", "entity is deleted", [])
    return number - 1


def update(company: Company, call: Call) -> Reply:
    """PATCH …/composite/sobjects"""
    seen: set[str] = set()

    def change(record: dict[str, Any]) -> str:
        kind = (record.get("attributes") or {}).get("type")
        name = str(record.get("id") or record.get("Id") or "")
        if kind not in STREAMS:
            raise _Refusal("INVALID_TYPE", "the sandbox writes contacts, leads and accounts only", [])
        row = _row(company, STREAMS[kind], name)
        if name in seen:
            raise _Refusal("DUPLICATE_VALUE", f"duplicate id in the request: {name}", ["Id"])
        seen.add(name)
        fields = {field: value for field, value in record.items() if field not in ("attributes", "id", "Id")}
        rows = KINDS[kind].rows(company)
        known = set(KINDS[kind].write(company, rows, rows.number[:1] * 0)[0])
        lacking = sorted(set(fields) - known)
        if lacking:
            raise _Refusal("INVALID_FIELD", f"No such column '{lacking[0]}' on sobject of type {kind}", [])
        if set(fields) & READ_ONLY:
            told = f"Unable to create/update fields: {', '.join(sorted(set(fields) & READ_ONLY))}."
            raise _Refusal("INVALID_FIELD_FOR_INSERT_UPDATE", told, sorted(set(fields) & READ_ONLY))
        company.touch("salesforce", STREAMS[kind], salesforce_id(STREAMS[kind], row + 1), fields=fields)
        return name

    return _each(_records(call), change)


def create(company: Company, call: Call) -> Reply:
    """POST …/composite/sobjects: campaign members."""
    pipeline = company.pipeline
    there = {
        (made["CampaignId"], made["ContactId"] or made["LeadId"])
        for made in _every_member(company) if not made["IsDeleted"]
    }  # fmt: skip
    campaigns = {salesforce_id("campaigns", int(n) + 1): int(n) + 1 for n in company.mailing.campaigns()}

    def change(record: dict[str, Any]) -> str:
        if (record.get("attributes") or {}).get("type") != "CampaignMember":
            raise _Refusal("INVALID_TYPE", "the sandbox makes campaign members only", [])
        if record.get("CampaignId") not in campaigns:
            raise _Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["CampaignId"])
        stream = "leads" if record.get("LeadId") else "contacts"
        person = str(record.get("LeadId") or record.get("ContactId") or "")
        row = _row(company, stream, person)
        if (record["CampaignId"], person) in there:
            raise _Refusal("DUPLICATE_VALUE", "Already a campaign member.", [])
        there.add((record["CampaignId"], person))
        number = JOINED + len(pipeline.joined)
        status = str(record.get("Status") or "Sent")
        pipeline.joined[number] = (campaigns[record["CampaignId"]], stream, row, status, company.now)
        return salesforce_id("campaign_members", number)

    return _each(_records(call), change)


def _every_member(company: Company) -> list[dict[str, Any]]:
    kind = KINDS["CampaignMember"]
    rows = kind.rows(company)
    return kind.write(company, rows, rows.number.argsort())


def delete(company: Company, call: Call) -> Reply:
    """DELETE …/composite/sobjects?ids="""
    ids = [one for one in call.query.get("ids", "").split(",") if one]
    if not 1 <= len(ids) <= MOST:
        raise Refused(400, f"EXCEEDED_MAX_SIZE: between 1 and {MOST} ids must be given")
    every = {record["Id"]: record["IsDeleted"] for record in _every_member(company)}

    def change(name: str) -> str:
        if name not in every:
            raise _Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
        if every[name]:
            raise _Refusal("ENTITY_IS_DELETED", "entity is deleted", [])
        every[name] = True
        company.pipeline.left[NAMING.read(name)] = company.now
        return name

    return _each(ids, change)


_PATH = "/salesforce/services/data/{version}/composite/sobjects"
ROUTES = (("PATCH", _PATH, update), ("POST", _PATH, create), ("DELETE", _PATH, delete))
