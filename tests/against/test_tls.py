"""The server over TLS: redis-py, redis-cli and our own cli, on both loops; and clients that break the rules."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio

from framewire.aio.loops import new_event_loop
from framewire.redis import Server, ThreadServer, run_in_thread
from tests.serving import command, read_exactly, read_to_end

PING = command(b"PING")


class Certificates:
    """An authority, and what it signed: `server.pem`, `client.pem`, and their keys, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = str(folder / "ca.pem")
        self._make(  # clients from Python 3.13 on are strict about what an authority's certificate says
            "ca", "-x509", "-days", "2", "-subj", "/CN=me", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip
        for name in ("server", "client"):
            self.sign(name)

    def __call__(self, name: str) -> str:
        return str(self.folder / name)

    def sign(self, name: str) -> None:
        """Make a key and a certificate of `name`, for loopback."""
        self._make(
            name, "-x509", "-CA", self.authority, "-CAkey", self("ca.key"), "-days", "2", "-subj", f"/CN={name}",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE",
        )  # fmt: skip

    def _make(self, name: str, *arguments: str) -> None:
        command = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", self(f"{name}.key"),
                   "-out", self(f"{name}.pem"), *arguments]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of a server that asks its clients for no certificate."""
        return {"tls_port": 0, "tls_cert_file": self("server.pem"), "tls_key_file": self("server.key"),
                "tls_auth_clients": "no"}  # fmt: skip

    def context(self) -> ssl.SSLContext:
        """A client's."""
        return ssl.create_default_context(cafile=self.authority)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    if shutil.which("openssl") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("openssl is not there")
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Servers in threads run on this kind of loop."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    monkeypatch.setattr("framewire.aio.thread.new_event_loop", lambda: new_event_loop(request.param))
    return str(request.param)


@pytest.fixture
def server(loop: str, certificates: Certificates) -> Iterator[ThreadServer]:
    with run_in_thread(port=None, **certificates.parameters) as server:
        yield server


def connect(server: ThreadServer, certificates: Certificates) -> ssl.SSLSocket:
    plain = socket.create_connection((server.host, server.port), 10)
    return certificates.context().wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("protocol", [2, 3])
def test_redis_py(server: ThreadServer, certificates: Certificates, protocol: int) -> None:
    assert server.url == f"rediss://127.0.0.1:{server.port}/0"
    with redis.from_url(server.url, ssl_ca_certs=certificates.authority, protocol=protocol) as client:
        value = os.urandom(3_000_000)
        with client.pipeline() as pipeline:
            assert pipeline.set("k", value).get("k").rpush("list", 1, 2).execute() == [True, value, 2]
        assert client.blpop("list", timeout=1) == ([b"list", b"1"] if protocol == 3 else (b"list", b"1"))
        with client.pubsub(ignore_subscribe_messages=True) as letters:
            letters.subscribe("news")
            letters.get_message(timeout=5)
            client.publish("news", value)
            assert letters.get_message(timeout=5)["data"] == value


def test_redis_py_asyncio(server: ThreadServer, certificates: Certificates) -> None:
    async def main() -> None:
        few = asyncio.Semaphore(5)  # each shakes hands, and on a busy machine fifty at once would take too long for all

        async def increment() -> int:
            async with few:
                return int(await client.incr("n"))

        options = {"ssl_ca_certs": certificates.authority, "socket_connect_timeout": None}
        async with redis.asyncio.from_url(server.url, **options) as client:
            assert sorted(await asyncio.gather(*(increment() for _ in range(50)))) == list(range(1, 51))

    asyncio.run(main())


def test_redis_cli(server: ThreadServer, certificates: Certificates) -> None:
    program = shutil.which("redis-cli")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("redis-cli is not installed")
    cli = [str(program), "-p", str(server.port), "--tls", "--cacert", certificates.authority]
    done = subprocess.run([*cli, "SET", "k", "v"], capture_output=True, text=True, timeout=30)
    if "Unrecognized option" in done.stderr:
        pytest.skip("this redis-cli was built without TLS")
    assert done.stdout == "OK\n"
    many = "".join(f"SET mass:{n} {n}\r\n" for n in range(2000))
    done = subprocess.run([*cli, "--pipe"], input=many, capture_output=True, text=True, timeout=30)
    assert "errors: 0, replies: 2000" in done.stdout


