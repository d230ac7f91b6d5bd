"""[report] of crm360.toml: the report's language, name and logo, and whose segments filter it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from crm360.connectors.engine.errors import ConfigError
from crm360.connectors.engine.locale import is_time_zone

LOGOS = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
MOST_BYTES = 200_000  # of a logo, which stands in every report


class Report(Struct, forbid_unknown_fields=True, frozen=True):
    """[report]"""

    language: Annotated[
        Literal["en", "de"], Meta(description="Language of the report's words, numbers and dates: English or German.")
    ] = "en"
    company: Annotated[str, Meta(description="Name beside the report's title.", examples=["Example GmbH"])] = ""
    logo: Annotated[
        str,
        Meta(
            description="Picture beside the report's title: a file of the project, SVG, PNG, JPEG or WebP, to 200 kB.",
            examples=["logo.svg"],
        ),
    ] = ""
    time_zone: Annotated[
        str,
        Meta(description="Clock of hours and weekdays in the report; without, the file's `time_zone`. Days are UTC's."),
    ] = ""
    segments: Annotated[
        str, Meta(description="Dimension of segments.yml whose segments filter the report.", examples=["value tier"])
    ] = "customer type"
    query_seconds: Annotated[
        float,
        Meta(
            description="How long a query of a page in reports/ may take; then the page says so in its place.",
            extra_json_schema={"exclusiveMinimum": 0},
        ),
    ] = 10.0

    def check(self, project: Path) -> None:
        """Raise ConfigError where a value can't be."""
        if len(self.company) > 60:
            raise ConfigError("company is at most 60 letters", path=("report", "company"))
        if self.time_zone and not is_time_zone(self.time_zone):
            raise ConfigError(
                f"time_zone {self.time_zone!r} is unknown; it is a name such as Europe/Berlin",
                path=("report", "time_zone"),
            )
        if not self.segments.strip():
            raise ConfigError("segments is a dimension of segments.yml", path=("report", "segments"))
        if self.query_seconds <= 0:
            raise ConfigError("query_seconds is above 0", path=("report", "query_seconds"))
        if self.logo:
            file = project / self.logo
            if file.suffix.lower() not in LOGOS:
                raise ConfigError("logo is a file .svg, .png, .jpg or .webp", path=("report", "logo"))
            if not file.is_file() or file.stat().st_size > MOST_BYTES:
                raise ConfigError("logo is a file of the project of at most 200 kB", path=("report", "logo"))
