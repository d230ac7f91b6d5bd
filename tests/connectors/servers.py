"""Real servers for tests: each on a free port of loopback, in a temporary folder, as an unprivileged user, ended after."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.connectors.wire import http, wire

NEEDED = "run .ci/servers once, as root on Debian"


def installed(name: str, program: str | None, *, is_needed: bool = True) -> str:
    """The program; where it lacks the test is skipped with a line, but fails where continuous integration needs it."""
    if program is None:
        told = f"{name} is not installed: {NEEDED}"
        assert not (is_needed and os.environ.get("CI")), told
        pytest.skip(told)
    return program


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def unprivileged(user: str) -> dict[str, object]:
    """What makes subprocess run as that user, if we are root; servers refuse to run as root."""
    if os.getuid() != 0:
        return {}
    known = pwd.getpwnam(user)
    return {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}


@contextmanager
def folder_of(user: str) -> Iterator[Path]:
    """A temporary folder of that user's."""
    folder = Path(tempfile.mkdtemp(prefix="crm360-server-"))
    try:
        if os.getuid() == 0:
            known = pwd.getpwnam(user)
            os.chown(folder, known.pw_uid, known.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until something listens there."""
    for _ in range(800):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL that asks for passwords. `owner` and `reader` are roles with the password of the same name."""

    port: int

    def url(self, role: str = "reader", database: str = "shop") -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL from Debian's packages, with a database `shop`."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    found = str(programs[-1]) if programs else shutil.which("initdb")
    found = installed("PostgreSQL", found)
    bin_, rights, port = Path(found).parent, unprivileged("postgres"), free_port()
    with folder_of("postgres") as folder:
        data, log = folder / "data", folder / "log"
        (folder / "password").write_text("owner")
        (folder / "password").chmod(0o644)
        made = [str(bin_ / "initdb"), "-D", str(data), "-U", "owner", "--pwfile", str(folder / "password")]
        made += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **rights)  # type: ignore[call-overload]
        settings: Mapping[str, str] = {
            "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(folder), "fsync": "off",
        }  # fmt: skip
        options = [f"-c{k}={v}" for k, v in settings.items()]
        with log.open("wb") as told:
            process = subprocess.Popen(
                [str(bin_ / "postgres"), "-D", str(data), *options], stdout=told, stderr=told, cwd=folder, **rights
            )  # type: ignore[call-overload]
        try:
            wait_for(port, process, log)
            _make_shop(port)
            yield Postgres(port)
        finally:
            ended(process)


def _make_shop(port: int) -> None:
    import psycopg

    for _ in range(100):
        try:
            with psycopg.connect(
                f"host=127.0.0.1 port={port} user=owner password=owner dbname=postgres", autocommit=True
            ) as con:
                con.execute("create database shop")
                con.execute("create role reader login password 'reader'")
                con.execute("grant pg_read_all_data to reader")
                return
        except psycopg.OperationalError:
            time.sleep(0.05)  # it listens before it is ready
    raise AssertionError("PostgreSQL does not become ready")


@dataclass(frozen=True)
class MariaDb:
    """A MariaDB whose clock shows Karachi's time. `owner` and `reader` are users with the password of the same name."""

    port: int

    def url(self, user: str = "reader", database: str = "shop") -> str:
        return f"mysql+pymysql://{user}@127.0.0.1:{self.port}/{database}"


@contextmanager
def mariadb() -> Iterator[MariaDb]:
    """A MariaDB from Debian's packages, with a database `shop`."""
    found = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    found = installed("MariaDB", found, is_needed=False)
    rights, port = unprivileged("nobody"), free_port()
    with folder_of("nobody") as folder:
        data, log, begin = folder / "data", folder / "log", folder / "begin.sql"
        begin.write_text(
            "create database shop;\n"
            "create user owner@127.0.0.1 identified by 'owner';\n"
            "grant all on *.* to owner@127.0.0.1;\n"
            "create user reader@127.0.0.1 identified by 'reader';\n"
            "grant select on shop.* to reader@127.0.0.1;\n"
        )
        begin.chmod(0o644)
        made = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **rights)  # type: ignore[call-overload]
        options = [
            "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve",
            f"--socket={folder}/socket", f"--pid-file={folder}/pid", "--innodb-flush-log-at-trx-commit=0",
            f"--init-file={begin}", "--default-time-zone=+05:00", "--sql-mode=", "--innodb-buffer-pool-size=32M",
        ]  # fmt: skip
        with log.open("wb") as told:
            process = subprocess.Popen([found, *options], stdout=told, stderr=told, cwd=folder, **rights)  # type: ignore[call-overload]
        try:
            wait_for(port, process, log)
            yield MariaDb(port)
        finally:
            ended(process)


@dataclass(frozen=True)
class Mailboxes:
    """A Dovecot. Every user has the password `pw-<user>`; `TOKEN` opens ann@example.com by XOAUTH2."""

    plain: int
    tls: int
    folder: Path  # each user's Maildir stands under mail/
    authority: Path  # the certificate that it shows


TOKEN = "token-of-ann"


@contextmanager
def dovecot() -> Iterator[Mailboxes]:
    """A Dovecot from Debian's packages, over plain and TLS ports."""
    program = "/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else shutil.which("dovecot")
    program = installed("Dovecot", program)
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    rights, plain, tls = unprivileged(user), free_port(), free_port()
    with folder_of(user) as folder, wire(http(b'{"active": true, "email": "ann@example.com"}')) as tokens:
        _certificate(folder)
        group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
        (folder / "oauth2.conf").write_text(
            f"introspection_mode = post\nintrospection_url = {tokens.url}\nusername_attribute = email\n"
            f"active_attribute = active\nactive_value = true\nforce_introspection = yes\n"
        )
        (folder / "dovecot.conf").write_text(
            DOVECOT.format(folder=folder, plain=plain, tls=tls, user=user, group=group)
        )
        for path in folder.iterdir():
            path.chmod(0o644)
        command = [str(program), "-F", "-c", str(folder / "dovecot.conf")]
        log = folder / "log"
        process = subprocess.Popen(command, cwd=folder, **rights)  # type: ignore[call-overload]
        try:
            wait_for(plain, process, log)
            yield Mailboxes(plain, tls, folder, folder / "cert.pem")
        finally:
            ended(process)


def _certificate(folder: Path) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True)


DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password=pw-%u
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Gesendet {{
    auto = create
    special_use = \\Sent
  }}
}}
"""
