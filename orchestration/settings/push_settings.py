"""[push.NAME] of crm360.toml: which audience goes where. A target's credentials are those of the source it is.

One that is no source has its own, in the environment: CRM360_PUSH_<NAME>_<SECRET>, with the secrets that it declares.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field

from crm360.connectors.engine.addresses import IN_THE_CLEAR, is_in_the_clear
from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.target import Target
from crm360.connectors.targets import TARGETS

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}")
OPTIONS = (
    *("url", "list", "tag", "create", "object", "status", "address", "fingerprint"),
    *("account", "login_account", "client_id", "login_url", "consent_covers_ads"),
)
OF_THEIR_OWN = sorted(name for name, target in TARGETS.items() if target.own is not None)


class Push(Struct, forbid_unknown_fields=True, frozen=True):
    """[push.NAME]"""

    audience: Annotated[str, Meta(description="Name of the audience, as audiences.yml has it.", examples=["win-back"])]
    to: Annotated[
        str,
        Meta(
            description="Where to: a source of [sources] whose system is a target, with its address, credentials and "
            f"rate, or one that has its own: {', '.join(f'`{name}`' for name in OF_THEIR_OWN)}.",
            examples=["mailchimp", "hubspot", "salesforce", *OF_THEIR_OWN],
        ),
    ]
    mode: Annotated[
        Literal["add", "mirror"],
        Meta(
            description="`add` puts members in and takes nobody out; `mirror` also takes out who is no member any "
            "more, and only whom crm360 itself had put in."
        ),
    ] = "add"
    list: Annotated[
        str,
        Meta(
            description="Of Mailchimp and Klaviyo the id of a list that is there, of Salesforce that of a campaign, of "
            "Meta that of a custom audience, of Google that of a user list; of HubSpot the name of a static list, made "
            "where it lacks."
        ),
    ] = ""
    tag: Annotated[
        str,
        Meta(description="Of Mailchimp the tag that members get, made where it lacks. Left out: the audience's name."),
    ] = ""
    url: Annotated[
        str,
        Meta(
            description="Of a webhook its address, from https:// on; of SFTP the file, as "
            "`sftp://user@host/folder/name.csv`. Of Meta and Google the API's address, where it is not the vendor's."
        ),
    ] = ""
    create: Annotated[
        bool, Meta(description="Of HubSpot: whether a member whom it does not know becomes a contact there.")
    ] = False
    object: Annotated[
        Literal["", "Contact", "Lead", "Account"],
        Meta(description="Of Salesforce what `fields` are written to. Left out: `Contact`."),
    ] = ""
    status: Annotated[
        str,
        Meta(description="Of Salesforce the status that campaign members get. Left out: the campaign's default."),
    ] = ""
    address: Annotated[
        bool, Meta(description="Of SFTP: whether the file has the column `address` beside those of `fields`.")
    ] = False
    fingerprint: Annotated[
        str,
        Meta(
            description="Of SFTP that of the host's key, as `ssh-keygen -lf` shows it. A host with another key is not "
            "spoken to.",
            examples=["SHA256:…"],
        ),
    ] = ""
    account: Annotated[
        str, Meta(description="Of Google the account that owns the user list: a number, without hyphens.")
    ] = ""
    login_account: Annotated[
        str, Meta(description="Of Google the manager account by which the user signs in, if it is not `account`.")
    ] = ""
    client_id: Annotated[str, Meta(description="Of Google the id of the OAuth client.")] = ""
    login_url: Annotated[
        str, Meta(description="Of Google the server that gives access tokens, where it is not Google's.")
    ] = ""
    consent_covers_ads: Annotated[
        bool,
        Meta(
            description="Of Meta and Google: says that what the members of the audience agreed to covers showing them "
            "ads there. Nothing is sent without it."
        ),
    ] = False
    fields: Annotated[
        dict[str, str],
        Meta(
            description="What else is written, by its name at the target: a column of customer_360. A value that is "
            "not known is never written over one that is."
        ),
    ] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, str]:
        """The target's own options that are set, as texts."""
        told = {name: getattr(self, name) for name in OPTIONS}
        return {name: "true" if value is True else value for name, value in told.items() if value}


def target_of(push: Push, systems: Mapping[str, str]) -> Target | None:
    """What a push goes to; None where that is no target of its own, nor a source of a system that is a target.

    `systems` maps each source that is set up to its system.
    """
    system = systems.get(push.to, push.to if push.to in OF_THEIR_OWN else "")
    return TARGETS.get(system)


def check(pushes: Mapping[str, Push], systems: Mapping[str, str]) -> None:
    """Raise ConfigError for the first push that can't be."""
    for name, push in pushes.items():
        if not NAME.fullmatch(name):
            raise ConfigError("a push is called by small letters, digits and _, at most 40", path=("push", name))
        problem = _problem(push, systems)
        if problem is not None:
            key, told = problem
            raise ConfigError(told, path=("push", name, key))


def _problem(push: Push, systems: Mapping[str, str]) -> tuple[str, str] | None:
    """The key that is wrong and why; None if none is."""
    target = target_of(push, systems)
    if target is None:
        if push.to in systems:
            kinds = ", ".join(TARGETS)
            return "to", f"nothing can be pushed to {systems[push.to]}; there are {kinds}"
        own = ", ".join(OF_THEIR_OWN)
        return "to", f"to = {push.to[:40]!r} is no source that is set up, and none of {own}"
    if not push.audience.strip():
        return "audience", "audience names none"
    for option in push.options:
        if option not in target.takes:
            return option, f"{option} is not for {target.system}"
    for option in sorted(target.needs - set(push.options)):
        return "to", f"a push to {target.system} needs {option}"
    if push.mode == "mirror" and target.mirrors_by and target.mirrors_by not in push.options:
        return "mode", f"mirror needs {target.mirrors_by}: there is nothing else to take a member out of"
    if push.fields and not target.takes_fields:
        return "fields", f"fields can't be written to {target.system}"
    for name in sorted(set(push.fields) - target.fields if target.fields else ()):
        return "fields", f"{target.system} knows no field {name[:40]}; it knows {', '.join(sorted(target.fields))}"
    told = target.wrong(push.options, push.fields) if target.wrong else None
    if told is not None:
        return told
    for written, column in push.fields.items():
        if not COLUMN.fullmatch(column) or not written.strip():
            return "fields", f"{written[:40]} names no column of customer_360"
    for key in ("url", "login_url"):
        url, schemes = getattr(push, key), target.own.schemes if target.own else ("https",)
        if url and (urlsplit(url).scheme not in schemes or not urlsplit(url).hostname):
            return key, f"{key} begins with {schemes[0]}://"
        if is_in_the_clear(url):
            return key, f"{key}: {IN_THE_CLEAR}"
    return None
