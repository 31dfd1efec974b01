"""Hostile and unlucky clients against a running server.

Each test asserts three things: what the one client gets, that others are still served, and (where memory is the
weapon) that the server stays within a stated number of bytes.
"""

from __future__ import annotations

import resource
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from tests.serving import Serving, command, read_exactly, read_to_end
from tests.waiting import until

MIB = 1024 * 1024
PING = command(b"PING")


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def server(request: pytest.FixtureRequest) -> Iterator[Serving]:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with Serving("--loop", request.param) as server:
        yield server


@pytest.fixture(autouse=True)
def still_serving(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "server" in request.fixturenames:
        server = request.getfixturevalue("server")
        server.ask(PING, b"+PONG\r\n")
        assert "Traceback" not in server.text


PROTOCOL_ERRORS = [
    (b"*abc\r\n", b"invalid multibulk length"),
    (b"*2147483648\r\n", b"invalid multibulk length"),
    (b"*99999999999999999999\r\n", b"invalid multibulk length"),
    (b"*1\r\n:1\r\n", b"expected '$', got ':'"),
    (b"*1\r\n*1\r\n", b"expected '$', got '*'"),
    (b"*1\r\n$-1\r\n", b"invalid bulk length"),
    (b"*1\r\n$5000000000\r\n", b"invalid bulk length"),
    (b"*1\r\n$18446744073709551615\r\n", b"invalid bulk length"),
    (b"*1\r\n$ 4\r\nPING\r\n", b"invalid bulk length"),
    (b"*1\r\n$+4\r\nPING\r\n", b"invalid bulk length"),
    (b"*1\r\n$04\r\nPING\r\n", b"invalid bulk length"),
    (b'SET k "unbalanced\r\n', b"unbalanced quotes in request"),
    (b"*" + b"1" * 70_000, b"too big mbulk count string"),
    (b"*1\r\n$" + b"1" * 70_000, b"too big bulk count string"),
    (b"x" * 70_000, b"too big inline request"),
    (b"*1\r\n" * 100_000, b"expected '$', got '*'"),
]


@pytest.mark.parametrize(("hostile", "message"), PROTOCOL_ERRORS, ids=lambda data: repr(data[:20])[2:-1])
def test_broken_protocol_is_answered_and_closed(server: Serving, hostile: bytes, message: bytes) -> None:
    with server.connect() as client:
        client.sendall(PING)
        assert read_exactly(client, 7) == b"+PONG\r\n"
        try:
            client.sendall(hostile)
        except (BrokenPipeError, ConnectionResetError):
            pass  # closed while we were still sending: what it answered may be lost with the reset
        else:
            answer = read_to_end(client)
            assert answer in (b"-ERR Protocol error: " + message + b"\r\n", b"")
            assert answer or len(hostile) > 60_000


NOISE = [bytes(range(256)) * 50, b"\x00" * 5000 + b"\r\n", b"\xff\xfe" * 100 + b"\n", b"$3\r\nabc\r\n"]


@pytest.mark.parametrize("noise", NOISE)
def test_noise_gets_an_error_or_a_close(server: Serving, noise: bytes) -> None:
    with server.connect() as client:
        client.sendall(noise)
        client.shutdown(socket.SHUT_WR)
        answer = read_to_end(client)
        assert answer == b"" or answer.startswith(b"-ERR ")


def test_a_request_dribbled_byte_by_byte(server: Serving) -> None:
    with server.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in command(b"SET", b"dribble", b"v" * 50) + command(b"GET", b"dribble"):
            client.sendall(bytes([byte]))
        assert read_exactly(client, 5 + 57) == b"+OK\r\n$50\r\n" + b"v" * 50 + b"\r\n"


def test_a_client_that_never_reads_waits_and_costs_little(server: Serving) -> None:
    server.ask(command(b"SET", b"large", b"x" * MIB), b"+OK\r\n")
    before = server.rss
    with server.connect() as client:
        client.sendall(command(b"GET", b"large") * 2000)  # 2 GB of replies that nobody reads
        for _ in range(20):
            server.ask(PING, b"+PONG\r\n")
        assert server.rss - before < 64 * MIB


def test_a_client_that_only_writes_is_closed_at_its_limit(server: Serving) -> None:
    with Serving("--client-output-buffer-limit", "normal 4mb 0 0 pubsub 4mb 0 0") as small:
        before = small.rss
        with small.connect() as client, pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(2000):
                client.sendall(command(b"ECHO", b"y" * 65_000))
        assert small.rss - before < 64 * MIB
        small.ask(PING, b"+PONG\r\n")
        until(lambda: "more than its limit" in small.text)


def test_two_hundred_thousand_requests_before_the_first_read(server: Serving) -> None:
    count = 200_000
    with server.connect(timeout=60) as client:
        client.sendall(PING * count)
        assert read_exactly(client, 7 * count) == b"+PONG\r\n" * count


def test_large_replies_to_a_full_pipeline_all_arrive(server: Serving) -> None:
    server.ask(command(b"SET", b"large", b"x" * MIB), b"+OK\r\n")
    before = server.rss
    requests = command(b"GET", b"large")
    count = 64 * 1024 // len(requests)
    reply = b"$%d\r\n" % MIB + b"x" * MIB + b"\r\n"
    peak = 0
    with server.connect(timeout=60) as client:
        client.sendall(requests * count)
        for number in range(count):
            assert read_exactly(client, len(reply)) == reply
            if number % 100 == 0:
                peak = max(peak, server.rss - before)
    assert peak < 96 * MIB


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_thousands_that_announce_half_a_gigabyte_and_send_nothing(loop: str) -> None:
    """They leave after the server did: the plain twin takes a zeroed MiB for each, to learn that nothing comes."""
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(4000, soft // 2)
    clients = []
    try:
        with Serving("--loop", loop) as server:
            before = server.rss
            for _ in range(count):
                client = server.connect()
                client.sendall(b"*1\r\n$536870912\r\n")
                clients.append(client)
            server.ask(PING, b"+PONG\r\n")
            assert (server.rss - before) / count < 32 * 1024
        assert "Traceback" not in server.text
    finally:
        for client in clients:
            client.close()


def test_a_client_killed_inside_a_frame(server: Serving) -> None:
    for _ in range(50):
        client = server.connect()
        client.sendall(b"*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$100000\r\nabc")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # a reset, as from a killed process
    server.ask(command(b"EXISTS", b"half"), b":0\r\n")


def test_an_expiry_beyond_all_time(server: Serving) -> None:
    for option in (b"EX", b"PX", b"EXAT", b"PXAT"):
        server.ask(
            command(b"SET", b"k", b"v", option, b"18446744073709551615"),
            b"-ERR value is not an integer or out of range\r\n",
        )
        server.ask(
            command(b"SET", b"k", b"v", b"EX", b"9223372036854775807"),
            b"-ERR invalid expire time in 'set' command\r\n",
        )


def test_line_breaks_in_a_command_name_forge_no_reply(server: Serving) -> None:
    with server.connect() as client:
        client.sendall(command(b"no\r\n+OK\r\n", b"x") + PING)
        client.shutdown(socket.SHUT_WR)
        answer = read_to_end(client)
    first, second, rest = answer.split(b"\r\n")
    assert first.startswith(b"-ERR unknown command 'no  +OK  '")
    assert (second, rest) == (b"+PONG", b"")


@pytest.mark.parametrize("first", [b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"Host: x\r\n"])
def test_a_browser_is_sent_away(server: Serving, first: bytes) -> None:
    with server.connect() as client:
        client.sendall(first + PING)
        assert b"PONG" not in read_to_end(client)


UNAUTHENTICATED = [
    (b"*11\r\n", b"unauthenticated multibulk length"),
    (b"*1\r\n$16385\r\n", b"unauthenticated bulk length"),
]


@pytest.mark.parametrize(("hostile", "message"), UNAUTHENTICATED)
def test_strangers_have_tighter_limits(hostile: bytes, message: bytes) -> None:
    with Serving("--requirepass", "secret") as server:
        with server.connect() as client:
            client.sendall(PING + hostile)
            assert read_to_end(client) == (
                b"-NOAUTH Authentication required.\r\n-ERR Protocol error: " + message + b"\r\n"
            )
        with server.connect() as client:  # AUTH lifts them, even for what arrived in the same read
            client.sendall(command(b"AUTH", b"secret") + command(b"ECHO", b"z" * 20_000))
            assert read_exactly(client, 5 + 20_010) == b"+OK\r\n$20000\r\n" + b"z" * 20_000 + b"\r\n"


def test_running_out_of_file_descriptors_is_survived() -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))"
    started = time.monotonic()
    with Serving("--maxclients", "1000", before=limit) as server:
        clients = [server.connect() for _ in range(100)]
        clients[0].sendall(PING)
        assert read_exactly(clients[0], 7) == b"+PONG\r\n"
        until(lambda: "cannot accept clients" in server.text)
        clients[0].sendall(PING)
        assert read_exactly(clients[0], 7) == b"+PONG\r\n"
        for client in clients[1:]:
            client.close()
        server.ask(PING, b"+PONG\r\n")  # accepted once there is room again
        elapsed = time.monotonic() - started
        clients[0].close()
        assert 1 <= server.text.count("cannot accept clients") <= 3 + elapsed  # it rests for a second each time


def test_more_clients_than_allowed_are_told_so() -> None:
    with Serving("--maxclients", "3") as server:
        clients = [server.connect() for _ in range(3)]
        for client in clients:
            client.sendall(PING)
            assert read_exactly(client, 7) == b"+PONG\r\n"
        with server.connect() as extra:
            assert read_to_end(extra) == b"-ERR max number of clients reached\r\n"
        for client in clients:
            client.close()
