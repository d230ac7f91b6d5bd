"""Where the report's own files stand: templates, style, script, words."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
