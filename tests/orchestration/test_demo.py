"""The sandbox for people: served for one night, on its own port or, where that is taken, on a free one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.sandbox.company import books
from crm360.connectors.sandbox.server.tokens import TOKENS
from crm360.connectors.sandbox.vendors import FAKES
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.run import demo
from crm360.orchestration.run.pull import pull_source
from crm360.orchestration.settings.config import SANDBOX_PORT, Config, load

TOML = f'[sources.hubspot]\nbase_url = "{demo.ADDRESS}/hubspot"\nrate_limit = 1000\n'
PUSH = '[push.ads]\naudience = "win-back"\nto = "meta"\nlist = "1"\nconsent_covers_ads = true\n'
PUSH += f'url = "{demo.ADDRESS}/meta"\n'


@pytest.fixture
def taken() -> Iterator[int]:
    """The sandbox's port, on which something else listens."""
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # then somebody else has it already
            other.bind(("127.0.0.1", SANDBOX_PORT))
            other.listen()
        yield SANDBOX_PORT


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("CRM360_HUBSPOT_TOKEN", TOKENS["hubspot"])
    (tmp_path / "crm360.toml").write_text(TOML + PUSH)
    return load(tmp_path / "crm360.toml", tmp_path / "data")


def test_a_night_takes_a_free_port_where_the_sandboxs_own_is_taken(config: Config, taken: int) -> None:
    said: list[str] = []
    with demo.night(config, 40, said.append) as served:
        (source,) = served.sources
        assert source.settings["base_url"].startswith("http://127.0.0.1:")
        assert f":{taken}/" not in source.settings["base_url"]
        assert served.toml.push["ads"].url == source.settings["base_url"][:-8] + "/meta"
        (pulled,) = pull_source(source, [source.connector.stream("owners")], config.landing, None)
        assert pulled.error is None and pulled.footer is not None and pulled.footer.landed > 0
    assert said == [f"sandbox 40 people, night 1, on {source.settings['base_url'][:-8]}, for {taken} is taken"]


def test_the_companys_books_stand_in_for_what_the_project_leaves_empty(config: Config) -> None:
    own = config.path.parent / "exchange_rates.csv"
    own.write_text("currency,valid_from,rate\n")
    assert config.project.seed(own.name) == own
    with demo.night(config, 40, str) as served:
        pass
    for project in (served.project, load(config.path, config.data).project):
        rates, costs = (project.seed(name) for name in (own.name, "campaign_costs.csv"))
        assert rates and costs and rates.read_text() + costs.read_text() == "".join(reversed(books.files().values()))
    own.write_text("currency,valid_from,rate\nGBP,2026-01-01,1.2\n")
    assert served.project.seed(own.name) == own
    config.path.write_text(TOML.replace("127.0.0.1", "crm.example").replace("http:", "https:"))
    assert load(config.path, config.data).project.seed("campaign_costs.csv") is None


def test_a_sandbox_whose_port_is_taken_says_what_to_do(taken: int) -> None:
    with pytest.raises(ConfigError, match=f"{taken} can't be had: end what listens there, or name another"):
        demo.serve(40, 7, 0, taken)


def test_sources_elsewhere_are_no_sandboxs(config: Config) -> None:
    (config.path).write_text(TOML.replace(str(SANDBOX_PORT), "9"))
    elsewhere = load(config.path, config.data)
    with pytest.raises(ConfigError, match="--sandbox needs sources at"), demo.night(elsewhere, 40, print):
        pass


def test_every_further_system_of_the_companys_can_be_pulled(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    served = {name: fake for name, fake in FAKES.items() if name in CONNECTORS}
    further = demo.with_systems(config, sorted(served))
    assert sorted(s.name for s in further.sources) == sorted(served)
    for name, fake in served.items():
        for secret, value in fake.secrets.items():
            monkeypatch.setenv(f"CRM360_{name}_{secret}".upper(), value)
    with demo.night(further, 40, str) as night:
        for source in night.sources:
            pulled = pull_source(source, list(source.streams)[:1], config.landing, None)
            assert [str(p.error) for p in pulled if p.error] == [], source.name


def test_a_system_that_the_company_has_not_is_told(config: Config) -> None:
    with pytest.raises(ConfigError, match=r"has no 'typefrom', but .*dynamics, .*did you mean 'typeform'\?"):
        demo.with_systems(config, ["typefrom"])
