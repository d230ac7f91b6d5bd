"""The keys that every source's table of crm360.toml may have, whatever its system: what each means, and its default."""

from __future__ import annotations

from typing import Any

from crm360.connectors.engine.session import Limits

MOST_AT_ONCE = 8  # streams of one source; the transport keeps so many connections
# Key → what it means, and its default where that is one for all.
OF_EVERY_SOURCE: dict[str, tuple[str, Any]] = {
    "system": ("Which connector reads it. Left out, the source's own name.", None),
    "skip": ("Streams that are not pulled; what was landed of them stays.", []),
    "max_shrink": ("Share of a stream's records that may vanish at once; beyond it the stream fails.", 0.2),
    "rate_limit": (
        "Requests a second, or a table of `requests` and `seconds`. Left out, the vendor's own limit.",
        None,
    ),
    "streams_at_once": (
        "Streams that are pulled side by side, within the rate. Left out, as the system bears it.",
        None,
    ),
    "longest_wait": ("Seconds of one wait that the source may ask for.", Limits.longest_wait),
    "deadline": ("Seconds that one request may take, from its first byte sent to the last received.", Limits.deadline),
    "wait_budget": ("Seconds of all waits of one run together.", Limits.wait_budget),
    "stream_deadline": ("Seconds that one stream may take in one run.", Limits.stream_deadline),
    "max_pages": ("Pages of one stream in one run.", Limits.max_pages),
    "ca_file": ("File of the certificate authorities to trust in place of the public ones.", None),
    "on_new_field": (
        "What a field that is new does: `keep` lands it, `stop` fails its stream until somebody looks.",
        "keep",
    ),
    "brand": ("What customers know the account as. Left out, the source's own name.", None),
    "fresh_within": (
        "Hours after which a stream that was not pulled is stale: a number, or a table by stream, `all` for those "
        "that are not named. Left out, `freshness_hours`.",
        None,
    ),
    "limits": ("How much dirt of a stream is borne: by stream, or `all` for those that are not named.", None),
}
STREAMS = "What is pulled, by a name of your choice, and what it becomes."  # where crm360.toml describes the streams
PRESET = "Who writes these web events: fills what is left out of the stream, and maps it to web_events."
BECOMES = "What its records become: a table an entity, of which a stream may fill several."
