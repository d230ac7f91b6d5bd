"""Who is on which list of the tools that letters are sent by, out of what they tell of each contact."""

from __future__ import annotations

from .conftest import Compiled, landed


def test_who_is_on_a_list_and_who_was(project: Compiled) -> None:
    def member(name: str, status: str) -> dict[str, str]:
        return {"id": name, "list_id": "l1", "email_address": f"{name}@X.example", "status": status,
                "timestamp_opt": "2026-05-01T08:00:00+00:00", "last_changed": "2026-05-02T08:00:00+00:00"}  # fmt: skip

    given = {
        "mailchimp.lists": [landed("l1", {"id": "l1", "name": "News"}, source="mailchimp")],
        "mailchimp.members": [
            landed(f"l1/{name}", member(name, status), source="mailchimp")
            for name, status in (("ann", "subscribed"), ("bob", "unsubscribed"), ("cid", "pending"), ("dee", "cleaned"))
        ],
        "brevo.contacts": [
            landed(
                "7", {"id": 7, "email": "Eve@X.example", "listIds": [3, 4, 5], "listUnsubscribed": [5]}, source="brevo"
            ),
            landed("8", {"id": 8, "email": "none@x.example", "listIds": [], "listUnsubscribed": None}, source="brevo"),
            landed("9", source="brevo"),
        ],
        "sendgrid.contacts": [
            landed("s", {"id": "s", "email": "fay@x.example", "list_ids": ["a-1"]}, source="sendgrid")
        ],
    }
    with project.build(["list_members"], given) as con:
        found = con.execute(
            "select list_member_id, list_id, list_name, list_kind, is_active, joined_at::date::text "
            "from marts.list_members order by 1"
        ).fetchall()
    on, may = "static", "2026-05-01"
    assert found == [
        ("brevo:list/3/7", "brevo:list/3", None, on, True, None),
        ("brevo:list/4/7", "brevo:list/4", None, on, True, None),
        ("brevo:list/5/7", "brevo:list/5", None, on, False, None),
        ("mailchimp:l1/ann", "mailchimp:l1", "News", on, True, may),
        ("mailchimp:l1/bob", "mailchimp:l1", "News", on, False, may),
        ("mailchimp:l1/cid", "mailchimp:l1", "News", on, False, may),
        ("mailchimp:l1/dee", "mailchimp:l1", "News", on, False, may),
        ("sendgrid:list/a-1/s", "sendgrid:list/a-1", None, on, True, None),
    ]
