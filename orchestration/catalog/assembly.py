"""The dbt project as it is run: the delivered one and the user's files, brought together as links.

So nothing is written into the installed package, and what the user takes away is gone the next time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from crm360.orchestration.settings.project import DELIVERED, SUITE_FILES, Project

OWN_MARTS = Path("models/marts/own")
LAYERS = ("staging", "intermediate")  # folders of own models that are no marts
NOT_DBTS = {"target", "logs", "dbt_packages", "__pycache__", ".user.yml"}
READ_BY_DBT = (".sql", ".yml", ".csv", ".py", ".md")
CODE = (".sql", ".py")


def assemble(project: Project, folder: Path, staging: Mapping[str, Path] | None = None) -> Path:
    """Make `folder` the dbt project of this user, and return it.

    A model or seed of the user's takes the place of a delivered one of the same name. `staging` are the folders of
    staging models that connectors of other packages bring, by system. Only what differs from the last time is written.
    """
    wanted = dict(_links(project))
    for system, models in (staging or {}).items():
        wanted |= {Path("models/staging", system, p.name): p for p in models.iterdir() if _is_model_file(p)}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_symlink() and wanted.get(path.relative_to(folder)) != Path(os.readlink(path)):
            path.unlink()
    for relative, target in wanted.items():
        link = folder / relative
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    return folder


def _links(project: Project) -> Iterator[tuple[Path, Path]]:
    """Each file of the assembled dbt project with the file that it leads to."""
    own = [p for p in sorted(project.models.rglob("*")) if _is_model_file(p)] if project.models.is_dir() else []
    replaced = {p.stem for p in own if p.suffix in CODE}
    for path in sorted(DELIVERED.rglob("*")):
        relative = path.relative_to(DELIVERED)
        if not path.is_file() or path.suffix not in READ_BY_DBT or NOT_DBTS & set(relative.parts):
            continue
        if relative.parts[0] == "models" and path.suffix in CODE and path.stem in replaced:
            continue
        if relative.parts[0] == "seeds" and path.suffix == ".csv":
            yield relative, project.seed(path.name) or path
        else:
            yield relative, path
    for path in own:
        relative = path.relative_to(project.models)
        yield (Path("models") if relative.parts[0] in LAYERS else OWN_MARTS) / relative, path.absolute()


def _is_model_file(path: Path) -> bool:
    return path.is_file() and path.suffix in (*CODE, ".yml") and not path.match(SUITE_FILES)
