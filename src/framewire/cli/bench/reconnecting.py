"""A connection for each batch: opened, asked, answered, closed (`-k 0`).

What belongs here: that loop. Latency is from the beginning of the connecting to the read that brought the reply.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from framewire.cli.bench.connecting import open_link
from framewire.cli.bench.link import Link
from framewire.cli.bench.quota import Quota
from framewire.cli.bench.record import Record
from framewire.cli.bench.target import Target
from framewire.cli.bench.workload import Workload

__all__ = ["ask_on_new_connections"]

AT_ONCE_ON_CLOSE = struct.pack("ii", 1, 0)
"""Reset the connection, all replies being here: else each keeps its port for a minute, of 28 000 that there are."""


class Once:
    """The driver of one link that is asked one batch."""

    def __init__(self, record: Record, clock: Callable[[], int], started: int) -> None:
        self._record = record
        self._clock = clock
        self._started = started
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self, link: Link, count: int) -> None:
        now = self._clock()
        self._record.replied(now, now - self._started, count, link.settle(count))
        if not link.outstanding and not self.done.done():
            self.done.set_result(None)

    def lost(self, link: Link, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


async def ask_on_new_connections(
    target: Target, workload: Workload, depth: int, quota: Quota, record: Record, clock: Callable[[], int]
) -> None:
    """What one client does until the quota is used up. Raises `OSError` where it cannot go on."""
    while count := quota.take(depth, clock()):
        driver = Once(record, clock, clock())
        link = await open_link(target)
        try:
            _reset_on_close(link)
            link.attach(driver, record)
            batch, kinds = workload.batch(count)
            link.send(batch, count, kinds)
            await driver.done
        finally:
            link.close()


def _reset_on_close(link: Link) -> None:
    with suppress(OSError):  # it may be closed already, which `attach` tells
        link.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_ON_CLOSE)
