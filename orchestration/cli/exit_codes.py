"""What the command line's exit codes mean."""

from __future__ import annotations

EXIT_CODES = {
    0: "published (or pulled, or checked), and everything is fresh",
    1: "not published; what was published before stays",
    2: "the configuration or the command is wrong",
    3: "published, but some streams failed: their tables hold what was last pulled; of `check`: not all can be pulled",
    4: "the disk or PostgreSQL refused, or a landed batch is damaged or missing",
    5: "another run is working on this data folder",
    6: "the id ledger, the register of erasures or a backup is damaged: restore it; ids are never made up anew",
    7: "as 0, but an alert could not be delivered",
    8: "as 0, but a push to a tool did not reach its end; the next one goes on from there",
    70: "an unforeseen error: run again with `--debug`, and report it",
    130: "interrupted; the next run goes on from there",
}
