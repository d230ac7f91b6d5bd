"""What must not stand in crm360.toml, or be seen by others: secrets, addresses in the clear, a `.env` that all read.

A secret is what a key says it is (`token`, `api_key`), what looks like one (`Bearer …`, user:password@), and whatever
is the value of a secret of the environment. Errors name the key, never the value.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from crm360.connectors.engine.addresses import IN_THE_CLEAR, is_in_the_clear
from crm360.connectors.engine.errors import ConfigError

SECRET_NAMES = re.compile(
    r"(token|secret|password|passwd|pwd|api[_-]?key|access[_-]?key|private[_-]?key|hapikey|credential|authori[sz]ation)",
    re.IGNORECASE,
)
SECRET_VALUES = re.compile(
    r"\b(pat-[a-z0-9]+-|shpat_|shpss_|sk_live_|sk_test_|rk_live_|xox[abp]-|eyJ[A-Za-z0-9_-]{10,}\.)"
    r"|^\s*(Bearer|Basic|Token)\s+\S"
)
LIKE_A_KEY = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.~+/=-]{16,}")
OF_THE_ENVIRONMENT = re.compile(r"(TOKEN|SECRET|PASSWORD|KEY)$|^CRM360_ALERTS_WEBHOOK_URL$")
A_WORD = re.compile(r"[A-Za-z]{1,11}")  # such as postgres: it stands in many an address
BEFORE_A_NAME = re.compile(r"^(env\.[^.]+\.)?(sources\.)?")
LEAST = 6  # letters of a secret that is looked for
ADDRESSES = ("path", "url")  # keys of a stream that may hold an address
Path_ = tuple[str | int, ...]


def refuse_secrets(raw: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Raise ConfigError for the first key of crm360.toml that holds a secret."""
    given = _of_the_environment(environment)
    for path, key, value in _leaves(raw):
        here = ".".join(str(p) for p in path if isinstance(p, str))
        if _is_named_a_secret(path, key, value):
            name = re.sub(r"\W", "_", BEFORE_A_NAME.sub("", here)).upper()
            raise ConfigError(f"{here} is a secret: put it in the environment as CRM360_{name}", path=path)
        if not isinstance(value, str):
            continue
        if SECRET_VALUES.search(value) or _has_login(value) or _asks_with_a_secret(value):
            raise ConfigError(f"{here} holds a secret: put it in the environment", path=path)
        plain = (value, unquote(value))
        variable = next((n for n, secret in given.items() if any(secret in text for text in plain)), None)
        if variable is not None:
            raise ConfigError(f"{here} holds the secret that {variable} is: take it out of the file", path=path)


def refuse_addresses_in_the_clear(raw: Mapping[str, Any]) -> None:
    """Raise ConfigError for the first address of crm360.toml that is sent to, or read from, without encryption."""
    for path, key, value in _leaves(raw):
        used = path[0] == "sources" and ("streams" not in path or key in ADDRESSES)
        used = used or path == ("alerts", "webhook", "url")
        if used and isinstance(value, str) and is_in_the_clear(value):
            raise ConfigError(f"{key}: {IN_THE_CLEAR}", path=path)


def refuse_open_file(path: Path) -> None:
    """Raise ConfigError where a file of secrets can be read, or written, by others than its owner."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO) and os.name == "posix":
        raise ConfigError(f"others than its owner may read its secrets: chmod 600 {path}", where=path.name)


def _leaves(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str, Any]]:
    """(path, the key that it is a value of, value) of everything that is no table and no list."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(node, list):
        for n, item in enumerate(node):
            yield from _leaves(item, (*path, n))
        _refuse_arguments(node, path)
    elif path:
        yield path, str(next(p for p in reversed(path) if isinstance(p, str))), node


def _refuse_arguments(items: list[Any], path: Path_) -> None:
    """Raise ConfigError where a command has `--token=x`, or `--token` with the x after it."""
    for item, after in zip_longest(items, items[1:], fillvalue=""):
        if isinstance(item, str) and item.startswith("-"):
            name, equals, value = item.partition("=")
            said = value if equals else after if isinstance(after, str) and not after.startswith("-") else ""
            if said and SECRET_NAMES.search(name) and not name.endswith(("file", "path")):
                here = ".".join(p for p in path if isinstance(p, str))
                raise ConfigError(f"{here} holds a secret: put it in the environment", path=path)


def _is_named_a_secret(path: Path_, key: str, value: Any) -> bool:
    """Whether a key says that its value is a secret. Names of entities' fields and of columns are none."""
    if value in ("", None) or isinstance(value, bool) or isinstance(path[-1], int):
        return False
    if (len(path) > 1 and path[-2] == "fields") or "custom_fields" in (path[0], *path[2:3]):
        return False
    if SECRET_NAMES.search(key):
        return True
    return len(path) > 1 and path[-2] in ("params", "headers") and key == "key" and _is_like_a_key(str(value))


def _is_like_a_key(text: str) -> bool:
    return LIKE_A_KEY.fullmatch(text) is not None


def _has_login(text: str) -> bool:
    """Whether a text is an address with a password in it."""
    if "://" not in text:
        return False
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return False


def _asks_with_a_secret(text: str) -> bool:
    """Whether an address, or a path, has a parameter that is a secret."""
    asked = text.partition("?")[2]
    return any(
        value and (SECRET_NAMES.search(name) or (name == "key" and _is_like_a_key(value)))
        for name, value in (parse_qsl(asked) if asked and "=" in asked and " " not in text.strip() else ())
    )


def _of_the_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The secrets that the environment holds, by variable; of a database's address its password."""
    found = {}
    for name, value in environment.items():
        if not name.startswith("CRM360_"):
            continue
        if OF_THE_ENVIRONMENT.search(name):
            found[name] = value.strip()
        elif name.endswith("_URL"):
            try:
                found[name] = unquote(urlsplit(value).password or "")
            except ValueError:
                continue
    return {n: v for n, v in found.items() if len(v) >= LEAST and not A_WORD.fullmatch(v)}
