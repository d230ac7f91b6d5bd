"""Draws that depend only on the seed, a name and a number, so that a record can be made up when asked for."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_53_BITS = float(1 << 53)


def _mixed(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every input bit changes every output bit."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


class Draws:
    """Answers the same for the same (seed, name, number), in any order, for one number or a million."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._keys: dict[str, np.uint64] = {}

    def _key(self, name: str) -> np.uint64:
        key = self._keys.get(name)
        if key is None:
            start = np.array([(self.seed << 32) ^ zlib.crc32(name.encode())], dtype=np.uint64)
            key = self._keys[name] = _mixed(_mixed(start + _GOLDEN))[0]
        return key

    def bits(self, name: str, numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
        """64 random bits for each number."""
        return _mixed((numbers.astype(np.uint64) + self._key(name)) * _GOLDEN)

    def unit(self, name: str, numbers: npt.NDArray[np.integer]) -> Floats:
        """A float in [0, 1) for each number."""
        return (self.bits(name, numbers) >> np.uint64(11)).astype(np.float64) / _53_BITS

    def below(self, name: str, numbers: npt.NDArray[np.integer], limit: int | Ints) -> Ints:
        """A whole number in [0, limit) for each number."""
        return (self.unit(name, numbers) * limit).astype(np.int64)

    def happens(self, name: str, numbers: npt.NDArray[np.integer], share: float) -> Flags:
        """True for about this share of the numbers."""
        return self.unit(name, numbers) < share

    def chosen(self, name: str, numbers: npt.NDArray[np.integer], weights: Sequence[float]) -> Ints:
        """The position of one of the weights, drawn in proportion to them."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(edges / edges[-1], self.unit(name, numbers), side="right").astype(np.int64)

    def night(self, name: str, day: int) -> np.random.Generator:
        """A generator for what happens in one night; not for what must be the same whatever was drawn before."""
        return np.random.default_rng([self.seed, day + 1, zlib.crc32(name.encode())])
