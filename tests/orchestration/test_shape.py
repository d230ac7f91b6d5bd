"""dbt's manifest is made anew when what it is made of changes, whatever the files' times say."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crm360.orchestration.catalog import shape
from crm360.orchestration.settings.config import load

CONFIG = 'churn_days = {}\n[sources.hubspot]\nbase_url = "http://127.0.0.1:8360/hubspot"\n'


class Parses:
    """A project of one model, a data folder, and how often dbt was asked to read the project."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.count, self.returncode, self.said = folder, 0, 0, ""
        self.model = folder / "project" / "model.sql"
        self.model.parent.mkdir()
        self.model.write_text("select 1")
        monkeypatch.setattr(shape, "project", lambda _config: self.model.parent)
        monkeypatch.setattr(subprocess, "run", self.parse)

    def parse(self, _command: list[str], env: dict[str, str], **_: Any) -> SimpleNamespace:
        self.count += 1
        target = Path(env["DBT_TARGET_PATH"])
        target.mkdir(parents=True, exist_ok=True)
        if self.returncode == 0:
            (target / "manifest.json").write_text("{}")
        return SimpleNamespace(returncode=self.returncode, stdout=self.said)

    def needed(self, data: str = "data", churn_days: int = 90) -> bool:
        """Whether asking for the manifest made dbt read the project."""
        path, before = self.folder / "crm360.toml", self.count
        path.write_text(CONFIG.format(churn_days))
        assert shape.manifest(load(path, self.folder / data)).exists()
        return self.count > before


@pytest.fixture
def parses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parses:
    return Parses(tmp_path, monkeypatch)


def test_the_manifest_is_made_once_and_again_when_a_file_or_a_variable_changes(parses: Parses) -> None:
    assert [parses.needed(), parses.needed()] == [True, False]
    os.utime(parses.model)
    assert not parses.needed()  # touched, and the same
    assert [parses.needed(churn_days=30), parses.needed(churn_days=30)] == [True, False]
    parses.model.rename(parses.model.with_name("other.sql"))
    assert [parses.needed(churn_days=30), parses.needed(churn_days=30)] == [True, False]


def test_a_copied_data_folder_whose_manifest_is_new_but_of_another_project(parses: Parses) -> None:
    parses.needed()
    parses.model.write_text("select 2")
    os.utime(parses.model, (0, 0))
    shutil.copytree(parses.folder / "data", parses.folder / "copy", copy_function=shutil.copy)
    assert [parses.needed("copy"), parses.needed("copy")] == [True, False]


def test_a_project_that_dbt_cannot_read_is_an_error_and_tried_again(parses: Parses) -> None:
    parses.needed()
    parses.model.write_text("selec")
    parses.returncode = 2
    for _ in range(2):
        with pytest.raises(shape.ShapeError, match="can't read the project"):
            parses.needed()
    assert parses.count == 3


@pytest.mark.parametrize("name", ["crm360_manifest.json", "crm360_manifest.mark"])
@pytest.mark.parametrize("damage", [b"", b'{"nodes"', None])
def test_a_manifest_or_mark_that_is_not_as_it_was_written_is_made_anew(
    parses: Parses, name: str, damage: bytes | None
) -> None:
    parses.needed()
    kept = parses.folder / "data" / "dbt" / name
    if damage is None:
        kept.unlink()
    else:
        kept.write_bytes(damage)
    assert [parses.needed(), parses.needed()] == [True, False]


def test_what_dbt_itself_writes_half_is_not_read(parses: Parses) -> None:
    """dbt writes its own manifest.json anew at every build, and a kill may cut it short."""
    parses.needed()
    (parses.folder / "data" / "dbt" / "manifest.json").write_text('{"nod')
    assert not parses.needed()


def test_a_model_that_reads_what_is_not_there_is_named_in_one_sentence(parses: Parses) -> None:
    parses.returncode = 2
    said = "Encountered an error:\nCompilation Error\n  Model 'model.crm360.mine' depends on a node named 'nope'"
    parses.said = json.dumps({"info": {"level": "error", "msg": said}}) + "\nno json\n"
    sentence = (
        "can't read the project: Compilation Error Model 'model.crm360.mine' depends on a node named 'nope' \\(to act"
    )
    with pytest.raises(shape.ShapeError, match=sentence):
        parses.needed()
