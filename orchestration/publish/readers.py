"""Who may read what is published: the account that publishes, a group all of it, another group the masked copy alone.

Files are closed to writing whoever reads them. A group reaches a version only where the folder stands outside the data
folder, which its owner alone may enter; so [publish] group asks for [publish] folder.
"""

from __future__ import annotations

import grp
import os
from dataclasses import dataclass
from pathlib import Path

from crm360.orchestration.publish import masked
from crm360.orchestration.settings.publishing import Publishing

OWNER, GROUP, THROUGH = 0o400, 0o040, 0o001
ENTER_OWNER, ENTER_GROUP = 0o700, 0o050


@dataclass(frozen=True)
class Readers:
    """The groups, by number; None is nobody but the owner."""

    everything: int | None = None
    masked: int | None = None

    def admit(self, path: Path) -> None:
        """Let the readers in: a folder is entered, a file is read. Raises PermissionError where this account is not in
        a group."""
        if path.is_dir():
            # Whoever reads the masked copy alone passes through folders without seeing what else is in them.
            group = self.masked if self.everything is None else self.everything
            both = None not in (self.everything, self.masked)
            mode = ENTER_OWNER | (0 if group is None else ENTER_GROUP) | (THROUGH if both else 0)
        else:
            group = self.masked if path.name == masked.DATABASE and self.masked is not None else self.everything
            mode = OWNER | (0 if group is None else GROUP)
        if group is not None:
            os.chown(path, -1, group)
        path.chmod(mode)


NOBODY_ELSE = Readers()


def of(told: Publishing) -> Readers:
    """The readers that [publish] names; that the groups are there was checked when it was read."""
    return Readers(*(grp.getgrnam(name).gr_gid if name else None for name in (told.group, told.masked_group)))
