"""The ways in which the asyncio client is tested alike: each server, each protocol, each event loop.

What belongs here: what a test gets for one of them. The fixture `way` is in `conftest.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import product
from typing import Any, NamedTuple, TypeVar

from framewire.aio.loops import new_event_loop
from framewire.redis.client.aio.client import Client
from tests.against.client_calls import SERVERS

T = TypeVar("T")

WAYS = list(product(SERVERS, (2, 3), ("asyncio", "uvloop")))


class Way(NamedTuple):
    """`server` is its name, `url` where it is."""

    server: str
    url: str
    protocol: int
    loop: str

    def client(self, url: str = "", **options: Any) -> Client:
        """A client of that server, or of what stands before it at `url`."""
        return Client.from_url(url or self.url, protocol=self.protocol, **options)

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run `main` in a loop of that kind; what that has to complain of is an error."""
        complaints: list[dict[str, Any]] = []

        async def watched() -> T:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
            return await main()

        with asyncio.Runner(loop_factory=lambda: new_event_loop(self.loop)) as runner:
            result = runner.run(watched())
        assert not complaints
        return result
