"""Everything that an exchange does and refuses, as calls that can be repeated.

What belongs here: the rows. Each makes an exchange anew, and lets go of it with requests unanswered: what they refer to
refers back to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from framewire.errors import FramewireError
from fuzz.exchange import EXCHANGES
from tests.redis.exchange.conversations import CONVERSATIONS
from tests.redis.exchange.owner import Link, Waiter

__all__ = ["exchange_rows"]


def conversations(exchange_class: Any) -> None:
    """Each of the table: asked on the wire and in the backlog, answered half."""
    for row in CONVERSATIONS:
        for integrity in (False, True):
            link = Link(exchange_class, integrity=integrity, max_requests=3, max_queued=200)
            link.exchange.open()
            for request in row.requests:
                with contextlib.suppress(FramewireError):
                    link.ask_batch(*request) if isinstance(request, list) else link.ask(*request)
            link.exchange.take()
            link.exchange.feed(row.answer[: len(row.answer) // 2])
            link.exchange.take()
            link.exchange.feed(row.answer[len(row.answer) // 2 :])


def unanswered(exchange_class: Any) -> None:
    """More than there is room for at first; waiters that know the link; some late, some gone, the rest lost or not."""
    for lost in (True, False):
        link = Link(exchange_class, max_requests=30)
        link.exchange.open()
        waiters = [link.ask(b"GET", b"k", timeout=float(i % 3), shape=len) for i in range(40)]
        for waiter in waiters:
            waiter.link = link  # type: ignore[attr-defined]
        waiters[5].cancel()
        link.answer(b"$1\r\nx\r\n" * 10 + b":1\r\n-ERR\r\n$100000\r\nabc")
        link.exchange.expire(1.5)
        if lost:
            link.exchange.lose()


def refusals(exchange_class: Any) -> None:
    """What has no wire form, no room, no place; what a server must not send; what callbacks raise."""
    link = Link(exchange_class, max_queued=10)
    for request in ((), (b"GET", None), (b"GET", b"x" * 20)):
        with contextlib.suppress(FramewireError):
            link.ask(*request)
        with contextlib.suppress(FramewireError, ValueError):
            link.ask_batch(*([request] if request else []))
    link.exchange.feed(b">1\r\n:1\r\n+OK\r\n")
    with contextlib.suppress(RuntimeError):
        link.ask(b"GET", b"k")
    for answer in (b":1\r\n:2\r\n", b"?", b"$5\r\nabc"):
        link = Link(exchange_class)
        link.exchange.open()
        link.exchange.send((b"SET", b"k", bytes(20_000)), Waiter(fail))
        link.ask(b"GET", b"k")
        with contextlib.suppress(LookupError):
            link.answer(answer)


def fail() -> None:
    raise LookupError("mine")


def exchange_rows() -> dict[str, Callable[[], object]]:
    """By what they do, and on which twin."""
    return {
        f"{exchange_class.__module__} {story.__name__}": bound(story, exchange_class)
        for exchange_class in EXCHANGES
        for story in (conversations, unanswered, refusals)
    }


def bound(story: Callable[[Any], None], exchange_class: Any) -> Callable[[], object]:
    return lambda: story(exchange_class)
