"""A client behind Sentinel, from asyncio and from threads: which server hears its commands, whatever happens.

The sentinels and the servers are scripted; real ones are in `tests/against/test_sentinel.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ConnectionError, MasterNotFoundError, ReadOnlyError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.redis.sentinel.world import World, world
from tests.waiting import PATIENCE, until_in_loop


class Calls:
    """A client of either way, called from the loop of the test."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def __call__(self, name: str, *args: Any) -> Any:
        if isinstance(self.client, Client):
            return await getattr(self.client, name)(*args)
        return await asyncio.to_thread(getattr(self.client, name), *args)

    async def set(self, value: str) -> Any:
        return await self("set", "key", value)

    async def get(self) -> Any:
        return await self("get", "key")


NO_HURRY = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
"""What hangs is given up by what the test does, and not because the machine is slow."""


@asynccontextmanager
async def client_of(kind: type, there: World | str, **options: Any) -> AsyncIterator[Calls]:
    url = there if isinstance(there, str) else there.url
    client = kind.from_url(url, **{**NO_HURRY, **options})  # type: ignore[attr-defined]
    try:
        yield Calls(client)
    finally:
        await client.aclose() if isinstance(client, Client) else await asyncio.to_thread(client.close)


@pytest.fixture(params=[Client, BlockingClient], ids=["asyncio", "threads"])
def kind(request: pytest.FixtureRequest) -> type:
    return request.param  # type: ignore[no-any-return]


async def test_commands_go_to_the_primary(kind: type) -> None:
    async with world() as there, client_of(kind, there) as call:
        await call.set("a")
        assert await call.get() == b"a"
        assert [store.heard != [] for store in there.stores] == [True, False]


async def test_all_its_links_go_there(kind: type) -> None:
    """Those of blocking commands, and those of other databases."""
    async with world() as there, client_of(kind, there) as call:
        await call("blpop", "list", 1)
        other = Calls(call.client.db(3))
        await other.set("a")
        assert [words[0] for words in there.stores[0].heard] == [b"BLPOP", b"SET"]
        assert not there.stores[1].heard


async def test_links_are_opened_without_asking_again_while_a_switch_would_be_heard(kind: type) -> None:
    async with world() as there, client_of(kind, there) as call:
        await call.get()
        await until_in_loop(lambda: there.listeners() == 3)
        await call("blpop", "list", 1)
        await until_in_loop(lambda: sum(sentinel.asked for sentinel in there.sentinels) >= 2)  # once each has begun
        asked = sum(sentinel.asked for sentinel in there.sentinels)
        for peer in there.stores[0].server.peers:
            peer.hang_up()
        await call.get()
        # Those that had begun to listen may have asked once more; nobody has asked for the new link's sake.
        assert sum(sentinel.asked for sentinel in there.sentinels) <= max(asked, 4)


# -- a switch ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told_by", [None, 0, 2])
async def test_a_switch_is_heard_and_the_old_primary_never_written_to_again(kind: type, told_by: int | None) -> None:
    async with world() as there, client_of(kind, there) as call:
        await call.set("a")
        await until_in_loop(lambda: there.listeners() == 3)
        old, written = there.stores[0], list(there.stores[0].heard)
        new = there.promote(1, told_by=told_by)  # the old one still thinks that it is one, and answers
        await until_in_loop(lambda: old.server.open == 0)
        for value in ("b", "c"):
            await call.set(value)
        assert new.value == b"c"
        assert old.heard == written


async def test_what_waits_at_a_primary_that_hangs_is_asked_of_the_new_one(kind: type) -> None:
    async with world() as there, client_of(kind, there) as call:
        await call.set("a")
        await until_in_loop(lambda: there.listeners() == 3)
        there.stores[0].hangs = True
        waiting = asyncio.ensure_future(call.get())
        counting = asyncio.ensure_future(call("incr", "n"))
        await until_in_loop(lambda: {b"GET", b"INCRBY"} <= {words[0] for words in there.stores[0].server.requests})
        there.promote(1).value = b"new"
        assert await waiting == b"new"  # reading may be repeated
        with pytest.raises(ConnectionError, match=r"was left: the (sentinel \S+ says \+switch|primary is )") as lost:
            await counting  # counting may not
        assert lost.value.fate is Fate.UNKNOWN


async def test_a_link_that_is_being_opened_to_a_primary_that_hangs_is_left_too(kind: type) -> None:
    async with world() as there, client_of(kind, there) as call:
        await call.get()
        await until_in_loop(lambda: there.listeners() == 3)
        there.stores[0].hangs = True
        for peer in there.stores[0].server.peers:
            peer.hang_up()
        waiting = asyncio.ensure_future(call.set("a"))
        connects = there.stores[0].server.connects
        await until_in_loop(lambda: there.stores[0].server.connects > connects)
        new = there.promote(1)
        await waiting
        assert new.value == b"a"


