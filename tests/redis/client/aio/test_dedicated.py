"""A client on a link of its own, and transactions that watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from framewire.redis import Server
from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import ConnectionError, ExecAbortError, NoPermissionError, ResponseError, WatchError
from framewire.redis.client.fates import Fate
from tests.redis.client.aio.scripted import Peer, no_complaints, scripted, silent
from tests.waiting import until_in_loop


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as running:
        yield running


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
async def client(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[Client]:
    url = f"redis://127.0.0.1:{server.port}"
    async with Client.from_url(url, protocol=request.param, max_connections=1) as made:
        yield made


# -- a link of one's own ----------------------------------------------------------------------------------------------


async def test_what_changes_a_link_changes_its_own_alone(client: Client) -> None:
    async with client.dedicated() as own:
        await own.execute("SELECT", 3)
        await own.set("k", "3")
        assert await client.get("k") is None
        assert await own.text.get("k") == "3"
    assert await client.db(3).get("k") == b"3"


async def test_a_link_that_was_changed_is_not_lent_again(client: Client) -> None:
    ids = []
    for statement in (["PING"], ["CLIENT", "ID"], None, None):
        async with client.dedicated() as own:
            ids.append(await own.client_id())
            if statement:
                await own.execute(*statement)
    assert len(set(ids)) == 3, "nobody knows what execute has done"
    assert ids[2] == ids[3]


async def test_outside_of_its_block_it_is_of_no_use(client: Client) -> None:
    own = client.dedicated()
    with pytest.raises(ConnectionError, match="block"):
        own.get("a")
    async with own:
        assert await own.get("a") is None
    with pytest.raises(ConnectionError, match="block"):
        own.get("a")


async def test_after_a_loss_every_call_says_so() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[0] == b"INCRBY":
            return peer.hang_up()
        return b"+PONG\r\n"

    with no_complaints():
        async with scripted(answer) as server, Client.from_url(server.url) as client, client.dedicated() as own:
            with pytest.raises(ConnectionError) as caught:
                await own.incr("n")
            assert caught.value.fate is Fate.UNKNOWN
            for _ in range(2):
                with pytest.raises(ConnectionError, match="gone") as caught:
                    await own.ping()
                assert caught.value.fate is Fate.NOT_EXECUTED
                with pytest.raises(ConnectionError, match="gone"):
                    await own.text.get("a")
                pipeline = own.pipeline()
                pipeline.get("a")
                with pytest.raises(ConnectionError, match="gone"):
                    await pipeline.execute()
            assert server.connects == 1


async def test_a_link_with_an_answer_to_come_is_not_lent_again() -> None:
    async with scripted(silent) as server, Client.from_url(server.url, max_connections=1) as client:
        async with client.dedicated() as own:
            call = own.get("a")
            await server.came(1)
            call.cancel()
        async with client.dedicated():
            assert server.connects == 2


# -- transactions -----------------------------------------------------------------------------------------------------


async def test_a_watched_key_that_changes(client: Client) -> None:
    with pytest.raises(WatchError) as caught:
        async with client.transaction("k") as t:
            assert await t.watched.get("k") is None
            await client.set("k", "theirs")
            t.set("k", "ours")
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert await client.get("k") == b"theirs"
    async with client.transaction("k") as t:
        t.set("k", await t.watched.get("k") + b"!")
    assert await client.get("k") == b"theirs!"


async def test_a_block_that_raises_watches_no_more_and_sends_nothing(client: Client) -> None:
    with pytest.raises(ZeroDivisionError):
        async with client.transaction("k") as t:
            t.set("k", "ours")
            raise ZeroDivisionError
    assert await client.get("k") is None
    async with client.transaction("k") as t:
        await client.set("k", "theirs")
        t.get("k")
        with pytest.raises(WatchError):
            await t.execute()


async def test_a_link_that_is_lost_watches_nothing(client: Client) -> None:
    with pytest.raises(WatchError, match="gone") as caught:
        async with client.transaction("k") as t:
            number = await t.watched.client_id()
            await client.client_kill_filter(_id=number)
            own = t._dedicated._own
            assert own is not None
            await until_in_loop(lambda: own.lost)
            t.set("k", "ours")
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert await client.get("k") is None


async def test_a_link_that_is_lost_before_what_it_watched_was_read_is_an_error_of_watch(client: Client) -> None:
    with pytest.raises(WatchError, match="gone") as caught:
        async with client.transaction("k") as t:
            number = await t.watched.client_id()
            await client.client_kill_filter(_id=number)
            await t.watched.get("k")
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert isinstance(caught.value.__cause__, ConnectionError)


async def test_a_link_that_is_lost_with_exec_on_it_leaves_the_fate_unknown() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        return peer.hang_up() if words[0] == b"EXEC" else b"+OK\r\n"

    async with scripted(answer) as server, Client.from_url(server.url) as client:
        with pytest.raises(ConnectionError) as caught:
            async with client.transaction("k") as t:
                place = t.set("k", "ours")
        assert caught.value.fate is Fate.UNKNOWN
        assert place.exception() is caught.value


async def test_a_watch_that_is_refused_gives_its_link_back(client: Client) -> None:
    for _ in range(2):
        with pytest.raises(ResponseError):
            async with client.transaction() as t:
                t.execute_command("SET", "k")
                with pytest.raises(ExecAbortError):
                    await t.execute()
                t.execute_command("NONE")
                raise ResponseError("as it is meant to be")
    async with asyncio.timeout(10), client.dedicated() as own:
        assert await own.ping()


async def test_where_multi_is_refused_the_commands_have_run_and_their_user_is_told() -> None:
    """Of Redis: a user whose rules are `+@all -multi`."""
    answers = {b"MULTI": b"-NOPERM User u has no permissions to run the 'multi' command\r\n", b"INCRBY": b":1\r\n",
               b"EXEC": b"-ERR EXEC without MULTI\r\n"}  # fmt: skip
    async with scripted(lambda _, words: answers[words[0]]) as server, Client.from_url(server.url) as client:
        pipeline = client.pipeline(transaction=True)
        place = pipeline.incr("n")
        with pytest.raises(NoPermissionError, match="in no transaction") as caught:
            await pipeline.execute()
        assert caught.value.fate is Fate.EXECUTED
        assert place.result() == 1


async def test_a_transaction_of_refused_commands_runs_nothing(client: Client) -> None:
    pipeline = client.pipeline(transaction=True)
    good, bad = pipeline.incr("n"), pipeline.execute_command("NONE")
    with pytest.raises(ExecAbortError, match="unknown command") as caught:
        await pipeline.execute()
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert isinstance(good.exception(), ExecAbortError)
    assert isinstance(bad.exception(), ResponseError)
    assert await client.get("n") is None


