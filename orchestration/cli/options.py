"""The options that commands share, and the configuration that they name."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm360.connectors.engine.session import REDACT
from crm360.orchestration.cli.logs import Format, JsonFormatter

if TYPE_CHECKING:
    from crm360.orchestration.settings.config import Config

LOG: dict[str, Format] = {"form": "text"}  # log_format of the configuration, once it has been read


def configured(command: click.decorators.FC) -> click.decorators.FC:
    """The options that every command has."""
    options = [
        click.option(
            "--config",
            "path",
            type=click.Path(path_type=Path),
            default=Path("crm360.toml"),
            show_default=True,
            help="What is set up; its folder is the project.",
        ),
        click.option(
            "--data", type=click.Path(path_type=Path), help="The data folder, in place of the one configured."
        ),
        click.option(
            "--env",
            envvar="CRM360_ENV",
            expose_value=False,
            callback=_environment,
            help="The environment: what [env.NAME] of the configuration says counts, in a data folder of its own.",
        ),
        click.option("--debug", is_flag=True, help="Log in detail, and show tracebacks."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _environment(_context: click.Context, _option: click.Parameter, name: str | None) -> None:
    """Remembered in the environment, as --config and --data are: Dagster's processes read the same file."""
    if name is not None:
        os.environ["CRM360_ENV"] = name


as_json_option = click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")


def load_config(path: Path, data: Path | None, debug: bool) -> Config:
    from crm360.orchestration.settings.config import load  # after --help has been answered: it imports every connector

    config = load(path, data)
    handler = logging.StreamHandler()
    handler.setLevel(logging.DEBUG if debug else logging.ERROR)
    handler.addFilter(_redact)
    LOG["form"] = config.toml.log_format
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(JsonFormatter("%(message)s") if LOG["form"] == "json" else text)
    logging.basicConfig(level=logging.DEBUG if debug else logging.ERROR, handlers=[handler], force=True)
    for noisy in ("urllib3", "matplotlib", "great_expectations"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    os.environ["CRM360_CONFIG"], os.environ["CRM360_DATA"] = str(path.absolute()), str(config.data)
    if config.uses_sandbox:
        from crm360.orchestration.run.demo import use_sandbox_credentials

        use_sandbox_credentials()
    return config


def _redact(record: logging.LogRecord) -> bool:
    record.msg, record.args = REDACT(record.getMessage()), ()
    return True
