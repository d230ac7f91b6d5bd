"""A source described in crm360.toml, pulled as a night does it: for systems that need no vendor code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from crm360.connectors.engine.landing import Footer, Landing
from crm360.orchestration.run.pull import Pulled, pull_source
from crm360.orchestration.settings.config import Config, load

SOURCE = "own"


@dataclass
class Night:
    """A folder with crm360.toml in it, and what has been landed from it."""

    folder: Path

    def config(self, toml: str) -> Config:
        path = self.folder / "crm360.toml"
        path.write_text(toml)
        return load(path, self.folder / "data")

    def pull(self, toml: str) -> dict[str, Pulled]:
        """Pull all streams of the one source."""
        config = self.config(toml)
        (source,) = config.sources
        return {p.stream: p for p in pull_source(source, list(source.streams), config.landing, None)}

    def footer(self, toml: str, stream: str = "rows") -> Footer:
        """Pull, and return one stream's footer; an error is raised."""
        result = self.pull(toml)[stream]
        if result.error is not None:
            raise result.error
        footer = result.footer
        assert footer is not None and footer.received == footer.landed + footer.duplicate + footer.rejected
        return footer

    def live(self, stream: str = "rows") -> dict[str, Any]:
        """The records that stand, by id."""
        return dict(Landing(self.folder / "data" / "landing").live_records(SOURCE, stream))

    def texts(self, stream: str = "rows") -> dict[str, str]:
        """The records that stand, as landed."""
        landing = Landing(self.folder / "data" / "landing")
        return dict(landing.query(SOURCE, stream, "select record_id, record from ({newest}) where not is_deleted"))

    def rejections(self, stream: str = "rows") -> list[str]:
        """Why records were held back, in the newest batch."""
        import duckdb

        landing = Landing(self.folder / "data" / "landing")
        path = str(landing.footers(SOURCE, stream)[-1][0])
        sql = "select rejected_because from read_parquet(?) where rejected_because is not null"
        return [why for (why,) in duckdb.sql(sql, params=[path]).fetchall()]


def as_json(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
