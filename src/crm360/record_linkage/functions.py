"""What the engines call from SQL: functions over texts that no engine has, each with the name that the models use.

An engine registers them with its session (orchestration/engines). Where one of the texts is null, so is what it gives.
Each process reads a text once as long as it remembers it; a function imports what it needs when it is first called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pyarrow as pa

# So many texts are remembered a function; then all are forgotten.
REMEMBERED = 200_000
UNKNOWN = object()
TYPES = {"string": pa.string(), "boolean": pa.bool_()}


@dataclass(frozen=True)
class Function:
    """A function of a module in this package over so many texts, which gives a 'string' or a 'boolean'.

    A dot before the module: it stands in a package beside this one.
    """

    module: str
    name: str
    takes: int = 1
    gives: str = "string"

    def over_columns(self) -> Callable[..., pa.Array]:
        """The same over columns, which are arrays of text of one length."""
        known: dict[Any, Any] = {}
        kind = TYPES[self.gives]

        def read(*columns: pa.Array) -> pa.Array:
            lists = [column.to_pylist() for column in columns]
            texts: Any = lists[0] if self.takes == 1 else zip(*lists, strict=True)
            if len(known) > REMEMBERED:
                known.clear()
            made = []
            for text in texts:
                # An engine's threads call side by side, and another may forget everything at any moment.
                value = known.get(text, UNKNOWN)
                if value is UNKNOWN:
                    value = known[text] = self._of(text)
                made.append(value)
            return pa.array(made, kind)

        # Engines count a function's parameters.
        def one(a: pa.Array) -> pa.Array:
            return read(a)

        def two(a: pa.Array, b: pa.Array) -> pa.Array:
            return read(a, b)

        def three(a: pa.Array, b: pa.Array, c: pa.Array) -> pa.Array:
            return read(a, b, c)

        return (one, two, three)[self.takes - 1]

    def _of(self, given: Any) -> Any:
        texts = (given,) if self.takes == 1 else given
        if None in texts:
            return None
        return getattr(import_module(f".{self.module}", __package__), self.name)(*texts)


FUNCTIONS = {
    "crm360_phone_number": Function("phones", "number", takes=2),
    "crm360_owned_domain": Function("domains", "owned"),
    "crm360_spelled_domain": Function("domains", "spelled"),
    "crm360_is_disposable": Function("domains", "is_disposable", gives="boolean"),
    "crm360_plain_name": Function("names", "plain", takes=2),
    "crm360_generation": Function("names", "generation", takes=2),
    "crm360_latin_name": Function("names", "in_latin", takes=3),
    "crm360_name_sounds": Function("names", "sounds", takes=3),
    "crm360_place_sounds": Function("scripts", "sounds_of_place"),
    "crm360_full_form": Function("nicknames", "full_form"),
    "crm360_full_forms": Function("nicknames", "full_forms"),
    "crm360_sound": Function("sounds", "sound"),
    "crm360_bones": Function("sounds", "bones"),
    "crm360_frames": Function("sounds", "frames"),
    "crm360_polarity": Function(".customer_voice.sentiment", "polarity", takes=2),
}
