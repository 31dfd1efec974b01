"""One connection of the asyncio client: the handshake, deadlines, silence, loss."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.aio.link import BEAT_SECONDS, Link
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.errors import (
    ConnectionError,
    InvalidResponse,
    MaxConnectionsError,
    ResponseError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import HELLO, OLD, Peer, no_complaints, pong, scripted, silent
from tests.waiting import PATIENCE, until_in_loop

NEVER = Retry(retries=0)


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When links looked at their clocks."""
    times: list[float] = []
    beat = Link._beat

    def counted(link: Link) -> None:
        times.append(link.loop.time())
        beat(link)

    monkeypatch.setattr(Link, "_beat", counted)
    return times


async def passed(seconds: float) -> None:
    """Wait for so long: beats are counted meanwhile, and fewer where the machine is busy."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    await until_in_loop(lambda: loop.time() > end)


# -- the handshake ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_a_greeting_in_pieces(size: int) -> None:
    async def dribble(peer: Peer, data: bytes) -> None:
        for start in range(0, len(data), size):
            peer.say(data[start : start + size])
            await asyncio.sleep(0)

    tasks = []

    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[0] == b"HELLO":
            tasks.append(asyncio.create_task(dribble(peer, HELLO)))
            return None
        return b"+OK\r\n" if words[0] == b"CLIENT" else b"+PONG\r\n"

    async with scripted(answer, greets=False) as server, Client.from_url(server.url) as client:
        assert await client.ping()


@pytest.mark.parametrize("refusal", [OLD, b"-ERR unsupported command\r\n", b"-NOPROTO sorry, this protocol version"
                                     b" is not supported\r\n"])  # fmt: skip
async def test_a_server_without_hello_is_spoken_to_in_resp2(refusal: bytes) -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes:
        return {b"HELLO": refusal, b"CLIENT": b"-ERR unknown command 'CLIENT'\r\n"}.get(words[0], b"+OK\r\n")

    async with scripted(answer, greets=False) as server:
        async with Client.from_url(server.url, db=3, password="secret") as client:
            await client.execute("ANY")
        words = [request[0] for request in server.requests]
        assert words == [b"HELLO", b"AUTH", b"SELECT", b"CLIENT", b"CLIENT", b"ANY"]


@pytest.mark.parametrize("protocol", [None, 2, 3])
async def test_a_database_that_there_is_not(protocol: int | None) -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes:
        return {b"HELLO": HELLO, b"SELECT": b"-ERR DB index is out of range\r\n"}.get(words[0], b"+OK\r\n")

    async with scripted(answer, greets=False) as server:
        async with Client.from_url(server.url, db=99, protocol=protocol) as client:
            with pytest.raises(ResponseError, match="out of range") as caught:
                await client.incr("n")
            assert caught.value.fate is Fate.NOT_EXECUTED, "it was never sent"
            assert server.connects == 1, "what will not change is not tried again"


async def test_a_handshake_that_is_never_answered_leaves_nothing_behind() -> None:
    with no_complaints():
        async with (
            scripted(silent, greets=False) as server,
            Client.from_url(server.url, socket_connect_timeout=0.05, retry=NEVER) as client,
        ):
            with pytest.raises(TimeoutError, match=r"within 0\.05 s") as caught:
                await client.get("a")
            assert caught.value.fate is Fate.NOT_EXECUTED


@pytest.mark.parametrize("reset", [False, True])
async def test_a_link_lost_in_the_middle_of_a_handshake_leaves_nothing_behind(reset: bool) -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[0] == b"HELLO":
            return HELLO
        peer.hang_up(reset=reset)
        return None

    with no_complaints():
        async with scripted(answer, greets=False) as server, Client.from_url(server.url, retry=NEVER) as client:
            with pytest.raises(ConnectionError):
                await client.get("a")


# -- time -------------------------------------------------------------------------------------------------------------


async def test_a_link_that_nobody_waits_for_rests_while_it_connects(
    beats: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_never(opener: Opener, link: Link) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(Opener, "_open_transport", open_never)
    async with Client(socket_timeout=0.05) as client:
        with pytest.raises(TimeoutError):
            await client.get("a")
        beats.clear()
        await passed(8 * BEAT_SECONDS)
        assert not beats


async def test_a_link_of_ones_own_rests_however_long_it_is_silent(beats: list[float]) -> None:
    async with scripted(pong) as server, Client.from_url(server.url, health_check_interval=0.01) as client:
        async with client.dedicated() as own:
            await own.ping()
            await passed(8 * BEAT_SECONDS)
            assert len(beats) <= 10


async def test_a_silent_server_is_asked_for_a_sign_of_life() -> None:
    async with scripted(pong) as server, Client.from_url(server.url, health_check_interval=0.05) as client:
        await client.execute("ANY")
        await server.came(3)
        assert server.requests == [[b"ANY"], [b"PING"], [b"PING"]]


async def test_a_link_whose_server_is_silent_is_given_up() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        return None if peer.number == 1 else b"+PONG\r\n"

    async with scripted(answer) as server, Client.from_url(server.url, socket_timeout=0.05) as client:
        with pytest.raises(TimeoutError) as caught:
            await client.incr("n")
        assert caught.value.fate is Fate.UNKNOWN
        await until_in_loop(lambda: client._route.server._link is None)
        assert await client.ping()
        assert server.connects == 2


async def test_a_late_reply_goes_to_nobody() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words == [b"LATE"]:
            return None
        return (b"+LATE\r\n" if words[-1] == b"0" else b"") + b":%b\r\n" % words[-1]

    async with scripted(answer) as server, Client.from_url(server.url, socket_timeout=1) as client:
        late = client.execute("LATE")
        with pytest.raises(TimeoutError):
            await late
        assert await asyncio.gather(*(client.execute("ANY", number) for number in range(3))) == [0, 1, 2]
        assert server.connects == 1


# -- what must not come -----------------------------------------------------------------------------------------------

GARBAGE = [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"$-7\r\n", b"*1\r\n$5\r\nab",
           b"$99999999999999999999\r\n"]  # fmt: skip


@pytest.mark.parametrize("data", [GARBAGE[0], GARBAGE[1], GARBAGE[2], GARBAGE[4]])
async def test_garbage_in_place_of_a_reply(data: bytes) -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        return data if words[0].startswith(b"INCR") else b"+PONG\r\n"

    with no_complaints():
        async with scripted(answer) as server, Client.from_url(server.url) as client:
            with pytest.raises(InvalidResponse, match="must not") as caught:
                await client.incr("n")
            assert caught.value.fate is Fate.UNKNOWN
            assert len(server.requests) == 1, "it is not repeated"
            assert await client.ping(), "another link is made"


@pytest.mark.parametrize("data", [GARBAGE[0], GARBAGE[1], GARBAGE[2], GARBAGE[4]])
async def test_garbage_in_place_of_a_greeting(data: bytes) -> None:
    async with scripted(lambda *_: data, greets=False) as server, Client.from_url(server.url) as client:
        with pytest.raises(InvalidResponse, match="must not") as caught:
            await client.get("a")
        assert caught.value.fate is Fate.NOT_EXECUTED
        assert server.connects == 1, "a server of another kind stays one"


async def test_a_reply_that_nobody_asked_for() -> None:
    with no_complaints():
        async with scripted(pong) as server, Client.from_url(server.url) as client:
            await client.ping()
            server.peers[0].say(b"+MORE\r\n")
            await until_in_loop(lambda: client._route.server._link is None)
            assert await client.ping()
            assert server.connects == 2


async def test_an_error_within_a_reply_is_a_value() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes:
        return b"*2\r\n:1\r\n-ERR no\r\n"

    async with scripted(answer) as server, Client.from_url(server.url) as client:
        one, error = await client.execute("ANY")
        assert one == 1 and str(error) == "ERR no"


async def test_a_server_that_has_no_room_says_so_before_it_is_asked() -> None:
    async with scripted(pong, refusal=b"-ERR max number of clients reached\r\n") as server:
        async with Client.from_url(server.url, retry=Retry(2, 0.001, 0.001)) as client:
            with pytest.raises(MaxConnectionsError, match="max number of clients") as caught:
                await client.incr("n")
            assert caught.value.fate is Fate.NOT_EXECUTED
        assert server.connects == 3, "there may be room later"


# -- loss -------------------------------------------------------------------------------------------------------------


async def test_each_caller_gets_an_error_of_its_own() -> None:
    def answer(peer: Peer, words: list[bytes]) -> None:
        peer.hang_up()

    async with scripted(answer) as server, Client.from_url(server.url, retry=NEVER) as client:
        results: list[Any] = await asyncio.gather(*(client.incr("n") for _ in range(5)), return_exceptions=True)
        assert len({id(error) for error in results}) == 5
        assert all(isinstance(error, ConnectionError) for error in results)


async def test_what_waits_for_a_reply_is_told_when_the_client_is_closed() -> None:
    with no_complaints():
        async with scripted(silent) as server:
            client = Client.from_url(server.url)
            call = client.get("a")
            await server.came(1)
            await client.aclose()
            with pytest.raises(ConnectionError, match="closed"):
                async with asyncio.timeout(PATIENCE):
                    await call
            assert server.connects == 1
