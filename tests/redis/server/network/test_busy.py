"""A script that has written and does not end: what others are told meanwhile, and what ends it."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from framewire.redis import ThreadServer, run_in_thread
from tests.serving import Serving
from tests.waiting import PATIENCE, until

pytest.importorskip("lupa.lua51")

LOOP = "redis.call('SET', 'k', 'v') while true do end"
CALLS = "redis.call('SET', 'k', 'v') while true do redis.call('GET', 'k') end"
FOR_A_WHILE = """
    local begun = redis.call('TIME')[1]
    redis.call('SET', 'key', 'v')
    while redis.call('TIME')[1] - begun < 2 do end
    return 'done'"""

THRESHOLD = b"CONFIG SET busy-reply-threshold 50\r\n"
BUSY = b"-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n"
UNKILLABLE = (
    b"-UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script "
    b"termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.\r\n"
)
ABORTED = b"-EXECABORT Transaction discarded because of: " + BUSY[1:]

ROWS: list[tuple[str, bytes]] = [
    ("GET k", BUSY), ("PING", BUSY), ("INFO", BUSY), ("CLIENT ID", BUSY), ("SUBSCRIBE x", BUSY), ("EVAL x 0", BUSY),
    ("SCRIPT EXISTS x", BUSY), ("SCRIPT FLUSH", BUSY), ("get k", BUSY), ("CONFIG GET port", BUSY),
    ("SCRIPT KILL", UNKILLABLE), ("SHUTDOWN", BUSY), ("SHUTDOWN SAVE", BUSY), ("SHUTDOWN x", b"-ERR syntax error\r\n"),
    ("NOSUCH", b"-ERR unknown command 'NOSUCH', with args beginning with: \r\n"),
    ("GET", b"-ERR wrong number of arguments for 'get' command\r\n"),
    ("MULTI", b"+OK\r\n"), ("SET a b", BUSY), ("EXEC", ABORTED), ("DISCARD", b"-ERR DISCARD without MULTI\r\n"),
    ("WATCH k", b"+OK\r\n"), ("UNWATCH", b"+OK\r\n"), ("RESET", b"+RESET\r\n"), ("GET k", BUSY), ("QUIT", b"+OK\r\n"),
]  # fmt: skip


class Peer:
    """A raw connection that reads as many bytes as it is asked to."""

    def __init__(self, address: Any) -> None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(address)

    def send(self, *words: str) -> None:
        self.sock.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words))

    def line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            byte = self.sock.recv(1)
            if not byte:
                break
            line += byte
        return line

    def ask(self, *words: str) -> bytes:
        self.send(*(words[0].split(" ") if len(words) == 1 else words))
        return self.line()

    def close(self) -> None:
        self.sock.close()


@pytest.fixture
def connect() -> Iterator[Callable[[Any], Peer]]:
    peers: list[Peer] = []

    def open_peer(address: Any) -> Peer:
        peers.append(Peer(address))
        assert peers[-1].ask("ECHO", "x") in (b"$1\r\n", b"-NOAUTH Authentication required.\r\n")
        return peers[-1]

    yield open_peer
    for peer in peers:
        peer.close()


def until_busy(other: Peer) -> None:
    """Until it is told of the script. Who asks before that has begun is answered as ever."""
    until(lambda: other.ask("PING") == BUSY)


def drained(peer: Peer) -> Peer:
    """Without what is left of an ECHO."""
    peer.line()
    return peer


class TestBusy:
    @pytest.fixture(params=["asyncio", "uvloop"])
    def serving(self, request: pytest.FixtureRequest) -> Iterator[Serving]:
        pytest.importorskip(request.param)
        with Serving("--loop", request.param) as server:
            server.ask(THRESHOLD, b"+OK\r\n")
            yield server

    def busy(self, serving: Serving, connect: Callable[[Any], Peer], script: str) -> tuple[Peer, Peer]:
        """The client of a script that is late, and another one."""
        caller, other = (drained(connect(("127.0.0.1", serving.port))) for _ in range(2))
        caller.send("EVAL", script, "0")
        until_busy(other)
        return caller, other

    def test_what_others_are_told(self, serving: Serving, connect: Callable[[Any], Peer]) -> None:
        _, other = self.busy(serving, connect, LOOP)
        assert [(request, other.ask(request)) for request, _ in ROWS] == ROWS

    def test_a_script_that_calls_commands(self, serving: Serving, connect: Callable[[Any], Peer]) -> None:
        _, other = self.busy(serving, connect, CALLS)
        assert [other.ask("PING") for _ in range(20)] == [BUSY] * 20

    def test_a_pipeline_and_a_request_in_pieces(self, serving: Serving, connect: Callable[[Any], Peer]) -> None:
        _, other = self.busy(serving, connect, LOOP)
        other.sock.sendall(b"PING\r\n" * 100 + b"GE")
        assert [other.line() for _ in range(100)] == [BUSY] * 100
        other.sock.sendall(b"T k\r\nHELLO 9\r\n")
        assert (other.line(), other.line()) == (BUSY, b"-NOPROTO unsupported protocol version\r\n")

    def test_what_breaks_the_protocol(self, serving: Serving, connect: Callable[[Any], Peer]) -> None:
        _, other = self.busy(serving, connect, LOOP)
        other.sock.sendall(b"*x\r\n")
        assert other.line() == b"-ERR Protocol error: invalid multibulk length\r\n"

    def test_who_leaves_does_no_harm(self, serving: Serving, connect: Callable[[Any], Peer]) -> None:
        leaving = [drained(connect(("127.0.0.1", serving.port))) for _ in range(3)]
        _, other = self.busy(serving, connect, LOOP)
        leaving[0].close()
        leaving[1].sock.shutdown(socket.SHUT_WR)
        leaving[2].sock.sendall(b"PING\r\n")
        leaving[2].close()
        assert [other.ask("PING") for _ in range(5)] == [BUSY] * 5

    def test_shutdown_nosave_ends_it(self, serving: Serving, connect: Callable[[Any], Peer]) -> None:
        caller, other = self.busy(serving, connect, CALLS)
        other.send("SHUTDOWN", "NOSAVE")
        assert b"the server is shutting down" in caller.line()
        assert serving.process.wait(PATIENCE) == 0

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_signals_end_it(self, serving: Serving, connect: Callable[[Any], Peer], number: signal.Signals) -> None:
        caller, _ = self.busy(serving, connect, LOOP)
        serving.process.send_signal(number)
        assert b"the server is shutting down" in caller.line()
        assert serving.process.wait(PATIENCE) == 0

    SAID = [b"$4\r\n", b"done\r\n", b"$1\r\n", b"v\r\n"]

    def run_for_a_while(self, caller: Peer) -> None:
        caller.send("EVAL", FOR_A_WHILE, "0")
        caller.send("GET", "key")

    def test_all_goes_on_behind_it(self, serving: Serving, connect: Callable[[Any], Peer]) -> None:
        caller, other, waiting = (drained(connect(("127.0.0.1", serving.port))) for _ in range(3))
        waiting.send("BLPOP", "list", "0")
        self.run_for_a_while(caller)
        while other.ask("PING") != BUSY:
            if select.select([caller.sock], [], [], 0)[0]:  # it was over before anybody asked
                assert [caller.line() for _ in range(4)] == self.SAID
                self.run_for_a_while(caller)
        waiting.send("PING")
        assert [caller.line() for _ in range(4)] == self.SAID
        assert other.ask("PING") == b"+PONG\r\n"
        assert other.ask("RPUSH", "list", "x") == b":1\r\n"
        said = [waiting.line() for _ in range(6)]
        assert said == [b"*2\r\n", b"$4\r\n", b"list\r\n", b"$1\r\n", b"x\r\n", b"+PONG\r\n"]


class TestOthers:
    def test_authentication(self, connect: Callable[[Any], Peer]) -> None:
        with run_in_thread(busy_reply_threshold=50, requirepass="pw") as server:
            caller, other = (connect((server.host, server.port)) for _ in range(2))
            assert caller.ask("AUTH pw") == b"+OK\r\n"
            peer = connect((server.host, server.port))
            assert peer.ask("AUTH pw") == b"+OK\r\n"
            caller.send("EVAL", LOOP, "0")
            until_busy(peer)
            assert other.ask("GET k") == b"-NOAUTH Authentication required.\r\n"
            assert other.ask("AUTH no") == b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
            assert other.ask("AUTH pw") == b"+OK\r\n"
            assert other.ask("GET k") == BUSY

    def test_a_unix_socket(self, connect: Callable[[Any], Peer], tmp_path: Path) -> None:
        path = str(tmp_path / "s")
        with run_in_thread(busy_reply_threshold=50, unixsocket=path) as server:
            caller, other = drained(connect((server.host, server.port))), drained(connect(path))
            caller.send("EVAL", LOOP, "0")
            until_busy(other)
            assert other.ask("GET k") == BUSY

    def test_messages_of_the_script_come_first(self, connect: Callable[[Any], Peer]) -> None:
        with run_in_thread(busy_reply_threshold=50) as server:
            caller, other, third = (drained(connect((server.host, server.port))) for _ in range(3))
            other.send("HELLO", "3")
            other.send("SUBSCRIBE", "c")
            while other.line() != b"$1\r\n":
                pass
            assert (other.line(), other.line()) == (b"c\r\n", b":1\r\n")
            caller.send("EVAL", "redis.call('PUBLISH', 'c', 'message') " + LOOP, "0")
            until_busy(third)
            other.send("PING")
            lines = [other.line() for _ in range(8)]
            assert lines == [b">3\r\n", b"$7\r\n", b"message\r\n", b"$1\r\n", b"c\r\n", b"$7\r\n", b"message\r\n", BUSY]

    def test_the_program_that_embeds_it_can_end_it(self, connect: Callable[[Any], Peer]) -> None:
        server: ThreadServer = run_in_thread(busy_reply_threshold=50)
        caller, other = (drained(connect((server.host, server.port))) for _ in range(2))
        caller.send("EVAL", LOOP, "0")
        until_busy(other)
        server.stop()  # it waited for ever

    def test_what_it_wrote_is_not_kept(self, connect: Callable[[Any], Peer], tmp_path: Path) -> None:
        arguments = ("--appendonly", "--dir", str(tmp_path))
        with Serving(*arguments) as serving:
            serving.ask(THRESHOLD, b"+OK\r\n")
            caller, other = (drained(connect(("127.0.0.1", serving.port))) for _ in range(2))
            assert other.ask("SET", "before", "1") == b"+OK\r\n"
            caller.send("EVAL", LOOP, "0")
            until_busy(other)
            serving.process.terminate()
            assert b"shutting down" in caller.line()
            assert serving.process.wait(PATIENCE) == 0
        with Serving(*arguments) as serving:
            peer = drained(connect(("127.0.0.1", serving.port)))
            assert (peer.ask("EXISTS k"), peer.ask("EXISTS before")) == (b":0\r\n", b":1\r\n")

    def test_nobody_waits_for_the_disk(self, connect: Callable[[Any], Peer], tmp_path: Path) -> None:
        parameters = {"appendonly": True, "appendfsync": "always", "dir": str(tmp_path)}
        with run_in_thread(busy_reply_threshold=50, **parameters) as server:
            caller, other = (drained(connect((server.host, server.port))) for _ in range(2))
            caller.send("SET", "before", "1")
            caller.send("EVAL", LOOP, "0")
            until_busy(other)
            assert [other.ask("PING") for _ in range(3)] == [BUSY] * 3

    def test_a_client_of_many(self, connect: Callable[[Any], Peer]) -> None:
        with run_in_thread(busy_reply_threshold=50) as server:
            peers = [drained(connect((server.host, server.port))) for _ in range(100)]
            peers[0].send("EVAL", LOOP, "0")
            until_busy(peers[1])
            for peer in peers[1:]:
                peer.send("PING")
            assert {peer.line() for peer in peers[1:]} == {BUSY}
