"""Which libraries there are, by their names in Lua."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from framewire.redis.server.scripting.libraries.bit import BIT
from framewire.redis.server.scripting.libraries.floats import FLOATS
from framewire.redis.server.scripting.libraries.random import Random
from framewire.redis.server.scripting.libraries.struct import STRUCT

__all__ = ["IN_LUA", "libraries"]

IN_LUA: Final = ("cjson", "cmsgpack")
"""Those that are Lua; `floats` is what they need of Python."""


def libraries() -> dict[bytes, dict[bytes, Callable[..., Any]]]:
    """By the names of the libraries in Lua, the functions by theirs; random numbers of their own for each call."""
    return {b"bit": BIT, b"struct": STRUCT, b"math": Random().functions(), b"floats": FLOATS}
