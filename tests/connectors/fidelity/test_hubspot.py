"""The fake as HubSpot's own Python client reads it: the same records come out, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from crm360.connectors.sandbox import TOKENS, Company, running

hubspot = pytest.importorskip("hubspot")


@pytest.mark.parametrize("stream", ["contacts", "companies", "deals"])
def test_the_clients_records_are_the_truths(stream: str) -> None:
    with running(Company(300)) as sandbox:
        client = hubspot.HubSpot(access_token=TOKENS["hubspot"], host=f"{sandbox.base_url}/hubspot")
        api = getattr(client.crm, stream)
        records = api.get_all(properties=["hs_object_id"])
        truth = {r.id for r in sandbox.company.truth().records("hubspot", stream) if not r.deleted}
        assert [r.id for r in records] == [r.properties["hs_object_id"] for r in records]
        assert len(records) == len(truth) > 10 and {r.id for r in records} == truth
        archived = {r.id for r in api.get_all(archived=True)}
        assert not archived & truth


def test_a_search_by_id_gives_what_the_list_gives() -> None:
    with running(Company(300)) as sandbox:
        client = hubspot.HubSpot(access_token=TOKENS["hubspot"], host=f"{sandbox.base_url}/hubspot")
        listed = sorted(int(r.id) for r in client.crm.contacts.get_all())
        found: list[int] = []
        while True:
            after: dict[str, Any] = {
                "filterGroups": [
                    {
                        "filters": [
                            {"propertyName": "hs_object_id", "operator": "GT", "value": str(max(found, default=0))}
                        ]
                    }
                ],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "limit": 100,
            }
            page = client.crm.contacts.search_api.do_search(public_object_search_request=after)
            found += [int(r.id) for r in page.results]
            if len(page.results) < 100:
                break
        assert found == listed


def test_owners_and_a_wrong_token_are_as_the_client_expects() -> None:
    with running(Company(50)) as sandbox:
        client = hubspot.HubSpot(access_token=TOKENS["hubspot"], host=f"{sandbox.base_url}/hubspot")
        owners = client.crm.owners.get_all()
        assert len({o.id for o in owners}) == len(owners) > 1 and all(o.email for o in owners)
        client.access_token = "wrong"
        with pytest.raises(hubspot.crm.contacts.ApiException) as told:
            client.crm.contacts.get_all()
        assert told.value.status == 401


def test_what_the_client_writes_is_there_afterwards() -> None:
    from hubspot.crm.contacts import (
        BatchInputSimplePublicObjectBatchInput,
        BatchInputSimplePublicObjectBatchInputUpsert,
        BatchReadInputSimplePublicObjectId,
    )
    from hubspot.crm.lists import ListCreateRequest, MembershipChangeRequest

    with running(Company(60)) as sandbox:
        client = hubspot.HubSpot(access_token=TOKENS["hubspot"], host=f"{sandbox.base_url}/hubspot")
        batch = client.crm.contacts.batch_api
        first = next(c for c in client.crm.contacts.get_all(properties=["email"]) if c.properties["email"])
        asked = BatchReadInputSimplePublicObjectId(
            id_property="email", properties=["email"], properties_with_history=[],
            inputs=[{"id": first.properties["email"].upper()}, {"id": "nobody@mail.example"}],
        )  # fmt: skip
        told = batch.read(batch_read_input_simple_public_object_id=asked)
        assert [r.id for r in told.results] == [first.id] and told.num_errors == 1
        write = [{"id": first.id, "properties": {"loyalty_tier": "gold"}}, {"id": "1", "properties": {"city": "Rome"}}]
        told = batch.update(BatchInputSimplePublicObjectBatchInput(inputs=write))
        assert [r.id for r in told.results] == [first.id] and told.errors[0].category == "OBJECT_NOT_FOUND"
        new = [
            {"id": address, "idProperty": "email", "properties": {"email": address, "city": "Rome"}}
            for address in ("new@mail.example", "no address")
        ]
        made = batch.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=new))
        assert [r.new for r in made.results] == [True] and made.num_errors == 1
        after = {c.id: c.properties for c in client.crm.contacts.get_all(properties=["loyalty_tier,city"])}
        assert after[first.id]["loyalty_tier"] == "gold" and after[made.results[0].id]["city"] == "Rome"
        lists, members = client.crm.lists.lists_api, client.crm.lists.memberships_api
        one = lists.create(ListCreateRequest(name="win-back", object_type_id="0-1", processing_type="MANUAL")).list
        assert lists.get_by_name("win-back", "0-1").list.list_id == one.list_id
        change = MembershipChangeRequest(record_ids_to_add=[first.id, "1"], record_ids_to_remove=[])
        told = members.add_and_remove(one.list_id, change)
        assert (told.records_ids_added, told.record_ids_missing) == ([first.id], ["1"])
        assert [m.record_id for m in members.get_page(one.list_id).results] == [first.id]
