"""`python -m crm360.orchestration.engines.dbt_process …`: dbt, with these words, each message a line of JSON.

    … dbt_process --waits FD    reads the project, and builds when it is told to, by the socket of that number

A line has `info` (name and msg), and `data` where a node or a run's result is told. dbt's own JSON log would make
a line of every message of any level before it throws most of them away: a tenth of a build's time.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
from dbt.cli.main import dbtRunner
from dbt_common.events.functions import msg_to_dict

FAILED = 2
WAITS, LENGTH, MOST_LOCKS = "--waits", 8, 8
TOLD = ("info", "warn", "error")
# The messages of which orchestration reads more than the sentence.
OF_A_NODE = "Log"
WITH_DATA = "RunResultError"
_ONE_AT_A_TIME = threading.Lock()


def run(words: Sequence[str], manifest: Any = None) -> int:
    """Run dbt, over a project that was read already where its manifest is given; tell its messages on standard output.

    Returns its exit code: 0, 1 where a node failed, 2 where it could not work.
    """
    done = dbtRunner(manifest, callbacks=[_tell]).invoke(["--log-level", "none", *words])
    if done.exception is not None:
        say("Failed", str(done.exception))
        return FAILED
    return 0 if done.success else 1


def wait(asked: socket.socket) -> int:
    """Read the project with the words that come first, say how that went, and run dbt on it with those that come next.

    Returns the exit code; 0 where nothing else is asked. The locks that come with a request are held until the end.
    """
    if (told := _request(asked)) is None:
        return 0
    read = dbtRunner().invoke(["--quiet", "--log-level", "none", *told["words"]])
    why = "" if read.success else str(read.exception or "")
    say("ProjectRead" if read.success else "ProjectUnreadable", why)
    if not read.success or (told := _request(asked)) is None:
        return FAILED if not read.success else 0
    os.environ |= told["environment"]
    return run(told["words"], read.result)


def _request(asked: socket.socket) -> dict[str, Any] | None:
    """What is asked next; None where nobody is there any longer."""
    head, _locks, _, _ = socket.recv_fds(asked, LENGTH, MOST_LOCKS)  # the locks' numbers are of no use: to be open is
    size, content = int.from_bytes(head, "big"), b""
    while head and len(content) < size:
        if not (piece := asked.recv(size - len(content))):
            return None
        content += piece
    return msgspec.json.decode(content, type=dict[str, Any]) if head else None


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
    if sys.argv[1] == WAITS:
        with contextlib.suppress(KeyboardInterrupt), socket.socket(fileno=int(sys.argv[2])) as asked:
            sys.exit(wait(asked))
    else:
        sys.exit(run(sys.argv[1:]))
