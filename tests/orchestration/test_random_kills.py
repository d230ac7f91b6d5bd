"""Whole runs that are killed at any moment: what stands in the end is what stands where nothing was killed.

Two folders of one company live through the same nights. In one every night is killed several times, sometimes the run alone and
sometimes with its dbt, before it may end; the other is left in peace. After each night both must show the same tables, and
have landed and remembered the same. `CRM360_KILLS` says how many kills (60), `CRM360_SEED` draws others.
"""

from __future__ import annotations

import os
import random
import statistics
from pathlib import Path

import pytest

from tests.orchestration.folders import ForkingFolder

pytestmark = pytest.mark.long
KILLS, SEED = int(os.environ.get("CRM360_KILLS", "60")), int(os.environ.get("CRM360_SEED", "1"))
A_NIGHT = 5


def test_a_company_whose_runs_are_killed_has_what_one_in_peace_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(SEED)
    troubled, peaceful = ForkingFolder(tmp_path / "troubled"), ForkingFolder(tmp_path / "peaceful")
    kills, night, seconds, sizes = 0, 0, [peaceful.ended()], []
    troubled.ended()
    while kills < KILLS:
        night += 1
        for folder in (troubled, peaceful):
            folder.change(night)
        seconds.append(peaceful.ended())
        for _ in range(A_NIGHT):
            kills += troubled.killed(draw.uniform(0.3, 1.05) * statistics.median(seconds[-3:]), draw.random() < 0.7)
        troubled.ended()
        assert troubled.shown() == peaceful.shown(), night
        assert troubled.landed() == peaceful.landed(), night
        assert troubled.remembered() == peaceful.remembered(), night
        assert troubled.left() == [], night
        sizes.append((troubled.size(), peaceful.size()))
    troubled.ended("verify")
    with capsys.disabled():
        print(
            f"\n{kills} kills in {night} nights: nothing lost, doubled or different; a run in peace took "
            f"{statistics.median(seconds[:5]):.1f} s at first and {statistics.median(seconds[-5:]):.1f} s at last; "
            f"{sizes[0][0] / 1e6:.1f} MB grew to {sizes[-1][0] / 1e6:.1f} MB, without kills {sizes[0][1] / 1e6:.1f} "
            f"to {sizes[-1][1] / 1e6:.1f} MB"
        )
