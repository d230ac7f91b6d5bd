"""The sandbox for people: served for one night, or until interrupted. A published night moves it on a day."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from connectors.errors import ConfigError, Crm360Error
from connectors.sandbox.company import Company
from connectors.sandbox.crm_logins import LOGINS
from connectors.sandbox.server import running
from connectors.sandbox.server import serve as serve_company
from connectors.sandbox.tokens import TOKENS
from connectors.systems import CONNECTORS
from orchestration.config import SANDBOX_PORT, Config

SEED = 7


class Story(msgspec.Struct):
    """Where the simulated company stands, as data/sandbox.json keeps it."""

    people: int
    seed: int = SEED
    day: int = 0


def lend_tokens() -> None:
    """Set the sandbox's own tokens where none is set; they open nothing else."""
    for vendor, token in TOKENS.items():
        os.environ.setdefault(f"CRM360_{vendor.upper()}_TOKEN", token)
    for vendor, login in LOGINS.items():
        for secret in CONNECTORS[vendor].secrets:
            os.environ.setdefault(f"CRM360_{vendor}_{secret}".upper(), login[secret])


@contextmanager
def night(config: Config, people: int, say: Callable[[str], None]) -> Iterator[None]:
    """Serve the company on the sandbox's port for one night. If the night publishes, the next one is a day later."""
    if not config.uses_sandbox:
        raise ConfigError(f"--sandbox needs sources at http://127.0.0.1:{SANDBOX_PORT}/…", where=config.path.name)
    path = config.data / "sandbox.json"
    story = _read(path, people)
    company = Company(seed=story.seed, people=story.people, day=story.day)
    before = _current(config)
    say(f"sandbox {story.people:,} people, night {story.day + 1}, on http://127.0.0.1:{SANDBOX_PORT}")
    with ExitStack() as server:
        try:
            server.enter_context(running(company, port=SANDBOX_PORT))
        except OSError as error:
            taken = f"the port {SANDBOX_PORT} is taken; end the other sandbox first"
            raise Crm360Error(taken, where="sandbox") from error
        try:
            yield
        finally:
            if _current(config) != before:
                story.day += 1
                path.write_bytes(msgspec.json.encode(story))


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
    """Serve until interrupted."""
    serve_company(people=people, seed=seed, day=day, port=port)
