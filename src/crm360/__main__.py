"""The command `crm360`, which `python -m crm360` is too."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from typing import NoReturn

from crm360.orchestration.cli.cli import main as command


def main() -> NoReturn:
    """Do what the words of the command line say, and end with the exit code.

    What others have registered for the end is done, and threads are waited for; but the process is not taken apart
    object by object, which takes seconds after a night, and in which libraries complain of each other.
    """
    code: object = 0
    try:
        command(prog_name="crm360")
    except SystemExit as end:
        code = end.code
    threading._shutdown()  # type: ignore[attr-defined]  # what the interpreter does first at its end
    atexit._run_exitfuncs()
    if isinstance(code, str):
        sys.stderr.write(code + "\n")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
