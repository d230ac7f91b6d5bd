"""[push.NAME] of crm360.toml: which audience goes where. A target's credentials are those of the source it is.

CRM360_PUSH_<NAME>_SECRET        of a webhook: what its requests are signed with
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
OPTIONS = ("url", "list", "tag", "create")


class Push(Struct, forbid_unknown_fields=True, frozen=True):
    """[push.NAME]"""

    audience: Annotated[str, Meta(description="Name of the audience, as audiences.yml has it.", examples=["win-back"])]
    to: Annotated[
        str,
        Meta(
            description="Where to: a source of [sources] whose system is a target, with its address, credentials and "
            "rate, or `webhook`.",
            examples=["mailchimp", "hubspot", "klaviyo", "webhook"],
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
            description="Of Mailchimp and Klaviyo the id of a list that is there; of HubSpot the name of a static "
            "list, made where it lacks."
        ),
    ] = ""
    tag: Annotated[
        str,
        Meta(description="Of Mailchimp the tag that members get, made where it lacks. Left out: the audience's name."),
    ] = ""
    url: Annotated[str, Meta(description="Of a webhook its address, from https:// on.")] = ""
    create: Annotated[
        bool, Meta(description="Of HubSpot: whether a member whom it does not know becomes a contact there.")
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
    """What a push goes to; None where that is neither a webhook nor a source of a system that is a target.

    `systems` maps each source that is set up to its system.
    """
    system = systems.get(push.to, push.to if push.to == "webhook" else "")
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
        return "to", f"to = {push.to[:40]!r} is no source that is set up, and not 'webhook'"
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
    if target.system != "webhook" and target.takes_fields and not push.fields and "list" not in push.options:
        return "to", f"a push to {target.system} needs list or fields"
    for written, column in push.fields.items():
        if not COLUMN.fullmatch(column) or not written.strip():
            return "fields", f"{written[:40]} names no column of customer_360"
    if push.url:
        if urlsplit(push.url).scheme not in ("http", "https") or not urlsplit(push.url).hostname:
            return "url", "url begins with https://"
        if is_in_the_clear(push.url):
            return "url", f"url: {IN_THE_CLEAR}"
    return None
