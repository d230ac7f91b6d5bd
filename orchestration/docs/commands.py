"""Reference of the commands: every command, argument and option, as `--help` tells them, and the exit codes."""

from __future__ import annotations

from collections.abc import Iterator

import click

from crm360.orchestration.cli.exit_codes import EXIT_CODES
from crm360.orchestration.docs.markdown import code, page, table

INTRO = """\
`crm360 COMMAND --help` says the same. A failure is one sentence: what, where, and who must act; `--debug` shows the
traceback."""


def pages(main: click.Group) -> dict[str, str]:
    """The page, with a section a command."""
    codes = table(("exit code", "means"), ((code(number), meaning) for number, meaning in EXIT_CODES.items()))
    sections = [_section(name, command) for name, command in commands(main)]
    return {"reference/commands.md": page("Commands", INTRO, *sections, f"## Exit codes\n\n{codes}")}


def commands(group: click.Group, before: str = "crm360") -> Iterator[tuple[str, click.Command]]:
    """Each command by its whole name, those of groups included; words that only go on working are left out."""
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    told = [f"## {name}", " ".join((command.help or "").split()), f"```console\n$ {usage}\n```"]
    if options:
        told.append(table(("option", "default", "means"), (_option(option, context) for option in options)))
    return "\n\n".join(told)


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
    value = "" if option.is_flag else f" {code(option.make_metavar(context))}"
    usual = option.get_default(context, call=False)
    shown = "" if usual in (None, False, ()) or callable(usual) or "UNSET" in str(usual) else code(usual)
    return f"{names}{value}", shown, option.help or ""
