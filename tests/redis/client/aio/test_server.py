"""The shared link of the asyncio client: connecting, and what becomes of calls when links are lost."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.errors import (
    BusyLoadingError,
    ConnectionError,
    QueueFullError,
    RedisError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import HELLO, Peer, no_complaints, pong, scripted, silent
from tests.waiting import PATIENCE, until_in_loop

NEVER = Retry(retries=0)
SOON = Retry(base=0.001, cap=0.002)


def hang_up(peer: Peer, words: list[bytes]) -> None:
    peer.hang_up()


def url_of_nobody() -> str:
    """A port that nobody listens on, as far as can be known."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{sock.getsockname()[1]}"


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What opening links does: attempts, as they begin and end."""
    log: list[str] = []
    connect = Opener.connect

    async def logged(opener: Opener, link: Any) -> None:
        log.append("begin")
        try:
            await connect(opener, link)
        finally:
            log.append("end")

    monkeypatch.setattr(Opener, "connect", logged)
    return log


# -- connecting -------------------------------------------------------------------------------------------------------


async def test_a_thousand_calls_make_one_connection(attempts: list[str]) -> None:
    async with scripted(pong) as server, Client.from_url(server.url) as client:
        assert all(await asyncio.gather(*(client.ping() for _ in range(1000))))
        assert server.connects == 1
        assert attempts == ["begin", "end"]


async def test_a_server_that_is_down_is_asked_by_one_at_a_time(attempts: list[str]) -> None:
    with no_complaints():
        async with Client.from_url(url_of_nobody(), retry=Retry(retries=4, base=0.001, cap=0.002)) as client:
            results = await asyncio.gather(*(client.incr("n") for _ in range(1000)), return_exceptions=True)
        assert attempts == ["begin", "end"] * 5
        assert len({id(error) for error in results}) == 1000
        for error in results:
            assert isinstance(error, ConnectionError)
            assert error.fate is Fate.NOT_EXECUTED


async def test_after_giving_up_the_next_call_begins_again(attempts: list[str]) -> None:
    async with Client.from_url(url_of_nobody(), retry=NEVER) as client:
        for _ in range(2):
            with pytest.raises(ConnectionError, match="could not connect"):
                await client.ping()
    assert attempts == ["begin", "end"] * 2


async def test_calls_of_all_times_meet_no_link_that_is_lost_already() -> None:
    """A server that hangs up on who greets: between its loss and the next attempt, others call."""

    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if peer.number < 4:
            peer.hang_up(reset=peer.number % 2 == 0)
            return None
        return HELLO if words[0] == b"HELLO" else b"+PONG\r\n"

    async with scripted(answer, greets=False) as server, Client.from_url(server.url, retry=SOON) as client:
        calls = [client.ping()]
        while not calls[0].done():
            calls.append(client.ping())
            await asyncio.sleep(0)
        assert all(await asyncio.gather(*calls))
        assert server.connects == 4


@pytest.mark.parametrize("block", [False, True])
async def test_a_link_that_is_lost_in_the_handshake_is_tried_again(block: bool) -> None:
    """The shared one, and one of one's own; who is lost for good says why."""

    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if peer.number < 3:
            return hang_up(peer, words)
        return HELLO if words[0] == b"HELLO" else b":1\r\n"

    async with scripted(answer, greets=False) as server, Client.from_url(server.url, retry=SOON) as client:
        assert await (client.execute("BLPOP", "l", 0) if block else client.incr("n")) == 1
        assert server.connects == 3
    async with scripted(hang_up, greets=False) as server, Client.from_url(server.url, retry=NEVER) as client:
        with pytest.raises(ConnectionError, match=r"closed the connection|was lost"):
            await (client.blpop("l") if block else client.incr("n"))


async def test_calls_stay_in_order_over_attempts() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if peer.number < 3:
            peer.hang_up()
            return None
        return HELLO if words[0] == b"HELLO" else b"+OK\r\n"

    async with scripted(answer, greets=False) as server, Client.from_url(server.url, retry=SOON) as client:
        calls = [client.execute("N", 0)]
        while not calls[0].done():
            calls.append(client.execute("N", len(calls)))
            await asyncio.sleep(0)
        await asyncio.gather(*calls)
        numbers = [int(words[1]) for words in server.requests if words[0] == b"N"]
        assert numbers == list(range(len(calls)))


