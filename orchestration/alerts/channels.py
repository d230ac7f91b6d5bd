"""The ways by which an alert leaves: a POST, a mail server, a program. Each delivers it or raises Undelivered.

No redirect is followed, nobody else's settings are used (~/.netrc, proxies of the environment), and every wait ends.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import subprocess
import time
from collections.abc import Callable
from datetime import UTC
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import requests

from crm360.connectors.engine.addresses import IN_THE_CLEAR, is_in_the_clear
from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.session import REDACT
from crm360.orchestration.alerts.message import Alert
from crm360.orchestration.settings.alerting import EMAIL_PASSWORD, WEBHOOK_TOKEN, WEBHOOK_URL, Command, Email, Webhook
from crm360.orchestration.settings.config import Config

SECONDS = 15.0
TRIES = 2
PAUSE = 1.0  # seconds before the second try, and as long as products ask for between two messages
TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class Undelivered(Crm360Error):
    """Somebody should have been told, and was not."""

    exit_code = 7
    who = "whoever set up [alerts] in crm360.toml"


def send(config: Config, channel: str, alert: Alert) -> None:
    """Deliver by one of the channels that are set up. Raises Undelivered."""
    way = config.toml.alerts.channels[channel]
    WAYS[channel](config, way, alert)


def _webhook(_config: Config, way: Webhook, alert: Alert) -> None:
    url = way.url or os.environ.get(WEBHOOK_URL, "")
    if not url:
        raise Undelivered(f"the environment variable {WEBHOOK_URL} is not set", where="alerts.webhook")
    if is_in_the_clear(url):
        raise Undelivered(f"{WEBHOOK_URL}: {IN_THE_CLEAR}", where="alerts.webhook")
    token = os.environ.get(WEBHOOK_TOKEN, "")
    REDACT.learn(*filter(None, (url if not way.url else "", token)))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = msgspec.json.encode(alert.shaped(way.shape))
    where = f"alerts.webhook, {urlsplit(url).hostname or 'no host'}"
    problem = ""
    with requests.Session() as session:
        session.trust_env = False
        for number in range(TRIES):
            if number:
                time.sleep(PAUSE)
            try:
                answer = session.post(
                    url,
                    data=body,
                    headers=headers | {"Content-Type": "application/json", "User-Agent": "crm360"},
                    timeout=SECONDS,
                    allow_redirects=False,
                )
            except (requests.RequestException, ValueError) as error:
                problem = f"it can't be reached ({type(error).__name__})"
                continue
            if 200 <= answer.status_code < 300:
                return
            problem = f"it answers with {answer.status_code}"
            if answer.status_code not in TRY_AGAIN:
                break
    raise Undelivered(problem, where=where)


def _email(config: Config, way: Email, alert: Alert) -> None:
    where = f"alerts.email, {way.host}"
    password = os.environ.get(EMAIL_PASSWORD, "")
    if way.user and not password:
        raise Undelivered(f"the environment variable {EMAIL_PASSWORD} is not set", where=where)
    REDACT.learn(*filter(None, (password,)))
    try:
        ca_file = str(config.path.parent / way.ca_file) if way.ca_file else None
        context = ssl.create_default_context(cafile=ca_file)
        if way.encryption == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(way.host, way.port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(way.host, way.port, timeout=SECONDS)
        with server:
            if way.encryption == "starttls":
                server.starttls(context=context)
            if way.user:
                server.login(way.user, password)
            refused = server.send_message(_mail(way, alert))
    except smtplib.SMTPAuthenticationError as error:
        raise Undelivered("the login is refused", where=where) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Undelivered(f"the server has no {way.encryption}, or no login", where=where) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise Undelivered("all addresses are refused", where=where) from error
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"the server answers with {error.smtp_code}", where=where) from error
    except (smtplib.SMTPException, OSError) as error:  # of which a certificate that is not trusted is one
        raise Undelivered(f"it can't be reached ({type(error).__name__})", where=where) from error
    if refused:
        raise Undelivered(f"{len(refused)} of {len(way.to)} addresses are refused", where=where)


def _mail(way: Email, alert: Alert) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = way.sender, ", ".join(way.to)
    state = {"standing": "", "well again": "well again: ", "test": "a test: "}[alert.state]
    mail["Subject"] = REDACT(f"crm360 {alert.project}: {state}{alert.cause.where}: {alert.cause.what}")[:200]
    mail["Date"] = format_datetime(alert.at.replace(tzinfo=UTC))
    mail["Message-ID"] = make_msgid(domain=way.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers
    mail.set_content(alert.sentence + "\n")
    return mail


def _command(config: Config, way: Command, alert: Alert) -> None:
    where = f"alerts.command, {Path(way.run[0]).name}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("CRM360_")}  # no secret of a source
    try:
        done = subprocess.run(
            way.run,
            input=msgspec.json.encode(alert.fields),
            capture_output=True,
            timeout=2 * SECONDS,
            env=env,
            cwd=config.path.parent,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Undelivered(f"it did not end within {2 * SECONDS:.0f} seconds", where=where) from error
    except OSError as error:
        raise Undelivered(f"it can't be started ({error.strerror})", where=where) from error
    if done.returncode:
        raise Undelivered(f"it ended with {done.returncode}", where=where)


WAYS: dict[str, Callable[..., None]] = {"webhook": _webhook, "email": _email, "command": _command}
