"""Mails as records: what headers, encodings and bodies become, and that no mail can break it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm360.connectors.engine.messages import record

OWN = frozenset({"ann@example.com"})
HTML = (
    "Content-Type: text/html; charset=utf-8\n\n<html><head><title>x</title></head><body><style>p{color:red}</style>"
    "<p>Dear&nbsp;Ann,</p><!-- secret --><b>Tom &amp; Co</b></body></html>"
)
BOTH = (
    'Content-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/html\n\n<p>rich</p>\n'
    "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\npl=C3=A4in\n--b--\n"
)
ATTACHED = (
    'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\n'
    "a file\n--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b--\n"
)

CASES = [
    # the mail, a field, what it becomes
    ("Message-ID: <a@x>\n\n", "message_id", "a@x"),
    ("Message-ID:\n <folded@x>\n\n", "message_id", "folded@x"),
    ("From: Ann <ANN@Example.com>\n\n", "direction", "out"),
    ("From: bob@example.com\n\n", "direction", "in"),
    ("Subject: nobody wrote this\n\n", "direction", "in"),
    ("From: =?utf-8?b?SsO8cmdlbg==?= <j@x>\n\n", "from_name", "Jürgen"),
    ('From: "Doe, Jane" <jane@x>\n\n', "from_name", "Doe, Jane"),
    ("From: no address\n\n", "from_email", None),
    ("To: a@x, B <b@x>\nTo: c@x\n\n", "to", ["a@x", "b@x", "c@x"]),
    ("To: undisclosed-recipients:;\n\n", "to", []),
    ("Cc: team: a@x, b@x;\n\n", "cc", ["a@x", "b@x"]),
    ("Reply-To: r@x\n\n", "reply_to", ["r@x"]),
    ("Subject: =?iso-8859-1?q?Gr=FC=DFe?= aus\n Köln\n\n", "subject", "Grüße aus Köln"),
    ("Subject: =?no-such-charset?q?abc?=\n\n", "subject", "=?no-such-charset?q?abc?="),
    ("Date: Thu, 1 Jan 2026 13:00:00 +0200\n\n", "sent_at", "2026-01-01T11:00:00Z"),
    ("Date: yesterday\n\n", "sent_at", None),
    ("\nplain   text\nin lines", "preview", "plain text in lines"),
    (HTML, "preview", "Dear Ann, Tom & Co"),
    (BOTH, "preview", "pläin"),
    (ATTACHED, "preview", "hello"),
    ("Content-Type: text/plain; charset=klingon\n\nGr\u00fc\u00dfe", "preview", "GrÃ¼Ã\x9fe"),
    ("Content-Transfer-Encoding: base64\n\n!!!", "preview", None),
    ("\n" + "x" * 600, "preview", "x" * 500),
    ("\n", "preview", None),
]  # fmt: skip


@pytest.mark.parametrize(("mail", "name", "value"), CASES, ids=[f"{n}: {m[:30]!r}" for m, n, _ in CASES])
def test_what_a_mail_becomes(mail: str, name: str, value: object) -> None:
    assert record(mail.encode(), OWN, is_sent=False, preview=500)[name] == value


def test_what_stands_in_sent_went_out() -> None:
    assert record(b"From: alias@example.com\n\n", OWN, is_sent=True, preview=500)["direction"] == "out"


def test_a_mail_without_an_id_is_known_by_its_header() -> None:
    one, other = (record(b"Subject: a\r\n\r\n" + text, OWN, is_sent=False, preview=500) for text in (b"x", b"y"))
    third = record(b"Subject: b\r\n\r\nx", OWN, is_sent=False, preview=500)
    assert one["message_id"] == other["message_id"] != third["message_id"]
    assert one["message_id"].startswith("hash:")


HEADERS = st.sampled_from(
    [
        b"From",
        b"To",
        b"Cc",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"Content-Type",
        b"In-Reply-To",
        b"Content-Transfer-Encoding",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"=?utf-8?b?!?=", b"=?utf-8?q?=ZZ?=", b"<>", b"multipart/mixed; boundary=b", b"base64", b"text/html; charset=\x00", b"a@b <c@d", b"=?utf-16?b?AAA=?="]),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.binary(max_size=200))
def test_no_mail_breaks_it(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    made = record(head + b"\r\n" + body, OWN, is_sent=False, preview=500)
    text = msgspec.json.encode(made)
    assert made["message_id"] and b"\\u0000" not in text and msgspec.json.decode(text) == made
