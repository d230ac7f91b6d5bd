"""The ECB's file becomes the seed of exchange rates: worked out by hand, merged with what is there, and wrong files refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.cli.cli import main
from crm360.orchestration.settings.project import Project
from crm360.orchestration.settings.rates import merge, read

ECB = """Date,USD,JPY,SEK,
2026-06-30,1.25,160,10.5,
2026-06-29,1.2,N/A,10,
2025-12-31,1.1,150,11,
"""


@pytest.fixture
def ecb(tmp_path: Path) -> Path:
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(ECB)
    return path


def test_rates_are_units_of_the_base_currency_for_one(ecb: Path) -> None:
    """1 / 1.25 = 0.8; in dollars a euro is 1.25 and a krona 1.25 / 10.5 = 0.11904762."""
    euro = read(ecb, "EUR", date(2026, 1, 1))
    assert euro["USD", date(2026, 6, 30)] == Decimal("0.8")
    assert euro["JPY", date(2026, 6, 30)] == Decimal("0.00625")
    assert len(euro) == 5 and ("JPY", date(2026, 6, 29)) not in euro
    dollar = read(ecb, "USD")
    assert dollar["EUR", date(2026, 6, 30)] == Decimal("1.25")
    assert dollar["SEK", date(2026, 6, 30)] == Decimal("0.11904762")
    assert not any(currency == "USD" for currency, _ in dollar)
    assert {currency for currency, _ in read(ecb, "EUR", only=["SEK"])} == {"SEK"}


def test_the_file_of_one_day_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "eurofxref.csv"
    path.write_text("Date, USD, JPY, \n20 November 2026, 1.25, 160, \n")
    assert read(path, "EUR") == {
        ("USD", date(2026, 11, 20)): Decimal("0.8"),
        ("JPY", date(2026, 11, 20)): Decimal("0.00625"),
    }


def test_the_seed_keeps_its_other_rows_and_the_file_wins(tmp_path: Path) -> None:
    seed = tmp_path / "exchange_rates.csv"
    seed.write_text("currency,valid_from,rate\nXAU,2026-01-01,3000\nUSD,2026-06-30,9\n")
    assert merge({("USD", date(2026, 6, 30)): Decimal("0.80000000")}, Project(tmp_path)) == (2, 2)
    assert seed.read_text() == "currency,valid_from,rate\nUSD,2026-06-30,0.80000000\nXAU,2026-01-01,3000\n"
    assert list(tmp_path.iterdir()) == [seed]


@pytest.mark.parametrize(
    ("text", "base", "only", "said"),
    [
        ("currency,valid_from,rate\n", "EUR", [], "does not begin with a column Date"),
        ("", "EUR", [], "does not begin with a column Date"),
        (ECB, "GBP", [], "no rate of GBP, the base currency"),
        (ECB, "EUR", ["CHF"], "no rate of CHF"),
        ("Date,USD\n", "EUR", [], "no rate of any day asked for"),
        ("Date,USD\nsoon,1.1\n", "EUR", [], "is no day"),
        ("Date,USD\n2026-06-30,1;1\n", "EUR", [], "cannot be read as rates"),
        ("Date,USD\n2026-06-30,0\n", "EUR", [], "not above nought"),
        ("Date,USD\n2026-06-30,NaN\n", "EUR", [], "not above nought"),
    ],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, text: str, base: str, only: list[str], said: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read(path, base, only=only)


def test_the_command_fills_the_seed(ecb: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = ecb.with_name("exchange_rates.csv")
    seed.write_text("currency,valid_from,rate\n")
    config = ecb.with_name("crm360.toml")
    config.write_text('[sources.zendesk]\nbase_url = "http://127.0.0.1:9/zendesk"\nuser = "a@b.example"\n')
    with pytest.raises(SystemExit) as end:
        main(["rates", str(ecb), "--since", "2026-06-30", "--config", str(config)], prog_name="crm360")
    assert end.value.code == 0
    assert "3 in exchange_rates.csv, 3 new" in capsys.readouterr().out
    assert seed.read_text().splitlines()[1:] == [
        "JPY,2026-06-30,0.00625000",
        "SEK,2026-06-30,0.09523810",
        "USD,2026-06-30,0.80000000",
    ]
