"""All generated pages."""

from __future__ import annotations

from collections.abc import Mapping

from crm360.connectors.engine.connector import Connector
from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.docs import commands, configuration, entities, tables
from crm360.orchestration.settings.project import Project


def generated(
    project: Project,
    connectors: Mapping[str, Connector] = CONNECTORS,
    custom: Mapping[str, Mapping[str, str]] | None = None,
    *,
    has_dbt: bool = False,
) -> dict[str, str]:
    """Path in the site → Markdown.

    `custom` says by table what each custom column means; `has_dbt`: dbt's docs stand beside.
    """
    from crm360.expectations import suites  # Great Expectations takes seconds to import: only who builds the site waits
    from crm360.orchestration.cli.cli import main  # it imports us, for `crm360 docs`
    from crm360.orchestration.docs import relations

    try:
        told = suites.load(project.suites())
    except suites.SuiteError as error:
        raise ConfigError(str(error), where="models", who="whoever wrote the suite") from error

    return {
        **commands.pages(main),
        **configuration.pages(connectors, project),
        **entities.pages(),
        **tables.pages(project, custom, has_dbt=has_dbt),
        **relations.pages(told),
    }
