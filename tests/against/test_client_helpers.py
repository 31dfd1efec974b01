"""What helps users of the clients, on every server and in both protocols: scans, scripts, locks."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from framewire.redis.client import locking
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import LockError, LockNotOwnedError, NoScriptError, ResponseError, WatchError
from framewire.redis.client.hooks import Begun
from tests.against.client_calls import Address
from tests.waiting import PATIENCE, until, until_in_loop

Make = Callable[..., Any]


@pytest.fixture(params=[2, 3])
async def clients(request: pytest.FixtureRequest, any_server: tuple[str, Address]) -> AsyncIterator[Make]:
    """Makes clients for asyncio."""
    made: list[Client] = []

    def make(**options: Any) -> Client:
        address = any_server[1]
        made.append(Client(address.host, address.port, protocol=request.param, **options))
        return made[-1]

    await make().flushall()
    yield make
    for client in made:
        await client.aclose()


@pytest.fixture
def client(clients: Make) -> Client:
    return clients()  # type: ignore[no-any-return]


@pytest.fixture(params=[2, 3])
def blocking_clients(request: pytest.FixtureRequest, any_server: tuple[str, Address]) -> Iterator[Make]:
    """Makes clients for threads."""
    made: list[BlockingClient] = []

    def make(**options: Any) -> BlockingClient:
        address = any_server[1]
        made.append(BlockingClient(address.host, address.port, protocol=request.param, **options))
        return made[-1]

    make().flushall()
    yield make
    for client in made:
        client.close()


@pytest.fixture
def blocking(blocking_clients: Make) -> BlockingClient:
    return blocking_clients()  # type: ignore[no-any-return]


class Calls(Counter[str]):
    """A hook that counts calls by their names."""

    def begins(self, call: Begun) -> None:
        self[call.name] += 1

    def ends(self, call: Begun, token: Any, error: BaseException | None) -> None:
        pass


def counting(client: BlockingClient) -> Counter[str]:
    """Counts the calls of a client from now on."""
    calls, send = Counter[str](), client._call

    def call(request: Any, *args: Any) -> Any:
        calls[request[0].decode()] += 1
        return send(request, *args)

    client._call = call  # type: ignore[method-assign]
    return calls


# -- scans ------------------------------------------------------------------------------------------------------------

NUMBERS = [str(number).encode() for number in range(1000)]


async def test_everything_is_found(client: Client) -> None:
    await client.mset({number: "x" for number in NUMBERS})
    assert {key async for key in client.scan_iter()} == {*NUMBERS}
    assert {key async for key in client.scan_iter(count=5000)} == {*NUMBERS}
    assert {key async for key in client.text.scan_iter("99*", count=100)} == {"99", *(f"99{n}" for n in range(10))}
    await client.sadd("set", *NUMBERS)
    assert {key async for key in client.scan_iter(_type="set")} == {b"set"}
    assert {item async for item in client.sscan_iter("set")} == {*NUMBERS}
    await client.hset("hash", mapping={number: b"v" + number for number in NUMBERS})
    assert dict([item async for item in client.hscan_iter("hash")]) == {number: b"v" + number for number in NUMBERS}
    await client.zadd("zset", {number: int(number) for number in NUMBERS})
    assert dict([item async for item in client.text.zscan_iter("zset", "99")]) == {"99": 99.0}
    assert {score async for _, score in client.zscan_iter("zset", score_cast_func=int)} == {*range(1000)}


def test_by_a_thread_too(blocking: BlockingClient) -> None:
    blocking.mset({number: "x" for number in NUMBERS})
    assert {*blocking.scan_iter(count=300)} == {*NUMBERS}
    blocking.sadd("set", *NUMBERS)
    assert {*blocking.scan_iter(_type="set")} == {b"set"}
    assert {*blocking.text.sscan_iter("set", "99*")} == {"99", *(f"99{n}" for n in range(10))}
    blocking.hset("hash", mapping={number: b"v" + number for number in NUMBERS})
    assert dict(blocking.hscan_iter("hash")) == {number: b"v" + number for number in NUMBERS}
    blocking.zadd("zset", {number: int(number) for number in NUMBERS})
    assert dict(blocking.text.zscan_iter("zset", "99")) == {"99": 99.0}


async def test_fields_without_their_values(client: Client, any_server: tuple[str, Address]) -> None:
    await client.hset("hash", mapping={"a": 1, "b": 2})
    if any_server[0] in ("redis 7.0", "mini-redis"):  # which know no NOVALUES
        with pytest.raises(ResponseError):
            _ = [field async for field in client.hscan_iter("hash", no_values=True)]
    else:
        assert {field async for field in client.text.hscan_iter("hash", no_values=True)} == {"a", "b"}


async def test_what_is_not_there_and_what_is_of_another_kind(client: Client) -> None:
    assert [item async for item in client.sscan_iter("none")] == []
    await client.set("s", "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        _ = [item async for item in client.hscan_iter("s")]


async def test_an_iterator_that_is_left_asks_for_no_more(clients: Make) -> None:
    client = clients(hooks=[calls := Calls()])
    await client.mset({number: "x" for number in NUMBERS})
    keys = client.scan_iter(count=10)
    assert calls["SCAN"] == 0
    async for _ in keys:
        break
    assert calls["SCAN"] == 1


# -- scripts ----------------------------------------------------------------------------------------------------------


async def test_a_script_is_known_from_its_first_call_on(client: Client) -> None:
    await client.script_flush()
    script = client.register_script("return {KEYS[1], ARGV[1], redis.call('INCR', 'calls')}")
    assert await client.script_exists(script.sha) == [False]
    assert await script(["k"], ["v"]) == [b"k", b"v", 1]
    assert await client.script_exists(script.sha) == [True]
    assert await script(["k"], ["v"], client=client.text) == ["k", "v", 2]
    await client.script_flush()
    assert await asyncio.gather(*(script(["k"], [n]) for n in range(3))) == [[b"k", b"%d" % n, n + 3] for n in range(3)]


@pytest.mark.parametrize("transaction", [False, True])
async def test_in_a_pipeline_it_is_sent_with_it(client: Client, transaction: bool) -> None:
    await client.script_flush()
    script = client.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    async with client.pipeline(transaction=transaction) as pipeline:
        places = [script(["a"], [2], client=pipeline), script(["a"], [3], client=pipeline)]
        assert await client.script_exists(script.sha) == [False]
    assert [place.result() for place in places] == [2, 5]
    assert await client.script_exists(script.sha) == [True]
    await client.script_flush()
    script(["a"], [5], client=pipeline)  # a pipeline begins anew when it was executed
    assert await pipeline.execute() == [10]


async def test_errors_of_a_script(client: Client) -> None:
    with pytest.raises(ResponseError, match="compil"):
        await client.register_script("not lua")()
    calls = client.register_script("redis.call('INCR', 'ran') return redis.error_reply('NOSCRIPT of its own')")
    with pytest.raises(NoScriptError, match="of its own"):
        await calls()
    assert await client.get("ran") == b"1"


def test_scripts_of_threads(blocking: BlockingClient) -> None:
    blocking.script_flush()
    script = blocking.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    assert script(["a"], [2]) == 2
    blocking.script_flush()
    with blocking.pipeline(transaction=True) as pipeline:
        places = [script(["a"], [3], client=pipeline), script(["a"], [3], client=pipeline)]
    assert [place.result() for place in places] == [5, 8]


async def test_a_script_on_a_link_of_ones_own(client: Client) -> None:
    script = client.register_script("return 5")
    async with client.dedicated() as own:
        assert await script(client=own) == 5
        assert await own.register_script("return 'x'")() == b"x"


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are renewed long before they would expire."""
    monkeypatch.setattr(locking, "RENEWALS", 1000)


