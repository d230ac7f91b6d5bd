"""The five dashboards: which figures stand on which. All but those about the data itself are the report's own."""

from __future__ import annotations

from dataclasses import dataclass

from crm360.orchestration.bi import quality
from crm360.orchestration.report import pages, relations
from crm360.orchestration.report.registry import Figure, Relation

RELATIONS: dict[str, Relation] = {**relations.RELATIONS, **quality.RELATIONS}


@dataclass(frozen=True)
class Dashboard:
    """`about` is its description."""

    key: str
    title: str
    about: str
    figures: tuple[Figure, ...]

    @property
    def tables(self) -> set[str]:
        """The published tables that it reads."""
        used = [RELATIONS[figure.relation] for figure in self.figures]
        return {table for relation in used for table in (relation.table, *relation.needs)}


DASHBOARDS: tuple[Dashboard, ...] = (
    Dashboard("overview", "Overview", "Customers, revenue, e-mails and tickets at a glance.", pages.OVERVIEW.figures),
    Dashboard("sales", "Sales", "Deals, pipeline, forecast, representatives and products.", pages.SALES.figures),
    Dashboard("marketing", "Marketing", "Campaigns, e-mails and leads.", pages.MARKETING.figures),
    Dashboard("service", "Service", "Tickets, times to reply and to solve, satisfaction.", pages.SERVICE.figures),
    Dashboard("quality", "Data quality", "What was landed, held back, not understood, and is far off what it was.",
              quality.FIGURES),
)  # fmt: skip
