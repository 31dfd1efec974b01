"""Where the links of a client behind Sentinel go, from asyncio.

    find --- known, and somebody is listened to -----------------> the primary
      |                                                               ^
      +--- else: the sentinels are asked, once for all who wait ------+--> links to any other are ended at once
                          ^
    heard: a switch ------+   (the old primary's links are ended before)
    missed ---------------+

What belongs here: when sentinels are asked, and which links end. What is believed of their answers is the discovery's
business, who is asked again when, the server's.
"""

from __future__ import annotations

import asyncio
import random
from time import monotonic
from weakref import WeakSet

from framewire.redis.client.aio.link import Link
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.options import Options
from framewire.redis.sentinel.aio.asking import ask_sentinel
from framewire.redis.sentinel.aio.watching import Watch
from framewire.redis.sentinel.answers import Address, event_of, shown
from framewire.redis.sentinel.discovery import Discovery, Said
from framewire.redis.sentinel.told import options_of_sentinel, share_of

__all__ = ["Finding"]


class Finding:
    """The `Finder` of one client and its siblings. Links whose options say `read_from="primary"` go to the primary; the
    others to a replica, or where there is none to the primary."""

    def __init__(self, options: Options) -> None:
        assert options.service is not None
        self._options = options
        self._discovery = Discovery(options.service, options.sentinels, options.address_remap)
        self._begin()

    def _begin(self) -> None:
        """What belongs to a loop."""
        options = self._options
        self._loop: asyncio.AbstractEventLoop | None = None
        self._links: WeakSet[Link] = WeakSet()
        self._asking: asyncio.Task[Address] | None = None
        self._opener = Opener(options_of_sentinel(options, options.sentinels[0]))
        self._watch = Watch(options, self._opener, self._heard, self.verify)

    def _enter_loop(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._begin()
            self._loop = loop

    # -- links that are opened ----------------------------------------------------------------------------------------

    async def find(self, link: Link) -> None:
        """Raises `MasterNotFoundError`."""
        self._enter_loop()
        primary = self._discovery.primary if self._watch.hears else None
        if primary is None:
            primary = await self._ask()
        options, place = link.options, primary
        if options.read_from != "primary" and self._discovery.replicas:
            place = random.choice(self._discovery.replicas)
        link.go_to(options.at(*place), primary=options.read_from == "primary")
        self._links.add(link)

    async def replicas(self) -> tuple[Address, ...]:
        """Those that sentinels know to be well. Raises `MasterNotFoundError`."""
        self._enter_loop()
        if not self._watch.hears or self._discovery.primary is None:
            await self._ask()
        return self._discovery.replicas

    def failed(self, link: Link) -> None:
        if link.is_to_primary:
            self._discovery.doubt()
        else:
            self._discovery.lose_replica(_place(link))

    # -- sentinels that are asked -------------------------------------------------------------------------------------

    async def _ask(self) -> Address:
        """One round, for all who wait."""
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask_round())
            self._asking.add_done_callback(self._asked)
        return await asyncio.shield(self._asking)

    def _asked(self, asking: asyncio.Task[Address]) -> None:
        if self._asking is asking:
            self._asking = None
        if asking.cancelled() or asking.exception() is not None:
            self._discovery.doubt()

    async def _ask_round(self) -> Address:
        seconds = self._options.socket_connect_timeout
        ends = None if seconds is None else monotonic() + seconds
        steps = self._discovery.ask(monotonic())
        asked = 0
        try:
            sentinel = next(steps)
            while True:
                share = share_of(None if ends is None else ends - monotonic(), len(self._discovery.sentinels) - asked)
                said: Said = await ask_sentinel(self._options, self._opener, sentinel, share)
                asked += 1
                sentinel = steps.send(said)
        except StopIteration as done:
            primary: Address = done.value
        self._watch.listen_to(self._discovery.sentinels)
        self._leave_all_but(primary)
        return primary

    def verify(self) -> None:
        """Ask, if nobody does: something may have changed."""
        if self._asking is None and self._loop is asyncio.get_running_loop():
            asking = asyncio.ensure_future(self._ask())
            asking.add_done_callback(lambda done: done.cancelled() or done.exception())

    # -- what is heard ------------------------------------------------------------------------------------------------

    def _heard(self, sentinel: Address, channel: bytes, data: bytes) -> None:
        event = event_of(channel, data, self._options.address_remap)
        if event is None:
            return
        gone = self._discovery.hear(sentinel, event, monotonic())
        if gone is not None:
            why = f"the sentinel {shown(sentinel)} says {event.kind}"
            self._end([link for link in self._links if _place(link) == gone], why)
        misplaced = self._discovery.misplaced
        others = [link for link in self._links if not link.is_to_primary and _place(link) == misplaced]
        self._end(others, "a replica is there to be read from")
        if self._discovery.primary is None:
            self.verify()

    def _leave_all_but(self, primary: Address) -> None:
        others = [link for link in self._links if link.is_to_primary and _place(link) != primary]
        self._end(others, f"the primary is {shown(primary)} now")

    def _end(self, links: list[Link], why: str) -> None:
        """At once: nothing more is written to them, not even what waits in them."""
        for link in links:
            self._links.discard(link)
            if not link.lost:
                link.abort(ConnectionError(f"{link.where} was left: {why}"))

    # -- the end ------------------------------------------------------------------------------------------------------

    async def aclose(self) -> None:
        """Ask nobody and listen to nobody any more."""
        if self._loop is not asyncio.get_running_loop():
            return
        asking = self._asking
        if asking is not None:
            asking.cancel()
            await asyncio.wait([asking])
        await self._watch.aclose()
        await self._opener.aclose()


def _place(link: Link) -> Address:
    return link.options.host, link.options.port
