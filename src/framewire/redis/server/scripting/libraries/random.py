"""The random numbers of `math` in scripts: those of Redis' own generator, the same behind a seed.

What belongs here: the generator (48 bits, linear congruential) and the two functions on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from framewire.redis.server.scripting.errors import ScriptError
from framewire.redis.server.scripting.libraries.arguments import bad_argument, integer_argument

__all__ = ["Random"]


class Random:
    """One generator; it begins with the seed 0."""

    _LARGEST: Final = 2**31 - 1

    def __init__(self) -> None:
        self._state = 0
        self.seed(0)

    def functions(self) -> dict[bytes, Callable[..., Any]]:
        """By their names in Lua."""
        return {b"random": self.random, b"randomseed": self.seed}

    def seed(self, *arguments: Any) -> None:
        """Begin anew."""
        self._state = (integer_argument(arguments, 1, "randomseed") & 0xFFFFFFFF) << 16 | 0x330E

    def random(self, *arguments: Any) -> float:
        """A fraction below 1; an integer from 1 or from the first argument to the last one."""
        self._state = (self._state * 0x5DEECE66D + 0xB) % 2**48
        fraction = (self._state >> 17) % self._LARGEST / self._LARGEST
        if not arguments:
            return fraction
        if len(arguments) > 2:
            raise ScriptError(b"wrong number of arguments")
        low = integer_argument(arguments, 1, "random") if len(arguments) == 2 else 1
        high = integer_argument(arguments, len(arguments), "random")
        if low > high:
            raise bad_argument(len(arguments), "random", "interval is empty")
        return float(math.floor(fraction * (high - low + 1)) + low)