def test_our_cli(server: ThreadServer, certificates: Certificates) -> None:
    cli = [sys.executable, "-m", "framewire.cli", "cli", "-p", str(server.port), "--tls"]
    trust = ["--cacert", certificates.authority]
    done = subprocess.run([*cli, *trust, "PING"], capture_output=True, text=True, timeout=30)
    assert done.stdout == "PONG\n"
    done = subprocess.run([*cli, "--insecure", "PING"], capture_output=True, text=True, timeout=30)
    assert done.stdout == "PONG\n"
    done = subprocess.run([*cli, "PING"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "CERTIFICATE_VERIFY_FAILED" in done.stderr


class TestCertificatesOfClients:
    def parameters(self, certificates: Certificates, asked: str) -> dict[str, Any]:
        return {**certificates.parameters, "tls_ca_cert_file": certificates.authority, "tls_auth_clients": asked}

    def ask(self, server: ThreadServer, certificates: Certificates, show: Certificates | None) -> bytes:
        """The reply to a PING; nothing where the server ends the connection."""
        context = certificates.context()
        if show is not None:
            context.load_cert_chain(show("client.pem"), show("client.key"))
        with socket.create_connection((server.host, server.port), 10) as plain:
            try:
                with context.wrap_socket(plain, server_hostname="localhost") as client:
                    client.sendall(PING)
                    return client.recv(100)
            except (ssl.SSLError, ConnectionError):
                return b""

    @pytest.mark.parametrize(("asked", "without"), [("yes", b""), ("optional", b"+PONG\r\n"), ("no", b"+PONG\r\n")])
    def test_they_are_asked_for(self, loop: str, certificates: Certificates, asked: str, without: bytes) -> None:
        with run_in_thread(port=None, **self.parameters(certificates, asked)) as server:
            assert self.ask(server, certificates, None) == without
            assert self.ask(server, certificates, certificates) == b"+PONG\r\n"

    def test_one_of_another_authority_is_refused(self, certificates: Certificates, tmp_path: Path) -> None:
        with run_in_thread(port=None, **self.parameters(certificates, "optional")) as server:
            assert self.ask(server, certificates, Certificates(tmp_path)) == b""


class TestRules:
    def test_both_ports_serve_the_same_keys(self, loop: str, certificates: Certificates) -> None:
        with run_in_thread(**certificates.parameters) as server:
            plain, secure = server.addresses
            assert (plain, secure) == (f"redis://127.0.0.1:{server.port}/0", f"rediss://127.0.0.1:{server.tls_port}/0")
            with redis.from_url(plain) as one, redis.from_url(secure, ssl_ca_certs=certificates.authority) as other:
                one.set("k", "v")
                assert other.get("k") == b"v"
                assert one.config_get("tls-auth-clients") == {"tls-auth-clients": "no"}

    def test_a_client_that_does_not_speak_tls_is_turned_away(self, server: ThreadServer) -> None:
        with socket.create_connection((server.host, server.port), 10) as client:
            client.sendall(PING)
            assert b"PONG" not in read_to_end(client)

    def test_what_was_sent_before_the_goodbye_is_answered(
        self, server: ThreadServer, certificates: Certificates
    ) -> None:
        with connect(server, certificates) as client:
            client.sendall(command(b"ECHO", b"x" * 100_000) + command(b"QUIT"))
            assert read_exactly(client, 100_000 + 11 + 5).endswith(b"x\r\n+OK\r\n")
            assert read_to_end(client) == b""

    def test_a_goodbye_is_no_warning(
        self, server: ThreadServer, certificates: Certificates, caplog: pytest.LogCaptureFixture
    ) -> None:
        with connect(server, certificates) as client:
            client.sendall(PING)
            assert read_exactly(client, 7) == b"+PONG\r\n"
            client.unwrap()
        with redis.from_url(server.url, ssl_ca_certs=certificates.authority) as other:
            while len(other.client_list()) > 1:
                pass
        assert not caplog.records

    async def test_a_handshake_under_way_does_not_delay_the_end(self, certificates: Certificates) -> None:
        server = Server(port=None, shutdown_timeout=30, **certificates.parameters)
        async with asyncio.timeout(10):
            async with server:
                reader, writer = await asyncio.open_connection(server.host, server.port)
                while not server._listening.connection_count:  # noqa: ASYNC110
                    await asyncio.sleep(0)
            assert await reader.read() == b""
            writer.close()

    def test_a_server_with_too_many_clients_says_nothing_in_plain_text(self, certificates: Certificates) -> None:
        with run_in_thread(port=None, maxclients=1, **certificates.parameters) as server:
            with connect(server, certificates), socket.create_connection((server.host, server.port), 10) as other:
                assert read_to_end(other) == b""


class TestParameters:
    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"tls_cert_file": ""}, "tls-port needs tls-cert-file"),
            ({"tls_auth_clients": "yes"}, "tls-auth-clients needs tls-ca-cert-file"),
            ({"tls_cert_file": "/no/such/file"}, "No such file or directory: /no/such/file"),
            ({"tls_ca_cert_file": "/no/such/file"}, "No such file or directory: /no/such/file"),
            ({"tls_cert_file": __file__}, "test_tls.py"),
        ],
    )
    def test_what_is_wrong_is_said(self, certificates: Certificates, changed: dict[str, str], message: str) -> None:
        with pytest.raises((ValueError, OSError), match=message):
            run_in_thread(port=None, **{**certificates.parameters, **changed})

    def test_an_encrypted_key_does_not_ask_the_terminal(self, certificates: Certificates) -> None:
        locked = certificates("locked.key")
        lock = ["openssl", "rsa", "-aes256", "-passout", "pass:x", "-in", certificates("server.key"), "-out", locked]
        subprocess.run(lock, check=True, capture_output=True)
        with pytest.raises(OSError, match=r"locked\.key"):
            run_in_thread(port=None, **{**certificates.parameters, "tls_key_file": locked})

    def test_renewed_certificates_are_read_without_a_restart(self, tmp_path: Path) -> None:
        certificates = Certificates(tmp_path)
        with run_in_thread(**certificates.parameters) as server, redis.from_url(server.url) as admin:
            before = shown(server)
            certificates.sign("server")
            assert shown(server) == before
            admin.config_set("tls-cert-file", certificates("server.pem"))
            assert shown(server) != before

    def test_a_change_that_cannot_be_obeyed_changes_nothing(
        self, certificates: Certificates, caplog: pytest.LogCaptureFixture
    ) -> None:
        with run_in_thread(**certificates.parameters) as server, redis.from_url(server.url) as admin:
            before = shown(server)
            with pytest.raises(redis.ResponseError, match=r"Unable to update TLS configuration. Check server logs\."):
                admin.config_set("tls-cert-file", "/no/such/file")
            assert "/no/such/file" in caplog.text
            assert admin.config_get("tls-cert-file") == {"tls-cert-file": certificates("server.pem")}
            assert shown(server) == before

    def test_files_that_are_taken_away_are_not_missed(self, tmp_path: Path) -> None:
        certificates = Certificates(tmp_path)
        with run_in_thread(**certificates.parameters) as server, redis.from_url(server.url) as admin:
            before = shown(server)
            (tmp_path / "server.pem").unlink()
            assert admin.config_set("timeout", "100")
            assert shown(server) == before


