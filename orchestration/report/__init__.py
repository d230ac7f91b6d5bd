"""The report page: one self-contained file that opens from disk, and tells in one look how the night went."""

from __future__ import annotations

from crm360.orchestration.report.page import build

__all__ = ["build"]