async def test_a_call_that_waits_for_a_link_has_its_deadline() -> None:
    async with scripted(silent, greets=False) as server:
        async with Client.from_url(server.url, socket_timeout=0.05, socket_connect_timeout=PATIENCE) as client:
            with pytest.raises(TimeoutError) as caught:
                await client.incr("n")
            assert caught.value.fate is Fate.NOT_EXECUTED
            assert [words[0] for words in server.requests] == [b"HELLO"]


async def test_a_deadline_passes_in_the_pauses_between_attempts() -> None:
    retry = Retry(base=PATIENCE, cap=PATIENCE)
    async with Client.from_url(url_of_nobody(), retry=retry, socket_timeout=0.05) as client:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(PATIENCE / 2):
                await client.incr("n")
        assert caught.value.fate is Fate.NOT_EXECUTED


async def test_connecting_that_somebody_cancels_leaves_nobody_waiting() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        return None if peer.number == 1 else HELLO if words[0] == b"HELLO" else b"+PONG\r\n"

    async with scripted(answer, greets=False) as server, Client.from_url(server.url, socket_timeout=None) as client:
        call = client.incr("n")
        await server.came(1)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            if "Server._connect" in repr(task):
                task.cancel()
        with pytest.raises(ConnectionError, match="cancelled") as caught:
            async with asyncio.timeout(PATIENCE):
                await call
        assert caught.value.fate is Fate.NOT_EXECUTED
        assert await client.ping(), "the next call connects again"


async def test_links_that_answer_nothing_are_made_behind_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[int] = []
    monkeypatch.setattr(Retry, "pause", lambda retry, attempts, chance: pauses.append(attempts) or 0.0)
    async with scripted(hang_up) as server, Client.from_url(server.url, retry=Retry(retries=3)) as client:
        with pytest.raises(ConnectionError):
            await client.get("a")
        assert server.connects == 4
        assert pauses == [1, 2], "the first time it is tried again at once"


# -- loss -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, arguments, repeated", [("get", ["k"], True), ("set", ["k", "v"], True),
                                                       ("incr", ["k"], False)])  # fmt: skip
async def test_what_is_repeated_after_a_loss(name: str, arguments: list[str], repeated: bool) -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if peer.number == 1:
            return hang_up(peer, words)
        return b"+OK\r\n"

    async with scripted(answer) as server, Client.from_url(server.url, retry=SOON) as client:
        if repeated:
            await getattr(client, name)(*arguments)
        else:
            with pytest.raises(ConnectionError) as caught:
                await getattr(client, name)(*arguments)
            assert caught.value.fate is Fate.UNKNOWN
        assert len(server.requests) == 1 + repeated


async def test_a_repeated_call_keeps_its_deadline() -> None:
    async with scripted(hang_up) as server:
        retry = Retry(retries=10**6, base=0.001, cap=0.001)
        async with Client.from_url(server.url, retry=retry, socket_timeout=0.1) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await client.get("a")


async def test_a_server_that_loads_is_asked_again_until_it_has() -> None:
    answers = [b"-LOADING Redis is loading the dataset in memory\r\n"] * 3 + [b":1\r\n"]
    async with scripted(lambda *_: answers.pop(0)) as server, Client.from_url(server.url, retry=SOON) as client:
        assert await client.incr("n") == 1, "an error of that word proves that nothing was executed"
        assert len(server.requests) == 4


async def test_a_server_that_loads_for_ever() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes:
        return b"-LOADING Redis is loading the dataset in memory\r\n"

    async with scripted(answer) as server, Client.from_url(server.url, retry=Retry(2, 0.001, 0.001)) as client:
        with pytest.raises(BusyLoadingError) as caught:
            await client.incr("n")
        assert caught.value.fate is Fate.NOT_EXECUTED
        assert len(server.requests) == 3


@pytest.mark.parametrize("second", [b"-READONLY You can't write against a read only replica.\r\n", None])
async def test_a_request_that_was_written_once_is_never_said_to_be_not_executed(second: bytes | None) -> None:
    """SET may be repeated; where its second attempt comes to nothing, nobody knows of the first."""

    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if peer.number == 1 and words[0] == b"SET":
            return hang_up(peer, words)
        if second is None and peer.number > 1:
            return None
        return HELLO if words[0] == b"HELLO" else second if words[0] == b"SET" else b"+OK\r\n"

    async with scripted(answer, greets=False) as server:
        async with Client.from_url(server.url, retry=SOON, socket_timeout=0.3 if second is None else None) as client:
            with pytest.raises(RedisError) as caught:
                await client.set("k", "v")
            assert caught.value.fate is Fate.UNKNOWN