# -- locks ------------------------------------------------------------------------------------------------------------


async def test_one_holds_it_the_others_do_not(clients: Make) -> None:
    mine, yours = clients().lock("L"), clients().lock("L")
    assert not await mine.locked()
    assert await mine.acquire()
    assert await mine.owned() and await yours.locked() and not await yours.owned()
    assert not await yours.acquire(blocking=False)
    assert not await yours.acquire(blocking_timeout=0.01)
    with pytest.raises(LockError):
        await yours.release()
    await mine.release()
    assert await yours.acquire(blocking=False, token="mark")
    assert yours.token == b"mark" and await clients().get("L") == b"mark"
    await yours.release()
    with pytest.raises(LockError):
        await yours.release()


async def test_it_excludes(clients: Make) -> None:
    """What tasks of several clients count under it, they count once each."""
    store = clients()
    await store.set("count", 0)

    async def count(client: Client) -> None:
        async with client.lock("L"):
            seen = int(await client.get("count") or 0)
            await asyncio.sleep(0)
            await client.set("count", seen + 1)

    await asyncio.gather(*(count(client) for client in [clients() for _ in range(5)] for _ in range(20)))
    assert await store.get("count") == b"100"


def test_it_excludes_threads(blocking_clients: Make) -> None:
    store = blocking_clients()
    store.set("count", 0)

    def count(client: BlockingClient) -> None:
        for _ in range(10):
            with client.lock("L"):
                store.set("count", int(store.get("count") or 0) + 1)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, [client for client in [blocking_clients() for _ in range(4)] for _ in range(2)]))
    assert store.get("count") == b"80"


