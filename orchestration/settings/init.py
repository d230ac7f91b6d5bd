"""`crm360 init FOLDER`: a user's project, out of what is delivered. From then on the folder is the user's alone."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.systems import CONNECTORS
from crm360.connectors.targets import TARGETS
from crm360.orchestration.settings.project import DELIVERED, template

TEMPLATE = "project_template"
NAMES = {"gitignore": ".gitignore"}  # a wheel keeps no file that begins with a dot
DECISIONS = "_decisions.csv"
MARTS = DELIVERED / "models" / "marts" / "customers"


def init(folder: Path) -> list[str]:
    """Write a new project into `folder`. Returns the names of its files. Raises ConfigError where there is one."""
    if (folder / "crm360.toml").exists():
        raise ConfigError(f"{folder} is a project already", where="init", who="whoever names the folder")
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is no folder", where="init", who="whoever names the folder")
    before = set(folder.rglob("*")) if folder.exists() else set()
    given = template(TEMPLATE)
    files = {NAMES.get(p.name, str(p.relative_to(given))): p for p in given.rglob("*") if p.is_file()}
    for seed in sorted((DELIVERED / "seeds").glob("*.csv")):
        files[f"decisions/{seed.name}" if seed.name.endswith(DECISIONS) else seed.name] = seed
    texts = {f"{name}.yml": _definitions(MARTS / f"{name}.yml", key) for name, key in YAML.items()}
    texts[".env.example"] = env_example()
    taken = sorted(name for name in (*files, *texts) if folder / name in before)
    if taken:
        raise ConfigError(f"{folder} holds {taken[0]} already", where="init", who="whoever names the folder")
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted((*files, *texts))


YAML = {"segments": "dimensions", "audiences": "audiences"}


def env_example() -> str:
    """`.env.example`: every secret of every delivered system, by what its connector declares."""
    lines = [
        "# Secrets, by source: CRM360_<SOURCE>_<NAME>. Copy to .env (chmod 600), or set them in the environment.",
        "# Against the sandbox none is needed: `crm360 run` fills in the sandbox's own.",
    ]
    for system, connector in CONNECTORS.items():
        names = [f"CRM360_{system}_{name}".upper() for name in (*connector.secrets, *connector.optional_secrets)]
        lines += [f"# {name}=" for name in names]
    lines.append("# Of a push whose target is no source: CRM360_PUSH_<NAME>_<SECRET>, by the name of [push.NAME].")
    for system, target in TARGETS.items():
        if target.own is not None:
            told = (*target.own.secrets, *target.own.optional_secrets)
            lines += [f"# CRM360_PUSH_{system}_{name}=".upper() for name in told]
    return "\n".join([*lines, ""])


def _definitions(path: Path, key: str) -> str:
    """The delivered list under `key`, with the comment at the head of its file, as a file of the project's own."""
    text = path.read_text(encoding="utf-8")
    comment = re.match(r"(#.*\n)*", text)
    found = re.search(rf"^( +){key}:\n((?:\1 .*\n|\n)+)", text, re.MULTILINE)
    assert comment is not None, path
    assert found is not None, path
    return f"{comment.group(0)}{key}:\n{textwrap.indent(textwrap.dedent(found.group(2)), '  ')}"
