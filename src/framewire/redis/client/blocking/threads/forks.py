"""What a forked child begins anew: links are its parent's, and its other threads are not there.

What belongs here: who is told. A child that spoke over its copy of a socket would take its parent's replies, and a lock
that another thread held when the process was forked would never be released in the child.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

__all__ = ["begins_anew"]


class _Forked(Protocol):
    def begin_anew(self) -> None:
        """In the child, before anything else runs there: be as you were before your first link."""


_all: WeakSet[_Forked] = WeakSet()


def begins_anew(thing: _Forked) -> None:
    """Call `thing.begin_anew()` in each child that is forked while `thing` lives."""
    _all.add(thing)


def _begin_anew() -> None:
    for thing in list(_all):
        thing.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