async def test_a_release_wakes_who_waits(clients: Make) -> None:
    """Who waits blocks on a list; without that message it would look again after a second, or much longer here."""
    mine, yours, looking = clients().lock("L"), clients(hooks=[calls := Calls()]).lock("L", sleep=1000), clients()
    await mine.acquire()
    waiting = asyncio.ensure_future(yours.acquire())
    await _until_blocked(looking)
    await mine.release()
    assert await waiting
    assert calls["BLPOP"] >= 1
    assert not await looking.exists("L:wake")  # it was taken
    await yours.release()


async def _until_blocked(client: Client, number: int = 1) -> None:
    async def blocked() -> bool:
        return bool((await client.info("clients"))["blocked_clients"] == number)

    await _until(blocked)


async def _until(condition: Callable[[], Awaitable[Any]]) -> None:
    """Ask again and again."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            pass


async def test_nothing_is_left_at_the_server_where_nobody_waited(client: Client) -> None:
    async with client.lock("L"):
        assert await client.keys() == [b"L"]
    assert await client.keys() == []


async def test_of_many_tasks_one_waits_at_the_server(clients: Make) -> None:
    """They stand in line at the client, and get it in the order in which they came."""
    client, got = clients(), []
    mine = client.lock("L")
    await mine.acquire()

    async def take(number: int) -> None:
        async with client.lock("L"):
            got.append(number)

    tasks = [asyncio.ensure_future(take(number)) for number in range(50)]
    await _until_blocked(clients())
    await mine.release()
    await asyncio.gather(*tasks)
    assert got == [*range(50)]


async def test_without_links_to_wait_on_it_is_polled(clients: Make) -> None:
    client = clients(max_connections=1, hooks=[calls := Calls()])
    async with client.dedicated():
        mine = clients().lock("L")
        await mine.acquire()
        waiting = asyncio.ensure_future(client.lock("L", sleep=0.001).acquire())
        await until_in_loop(lambda: calls["EVALSHA"] > 10)
        assert not calls["BLPOP"]
        await mine.release()
        assert await waiting


async def test_without_the_right_to_its_other_keys_too(clients: Make, client: Client) -> None:
    try:
        await client.acl_setuser("limited", enabled=True, passwords=["+pw"], commands=["+@all"], keys=["L"])
    except ResponseError:
        pytest.skip("this server has no ACL")
    limited = clients(username="limited", password="pw", hooks=[calls := Calls()])
    async with client.lock("L") as mine:
        taking = limited.lock("L", sleep=0.001)
        waiting = asyncio.ensure_future(taking.acquire())
        await until_in_loop(lambda: calls["EVALSHA"] > 5)
        assert await mine.owned()
    assert await waiting
    await taking.release()
    assert not await client.exists("L")
    await client.acl_deluser("limited")


async def test_an_expired_lock_is_taken(clients: Make) -> None:
    left_behind, yours = clients().lock("L", timeout=0.05, renew=False), clients().lock("L")
    await left_behind.acquire()
    assert await yours.acquire()
    with pytest.raises(LockNotOwnedError):
        left_behind.check()
    with pytest.raises(LockNotOwnedError):
        await left_behind.release()
    assert await yours.owned()


async def test_redis_pys_locks_and_ours_exclude_one_another(
    clients: Make, any_server: tuple[str, Address]
) -> None:
    redis = pytest.importorskip("redis")
    with redis.Redis(any_server[1].host, any_server[1].port) as other:
        theirs, ours = other.lock("L", timeout=60), clients().lock("L")
        assert await ours.acquire()
        assert not theirs.acquire(blocking=False)
        await ours.release()
        assert theirs.acquire(blocking=False)
        assert not await ours.acquire(blocking=False)
        waiting = asyncio.ensure_future(ours.acquire())
        await _until_blocked(clients())
        theirs.release()  # which tells nobody: it is seen when it is looked at again
        assert await waiting


async def test_it_is_kept_as_long_as_it_is_held(clients: Make, often: None) -> None:
    async with clients(hooks=[calls := Calls()]).lock("L") as lock:
        await until_in_loop(lambda: calls["EVALSHA"] >= 5)
        lock.check()
        assert await lock.owned()


async def test_time_is_added_and_set(client: Client) -> None:
    async with client.lock("L", timeout=50, renew=False) as lock:
        await lock.extend(50)
        assert 50_000 < await client.pttl("L") <= 100_000
        await lock.extend(300, replace_ttl=True)
        assert 200_000 < await client.pttl("L") <= 300_000
        await lock.reacquire()
        assert await client.pttl("L") <= 50_000
    async with client.lock("L", timeout=None) as lock:
        assert await client.ttl("L") == -1
        with pytest.raises(LockError):
            await lock.extend(1)
        with pytest.raises(LockError):
            await lock.reacquire()


async def test_a_block_whose_lock_is_lost_is_cancelled(clients: Make, client: Client) -> None:
    went_on = False
    with pytest.raises(LockNotOwnedError, match="lost while it was held"):
        async with clients().lock("L", timeout=0.2):
            await client.set("L", "somebody else")
            await asyncio.sleep(PATIENCE)
            went_on = True
    assert not went_on and await client.get("L") == b"somebody else"
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0


async def test_or_its_holder_is_called(clients: Make, client: Client) -> None:
    told: list[Any] = []
    lock = clients().lock("L", timeout=0.2, on_lost=told.append)
    with pytest.raises(LockNotOwnedError):
        async with lock:
            await client.delete("L")
            await until_in_loop(lambda: told)
            assert told == [lock] and lock.lost
            with pytest.raises(LockNotOwnedError):
                lock.check()


async def test_somebody_elses_cancellation_stays_theirs(client: Client) -> None:
    async def hold() -> None:
        async with client.lock("L"):
            await asyncio.sleep(PATIENCE)

    task = asyncio.ensure_future(hold())
    await _until(lambda: client.exists("L"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await client.exists("L")


async def test_a_loss_may_be_passed_over_when_it_is_released(client: Client) -> None:
    async with client.lock("L", raise_on_release_error=False):
        await client.delete("L")
    with pytest.raises(LockNotOwnedError):
        async with client.lock("L"):
            await client.delete("L")


async def test_who_is_cancelled_while_taking_it_leaves_nothing_behind(clients: Make) -> None:
    """Cancelled after any number of turns of the loop: in the end nobody has it."""
    client, looking = clients(), clients()

    async def gone() -> bool:
        return not await looking.exists("L")

    for turns in range(30):
        lock = client.lock("L")
        task = asyncio.ensure_future(lock.acquire())
        for _ in range(turns):
            await asyncio.sleep(0)
        if not task.cancel() or not (await asyncio.wait([task]))[0] or not task.cancelled():
            await lock.release()
        await _until(gone)


async def test_who_is_cancelled_while_waiting_leaves_the_others_in_line(clients: Make) -> None:
    client, looking = clients(), clients()
    mine = client.lock("L")
    await mine.acquire()
    waiting = [asyncio.ensure_future(client.lock("L").acquire()) for _ in range(3)]
    await _until_blocked(looking)
    waiting[0].cancel()
    waiting[1].cancel()
    await asyncio.wait(waiting[:2])
    await mine.release()
    assert await waiting[2]


async def test_what_watches_a_lock(client: Client) -> None:
    """A lock's key is a key: a transaction that watches it fails once the lock is lost."""
    async with client.lock("L", raise_on_release_error=False):
        with pytest.raises(WatchError):
            async with client.transaction("L") as transaction:
                await client.set("L", "somebody else")
                transaction.set("x", 1)


