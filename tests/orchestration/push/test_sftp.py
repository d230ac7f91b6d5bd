"""Pushes to SFTP, against a real server on loopback: the file is whole or not there, and holds what was asked for."""

from __future__ import annotations

import asyncio
import csv
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from crm360.connectors.targets import sftp
from tests.orchestration.push.shop import Shop

PASSWORD = "only-the-server-knows"
PEOPLE = {f"c_{n}": f"ann.{n}@mail.example" for n in range(1, 6)}


@dataclass
class Server:
    """A server and its folder. `breaks` are the operations that fail next, `log` the files opened and renamed."""

    root: Path
    key: asyncssh.SSHKey
    user_key: asyncssh.SSHKey
    port: int = 0
    breaks: list[type[Exception]] = field(default_factory=list)
    log: list[tuple[str, ...]] = field(default_factory=list)
    only_letters: bool = False
    old: bool = False

    @property
    def fingerprint(self) -> str:
        return str(self.key.get_fingerprint("sha256"))

    def rows(self, name: str = "win-back.csv") -> list[list[str]]:
        with (self.root / "in" / name).open(newline="") as handle:
            return list(csv.reader(handle))


def _handlers(server: Server) -> tuple[type[asyncssh.SSHServer], type[asyncssh.SFTPServer]]:
    class Login(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("crm", PASSWORD)

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == "crm" and key.public_data == server.user_key.public_data

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=str(server.root).encode())

        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
            server.log.append(("open", path.decode()))
            if server.only_letters and not pflags & asyncssh.FXF_WRITE:
                raise asyncssh.SFTPPermissionDenied("letters only")
            return super().open(path, pflags, attrs)

        def stat(self, path: bytes) -> Any:
            if server.only_letters and not path.endswith(b".part"):
                raise asyncssh.SFTPPermissionDenied("letters only")
            return super().stat(path)

        def scandir(self, path: bytes) -> Any:
            if server.only_letters:
                raise asyncssh.SFTPPermissionDenied("letters only")
            return super().scandir(path)

        def write(self, file_obj: Any, offset: int, data: bytes) -> int:
            if server.breaks:
                raise server.breaks.pop(0)("no")
            return super().write(file_obj, offset, data)

        def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
            server.log.append(("rename", oldpath.decode(), newpath.decode()))
            if server.old:
                raise asyncssh.SFTPOpUnsupported("never heard of it")
            super().posix_rename(oldpath, newpath)

    return Login, Files


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """A server on loopback, in a thread of its own."""
    (root / "in").mkdir(parents=True)
    server = Server(root, asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519"))
    login, files = _handlers(server)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(login, "127.0.0.1", 0, server_host_keys=[server.key], sftp_factory=files)

    acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    server.port = acceptor.get_port()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("CRM360_PUSH_FILE_PASSWORD", PASSWORD)
    monkeypatch.setattr(sftp, "WAITS", (0.01, 0.01))
    with serving(tmp_path / "server") as found:
        yield found


def toml(server: Server, more: str = "", mode: str = "mirror") -> str:
    return (
        f'[push.file]\naudience = "win-back"\nto = "sftp"\nmode = "{mode}"\n'
        f'url = "sftp://crm@127.0.0.1:{server.port}/in/win-back.csv"\nfingerprint = "{server.fingerprint}"\n'
        f'fields = {{ tier = "rfm_name", groups = "segments" }}\n{more}'
    )


@pytest.fixture
def shop(tmp_path: Path, server: Server) -> Shop:
    return Shop(tmp_path / "shop").write(toml(server, "address = true\n"))


def test_a_mirrored_file_is_the_audience_written_whole_and_once(shop: Shop, server: Server) -> None:
    facts = {"c_1": ('=HYPERLINK("http://x")', 3, False, ["loyal", "a, b"]), "c_2": (None, 3, False, [])}
    (dry,), _ = shop.publish(PEOPLE, facts).push(dry_run=True)
    assert dry.counts["added"] == 5 and list((server.root / "in").iterdir()) == []
    assert shop.one().counts["added"] == 5
    header, *rows = server.rows()
    assert header == ["address", "tier", "groups"] and len(rows) == 5
    assert rows[0] == [PEOPLE["c_1"], '\'=HYPERLINK("http://x")', "loyal;a, b"] and rows[1] == [PEOPLE["c_2"], "", ""]
    assert "c_1" not in (server.root / "in" / "win-back.csv").read_text()  # no id that nobody asked for
    assert [entry for entry in server.log if entry[0] == "rename"] == [
        ("rename", "/in/.win-back.csv.part", "/in/win-back.csv")
    ]
    before = (server.root / "in" / "win-back.csv").stat()
    assert shop.one().counts["unchanged"] == 5
    after = (server.root / "in" / "win-back.csv").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)  # not written again
    people = {"c_1": PEOPLE["c_1"], "c_9": "new@mail.example"}
    done = shop.publish(people, facts).one()
    assert (done.counts["added"], done.counts["removed"], done.counts["unchanged"]) == (1, 4, 1)
    assert [row[0] for row in server.rows()[1:]] == [PEOPLE["c_1"], "new@mail.example"]
    assert shop.publish({"c_1": PEOPLE["c_1"]}, facts).one().counts["removed"] == 1 and len(server.rows()) == 2
    (server.root / "in" / "win-back.csv").unlink()  # somebody took it
    assert shop.one().counts["added"] == 1 and len(server.rows()) == 2
    (server.root / "in" / "win-back.csv").write_text("address,tier,groups\nby@hand.example,,\n")
    assert shop.one().counts["added"] == 1 and [row[0] for row in server.rows()[1:]] == [PEOPLE["c_1"]]
    assert list((server.root / "in").iterdir()) == [server.root / "in" / "win-back.csv"]


