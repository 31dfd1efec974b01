"""`server.clock`: time stands still, and when it is moved all happens that goes by it, at once and in its order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from framewire.redis import Server, run_in_thread
from framewire.redis.server.network.clock import ServerClock
from framewire.redis.server.network.connections import LINGER_MS
from framewire.redis.server.running import timing
from tests.redis.server.network.talking import Talker
from tests.serving import command
from tests.waiting import until_in_loop

NULL, NULL_ARRAY, OK = b"$-1\r\n", b"*-1\r\n", b"+OK\r\n"
AT = 1_700_000_000.0


class Frozen:
    """A server whose time stands, and clients in memory."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.clock: ServerClock = server.clock
        self._talkers: dict[str, Talker] = {}

    def talker(self, name: str = "") -> Talker:
        if name not in self._talkers:
            self._talkers[name] = self.server.open_connection(Talker)[1]
        return self._talkers[name]

    async def ask(self, request: str, name: str = "") -> bytes:
        return await self.talker(name).ask(words(request))

    async def begin(self, request: str, name: str) -> None:
        """A command that waits; it does when this returns."""
        waiting = len(self.server.connections.timers)
        self.talker(name).transport.write(words(request))
        await until_in_loop(lambda: len(self.server.connections.timers) > waiting)

    def told(self, name: str = "") -> bytes:
        """What has been given to the client's transport since it was last looked at, without a turn of the loop."""
        transport = self.talker(name).transport
        written = b"".join(transport.peer._unread)  # type: ignore[attr-defined]
        return bytes(self.talker(name).received) + written


def words(request: str) -> bytes:
    return command(*request.encode().split())


@asynccontextmanager
async def frozen(**parameters: Any) -> AsyncIterator[Frozen]:
    async with Server(listen=False, **parameters) as server:
        server.clock.freeze(AT)
        yield Frozen(server)


