"""`FaultProxy`: listens in front of a server, and hurts what passes by its program, or as it is told.

What belongs here: the proxy as its users see it, who connects, and its end. What passes is in `link.py`.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Literal, Self

from framewire._impl import Bytes
from framewire.aio.connection import Connection
from framewire.aio.listen import Listener, listen
from framewire.codecs.raw import RawCodec
from framewire.tap.faults.actions import Action, Delay, Refuse, Stall
from framewire.tap.faults.flow import Time
from framewire.tap.faults.judge import Entry, Judge
from framewire.tap.faults.line import Line
from framewire.tap.faults.link import Link, reset
from framewire.tap.faults.rule import Direction, Rule
from framewire.tap.faults.text import parse_program
from framewire.tap.faults.upstream import Upstream

__all__ = ["FaultProxy"]


class FaultProxy:
    """A proxy in front of the server at `to`: `async with FaultProxy(url, "reply 3 to SET user:*: drop") as proxy`.

    `to` is `redis://host:port/0` or `unix://path`, with whatever else a client wants in it: `proxy.url` is the same URL
    with the address of the proxy. `program` is a text with a rule on each line, or several texts or rules. With
    `protocol="bytes"` there are no frames, for servers of other protocols. `seed` decides what is left to chance;
    without one, one is drawn, and `proxy.seed` says which. `sleep` and `clock` (seconds) are asyncio's and the loop's
    unless given.

    It listens on `host` and `port` (0: any free one). Raises `ValueError` for a program or a URL that makes no sense,
    and on starting `OSError` where the address is taken.
    """

    def __init__(
        self,
        to: str,
        program: str | Iterable[str | Rule] = (),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int | None = None,
        protocol: Literal["resp", "bytes"] = "resp",
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if protocol not in ("resp", "bytes"):
            raise ValueError(f"protocol is 'resp' or 'bytes', not {protocol!r}")
        self._upstream = Upstream.parse(to)
        self._judge = Judge(parse_program(program), random.getrandbits(32) if seed is None else seed)
        self._judge.on_entry = self._wake
        self._framed = protocol == "resp"
        self._sleep = sleep
        self._clock = clock
        self._refusing = False
        self._entry = asyncio.Event()
        self._links: dict[int, Link] = {}
        self._listener: Listener[Bytes] | None = None
        self.host = host
        self.port = port

    # -- beginning and end --------------------------------------------------------------------------------------------

    async def start(self) -> Self:
        """Listen. Raises `OSError` where the address is taken."""
        self._time = Time(self._clock or asyncio.get_running_loop().time, self._sleep)
        await self.up()
        return self

    async def close(self) -> None:
        """Listen no more, and close all connections. Twice is fine."""
        await self._stop(reset_all=False)

    async def down(self) -> None:
        """The server is gone: all connections are reset, and who connects is refused, until `up`."""
        await self._stop(reset_all=True)

    async def _stop(self, *, reset_all: bool) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()
            if reset_all:
                self.cut(reset=True)
            listener.close()
            await listener.wait_closed()

    async def up(self) -> None:
        """Listen again, on the same port. Raises `OSError` where somebody has taken it meanwhile."""
        if self._listener is None:
            self._listener = await listen(self._welcome, RawCodec, self.host, self.port)
            self.port = self._listener.port

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    # -- what it is, and what it did ----------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """`to`, with the address of the proxy."""
        return self._upstream.url_at(self.host, self.port)

    @property
    def seed(self) -> int:
        """What chance depends on: the same seed does the same to the same traffic."""
        return self._judge.seed

    @property
    def rules(self) -> list[Rule]:
        """The rules in force."""
        return self._judge.rules

    @property
    def log(self) -> list[Entry]:
        """What was done, in order; the first ten thousand things."""
        return list(self._judge.log)

    @property
    def counts(self) -> Counter[str]:
        """How often each action was done: `counts["delay"]`."""
        return self._judge.counts

    @property
    def seen(self) -> Counter[str]:
        """How many frames came, hurt or not: `seen["request"]`, `"reply"`, `"push"`."""
        return self._judge.seen

    @property
    def connections(self) -> list[Link]:
        """Those through which something may pass, in the order of their numbers."""
        return [link for link in self._links.values() if not link.is_over]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition()` holds; it is looked at whenever something was logged."""
        while not condition():
            self._entry.clear()
            await self._entry.wait()

    async def happened(self, action: str, times: int = 1) -> None:
        """Wait until `action` was done so often: `await proxy.happened("stall")`."""
        await self.until(lambda: self.counts[action] >= times)

    # -- live control -------------------------------------------------------------------------------------------------

    def add(self, rule: str | Rule) -> None:
        """One more rule; it counts from here on. Raises `ValueError`."""
        for parsed in parse_program([rule]):
            self._judge.add(parsed)

    def clear(self) -> None:
        """No rule any more; what is stalled stays so."""
        self._judge.clear()

    def cut(self, *, reset: bool = False) -> None:
        """End all connections, by a FIN or by a RST. Who connects is welcome."""
        for link in self.connections:
            link.cut(reset)

    def stall(self, direction: Direction | None = None) -> None:
        """Nothing goes on, in one direction or in both, on the connections that there are."""
        for link in self.connections:
            link.stall(direction)

    def resume(self, direction: Direction | None = None) -> None:
        """All that is stalled goes on, be it by a rule or by `stall`."""
        for link in self.connections:
            link.resume(direction)

    def refuse(self, yes: bool = True) -> None:
        """Who connects is reset at once, until `refuse(False)`. Who is connected stays."""
        self._refusing = yes

    # -- one connection -----------------------------------------------------------------------------------------------

    async def _welcome(self, client: Connection[Bytes]) -> None:
        number, actions = self._judge.connection()
        if self._refusing or any(isinstance(action, Refuse) for action, _ in actions):
            if self._refusing:
                self._judge.note(number, "connection", "refuse")
            reset(client)
            return
        for action, rng in actions:
            if isinstance(action, Delay):
                await self._time.sleep(action.drawn(rng))
        try:
            server = await self._upstream.connect()
        except OSError as error:
            self._judge.note(number, "connection", f"the server cannot be reached: {error}")
            reset(client)
            return
        async with server:
            await self._pass(number, _stalls(actions), client, server)

    async def _pass(self, number: int, stalled: bool, client: Connection[Bytes], server: Connection[Bytes]) -> None:
        link = Link(number, Line(self._judge, number, framed=self._framed), client, server, self._time)
        if stalled:
            link.stall()
        self._links[number] = link
        try:
            await link.run()
        finally:
            del self._links[number]
            self._judge.gone(number)

    def _wake(self) -> None:
        self._entry.set()


def _stalls(actions: list[tuple[Action, random.Random]]) -> bool:
    return any(isinstance(action, Stall) for action, _ in actions)
