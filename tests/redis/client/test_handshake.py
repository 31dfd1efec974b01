"""The first words on a link: who says what, and what each answer means. Played without a link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.client.errors import (
    AuthenticationError,
    CachingError,
    ConnectionError,
    MaxConnectionsError,
    RedisError,
    ResponseError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.handshake import greet
from framewire.redis.client.options import Options

OK, NO = Simple(b"OK"), Error(b"ERR no")
TOLD = {b"server": b"redis", b"proto": 3}
UNKNOWN = Error(b"ERR unknown command 'HELLO'")


def play(replies: list[Any], auth: Sequence[bytes] = (), *, tracking: bool = False, primary: bool = False,
         **options: Any) -> tuple[Any, Any]:  # fmt: skip
    """What was asked, and what it came to. `replies` are in the order of the requests."""
    options = {"lib_name": None, **options}
    steps = greet(Options(**options), auth, tracking, primary=primary)
    asked: list[tuple[Any, ...]] = []
    waiting = iter(replies)
    try:
        requests = next(steps)
        while True:
            asked += requests
            requests = steps.send([next(waiting) for _ in requests])
    except StopIteration as done:
        assert next(waiting, None) is None, "an answer too many"
        return asked, done.value


HELLO = (b"HELLO", b"3")
CONVERSATIONS = [
    ({}, (), [TOLD], [HELLO], TOLD),
    ({}, (b"p",), [TOLD], [(*HELLO, b"AUTH", b"default", b"p")], TOLD),
    ({}, (b"u", b"p"), [TOLD], [(*HELLO, b"AUTH", b"u", b"p")], TOLD),
    ({"db": 2}, (), [TOLD, OK], [HELLO, (b"SELECT", 2)], TOLD),
    ({"protocol": 2}, (), [], [], {}),
    ({"protocol": 2}, (b"p",), [OK], [(b"AUTH", b"p")], {}),
    ({}, (b"p",), [UNKNOWN, OK], [(*HELLO, b"AUTH", b"default", b"p"), (b"AUTH", b"p")], {}),
    ({}, (), [Error(b"NOPROTO unsupported protocol version")], [HELLO], {}),
    ({"client_name": "me"}, (), [TOLD, NO], [HELLO, (b"CLIENT", b"SETNAME", "me")], TOLD),
]


@pytest.mark.parametrize(("options", "auth", "replies", "asked", "told"), CONVERSATIONS)
def test_conversations(options: Any, auth: Sequence[bytes], replies: Any, asked: Any, told: Any) -> None:
    assert play(replies, auth, **options) == (asked, told)


def test_what_is_announced_is_best_effort() -> None:
    asked, told = play([TOLD, NO, NO, NO], client_name="me", lib_name="l", lib_version="1")
    assert [request[1:3] for request in asked[1:]] == [
        (b"SETNAME", "me"), (b"SETINFO", b"LIB-NAME"), (b"SETINFO", b"LIB-VER")
    ]  # fmt: skip
    assert told == TOLD


PRIMARY = {**TOLD, b"role": b"master"}


@pytest.mark.parametrize(("options", "replies", "asked"), [
    ({}, [PRIMARY], [HELLO]),
    ({"protocol": 2}, [[b"master", 3, []]], [(b"ROLE",)]),
    ({"db": 2}, [UNKNOWN, OK, [b"master", 3, []]], [HELLO, (b"SELECT", 2), (b"ROLE",)]),
])  # fmt: skip
def test_a_primary_says_that_it_is_one(options: Any, replies: Any, asked: Any) -> None:
    assert play(replies, primary=True, **options)[0] == asked


@pytest.mark.parametrize(("options", "replies", "error", "text"), [
    ({}, [{**TOLD, b"role": b"replica"}], ConnectionError, "no primary: its role is 'replica'"),
    ({"protocol": 2}, [[b"slave", b"h", 1, b"connected", 3]], ConnectionError, "no primary: its role is 'slave'"),
    ({"protocol": 2}, [[b"sentinel", [b"s"]]], ConnectionError, "no primary: its role is 'sentinel'"),
    ({"protocol": 2}, [Error(b"NOPERM no")], AuthenticationError, "NOPERM no"),
])  # fmt: skip
def test_who_is_no_primary_is_refused_where_it_has_to_be_one(
    options: Any, replies: Any, error: type[RedisError], text: str
) -> None:
    with pytest.raises(error, match=text) as caught:
        play(replies, primary=True, **options)
    assert caught.value.fate is Fate.NOT_EXECUTED


REFUSALS = [
    ([NO], {}, ResponseError),
    ([UNKNOWN], {"protocol": 3}, ResponseError),
    ([Error(b"NOAUTH Authentication required.")], {}, AuthenticationError),
    ([Error(b"WRONGPASS no")], {}, AuthenticationError),
    ([Error(b"NOPERM no")], {}, AuthenticationError),
    ([Error(b"ERR max number of clients reached")], {}, MaxConnectionsError),
    ([UNKNOWN, Error(b"ERR invalid password")], {}, AuthenticationError),
    ([TOLD, Error(b"ERR DB index is out of range")], {"db": 99}, ResponseError),
]


@pytest.mark.parametrize(("replies", "options", "kind"), REFUSALS)
def test_refusals(replies: list[Any], options: dict[str, Any], kind: type[RedisError]) -> None:
    """Whatever the server says: nothing was executed of what waits for the link."""
    with pytest.raises(RedisError) as caught:
        play(replies, (b"p",), **options)
    assert type(caught.value) is kind
    assert str(caught.value) == str(replies[-1])
    assert caught.value.fate is Fate.NOT_EXECUTED


def test_tracking() -> None:
    assert play([TOLD, OK], tracking=True)[0][-1] == (b"CLIENT", b"TRACKING", b"ON")
    for replies in ([UNKNOWN], [TOLD, NO]):
        with pytest.raises(CachingError):
            play(replies, tracking=True)


AGAIN = Error(b"ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `sesam`, ")


@pytest.mark.parametrize(("replies", "options"), [
    ([AGAIN], {"protocol": 3}), ([AGAIN, Error(b"ERR unknown command `AUTH`: `sesam`")], {}),
])  # fmt: skip
def test_a_refusal_shows_no_password(replies: Any, options: Any) -> None:
    """Though servers say again what they do not know."""
    with pytest.raises(ResponseError, match="unknown command") as refused:
        play(replies, (b"sesam",), **options)
    assert refused.value.fate is Fate.NOT_EXECUTED
    assert "sesam" not in str(refused.value)
    assert refused.value.__cause__ is None and refused.value.__suppress_context__
