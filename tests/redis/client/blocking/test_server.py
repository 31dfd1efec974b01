"""One server: who connects, what is tried again, and what becomes of a call whose link is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.server import Server
from framewire.redis.client.errors import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    InvalidResponse,
    RedisError,
    ResponseError,
    TimeoutError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from tests.redis.client.blocking.ends import together
from tests.waiting import PATIENCE, until

QUICK = Retry(10, 0.0001, 0.001)
GET, INCR, SET = (b"GET", b"a"), (b"INCR", b"a"), (b"SET", b"a", b"1")

Answer = bytes | None
"""What a scripted server says to one request; `None`: it closes the connection instead."""


@contextmanager
def scripted(answers: Callable[[int, bytes], Answer], **options: Any) -> Iterator[tuple[Server, list[bytes]]]:
    """A server that answers with `answers(connection, request)`, from connection 0 on; and all that it was asked."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(number: int, sock: socket.socket) -> None:
        with sock:
            while request := sock.recv(65536):
                asked.append(request)
                answer = answers(number, request)
                if answer is None:
                    return
                sock.sendall(answer)

    def accept() -> None:
        number = 0
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(number, sock), daemon=True).start()
            number += 1

    threading.Thread(target=accept, daemon=True).start()
    merged = {"protocol": 2, "lib_name": None, "retry": QUICK, "socket_timeout": PATIENCE, **options}
    made = Options(host="127.0.0.1", port=listener.getsockname()[1], **merged)
    opener = Opener(made)
    server = Server(made, opener)
    try:
        yield server, asked
    finally:
        opener.close()
        server.close()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def ask(server: Server, request: tuple[bytes, ...]) -> Any:
    return server.call(request, None, server.options.socket_timeout)


def test_one_thread_connects_for_all() -> None:
    connections = set()

    def answers(number: int, request: bytes) -> bytes:
        connections.add(number)
        return b":1\r\n" * request.count(b"*2\r\n")

    with scripted(answers) as (server, _):
        assert together(*[lambda: ask(server, GET)] * 8) == [1] * 8
    assert connections == {0}


