"""`crm360 new connector NAME`: a connector's skeleton in the user's project, ready to be filled in.

It is four files, and no other is touched: the connector, its staging models, their declarations, and its page.
"""

from __future__ import annotations

from pathlib import Path

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.landing import NAME
from crm360.connectors.systems import known
from crm360.orchestration.settings.project import template

TEMPLATE = "connector_template"
UNPARSEABLE = "parse_errors"
FILES = {
    "connectors/{name}.py": "connector.py.template",
    "models/staging/{name}/_{name}__models.yml": "models.yml.template",
    "models/staging/{name}/stg_{name}__contacts.sql": "stg_contacts.sql.template",
    "docs/systems/{name}.md": "page.md.template",
}


def new_connector(project: Path, name: str) -> list[str]:
    """Write the skeleton of a system of that name, and return its files. Raises ConfigError where there is one."""
    if not NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no name of a system: lower-case letters, digits and _", where="new connector")
    if name in known(project):
        raise ConfigError(f"there is a system {name} already", where="new connector")
    written = [path.format(name=name) for path in FILES]
    for path in written:
        if (project / path).exists():
            raise ConfigError(f"{path} is there already", where="new connector")
    for path, source in zip(written, FILES.values(), strict=True):
        text = (template(TEMPLATE) / source).read_text(encoding="utf-8")
        text = text.replace("CRM360_NAME", f"CRM360_{name.upper()}").replace("UNPARSEABLE", UNPARSEABLE)
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text.replace("NAME", name), encoding="utf-8")
    return written
