"""Which systems there are: delivered, of other packages, of the project; and what is said of one that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from crm360.connectors import systems
from crm360.connectors.engine.errors import ConfigError

TOY = """
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.connector import Connector
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.stream import Stream
TOY = Connector("toy", (Stream("people", "{entity}", "/people", RecordSchema(), OnePage()),))
"""


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    systems.of_packages.cache_clear()
    yield
    systems.of_packages.cache_clear()


def offer(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """As if an installed package offered this entry point."""
    monkeypatch.setattr(systems, "entry_points", lambda group: [EntryPoint("toy", value, group)])


def own(folder: Path, text: str) -> Path:
    (folder / "connectors").mkdir()
    (folder / "connectors" / "toy.py").write_text(text)
    return folder


def test_every_file_of_a_system_is_found_by_itself() -> None:
    files = {p.stem for p in Path(systems.__file__).parent.glob("[!_]*.py")}
    assert files == set(systems.CONNECTORS) == set(systems.known())


def test_a_package_and_a_project_add_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package_with_toy.py").write_text(TOY.replace('"toy"', '"other"').format(entity="contacts"))
    monkeypatch.syspath_prepend(str(tmp_path))
    offer(monkeypatch, "package_with_toy:TOY")
    found = systems.known(own(tmp_path, TOY.format(entity="contacts")))
    assert set(found) - set(systems.CONNECTORS) == {"toy", "other"}
    assert found["toy"].streams[0].name == "people"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "connectors/toy.py: the connector does not load: ZeroDivisionError"),
        ("toy = 1", "connectors/toy.py: there is no Connector in it"),
        (
            TOY.format(entity="persons"),
            "connectors/toy.py: toy/people: entity 'persons' is unknown; there are ad_accounts,",
        ),
        (
            TOY.format(entity="contacts").replace('"toy"', '"hubspot"'),
            "connectors/toy.py: there is a system hubspot already",
        ),
        (TOY.format(entity="contacts").replace('"toy"', '"To y"'), "connectors/toy.py: 'To y' is no name of a system"),
    ],
)
def test_a_wrong_connector_of_a_project_is_told_by_its_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        systems.known(own(tmp_path, text))
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("no_such_package:TOY", "entry point toy of a package: the connector does not load: ModuleNotFoundError"),
        (
            "pathlib:Path",
            "entry point toy of a package: pathlib:Path is no crm360.connectors.engine.connector.Connector",
        ),
    ],
)
def test_a_wrong_connector_of_a_package_is_told_by_its_entry_point(
    monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    offer(monkeypatch, value)
    with pytest.raises(ConfigError) as told:
        systems.known()
    assert said in str(told.value)
