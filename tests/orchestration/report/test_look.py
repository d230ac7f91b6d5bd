"""[report] of crm360.toml, as the report has it; a value that can't be is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.report.look_of import look_of
from crm360.orchestration.settings.config import load

BASE = 'time_zone = "Europe/Berlin"\n[sources.hubspot]\nbase_url = "http://127.0.0.1:8360/hubspot"\n[report]\n'


def project(folder: Path, lines: str) -> Path:
    (folder / "logo.svg").write_text("<svg/>")
    (folder / "big.png").write_bytes(b"0" * 300_000)
    path = folder / "crm360.toml"
    path.write_text(BASE + lines, encoding="utf-8")
    return path


def test_what_is_set_up_is_how_it_looks(tmp_path: Path) -> None:
    told = 'language = "de"\ncompany = "Beispiel"\nlogo = "logo.svg"\nsegments = "value tier"\nquery_seconds = 3\n'
    look = look_of(load(project(tmp_path, told)))
    assert (look.language, look.company, look.time_zone, look.dimension, look.seconds) == (
        "de", "Beispiel", "Europe/Berlin", "value tier", 3,
    )  # fmt: skip
    assert look.logo == "data:image/svg+xml;base64,PHN2Zy8+"
    assert look.folder == tmp_path / "reports"
    plain = look_of(load(project(tmp_path, "")))
    assert (plain.language, plain.logo, plain.dimension) == ("en", "", "customer type")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('language = "fr"', "language"),
        ('logo = "logo.exe"', "logo is a file"),
        ('logo = "none.svg"', "logo is a file"),
        ('logo = "big.png"', "200 kB"),
        ('time_zone = "Mars"', "is unknown"),
        ("query_seconds = 0", "query_seconds is above 0"),
        ('segments = ""', "segments is a dimension"),
        ('company = "' + "x" * 61 + '"', "at most 60"),
    ],
)
def test_a_value_that_cannot_be_is_refused(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(project(tmp_path, line))
    assert said in str(refused.value)
