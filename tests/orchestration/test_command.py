"""`crm360` as a process: its exit code, what it says, and what it does at its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

AT_THE_END = """
import atexit, pathlib, sys, threading, time
import crm360.__main__ as process
atexit.register(lambda: pathlib.Path(sys.argv[1]).open("a").write("registered "))
def work():
    time.sleep(0.3)
    pathlib.Path(sys.argv[1]).open("a").write("worked ")
def command(prog_name):
    threading.Thread(target=work).start()
    sys.stdout.write("said")
    raise SystemExit({code!r})
process.command = command
process.main()
"""


@pytest.mark.parametrize(("word", "code"), [("--version", 0), ("nonsense", 2)])
def test_its_exit_code_is_that_of_the_command(word: str, code: int) -> None:
    done = subprocess.run([sys.executable, "-m", "crm360", word], capture_output=True, text=True)
    assert done.returncode == code
    assert ("version" in done.stdout) == (code == 0) and ("No such command" in done.stderr) == (code == 2)


@pytest.mark.parametrize(("code", "ends_with"), [(0, 0), (None, 0), (7, 7), ("a sentence", 1)])
def test_threads_and_what_others_registered_come_to_their_end(tmp_path: Path, code: object, ends_with: int) -> None:
    told = tmp_path / "told"
    done = subprocess.run([sys.executable, "-c", AT_THE_END.format(code=code), told], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (ends_with, "said")
    assert told.read_text() == "worked registered "
    assert done.stderr == ("a sentence\n" if code == "a sentence" else "")
