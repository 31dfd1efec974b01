"""The first words on a link: what is said, in which order, and what each answer means."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.client.errors import AuthenticationError, CachingError, RedisError, ResponseError
from framewire.redis.client.fates import Fate
from framewire.redis.client.handshake import greet
from framewire.redis.client.options import Options

OK, TOLD = Simple(b"OK"), {b"server": b"redis", b"proto": 3}
UNKNOWN = Error(b"ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `sesam`, ")


def said(replies: list[Any], *, tracking: bool = False, **options: Any) -> tuple[list[str], Any]:
    """Each request as it was said, and how it ended: with what the server tells of itself, or an error."""
    made = Options(**{"lib_name": None, **options})
    steps, requests = greet(made, made.auth, tracking), []
    left = [*replies]
    try:
        asked = next(steps)
        while True:
            requests += [b" ".join(str(word).encode() if isinstance(word, int | str) else word for word in request)
                         for request in asked]  # fmt: skip
            answers = [left.pop(0) for _ in asked]
            asked = steps.send(answers)
    except StopIteration as done:
        assert not left
        return [request.decode() for request in requests], done.value
    except RedisError as error:
        return [request.decode() for request in requests], error


@pytest.mark.parametrize(("options", "replies", "requests"), [
    ({}, [TOLD], ["HELLO 3"]),
    ({"protocol": 2}, [], []),
    ({"password": "p"}, [TOLD], ["HELLO 3 AUTH default p"]),
    ({"username": "u", "password": "p"}, [TOLD], ["HELLO 3 AUTH u p"]),
    ({"password": "p", "protocol": 2}, [OK], ["AUTH p"]),
    ({"password": "p"}, [UNKNOWN, OK], ["HELLO 3 AUTH default p", "AUTH p"]),
    ({}, [Error(b"NOPROTO unsupported protocol version")], ["HELLO 3"]),
    ({"db": 2, "client_name": "me"}, [TOLD, OK, OK], ["HELLO 3", "SELECT 2", "CLIENT SETNAME me"]),
    ({"client_name": "me"}, [TOLD, Error(b"ERR no")], ["HELLO 3", "CLIENT SETNAME me"]),
])  # fmt: skip
def test_what_is_said(options: dict[str, Any], replies: list[Any], requests: list[str]) -> None:
    asked, told = said(replies, **options)
    assert asked == requests
    assert told == (TOLD if TOLD in replies else {})


@pytest.mark.parametrize(("options", "replies", "kind"), [
    ({"password": "sesam"}, [Error(b"WRONGPASS invalid username-password pair")], AuthenticationError),
    ({"password": "sesam", "protocol": 3}, [UNKNOWN], ResponseError),  # which says the password again
    ({"password": "sesam"}, [UNKNOWN, Error(b"ERR unknown command `AUTH`: `sesam`")], ResponseError),
    ({}, [Error(b"NOAUTH HELLO must be called with the client already authenticated")], AuthenticationError),
    ({"db": 99}, [TOLD, Error(b"ERR DB index is out of range")], ResponseError),
    ({"tracking": True}, [UNKNOWN], CachingError),
    ({"tracking": True}, [TOLD, Error(b"ERR unknown subcommand")], CachingError),
])  # fmt: skip
def test_what_is_refused(options: dict[str, Any], replies: list[Any], kind: type[RedisError]) -> None:
    _, error = said(replies, **options)
    assert type(error) is kind
    assert error.fate is Fate.NOT_EXECUTED
    cause: BaseException | None = error
    while cause is not None:
        assert "sesam" not in str(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
