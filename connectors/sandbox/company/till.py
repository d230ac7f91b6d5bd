"""What the company sells at the counter, which Odoo's point of sale keeps; some of it comes back."""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Draws, Ints
from crm360.connectors.sandbox.company.pipeline import Pipeline
from crm360.connectors.sandbox.company.prices import Goods
from crm360.connectors.sandbox.company.roster import Window
from crm360.connectors.sandbox.company.table import Table

_BUYS, _RETURNS = 0.05, 0.15
_RETURNED_AFTER = 3 * clock.DAY
VAT_PERCENT = 19


class Till:
    """sales: person, contact (row of the pipeline's), product, is_return, edition."""

    def __init__(self, draws: Draws, pipeline: Pipeline, goods: Goods) -> None:
        self.draws, self.pipeline, self.goods = draws, pipeline, goods
        self.sales = Table(
            4_001, person=np.int32, contact=np.int32, product=np.int32, is_return=np.uint8, edition=np.uint16
        )  # fmt: skip

    def pass_time(self, window: Window) -> None:
        """Sell what is sold in the window, and take back what is returned in it."""
        contact = self.pipeline.contact_of.astype(np.int64)
        p = np.flatnonzero((contact >= 0) & self.draws.happens("buys at the counter", np.arange(len(contact)), _BUYS))
        sold = self.pipeline.contacts["created"][contact[p]] + self.draws.below("counter", p, 90 * clock.DAY)
        back = self.draws.happens("brings back", p, _RETURNS)
        times = np.r_[sold, sold[back] + _RETURNED_AFTER]
        person, is_return = np.r_[p, p[back]], np.r_[np.zeros(len(p)), np.ones(int(back.sum()))].astype(np.uint8)
        inside = np.flatnonzero(window.holds(times))
        inside = inside[np.argsort(times[inside], kind="stable")]
        who = person[inside]
        self.sales.add(
            times[inside], person=who, contact=contact[who], is_return=is_return[inside],
            product=self.draws.below("sold at the counter", who, len(self.goods.prices)),
        )  # fmt: skip

    def cents(self, rows: Ints) -> Ints:
        """What was paid for each, tax included; below nought for what came back."""
        price = self.goods.prices[self.sales["product"][rows]]
        return np.where(self.sales["is_return"][rows] > 0, -price, price)