def test_threads_wait_for_it(blocking_clients: Make) -> None:
    mine, yours = blocking_clients().lock("L"), blocking_clients().lock("L", sleep=1000)
    assert mine.acquire()
    assert not yours.acquire(blocking=False) and not yours.acquire(blocking_timeout=0.01)
    looking = blocking_clients()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(lambda: yours.acquire() and yours.owned() and not yours.release())
        until(lambda: looking.info("clients")["blocked_clients"] == 1)
        mine.release()
        assert waiting.result(PATIENCE)


def test_each_thread_holds_it_for_itself(blocking: BlockingClient) -> None:
    lock = blocking.lock("L")
    with lock, ThreadPoolExecutor(1) as thread:
        assert lock.local.token == lock.token is not None
        assert thread.submit(lambda: lock.token).result() is None
        assert isinstance(thread.submit(lock.release).exception(), LockError)
        assert not thread.submit(lock.owned).result()
    shared = blocking.lock("L", thread_local=False)
    shared.acquire()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(shared.release).result()
    assert not shared.locked()


def test_one_thread_keeps_what_threads_hold_and_ends(blocking: BlockingClient, often: None) -> None:
    def keepers() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "framewire-locks"]

    calls = counting(blocking)
    with blocking.lock("A") as one, blocking.lock("B") as two:
        until(lambda: calls["EVALSHA"] >= 4)
        assert len(keepers()) == 1
        one.check(), two.check()
    until(lambda: not keepers())


def test_whose_lock_is_lost_is_called_by_that_thread(blocking: BlockingClient) -> None:
    told: list[Any] = []
    lock = blocking.lock("L", timeout=0.2, on_lost=told.append)
    lock.acquire()
    blocking.delete("L")
    until(lambda: told)
    assert told == [lock] and lock.lost
    with pytest.raises(LockNotOwnedError):
        lock.check()
    with pytest.raises(LockNotOwnedError):
        lock.release()


def test_and_one_that_raises_does_not_end_that_thread(
    blocking: BlockingClient, often: None, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(lock: Any) -> None:
        raise RuntimeError("of the user")

    calls = counting(blocking)
    lost, other = blocking.lock("L", timeout=0.2, on_lost=fail), blocking.lock("M")
    lost.acquire(), other.acquire()
    blocking.delete("L")
    until(lambda: "of the user" in caplog.text)
    before = calls["EVALSHA"]
    until(lambda: calls["EVALSHA"] > before)
    other.check()
    other.release()
