"""What becomes of a record once a person in it was forgotten; everything else stays as it was written, to the digit."""

from __future__ import annotations

import pytest

from crm360.connectors.engine import exact_json, forgotten
from crm360.connectors.engine.anonymise import Anonymiser, Persons
from crm360.connectors.engine.batch import LandedRecord
from crm360.connectors.engine.forgotten import Forgotten

KEY = Forgotten(b"a key")
MARKS = {
    "contact": {KEY.hash("contact", f"erp\0{i}") for i in ("14", "7000000042")},
    "email": {KEY.hash("email", "ann@quast.example")},
    "token": {KEY.hash("token", t) for t in forgotten.derived("ann@quast.example")},
    "phone": {KEY.hash("phone", "305551234")},
    "words": {KEY.hash("words", "ann quast"), KEY.hash("words", "12 main street")},
    "linked": {KEY.hash("linked", w) for w in ("ann", "quast")},
}
OF = Forgotten(b"a key", 1, MARKS, {"words": {2, 3}, "linked": {1}})
MD5 = next(forgotten.derived("ann@quast.example"))
TICKETS, ORDERS, PEOPLE = Persons(is_written=True), Persons(), Persons(is_contacts=True)


@pytest.mark.parametrize(
    ("persons", "record", "left"),
    [
        # Numbers, doubled keys, escapes: what is not theirs is as it was written.
        (ORDERS, '{"id":14,"amount":1.10,"n":12345678901234567890,"a":1e400,"a":2}', '{"id":14,"amount":1.10,"n":12345678901234567890,"a":1e400,"a":2}'),
        (ORDERS, '{"id":1,"amount":1.10,"customer":{"id":14,"name":"Ann Quast"}}', '{"id":1,"amount":1.10,"customer":null}'),
        # A small number is an id only where a person is referred to.
        (ORDERS, '{"id":14,"quantity":14,"owner_id":14,"partner_count":14,"product_id":14}', '{"id":14,"quantity":14,"owner_id":14,"partner_count":14,"product_id":14}'),
        (ORDERS, '{"id":3,"partner_id":[14,"Quast, Ann"],"user_id":[14,"Marc"]}', '{"id":3,"partner_id":false,"user_id":[14,"Marc"]}'),
        (ORDERS, '{"id":3,"customer":"gid://shop/Customer/7000000042"}', '{"id":3,"customer":null}'),
        # The person's objects lose what they are called for; lines of products and our own people do not.
        (
            ORDERS,
            '{"id":3,"billing":{"first_name":"A.","email":"Ann@Quast.example","address_1":"Elsewhere 5","country":"DE"},"lines":[{"name":"Ann\'s jar","street":"x"}],"agent":{"name":"Mo","email":"mo@us.example"}}',
            '{"id":3,"billing":{"first_name":null,"email":null,"address_1":null,"country":"DE"},"lines":[{"name":"Ann\'s jar","street":"x"}],"agent":{"name":"Mo","email":"mo@us.example"}}',
        ),
        # In what others wrote only the words that are theirs go.
        (TICKETS, '{"requester_id":5,"description":"ask Ann Quast, 030/5551234, \\u0061nn@quast.example"}', '{"requester_id":5,"description":"ask [forgotten], [forgotten], [forgotten]"}'),
        (TICKETS, '{"requester_id":5,"description":"ask Ann, or Mr Quast of 3 Main Street"}', '{"requester_id":5,"description":"ask Ann, or Mr Quast of 3 Main Street"}'),
        (TICKETS, '{"requester_id":14,"subject":"for Ann","description":"I am at home on Monday"}', '{"requester_id":null,"subject":"for [forgotten]","description":null}'),
        (TICKETS, '{"to":["ann@quast.example","bo@b.example"],"text":"see you all there"}', '{"to":["bo@b.example"],"text":"see you all there"}'),
        (TICKETS, '{"contacts":{"results":[{"id":"14"},{"id":"15"}]}}', '{"contacts":{"results":[{"id":"15"}]}}'),
        (TICKETS, '{"link":"https://x.example/?e=ann%40quast.example&z=1"}', '{"link":"https://x.example/?e=[forgotten]&z=1"}'),
        (ORDERS, f'{{"email_id":"{MD5}"}}', '{"email_id":null}'),
        (ORDERS, '"no JSON: ann@quast.example, 5"', '"no JSON: [forgotten], 5"'),
        (PEOPLE, '{"id":99,"email":"ANN@quast.example"}', None),
        (PEOPLE, '{"id":98,"email":"bo@quast.example","referred_by":"Ann Quast"}', '{"id":98,"email":"bo@quast.example","referred_by":null}'),
        # Whom they brought in is not forgotten with them.
        (PEOPLE, '{"id":97,"properties":{"email":"bo@b.example","firstname":"Ann","referred_by":"ANN@quast.example"}}', '{"id":97,"properties":{"email":"bo@b.example","firstname":"Ann","referred_by":null}}'),
    ],
)  # fmt: skip
def test_what_is_left_of_a_record(persons: Persons, record: str, left: str | None) -> None:
    found = Anonymiser(OF, "erp", persons).row(LandedRecord("1", record))
    assert (found.record if found is not None else None) == left
    again = Anonymiser(OF, "erp", persons).row(found) if found is not None else None
    assert again == found  # what was cleaned is clean


def test_an_id_is_one_of_its_own_source_and_a_key_stays_one() -> None:
    other = Anonymiser(OF, "shop", ORDERS).row(LandedRecord("1", '{"id":1,"customer_id":14}'))
    assert other is not None and other.record == '{"id":1,"customer_id":14}'
    assert Anonymiser(OF, "erp", PEOPLE).row(LandedRecord("14", None, is_deleted=True)) is None
    keyed = Anonymiser(OF, "mail", Persons(key=("campaign", "email_id")))
    rows = [keyed.row(LandedRecord(f"{c}/{MD5}", f'{{"campaign":"{c}","email_id":"{MD5}"}}')) for c in ("a", "a", "b")]
    ids = [row.record_id for row in rows if row is not None]
    assert len(ids) == 3 and ids[0] == ids[1] != ids[2] and MD5 not in "".join(map(str, ids))
    assert all(
        row is not None and row.record_id.split("/")[1] in (row.record or "") for row in rows if row and row.record_id
    )


@pytest.mark.parametrize(
    "text",
    ['{"a":1.10,"b":[],"c":{},"d":null,"e":true,"f":"ü\\n\\"","g":-0,"h":1E5}', "[1,[2,{}]]", '"\\ud800"', "12", '{"a":1,"a":2}'],
)  # fmt: skip
def test_json_is_written_as_it_was_read(text: str) -> None:
    assert exact_json.dumps(exact_json.loads(text)) == text


def test_nobody_is_forgotten_costs_nothing() -> None:
    row = LandedRecord("1", '{"id":1}')
    assert not Forgotten() and Anonymiser(Forgotten(), "erp", PEOPLE).row(row) is row
