"""How many models stand between what sources say and what is published, and how many one after the other."""

from __future__ import annotations

from functools import cache

from .conftest import Compiled

BETWEEN = ("/intermediate/entities/", "/intermediate/metrics/")
WHO_IS_WHO = ("/intermediate/identity/", "/intermediate/companies/")  # of people and of companies: a way of its own
AT_MOST, DEEPEST = 100, 20


def test_the_way_to_a_customer_is_short(project: Compiled) -> None:
    between = [node for node in project.models.values() if any(part in node["original_file_path"] for part in BETWEEN)]
    assert len(between) <= AT_MOST, "one model more between staging and marts: can two be one?"
    way = longest(project, "customer_360")
    assert 10 < len(way) <= DEEPEST, " → ".join(way)


def longest(project: Compiled, name: str) -> tuple[str, ...]:
    """The longest line of models that leads to one, those of who is who left out."""

    @cache
    def behind(model: str) -> tuple[str, ...]:
        node = project.models[model]
        parents = [p.rsplit(".", 1)[-1] for p in node["depends_on"]["nodes"] if p.startswith("model.")]
        own = () if any(part in node["original_file_path"] for part in WHO_IS_WHO) else (model,)
        return max((behind(parent) for parent in parents), key=len, default=()) + own

    return behind(name)
