"""Calls past a cache: who joins whom, who is told of what, and what is held; replies are given by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from framewire.frames.resp import Error
from framewire.redis.client.aio.caching import TURN, CachedCalls, Family
from framewire.redis.client.aio.client import Client
from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.caching.cache import CacheConfig
from framewire.redis.client.errors import CachingError, ConnectionError, TimeoutError
from framewire.redis.client.handshake import greet
from framewire.redis.client.options import Options
from framewire.redis.client.shapes.basic import texted
from framewire.redis.server.network.thread import run_in_thread

GET = (b"GET", b"k")


class Wire:
    """Stands for the link: what was sent, and by what its replies are given."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, Any]] = []
        self.timeouts: list[float | None] = []
        self.family: Family = {}
        self.calls = self.add(0)

    def add(self, database: int) -> CachedCalls:
        calls = self.family[database] = CachedCalls(CacheConfig(), self._send, self.family)
        calls.bind(self._call)
        return calls

    def _send(self, request: Any, waiter: Any, timeout: float | None) -> None:
        self.sent.append((request, waiter))
        self.timeouts.append(timeout)

    def _call(self, request: Any, shape: Any, timeout: float | None) -> Any:
        future = asyncio.get_running_loop().create_future()
        self._send(request, future, timeout)
        return future

    def get(self, shape: Any = None, timeout: float | None = None) -> asyncio.Future[Any]:
        return self.calls.call(GET, shape, timeout)

    def answer(self, reply: Any) -> None:
        """To the oldest request."""
        self.sent.pop(0)[1].set_result(reply)

    def fail(self, error: Exception) -> None:
        self.sent.pop(0)[1].set_exception(error)

    async def keep(self, reply: Any) -> None:
        read = self.get()
        self.answer(reply)
        await read


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    yield Wire()


# -- reads ------------------------------------------------------------------------------------------------------------


async def test_a_hit_is_a_future_that_is_done(wire: Wire) -> None:
    await wire.keep(b"v")
    future = wire.get()
    assert future.done()
    assert (await future, wire.sent) == (b"v", [])


async def test_readers_join_and_each_has_its_own_form_and_copy(wire: Wire) -> None:
    reads = [wire.get(), wire.get(), wire.get(texted(None)), wire.get(len)]
    assert len(wire.sent) == 1
    wire.answer([b"a", b"b"])
    first, second, text, length = [await read for read in reads]
    assert (first, second, text, length) == ([b"a", b"b"], [b"a", b"b"], ["a", "b"], 2)
    first.append(b"mine")
    assert second == await wire.get() == [b"a", b"b"]


async def test_a_hit_is_the_callers_own(wire: Wire) -> None:
    await wire.keep({b"f": [b"v"]})
    (await wire.get())[b"f"].append(b"mine")
    (await wire.get()).clear()
    assert await wire.get() == {b"f": [b"v"]}


async def test_a_shape_that_raises_concerns_its_caller_alone(wire: Wire) -> None:
    reads = [wire.get(int), wire.get()]
    wire.answer(b"v")
    with pytest.raises(ValueError, match="invalid literal"):
        await reads[0]
    assert await reads[1] == await wire.get() == b"v"


async def test_the_first_reader_may_go_away(wire: Wire) -> None:
    first, second = wire.get(), wire.get()
    first.cancel()
    assert not wire.sent[0][1].done(), "its reply would be dropped"
    wire.answer(b"v")
    assert await second == b"v"


async def test_all_readers_may_go_away_and_the_reply_is_kept(wire: Wire) -> None:
    reads = [wire.get(), wire.get()]
    for read in reads:
        read.cancel()
    third = wire.get()
    wire.answer(b"v")
    assert await third == await wire.get() == b"v"
    assert wire.sent == []


async def test_an_error_is_each_readers_own_and_is_not_kept(wire: Wire) -> None:
    reads = [wire.get(), wire.get()]
    wire.fail(ConnectionError("gone"))
    errors = await asyncio.gather(*reads, return_exceptions=True)
    assert [(type(error), str(error)) for error in errors] == [(ConnectionError, "gone")] * 2
    assert errors[0] is not errors[1]
    assert not wire.get().done()
    assert len(wire.sent) == 1


async def test_what_cannot_be_sent_is_asked_anew_the_next_time(wire: Wire) -> None:
    def refuse(*args: Any) -> None:
        raise ConnectionError("the client is closed")

    wire.calls._send = refuse  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(ConnectionError, match="closed"):
            wire.get()


async def test_who_joined_later_has_its_time(wire: Wire) -> None:
    first = wire.get(timeout=0.0)
    second = wire.get(timeout=60.0)
    wire.fail(TimeoutError("late"))
    with pytest.raises(TimeoutError, match="late"):
        await first
    assert 59.0 < (wire.timeouts[1] or 0) <= 60.0
    wire.answer(b"v")
    assert await second == b"v"


async def test_who_could_not_connect_in_time_tells_all(wire: Wire) -> None:
    reads = [wire.get(timeout=60.0), wire.get(timeout=60.0)]
    wire.fail(TimeoutError("could not connect within 5 s"))
    errors = await asyncio.gather(*reads, return_exceptions=True)
    assert all(isinstance(error, TimeoutError) for error in errors)
    assert wire.sent == []


async def test_a_request_without_keys_goes_by(wire: Wire) -> None:
    for _ in range(2):
        wire.calls.call((b"SINTERCARD", b"0"), None, None)
    assert len(wire.sent) == 2


