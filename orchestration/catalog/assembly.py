"""The dbt project as it is run: the delivered one and the user's files, brought together as links.

So nothing is written into the installed package, and what the user takes away is gone the next time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from crm360 import durable
from crm360.orchestration.catalog import registry
from crm360.orchestration.settings.project import DELIVERED, SUITE_FILES, Project

OWN_MARTS = Path("models/marts/own")
LAYERS = ("staging", "intermediate")  # folders of own models that are no marts
NOT_DBTS = {"target", "logs", "dbt_packages", "__pycache__", ".user.yml"}
READ_BY_DBT = (".sql", ".yml", ".csv", ".py", ".md")
CODE = (".sql", ".py")
REGISTRY = Path("macros/registry.sql")
PARSED = "partial_parse.msgpack"  # what dbt remembers of a project, in its target folder
# Where each system has a folder of its name; and the folders there that are no system's.
BY_SYSTEM = Path("models/staging")
OF_ALL = {"landing", "ledger", "mapped"}
UNIT_TESTS = "*__unit_tests.yml"


def assemble(
    project: Project,
    folder: Path,
    staging: Mapping[str, Path] | None = None,
    systems: Collection[str] | None = None,
) -> Path:
    """Make `folder` the dbt project of this user, and return it.

    A model or seed of the user's takes the place of a delivered one of the same name. `staging` are the folders of
    staging models that connectors of other packages bring, by system. With `systems`, models of others are left out,
    and so are the delivered unit tests, which need all of them. Only what differs from the last time is written.
    Raises ConfigError where the models' declarations don't hold together.
    """
    wanted = {path: target for path, target in _links(project) if systems is None or _is_needed(path, systems)}
    for system, models in (staging or {}).items():
        wanted |= {Path("models/staging", system, p.name): p for p in models.iterdir() if _is_model_file(p)}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_symlink() and wanted.get(path.relative_to(folder)) != Path(os.readlink(path)):
            path.unlink()
            _forget_parsed(folder, path)
    for relative, target in wanted.items():
        link = folder / relative
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    text = known(wanted).macro()
    path = folder / REGISTRY
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        durable.write(path, text.encode())
    return folder


def _forget_parsed(folder: Path, gone: Path) -> None:
    """Have dbt read all anew where a model is gone: it remembers the model's unit tests, and then misses the model."""
    if gone.suffix in CODE:
        for place in (folder.parent, folder / "target"):
            (place / PARSED).unlink(missing_ok=True)


def assembled(folder: Path) -> registry.Registry:
    """What the models of an assembled project declare."""
    return known({p.relative_to(folder): Path(os.readlink(p)) for p in folder.rglob("*") if p.is_symlink()})


def known(wanted: Mapping[Path, Path]) -> registry.Registry:
    """What the models among these files declare: each file of the assembled project with the file that it leads to."""
    models = {path.stem for path in wanted if path.parts[0] == "models" and path.suffix in CODE}
    files = [target for path, target in wanted.items() if path.suffix == ".yml" and path.parts[1:2] != ("marts",)]
    stamps = frozenset((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return _registry(stamps, frozenset(models))


@lru_cache(maxsize=4)
def _registry(files: frozenset[tuple[Path, int, int]], models: frozenset[str]) -> registry.Registry:
    """The registry; a process that assembles several times reads the YAML once, unless a file has changed."""
    return registry.read(sorted(file for file, _, _ in files), models)


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


def _is_needed(path: Path, systems: Collection[str]) -> bool:
    """Whether a delivered file says anything to a project that has these systems only."""
    if path.match(UNIT_TESTS):
        return False
    folder = path.parent
    return folder.parent != BY_SYSTEM or folder.name in OF_ALL or folder.name in systems


def _is_model_file(path: Path) -> bool:
    return path.is_file() and path.suffix in (*CODE, ".yml") and not path.match(SUITE_FILES)


if (
    __name__ == "__main__"
):  # `python -m crm360.orchestration.catalog.assembly FOLDER`: for the linter, and for dbt by hand
    assemble(Project(Path.cwd()), Path(sys.argv[1]).absolute())
