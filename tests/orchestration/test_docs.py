"""The documentation: it builds offline, no link is dead, and the reference names all that there is, each with what it means."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import click
import msgspec
import pytest
import yaml

from crm360.connectors.engine.errors import ConfigError, Crm360Error
from crm360.connectors.systems import CONNECTORS
from crm360.expectations.suites import load as load_suites
from crm360.orchestration.catalog import assembly, shape
from crm360.orchestration.cli.cli import main
from crm360.orchestration.cli.exit_codes import EXIT_CODES
from crm360.orchestration.docs import site
from crm360.orchestration.docs.pages import generated
from crm360.orchestration.settings.alerting import Alerts, Command, Email, Webhook
from crm360.orchestration.settings.anomaly_settings import Anomalies
from crm360.orchestration.settings.config import Toml
from crm360.orchestration.settings.custom import CustomField
from crm360.orchestration.settings.limits import StreamLimits
from crm360.orchestration.settings.macros import fields_of, id_of
from crm360.orchestration.settings.mapping import ENTITIES, EntityMapping, MappedField
from crm360.orchestration.settings.project import Project
from crm360.orchestration.settings.publishing import Postgres, Publishing
from crm360.orchestration.settings.push_settings import Push
from crm360.orchestration.settings.segment_settings import bounds
from crm360.orchestration.settings.source_keys import OF_EVERY_SOURCE
from crm360.orchestration.settings.value import Value
from tests.orchestration.conducting import company

ROOT = Path(__file__).parents[2]
MARTS = ROOT / "dbt_project" / "models" / "marts"
FETCHES = ("src", "srcset", "data")  # attributes by which a page loads what it shows


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The generated pages of a project with a mart of its own and a custom field."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "models").mkdir()
    (folder / "models/own.yml").write_text(
        "models: [{name: sales_by_weekday, description: One row per weekday., columns: "
        "[{name: weekday, description: Name of the weekday.}]}]"
    )
    custom = {"customer_360": {"loyalty_tier": "Tier in the loyalty programme."}}
    return generated(Project(folder), custom=custom)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a small company, as `crm360 docs` builds it; it stands in its data folder."""
    folder = tmp_path_factory.mktemp("company")
    with pytest.MonkeyPatch.context() as patched:
        for module in (shape, assembly):
            patched.setattr(module, "DELIVERED", Path(__file__).parent / "small")
        assert _main("docs", "--config", str(company(folder) / "crm360.toml")) == 0
    return folder / "data" / "docs"


