"""Who a client is: the forms of credentials, and who can be asked for them."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest
import redis

from framewire.redis.client.credentials import Credentials, auth_arguments, is_provider, listen, new_arguments


@pytest.mark.parametrize(("credentials", "arguments"), [
    (("pw",), (b"pw",)), (("user", "pw"), (b"user", b"pw")), ([b"user", "p\u00e4"], (b"user", "p\u00e4".encode())),
    ((b"\xff",), (b"\xff",)), (("user", ""), (b"user", b"")),
])  # fmt: skip
def test_what_stands_behind_auth(credentials: Credentials, arguments: tuple[bytes, ...]) -> None:
    assert auth_arguments(credentials) == arguments


@pytest.mark.parametrize("credentials", ["pw", b"pw", (), ("a", "b", "sesam")])
def test_what_is_none(credentials: Credentials) -> None:
    with pytest.raises(ValueError, match="credentials are") as caught:
        auth_arguments(credentials)
    assert "sesam" not in str(caught.value)


class Asynchronous:
    async def get_credentials_async(self) -> Credentials:
        return ("pw",)


@pytest.mark.parametrize(("value", "is_one"), [
    (redis.UsernamePasswordCredentialProvider("user", "pw"), True), (Asynchronous(), True),
    ("pw", False), (None, False),
])  # fmt: skip
def test_who_can_be_asked(value: object, is_one: bool) -> None:
    assert is_provider(value) is is_one


def test_what_redis_py_gives_is_taken() -> None:
    assert auth_arguments(redis.UsernamePasswordCredentialProvider("user", "pw").get_credentials()) == (b"user", b"pw")


# -- providers that renew them ----------------------------------------------------------------------------------------


class Token:
    """As redis-py's tokens are."""

    def try_get(self, key: str) -> str:
        return {"oid": "user"}[key]

    def get_value(self) -> str:
        return "sesam"


@pytest.mark.parametrize(("given", "arguments"), [
    (Token(), (b"user", b"sesam")), (("user", "sesam"), (b"user", b"sesam")), (["sesam"], (b"sesam",)),
])  # fmt: skip
def test_what_a_provider_may_give(given: Any, arguments: tuple[bytes, ...]) -> None:
    assert new_arguments(given) == arguments


class Streaming:
    def __init__(self) -> None:
        self.callbacks: list[Callable[[Any], Any]] = []

    def on_next(self, callback: Callable[[Any], Any]) -> None:
        self.callbacks.append(callback)

    on_error = on_next


class Listener:
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def next(self, given: Any) -> str:
        self.heard.append(given)
        return "told"

    def error(self, error: Exception) -> None:
        self.heard.append(error)


def test_who_listens_is_told_as_long_as_it_lives() -> None:
    provider, listener = Streaming(), Listener()
    listen(provider, listener.next, listener.error)
    on_next, on_error = provider.callbacks
    failure = OSError()
    assert on_next("new") == "told" and on_error(failure) is None
    assert listener.heard == ["new", failure]
    del listener
    gc.collect()
    assert on_next("new") is None


@pytest.mark.parametrize("provider", [None, Asynchronous(), redis.UsernamePasswordCredentialProvider("user", "pw")])
def test_others_are_left_alone(provider: object) -> None:
    listener = Listener()
    listen(provider, listener.next, listener.error)
