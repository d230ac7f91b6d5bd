"""The files of deploy/: units that systemd takes and calls hardened, a compose file and a cron line that name what there is."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from crm360.orchestration.cli.cli import main

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
NO_SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not there")
MOST_EXPOSED = 20  # of systemd's 100: what it calls OK ends at 50


def there(folder: Path) -> list[str]:
    """The units as an administrator installs them, with an account and a program that this machine has."""
    for unit in UNITS:
        text = re.sub(r"^(User|Group)=crm360$", r"\1=root", unit.read_text(), flags=re.MULTILINE)
        (folder / unit.name).write_text(text.replace("/srv/venv/bin/crm360", "/bin/true"))
    return [str(folder / unit.name) for unit in UNITS]


@NO_SYSTEMD
def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *there(tmp_path)], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "crm360" in line] == [] and done.returncode == 0, done.stderr
    broken = tmp_path / SERVICES[0].name
    broken.write_text(broken.read_text().replace("[Service]", "[Service]\nProtectSystme=strict"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(broken)], capture_output=True, text=True, check=False
    )
    assert "ProtectSystme" in done.stderr


@NO_SYSTEMD
@pytest.mark.parametrize("unit", SERVICES, ids=lambda u: u.name)
def test_systemd_calls_every_service_hardened(tmp_path: Path, unit: Path) -> None:
    there(tmp_path)
    path = tmp_path / unit.name
    path.write_text(path.read_text().replace("User=root", "User=nobody").replace("Group=root", "Group=nogroup"))
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "\n".join((done.stdout + done.stderr).splitlines()[-3:])


def commands() -> list[list[str]]:
    """Every call of crm360 that stands in deploy/."""
    found = [
        line.split("/bin/crm360 ", 1)[1]
        for unit in SERVICES
        for line in unit.read_text().splitlines()
        if "ExecStart=" in line
    ]
    found += [
        line.split("/bin/crm360 ", 1)[1]
        for line in (DEPLOY / "crm360.cron").read_text().splitlines()
        if "/bin/crm360 " in line
    ]
    docker = re.search(r"^CMD (\[.*\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert docker is not None
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["crm360"]["command"]
    return [shlex.split(re.sub(r"[$]\(.*\)| > .*", "", line)) for line in found] + [yaml.safe_load(docker[1]), compose]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_is_one_with_the_options_that_it_has(command: list[str]) -> None:
    known = main.commands[command[0]]
    assert isinstance(known, click.Command)
    known.make_parser(click.Context(known)).parse_args(command[1:])  # raises for an option that there is not


def test_the_compose_file_names_what_there_is() -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service = told["services"]["crm360"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    files = {v.rpartition("/")[2] for n, v in service["environment"].items() if n.endswith("_FILE")}
    assert files == set(service["secrets"]) == set(told["secrets"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"]), (
        "the page is reached by a proxy with TLS alone"
    )
    ignored = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    assert {".env", "data", "deploy/secrets"} <= set(ignored)
