"""`python -m crm360.orchestration.engines.dbt_process …`: dbt, with these words, each message a line of JSON.

A line has `info` (name and msg), and `data` where a node or a run's result is told. dbt's own JSON log would make
a line of every message of any level before it throws most of them away: a tenth of a build's time.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Sequence
from typing import Any

from dbt.cli.main import dbtRunner
from dbt_common.events.functions import msg_to_dict

FAILED = 2
TOLD = ("info", "warn", "error")
# The messages of which orchestration reads more than the sentence.
OF_A_NODE = "Log"
WITH_DATA = "RunResultError"
_ONE_AT_A_TIME = threading.Lock()


def run(words: Sequence[str]) -> int:
    """Run dbt, and tell its messages on standard output.

    Returns its exit code: 0, 1 where a node failed, 2 where it could not work.
    """
    done = dbtRunner(callbacks=[_tell]).invoke(["--log-level", "none", *words])
    if done.exception is not None:
        say("Failed", str(done.exception))
        return FAILED
    return 0 if done.success else 1


def say(name: str, said: str) -> None:
    """Say something among dbt's messages."""
    _write({"info": {"name": name, "msg": said}, "data": {}})


def _tell(message: Any) -> None:
    if message.info.level not in TOLD:
        return
    name = message.info.name
    if name.startswith(OF_A_NODE) or name == WITH_DATA:
        _write(msg_to_dict(message))
    else:
        say(name, message.info.msg)


def _write(line: dict[str, object]) -> None:
    # dbt's threads tell side by side: a line is one write, or two would be one.
    # Who was told may have been killed: what is being built is ended all the same.
    with _ONE_AT_A_TIME, contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
