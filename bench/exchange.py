"""The exchange alone: requests of one turn out, their replies in, each to a future; no socket, no loop that runs.

What is measured is what a client pays for each command beside its methods and the loop: the future, the request encoded
and queued, the bytes taken, the reply decoded, paired and set. The peer is the plain twin (on the compiled codec).
`python -m bench.exchange` prints the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bench.measure import Row, compare, show
from framewire.redis.exchange import _pure
from framewire.redis.exchange._impl import Exchange

GET = (b"GET", b"key:000001")
VALUE = b"$3\r\nxyz\r\n"
HUNDRED = [GET] * 100


class Owner:
    """Asks for time that stands still, and gives futures of a loop that does not run."""

    def __init__(self, exchange_class: Any, **options: Any) -> None:
        self._loop = loop = asyncio.new_event_loop()
        self.new_waiter = lambda: asyncio.Future(loop=loop)
        self.exchange = exchange_class(self, **options)
        self.exchange.open()

    def wake(self) -> float:
        return 0.0

    def pushed(self, items: object) -> None:
        raise AssertionError(items)

    refused = broken = pushed

    def close(self) -> None:
        self._loop.close()


def calls(owner: Owner, count: int, timeout: float | None = 5.0) -> Callable[[], object]:
    """`count` calls in one turn, one write, and one read that answers all."""
    exchange, replies = owner.exchange, VALUE * count
    call, take, get_buffer, buffer_updated = exchange.call, exchange.take, exchange.get_buffer, exchange.buffer_updated

    def run() -> None:
        futures = [call(GET, None, timeout) for _ in range(count)]
        take()
        get_buffer(-1)[: len(replies)] = replies
        buffer_updated(len(replies))
        futures[-1].result()

    return run


def batch(owner: Owner) -> Callable[[], object]:
    """A pipeline of a hundred: one slot, one future."""
    exchange, replies = owner.exchange, VALUE * 100

    def run() -> None:
        waiter = owner.new_waiter()
        exchange.send_batch(HUNDRED, waiter, 5.0)
        exchange.take()
        exchange.get_buffer(-1)[: len(replies)] = replies
        exchange.buffer_updated(len(replies))
        waiter.result()

    return run


def futures_alone(owner: Owner) -> Callable[[], object]:
    """The floor: fifty futures made, and set."""

    def run() -> None:
        futures = [owner.new_waiter() for _ in range(50)]
        for future in futures:
            future.set_result(b"xyz")

    return run


def rows() -> list[Row]:
    """The whole table."""
    ours, peer = Owner(Exchange), Owner(_pure.Exchange)
    made = [
        compare("50 calls in a turn", "the plain twin", calls(ours, 50), calls(peer, 50), per=50),
        compare("50 calls, no deadline", "the plain twin", calls(ours, 50, None), calls(peer, 50, None), per=50),
        compare("one call in a turn", "the plain twin", calls(ours, 1), calls(peer, 1)),
        compare("a batch of 100", "the plain twin", batch(ours), batch(peer), per=100),
        compare("50 calls in a turn", "futures alone", calls(ours, 50), futures_alone(ours), per=50),
    ]
    for owner in (ours, peer):
        owner.close()
    return made


if __name__ == "__main__":
    show(rows())
