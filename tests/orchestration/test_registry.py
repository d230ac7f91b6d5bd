"""Which models feed which entity follows from what they declare; a declaration that does not hold together is told by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.catalog import shape
from crm360.orchestration.catalog.registry import COMMON, Registry, read
from crm360.orchestration.settings.config import load
from crm360.orchestration.settings.project import DELIVERED

COLUMNS = "".join(f"      - name: {c}\n" for c in ("contact_id", *COMMON, "email", "parse_errors"))


def model(meta: str, columns: str = COLUMNS, name: str = "stg_toy__contacts") -> str:
    return f"  - name: {name}\n    config: {{meta: {{{meta}}}}}\n    columns:\n{columns}"


NAMES = (*(f"stg_toy__{name}" for name in ("contacts", "leads", "joined", "orders", "guests")), "int_toy_joined")


def registry(folder: Path, *models: str, names: tuple[str, ...] = NAMES) -> Registry:
    path = folder / "_toy__models.yml"
    path.write_text("models:\n" + "".join(models))
    return read([path], names)


def test_a_model_says_its_entity_and_its_stream(tmp_path: Path) -> None:
    found = registry(tmp_path, model("entity: contacts, stream: people"))
    assert found.entities["contacts"] == {"stg_toy__contacts": ["contact_id", *COMMON, "email", "parse_errors"]}
    assert found.readers == {"stg_toy__contacts": {"stream": "people", "entity": "contacts"}}


def test_a_model_says_by_which_fields_people_consent(tmp_path: Path) -> None:
    said = "entity: contacts, stream: people, consents: [{channel: email, word: email, field: optedOut}]"
    assert registry(tmp_path, model(said)).consents == [
        {"model": "stg_toy__contacts", "channel": "email", "word": "email", "field": "optedOut"}
    ]


def test_what_goes_by_way_of_another_model_is_united_once(tmp_path: Path) -> None:
    staged = model("entity: contacts, stream: people, by_way_of: stg_toy__joined")
    found = registry(tmp_path, staged, model("entity: contacts", name="stg_toy__joined"))
    assert list(found.entities["contacts"]) == ["stg_toy__joined"]
    assert found.readers["stg_toy__contacts"]["entity"] == "contacts"


def test_further_rows_of_another_model_are_united_and_not_read_twice(tmp_path: Path) -> None:
    orders = model("entity: orders, stream: orders", name="stg_toy__orders")
    guests = model("entity: contacts, stream: orders, made_of: stg_toy__orders", name="stg_toy__guests")
    found = registry(tmp_path, orders, guests)
    assert list(found.entities["contacts"]) == ["stg_toy__guests"]
    assert list(found.readers) == list(found.traces) == ["stg_toy__orders"]


def test_a_model_that_is_not_there_is_not_united(tmp_path: Path) -> None:
    assert registry(tmp_path, model("entity: contacts, stream: people"), names=()).entities["contacts"] == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            model("entity: persons, stream: s"),
            "_toy__models.yml: stg_toy__contacts: entity 'persons' is unknown; there are contacts,",
        ),
        (
            model("entity: contacts"),
            "_toy__models.yml: stg_toy__contacts has parse_errors and does not say its stream",
        ),
        (
            model("entity: contacts, stream: s", "      - name: parse_errors\n"),
            "_toy__models.yml: stg_toy__contacts has no column source",
        ),
        (
            model("entity: contacts, stream: s, consents: [{channel: email, word: email, field: a, at: told_at}]"),
            "_toy__models.yml: stg_toy__contacts: a consent reads 'told_at', which is none of its columns",
        ),
        (
            model("entity: contacts, stream: s, consents: [{channel: pigeon, word: email, field: a}]"),
            "_toy__models.yml: stg_toy__contacts: a consent has a channel (email, sms, phone) and either field or",
        ),
        (
            model("entity: contacts, stream: s, by_way_of: stg_toy__gone"),
            "_toy__models.yml: stg_toy__contacts: there is no model stg_toy__gone",
        ),
        (
            model("entity: contacts, stream: s, by_way_of: stg_toy__joined")
            + model("entity: contacts", COLUMNS.replace("      - name: parse_errors\n", ""), "stg_toy__joined"),
            "_toy__models.yml: stg_toy__joined has no column parse_errors, which stg_toy__contacts has",
        ),
        (
            model("entity: contacts, stream: s, by_way_of: stg_toy__joined")
            + model("entity: contacts, stream: t, by_way_of: stg_toy__joined", name="stg_toy__leads")
            + model("entity: contacts", name="stg_toy__joined"),
            "_toy__models.yml: stg_toy__joined: it has parse_errors and is of no one stream",
        ),
        (
            model("entity: contacts", name="int_toy_joined"),
            "_toy__models.yml: int_toy_joined: it has parse_errors and is of no one stream",
        ),
        (
            model("entity: contacts, stream: s, made_of: stg_toy__orders"),
            "_toy__models.yml: stg_toy__contacts: there is no model stg_toy__orders",
        ),
        (
            model("entity: subscriptions, stream: s"),
            "_toy__models.yml: stg_toy__contacts: there is no model stg_toy__contacts_versioned",
        ),
        ("  - {", "_toy__models.yml: it is no YAML, line"),
    ],
)
def test_what_does_not_hold_together_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        registry(tmp_path, text)
    assert said in str(told.value)


def test_every_staging_model_that_reads_values_is_a_reader() -> None:
    files = [p for p in (DELIVERED / "models").rglob("*.yml") if "marts" not in p.parts]
    texts = {p.stem: p.read_text() for p in (DELIVERED / "models" / "staging").rglob("stg_*.sql")}
    of_landing = {
        name for name, text in texts.items() if any(w in text for w in ("latest(", "source(", "mapped_entity("))
    }
    judging = {name for name, text in texts.items() if "parse_errors" in text or "mapped_entity(" in text}
    models = {p.stem for p in (DELIVERED / "models").rglob("*.sql")}
    found = read(files, models)
    assert of_landing & judging <= set(found.readers)
    assert len(found.readers) > 60  # what hands on another model's rows is none
    assert all(found.entities.values()), "an entity that no model feeds"


def delivered() -> Registry:
    files = [p for p in (DELIVERED / "models").rglob("*.yml") if "marts" not in p.parts]
    return read(files, {p.stem for p in (DELIVERED / "models").rglob("*.sql")})


def test_several_streams_meet_where_a_column_says_which(tmp_path: Path) -> None:
    staged = [model(f"entity: contacts, stream: {s}, by_way_of: stg_toy__joined", name=f"stg_toy__{n}")
              for s, n in (("people", "contacts"), ("leads", "leads"))]  # fmt: skip
    met = model("entity: contacts", COLUMNS + "      - name: stream\n", "stg_toy__joined")
    assert registry(tmp_path, *staged, met).streams["stg_toy__joined"] is None


def test_no_limit_of_a_stream_is_without_effect_in_silence() -> None:
    """Whoever judges a stream's values hands them on to the entity, with the stream; the others refuse a limit."""
    found = delivered()
    for reader, told in found.readers.items():
        models = found.entities[told["entity"]]
        own = [m for m in models if m.split("__")[0] == reader.split("__")[0]]
        judging = [m for m in own if "parse_errors" in models[m]]
        assert judging, f"{reader} judges values that no model of {told['entity']} holds back"
        assert any(found.streams.get(m) == told["stream"] or "stream" in models[m] for m in judging), reader
    streams = {(c.system, s.name): s.entity for c in CONNECTORS.values() for s in c.streams}
    idle = {streams[stream] for stream in set(streams) - found.judged()}
    assert idle == {
        "currencies",
        "pipelines",
        "metrics",
        "lists",
        "forms",
        "ad_accounts",
        "loyalty_tiers",
        "prices",
        "projects",
        "consents",
    }, "what only gives names or prices to others' values, or whom one list is not to reach"


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("pipelines.on_parse_error = 'stop'", "on_parse_error has no effect, for no value of hubspot/pipelines is judged"),
        ("pipelines.on_implausible_date = 'quarantine'", "on_implausible_date has no effect"),
        ("pipelines.max_parse_error_rate = 0.1", "max_parse_error_rate has no effect"),
        ("pipelines.max_rejected_rate = 0.1", ""),
        ("meetings.on_parse_error = 'stop'", ""),
        ("all.on_parse_error = 'stop'", ""),
    ],
)  # fmt: skip
def test_a_limit_that_nothing_could_obey_is_refused(tmp_path: Path, limit: str, said: str) -> None:
    (tmp_path / "crm360.toml").write_text(f"[sources.hubspot]\n[sources.hubspot.limits]\n{limit}\n")
    config = load(tmp_path / "crm360.toml")
    if not said:
        assert shape.project(config).is_dir()
        return
    with pytest.raises(ConfigError) as told:
        shape.project(config)
    assert str(told.value).startswith("crm360.toml, sources.hubspot.limits.pipelines: ") and said in str(told.value)
