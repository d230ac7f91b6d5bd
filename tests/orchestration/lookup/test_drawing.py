"""What is drawn of a customer's links: the steps of a match weight, as the published table says them."""

from __future__ import annotations

import pytest

from crm360.orchestration.lookup.drawing import waterfalls

STEPS = (
    "how few pairs are one person: -8.00 | first name same: +6.00 | place differs, near: +5.50 | e-mail differs: -0.50"
)
RECORD = {
    "contact_id": "a:1", "linked_contact_id": "b:1", "rule": "alike", "is_current": True,
    "match_weight": 3.0, "match_threshold": 2.0, "match_weight_steps": STEPS,
}  # fmt: skip


def test_a_waterfall_goes_from_nought_by_each_comparison_to_the_match_weight() -> None:
    (drawn,) = waterfalls([RECORD])
    assert [(step.words, step.bits, step.sum) for step in drawn.steps] == [
        ("how few pairs are one person", -8.0, -8.0),
        ("first name same", 6.0, -2.0),
        ("place differs, near", 5.5, 3.5),
        ("e-mail differs", -0.5, 3.0),
    ]
    # From −8 to 3.5 bits on a hundred: a bar lies between the sum before it and the sum behind it.
    places = [(step.left, round(step.left + step.width, 2)) for step in drawn.steps]
    assert places == [(0.0, 69.57), (0.0, 52.17), (52.17, 100.0), (95.65, 100.0)]
    assert (drawn.zero, drawn.threshold) == (69.57, 86.96)
    assert drawn.probability == pytest.approx(8 / 9)


def test_a_link_is_drawn_once_and_only_where_the_two_were_compared() -> None:
    other = {**RECORD, "contact_id": "b:1", "linked_contact_id": "a:1"}
    merged = {**RECORD, "contact_id": "c:1", "match_weight": None, "match_weight_steps": None}
    stronger = {**RECORD, "contact_id": "d:1", "match_weight": 9.0}
    before = {**RECORD, "contact_id": "e:1", "is_current": False}
    drawn = waterfalls([RECORD, other, merged, stronger, before])
    assert [(one.contact_id, one.linked_contact_id) for one in drawn] == [("d:1", "b:1"), ("a:1", "b:1")]