# What is done, how many seconds then pass, a request, and what it must answer: just before its time, and at its time.
ROWS: list[tuple[list[str], float, str, bytes, bytes]] = [
    (["SET k v EX 10"], 10, "GET k", b"$1\r\nv\r\n", NULL),
    (["SET k v EX 10"], 9.999, "PTTL k", b":2\r\n", b":1\r\n"),
    (["SET k v", "PEXPIRE k 1500"], 1.5, "EXISTS k", b":1\r\n", b":0\r\n"),
    (["SET k v", "EXPIREAT k 1700000010"], 10, "EXISTS k", b":1\r\n", b":0\r\n"),
    (["SET k v EXAT 1700000010"], 10, "DBSIZE", b":1\r\n", b":0\r\n"),
    (["SET k v EX 10", "PERSIST k"], 1e6, "EXISTS k", b":1\r\n", b":1\r\n"),
    (["HSET k f v", "EXPIRE k 3600"], 3600, "HGET k f", b"$1\r\nv\r\n", NULL),
    ([], 2.5, "TIME", b"*2\r\n$10\r\n1700000002\r\n$6\r\n499000\r\n", b"*2\r\n$10\r\n1700000002\r\n$6\r\n500000\r\n"),
    ([], 5, "XADD s * f v", b"$15\r\n1700000004999-0\r\n", b"$15\r\n1700000005000-0\r\n"),
    (["XADD s * f v"], 0.001, "XADD s * f v", b"$15\r\n1700000000000-1\r\n", b"$15\r\n1700000000001-0\r\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "seconds", "request_", "early", "then"), ROWS)
async def test_commands_go_by_it(before: list[str], seconds: float, request_: str, early: bytes, then: bytes) -> None:
    for passed, expected in ((seconds - 0.001, early), (seconds, then)):
        async with frozen() as it:
            for request in before:
                await it.ask(request)
            it.server.advance(passed)
            assert await it.ask(request_) == expected


# What waits, for how many seconds, and how it is answered then.
WAITS = [
    ("BLPOP l 10", 10, NULL_ARRAY),
    ("BLPOP l 0.5", 0.5, NULL_ARRAY),
    ("BLMOVE a b LEFT LEFT 10", 10, NULL_ARRAY),
    ("BZPOPMIN z 10", 10, NULL_ARRAY),
    ("XREAD BLOCK 1500 STREAMS s $", 1.5, NULL_ARRAY),
]


@pytest.mark.parametrize(("request_", "seconds", "reply"), WAITS)
async def test_commands_wait_by_it(request_: str, seconds: float, reply: bytes) -> None:
    async with frozen() as it:
        await it.begin(request_, "waits")
        it.server.advance(seconds - 0.001)
        assert it.told("waits") == b""
        it.server.advance(0.001)
        assert it.told("waits") == reply  # at once: the loop had no turn
        assert await it.talker("waits").read() == reply
        assert await it.ask("PING", "waits") == b"+PONG\r\n"


async def test_the_machines_time_does_nothing_while_it_stands() -> None:
    async with frozen(timeout=1) as it:
        await it.ask("SET k v PX 1")
        await it.begin("BLPOP l 0.001", "waits")
        [timer] = it.server.connections.timers._waiting
        assert timer.handle is None
        ticks = 0
        tick = it.server.connections.tick

        def count(now: int) -> None:
            nonlocal ticks
            ticks += 1
            tick(now)

        it.server.connections.tick = count  # type: ignore[method-assign]
        await until_in_loop(lambda: ticks == 2)  # some 200 ms
        assert await it.ask("PTTL k") == b":1\r\n"
        assert it.told("waits") == b""
        assert it.clock.is_frozen and it.clock.now == AT


async def test_a_key_that_expires_is_told_before_anybody_asks() -> None:
    async with frozen(notify_keyspace_events="Ex") as it:
        await it.ask("SUBSCRIBE __keyevent@0__:expired", "listens")
        await it.ask("SET late v EX 20")
        await it.ask("SET early v EX 10")
        it.server.advance(30)
        told = it.told("listens")
        assert told.index(b"early") < told.index(b"late")


async def test_all_keys_that_are_due_expire_however_many() -> None:
    async with frozen() as it:
        for number in range(30_000):
            it.server.state.databases[number % 3].set_until(b"%d" % number, b"v", int(AT * 1000) + 1000 + number % 100)
        it.server.advance(1.05)
        assert sum(len(db.values) for db in it.server.state.databases) == 30_000 - 300 * 51
        it.server.advance(1)
        assert not any(db.values for db in it.server.state.databases)


async def test_what_a_client_sent_behind_a_wait_runs_when_that_ends_not_when_all_has_passed() -> None:
    async with frozen() as it:
        it.talker("waits").transport.write(words("BLPOP l 5") + words("XADD s * f v") + words("BLPOP l 10"))
        await until_in_loop(lambda: len(it.server.connections.timers))
        it.server.advance(14.999)
        id_ = b"$15\r\n1700000005000-0\r\n"
        assert it.told("waits") == NULL_ARRAY + id_
        it.server.advance(0.001)
        assert it.told("waits") == NULL_ARRAY + id_ + NULL_ARRAY


async def test_waits_end_in_the_order_of_their_times() -> None:
    """The one that ends first pushes for the one that would end later."""
    async with frozen() as it:
        await it.begin("BLPOP other 20", "served")
        it.talker("serves").transport.write(words("BLPOP l 10") + words("RPUSH other x"))
        await until_in_loop(lambda: len(it.server.connections.timers) == 2)
        it.server.advance(60)
        assert it.told("served") == b"*2\r\n$5\r\nother\r\n$1\r\nx\r\n"
        assert it.told("serves") == NULL_ARRAY + b":1\r\n"


async def test_a_wait_whose_key_expires_first_ends_by_that() -> None:
    async with frozen() as it:
        await it.ask("XGROUP CREATE s g $ MKSTREAM")
        await it.ask("EXPIRE s 5")
        await it.begin("XREADGROUP GROUP g c BLOCK 10000 STREAMS s >", "waits")
        it.server.advance(60)
        assert it.told("waits").startswith(b"-NOGROUP") or it.told("waits").startswith(b"-UNBLOCKED")


@pytest.mark.parametrize("kind", ["ALL", "WRITE"])
async def test_a_pause_goes_by_it(kind: str) -> None:
    async with frozen() as it:
        await it.ask("SET k v PX 500")
        await it.ask(f"CLIENT PAUSE 1000 {kind}")
        await it.begin("SET other v", "waits")
        it.server.advance(0.999)
        assert it.told("waits") == b"" and len(it.server.state.databases[0].values) == 1
        it.server.advance(0.001)
        assert it.told("waits") == OK
        assert await it.ask("EXISTS k other") == b":1\r\n"


async def test_a_server_that_sleeps_wakes_by_it() -> None:
    async with frozen(enable_debug_command="yes") as it:
        await it.begin("DEBUG SLEEP 3", "sleeps")
        await it.begin("PING", "waits")
        it.server.advance(3)
        assert it.told("sleeps") == OK and it.told("waits") == b"+PONG\r\n"


async def test_idle_clients_are_closed_by_it_and_those_that_wait_are_not() -> None:
    async with frozen(timeout=60) as it:
        await it.ask("PING", "idle")
        await it.ask("SUBSCRIBE news", "listens")
        await it.begin("BLPOP l 600", "waits")
        it.server.advance(30)
        await it.ask("PING", "busy")
        it.server.advance(31)
        assert it.talker("idle").transport.peer.is_closing()  # type: ignore[attr-defined]
        assert await it.talker("idle").read() == b""
        for name in ("listens", "waits", "busy"):
            assert not it.talker(name).transport.peer.is_closing()  # type: ignore[attr-defined]


async def test_ages_and_idle_times_are_by_it() -> None:
    async with frozen() as it:
        await it.ask("PING", "other")
        it.server.advance(77)
        assert b" age=77 idle=77 " in (await it.ask("CLIENT LIST"))


async def test_the_server_grows_older_by_it() -> None:
    server = Server(listen=False)
    server.clock.freeze()
    async with server:
        server.advance(77)
        assert b"uptime_in_seconds:77\r" in await Frozen(server).ask("INFO server")


async def test_a_soft_limit_of_output_counts_by_it() -> None:
    limit = "normal 0 1000 60 replica 0 0 0 pubsub 0 0 0"
    async with frozen(client_output_buffer_limit=limit) as it:
        reader = it.talker("does not read")
        reader.transport.pause_reading()
        reader.transport.write(words("ECHO " + "x" * 400_000))
        await until_in_loop(lambda: it.told("does not read"))
        it.server.advance(60)
        await asyncio.sleep(0)
        assert not reader.lost.done()
        it.server.advance(0.001)
        assert isinstance(await reader.wait_lost(), ConnectionResetError)


async def test_who_lingers_is_aborted_by_it() -> None:
    async with frozen() as it:
        lingers = it.talker("lingers")
        lingers.transport.pause_reading()
        lingers.transport.write(words("QUIT"))
        await until_in_loop(lambda: it.told("lingers"))
        it.server.advance(LINGER_MS / 1000 + 1)  # it is given another chance
        it.server.advance(LINGER_MS / 1000 + 1)
        assert isinstance(await lingers.wait_lost(), ConnectionResetError)


# -- the clock itself -------------------------------------------------------------------------------------------------


async def test_it_may_be_moved_while_it_runs() -> None:
    async with Server(listen=False) as server:
        it = Frozen(server)
        await it.ask("SET k v EX 3600")
        await it.begin("BLPOP l 3600", "waits")
        before = time.time()
        server.advance(3600)
        assert it.told("waits") == NULL_ARRAY and await it.ask("EXISTS k") == b":0\r\n"
        assert before + 3600 - 0.01 <= it.clock.now <= time.time() + 3600 and not it.clock.is_frozen
        it.talker("waits").received.clear()
        assert await it.ask("BLPOP l 0.001", "waits") == NULL_ARRAY


async def test_it_runs_on_from_where_it_stands_and_waits_end_by_themselves() -> None:
    async with frozen() as it:
        await it.begin("BLPOP l 5", "waits")
        it.server.advance(4.999)
        it.clock.unfreeze()
        it.clock.unfreeze()
        assert not it.clock.is_frozen
        assert await it.talker("waits").read() == NULL_ARRAY
        assert AT + 5 - 0.01 <= it.clock.now < AT + 4000


async def test_it_may_be_frozen_again_and_elsewhere() -> None:
    async with frozen() as it:
        it.clock.freeze()
        assert it.clock.now == AT
        await it.begin("BLPOP l 10", "waits")
        it.clock.freeze(AT - 100)
        assert it.clock.now == AT - 100 and it.told("waits") == b""
        it.clock.freeze(AT + 10)
        assert it.told("waits") == NULL_ARRAY


async def test_reset_is_the_machines_time_again() -> None:
    async with frozen() as it:
        await it.ask("SET k v EX 10")
        it.clock.reset()
        assert not it.clock.is_frozen and abs(it.clock.now - time.time()) < 60
        assert await it.ask("EXISTS k") == b":0\r\n"


@pytest.mark.parametrize("seconds", [-1, -0.001, float("nan"), float("inf")])
async def test_time_does_not_pass_backwards(seconds: float) -> None:
    async with frozen() as it:
        with pytest.raises(ValueError, match="time passes forward"):
            it.server.advance(seconds)
        assert it.clock.now == AT


async def test_a_server_may_be_frozen_before_it_starts() -> None:
    server = Server(listen=False)
    server.clock.freeze(AT)
    async with server:
        assert await Frozen(server).ask("XADD s * f v") == b"$15\r\n1700000000000-0\r\n"


async def test_a_client_with_slow_commands_has_its_turns_while_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "TURN_MICROSECONDS", 0)  # each is the last of its turn
    async with frozen() as it:
        it.talker().transport.write(words("KEYS *") * 10)
        assert await it.talker().read_exactly(40) == b"*0\r\n" * 10


def test_a_thread_has_the_same_clock() -> None:
    with run_in_thread(listen=False) as server:
        server.clock.freeze(AT)
        assert server.clock.is_frozen and server.clock.now == AT
        server.advance(1.5)
        assert server.clock.now == AT + 1.5
        with pytest.raises(ValueError):
            server.advance(-1)
        server.clock.unfreeze()
        assert not server.clock.is_frozen
        server.clock.reset()
        assert abs(server.clock.now - time.time()) < 60
    with pytest.raises(RuntimeError):
        server.advance(1)
