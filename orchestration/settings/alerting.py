"""[alerts] of crm360.toml: who is told of what, and how. Addresses that are secrets come from the environment.

CRM360_ALERTS_WEBHOOK_URL        of Slack, Teams and Mattermost: whoever knows it can write there
CRM360_ALERTS_WEBHOOK_TOKEN      a bearer for a webhook of your own
CRM360_ALERTS_EMAIL_PASSWORD     of the mail server's account
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import UNSET, Meta, Struct, UnsetType, field

from crm360.connectors.engine.addresses import is_loopback
from crm360.connectors.engine.errors import ConfigError

Kind = Literal[
    "not_published", "stream_failed", "stream_stale", "no_run", "disk_low", "erasure_late", "anomaly", "push_failed"
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "not_published", "stream_failed", "stream_stale", "no_run", "disk_low", "erasure_late", "anomaly", "push_failed"
)  # fmt: skip
WEBHOOK_URL, WEBHOOK_TOKEN = "CRM360_ALERTS_WEBHOOK_URL", "CRM360_ALERTS_WEBHOOK_TOKEN"
EMAIL_PASSWORD = "CRM360_ALERTS_EMAIL_PASSWORD"
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Webhook(Struct, forbid_unknown_fields=True, frozen=True):
    """[alerts.webhook]"""

    shape: Annotated[
        Literal["json", "slack", "teams", "mattermost"],
        Meta(description="What is sent: an alert's own fields as JSON, or a message as that product takes it."),
    ] = "json"
    url: Annotated[
        str,
        Meta(
            description="Where to, for `json`. Of the others the address is a secret, and comes from the environment "
            "as `CRM360_ALERTS_WEBHOOK_URL`."
        ),
    ] = ""


class Email(Struct, forbid_unknown_fields=True, frozen=True):
    """[alerts.email]"""

    host: Annotated[str, Meta(description="The mail server.")]
    sender: Annotated[str, Meta(description="Address that alerts come from.")]
    to: Annotated[list[str], Meta(description="Addresses that alerts go to.")]
    port: Annotated[int, Meta(description="The server's port.", extra_json_schema={"minimum": 1})] = 587
    encryption: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(
            description="`starttls` asks for it after connecting (port 587), `tls` begins with it (465); `none` is for "
            "a server on this machine, without a login."
        ),
    ] = "starttls"
    user: Annotated[
        str,
        Meta(description="Account to log in with; its password is `CRM360_ALERTS_EMAIL_PASSWORD`. Empty: no login."),
    ] = ""
    ca_file: Annotated[
        str, Meta(description="File of the certificate authorities to trust in place of the public ones.")
    ] = ""


class Command(Struct, forbid_unknown_fields=True, frozen=True):
    """[alerts.command]"""

    run: Annotated[
        list[str],
        Meta(description="Program and arguments. The alert's JSON is on its standard input; exit code 0 is delivered."),
    ]


class Alerts(Struct, forbid_unknown_fields=True, frozen=True):
    """[alerts]. Without a way to send nobody is told."""

    on: Annotated[list[Kind], Meta(description="Of what to tell. Left out: of everything.")] = field(
        default_factory=lambda: [*KINDS]
    )
    link: Annotated[str, Meta(description="Address that each alert ends with, such as that of Dagster's page.")] = ""
    no_run_by: Annotated[
        str,
        Meta(
            description="Time of day in `time_zone` by which a run that `schedule` asks for has begun. Empty: not "
            "looked at.",
            examples=["06:00"],
        ),
    ] = ""
    disk_free: Annotated[
        float,
        Meta(
            description="Share of the data folder's disk that stays free; below it an alert is sent. 0: not looked at.",
            extra_json_schema={"minimum": 0, "maximum": 1},
        ),
    ] = 0.1
    erasure_days: Annotated[
        int,
        Meta(
            description="Days after which a request to be forgotten that is not finished, or not verified, is late.",
            extra_json_schema={"minimum": 1},
        ),
    ] = 30
    webhook: Annotated[Webhook | UnsetType, Meta(description="A web address that each alert is posted to.")] = UNSET
    email: Annotated[Email | UnsetType, Meta(description="A mail server that each alert is sent by.")] = UNSET
    command: Annotated[Command | UnsetType, Meta(description="A program that is started with each alert.")] = UNSET

    @property
    def channels(self) -> dict[str, Any]:
        """The ways to send that are set up, by name."""
        ways = {"webhook": self.webhook, "email": self.email, "command": self.command}
        return {name: way for name, way in ways.items() if way is not UNSET}

    def check(self) -> None:
        """Raise ConfigError where a value can't be."""
        if self.no_run_by and not HOUR.fullmatch(self.no_run_by):
            raise ConfigError("no_run_by is a time of day such as 06:00", path=("alerts", "no_run_by"))
        if not 0 <= self.disk_free <= 1:
            raise ConfigError("disk_free is a share between 0 and 1", path=("alerts", "disk_free"))
        if self.erasure_days < 1:
            raise ConfigError("erasure_days is at least 1", path=("alerts", "erasure_days"))
        if self.webhook is not UNSET and self.webhook.url:
            path = ("alerts", "webhook", "url")
            if self.webhook.shape != "json":
                raise ConfigError(f"the address is a secret: put it in the environment as {WEBHOOK_URL}", path=path)
            if urlsplit(self.webhook.url).scheme not in ("http", "https"):
                raise ConfigError("url begins with https://", path=path)
        if self.email is not UNSET:
            of_email = ("alerts", "email")
            if not self.email.to:
                raise ConfigError("to names nobody", path=(*of_email, "to"))
            if self.email.user and self.email.encryption == "none":
                raise ConfigError("a login needs starttls or tls", path=(*of_email, "encryption"))
            if self.email.encryption == "none" and not is_loopback(self.email.host):
                told = "encryption = 'none' is for a mail server on this machine only"
                raise ConfigError(told, path=(*of_email, "encryption"))
            if any(
                not 3 <= len(a) <= 254 or "@" not in a or set(a) & set("\r\n, ")
                for a in (*self.email.to, self.email.sender)
            ):
                raise ConfigError("sender and to are e-mail addresses", path=of_email)
        if self.command is not UNSET and not self.command.run:
            raise ConfigError("run names no program", path=("alerts", "command", "run"))
