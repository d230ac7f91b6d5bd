"""Alerts: what is found, that each is told once, that nobody is told a secret, and what becomes of one that can't leave."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from crm360 import moments
from crm360.connectors.engine.errors import ConfigError
from crm360.moments import utc_now
from crm360.orchestration.alerts import causes, channels, deliver
from crm360.orchestration.alerts.channels import Undelivered
from crm360.orchestration.catalog import sealed
from crm360.orchestration.dagster import alerting as sensing
from crm360.orchestration.privacy import register
from crm360.orchestration.run import runs
from crm360.orchestration.run.runs import Attempt, RunRecord
from crm360.orchestration.settings.config import Config, load
from crm360.orchestration.settings.cron import matches
from tests.orchestration import receiving
from tests.orchestration.conducting import TOML, company
from tests.orchestration.running import crm360

NOW = datetime(2026, 7, 1, 7, 30)
HTTP = '[alerts.webhook]\nurl = "http://127.0.0.1:{port}/hook"\n'


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PAUSE", 0.0)


@pytest.fixture
def hook() -> Iterator[receiving.Received]:
    with receiving.http() as told:
        yield told


def project(folder: Path, alerts: str) -> Config:
    folder.mkdir(exist_ok=True)
    company(folder)
    (folder / "crm360.toml").write_text(TOML + alerts)
    return load(folder / "crm360.toml", folder / "data")


def record(config: Config, hours_ago: float, outcome: Any = "published", **more: Any) -> None:
    at = NOW - timedelta(hours=hours_ago)
    more = {"job": "nightly", "finished_at": at + timedelta(minutes=5)} | more
    runs.write(config.runs, RunRecord(f"{at:%Y%m%dT%H%M%S}-1", at, outcome, **more))


def found(config: Config, now: datetime = NOW) -> dict[str, causes.Cause]:
    return {c.key: c for c in causes.find(config, now)}


# What is found ---------------------------------------------------------------------------------------------------------


def test_a_run_that_did_not_publish_is_one_cause_since_the_first_of_them(tmp_path: Path) -> None:
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\n")
    assert found(config) == {}
    record(config, 74)
    record(config, 50, "held back", message="Not published: the audit failed for persons (2 rows).")
    record(config, 26, "failed", message="dbt: the model persons does not run (to act: whoever wrote it)")
    record(config, 3, "pulled", job="pull")
    (cause,) = found(config).values()
    assert cause.key == "not_published" and cause.since == NOW - timedelta(hours=50)
    assert cause.what == "not published: dbt: the model persons does not run" and cause.who == "whoever wrote it"
    record(config, 2, "working", finished_at=None)
    assert found(config)["not_published"].what == "not published: the run was killed"
    record(config, 1)
    assert found(config) == {}


def test_streams_of_a_source_that_fail_for_one_reason_are_one_cause(tmp_path: Path) -> None:
    more = '[sources.desk.streams.more]\npath = "people.csv"\nkey = ["id"]\n[[sources.desk.streams.more.entities]]\n'
    more += 'entity = "contacts"\nfields = { full_name = "name" }\n'
    config = project(tmp_path / "shop", more + "[alerts]\ndisk_free = 0\n")
    bad = {
        n: Attempt(n, error="e", what="no such file", who="its owner", kind="FileProblem")
        for n in ("desk/people", "desk/more")
    }
    record(config, 50, streams={"desk/people": Attempt("desk/people")})
    record(config, 26, streams=bad)
    record(config, 2, streams={"desk/people": bad["desk/people"]})
    (cause,) = found(config).values()
    assert (cause.key, cause.who, cause.where) == ("stream_failed:desk:FileProblem", "its owner", "desk/people")
    assert cause.what == "no such file (and 1 more streams)" and cause.since == NOW - timedelta(hours=26)


def test_a_stream_that_nobody_pulled_in_its_time_is_stale(tmp_path: Path) -> None:
    from crm360.orchestration.cli.console import Console
    from crm360.orchestration.run.pulling import pull_only

    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\n")
    assert pull_only(config, [], Console(quiet=True)) == 0
    late = utc_now() + timedelta(hours=30)
    assert found(config, late) == {}
    toml = config.path.read_text().replace(
        '[sources.shop]\nsystem = "files"\n', '[sources.shop]\nsystem = "files"\nfresh_within = { orders = 6 }\n'
    )
    config.path.write_text(toml)
    (cause,) = found(load(config.path, config.data), late).values()
    assert cause.key == "stream_stale:shop" and cause.what == "orders not pulled within 6 hours"
    assert set(found(load(config.path, config.data), late + timedelta(hours=10))) == {
        "stream_stale:shop",
        "stream_stale:desk",
    }
    for wrong in ("fresh_within = 0", "fresh_within = { nothing = 3 }", 'fresh_within = "6"'):
        config.path.write_text(toml.replace("fresh_within = { orders = 6 }", wrong))
        with pytest.raises(ConfigError, match=r"fresh_within is a number of hours|shop has no stream 'nothing'"):
            load(config.path)


def test_no_run_by_a_stated_hour_counts_on_the_schedules_days_only(tmp_path: Path) -> None:
    config = project(tmp_path / "shop", '[alerts]\ndisk_free = 0\nno_run_by = "06:00"\n')
    config.path.write_text('time_zone = "Europe/Berlin"\nschedule = "0 2 * * 1-5"\n' + config.path.read_text())
    config = load(config.path, config.data)
    assert set(found(config)) == {"no_run"}  # 07:30 UTC is 09:30 in Berlin, a Wednesday
    assert found(config)["no_run"].since == datetime(2026, 7, 1, 4)
    record(config, 29)  # the night before: 02:30 UTC on the day before is after its deadline, 04:00, less a day
    assert set(found(config)) == {"no_run"}
    record(config, 7, "held back")
    assert "no_run" not in found(config)
    assert "no_run" not in found(config, datetime(2026, 7, 2, 3, 59)) and "no_run" in found(
        config, datetime(2026, 7, 2, 4, 1)
    )
    assert "no_run" not in found(config, datetime(2026, 7, 5, 12)), "a Sunday, and none was due since Saturday 06:00"


@pytest.mark.parametrize(
    ("cron", "at", "is_due"),
    [
        ("0 2 * * *", "2026-07-01T02:00", True),
        ("0 2 * * *", "2026-07-01T02:01", False),
        ("*/15 1-3 * * *", "2026-07-01T03:45", True),
        ("5/20 * * * *", "2026-07-01T03:45", True),
        ("0 2 * jul wed", "2026-07-01T02:00", True),
        ("0 2 * * 7", "2026-07-05T02:00", True),
        ("0 2 * * sun", "2026-07-05T02:00", True),
        ("0 2 1 * 1", "2026-07-01T02:00", True),  # one of both is enough
        ("0 2 2 * 1", "2026-07-01T02:00", False),
        ("0 2 */2 * 1", "2026-07-01T02:00", False),
    ],
)
def test_when_a_schedule_is_due(cron: str, at: str, is_due: bool) -> None:
    assert matches(cron, datetime.fromisoformat(at)) is is_due


def test_a_disk_that_is_nearly_full_is_told_once_though_it_is_at_the_brink(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project(tmp_path / "shop", "[alerts]\n")
    disk = SimpleNamespace(total=1000, free=99)
    monkeypatch.setattr(causes.shutil, "disk_usage", lambda _p: disk)
    assert "10%) are free" in found(config)["disk_low"].what
    disk.free = 110
    assert found(config) == {} and [c.key for c in causes.find(config, NOW, ["disk_low"])] == ["disk_low"]
    disk.free = 121
    assert causes.find(config, NOW, ["disk_low"]) == []


def test_an_erasure_that_is_past_its_date_is_told(tmp_path: Path) -> None:
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\nerasure_days = 20\n")
    asked = [
        register.add(config, "ann", "", {"email": {"a"}}, {}, NOW - timedelta(days=n), "asked")
        for n in (40, 30, 21, 19)
    ]
    for request, verified in zip(asked[:2], (True, False), strict=True):
        request.finished_at, request.is_verified = NOW, verified
        register.finish(config, request)
    late = {key.split(":")[1]: c.what for key, c in found(config).items()}
    assert set(late) == {asked[1].request_id, asked[2].request_id}
    assert "not verified" in late[asked[1].request_id] and "not finished" in late[asked[2].request_id]


# What is told ----------------------------------------------------------------------------------------------------------


def test_a_cause_is_told_once_and_once_that_it_is_over(tmp_path: Path, hook: receiving.Received) -> None:
    config = project(
        tmp_path / "shop",
        '[alerts]\ndisk_free = 0\nlink = "https://dagster.shop.example"\n' + HTTP.format(port=hook.port),
    )
    record(config, 26, "failed", message="dbt: the model does not run (to act: whoever wrote it)")
    assert [a.state for a in deliver.deliver(config, NOW)] == ["standing"]
    assert deliver.deliver(config, NOW + timedelta(hours=1)) == []
    record(config, 2, "failed", message="audit: another reason (to act: somebody else)")
    assert deliver.deliver(config, NOW + timedelta(hours=2)) == [] and len(hook.bodies) == 1
    record(config, 1)
    assert [a.state for a in deliver.deliver(config, NOW + timedelta(hours=3))] == ["well again"]
    assert deliver.deliver(config, NOW + timedelta(hours=4)) == [] and deliver.read(config) == []
    first, last = hook.bodies
    assert first["sentence"] == (
        "crm360 shop: the run: not published: dbt: the model does not run; since 2026-06-30 05:30:00 UTC "
        "(to act: whoever wrote it) https://dagster.shop.example"
    )
    assert (
        first["state"] == "standing" and first["key"] == last["key"] == "not_published" and first["project"] == "shop"
    )
    assert last["state"] == "well again" and "over since 2026-07-01 10:30:00 UTC" in last["sentence"]
    record(config, 0.5, "failed", message="again (to act: nobody)")
    assert [a.state for a in deliver.deliver(config, NOW + timedelta(hours=5))] == ["standing"]


def test_what_can_not_be_delivered_is_tried_again_and_told_by_status(tmp_path: Path, hook: receiving.Received) -> None:
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\n" + HTTP.format(port=hook.port))
    record(config, 26, "failed", message="no (to act: me)")
    hook.statuses = [500, 503]
    with pytest.raises(Undelivered, match=r"^alerts\.webhook, 127\.0\.0\.1: it answers with 503") as told:
        deliver.deliver(config, NOW)
    assert told.value.exit_code == 7 and len(hook.bodies) == 2 and len(deliver.undelivered(config)) == 1
    record(config, 1)  # it is well again before anybody knew: nobody is told
    assert deliver.deliver(config, NOW) == [] and deliver.read(config) == [] and len(hook.bodies) == 2
    record(config, 0.5, "failed", message="no (to act: me)")
    hook.statuses = [404]
    with pytest.raises(Undelivered, match="404"):
        deliver.deliver(config, NOW)
    assert len(hook.bodies) == 3, "what is wrong for good is not tried twice"
    assert [a.state for a in deliver.deliver(config, NOW)] == ["standing"] and deliver.undelivered(config) == []
    hook.statuses = [307]
    record(config, 0.1)
    with pytest.raises(Undelivered, match="307"):
        deliver.deliver(config, NOW)
    assert [h.get("Host") for h in hook.headers] and len(hook.bodies) == 5, "a redirect is not followed"


def test_a_kill_between_two_messages_sends_none_twice(
    tmp_path: Path, hook: receiving.Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project(tmp_path / "shop", '[alerts]\ndisk_free = 1\nno_run_by = "06:00"\n' + HTTP.format(port=hook.port))
    send = channels.send

    def killed(config: Config, channel: str, alert: Any) -> None:
        if hook.bodies:
            raise KeyboardInterrupt
        send(config, channel, alert)

    with monkeypatch.context() as patch:
        patch.setattr(deliver, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver.deliver(config, NOW)
    deliver.deliver(config, NOW)
    assert sorted(b["key"] for b in hook.bodies) == ["disk_low", "no_run"]
    (config.data / deliver.NAME).write_text("{")  # what stands is told again, rather than never
    assert len(deliver.deliver(config, NOW)) == 2


def test_while_a_run_works_only_what_it_does_not_write_is_looked_at(tmp_path: Path, hook: receiving.Received) -> None:
    config = project(tmp_path / "shop", '[alerts]\ndisk_free = 0\nno_run_by = "06:00"\n' + HTTP.format(port=hook.port))
    record(config, 20, "failed", message="no (to act: me)")
    deliver.deliver(config, NOW)
    record(config, 1, "published")
    with runs.only_one(config.data):
        assert deliver.deliver(config, NOW) == []  # the run that works has not ended: nothing is over yet
    assert {a.state for a in deliver.deliver(config, NOW)} == {"well again"}


def test_each_product_gets_its_shape(tmp_path: Path, hook: receiving.Received, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{hook.port}/services/T0/B0/secret-part"
    monkeypatch.setenv("CRM360_ALERTS_WEBHOOK_URL", url)
    monkeypatch.setattr(moments, "now", lambda: datetime(2026, 7, 1, 2, tzinfo=UTC))  # each tells when it was sent
    for shape in ("slack", "mattermost", "teams"):
        config = project(tmp_path / "s<h>op", f'[alerts]\ndisk_free = 0\n[alerts.webhook]\nshape = "{shape}"\n')
        assert deliver.test(config) == {"webhook": ""}
    slack, mattermost, teams = hook.bodies
    assert (
        list(slack) == list(mattermost) == ["text"]
        and "s&lt;h&gt;op" in slack["text"]
        and "s<h>op" in mattermost["text"]
    )
    (card,) = teams["attachments"]
    assert teams["type"] == "message" and card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["type"] == "AdaptiveCard" and card["content"]["body"][0]["text"] == mattermost["text"]
    monkeypatch.setenv("CRM360_ALERTS_WEBHOOK_URL", url.replace(str(hook.port), "1"))
    (why,) = deliver.test(config).values()
    assert "can't be reached (ConnectionError)" in why and "secret-part" not in why
    monkeypatch.setenv("CRM360_ALERTS_WEBHOOK_URL", "")
    assert "CRM360_ALERTS_WEBHOOK_URL is not set" in deliver.test(config)["webhook"]


def test_no_secret_leaves_though_a_message_holds_one(
    tmp_path: Path, hook: receiving.Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM360_ALERTS_WEBHOOK_TOKEN", "bearer-words-of-ours")
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\n" + HTTP.format(port=hook.port))
    deliver.test(config)
    assert hook.headers[0]["Authorization"] == "Bearer bearer-words-of-ours"
    record(config, 1, "failed", message="refused bearer-words-of-ours (to act: me)")
    deliver.deliver(config, NOW)
    assert "bearer-words-of-ours" not in json.dumps(hook.bodies) and "refused" in hook.bodies[1]["sentence"]


# E-mail ----------------------------------------------------------------------------------------------------------------

EMAIL = """[alerts]
disk_free = 0
[alerts.email]
host = "127.0.0.1"
port = {port}
encryption = "{encryption}"
sender = "crm360@shop.example"
to = ["ops@shop.example", "ann@shop.example"]
{more}
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    return receiving.certificate(tmp_path_factory.mktemp("certificate"))


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_an_alert_by_e_mail_is_encrypted_and_logged_in(
    tmp_path: Path, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, encryption: str
) -> None:
    monkeypatch.setenv("CRM360_ALERTS_EMAIL_PASSWORD", receiving.PASSWORD)
    with receiving.smtp(pair, from_the_start=encryption == "tls") as server:
        more = f'user = "{receiving.USER}"\nca_file = "{pair[0]}"\n'
        config = project(tmp_path / "shop", EMAIL.format(port=server.port, encryption=encryption, more=more))
        record(config, 1, "failed", message="dbt: the modèle does not run (to act: whoever wrote it)")
        deliver.deliver(config, NOW)
        assert server.was_encrypted == [True] and server.logins == [receiving.USER]
        mail = email.message_from_string(server.bodies[0], policy=email.policy.default)
        assert isinstance(mail, EmailMessage) and mail["To"] == "ops@shop.example, ann@shop.example"
        assert mail["Subject"] == "crm360 shop: the run: not published: dbt: the modèle does not run"
        assert mail["Auto-Submitted"] == "auto-generated" and mail["Date"].endswith("+0000")
        assert "(to act: whoever wrote it)" in mail.get_content()
        server.refuses = ("ann",)
        assert "1 of 2 addresses are refused" in deliver.test(config)["email"]
        server.refuses = ("shop.example",)
        assert "all addresses are refused" in deliver.test(config)["email"]
        monkeypatch.setenv("CRM360_ALERTS_EMAIL_PASSWORD", "not-the-password")
        assert "the login is refused" in deliver.test(config)["email"]
        monkeypatch.setenv("CRM360_ALERTS_EMAIL_PASSWORD", "")
        assert "CRM360_ALERTS_EMAIL_PASSWORD is not set" in deliver.test(config)["email"]


