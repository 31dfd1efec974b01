"""`-I`: connections that are held open and ask nothing.

What belongs here: that. It shows what connections alone cost a server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from framewire.cli.bench.connecting import open_links
from framewire.cli.bench.interrupts import INTERRUPTED, on_interrupt
from framewire.cli.bench.link import Link
from framewire.cli.bench.target import Target

__all__ = ["idle"]


async def idle(target: Target, clients: int, say: Callable[[str], None]) -> int:
    """Hold `clients` connections open, and ask nothing, until the user ends it. Raises `OSError`."""
    waiting = Waiting()
    on_interrupt(waiting.interrupt)
    links = await open_links(target, clients)
    try:
        for link in links:
            link.attach(waiting, None)
        say(f"{clients} idle connections to {target.name}; Ctrl-C ends")
        await waiting.ended
    finally:
        for link in links:
            link.close()
    return INTERRUPTED


class Waiting:
    """The driver of links that ask nothing."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self, link: Link, count: int) -> None:
        link.settle(count)

    def lost(self, link: Link, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)

    def interrupt(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
