"""Tasks that write to a cluster in every way that a client has, and enter each write in a ledger.

What belongs here: the ways, and what each makes of the replies and errors it gets. What happens to the cluster
meanwhile is in `cluster_scenes`, what must be there in the end in `cluster_ledger`; `cluster_load_threads` has the same
writers in threads.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import AskError, ClusterPartialError, DataError, RedisError
from framewire.redis.cluster.decisions import Asked, Decision
from framewire.redis.cluster.topology import Topology
from tests.against.cluster_ledger import Ledger, Write
from tests.waiting import PATIENCE

__all__ = ["HOT", "WRITERS", "Load", "Progress", "Writer"]

WRITERS = 16

SIMPLE_WRITERS = 4
"""So many of them ask for one key at a time, and never have to wait until two are at one node: a scene that moves keys
as the load goes on would else wait for writers that wait for it."""

KEYS = 40
"""Lists, and sets, in many slots; as many are in one, which is moved key by key."""

HOT = b"{hot}:"
"""What the keys in that slot begin with."""

SCRIPT = "return redis.call('RPUSH', KEYS[1], ARGV[1])"
PAUSE_SECONDS = 0.02
"""A writer rests for any part of that between two steps: books of millions of entries prove no more."""

WAIT_MILLISECONDS = 500


class Progress:
    """How far a load is: read by who waits for it, in whatever thread.

    longest: the seconds that the slowest step took, and what it was. stall: for how long, at most, no write to the hot
    slot was acknowledged. hot: how many were. redirects: how often the client was told to go elsewhere.
    """

    def __init__(self) -> None:
        self.steps = self.acknowledged = self.hot = self.cancelled = self.redirects = 0
        self.begin()

    def begin(self) -> None:
        """From here on times are measured."""
        self.longest = (0.0, "")
        self.stall = 0.0
        self._last = time.monotonic()

    def watch(self, topology: Topology) -> None:
        """Count the redirects that it is asked about."""
        refused = topology.refused

        def counting(asked: Asked, text: str) -> Decision | None:
            self.redirects += text.startswith(("MOVED ", "ASK "))
            return refused(asked, text)

        topology.refused = counting  # type: ignore[method-assign]

    def __str__(self) -> str:
        seconds, way = self.longest
        return f"the hot slot silent for {self.stall:.2f} s, the longest step {seconds:.2f} s ({way})"

    def acknowledge(self, writes: Sequence[Write]) -> None:
        """They are."""
        self.acknowledged += len(writes)
        hot = sum(write.key.startswith(HOT) for write in writes)
        if hot:
            now = time.monotonic()
            self.hot, self.stall, self._last = self.hot + hot, max(self.stall, now - self._last), now


class Load:
    """Several writers with one client, from `start` to `stop`."""

    def __init__(self, client: Client, ledger: Ledger, seed: int) -> None:
        self.progress = Progress()
        self._writers = [Writer(number, client, ledger, self.progress, seed) for number in range(WRITERS)]
        self._tasks: list[asyncio.Task[None]] = []

        self.progress.watch(client._route.places.topology)  # type: ignore[attr-defined]

    def start(self) -> None:
        """Let them write."""
        self._tasks = [asyncio.ensure_future(writer.write()) for writer in self._writers]

    async def stop(self) -> None:
        """Wait for the step that each is at. Raises what a writer has found wrong, and where a call never ends."""
        for writer in self._writers:
            writer.is_over = True
        async with asyncio.timeout(2 * PATIENCE):
            await asyncio.gather(*self._tasks)

    @property
    def failed(self) -> bool:
        """Whether a writer has ended before it was told to: `stop` says why."""
        return any(task.done() for task in self._tasks)


class Writer:
    """One task, with a client whose methods can be awaited."""

    def __init__(self, number: int, client: Any, ledger: Ledger, progress: Progress, seed: int) -> None:
        self._number = number
        self._client = client
        self._ledger = ledger
        self._progress = progress
        self._chance = random.Random(f"{seed}:{number}")
        self._texts: list[bytes] = []
        self.is_over = False

    async def write(self) -> None:
        """Take one step after the other."""
        ways = [self._count, self._push, self._push, self._add, self._put, self._together, self._together, self._script,
                self._confirmed, self._confirmed]  # fmt: skip
        if self._number >= SIMPLE_WRITERS:
            ways += [self._put_many, self._transaction, self._read]
        while not self.is_over:
            way, began = self._chance.choice(ways), asyncio.get_running_loop().time()
            await self._step(way)
            took = asyncio.get_running_loop().time() - began
            self._progress.longest = max(self._progress.longest, (took, way.__name__.lstrip("_")))
            self._progress.steps += 1
            await asyncio.sleep(self._chance.random() * PAUSE_SECONDS)

    async def _step(self, way: Callable[[], Awaitable[None]]) -> None:
        """Some are cancelled under way."""
        task = asyncio.ensure_future(way())
        if self._chance.random() < 0.02:
            await asyncio.sleep(self._chance.random() * 0.002)
            self._progress.cancelled += task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    # -- where to -----------------------------------------------------------------------------------------------------

    def _key(self, kind: bytes) -> bytes:
        """One of the keys of a kind, each third time one in the hot slot."""
        hot = HOT if self._chance.random() < 0.34 else b""
        return b"%s%s:%d" % (hot, kind, self._chance.randrange(KEYS))

    def _own_key(self) -> bytes:
        """One that nobody has written."""
        hot = HOT if self._chance.random() < 0.03 else b""  # two of them in one request have to wait while they move
        return b"%stext:%d" % (hot, len(self._ledger.writes))

    def _tag(self) -> bytes:
        """What makes keys stand in one slot."""
        return HOT if self._chance.random() < 0.5 else b"{tag:%d}:" % self._chance.randrange(KEYS)

    # -- what becomes of it -------------------------------------------------------------------------------------------

    def _acknowledged(self, *writes: Write, confirmed: bool = False) -> None:
        self._progress.acknowledge(writes)
        self._ledger.acknowledged(*writes, confirmed=confirmed)

    async def _ask(self, call: Callable[[], Awaitable[Any]], *writes: Write) -> None:
        """One request: all of `writes`, or none."""
        try:
            await call()
        except BaseException as error:
            self._ledger.failed(error, *writes)
            if not isinstance(error, RedisError):
                raise
        else:
            self._acknowledged(*writes)

    async def _execute(self, pipeline: Any, places: Sequence[tuple[Any, Write]]) -> None:
        """A batch: each of the writes has its own place in it, and with it its own fate."""
        try:
            await pipeline.execute(raise_on_error=False)
        except RedisError:
            pass
        finally:
            for place, write in places:
                error = place.exception()
                self._acknowledged(write) if error is None else self._ledger.failed(error, write)

    # -- the ways -----------------------------------------------------------------------------------------------------

    async def _count(self) -> None:
        write = self._ledger.enter(b"count:%d" % self._number, counts=True)
        await self._ask(lambda: self._client.incr(write.key), write)

    async def _push(self) -> None:
        write = self._ledger.enter(self._key(b"list"))
        await self._ask(lambda: self._client.rpush(write.key, write.member), write)

    async def _add(self) -> None:
        write = self._ledger.enter(self._key(b"set"))
        await self._ask(lambda: self._client.sadd(write.key, write.member), write)

    async def _put(self) -> None:
        write = self._ledger.enter(self._own_key())
        await self._ask(lambda: self._client.set(write.key, write.member), write)
        self._texts.append(write.key)

    async def _put_many(self) -> None:
        """MSET over several slots: it goes in parts."""
        writes = {write.key: write for write in (self._ledger.enter(self._own_key()) for _ in range(8))}
        try:
            await self._client.mset({key: write.member for key, write in writes.items()})
        except ClusterPartialError as error:
            self._progress.acknowledge([writes[key] for keys in error.results for key in keys])
            self._ledger.partly_failed(error, writes)
        except BaseException as error:
            self._ledger.failed(error, *writes.values())
            if not isinstance(error, RedisError):
                raise
        else:
            self._acknowledged(*writes.values())

    async def _together(self) -> None:
        """A pipeline over several slots."""
        pipeline = self._client.pipeline()
        writes = [self._ledger.enter(self._key(b"list")) for _ in range(6)]
        await self._execute(pipeline, [(pipeline.rpush(write.key, write.member), write) for write in writes])

    async def _transaction(self) -> None:
        tag = self._tag()
        writes = self._ledger.enter_together(tag + b"one", tag + b"two")
        pipeline = self._client.pipeline(transaction=True)
        await self._execute(pipeline, [(pipeline.rpush(write.key, write.member), write) for write in writes])

    async def _script(self) -> None:
        write = self._ledger.enter(self._key(b"list"))
        await self._ask(lambda: self._client.eval(SCRIPT, 1, write.key, write.member), write)

    async def _confirmed(self) -> None:
        """A write, and on the same link the question whether a replica has it."""
        write = self._ledger.enter(self._key(b"list"))
        pushed = waited = None
        try:
            async with self._client.dedicated(write.key) as own:
                pipeline = own.pipeline(raise_on_error=False)
                pushed = pipeline.rpush(write.key, write.member)
                waited = pipeline.wait(1, WAIT_MILLISECONDS)
                await pipeline.execute()
        except BaseException as error:
            if pushed is None:
                self._ledger.failed(error, write)
            if not isinstance(error, RedisError):
                raise
        finally:
            if pushed is not None:
                self._settle_confirmed(write, pushed, waited)

    def _settle_confirmed(self, write: Write, pushed: Any, waited: Any) -> None:
        if (error := pushed.exception()) is not None:
            self._ledger.failed(error, write)
            if isinstance(error, AskError):
                write.said = ""  # on a link of one's own, whose server is chosen, this is no fault of the client's
        else:
            self._acknowledged(write, confirmed=waited.exception() is None and waited.result() >= 1)

    async def _read(self) -> None:
        """What stands under a key is what was written there, or nothing: never what stands under another."""
        keys = self._chance.sample(self._texts, min(8, len(self._texts)))
        if not keys:
            return
        try:
            values = await self._client.mget(*keys)
        except DataError:
            raise  # nothing that happens to a cluster makes it one
        except RedisError:
            return
        for key, value in zip(keys, values, strict=True):
            assert value is None or value == key.rpartition(b":")[2], f"{key!r} was said to hold {value!r}"
