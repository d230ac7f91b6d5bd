"""[publish] of crm360.toml: where else than in the data folder what is published stands."""

from __future__ import annotations

import grp
import os
import re
from pathlib import Path
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from crm360.connectors.engine.errors import ConfigError

URL, PASSWORD = "CRM360_PUBLISH_POSTGRES_URL", "CRM360_PUBLISH_POSTGRES_PASSWORD"
SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,30}")  # a version's schema, which is longer, is a name of 63 letters at most
ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
SCHEMES = ("postgresql://", "postgres://")


class Postgres(Struct, forbid_unknown_fields=True, frozen=True):
    """[publish.postgres]"""

    url: Annotated[
        str,
        Meta(
            description=f"The database, without a password, which is {PASSWORD}; or {URL} holds all of it.",
            examples=["postgresql://crm360@db.example.com:5432/analytics?sslmode=verify-full"],
        ),
    ] = ""
    schema: Annotated[
        str,
        Meta(
            description="Schema of the views that are read; each version stands in one of its own, named after it. "
            "Two projects in one database have two.",
            extra_json_schema={"pattern": "^[a-z][a-z0-9_]{0,30}$"},
        ),
    ] = "crm360"
    reader_role: Annotated[
        str,
        Meta(description="Role that may read the views, made where it lacks; grant it to those who read."),
    ] = "crm360_reader"
    keep_versions: Annotated[
        int,
        Meta(
            description="Versions that stand in the database, the current one among them.",
            extra_json_schema={"minimum": 1},
        ),
    ] = 2
    wait_minutes: Annotated[
        float,
        Meta(
            description="How long a new version waits for readers whose transactions hold the one before.",
            extra_json_schema={"exclusiveMinimum": 0},
        ),
    ] = 10.0


class Publishing(Struct, forbid_unknown_fields=True, frozen=True):
    """[publish]"""

    folder: Annotated[
        str,
        Meta(
            description="Where versions stand, in place of data/published, which its owner alone may enter: another "
            "disk, a mounted share. The folder that it is in must be there.",
            examples=["/srv/crm360"],
        ),
    ] = ""
    group: Annotated[
        str,
        Meta(
            description="Group of this machine that may read all that is published, personal data included; without "
            "it nobody may but the account that publishes.",
            examples=["sales-analysts"],
        ),
    ] = ""
    masked_group: Annotated[
        str,
        Meta(
            description="Group that may read the masked copy of each version and nothing else.",
            examples=["analysts"],
        ),
    ] = ""
    postgres: Annotated[
        Postgres | UnsetType, Meta(description="A PostgreSQL that each version is written to, too.")
    ] = UNSET

    def check(self, project: Path, data: Path) -> None:
        """Raise ConfigError where a value can't be."""
        self._check_readers(project, data)
        if self.postgres is UNSET:
            return
        told, path = self.postgres, ("publish", "postgres")
        if told.url and not told.url.startswith(SCHEMES):
            raise ConfigError("url begins with postgresql://", path=(*path, "url"))
        if not SCHEMA.fullmatch(told.schema):
            raise ConfigError("schema is at most 31 small letters, digits and _", path=(*path, "schema"))
        if not ROLE.fullmatch(told.reader_role):
            raise ConfigError("reader_role is small letters, digits and _", path=(*path, "reader_role"))
        if told.keep_versions < 1:
            raise ConfigError("keep_versions is at least 1", path=(*path, "keep_versions"))
        if told.wait_minutes <= 0:
            raise ConfigError("wait_minutes is above 0", path=(*path, "wait_minutes"))

    def _check_readers(self, project: Path, data: Path) -> None:
        folder = (project / self.folder).absolute()
        inside = folder.is_relative_to(data.absolute()) or data.absolute().is_relative_to(folder)
        if self.folder and (inside or folder == project.absolute()):
            raise ConfigError("folder is one of its own, not the data folder or one in it", path=("publish", "folder"))
        for key, name in (("group", self.group), ("masked_group", self.masked_group)):
            if not name:
                continue
            path = ("publish", key)
            if not self.folder:
                raise ConfigError(f"{key} needs folder: nobody but its owner may enter the data folder", path=path)
            try:
                number = grp.getgrnam(name).gr_gid
            except KeyError:
                raise ConfigError(f"{key}: this machine has no group {name[:40]!r}", path=path) from None
            if os.geteuid() and number not in (os.getegid(), *os.getgroups()):
                told = f"{key}: the account that runs crm360 is not in the group {name!r}, so it can give it nothing"
                raise ConfigError(told, path=path)
        if self.group and self.group == self.masked_group:
            raise ConfigError("masked_group is another than group", path=("publish", "masked_group"))