def _main(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main([*arguments], prog_name="crm360")
    return int(end.value.code or 0)


class Links(HTMLParser):
    """What a page leads to, what it loads, and the places in it that can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.places.add(value)
            elif name == "href" and value:
                (self.loads if tag == "link" else self.leads).append(value)
            elif name in FETCHES and value:
                self.loads.append(value)


def _dead(folder: Path) -> Iterator[str]:
    """The links that lead nowhere, of all pages but dbt's, which is a program that makes its own."""
    read = {p: Links(p.read_text()) for p in folder.rglob("*.html") if p.name != "404.html" and p.parent.name != "dbt"}
    assert len(read) > 100
    for path, links in read.items():
        for href in [*links.leads, *links.loads]:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                continue
            leads_to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not leads_to.is_file() or (
                parts.fragment and leads_to in read and unquote(parts.fragment) not in read[leads_to].places
            ):
                yield f"{path.relative_to(folder)}: {href}"


@pytest.mark.night
def test_no_link_of_the_site_is_dead_and_nothing_is_loaded_from_elsewhere(built: Path) -> None:
    assert list(_dead(built)) == []
    loaded = {load for path in built.rglob("*.html") for load in Links(path.read_text()).loads}
    assert len(loaded) > 5
    assert [load for load in loaded if urlsplit(load).netloc] == []


@pytest.mark.parametrize("link", ["[there](nowhere.md)", "[there](glossary.md#nowhere)", "[there](/abs.md)"])
def test_a_dead_link_stops_the_build(tmp_path: Path, link: str) -> None:
    docs = tmp_path / "docs"
    for name in ("how-to", "systems", "decisions"):
        (docs / name).mkdir(parents=True)
    for name in ("index", "quickstart", "architecture", "tables", "who-is-who", "what-it-withstands", "glossary"):
        (docs / f"{name}.md").write_text("# A page\n")
    (docs / "index.md").write_text(f"# A page\n\nIt leads {link}.\n")
    with pytest.raises(ConfigError, match=r"docs: 1 of its pages or links are at fault, the first:.*(nowhere|abs)"):
        site.write({"reference/index.md": "# Reference\n"}, tmp_path / "site", docs)


@pytest.mark.night
def test_every_page_is_in_the_navigation(built: Path) -> None:
    there = {p.relative_to(built).as_posix() for p in built.rglob("*.html")} - {"404.html", "dbt/index.html"}
    links = Links((built / "index.html").read_text())
    assert there - set(links.leads) - {"index.html"} == set()


def _commands(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, *before, name)
        elif not command.hidden:
            yield " ".join([*before, name]), command


def test_every_command_with_its_options_is_in_the_reference(pages: dict[str, str]) -> None:
    sections = _sections(pages["reference/commands.md"])
    commands = dict(_commands(main, "crm360"))
    assert len(commands) > 14 and set(commands) == set(sections) - {"Exit codes"}
    for name, command in commands.items():
        assert command.help and len(sections[name].split("\n\n")[0]) > 20
        for option in command.params:
            if isinstance(option, click.Option):
                (row,) = [r for r in _rows(sections[name]) if f"`{option.opts[0]}`" in r[0]]
                assert row[2] == option.help and row[2], f"{name} {option.opts[0]} has no help"
    assert "`--people` `INTEGER` | `2000`" in sections["crm360 run"]


def _errors(kind: type[Crm360Error]) -> Iterator[type[Crm360Error]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _errors(below)


def test_every_exit_code_is_in_the_reference(pages: dict[str, str]) -> None:
    codes = {int(row[0].strip("`")) for row in _rows(_sections(pages["reference/commands.md"])["Exit codes"])}
    assert codes == set(EXIT_CODES) >= {error.exit_code for error in _errors(Crm360Error)} | {0, 2, 70, 130}


def _sections(page: str) -> dict[str, str]:
    """The text below each heading of the second order."""
    parts = re.split(r"^## (.+)\n", page, flags=re.MULTILINE)
    heads = [re.sub(r" {#.*}$", "", head) for head in parts[1::2]]
    return {head: text.strip() for head, text in zip(heads, parts[2::2], strict=True)}


def _rows(section: str) -> list[list[str]]:
    """The cells of the rows of a section's table."""
    rows = [line for line in section.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def _keys(struct: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(struct)}


def _wanted() -> dict[str, set[str]]:
    """Section of the configuration's page → the keys that the code reads there."""
    entities = "[[sources.NAME.streams.STREAM.entities]]"
    wanted = {
        "The file": _keys(Toml),
        "[value]": _keys(Value),
        "[custom_fields] each": _keys(CustomField),
        "[alerts]": _keys(Alerts),
        "[anomalies]": _keys(Anomalies),
        "[publish]": _keys(Publishing),
        "[push] each": _keys(Push),
        "[publish.postgres]": _keys(Postgres),
        "[alerts.webhook]": _keys(Webhook),
        "[alerts.email]": _keys(Email),
        "[alerts.command]": _keys(Command),
        "[segments]": {bound.name for bound in bounds(Project(ROOT))},
        "[sources.NAME]": set(OF_EVERY_SOURCE),
        "[sources.NAME.limits.STREAM]": _keys(StreamLimits),
        entities: _keys(EntityMapping),
        "A field that says more": _keys(MappedField),
    }
    for system, connector in CONNECTORS.items():
        own = set(connector.settings) | (set() if connector.options is None else _keys(connector.options))
        if own - set(OF_EVERY_SOURCE):
            wanted[f"[sources.NAME] of {system}"] = own - set(OF_EVERY_SOURCE)
        if connector.declared is not None:
            wanted[f"[sources.NAME.streams.STREAM] of {system}"] = {
                *_keys(connector.declared.table),
                "entities",
                "preset",
            }
    return wanted


@pytest.mark.parametrize(("section", "keys"), _wanted().items(), ids=_wanted())
def test_every_key_is_in_the_reference_with_its_meaning(pages: dict[str, str], section: str, keys: set[str]) -> None:
    rows = {row[0].strip("`"): row for row in _rows(_sections(pages["reference/configuration.md"])[section])}
    assert set(rows) == keys
    for key, (_, kind, _, _, meaning) in rows.items():
        assert kind and len(meaning) > 5, f"{key} of {section} says nothing: give its field a Meta(description=…)"


def test_defaults_and_allowed_values_are_told(pages: dict[str, str]) -> None:
    sections = _sections(pages["reference/configuration.md"])
    rows = {row[0]: row for row in _rows(sections["The file"])}
    assert rows["`sources`"][2] == "required" and rows["`churn_days`"][1:4] == ["whole number", "`90`", "at least 1"]
    limits = {row[0]: row for row in _rows(sections["[sources.NAME.limits.STREAM]"])}
    assert all(word in limits["`on_parse_error`"][3] for word in ("`warn`", "`quarantine`", "`stop`"))
    assert limits["`max_rejected_rate`"][1:4] == ["number", "`0.04`", "0 to 1"]
    assert rows["`as_of`"][3] == "such as `today`, `source`, `2026-01-31`"
    assert "`high_value_revenue` | number | `1000`" in sections["[segments]"]


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_field_of_an_entity_is_in_the_reference(pages: dict[str, str], entity: str) -> None:
    rows = {row[0].strip("`"): row for row in _rows(_sections(pages["reference/entities.md"])[entity])}
    for field, kind in fields_of(entity).items():
        assert rows[field][1:3] == [f"`{kind}`", "yes"], field
    assert rows[id_of(entity)][2] == "`id`" and rows["source"][2] == "set by crm360"
    assert all(row[3] for row in rows.values())


def test_every_published_table_and_column_is_in_the_reference(pages: dict[str, str]) -> None:
    sections: dict[str, str] = {}
    for path, text in pages.items():
        if path.startswith("reference/tables/") and not path.endswith("index.md"):
            sections |= _sections(text)
    models = {path.stem for path in MARTS.rglob("*.sql")} | {path.stem for path in MARTS.rglob("*.py")}
    assert set(sections) == models | {"sales_by_weekday"} and set(load_suites()) <= set(sections)
    declared = [m for path in MARTS.rglob("*.yml") for m in yaml.safe_load(path.read_text()).get("models", ())]
    assert {model["name"] for model in declared} == models
    for model in declared:
        table = model["name"]
        rows = {row[0].strip("`"): row[1] for row in _rows(sections[table])}
        assert {column["name"] for column in model["columns"]} <= set(rows), table
        assert all(rows.values()) and not any("{{" in meaning for meaning in rows.values()), table
    assert "| `loyalty_tier` | Tier in the loyalty programme. |" in sections["customer_360"]
    index = pages["reference/tables/index.md"]
    assert all(f"[`{table}`](" in index for table in sections)


def test_every_decision_is_in_the_index_once() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^- \[.+\]\((.+\.md)\)$", (folder / "index.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted({p.name for p in folder.glob("*.md")} - {"index.md"})


def test_the_walk_names_models_and_files_that_there_are() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    models = {p.stem for p in (ROOT / "dbt_project").rglob("*") if p.suffix in (".sql", ".py")}
    named = re.findall(r"`((?:stg|int)_\w+)`", text)
    assert len(named) >= 3 and [name for name in named if name not in models] == []
    paths = re.findall(r"`((?:connectors|orchestration|expectations|dbt_project|src)/[\w/.]+)`", text)
    assert len(paths) > 10 and [p for p in paths if not (ROOT / p).exists()] == []


def test_what_it_withstands_names_tests_that_there_are() -> None:
    """Each row is shown by a test, or says that it is not; the ids of a table have no gap."""
    groups = _sections((ROOT / "docs" / "what-it-withstands.md").read_text())
    assert len(groups) == 5
    missing = []
    for rows in map(_rows, groups.values()):
        assert [row[0] for row in rows] == [f"{rows[0][0][0]}{n}" for n in range(1, len(rows) + 1)]
        for name, _, happens, shown_by in rows:
            assert shown_by != "–" or happens.startswith("Not shown"), name
            for item in shown_by.split("; ") if shown_by != "–" else ():
                file, *tests = re.findall(r"`([^`]+)`", item)
                path = ROOT / "tests" / file
                text = path.read_text() if path.is_file() else ""
                assert tests, f"{name}: {item}"
                missing += [f"{name}: {file} {test}" for test in tests if f"\ndef test_{test}(" not in text]
    assert missing == []


def test_a_list_or_table_stands_apart_from_the_paragraph_before_it() -> None:
    """Else MkDocs takes it for a part of the paragraph."""
    wrong = []
    for path in (ROOT / "docs").rglob("*.md"):
        text = re.sub(r"^( *)```.*?^\1```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False):
            starts = re.match(r"(- |\d+\. |\|)", line)
            if starts and before.strip() and not re.match(r"\s|- |\d+\. |\|", before):
                wrong.append(f"{path.name}: {line}")
    assert wrong == []


@pytest.mark.night
def test_dbts_docs_stand_beside(built: Path) -> None:
    assert "persons" in (built / "dbt" / "index.html").read_text()
    assert "../../dbt/index.html" in (built / "reference/tables/index.html").read_text()


@pytest.mark.night
def test_a_site_is_built_anew_in_its_place_and_nothing_else_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_pages: dict[str, str], folder: Path) -> None:
        folder.mkdir()
        (folder / "index.html").write_text("the site")

    (tmp_path / "dbt.html").write_text("dbt's docs")
    monkeypatch.setattr(site, "write", write)
    monkeypatch.setattr(
        site, "dbt_docs", lambda _config: Path(shutil.copy(tmp_path / "dbt.html", tmp_path / "made.html"))
    )
    here = ["--config", str(company(tmp_path) / "crm360.toml")]
    folder = tmp_path / "data" / "docs"
    assert _main("docs", *here) == 0
    assert capsys.readouterr().out == f"docs    {folder / 'index.html'}\n"
    (folder / "old.html").touch()
    assert _main("docs", *here) == 0
    assert {p.name for p in folder.iterdir()} == {"index.html", "dbt", site.MARK}
    assert [p.name for p in folder.parent.glob("docs*")] == ["docs"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("mine")
    capsys.readouterr()
    assert _main("docs", str(mine), *here) == 2
    assert "mine holds something else: name a new folder" in capsys.readouterr().err
    assert (mine / "letter.txt").read_text() == "mine"


def test_without_mkdocs_one_sentence_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = company(tmp_path) / "crm360.toml"
    found: Any = importlib.util.find_spec
    lacking = SimpleNamespace(find_spec=lambda name: None if name == "mkdocs" else found(name))
    monkeypatch.setattr(site.importlib, "util", lacking)
    assert _main("docs", "--config", str(toml)) == 2
    told = capsys.readouterr().err
    assert "MkDocs, which is not installed: pip install 'crm360[docs]'" in told and len(told.splitlines()) == 1
