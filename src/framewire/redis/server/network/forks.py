"""What becomes of a server's sockets in a child that the program forks: nothing stays of them there.

What belongs here: letting go of them. While a child has copies, no peer sees that the server has closed a connection,
and its port stays taken. The descriptors are not closed but made to lead nowhere, because objects of the event loop,
which are copied too, will close them by their numbers some day.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import Protocol
from weakref import WeakSet

__all__ = ["let_go_in_children"]


class Holder(Protocol):
    """Who holds sockets."""

    def descriptors(self) -> Iterable[int]:
        """Those that are open now."""


_holders: WeakSet[Holder] = WeakSet()


def let_go_in_children(holder: Holder) -> None:
    """Let children that `os.fork` makes from now on keep none of the sockets that `holder` has then."""
    _holders.add(holder)


def _let_go() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for holder in list(_holders):
        for descriptor in holder.descriptors():
            with contextlib.suppress(OSError):
                os.dup2(nowhere, descriptor, inheritable=False)
    os.close(nowhere)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)
