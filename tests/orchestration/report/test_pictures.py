"""The report looks as it did: its first screens, wide and narrow, light and dark, beside pictures that were looked at.

What is compared is how dark each piece of sixteen by sixteen points is, so that another font or a figure that moved a
little is no difference, and a chart that is not drawn, a theme or a column that is lost, is one. Whoever changes the report
looks at the new pictures, and keeps them: `CRM360_KEEP_PICTURES=1 make long`.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm360.orchestration.report import build
from crm360.orchestration.report.look import Look
from tests.orchestration.report.browser import CHROMIUM, Browser, browser
from tests.orchestration.report.healthy import AUDITS, RUN

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/servers installs it"),
]
PICTURES = Path(__file__).with_name("pictures")
SIZES = {"wide": (1400, 1000), "narrow": (400, 2600)}
PAGES = ("overview", "sales", "places")
MOST = 0.015  # of black against white, over all pieces: charts that are not drawn are .026 and more, the other theme .8
# How dark each piece of a picture is, from 0 to 255.
PIECES = """(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,%s';
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width / 16);
    canvas.height = Math.round(image.height / 16);
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const found = context.getImageData(0, 0, canvas.width, canvas.height).data;
    return [...Array(found.length / 4).keys()].map(i => Math.round((found[4 * i] + found[4 * i + 1] + found[4 * i + 2]) / 3));
})()"""


@pytest.fixture(scope="module")
def page(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pictures") / "index.html"
    made.write_text(build(company, RUN, AUDITS, Look()), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as told:
        yield told


def taken(chromium: Browser, page: Path, name: str, size: str, *, dark: bool) -> bytes:
    """The first screen of a page of the report."""
    width, height = SIZES[size]
    chromium.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
    chromium.dark(dark)
    chromium.open(page, f"#{name}")
    return base64.b64decode(chromium.call("Page.captureScreenshot", format="png")["data"])


def pieces(chromium: Browser, picture: bytes) -> list[int]:
    chromium.call("Page.navigate", url="about:blank")
    found: list[int] = chromium.run(PIECES % base64.b64encode(picture).decode())
    return found


def apart(one: list[int], other: list[int]) -> float:
    """The mean difference of all pieces, of 1."""
    assert len(one) == len(other)
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one) / 255


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_did(chromium: Browser, page: Path, name: str, size: str, *, dark: bool) -> None:
    kept = PICTURES / f"{name}-{size}-{'dark' if dark else 'light'}.png"
    now = taken(chromium, page, name, size, dark=dark)
    if os.environ.get("CRM360_KEEP_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        kept.write_bytes(now)
    found = pieces(chromium, now)
    assert apart(found, pieces(chromium, kept.read_bytes())) < MOST, f"look at {json.dumps(str(kept))} and at the page"
    # What would be a difference: charts that are not drawn, and the other theme.
    chromium.open(page, f"#{name}")
    chromium.run("document.querySelectorAll('svg').forEach(told => told.remove())")
    bare = base64.b64decode(chromium.call("Page.captureScreenshot", format="png")["data"])
    other = taken(chromium, page, name, size, dark=not dark)
    assert apart(found, pieces(chromium, bare)) > MOST
    assert apart(found, pieces(chromium, other)) > MOST