async def test_a_switch_that_nobody_has_told_of_is_found_when_the_primary_is_lost(kind: type) -> None:
    async with world() as there, client_of(kind, there) as call:
        await call.set("a")
        await until_in_loop(lambda: there.listeners() == 3)
        new = there.promote(1, told_by=-1)
        there.stores[0].role = b"slave"
        for peer in there.stores[0].server.peers:
            peer.hang_up()
        await call.set("b")
        assert (new.value, there.stores[0].value) == (b"b", b"a")


async def test_what_was_published_while_a_listener_was_lost_is_asked_for(kind: type) -> None:
    async with world(sentinels=1) as there, client_of(kind, there) as call:
        await call.set("a")
        await until_in_loop(lambda: there.listeners() == 1)
        sentinel, old = there.sentinels[0], there.stores[0]
        for peer in sentinel.listeners:
            peer.hang_up()
        sentinel.listeners.clear()
        there.promote(1)
        await until_in_loop(lambda: old.server.open == 0)
        await call.set("b")
        assert (there.stores[1].value, old.value) == (b"b", b"a")


async def test_a_primary_that_has_become_a_replica_is_found_out_by_its_refusal(kind: type) -> None:
    async with world() as there, client_of(kind, there) as call:
        await call.set("a")
        await until_in_loop(lambda: there.listeners() == 3)
        there.stores[0].role = b"slave"
        new = there.promote(1, told_by=-1)
        await call.set("b")
        assert new.value == b"b"


async def test_a_refusal_that_does_not_pass_is_told(kind: type) -> None:
    async with world() as there, client_of(kind, there, retry=Retry(2, 0.0, 0.0)) as call:
        await call.set("a")
        there.stores[0].role = b"slave"  # and no sentinel knows of another
        with pytest.raises(ReadOnlyError) as refused:
            await call.set("b")
        assert refused.value.fate is Fate.NOT_EXECUTED


# -- sentinels --------------------------------------------------------------------------------------------------------


async def test_a_server_that_is_no_primary_is_not_used_whatever_a_sentinel_says(kind: type) -> None:
    async with world() as there, client_of(kind, there, retry=Retry(1, 0.0, 0.0)) as call:
        there.stores[0].role = b"slave"
        with pytest.raises(ConnectionError, match="no primary: its role is 'slave'"):
            await call.get()
        assert not there.stores[0].heard


async def test_sentinels_that_are_gone_or_hang_are_passed_over(kind: type) -> None:
    async with world() as there, client_of(kind, there) as call:
        there.sentinels[0].hangs = True
        there.sentinels[1].server.stop_listening()
        await call.set("a")
        assert there.stores[0].value == b"a"


@pytest.mark.parametrize(("service", "text"), [
    ("mymaster", r"'mymaster': .*says nothing|could not connect"),
    ("other", r"'other': knows no such service \(2 of 3"),
])  # fmt: skip
async def test_where_no_primary_is_found_each_sentinel_is_quoted(kind: type, service: str, text: str) -> None:
    async with world() as there:
        if service == "mymaster":
            for sentinel in there.sentinels:
                sentinel.hangs = True
        there.sentinels[2].hangs = True
        url = there.url.replace("/mymaster", f"/{service}")
        hurry = {"socket_connect_timeout": 0.2, "retry": Retry(0)}
        async with client_of(kind, url, **hurry) as call:
            with pytest.raises(MasterNotFoundError, match=text) as caught:
                await call.get()
            for sentinel in there.sentinels:
                assert f"127.0.0.1:{sentinel.server.port}" in str(caught.value)
            assert caught.value.fate is Fate.NOT_EXECUTED


async def test_other_sentinels_are_learnt(kind: type) -> None:
    async with world() as there:
        url = f"redis+sentinel://127.0.0.1:{there.sentinels[0].server.port}/mymaster"
        async with client_of(kind, url) as call:
            await call.set("a")
            await until_in_loop(lambda: there.listeners() == 3)
            there.sentinels[0].hangs = True
            there.sentinels[0].server.stop_listening()
            there.promote(1, told_by=1)
            await until_in_loop(lambda: there.stores[0].server.open == 0)
            await call.set("b")
            assert there.stores[1].value == b"b"


# -- replicas ---------------------------------------------------------------------------------------------------------

READING = {"read_from": "any"}


async def test_reads_go_to_a_replica_if_they_may(kind: type) -> None:
    async with world(stores=3) as there, client_of(kind, there, **READING) as call:
        for store in there.stores[1:]:
            store.value = b"behind"
        await call.set("a")
        assert await call.get() == b"behind"
        assert [words[0] for words in there.stores[0].heard] == [b"SET"]


