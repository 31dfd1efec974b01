"""A link that nobody else uses: opened with patience, and nothing on it is repeated."""

from __future__ import annotations

import pytest

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import open_own
from framewire.redis.client.errors import AuthenticationError, ConnectionError, ResponseError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import HELLO, Answer, Peer, no_complaints, scripted, silent
from tests.waiting import until_in_loop

SOON = Retry(2, 0.001, 0.001)


def hang_up(peer: Peer, words: list[bytes]) -> None:
    peer.hang_up()


REFUSALS = [
    (hang_up, ConnectionError, 3),
    (silent, TimeoutError, 3),
    (lambda *_: b"-WRONGPASS no\r\n", AuthenticationError, 1),
    (lambda *_: b"-ERR no\r\n", ResponseError, 1),
]


@pytest.mark.parametrize(("answer", "kind", "attempts"), REFUSALS)
async def test_it_is_tried_again_where_that_makes_sense(answer: Answer, kind: type[Exception], attempts: int) -> None:
    with no_complaints():
        async with scripted(answer, greets=False) as server:
            options = Options.from_url(server.url, retry=SOON, socket_connect_timeout=0.1)
            with pytest.raises(kind):
                await open_own(options, Opener(options))
            assert server.connects == attempts
            await until_in_loop(lambda: server.open == 0)


async def test_it_is_open_once_an_attempt_succeeds() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if peer.number < 3:
            return hang_up(peer, words)
        return HELLO if words[0] == b"HELLO" else b"+OK\r\n"

    async with scripted(answer, greets=False) as server:
        options = Options.from_url(server.url, retry=SOON)
        own = await open_own(options, Opener(options))
        assert own.link.is_open and not own.lost
        own.abort()
        own.abort()


async def test_nothing_on_it_is_repeated() -> None:
    lost = []
    async with scripted(hang_up) as server:
        options = Options.from_url(server.url)
        own = await open_own(options, Opener(options))
        own.on_lost = lost.append
        with pytest.raises(ConnectionError) as caught:
            await own.call((b"GET", b"k"), None, None)
        assert caught.value.fate is Fate.UNKNOWN
        assert own.lost and len(lost) == 1
        for ask in (own.call, own.send_batch):
            with pytest.raises(ConnectionError, match="gone") as again:
                ask((b"GET", b"k"), None, None)
            assert again.value.fate is Fate.NOT_EXECUTED
        assert server.requests == [[b"GET", b"k"]]


async def test_a_refusal_that_would_pass_is_told_at_once() -> None:
    async with scripted(lambda *_: b"-LOADING no\r\n") as server:
        options = Options.from_url(server.url)
        own = await open_own(options, Opener(options))
        with pytest.raises(ConnectionError, match="LOADING"):
            await own.call((b"GET", b"k"), None, None)
        assert len(server.requests) == 1
        own.abort()