async def test_a_request_that_cannot_connect_again_after_it_was_written() -> None:
    async with scripted(hang_up) as server:
        async with Client.from_url(server.url, retry=Retry(2, 0.001, 0.001)) as client:
            call = client.set("k", "v")
            await server.came(1)
            server.stop_listening()
            with pytest.raises(ConnectionError) as caught:
                await call
            assert caught.value.fate is Fate.UNKNOWN


async def test_what_has_no_room_again_behind_a_lost_link_is_told_so() -> None:
    """More may be on the wire and wait together than may wait."""
    value = b"x" * 1000
    with no_complaints():
        async with scripted(silent) as server:
            limits = {"max_in_flight": 3, "max_queued_bytes": 3000, "retry": SOON}
            async with Client.from_url(server.url, **limits) as client:
                first = [client.set("k", value)]
                await server.came(1)
                rest = [client.set("k", value) for _ in range(4)]
                await server.came(3)
                server.stop_listening()
                for peer in server.peers:
                    peer.hang_up()
                errors = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert QueueFullError in map(type, errors)
    for error in errors:
        assert isinstance(error, RedisError)
    assert [error.fate for error in errors[:3]] == [Fate.UNKNOWN] * 3  # type: ignore[union-attr]


# -- the end ----------------------------------------------------------------------------------------------------------


async def test_closing_tells_who_waits_for_a_link() -> None:
    with no_complaints():
        async with scripted(silent, greets=False) as server:
            client = Client.from_url(server.url)
            calls = [client.incr("n") for _ in range(3)]
            await server.came(1)
            await client.aclose()
            assert all("closed" in str(error) for error in await asyncio.gather(*calls, return_exceptions=True))
            assert not [task for task in asyncio.all_tasks() if "Server._connect" in repr(task)]


async def test_closing_tells_who_waits_between_attempts() -> None:
    with no_complaints():
        client = Client.from_url(url_of_nobody(), retry=Retry(base=PATIENCE, cap=PATIENCE))
        call = client.incr("n")
        server = client._route.server
        await until_in_loop(lambda: server._connecting is not None and server._link is not None)
        await asyncio.sleep(0.01)
        await client.aclose()
        with pytest.raises(ConnectionError, match="closed"):
            await call


async def test_closing_tells_who_was_to_be_asked_again() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes:
        return b"-LOADING Redis is loading the dataset in memory\r\n"

    with no_complaints():
        async with scripted(answer) as server:
            client = Client.from_url(server.url, retry=Retry(10, 0.02, 0.02))
            call = client.incr("n")
            await until_in_loop(lambda: client._route.server._paused)
            await client.aclose()
            with pytest.raises(ConnectionError, match="closed") as caught:
                async with asyncio.timeout(PATIENCE):
                    await call
            assert caught.value.fate is Fate.NOT_EXECUTED
            await asyncio.sleep(0.05)


async def test_after_the_end_every_call_says_so() -> None:
    async with scripted(pong) as server:
        client = Client.from_url(server.url)
        await client.ping()
        await client.aclose()
        await client.aclose()
        with pytest.raises(ConnectionError, match="closed"):
            client.get("a")
        with pytest.raises(ConnectionError, match="closed"):
            await client.blpop("a")
        pipeline = client.pipeline()
        pipeline.get("a")
        with pytest.raises(ConnectionError, match="closed"):
            await pipeline.execute()
        with pytest.raises(ConnectionError, match="closed"):
            async with client.dedicated():
                pass
        with pytest.raises(ConnectionError, match="closed"):
            client.db(1)
        assert server.connects == 1


async def test_what_a_credential_provider_raises_is_the_cause() -> None:
    class Provider:
        def get_credentials(self) -> tuple[str]:
            raise LookupError("no token")

    async with scripted(pong) as server:
        async with Client.from_url(server.url, credential_provider=Provider(), retry=NEVER) as client:
            with pytest.raises(ConnectionError, match="no token") as caught:
                await client.ping()
    assert type(caught.value.__cause__) is LookupError
