"""Who a client is: the forms of credentials, and who can be asked for them."""

from __future__ import annotations

import pytest
import redis

from framewire.redis.client.credentials import Credentials, auth_arguments, is_provider


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
