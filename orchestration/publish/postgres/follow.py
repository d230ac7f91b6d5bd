"""PostgreSQL follows the data folder: after a rollback, or when versions were written anew without a person."""

from __future__ import annotations

from msgspec import UNSET

from crm360.orchestration.publish import versions
from crm360.orchestration.publish.postgres import place
from crm360.orchestration.publish.postgres.errors import PostgresFailed
from crm360.orchestration.publish.postgres.place import Place
from crm360.orchestration.settings.config import Config


def place_of(config: Config) -> Place | None:
    """The PostgreSQL that is published to, if one is set up. Raises PostgresFailed where its address is not known."""
    settings = config.toml.publish.postgres
    return None if settings is UNSET else place.of(settings)


def follow(config: Config) -> None:
    """Show in PostgreSQL the version that stands in the data folder, and drop what stands in that folder no more.

    A version that was written anew without a person has another name there, so the one with the person goes. Raises
    PostgresFailed also where readers hold what must go.
    """
    beside = place_of(config)
    name = versions.current(config.published) if beside is not None and config.published.is_dir() else None
    if beside is None or name is None:
        return
    if beside.shown() != name:
        if not beside.holds(name):
            beside.write(config.published / name, name)
        beside.show(name)
    if held := beside.prune(versions.names(config.published), only=True):
        raise PostgresFailed(
            f"readers hold {', '.join(held)}, which must go: end them, and run again", where=beside.where
        )
