"""Secrets out of files, as containers give them: CRM360_HUBSPOT_TOKEN_FILE names the file of CRM360_HUBSPOT_TOKEN.

The file counts, also where the variable itself is set: so a secret that is changed in its file is the one that is used.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from crm360.connectors.engine.errors import ConfigError

ENDING = "_FILE"
MOST = 64 * 1024  # bytes


def read_files(environment: MutableMapping[str, str] = os.environ) -> None:
    """Put what the files hold into the environment. Raises ConfigError that names the variable, never a value."""
    for name in [n for n in environment if n.startswith("CRM360_") and n.endswith(ENDING) and environment[n]]:
        try:
            with Path(environment[name]).open("rb") as file:
                content = file.read(MOST + 1)
            text = content.decode()
        except OSError as error:
            raise ConfigError(f"the file that {name} names can't be read ({error.strerror})", where=name) from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"the file that {name} names is no text", where=name) from error
        text = text.removesuffix("\n").removesuffix("\r")
        if not text.strip() or len(content) > MOST:
            raise ConfigError(f"the file that {name} names is empty, or larger than a secret is", where=name)
        environment[name.removesuffix(ENDING)] = text
