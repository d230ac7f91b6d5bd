"""`crm360 docs`: the documentation as a site that needs no network, with the reference of this project and dbt's docs.

The pages are those of the installed version; the reference is made from its code and from the project's own marts,
custom fields and connectors. dbt's docs are one file beside it, `dbt/index.html`, with the warehouse's column types
where one has been built.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from crm360.connectors.engine.errors import BusyError, ConfigError
from crm360.orchestration.catalog import shape
from crm360.orchestration.docs.pages import generated
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config
from crm360.orchestration.settings.custom import descriptions
from crm360.orchestration.settings.project import PACKAGE

MKDOCS = PACKAGE / "mkdocs.yml"
NEEDED = ("mkdocs", "material")
MARK = ".crm360-docs"  # in a folder whose content is ours to replace


def build(config: Config, folder: Path) -> Path:
    """Build the site into `folder`, in place of an earlier one, and return its first page. Raises Crm360Error."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        told = "the documentation is built by MkDocs, which is not installed: pip install 'crm360[docs]'"
        raise ConfigError(told, where="docs", who="whoever installs crm360")
    if folder.exists() and not (folder / MARK).exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder} holds something else: name a new folder", where="docs", who="whoever names the folder"
        )
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder.with_name(folder.name + ".part")
    try:
        dbt = dbt_docs(config)
        pages = generated(config.project, config.connectors, descriptions(config.custom_fields), has_dbt=True)
        write(pages, fresh)
        (fresh / "dbt").mkdir()
        shutil.move(dbt, fresh / "dbt" / "index.html")
        (fresh / MARK).touch()
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder / "index.html"


def write(pages: dict[str, str], folder: Path, docs: Path = PACKAGE / "docs") -> None:
    """Have MkDocs write the site of these pages and those in `docs`. Raises ConfigError for a dead link, too."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # the theme's notice on its own future
    from mkdocs.commands.build import build as build_site
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    from crm360.orchestration.docs.hooks import PAGES

    with _complaints() as said:
        try:
            made = load_config(str(MKDOCS), docs_dir=str(docs), site_dir=str(folder.absolute()))
            made.extra[PAGES] = pages
            build_site(made)
        except (MkDocsException, OSError) as error:
            raise ConfigError(f"MkDocs can't build the site: {error}", where="docs") from error
    if said:
        raise ConfigError(
            f"{len(said)} of its pages or links are at fault, the first: {said[0]}",
            where="docs",
            who="whoever wrote the page",
        )


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """What MkDocs warns of, dead links first of all; it tells nothing else."""
    said: list[str] = []
    logger = logging.getLogger("mkdocs")
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(" ".join(record.getMessage().split()))  # type: ignore[method-assign]
    before = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING)  # whatever the command line logs
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = before[0]
        logger.setLevel(before[1])


def dbt_docs(config: Config) -> Path:
    """dbt's own docs as one file. Column types come from the warehouse, where there is one and nobody works in it."""
    command = [str(shape.DBT), "--quiet", "--log-format", "json", "docs", "generate", "--static", "--no-compile"]
    command += ["--project-dir", str(shape.project(config)), "--vars", json.dumps(shape.variables(config))]
    with contextlib.ExitStack() as held:
        is_there = config.warehouse.exists()
        if is_there:
            try:
                held.enter_context(runs.only_one(config.data))
            except BusyError:
                is_there = False
        command += [] if is_there else ["--empty-catalog"]
        kept = shape.manifest(config)  # without compiling, dbt reads the manifest that lies there
        shutil.copyfile(kept, shape.target(config) / "manifest.json")
        environment = os.environ | shape.environment(config)
        done = subprocess.run(command, env=environment, cwd=config.data, capture_output=True, text=True, check=False)
    made = shape.target(config) / "static_index.html"
    if done.returncode != 0 or not made.exists():
        raise shape.ShapeError(f"dbt can't write its docs: {shape.complaint(done.stdout)}", where="dbt")
    return made
