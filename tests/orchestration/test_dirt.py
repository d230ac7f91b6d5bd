"""What sources say that can't be read: what is told of it, what a stream bears, and in which words a run stops."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.inspection import show_status
from crm360.orchestration.run import dirt
from crm360.orchestration.settings.config import Config, load
from crm360.orchestration.settings.limits import StreamLimits

TOML = """
base_currency = "EUR"
[sources.shop]
system = "files"
{limits}
[sources.shop.streams.orders]
path = "orders.csv"
key = ["id"]
[[sources.shop.streams.orders.entities]]
entity = "orders"
fields = {{ total_amount = "total", ordered_at = "at" }}
"""


def built(folder: Path, limits: str, errors: list[tuple[str, bool]], live: int) -> Config:
    """A project whose last build could not read these: each is a record's parse errors, and whether it is held back."""
    (folder / "crm360.toml").write_text(TOML.format(limits=limits))
    config = load(folder / "crm360.toml", folder / "data")
    config.data.mkdir(exist_ok=True)
    config.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(config.warehouse)) as con:
        con.execute("create schema intermediate")
        con.execute(
            "create table intermediate.int_records_unparseable (source text, stream text, record_id text, is_held_back boolean, parse_errors text)"
        )
        con.execute(
            "create table intermediate.int_streams_counted as select 'shop' as source, 'orders' as stream, ? as count_of_live, 0 as count_of_held_back",
            [live],
        )
        rows = [("shop", "orders", str(n), held, told) for n, (told, held) in enumerate(errors)]
        con.executemany("insert into intermediate.int_records_unparseable values (?, ?, ?, ?, ?)", rows)
    return config


GERMAN = [("total_amount=9.999,99;ordered_at=99.99.9999", True)] * 40
DECLARED = "[sources.shop.limits.orders]\n"


@pytest.mark.parametrize(
    ("limits", "errors", "live", "stops"),
    [
        ("", GERMAN[:1], 2, False),  # one of two: dirt
        ("", GERMAN, 300, True),  # a drop in volume
        ("", [("birth_date=99.99.9999", False)] * 40, 40, False),  # nulled: nothing is lost
        ("", [("ordered_at=year 1900", False)] * 40, 40, False),
        (DECLARED + "on_parse_error = 'warn'", GERMAN, 300, False),
        (DECLARED + "on_parse_error = 'quarantine'", GERMAN, 300, False),
        (DECLARED + "on_parse_error = 'stop'", GERMAN[:1], 300, True),
        (DECLARED + "on_parse_error = 'stop'\nmax_parse_error_rate = 0.2", GERMAN, 300, False),
        (DECLARED + "max_parse_error_rate = 0.01", [("birth_date=aa", False)] * 4, 300, True),
        (DECLARED + "on_implausible_date = 'stop'", [("ordered_at=year 1900", False)], 300, True),
        (DECLARED + "on_implausible_date = 'quarantine'", [("ordered_at=year 1900", True)] * 40, 300, False),
        (
            DECLARED + "on_implausible_date = 'stop'\nmax_parse_error_rate = 0.2",
            [("ordered_at=year 1900", False)] * 40,
            300,
            False,
        ),
        ("[sources.shop.limits.all]\non_parse_error = 'warn'", GERMAN, 300, False),
        ("", [("refunded_amount=negative -9.99", False)] * 40, 300, False),
        (DECLARED + "on_negative_refund = 'warn'", [("refunded_amount=negative -9.99", False)] * 40, 300, False),
        (DECLARED + "on_negative_refund = 'quarantine'", [("refunded_amount=negative -9.99", True)] * 40, 300, False),
        (DECLARED + "on_negative_refund = 'stop'", [("refunded_amount=negative -9.99", False)], 300, True),
        (DECLARED + "on_negative_refund = 'stop'", [("ordered_at=future 2027", False)], 300, False),
        (DECLARED + "on_future_date = 'stop'", [("ordered_at=future 2027", False)], 300, True),
        (
            DECLARED + "on_future_date = 'stop'\nmax_parse_error_rate = 0.01",
            [("ordered_at=future 2027", False)] * 3,
            300,
            False,
        ),
    ],
)
def test_what_a_stream_bears(
    tmp_path: Path, limits: str, errors: list[tuple[str, bool]], live: int, stops: bool
) -> None:
    config = built(tmp_path, limits, errors, live)
    if not stops:
        assert len(dirt.judge(config)) == len(
            {e.split("=")[0] for t, _ in errors for e in t.split(";") if " " not in e}
        )
        return
    with pytest.raises(dirt.TooMuchDirt):
        dirt.judge(config)


def test_a_stop_names_all_that_a_person_needs(tmp_path: Path) -> None:
    config = built(tmp_path, "", GERMAN, 300)
    with pytest.raises(dirt.TooMuchDirt) as stop:
        dirt.judge(config)
    assert str(stop.value).startswith(
        "shop/orders: ordered_at of 40 of 300 records can't be read (such as 99.99.9999); set date_format, decimal, "
        "thousands or null_words in [sources.shop.streams.orders] (crm360 check shop proposes them), or "
        "[sources.shop.limits.orders] on_parse_error = 'quarantine' or 'warn'; shop/orders: total_amount of 40"
    )


@pytest.mark.parametrize(
    ("key", "error", "said"),
    [
        ("on_implausible_date", "ordered_at=year 1900", "ordered_at of 1 of 300 records is a date that no CRM can mean (such as year 1900)"),
        ("on_future_date", "ordered_at=future 2027", "ordered_at of 1 of 300 records is dated after the night's day (such as year 2027)"),
        ("on_negative_refund", "refunded_amount=negative -9.99", "refunded_amount of 1 of 300 records is a refund with a sign that its source does not use (such as -9.99)"),
    ],
)  # fmt: skip
def test_a_stop_by_a_rule_of_its_own_names_the_key(tmp_path: Path, key: str, error: str, said: str) -> None:
    config = built(tmp_path, f"{DECLARED}{key} = 'stop'", [(error, False)], 300)
    with pytest.raises(dirt.TooMuchDirt) as stop:
        dirt.judge(config)
    set_it = f"[sources.shop.limits.orders] {key} = 'warn'"
    assert str(stop.value).startswith(f"shop/orders: {said}; correct them, or set {set_it} (")


@pytest.mark.parametrize(
    ("rejected", "received", "refused"),
    [(0, 0, False), (1, 1, True), (1, 5, False), (10, 30, False), (11, 30, True), (11, 1000, False), (250, 250, True)],
)
def test_when_a_pull_has_failed(rejected: int, received: int, refused: bool) -> None:
    assert StreamLimits().refuses(rejected, received) is refused


def test_status_tells_what_could_not_be_read_also_when_nothing_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = built(tmp_path, "", GERMAN, 300)
    assert show_status(config, Console()) == 0
    out = capsys.readouterr().out
    assert "Nothing is published yet." in out and "total_amount" in out and "9.999,99" in out
    show_status(config, Console(), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["unreadable"][0] | {"field": ""} == {
        "source": "shop", "stream": "orders", "field": "", "records_with": 40, "quarantined": 40,
        "shape": "99.99.9999", "records": 300, "rule": "unreadable", "is_implausible": False,
    }  # fmt: skip
    config.warehouse.unlink()
    show_status(config, Console(), as_json=True)
    assert json.loads(capsys.readouterr().out)["unreadable"] == []
