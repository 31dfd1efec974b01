"""The libraries that a script finds beside Lua's own, each in a file of its name.

What belongs here: what they take, refuse and return, as the C libraries in Redis do. What is numbers and bytes is
Python and gets and returns nothing but these; what walks through tables is Lua, so that the clock is looked at
meanwhile and no error of Lua's has to cross a function of Python.

    arguments.py    how an argument is read, and the errors about it
    bit.py struct.py formats.py random.py floats.py
    cjson.lua cmsgpack.lua
"""

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
