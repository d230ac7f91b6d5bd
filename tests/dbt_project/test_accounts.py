"""Two accounts of one system: read together under the system's name, apart in every row by the source's."""

from __future__ import annotations

from .conftest import Compiled, landed


def test_the_same_id_in_two_shops_is_two_orders(project: Compiled) -> None:
    order = {"id": "gid://shopify/Order/7", "createdAt": "2026-06-01T10:00:00Z", "currencyCode": "EUR"}
    rows = [
        landed("7", {**order, "totalPriceSet": {"shopMoney": {"amount": amount}}}, source=shop)
        for shop, amount in (("shop_de", "10.00"), ("shop_fr", "1.459,00"))
    ]
    con = project.build(["int_orders_unioned", "int_records_unparseable"], {"shopify.orders": rows})
    found = "select order_id, source, total_amount::text from intermediate.int_orders_unioned"
    assert con.execute(found).fetchall() == [("shop_de:7", "shop_de", "10.0000")]
    unread = "select source, stream, record_id, parse_errors, is_held_back from intermediate.int_records_unparseable"
    assert con.execute(unread).fetchall() == [
        ("shop_fr", "orders", "7", "totalPriceSet.shopMoney.amount=9.999,99", True)
    ]
