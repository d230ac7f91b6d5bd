"""What crm360.toml may not hold, and who may read what is beside it: addresses in the clear, secrets, an open `.env`."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from crm360.connectors.engine.addresses import is_in_the_clear, is_loopback
from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.session import Auth, Session
from crm360.connectors.systems import CONNECTORS
from crm360.orchestration.alerts.channels import Undelivered, send
from crm360.orchestration.settings.config import OUR_SCHEMAS, Config, load

HUBSPOT = "[sources.hubspot]\n"
REST = """
[sources.erp]
system = "rest"
base_url = "https://erp.example.com"
auth = "none"
[sources.erp.streams.people]
path = "/people"
records = "items"
key = ["id"]
[[sources.erp.streams.people.entities]]
entity = "contacts"
id = "id"
fields = { email = "mail" }
"""
TAP = """
[sources.tap]
system = "singer"
command = ["tap-crm"]
[sources.tap.streams.people]
key = ["id"]
[[sources.tap.streams.people.entities]]
entity = "contacts"
id = "id"
fields = { email = "token" }
"""
WEBHOOK = HUBSPOT + "[alerts.webhook]\nurl = '%s'\n"
VALUE = "Zx81-q9"  # what stands in the environment, and in no message
DELIVERED = Path(__file__).parents[2] / "dbt_project"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if not k.startswith("CRM360_")})


def config(folder: Path, text: str) -> Config:
    path = folder / "crm360.toml"
    path.write_text(text)
    return load(path)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.8.9.10", "::1", "[::1]", "::ffff:127.0.0.1"],
)
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "example.com", "localhost.example.com", "127.0.0.1.example.com", "128.0.0.1", "0.0.0.0", "10.0.0.1", "::", "127.1"],
)  # fmt: skip
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)


IN_THE_CLEAR = [
    (HUBSPOT + "base_url = 'http://api.example.com'", "line 2, sources.hubspot.base_url: base_url: http:// is for this machine only"),
    (HUBSPOT + "base_url = 'HTTP://10.0.0.1:8080/x'", "sources.hubspot.base_url: "),
    (HUBSPOT + "base_url = 'http://127.0.0.1@api.example.com'", "sources.hubspot.base_url: "),
    ("[sources.zoho]\nclient_id = 'x'\nlogin_url = 'http://accounts.zoho.com'", "line 3, sources.zoho.login_url: "),
    (REST.replace("https://", "http://"), "line 4, sources.erp.base_url: "),
    (REST.replace('"/people"', '"http://erp.example.com/people"'), "line 7, sources.erp.streams.people.path: "),
    (WEBHOOK % "http://hooks.example.com/x", "line 3, alerts.webhook.url: "),
    (HUBSPOT + "[alerts.email]\nhost = 'mail.example.com'\nsender = 'a@b.cd'\nto = ['x@y.zz']\nencryption = 'none'",
     "line 6, alerts.email.encryption: encryption = 'none' is for a mail server on this machine only"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), IN_THE_CLEAR, ids=[said for _, said in IN_THE_CLEAR])
def test_nothing_is_sent_in_the_clear(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config(tmp_path, text)
    assert f"crm360.toml, {said}" in str(raised.value) or said in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("host", ["127.0.0.1:8360", "127.0.0.2", "localhost:8360", "[::1]:8360"])
def test_this_machine_is_spoken_to_as_before(tmp_path: Path, host: str) -> None:
    text = HUBSPOT + f"base_url = 'http://{host}/hubspot'\n[alerts.webhook]\nurl = 'http://{host}/x'"
    assert config(tmp_path, text).sources[0].settings["base_url"].startswith("http://")


def test_a_website_that_is_mapped_is_no_address_of_ours(tmp_path: Path) -> None:
    text = REST.replace('"contacts"', '"companies"').replace(
        'email = "mail"', 'domain = { value = "http://www.example.com" }'
    )
    assert config(tmp_path, text).sources
    assert not is_in_the_clear("www.example.com")


def test_nobody_below_the_file_sends_in_the_clear_either() -> None:
    """An address that comes from elsewhere, such as a connector of one's own, or a login that is told."""
    with pytest.raises(ConfigError, match=r"erp: http:// is for this machine only"):
        Session("erp", "http://erp.example.com", Auth({}))


def test_the_webhook_of_the_environment_is_not_sent_to_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = config(tmp_path, HUBSPOT + "[alerts.webhook]\nshape = 'slack'\n")
    monkeypatch.setitem(os.environ, "CRM360_ALERTS_WEBHOOK_URL", "http://hooks.example.com/geheim")
    alert: Any = SimpleNamespace(shaped=lambda _shape: {})
    with pytest.raises(Undelivered, match="CRM360_ALERTS_WEBHOOK_URL: http:// is for this machine only") as raised:
        send(made, "webhook", alert)
    assert "geheim" not in str(raised.value)