def shown(server: ThreadServer) -> str:
    """The server's certificate."""
    return ssl.get_server_certificate((server.host, server.tls_port), timeout=10)


def test_who_speaks_tls_waits_for_a_script(loop: str, certificates: Certificates) -> None:
    pytest.importorskip("lupa.lua51")
    script = "redis.call('SET', 'k', 'v') while redis.call('TIME')[1] - ARGV[1] < 2 do end return 1"
    with run_in_thread(port=0, busy_reply_threshold=50, **certificates.parameters) as server:
        caller, plain = (socket.create_connection((server.host, server.port), 10) for _ in range(2))
        raw = socket.create_connection((server.host, server.tls_port), 10)
        secret = certificates.context().wrap_socket(raw, server_hostname="localhost")
        with caller, plain, secret:
            for client in (plain, secret):
                client.sendall(b"PING\r\n")
                assert client.recv(100) == b"+PONG\r\n"
            caller.sendall(command(b"EVAL", script.encode(), b"0", b"%d" % time.time()))
            time.sleep(0.3)
            plain.sendall(b"PING\r\n")
            secret.sendall(b"PING\r\n")
            assert plain.recv(100).startswith(b"-BUSY ")
            assert caller.recv(100) == b":1\r\n"
            assert secret.recv(100) == b"+PONG\r\n"