def test_who_waits_while_connecting_fails_gets_that_failure() -> None:
    """And does not begin with all attempts again."""
    opened = 0

    class Refusing(Opener):
        def open(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal opened
            opened += 1
            until(lambda: waiting == 3)
            raise ConnectionError("refused")

    options = Options()
    server = Server(options, Refusing(options))
    waiting = 0

    def call() -> None:
        nonlocal waiting
        waiting += 1
        ask(server, GET)

    errors = together(*[call] * 3)
    assert [str(error) for error in errors] == ["refused"] * 3
    assert len(set(map(id, errors))) == 3
    assert opened <= 3


def test_nobody_listens() -> None:
    options = Options(host="127.0.0.1", port=1, retry=Retry(2, 0.0001, 0.001))
    with pytest.raises(ConnectionError, match="could not connect to redis://127") as failed:
        ask(Server(options, Opener(options)), GET)
    assert failed.value.fate is Fate.NOT_EXECUTED


def test_attempts_to_connect_end_with_the_deadline() -> None:
    options = Options(host="127.0.0.1", port=1, retry=Retry(10**9, 0.001, 0.01))
    with pytest.raises((ConnectionError, TimeoutError), match="could not connect"):
        Server(options, Opener(options)).call(GET, None, 0.05)


@pytest.mark.parametrize("request_", [GET, SET])
def test_what_may_be_repeated_is(request_: tuple[bytes, ...]) -> None:
    with scripted(lambda number, request: None if number < 3 else b":1\r\n") as (server, asked):
        assert ask(server, request_) == 1
        assert len(asked) == 4


def test_what_may_not_is_told_its_fate() -> None:
    with scripted(lambda number, request: None) as (server, asked):
        with pytest.raises(ConnectionError) as lost:
            ask(server, INCR)
        assert lost.value.fate is Fate.UNKNOWN
        assert len(asked) == 1


@pytest.mark.parametrize("second", [b"-READONLY You can't write against a read only replica.\r\n", b"-LOADING\r\n"])
def test_what_was_written_once_is_never_said_to_be_not_executed(second: bytes) -> None:
    """SET may be repeated; where its second attempt comes to nothing, nobody knows of the first."""
    with scripted(lambda number, request: None if number < 1 else second, retry=Retry(2, 0.0, 0.0)) as (server, asked):
        with pytest.raises(RedisError) as caught:
            ask(server, SET)
        assert caught.value.fate is Fate.UNKNOWN
        assert len(asked) >= 2


def test_nor_where_no_link_is_to_be_had_again() -> None:
    opened = 0

    class Once(Opener):
        def open(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal opened
            opened += 1
            if opened > 1:
                raise ConnectionError("refused")
            return super().open(*args, **kwargs)

    with scripted(lambda number, request: None) as (server, asked):
        server._opener = Once(server.options)
        with pytest.raises(ConnectionError, match="refused") as caught:
            ask(server, SET)
        assert caught.value.fate is Fate.UNKNOWN
        assert (opened, len(asked)) == (2, 1)


def test_repeats_are_counted() -> None:
    with scripted(lambda number, request: None, retry=Retry(3, 0.0, 0.0)) as (server, asked):
        with pytest.raises(ConnectionError):
            ask(server, GET)
        assert len(asked) == 4


def test_batches_too() -> None:
    with scripted(lambda number, request: None if number < 2 else b":1\r\n:2\r\n") as (server, _):
        assert server.batch([GET, GET], PATIENCE) == [1, 2]
    with scripted(lambda number, request: None) as (server, asked):
        with pytest.raises(ConnectionError):
            server.batch([GET, INCR], PATIENCE)
        assert len(asked) == 1


def test_a_refusal_that_passes_is_waited_out() -> None:
    answers = [b"-LOADING wait\r\n", b"-BUSY wait\r\n", b":1\r\n"]
    with scripted(lambda number, request: answers.pop(0)) as (server, _):
        assert ask(server, INCR) == 1


def test_but_not_for_ever() -> None:
    with scripted(lambda number, request: b"-LOADING wait\r\n", retry=Retry(3, 0.0, 0.0)) as (server, asked):
        with pytest.raises(BusyLoadingError) as refused:
            ask(server, INCR)
        assert refused.value.fate is Fate.NOT_EXECUTED
        assert len(asked) == 4


def test_another_refusal_is_the_callers() -> None:
    with scripted(lambda number, request: b"-ERR no\r\n") as (server, asked):
        with pytest.raises(ResponseError):
            ask(server, INCR)
        assert len(asked) == 1


def test_one_deadline_for_all_attempts() -> None:
    with scripted(lambda number, request: b"-LOADING wait\r\n", retry=Retry(10**6, 0.001, 0.001)) as (server, _):
        with pytest.raises((BusyLoadingError, TimeoutError)):
            server.call(GET, None, 0.05)


def test_an_idle_link_that_the_server_has_closed_is_noticed_before() -> None:
    """So that a write is not lost on it."""
    closed = threading.Event()

    def answers(number: int, request: bytes) -> Answer:
        if b"GET" in request and number == 0:
            return b":1\r\n"
        return b":%d\r\n" % (10 + number)

    with scripted(answers) as (server, _):
        assert ask(server, GET) == 1
        link = server._link
        assert link is not None
        link._wire.sock.shutdown(socket.SHUT_RD)  # as if it had ended
        link.exchange.now -= 10
        closed.set()
        assert ask(server, INCR) == 11


def test_closing_tells_who_waits() -> None:
    asked = threading.Event()

    def answers(number: int, request: bytes) -> bytes:
        asked.set()
        return b""

    with scripted(answers) as (server, _):

        def close() -> None:
            assert asked.wait(PATIENCE)
            server.close()

        lost, _ = together(lambda: ask(server, GET), close)
        assert isinstance(lost, ConnectionError)
        with pytest.raises(ConnectionError, match="closed"):
            ask(server, GET)


# -- the handshake ----------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_not_tried_twice() -> None:
    with scripted(lambda number, request: b"-WRONGPASS no\r\n", password="secret") as (server, asked):
        with pytest.raises(AuthenticationError) as refused:
            ask(server, GET)
        assert "secret" not in str(refused.value)
        assert len(asked) == 1


def test_what_the_handshake_says_together_has_one_write() -> None:
    def answers(number: int, request: bytes) -> bytes:
        return b"+OK\r\n" * request.count(b"*")

    with scripted(answers, db=3, client_name="me", lib_name="lib") as (server, asked):
        ask(server, GET)
        assert asked[0].count(b"*") == 4
        assert len(asked) == 2


def test_a_server_that_does_not_know_hello() -> None:
    def answers(number: int, request: bytes) -> bytes:
        return b"-ERR unknown command 'HELLO'\r\n" if b"HELLO" in request else b"+OK\r\n"

    with scripted(answers, protocol=None, password="p") as (server, asked):
        ask(server, GET)
        assert [request.split(b"\r\n")[2] for request in asked] == [b"HELLO", b"AUTH", b"GET"]
    with scripted(answers, protocol=3) as (server, _), pytest.raises(RedisError, match="HELLO"):
        ask(server, GET)


def test_a_handshake_that_is_never_answered() -> None:
    with scripted(lambda number, request: b"", protocol=3, socket_connect_timeout=0.02, retry=Retry(0)) as (server, _):
        with pytest.raises(TimeoutError, match="could not connect") as late:
            ask(server, GET)
        assert late.value.fate is Fate.NOT_EXECUTED


def test_a_server_that_is_full() -> None:
    full = b"-ERR max number of clients reached\r\n"
    with scripted(lambda number, request: full, protocol=3, retry=Retry(1, 0, 0)) as (server, asked):
        with pytest.raises(ConnectionError, match="max number of clients"):
            ask(server, GET)
        assert len(asked) == 2


def test_what_was_written_once_and_finds_no_server_any_more() -> None:
    with scripted(lambda *_: None, retry=Retry(2, 0.0001, 0.001)) as (server, asked):
        opened = server._opener.open

        def open_once(*arguments: Any) -> Any:
            if asked:
                raise ConnectionError("nobody there")
            return opened(*arguments)

        server._opener.open = open_once  # type: ignore[method-assign]
        with pytest.raises(ConnectionError, match="nobody there") as caught:
            ask(server, SET)
    assert caught.value.fate is Fate.UNKNOWN


def test_garbage_is_named_where_the_request_may_not_be_sent_again() -> None:
    with scripted(lambda *_: b"HTTP/1.1 400 Bad Request\r\n\r\n") as (server, asked):
        with pytest.raises(InvalidResponse, match="must not") as caught:
            ask(server, INCR)
        assert caught.value.fate is Fate.UNKNOWN
        assert len(asked) == 1
