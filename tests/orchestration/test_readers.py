"""Who may read what is published, walked by accounts that are in one group, the other, and none."""

from __future__ import annotations

import grp
import json
import os
import runpy
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.publish.publish import Mask, PublishFailed
from crm360.orchestration.publish.readers import Readers, of
from crm360.orchestration.settings.config import load
from crm360.orchestration.settings.publishing import Publishing

shared = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("publishing.py"))))
NOBODY = 65534
ALL, SOME = 60_001, 60_002  # groups: numbers that no account has
TOML = """
base_currency = "EUR"
[sources.till]
system = "files"
[sources.till.streams.guests]
path = "guests.csv"
key = ["no"]
[[sources.till.streams.guests.entities]]
entity = "contacts"
fields = { full_name = "name" }
"""


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that every account may enter, as /srv is."""
    with tempfile.TemporaryDirectory(prefix="crm360-srv-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create schema marts; create table marts.people as select 'Ida' as name, 0 as stamp")
    return path


def walked(published: Path, groups: list[int]) -> dict[str, Any]:
    """What an account in these groups alone may do with each file of the current version."""
    version = (published / "current").resolve()
    names = sorted(str(p.relative_to(version)) for p in version.rglob("*") if p.is_file())
    told, tells = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.setgroups(groups)
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            found = {
                "read": [n for n in names if can(lambda n=n: (published / "current" / n).open("rb").close())],
                "written": [n for n in names if can(lambda n=n: (published / "current" / n).open("ab").close())],
                "listed": can(lambda: os.listdir(published / "current")),
            }
            os.write(tells, json.dumps(found).encode())
        finally:
            os._exit(0)
    os.close(tells)
    with os.fdopen(told, "rb") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return dict(json.loads(text)) | {"names": names}


def can(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may walk as another account")
@pytest.mark.parametrize(
    ("readers", "groups", "may"),
    [
        (Readers(), [ALL, SOME], "nothing"),
        (Readers(ALL), [ALL], "all"),
        (Readers(ALL), [], "nothing"),
        (Readers(ALL, SOME), [ALL], "all but the masked copy"),
        (Readers(ALL, SOME), [SOME], "the masked copy"),
        (Readers(ALL, SOME), [], "nothing"),
        (Readers(None, SOME), [SOME], "the masked copy"),
        (Readers(None, SOME), [ALL], "nothing"),
    ],
)
def test_who_is_in_no_group_reads_nothing_and_nobody_writes(
    outside: Path, warehouse: Path, readers: Readers, groups: list[int], may: str
) -> None:
    published = outside / "published"
    mask = Mask("key", {"people": {"name": "direct", "stamp": "none"}})
    shared.publish_all(warehouse, published, mask=mask, readers=readers)
    found = walked(published, groups)
    masked = ["customer_360_masked.duckdb"]
    whole = [n for n in found["names"] if n not in masked]
    assert "customer_360.duckdb" in whole and "reports/index.html" in whole
    expected = {"nothing": [], "all": found["names"], "all but the masked copy": whole, "the masked copy": masked}
    assert sorted(found["read"]) == sorted(expected[may])
    assert found["written"] == []
    both = readers.everything is not None and readers.masked is not None
    assert found["listed"] == (may.startswith("all") or (may == "the masked copy" and not both))


def test_a_folder_that_is_not_mounted_is_told(tmp_path: Path, warehouse: Path) -> None:
    with pytest.raises(PublishFailed, match=r"there is no folder .*share to publish into \(is it mounted\?\)"):
        shared.publish_all(warehouse, tmp_path / "share" / "published")
    assert not (tmp_path / "share").exists()


def test_the_groups_are_those_of_the_machine() -> None:
    mine = grp.getgrgid(os.getegid()).gr_name
    assert of(Publishing()) == Readers()
    assert of(Publishing(folder="/srv/x", group=mine)) == Readers(os.getegid())
    assert of(Publishing(folder="/srv/x", masked_group=mine)) == Readers(None, os.getegid())


def test_what_is_published_stands_where_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "crm360.toml").write_text(TOML + '[publish]\nfolder = "../shelf"\n')
    config = load(tmp_path / "crm360.toml")
    assert config.published == (tmp_path / "../shelf").absolute()
    (tmp_path / "crm360.toml").write_text(TOML)
    assert load(tmp_path / "crm360.toml").published == tmp_path / "data" / "published"


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[publish]\nfolder = "data/shelf"', "folder is one of its own, not the data folder or one in it"),
        ('[publish]\nfolder = "."', "folder is one of its own"),
        ('[publish]\ngroup = "analysts"', "group needs folder: nobody but its owner may enter the data folder"),
        ('[publish]\nfolder = "/srv/x"\ngroup = "no-such-group"', "this machine has no group 'no-such-group'"),
        ('[publish]\nfolder = "/srv/x"\n[env.test]\nbase_currency = "USD"', "is also that of the file without --env"),
        (
            '[publish]\nfolder = "/srv/x"\n[env.a.publish]\nfolder = "/srv/y"\n[env.b.publish]\nfolder = "/srv/y"',
            "is also that of the environment a",
        ),
    ],
)
def test_a_folder_or_group_that_can_not_be_is_refused(tmp_path: Path, section: str, said: str) -> None:
    (tmp_path / "crm360.toml").write_text(f"{TOML}{section}\n")
    with pytest.raises(ConfigError, match=said):
        load(tmp_path / "crm360.toml")


def test_a_group_that_reads_all_needs_no_masked_copy(tmp_path: Path) -> None:
    mine = grp.getgrgid(os.getegid()).gr_name
    text = f'{TOML}[publish]\nfolder = "/srv/x"\ngroup = "{mine}"\nmasked_group = "{mine}"\n'
    (tmp_path / "crm360.toml").write_text(text)
    with pytest.raises(ConfigError, match="masked_group is another than group"):
        load(tmp_path / "crm360.toml")
