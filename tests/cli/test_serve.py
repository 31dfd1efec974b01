"""`framewire serve` as an operator sees it: what it logs, how it starts, fails and stops."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from framewire import __version__, implementation
from framewire.cli import serve
from framewire.redis.server.config.config import Config
from tests.serving import Serving, command, read_exactly
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.thorough

PING = command(b"PING")


def test_the_log_names_all_addresses_and_no_password(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with Serving("--requirepass", "hunter2", "--host", "127.0.0.1 127.0.0.2", "--unixsocket", str(path)) as server:
        port = server.port
    assert "hunter2" not in server.text
    assert f"listening on redis://127.0.0.1:{port}/0, redis://127.0.0.2:{port}/0, unix://{path} (" in server.text
    assert server.text.endswith("bye\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "127.0.0.1 192.0.2.1"], "Cannot assign requested address: '192.0.2.1 port "),
        (["--host", "no.such.host.invalid"], "'no.such.host.invalid port 0'"),
        (["--host", ""], "nothing to listen on"),
        (["--unixsocket", "/nonexistent/socket"], "No such file or directory: '/nonexistent/socket'"),
        (["--unixsocket", "/tmp"], "Address already in use: '/tmp'"),
        (["--unixsocket", "/tmp/" + "long" * 50], "path too long"),
        (["--maxclients", "99999999999"], "maxclients: "),
        (["--appendonly", "--dir", "/nonexistent/x"], "'/nonexistent/x/appendonlydir'"),
        (["--tls-cert-file", "/some/cert.pem"], "there is a tls-cert-file, /some/cert.pem, but no tls-port"),
        (["--tls-port", "0", "--tls-cert-file", "/no/cert", "--tls-auth-clients", "no"], "directory: /no/cert"),
    ],
)
def test_a_start_that_fails_is_one_line_that_says_where(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "framewire.cli", "serve", "--port", "0", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("framewire: cannot serve: ") and message in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({}, None),
        ({"bind": "127.0.0.1 127.0.0.2 ::1 localhost"}, None),
        ({"bind": "127.0.0.1 0.0.0.0 ::"}, "whoever reaches 0.0.0.0, :: may"),
        ({"bind": "redis.example"}, "whoever reaches redis.example may"),
        ({"bind": "0.0.0.0", "requirepass": "secret"}, None),
        ({"bind": "0.0.0.0", "port": None}, None),  # TLS alone, and clients show a certificate
        ({"bind": "0.0.0.0", "port": None, "tls_auth_clients": "no"}, "whoever reaches 0.0.0.0 may"),
    ],
)
def test_a_server_open_to_other_machines_says_so(
    caplog: pytest.LogCaptureFixture, parameters: dict[str, Any], named: str | None
) -> None:
    serve._warn_if_open(Config(**parameters))
    assert [record.levelname for record in caplog.records] == ["WARNING"] * (named is not None)
    assert (named or "") in caplog.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_second_signal_does_not_wait_for_clients(number: signal.Signals, loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    with Serving("--shutdown-timeout", "60", "--loop", loop) as server, server.connect() as client:
        client.sendall(command(b"SET", b"k", b"x" * 5_000_000) + command(b"GET", b"k") * 8)
        assert client.recv(3) == b"+OK"
        server.process.send_signal(number)
        until(lambda: "shutting down: 1 clients" in server.text)
        time.sleep(0.1)
        assert server.process.poll() is None
        server.process.send_signal(number)
        assert server.process.wait(PATIENCE) == 0
    assert "Traceback" not in server.text and server.text.endswith("bye\n")


def test_a_killed_server_can_be_started_again_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    with Serving("--unixsocket", path) as first, first.connect() as client:
        client.sendall(PING)
        assert read_exactly(client, 7) == b"+PONG\r\n"
        first.process.kill()
        first.process.wait()
        port = str(first.port)
        with Serving("--port", port, "--unixsocket", path) as second, socket.socket(socket.AF_UNIX) as local:
            second.ask(PING, b"+PONG\r\n")
            local.connect(path)
            local.sendall(PING)
            assert read_exactly(local, 7) == b"+PONG\r\n"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2])
def test_other_signals_are_noted_and_end_nothing(number: signal.Signals) -> None:
    with Serving() as server, server.connect() as client:
        server.process.send_signal(number)
        until(lambda: f"{number.name} does nothing here" in server.text)
        client.sendall(PING)
        assert read_exactly(client, 7) == b"+PONG\r\n"


def test_the_first_line_says_what_runs_where(tmp_path: Path) -> None:
    with Serving("--dir", str(tmp_path)) as server:
        pid = server.process.pid
    assert f"(framewire {__version__}, {implementation}, " in server.text
    assert f", pid {pid}, directory {tmp_path})\n" in server.text


def test_nobody_can_forge_lines_of_the_log() -> None:
    evil = "x\r\n2026-01-01 00:00:00,000 INFO all is well \x1b[2J \u202egnisrever\u2066 \u2028 \x7f"
    with Serving() as server:
        before = len(server.log)
        server.ask(command(b"DEBUG", b"LOG", evil.encode()), b"+OK\r\n")
        until(lambda: "DEBUG LOG" in server.text)
        (line,) = server.log[before:]
    assert line.rstrip("\n").isprintable()
    assert "client " in line and "x\\r\\n2026" in line and "\\x1b[2J \\u202egnisrever" in line


def test_the_log_level_can_be_changed() -> None:
    with Serving() as server:
        for level, shown in (("warning", False), ("notice", True)):
            server.ask(command(b"CONFIG", b"SET", b"loglevel", level.encode()), b"+OK\r\n")
            before = len(server.log)
            server.process.send_signal(signal.SIGHUP)
            server.ask(command(b"DEBUG", b"LOG", level.encode()), b"+OK\r\n")
            until(lambda level=level: f"DEBUG LOG: {level}" in server.text)  # type: ignore[misc]
            assert any("SIGHUP" in line for line in server.log[before:]) is shown
