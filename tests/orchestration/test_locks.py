"""The lock files: every package by its version and hashes, no host, and none older than pyproject.toml permits."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = {"requirements.lock": ("sandbox", "sftp", "japanese", "docs", "dev"), "requirements-spark.lock": ("spark",)}
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^ ;\\]+)(?P<rest>.*(?:\n[ ]+.*)*)", re.MULTILINE
)


def wrong(text: str, extras: tuple[str, ...]) -> list[str]:
    """What is wrong with a lock file."""
    pins = {canonicalize_name(m["name"]): m for m in PIN.finditer(text)}
    found = [f"{name} has no hash" for name, pin in pins.items() if "--hash=sha256:" not in pin["rest"]]
    found += [f"a host is named: {line}" for line in text.splitlines() if re.search(r"https?://|--(extra-)?index-url|--find-links", line)]  # fmt: skip
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [
        *declared["dependencies"],
        *(line for extra in extras for line in declared["optional-dependencies"][extra]),
    ]
    for requirement in map(Requirement, asked):
        name = canonicalize_name(requirement.name)
        if name == "crm360":
            continue
        if name not in pins:
            found.append(f"{name} is not locked")
        elif not requirement.specifier.contains(pins[name]["version"]):
            found.append(f"{name} {pins[name]['version']} is not {requirement.specifier}")
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_by_hash_and_none_is_older_than_is_permitted(lock: str) -> None:
    assert wrong((ROOT / lock).read_text(), LOCKS[lock]) == []


@pytest.mark.parametrize(
    ("pattern", "planted", "said"),
    [
        (r"^urllib3==\S+", "urllib3==2.5.0", "urllib3 2.5.0 is not"),
        (r"^duckdb==2\.0\.0", "duckdb==1.0.0", "duckdb 1.0.0 is not ==2.0.0"),
        (r"^requests==", "other==", "requests is not locked"),
        (r"^(msgspec==\S+) \\\n(?: +--hash=\S+(?: \\)?\n)+", r"\1\n", "msgspec has no hash"),
        (r"\A", "--index-url https://packages.example/simple\n", "a host is named: --index-url"),
    ],
)
def test_what_is_planted_is_found(pattern: str, planted: str, said: str) -> None:
    text = (ROOT / "requirements.lock").read_text()
    spoilt = re.sub(pattern, planted, text, count=1, flags=re.MULTILINE)
    assert spoilt != text
    (found,) = wrong(spoilt, LOCKS["requirements.lock"])
    assert found.startswith(said)
