"""The blocking client over TLS: one call at a time in the TLS layer, whichever threads make them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewire.redis import BlockingClient, run_in_thread
from framewire.redis.client.blocking.wire import StreamWire
from framewire.redis.client.errors import ConnectionError
from tests.redis.client.blocking.ends import together


@pytest.fixture(scope="module")
def port(_key_and_certificate: tuple[str, str]) -> Iterator[int]:
    key, certificate = _key_and_certificate
    with run_in_thread(
        port=0, tls_port=0, tls_cert_file=certificate, tls_key_file=key, tls_auth_clients="no"
    ) as server:  # fmt: skip
        yield server.tls_port


@pytest.fixture
def client(port: int, certificate: str) -> Iterator[BlockingClient]:
    with BlockingClient.from_url(f"rediss://localhost:{port}", ssl_ca_certs=certificate) as client:
        client.execute("FLUSHALL")
        yield client


def test_calls(client: BlockingClient) -> None:
    client.set("key", "value")
    assert client.get("key") == b"value"
    assert isinstance(client._route.server._link._wire, StreamWire)  # type: ignore[union-attr]
    assert client.execute("BLPOP", "list", 0.01) is None


def test_many_threads(client: BlockingClient) -> None:
    def count() -> list[int]:
        return [client.incr("counter") for _ in range(50)]

    numbers = together(*[count] * 8)
    assert sorted(number for each in numbers for number in each) == list(range(1, 401))


def test_pub_sub(client: BlockingClient) -> None:
    with client.pubsub("a") as pubsub:
        assert pubsub.get_message() is None
        assert pubsub.get_message(timeout=0.001) is None
        for number in range(100):  # one record of TLS may hold several
            client.publish("a", number)
        assert [int(next(pubsub).data) for _ in range(100)] == list(range(100))  # type: ignore[union-attr]


def test_a_certificate_that_nobody_trusts_is_not_tried_again(port: int) -> None:
    with (
        BlockingClient.from_url(f"rediss://localhost:{port}") as client,
        pytest.raises(ConnectionError, match="certificate verify failed"),
    ):
        client.get("key")


def test_a_server_without_tls(certificate: str) -> None:
    with run_in_thread(port=0) as server:
        url = f"rediss://localhost:{server.port}"
        with BlockingClient.from_url(url, ssl_ca_certs=certificate, socket_timeout=0.2) as client:
            with pytest.raises((ConnectionError, TimeoutError), match=r"could not connect|does not speak TLS"):
                client.get("key")
