"""`crm360 check` judges what comes: how much of it a run could use, and which lines crm360.toml lacks for the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm360.orchestration.plan import locale_guess
from crm360.orchestration.plan.check import look, look_at_all
from crm360.orchestration.plan.project import whole_project
from crm360.orchestration.settings.config import Config, load

PEOPLE = """
base_currency = "EUR"
[sources.shop]
system = "files"
[sources.shop.streams.people]
path = "people.csv"
key = ["Nr"]
{more}
[[sources.shop.streams.people.entities]]
entity = "contacts"
[sources.shop.streams.people.entities.fields]
email = "Mail"
birth_date = "Born"
email_consent = "Agrees"
"""
ORDERS = """
[sources.shop.streams.orders]
path = "orders.csv"
key = ["Nr"]
{more}
[[sources.shop.streams.orders.entities]]
entity = "orders"
[sources.shop.streams.orders.entities.fields]
total_amount = "Sum"
ordered_at = "At"
currency = "Cur"
"""
GERMAN = "Nr;Mail;Born;Agrees\n" + "".join(f"{n};m{n}@x;{n % 28 + 1:02}.{n % 12 + 1:02}.1980;ja\n" for n in range(30))
BILLS = "Nr;Sum;At;Cur\n" + "".join(f"{n};1.4{n:02},50;{n % 28 + 1:02}.06.2025 14:0{n % 10};CHF\n" for n in range(30))


def project(folder: Path, toml: str) -> Config:
    (folder / "crm360.toml").write_text(toml)
    return load(folder / "crm360.toml", folder / "data")


def test_the_lines_that_check_proposes_make_a_foreign_file_readable(tmp_path: Path) -> None:
    """Round by round, as a newcomer would: first how the file is written, then how its values are."""
    (tmp_path / "people.csv").write_bytes(GERMAN.replace("m1@", "jörg@").encode("windows-1252"))
    (tmp_path / "orders.csv").write_text(BILLS)
    more = {"people": "", "orders": ""}
    answers = []
    for _ in range(3):
        config = project(tmp_path, PEOPLE.format(more=more["people"]) + ORDERS.format(more=more["orders"]))
        (source,) = config.sources
        seen = look(source, source.streams, tmp_path / "tokens")
        answers.append([s.answer for s in seen])
        for stream in seen:
            more[stream.stream] += "\n".join(stream.lines) + "\n"
    assert answers == [["failed", "failed"], ["unreadable", "unreadable"], ["ok", "ok"]]
    assert more["people"].split("\n") == [
        'encoding = "windows-1252"', 'delimiter = ";"', 'date_format = ["%d.%m.%Y"]', "", "",
    ]  # fmt: skip
    assert more["orders"].split("\n") == [
        'delimiter = ";"', 'decimal = ","', 'thousands = "."', 'date_format = ["%d.%m.%Y %H:%M"]', "", "",
    ]  # fmt: skip
    (shop,) = look_at_all(config, {("shop", "orders")})
    assert shop.is_good and shop.streams[0].currencies == {"CHF"}
    told = [p.sentence for p in whole_project(config, {"CHF", "XXX"})]
    assert any(t.startswith("there is no rate for XXX") for t in told)


def test_titles_above_a_table_and_a_refusal_are_no_riddle(tmp_path: Path) -> None:
    """The header is found below them; a column by which people refuse ended the check in an error of its own."""
    lines = ["Customers;;;", "", "Nr;Mail;Born;Agrees", *(f"{n};m{n}@x;1980-01-01;opt-out" for n in range(5))]
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n")
    (source,) = project(tmp_path, PEOPLE.format(more="")).sources
    (seen,) = look(source, source.streams, tmp_path / "tokens")
    assert seen.answer == "failed" and seen.lines == ('delimiter = ";"', "header = 3")
    (tmp_path / "people.csv").write_text("Nr,Mail,Born,Agrees\n1,m@x,1980-01-01,opt-out\n")
    (source,) = project(tmp_path, PEOPLE.format(more="") + 'email_opt_out = "Agrees"\n').sources
    (seen,) = look(source, source.streams, tmp_path / "tokens")
    assert (seen.answer, seen.lines) == ("ok", ())


DATES = [
    (["31.12.1980", "01.02.1990"], (["%d.%m.%Y"], [])),
    (["31/12/1980", "01/02/1990"], (["%d/%m/%Y"], [])),
    (["12/31/1980", "01/02/1990"], (["%m/%d/%Y"], [])),
    (["03/04/1985"], (["%d/%m/%Y"], ["%m/%d/%Y"])),
    (["31.12.1980 10:00", "01.02.1990"], (["%d.%m.%Y", "%d.%m.%Y %H:%M"], [])),
    (["12 March 1985"], (["%d %B %Y"], [])),
    (["soon", "never"], ([], [])),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "proposed"), DATES)
def test_how_dates_seem_to_be_written(texts: list[str], proposed: tuple[list[str], list[str]]) -> None:
    formats, rivals = locale_guess.date_formats(texts)
    assert (sorted(formats), rivals) == proposed


NUMBERS = [
    (["1.459,28", "12,50"], ((",", "."), False)), (["1,459.28", "12.50"], ((".", ","), False)),
    (["12,50", "3"], ((",", ""), False)), (["1,459"], ((",", ""), True)), (["1 459,28"], ((",", " "), False)),
    (["many"], (None, False)), (["12,50-", "3"], ((",", ""), False)), (["(1.459,28)", "12,50"], ((",", "."), False)),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "proposed"), NUMBERS)
def test_how_numbers_seem_to_be_written(texts: list[str], proposed: tuple[tuple[str, str] | None, bool]) -> None:
    found, is_open = locale_guess.number_format(texts)
    assert (found, is_open) == proposed or (is_open and proposed[1])


SEGMENTS = """dimensions:
  - dimension: kind
    segments:
      - segment: many
        when: [{column: count_of_order, at_least: 2}]
      - segment: few
        when: [{any: [{column: count_of_orders, at_lest: 2}]}]
"""


def test_rules_that_name_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "segments.yml").write_text(SEGMENTS)
    (tmp_path / "audiences.yml").write_text(
        "audiences:\n  - audience: back\n    when: [{column: segments, lists: meny}]\n"
    )
    config = project(tmp_path, PEOPLE.format(more=""))
    assert [p.sentence for p in whole_project(config, set()) if p.is_wrong] == [
        "segments.yml, many: customer_360 has no column 'count_of_order'; did you mean 'count_of_orders'?",
        "segments.yml, few: count_of_orders has no comparison, or an unknown one (at_lest)",
        "audiences.yml, back: there is no segment 'meny'; did you mean 'many'?",
    ]
    (tmp_path / "segments.yml").unlink()
    (tmp_path / "audiences.yml").unlink()
    assert [p for p in whole_project(config, set()) if p.is_wrong] == []
