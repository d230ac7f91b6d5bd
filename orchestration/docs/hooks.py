"""What MkDocs calls while it builds: folders in the navigation are listed, and the generated pages are added.

`mkdocs build` and `mkdocs serve` in a checkout thus show what `crm360 docs` builds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from crm360.orchestration.docs.pages import generated
from crm360.orchestration.settings.project import Project

PAGES = "crm360_pages"  # under `extra`: what `crm360 docs` has made already, of its project
FIRST = ("index.md", "README.md")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of a folder where the navigation names the folder, `systems/`."""
    pages = config.extra.setdefault(PAGES, None) or generated(Project(Path.cwd()))
    config.extra[PAGES] = pages
    there = [*pages, *(str(p.relative_to(config.docs_dir)) for p in Path(config.docs_dir).rglob("*.md"))]
    config.nav = _listed(config.nav, there)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for path, text in config.extra[PAGES].items():
        files.append(File.generated(config, path, content=text))
    return files


def _listed(node: Any, there: list[str]) -> Any:
    """The navigation with each folder's pages in the folder's place, its first page first."""
    if isinstance(node, dict):
        return {title: _listed(below, there) for title, below in node.items()}
    if isinstance(node, list):
        pages = [_listed(item, there) for item in node]
        return [page for one in pages for page in (one if isinstance(one, list) else [one])]
    if isinstance(node, str) and node.endswith("/"):
        inside = [path for path in there if path.startswith(node) and "/" not in path.removeprefix(node)]
        return sorted(inside, key=lambda path: (path.removeprefix(node) not in FIRST, path))
    return node