async def test_who_only_hits_lets_others_run(wire: Wire) -> None:
    await wire.keep(b"v")
    hits = [wire.get() for _ in range(2 * TURN)]
    assert sum(not hit.done() for hit in hits) == 2
    assert set(await asyncio.gather(*hits)) == {b"v"}


async def test_who_waited_a_turn_finds_what_is_there_then(wire: Wire) -> None:
    await wire.keep(b"v")
    *_, waits = [wire.get() for _ in range(TURN)]
    wire.calls.pushed([b"invalidate", [b"k"]])
    await asyncio.sleep(0)
    wire.answer(b"w")
    assert await waits == b"w"


# -- changes ----------------------------------------------------------------------------------------------------------

TELL: dict[str, Callable[[CachedCalls], Any]] = {
    "a push": lambda calls: calls.pushed([b"invalidate", [b"x", b"k"]]),
    "a push of all": lambda calls: calls.pushed([b"invalidate", None]),
    "a broken redirection": lambda calls: calls.pushed([b"tracking-redir-broken", 7]),
    "a write": lambda calls: calls.call((b"SET", b"k", b"w"), None, None),
    "a write of a str": lambda calls: calls.call((b"SET", "k", "w"), None, None),
    "a batch": lambda calls: calls.sent([(b"MULTI",), (b"SET", b"k", b"w"), (b"EXEC",)]),
}


@pytest.mark.parametrize("tell", TELL.values(), ids=TELL)
async def test_what_makes_a_reply_unknown(wire: Wire, tell: Callable[[CachedCalls], Any]) -> None:
    await wire.keep(b"v")
    tell(wire.calls)
    assert not wire.get().done()


@pytest.mark.parametrize("items", [[b"message", b"k", b"v"], [b"invalidate", []], [b"invalidate", [b"x"]]])
async def test_what_does_not(wire: Wire, items: list[Any]) -> None:
    await wire.keep(b"v")
    wire.calls.pushed(items)
    assert wire.get().done()


class Own:
    """Stands for a link of one's own."""

    def __init__(self) -> None:
        self.waiters: list[asyncio.Future[Any]] = []

    def call(self, request: Any, shape: Any, timeout: float | None) -> asyncio.Future[Any]:
        self.waiters.append(asyncio.get_running_loop().create_future())
        return self.waiters[-1]

    def send_batch(self, requests: Any, waiter: Any, timeout: float | None) -> None:
        self.waiters.append(waiter)


ELSEWHERE: dict[str, Callable[[Any], Any]] = {
    "a call": lambda own: own.call((b"SET", b"k", b"w"), None, None),
    "an EXEC": lambda own: own.call((b"EXEC",), None, None),
    "a batch": lambda own: own.send_batch([(b"SET", b"k", b"w")], asyncio.get_running_loop().create_future(), None),
}


@pytest.mark.parametrize("end", [lambda future: future.set_result(1), lambda future: future.cancel()])
@pytest.mark.parametrize("write", ELSEWHERE.values(), ids=ELSEWHERE)
async def test_a_write_over_another_link_is_held(wire: Wire, write: Callable[[Any], Any], end: Any) -> None:
    own: Any = Own()
    wire.calls.watch(own)
    await wire.keep(b"v")
    write(own)
    await wire.keep(b"old")  # asked before the write is answered: it may be
    assert len(wire.calls.cache) == 0
    end(own.waiters[0])
    await asyncio.sleep(0)
    await wire.keep(b"w")
    assert wire.get().done()


async def test_what_changes_other_databases_is_held_there(wire: Wire) -> None:
    other = wire.add(1)
    for request, is_held in [((b"SET", b"k", b"w"), False), ((b"MOVE", b"k", 1), True), ((b"FLUSHALL",), True)]:
        read = other.call(GET, None, None)
        wire.answer(b"v")
        await read
        write = wire.calls.call(request, None, None)
        assert other.call(GET, None, None).done() is not is_held
        write.set_result(None)
        await asyncio.sleep(0)
        wire.sent.clear()
        other.cache.flush()


# -- loops ------------------------------------------------------------------------------------------------------------


def test_another_loop_is_refused_while_the_first_one_is_there() -> None:
    wire, first = Wire(), asyncio.new_event_loop()

    async def get() -> asyncio.Future[Any]:
        return wire.get()

    first.run_until_complete(get())
    with pytest.raises(WrongLoop):
        asyncio.run(get())
    first.run_until_complete(get())
    first.close()
    assert wire.calls.cache.stats.joined == 1
    asyncio.run(get())
    assert wire.calls.cache.stats.joined == 1, "who waited in the loop that was closed is not waited with"


# -- who cannot -------------------------------------------------------------------------------------------------------


def test_resp2_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="RESP3"):
        Client.from_url("redis://localhost?protocol=2", cache=CacheConfig())


@pytest.mark.parametrize("unknown", [b"ERR unknown command 'HELLO'", b"NOPROTO unsupported protocol version"])
def test_a_server_without_resp3_is_refused(unknown: bytes) -> None:
    steps = greet(Options(cache=CacheConfig(), lib_name=None), (), True)
    next(steps)
    with pytest.raises(CachingError, match="RESP3"):
        steps.send([Error(unknown)])


@pytest.mark.thorough
async def test_mini_redis_has_no_tracking_yet() -> None:
    with run_in_thread() as server:
        async with Client.from_url(server.url, cache=CacheConfig()) as client:
            for _ in range(2):
                with pytest.raises(CachingError, match=r"tells of no keys that change.*ERR"):
                    await client.get("k")