BROKEN: list[Callable[[World], object]] = [
    lambda there: there.stores[1].server.stop_listening(),
    lambda there: setattr(there.stores[1], "refusal", b"LOADING Redis is loading the dataset in memory"),
    lambda there: setattr(there.stores[1], "refusal", b"MASTERDOWN Link with MASTER is down"),
    lambda there: [setattr(sentinel, "replicas", []) for sentinel in there.sentinels],
]


@pytest.mark.parametrize("broken", BROKEN, ids=["gone", "loading", "masterdown", "none"])
async def test_where_no_replica_can_be_read_the_primary_is(kind: type, broken: Callable[[World], object]) -> None:
    async with world() as there, client_of(kind, there, **READING) as call:
        broken(there)
        there.stores[0].value = b"here"
        assert await call.get() == b"here"


async def test_a_replica_that_a_sentinel_says_is_down_is_left(kind: type) -> None:
    async with world(stores=3) as there, client_of(kind, there, **READING) as call:
        await call.get()
        await until_in_loop(lambda: there.listeners() == 3)
        used = next(store for store in there.stores[1:] if store.heard)
        used.hangs = True
        waiting = asyncio.ensure_future(call.get())
        host, port = used.address
        for sentinel in there.sentinels:
            sentinel.replicas.remove(used.address)
        await until_in_loop(lambda: used.server.requests[-1][0] == b"GET")
        there.sentinels[1].publish("+sdown", f"slave {host}:{port} {host} {port} @ mymaster 127.0.0.1 1")
        assert await waiting == b"none"
        await until_in_loop(lambda: used.server.open == 0)


async def test_a_replica_that_comes_is_read_from(kind: type) -> None:
    async with world() as there, client_of(kind, there, **READING) as call:
        for sentinel in there.sentinels:
            sentinel.replicas.clear()
        await call.get()
        await until_in_loop(there.is_quiet)
        host, port = there.stores[1].address
        there.stores[1].value = b"replica"
        for sentinel in there.sentinels:
            sentinel.replicas.append((host, port))
        there.sentinels[0].publish("+slave", f"slave {host}:{port} {host} {port} @ mymaster 127.0.0.1 1")
        await until_in_loop(lambda: there.stores[0].server.open == 0)
        assert await call.get() == b"replica"


@pytest.mark.parametrize("read_from", ["nearest", "zone"])
def test_what_sentinels_cannot_tell_is_refused(kind: type, read_from: str) -> None:
    with pytest.raises(ValueError, match="is for clusters"):
        kind.from_url("redis+sentinel://h/s", read_from=read_from, zone="a")  # type: ignore[attr-defined]


# -- who it is, and the end -------------------------------------------------------------------------------------------


async def test_sentinels_and_servers_have_passwords_of_their_own(kind: type) -> None:
    who = {"username": "u", "password": "p", "sentinel_username": "su", "sentinel_password": "sp"}
    async with world() as there, client_of(kind, there, protocol=2, **who) as call:
        await call.get()
        assert [b"AUTH", b"u", b"p"] in there.stores[0].server.requests
        assert [b"AUTH", b"su", b"sp"] in there.sentinels[0].server.requests
        both = [*there.stores[0].server.requests, *there.sentinels[0].server.requests]
        assert sum(words[0] == b"AUTH" and words[1] == b"su" for words in there.stores[0].server.requests) == 0
        assert not any(b"p" in words for words in both if words[0] == b"AUTH" and words[1] == b"su")


async def test_a_client_that_is_closed_leaves_nobody_listening(kind: type) -> None:
    async with world() as there:
        async with client_of(kind, there, **READING) as call:
            await call.set("a")
            await call.get()
            await until_in_loop(lambda: there.listeners() == 3)
        await until_in_loop(lambda: not any(one.server.open for one in (*there.sentinels, *there.stores)))
        with pytest.raises(RedisError, match="closed"):
            await call.set("b")


def test_it_begins_anew_in_the_next_loop() -> None:
    client: Client

    async def once(there: World) -> None:
        assert await client.set("key", "a")
        assert there.stores[0].value == b"a"
        await until_in_loop(lambda: there.listeners() > 0)

    async def first() -> None:
        nonlocal client
        async with world() as there:
            client = Client.from_url(there.url, **NO_HURRY)
            ports.extend(one.server.port for one in (*there.sentinels, *there.stores))
            await once(there)

    async def second() -> None:
        async with world(ports=ports) as there:
            await once(there)
            await client.aclose()

    ports: list[int] = []
    asyncio.run(first())
    asyncio.run(second())