def test_nothing_is_sent_to_a_server_that_is_not_trusted_or_does_not_encrypt(
    tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    with receiving.smtp(pair) as server:
        config = project(tmp_path / "shop", EMAIL.format(port=server.port, encryption="starttls", more=""))
        assert "can't be reached (SSLCertVerificationError)" in deliver.test(config)["email"]
    with receiving.smtp() as server:
        config = project(tmp_path / "shop", EMAIL.format(port=server.port, encryption="starttls", more=""))
        assert "the server has no starttls" in deliver.test(config)["email"] and server.bodies == []
        config = project(tmp_path / "shop", EMAIL.format(port=server.port, encryption="none", more=""))
        assert deliver.test(config) == {"email": ""} and "this is a test" in server.bodies[0]
        port = server.port
    config = project(tmp_path / "shop", EMAIL.format(port=port, encryption="none", more=""))
    assert "can't be reached (ConnectionRefusedError)" in deliver.test(config)["email"]


# A command, the settings, the command line, Dagster --------------------------------------------------------------------


def test_a_command_gets_the_alert_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM360_SHOP_TOKEN", "not-for-others")
    script = tmp_path / "tell.py"
    script.write_text(
        "import os,sys;open('told','w').write(sys.stdin.read()+repr(dict(os.environ)));sys.exit(int(sys.argv[1]))"
    )
    for code in (0, 3):
        config = project(
            tmp_path / "shop",
            f'[alerts]\ndisk_free = 0\n[alerts.command]\nrun = ["{sys.executable}", "{script}", "{code}"]\n',
        )
        assert ("ended with 3" in deliver.test(config)["command"]) is (code == 3)
    told = (tmp_path / "shop" / "told").read_text()
    assert '"state":"test"' in told and "not-for-others" not in told and "PATH" in told
    config = project(tmp_path / "shop", '[alerts]\n[alerts.command]\nrun = ["/nowhere/tell"]\n')
    assert "can't be started (No such file or directory)" in deliver.test(config)["command"]


WRONG = {
    '[alerts]\nno_run_by = "6"\n': "no_run_by is a time of day",
    "[alerts]\ndisk_free = 2\n": "disk_free is a share",
    "[alerts]\nerasure_days = 0\n": "erasure_days is at least 1",
    '[alerts]\non = ["fire"]\n': "this is one of 'not_published'",
    '[alerts.webhook]\nshape = "slack"\nurl = "https://hooks.slack.com/x"\n': "put it in the environment as CRM360_ALERTS_WEBHOOK_URL",
    '[alerts.webhook]\nurl = "ftp://x"\n': "url begins with https",
    '[alerts.email]\nhost = "h"\nsender = "a@b.c"\nto = []\n': "to names nobody",
    '[alerts.email]\nhost = "h"\nsender = "a@b.c"\nto = ["x\\r\\nBcc: y@z.w"]\n': "sender and to are e-mail addresses",
    '[alerts.email]\nhost = "h"\nsender = "a@b.c"\nto = ["x@y.z"]\nuser = "u"\nencryption = "none"\n': "a login needs starttls or tls",
    '[alerts.email]\nhost = "h"\nsender = "a@b.c"\nto = ["x@y.z"]\npassword = "p"\n': "is a secret",
    "[alerts.command]\nrun = []\n": "run names no program",
}


@pytest.mark.parametrize("toml", WRONG)
def test_settings_that_can_not_be_are_refused_with_their_line(tmp_path: Path, toml: str) -> None:
    with pytest.raises(ConfigError, match=WRONG[toml]) as refused:
        project(tmp_path / "shop", toml)
    assert "crm360.toml, line" in str(refused.value)


def test_every_run_tells_at_its_end(
    tmp_path: Path, hook: receiving.Received, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\n" + HTTP.format(port=hook.port))
    here = ["--config", str(config.path)]
    (tmp_path / "shop/people.csv").unlink()
    code, out, _ = crm360(capsys, monkeypatch, "pull", *here)
    assert code == 3 and "alert   crm360 shop: desk/people: there is no file people.csv" in out
    assert hook.bodies[0]["kind"] == "stream_failed"
    code, out, _ = crm360(capsys, monkeypatch, "alerts", *here)
    assert code == 0 and "told by webhook" in out
    company(tmp_path / "shop")
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\n" + HTTP.format(port=hook.port))
    hook.statuses = [400]
    code, out, error = crm360(capsys, monkeypatch, "pull", *here)
    assert code == 7 and "alerts.webhook, 127.0.0.1: it answers with 400" in error and len(error.splitlines()) == 1
    code, out, _ = crm360(capsys, monkeypatch, "status", *here)
    assert code == 7 and "An alert could not be delivered: alerts.webhook" in out
    code, out, _ = crm360(capsys, monkeypatch, "status", "--json", *here)
    assert code == 7 and len(json.loads(out)["undelivered"]) == 1
    code, out, _ = crm360(capsys, monkeypatch, "alerts", "--send", "--json", *here)
    assert (code, json.loads(out)) == (0, {"ok": True, "standing": [], "undelivered": []})
    assert [b["state"] for b in hook.bodies] == ["standing", "well again", "well again"]
    code, out, _ = crm360(capsys, monkeypatch, "alerts", "--test", "--json", *here)
    assert (code, json.loads(out)) == (0, {"ok": True, "sent": ["webhook"], "failed": {}})


def test_dagsters_sensor_tells_and_fails_where_it_can_not(tmp_path: Path, hook: receiving.Received) -> None:
    assert sensing.sensors(project(tmp_path / "none", "")) == []
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 0\n" + HTTP.format(port=hook.port))
    (sensor,) = sensing.sensors(config)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    at = utc_now() - timedelta(hours=1)
    runs.write(config.runs, RunRecord("20260701T000000-1", at, "failed", at, message="no (to act: me)", job="nightly"))

    def tick() -> str:
        told = sensor.evaluate_tick(dg.build_sensor_context())
        return str(told.skip_message)

    assert "the run: not published: no" in tick() and tick() == "nothing new"
    hook.statuses = [400]
    runs.write(config.runs, RunRecord("20260701T000001-1", at, "published", at, job="nightly"))
    with pytest.raises(Undelivered, match="400"):
        tick()


def test_a_seal_keeps_the_state(tmp_path: Path, hook: receiving.Received) -> None:
    config = project(tmp_path / "shop", "[alerts]\ndisk_free = 1\n" + HTTP.format(port=hook.port))
    deliver.deliver(config, NOW)
    path = config.data / deliver.NAME
    assert sealed.read(path, list[deliver.Entry]) is not None and stat.S_IMODE(path.stat().st_mode) == 0o600
