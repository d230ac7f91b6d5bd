"""What things cost: the goods and their prices, and the lines and amounts of every order, in cents of euro."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from crm360.connectors.sandbox.company import names
from crm360.connectors.sandbox.company.draws import Draws, Flags, Ints

MOST_LINES = 4
FREE_SHIPPING_FROM = 6_000
SHIPPING = 490
DISCOUNT_PERCENT = 10


class Money(NamedTuple):
    """Amounts of orders in cents, one row an order; quantity is 0 where there is no line."""

    product: Ints
    quantity: Ints
    unit: Ints
    line: Ints
    subtotal: Ints
    discount: Ints
    shipping: Ints
    tax: Ints
    total: Ints
    discounted: Flags


def taxed(cents: Any, subtotal: Any, tax: Any) -> Any:
    """The tax within a part of an order's lines, rounded half up to the cent; numbers, or arrays of them."""
    whole = np.maximum(subtotal, 1)
    return (2 * tax * cents + whole) // (2 * whole)


class Goods(NamedTuple):
    titles: list[str]
    kinds: list[str]
    prices: Ints
    first_of_kind: Ints
    count_of_kind: Ints


def goods_of(draws: Draws) -> Goods:
    titles: list[str] = []
    kinds: list[str] = []
    low, high, starts, counts = [], [], [], []
    for kind, (things, cheapest, dearest) in names.GOODS.items():
        starts.append(len(titles))
        counts.append(len(things) * len(names.VARIANTS))
        for thing in things:
            for variant in names.VARIANTS:
                titles.append(f"{thing}, {variant.lower()}")
                kinds.append(kind)
                low.append(cheapest)
                high.append(dearest)
    numbers = np.arange(len(titles), dtype=np.int64)
    cheap, dear = np.array(low), np.array(high)
    prices = (cheap + draws.unit("price", numbers) ** 2 * (dear - cheap)).astype(np.int64) // 10 * 10
    return Goods(titles, kinds, prices, np.array(starts), np.array(counts))


def priced(draws: Draws, goods: Goods, rows: Ints, person: Ints, steady: Flags, vat: Ints) -> Money:
    """The money of orders. rows: their numbers; person: who buys, -1 for nobody; steady: who orders the same each
    time; vat: per cent that the prices contain."""
    # Others than the steady look, more often than not, for something of the kind they like.
    key = np.where(steady, np.maximum(person, 0) + (1 << 40), rows)
    place = np.arange(MOST_LINES)[None, :]
    at = key[:, None] * 8 + place
    kinds = len(goods.count_of_kind)
    liked = draws.below("liked kind", np.where(person >= 0, person, rows), kinds)[:, None]
    kind = np.where(draws.happens("what is liked", at, 0.6), liked, draws.below("kind", at, kinds))
    within = (draws.unit("product of line", at) * goods.count_of_kind[kind]).astype(np.int64)
    product = goods.first_of_kind[kind] + within
    there = place <= draws.chosen("lines", rows, [0.45, 0.3, 0.15, 0.1])[:, None]
    quantity = np.where(there, 1 + draws.chosen("quantity", rows[:, None] * 8 + place, [0.7, 0.2, 0.1]), 0)
    unit = np.where(there, goods.prices[product], 0)
    gross = unit * quantity
    discounted = draws.happens("discounted", rows, 0.15)
    line = np.where(discounted[:, None], gross - gross * DISCOUNT_PERCENT // 100, gross)
    subtotal = line.sum(axis=1)
    shipping = np.where(subtotal < FREE_SHIPPING_FROM, SHIPPING, 0)
    # Of a price that contains the tax, rounded half up to the cent; shipping is told without.
    tax = (subtotal * vat + (100 + vat) // 2) // (100 + vat)
    discount = gross.sum(axis=1) - subtotal
    return Money(product, quantity, unit, line, subtotal, discount, shipping, tax, subtotal + shipping, discounted)
