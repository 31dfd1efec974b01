"""What tests of connections share: a runner for each kind of loop, and a certificate."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Iterator

import pytest

from framewire.aio.loops import new_event_loop


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Callable[[Awaitable[None]], None]]:
    """Runs a coroutine on a loop of each kind."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=lambda: new_event_loop(request.param)) as runner:
        yield runner.run


@pytest.fixture(scope="session")
def _key_and_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Made on the spot, for `localhost`."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = str(folder / "key.pem"), str(folder / "cert.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate


@pytest.fixture(scope="session")
def certificate(_key_and_certificate: tuple[str, str]) -> str:
    """The file of the certificate that `tls` uses."""
    return _key_and_certificate[1]


@pytest.fixture(scope="session")
def tls(_key_and_certificate: tuple[str, str]) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's context for it."""
    key, certificate = _key_and_certificate
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)
