"""Mailboxes: a real Dovecot. Whatever is done to the mails between nights, the landing ends up equal to the mailbox."""

from __future__ import annotations

import imaplib
import random
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import crm360.connectors.engine.sync
from crm360.connectors.engine import mailbox
from crm360.connectors.engine.errors import AuthError, BadResponse, ConfigError, SourceError, SweepTooLarge, Unreachable
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.mailbox import decoded, encoded, numbers, ranges
from crm360.connectors.systems import imap
from tests.connectors.declared import SOURCE, Night
from tests.connectors.servers import TOKEN, Mailboxes, dovecot, free_port

pytestmark = pytest.mark.server

OWNER = "ann@example.com"
SENT = "Gesendet"


@pytest.fixture(scope="module")
def server() -> Iterator[Mailboxes]:
    with dovecot() as running:
        yield running


class Owner:
    """Ann, who reads, writes, moves and deletes mails."""

    def __init__(self, server: Mailboxes) -> None:
        self.client = imaplib.IMAP4("127.0.0.1", server.plain)
        self.client.login(OWNER, f"pw-{OWNER}")

    def put(self, message_id: str, folder: str = "INBOX", **headers: str) -> None:
        lines = {"Message-ID": f"<{message_id}>", "From": "Bob <bob@example.com>", "To": OWNER, "Subject": "Hello"}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\nHow are you?\r\n"
        when = imaplib.Time2Internaldate(datetime(2026, 1, 1, 12, tzinfo=UTC))
        assert self.client.append(folder, "", when, text.encode())[0] == "OK"

    def ids(self, folder: str) -> dict[str, str]:
        """Number by Message-ID."""
        assert self.client.select(folder)[0] == "OK"
        found = self.client.uid("FETCH", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
        texts = [(item[0].decode(), item[1].decode()) for item in found if isinstance(item, tuple)]
        return {re.search("<(.*)>", t)[1]: re.search(r"UID (\d+)", f)[1] for f, t in texts}  # type: ignore[index]

    def act(self, verb: str, folder: str, message_id: str, *to: str) -> None:
        number = self.ids(folder)[message_id]
        if verb == "DELETE":
            self.client.uid("STORE", number, "+FLAGS", r"(\Deleted)")
            self.client.expunge()
        else:
            assert self.client.uid(verb, number, *to)[0] == "OK"

    def there(self, *folders: str) -> set[str]:
        return {i for folder in folders for i in self.ids(folder)}


@pytest.fixture
def owner(server: Mailboxes) -> Iterator[Owner]:
    """The owner of an empty mailbox."""
    here = Owner(server)
    for line in here.client.list()[1]:
        name = line.decode().split('"." ')[1]  # type: ignore[union-attr]
        here.client.select(name)
        here.client.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
        here.client.expunge()
        if name not in ("INBOX", SENT):
            here.client.select("INBOX")
            here.client.delete(name)
    here.client.create("Archive")
    yield here
    here.client.logout()


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.setenv("CRM360_OWN_PASSWORD", f"pw-{OWNER}")
    monkeypatch.setattr(imap, "MESSAGES_AT_ONCE", 3)
    monkeypatch.setattr(mailbox, "UIDS_AT_ONCE", 7)
    return Night(tmp_path)


def toml(server: Mailboxes, more: str = "") -> str:
    return f"""
        [sources.{SOURCE}]
        system = "imap"
        host = "127.0.0.1"
        port = {server.plain}
        tls = false
        user = "{OWNER}"
        {more}
    """


def test_a_mail_is_landed_with_its_headers_and_a_short_text(server: Mailboxes, owner: Owner, night: Night) -> None:
    owner.put("a@x", From="=?utf-8?q?J=C3=BCrgen?= <Bob@Example.com>", To="Ann <ann@example.com>, carl@example.com",
              Subject="=?iso-8859-1?q?Gr=FC=DFe?=", Date="Thu, 1 Jan 2026 13:00:00 +0200", In_Reply_To="<b@x>")  # fmt: skip
    owner.put("b@x", SENT, From=OWNER, To="bob@example.com")
    footer = night.footer(toml(server), "messages")
    assert (footer.source_count, footer.landed) == (2, 2)
    first, second = night.live("messages")["a@x"], night.live("messages")["b@x"]
    assert first.pop("uid") and first.pop("uid_validity") and first.pop("size") > 100
    assert first == {
        "message_id": "a@x", "direction": "in", "sent_at": "2026-01-01T11:00:00Z", "from_name": "Jürgen",
        "from_email": "bob@example.com", "to": [OWNER, "carl@example.com"], "cc": [], "bcc": [], "reply_to": [],
        "subject": "Grüße", "in_reply_to": "<b@x>", "preview": "How are you?", "received_at": "2026-01-01T12:00:00Z",
        "folder": "INBOX",
    }  # fmt: skip
    assert (second["direction"], second["folder"], second["to"]) == ("out", SENT, ["bob@example.com"])


def test_after_every_night_the_landing_equals_the_mailbox(server: Mailboxes, owner: Owner, night: Night) -> None:
    dice, count = random.Random(5), iter(range(1000))
    folders = ("INBOX", SENT)
    for turn in range(7):
        for _ in range(12 if turn == 0 else 4):
            owner.put(f"m{next(count)}@x", dice.choice(folders))
        for verb in ("DELETE", "MOVE", "COPY", "MOVE") if turn else ():
            folder = dice.choice([f for f in folders if owner.ids(f)])
            mail = dice.choice(sorted(owner.ids(folder)))
            to = () if verb == "DELETE" else (dice.choice([f for f in (*folders, "Archive") if f != folder]),)
            owner.act(verb, folder, mail, *to)
        if turn == 3:  # from the archive back: it was gone for us
            owner.act("MOVE", "Archive", sorted(owner.ids("Archive"))[0], "INBOX")
        footer = night.footer(toml(server), "messages")
        assert set(night.live("messages")) == owner.there(*folders), turn
        assert footer.reading == ("changes" if turn else "full")
        again = night.footer(toml(server), "messages")
        assert (again.received, again.derived) == (0, 0), "only what is new is fetched"


def test_a_copy_that_stays_keeps_the_record(server: Mailboxes, owner: Owner, night: Night) -> None:
    for n in range(3):
        owner.put(f"m{n}@x")
        owner.act("COPY", "INBOX", f"m{n}@x", SENT)
    night.footer(toml(server), "messages")
    owner.act("DELETE", "INBOX", "m0@x")
    owner.act("DELETE", SENT, "m1@x")
    night.footer(toml(server), "messages")
    assert {i: r["folder"] for i, r in night.live("messages").items()} == {
        "m0@x": SENT,
        "m1@x": "INBOX",
        "m2@x": "INBOX",
    }
    owner.act("DELETE", SENT, "m0@x")
    night.footer(toml(server), "messages")
    assert set(night.live("messages")) == {"m1@x", "m2@x"}


def test_a_folder_with_new_numbers_is_read_anew(server: Mailboxes, owner: Owner, night: Night) -> None:
    owner.client.create("Projects")
    for n in range(6):
        owner.put(f"m{n}@x", "Projects")
    more = 'folders = ["INBOX", "Projects"]'
    night.footer(toml(server, more), "messages")
    before = night.live("messages")["m0@x"]["uid_validity"]
    owner.client.select("INBOX")
    time.sleep(1.1)  # the server takes the second as the new validity
    owner.client.delete("Projects")
    owner.client.create("Projects")
    for n in range(2, 8):  # the same numbers, other mails
        owner.put(f"m{n}@x", "Projects")
    night.footer(toml(server, more), "messages")
    assert set(night.live("messages")) == {f"m{n}@x" for n in range(2, 8)}
    assert night.live("messages")["m2@x"]["uid_validity"] != before


def test_nothing_is_marked_as_read(server: Mailboxes, owner: Owner, night: Night) -> None:
    owner.put("a@x")
    night.footer(toml(server), "messages")
    owner.client.select("INBOX")
    assert owner.client.search(None, "UNSEEN")[1] == [b"1"]


def test_a_long_first_sync_that_dies_goes_on_where_it_stood(
    server: Mailboxes, owner: Owner, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        owner.put(f"m{n}@x", "INBOX" if n < 15 else SENT)
    monkeypatch.setattr(crm360.connectors.engine.sync, "ROWS_IN_A_BATCH", 5)
    real, fetched = mailbox.Mailbox.fetch, []

    def fetch(self: mailbox.Mailbox, uids: list[int]) -> Iterator[mailbox.Fetched]:
        fetched.append(uids)
        if len(fetched) == 4:
            raise Unreachable("the connection broke")
        return real(self, uids)

    monkeypatch.setattr(mailbox.Mailbox, "fetch", fetch)
    with pytest.raises(Unreachable):
        night.footer(toml(server), "messages")
    assert len(night.live("messages")) == 6, "what was committed stands"
    night.footer(toml(server), "messages")
    assert set(night.live("messages")) == {f"m{n}@x" for n in range(20)}
    assert sum(map(len, fetched)) == 20 + 3 + 3, "only what was not committed is fetched again"


def test_a_mailbox_that_is_emptied_at_once_deletes_nothing(server: Mailboxes, owner: Owner, night: Night) -> None:
    for n in range(10):
        owner.put(f"m{n}@x")
    night.footer(toml(server), "messages")
    for n in range(8):
        owner.act("DELETE", "INBOX", f"m{n}@x")
    with pytest.raises(SweepTooLarge):
        night.footer(toml(server), "messages")
    assert len(night.live("messages")) == 10
    night.footer(toml(server, "max_shrink = 1"), "messages")
    assert set(night.live("messages")) == {"m8@x", "m9@x"}


def test_mails_that_are_moved_away_stay_if_the_file_says_so(server: Mailboxes, owner: Owner, night: Night) -> None:
    owner.put("a@x")
    night.footer(toml(server, 'deletes = "none"'), "messages")
    owner.act("MOVE", "INBOX", "a@x", "Archive")
    night.footer(toml(server, 'deletes = "none"'), "messages")
    assert set(night.live("messages")) == {"a@x"}


def test_mails_without_an_id_and_without_anything_have_records(server: Mailboxes, owner: Owner, night: Night) -> None:
    for text in (
        b"Subject: no id\r\n\r\nx",
        b"\r\n",
        b"no header at all",
        b"Message-ID: <>\r\nFrom: \xff\xfe\r\n\r\n\xff",
    ):
        assert owner.client.append("INBOX", "", "", text)[0] == "OK"
    footer = night.footer(toml(server), "messages")
    assert (footer.landed, footer.rejected) == (4, 0)
    assert all(i.startswith("hash:") for i in night.live("messages"))


@pytest.mark.parametrize("name", ["Entwürfe & mehr", 'with "quotes"', "日本語"])
def test_names_of_folders(server: Mailboxes, owner: Owner, night: Night, name: str) -> None:
    quoted = '"' + encoded(name).replace('"', r"\"") + '"'
    assert owner.client.create(quoted)[0] == "OK"
    owner.put("a@x", quoted)
    night.footer(toml(server, f"folders = ['{name}']"), "messages")
    assert night.live("messages")["a@x"]["folder"] == name
    owner.client.delete(quoted)


@pytest.mark.parametrize(
    ("name", "wire"),
    [("INBOX", "INBOX"), ("a&b", "a&-b"), ("Gelöscht", "Gel&APY-scht"), ("~peter/台北", "~peter/&U,BTFw-")],
)
def test_modified_utf_7(name: str, wire: str) -> None:
    assert (encoded(name), decoded(wire)) == (wire, name)


def test_ranges() -> None:
    assert ranges({1, 2, 3, 7, 9, 10}) == [[1, 3], [7, 7], [9, 10]]
    assert numbers([[1, 3], [7, 7], [9, 10]]) == {1, 2, 3, 7, 9, 10}
    assert ranges(()) == []


def secure(server: Mailboxes, more: str = "") -> str:
    return toml(server, more).replace(f"port = {server.plain}", f"port = {server.tls}").replace("tls = false", "")


def test_tls_takes_certificates_that_are_known(server: Mailboxes, owner: Owner, night: Night) -> None:
    owner.put("a@x")
    with pytest.raises(Unreachable, match="certificate"):
        night.footer(secure(server), "messages")
    with pytest.raises(ConfigError, match=r"ca_file ca\.pem can't be read"):
        night.footer(secure(server, 'ca_file = "ca.pem"'), "messages")
    (night.folder / "ca.pem").write_text(server.authority.read_text())
    assert night.footer(secure(server, 'ca_file = "ca.pem"'), "messages").landed == 1


def test_an_access_token_opens_it_too(
    server: Mailboxes, owner: Owner, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.put("a@x")
    with pytest.raises(ConfigError, match="CRM360_OWN_TOKEN is not set"):
        night.footer(toml(server, 'auth = "xoauth2"'), "messages")
    monkeypatch.setenv("CRM360_OWN_TOKEN", TOKEN)
    assert night.footer(toml(server, 'auth = "xoauth2"'), "messages").landed == 1
    text = toml(server, 'auth = "xoauth2"').replace(OWNER, "bob@example.com")
    with pytest.raises(AuthError):  # the token is ann's
        night.footer(text, "messages")


@pytest.mark.parametrize("password", ["not-the-right-one-7f3a", "pässword-7f3a"])
def test_a_refused_password_is_named_and_never_told(
    server: Mailboxes, night: Night, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("CRM360_OWN_PASSWORD", password)
    with pytest.raises(AuthError, match="the mailbox refuses the credentials") as raised:
        night.footer(toml(server), "messages")
    assert "7f3a" not in f"{raised.value!r}{raised.value}"


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (("auth", 'auth = "digest"'), ConfigError, "auth is password or xoauth2"),
        (
            ("folders", 'folders = ["Outbox"]'),
            BadResponse,
            "there is no folder 'Outbox'; there are Archive, Gesendet, INBOX",
        ),
        (("preview", 'preview = "long"'), ConfigError, "preview is a whole number"),
    ],
)
def test_what_is_set_up_wrongly_is_said(
    server: Mailboxes, owner: Owner, night: Night, change: tuple[str, str], error: type[SourceError], said: str
) -> None:
    with pytest.raises(error, match=said):
        night.footer(toml(server, change[1]), "messages")


def test_a_plain_connection_leaves_this_machine_never(server: Mailboxes, night: Night) -> None:
    with pytest.raises(ConfigError, match="tls = false is for a server on this machine only"):
        night.config(toml(server).replace("127.0.0.1", "mail.example.com"))


def test_nobody_there(server: Mailboxes, night: Night) -> None:
    with pytest.raises(Unreachable):
        night.footer(toml(server).replace(str(server.plain), str(free_port())), "messages")
    assert Landing(night.folder / "data" / "landing").newest(SOURCE, "messages") is None