SECRETS = [
    (REST.replace("records =", "params = { api_key = 'abc' }\nrecords ="), "sources.erp.streams.people.params.api_key is a secret"),
    (REST.replace("records =", "params = { access-key = 'abc' }\nrecords ="), "sources.erp.streams.people.params.access-key is a secret"),
    (REST.replace("records =", "params = { key = 'AIzaSyD4x8q2w9e7r5t3' }\nrecords ="), "people.params.key is a secret"),
    (REST.replace("records =", f"params = {{ q = '{VALUE}' }}\nrecords ="), "people.params.q holds the secret that CRM360_ERP_TOKEN is"),
    (REST.replace("records =", "headers = { Authorization = 'Bearer abc' }\nrecords ="), "people.headers.Authorization is a secret"),
    (REST.replace("records =", "headers = { X-Who = 'Bearer abc' }\nrecords ="), "people.headers.X-Who holds a secret"),
    (REST.replace("/people", "/people?api_key=abc"), "line 7, sources.erp.streams.people.path: sources.erp.streams.people.path holds a secret"),
    (REST.replace("/people", f"/people/{VALUE}/all"), "people.path holds the secret that CRM360_ERP_TOKEN is"),
    (REST.replace("erp.example.com", "erp.example.com/?token=abc"), "line 4, sources.erp.base_url: sources.erp.base_url holds a secret"),
    (REST.replace("erp.example.com", "ann:pw@erp.example.com"), "sources.erp.base_url holds a secret"),
    (REST.replace("erp.example.com", "erp.example.com/Zx81%2Dq9"), "sources.erp.base_url holds the secret that CRM360_ERP_TOKEN is"),
    (REST.replace('auth = "none"', f'auth = "header"\nheader = "{VALUE}"'), "sources.erp.header holds the secret that CRM360_ERP_TOKEN is"),
    (REST.replace("records =", "password = 77\nrecords ="), "sources.erp.streams.people.password is a secret"),
    (TAP.replace('"tap-crm"', '"tap-crm", "--token=abc"'), "line 4, sources.tap.command: sources.tap.command holds a secret"),
    (TAP.replace('"tap-crm"', '"tap-crm", "--password", "abc"'), "sources.tap.command holds a secret"),
    (TAP.replace('"tap-crm"', f'"tap-crm", "{VALUE}"'), "sources.tap.command holds the secret that CRM360_ERP_TOKEN is"),
    (HUBSPOT + f"brand = 'x {VALUE}'", "sources.hubspot.brand holds the secret that CRM360_ERP_TOKEN is"),
    (HUBSPOT + "brand = 'Ja3n-pw!'", "sources.hubspot.brand holds the secret that CRM360_SHOP_URL is"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SECRETS, ids=[said for _, said in SECRETS])
def test_a_secret_in_the_file_is_named_by_its_key_alone(tmp_path: Path, text: str, said: str) -> None:
    os.environ |= {"CRM360_ERP_TOKEN": VALUE, "CRM360_SHOP_URL": "postgresql://ann:Ja3n-pw%21@db.example.com/shop"}
    with pytest.raises(ConfigError) as raised:
        config(tmp_path, text)
    sentence = str(raised.value)
    assert said in sentence and sentence.startswith("crm360.toml")
    assert not any(value in sentence for value in (VALUE, "abc", "pw@", "Ja3n", "AIza", "77"))


NO_SECRETS = [
    REST,
    TAP,
    REST.replace("records =", 'paging = { style = "token", at = "next", param = "page_token" }\nrecords ='),
    REST.replace("records =", 'params = { sort = "key", key = "name" }\nrecords ='),
    REST.replace("/people", "/people?limit=100&sort=key"),
    TAP.replace('"tap-crm"', '"tap-crm", "--token-file", "secrets/tap.json"'),
    HUBSPOT + "brand = 'postgres'",
]


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_only_speaks_of_secrets_is_none(tmp_path: Path, text: str) -> None:
    os.environ["CRM360_SHOP_PASSWORD"] = "postgres"  # a word that may stand anywhere
    assert config(tmp_path, text).sources


def test_a_secret_of_the_env_file_is_one(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(f"CRM360_ERP_TOKEN={VALUE}\n")
    env.chmod(0o600)
    with pytest.raises(ConfigError, match="holds the secret that CRM360_ERP_TOKEN is"):
        config(tmp_path, REST.replace("/people", f"/{VALUE}"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666, 0o610])
def test_an_env_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    env = tmp_path / ".env"
    env.write_text("CRM360_HUBSPOT_TOKEN=abc\n")
    env.chmod(mode)
    with pytest.raises(ConfigError) as raised:
        config(tmp_path, HUBSPOT)
    assert str(raised.value).startswith(f".env: others than its owner may read its secrets: chmod 600 {env}")
    assert "CRM360_HUBSPOT_TOKEN" not in os.environ
    env.chmod(0o600)
    assert config(tmp_path, HUBSPOT).sources


@pytest.mark.parametrize("name", ["marts", "staging", "landing", "ledger", "crm360", "main"])
def test_no_source_is_named_as_a_schema_of_ours(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"sources.{name}: {name} is the name of a schema of the warehouse"):
        config(tmp_path, REST.replace("sources.erp", f"sources.{name}"))


def test_every_schema_of_the_dbt_project_is_known() -> None:
    """A layer that is added is one that no source may have the name of."""
    project = yaml.safe_load((DELIVERED / "dbt_project.yml").read_text())
    layers = {folder["+schema"] for folder in (*project["models"]["crm360"].values(), project["seeds"]["crm360"]) if isinstance(folder, dict) and "+schema" in folder}  # fmt: skip
    layers.add(project["seeds"]["crm360"]["+schema"])
    declared: set[str] = set()
    for path in (DELIVERED / "models").rglob("*.yml"):
        told = yaml.safe_load(path.read_text()) or {}
        declared |= {source.get("schema", source["name"]) for source in told.get("sources", ())}
    assert len(layers) == 4 and layers | (declared - set(CONNECTORS)) <= OUR_SCHEMAS
    assert not OUR_SCHEMAS & set(CONNECTORS)
