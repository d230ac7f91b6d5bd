"""A Chromium without a window, led over its own pipe: no driver, no port. Debian's package is enough."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-dev-shm-usage",
)


# What axe-core finds amiss, of its two worst kinds: what, how bad, and where first.
AMISS = """axe.run({exclude: [['main > [hidden]']]}, {resultTypes: ['violations']}).then(told => told.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => [one.id, one.impact, one.nodes.length, one.nodes.slice(0, 3).map(node => node.html.slice(0, 200) + ' ' + node.failureSummary)]))"""


def axe_core() -> str:
    """Deque's checker of accessibility, as the package has it; nothing else of that package is used."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found and found.origin, "axe-playwright-python is of the extra dev"
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


class Browser:
    """One page of it. `asked` are the addresses that it requested, `said` what its console and its policy told."""

    def __init__(self, to: int, back: int) -> None:
        self.to, self.back, self.number, self.session = to, back, 0, ""
        self.rest, self.asked, self.said = b"", [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, seconds: float = 120, **parameters: Any) -> dict[str, Any]:
        """Ask for one thing, and wait for the answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            told = self._next()
            if told.get("id") == self.number:
                assert "error" not in told, told
                return told["result"]
        raise AssertionError(f"no answer to {method}")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            self.rest += os.read(self.back, 1 << 20)
        one, _, self.rest = self.rest.partition(b"\0")
        told: dict[str, Any] = json.loads(one)
        match told.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(told["params"]["request"]["url"])
            case "Log.entryAdded":
                self.said.append(told["params"]["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.said.append(json.dumps(told["params"]["exceptionDetails"])[:400])
        return told

    def run(self, expression: str) -> Any:
        """What a script of the test's finds; the page's policy does not bind it."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, expression: str, seconds: float = 90) -> None:
        """Wait until it is true."""
        end = time.monotonic() + seconds
        while not self.run(expression):
            assert time.monotonic() < end, (expression, self.run("document.documentElement?.dataset.failed"), self.said)
            time.sleep(0.1)

    def open(self, page: Path, address: str = "#overview") -> None:
        """Open a report and wait until all of its page is drawn."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=f"file://{page}{address}")
        self.until("document.documentElement?.dataset.shown !== undefined")

    def go(self, address: str) -> None:
        """Another address of the same report."""
        self.run(f"location.hash = {json.dumps(address)}")
        self.until(f"document.documentElement.dataset.shown === {json.dumps(address)}")

    def amiss(self) -> list[Any]:
        """What axe-core calls serious or critical on the page as it stands, all folds open. Of rows alike, three do."""
        self.run("document.querySelectorAll('main > :not([hidden]) details').forEach(told => { told.open = true; })")
        self.run(
            "document.querySelectorAll('tbody').forEach(told => [...told.rows].slice(3).forEach(row => row.remove()))"
        )
        if self.run("typeof axe") == "undefined":
            self.call("Runtime.evaluate", expression=axe_core())
        told: list[Any] = self.run(AMISS)
        return told

    def dark(self, dark: bool = True) -> None:
        """The theme that the reader prefers."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def table(self, figure: str) -> list[list[str]]:
        """A figure's table as it is shown."""
        cells = f"[...document.querySelectorAll('#t-{figure} tr')].map(r => [...r.cells].map(c => c.textContent))"
        told: list[list[str]] = self.run(cells)
        return told


@contextmanager
def browser(width: int = 1400, height: int = 1000) -> Iterator[Browser]:
    """A Chromium for a while."""
    assert CHROMIUM
    (theirs, to), (back, ours) = os.pipe(), os.pipe()

    def place() -> None:
        a, b = os.dup(theirs), os.dup(ours)
        os.dup2(a, 3)
        os.dup2(b, 4)

    process = subprocess.Popen(
        [CHROMIUM, *FLAGS, "--remote-debugging-pipe", f"--window-size={width},{height}"],
        preexec_fn=place, pass_fds=(3, 4, theirs, ours), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    try:
        yield Browser(to, back)
    finally:
        process.terminate()
        process.wait(30)
        os.close(to)
        os.close(back)