@pytest.mark.night
def test_add_writes_a_dated_file_of_those_who_joined_and_a_kill_no_second_one(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path / "shop").write(toml(server, mode="add")).publish(PEOPLE)
    assert shop.command(CRM360_FAILPOINT="push-after-send").returncode == 137
    (first,) = (server.root / "in").iterdir()
    assert first.name.startswith("win-back-20") and server.rows(first.name)[0] == ["tier", "groups"]
    assert shop.one().counts["added"] == 5 and list((server.root / "in").iterdir()) == [first]
    assert set(shop.book().values()) == {("add", "accepted", None, True)}
    assert shop.publish({**PEOPLE, "c_9": "new@mail.example"}).one().counts["added"] == 1
    (second,) = set((server.root / "in").iterdir()) - {first}
    assert len(server.rows(second.name)) == 2
    assert shop.one().counts["unchanged"] == 6 and len(list((server.root / "in").iterdir())) == 2


def test_a_server_that_breaks_or_is_full_keeps_the_old_file_and_is_one_sentence(shop: Shop, server: Server) -> None:
    shop.publish(PEOPLE).one()
    old = server.rows()
    shop.publish({**PEOPLE, "c_9": "new@mail.example"})
    server.breaks = [ConnectionError, asyncssh.SFTPFailure]
    assert shop.one().counts["added"] == 1 and len(server.rows()) == 7  # the third try
    shop.publish({**PEOPLE, "c_8": "next@mail.example"})
    server.breaks = [asyncssh.SFTPFailure] * 9
    done = shop.one()
    assert "push.file: the server failed at it, 3 times in a row" in str(done.error) and done.counts["not sent"] == 2
    assert len(server.rows()) == 7 != len(old)
    assert ("add", "pending", "target failed", True) in shop.book().values()
    server.breaks = []
    assert shop.one().counts["added"] == 1 and len(server.rows()) == 7
    server.old = True  # a server that can't rename over a file
    assert shop.publish(PEOPLE).one().counts["removed"] == 1 and server.rows() == old


def test_where_nothing_can_be_read_the_book_counts(shop: Shop, server: Server) -> None:
    shop.publish(PEOPLE)
    server.only_letters = True
    done = shop.one()
    assert done.error is None and done.counts["added"] == 5 and shop.one().counts["unchanged"] == 5
    done = shop.write(toml(server, "address = true\n", "add")).publish({**PEOPLE, "c_9": "new@mail.example"}).one()
    assert done.error is None and done.counts["added"] == 1 and len(list((server.root / "in").iterdir())) == 2


@pytest.mark.night
def test_a_login_by_key_and_what_is_refused(shop: Shop, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.publish(PEOPLE)
    path = shop.root / "id_ed25519"
    path.write_bytes(server.user_key.export_private_key(passphrase="a phrase"))
    monkeypatch.setenv("CRM360_PUSH_FILE_PRIVATE_KEY", str(path))
    assert "CRM360_PUSH_FILE_PRIVATE_KEY is no private key that can be read" in str(shop.one().error)
    monkeypatch.setenv("CRM360_PUSH_FILE_PASSPHRASE", "a phrase")
    monkeypatch.delenv("CRM360_PUSH_FILE_PASSWORD")
    assert shop.one().counts["added"] == 5
    monkeypatch.delenv("CRM360_PUSH_FILE_PRIVATE_KEY")
    assert "CRM360_PUSH_FILE_PASSWORD or CRM360_PUSH_FILE_PRIVATE_KEY is not set" in str(shop.one().error)
    monkeypatch.setenv("CRM360_PUSH_FILE_PASSWORD", "wrong-one")
    done = shop.one()
    assert "push.file: the credentials are refused" in str(done.error) and "wrong-one" not in str(done.error)
    monkeypatch.setenv("CRM360_PUSH_FILE_PASSWORD", PASSWORD)
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint("sha256")
    shop.write(toml(server, "address = true\n").replace(server.fingerprint, other))
    assert "the host's key is not the one of the fingerprint" in str(shop.one().error)
    shop.write(toml(server, "address = true\n").replace("/in/", "/out/"))
    assert "there is no folder /out" in str(shop.one().error)
    assert {row[:2] for row in shop.book().values()} == {("add", "accepted")}  # what is known of them stands
