"""A link opened: where to, and what goes wrong."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from tests.redis.client.blocking.ends import together

ONCE = Retry(0)


class Asked:
    """A provider."""

    def get_credentials(self) -> tuple[str, str]:
        return ("name", "secret")


class AskedAsynchronously:
    async def get_credentials_async(self) -> tuple[str]:
        return ("secret",)


@pytest.fixture
def path() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "socket")


def refused(options: Options) -> RedisError:
    opener = Opener(options)
    with pytest.raises(RedisError) as failed:
        opener.open(options, None)
    return failed.value


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets")
def test_a_unix_socket(path: str) -> None:
    assert "No such file" in str(refused(Options(path=path, retry=ONCE)))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        options = Options(path=path, protocol=2, lib_name=None, retry=ONCE)
        link = Opener(options).open(options, None)
        assert link.is_open
        link.abort()


def test_a_provider_is_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        options = Options("127.0.0.1", port, credential_provider=Asked(), protocol=2, lib_name=None)

        def serve() -> bytes:
            sock, _ = listener.accept()
            with sock:
                said = sock.recv(1000)
                sock.sendall(b"+OK\r\n")
            return said

        link, said = together(lambda: Opener(options).open(options, None), serve)
        link.abort()
        assert said == b"*3\r\n$4\r\nAUTH\r\n$4\r\nname\r\n$6\r\nsecret\r\n"


def test_one_that_can_only_be_awaited_is_of_no_use_here() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        error = refused(Options("127.0.0.1", port, credential_provider=AskedAsynchronously()))
        assert "get_credentials" in str(error)


def test_options_of_tls_that_make_no_sense() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        error = refused(Options("127.0.0.1", port, ssl=True, ssl_ciphers="NONSENSE"))
        assert "NONSENSE" in str(error)


def test_a_client_that_is_closed_while_it_tries() -> None:
    options = Options("127.0.0.1", 1, retry=Retry(10, 60.0, 60.0))
    opener = Opener(options)
    opener.closed.set()
    with pytest.raises(ConnectionError, match="the client is closed"):
        opener.open(options, None)
