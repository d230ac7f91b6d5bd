"""The sandbox for people: served for one night, or until interrupted. A published night moves it on a day.

What the simulated company's systems do not tell (what a mail cost, what a pound was worth) stands in the data folder's
sandbox/, in place of the project's own files as long as those are empty.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.sandbox.company import books
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.server.server import Running, running
from crm360.connectors.sandbox.server.server import serve as serve_company
from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.settings.config import SANDBOX_PORT, Config, with_sources
from crm360.orchestration.settings.places import near

SEED = 7
RATE = 200  # requests a second: the sandbox permits more than the vendors do
ADDRESS = f"http://127.0.0.1:{SANDBOX_PORT}"


class Story(msgspec.Struct):
    """Where the simulated company stands, as data/sandbox.json keeps it."""

    people: int
    seed: int = SEED
    day: int = 0


def use_sandbox_credentials() -> None:
    """Set the sandbox's own tokens where none is set; they open nothing else."""
    for vendor, fake in FAKES.items():
        for name, secret in fake.secrets.items():
            os.environ.setdefault(f"CRM360_{vendor}_{name}".upper(), secret)


@contextmanager
def night(config: Config, people: int, say: Callable[[str], None]) -> Iterator[Config]:
    """Serve the company for one night, and give the configuration that leads to it.

    The port is the sandbox's, or a free one where that is taken. If the night publishes, the next one is a day later.
    """
    if not config.uses_sandbox:
        raise ConfigError(f"--sandbox needs sources at {ADDRESS}/…", where=config.path.name)
    path = config.data / "sandbox.json"
    story = _read(path, people)
    company = Company(seed=story.seed, people=story.people, day=story.day)
    before = _current(config)
    with ExitStack() as server:
        sandbox = _served(server, company)
        taken = "" if sandbox.base_url == ADDRESS else f", for {SANDBOX_PORT} is taken"
        say(f"sandbox {story.people:,} people, night {story.day + 1}, on {sandbox.base_url}{taken}")
        try:
            _tell(config.told)
            yield _moved(config, sandbox.base_url)
        finally:
            if _current(config) != before:
                story.day += 1
                path.write_bytes(msgspec.json.encode(story))


def with_systems(config: Config, names: Sequence[str]) -> Config:
    """The configuration with further systems of the simulated company's; those that are set up stay as they are.

    Raises ConfigError for one that it does not use.
    """
    served = sorted(set(FAKES) & set(CONNECTORS))
    if unknown := [name for name in names if name not in served]:
        told = f"the simulated company has no {unknown[0]!r}, but {', '.join(served)}{near(unknown[0], served)}"
        raise ConfigError(told, where="--systems", who="whoever starts the sandbox")
    there = {source.name for source in config.sources}
    return with_sources(config, {name: _table(name) for name in names if name not in there})


def _table(name: str) -> dict[str, Any]:
    """The source of a system, as crm360.toml would set it up at the sandbox."""
    known = CONNECTORS[name].settings
    addresses = {key: f"{ADDRESS}/{name}" for key in ("base_url", "login_url") if key in known}
    return {**addresses, **FAKES[name].settings, "rate_limit": RATE}


def _served(server: ExitStack, company: Company) -> Running:
    try:
        return server.enter_context(running(company, port=SANDBOX_PORT))
    except OSError:
        return server.enter_context(running(company))


def _moved(config: Config, address: str) -> Config:
    """The configuration with every address of the sandbox led to this one."""
    sources = []
    for source in config.sources:
        settings = {name: value.replace(ADDRESS, address, 1) for name, value in source.settings.items()}
        sources.append(replace(source, settings=settings))
    pushes = {}
    for name, push in config.toml.push.items():
        moved = {key: getattr(push, key).replace(ADDRESS, address, 1) for key in ("url", "login_url")}
        pushes[name] = msgspec.structs.replace(push, **moved)
    return replace(config, sources=tuple(sources), toml=msgspec.structs.replace(config.toml, push=pushes))


def _tell(folder: Path) -> None:
    """Write what the company's books hold."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in books.files().items():
        (folder / name).write_text(text, encoding="utf-8")


def _read(path: Path, people: int) -> Story:
    try:
        story = msgspec.json.decode(path.read_bytes(), type=Story)
    except FileNotFoundError:
        return Story(people)
    except msgspec.MsgspecError as error:
        raise ConfigError(
            "sandbox.json is damaged: remove it to begin the story anew", where=path.parent.name
        ) from error
    if story.people != people:
        raise ConfigError(
            f"this data folder has a company of {story.people:,} people; name another with --data", where="--people"
        )
    return story


def _current(config: Config) -> str | None:
    pointer = config.published / "current"
    return os.readlink(pointer) if pointer.is_symlink() else None


def serve(people: int, seed: int, day: int, port: int) -> None:
    """Serve until interrupted. Raises ConfigError where the port can't be had."""
    try:
        serve_company(people=people, seed=seed, day=day, port=port)
    except (OSError, OverflowError) as error:
        told = f"{port} can't be had: end what listens there, or name another, here and in crm360.toml"
        raise ConfigError(told, where="--port", who="whoever starts the sandbox") from error
