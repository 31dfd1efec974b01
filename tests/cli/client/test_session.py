"""One link: what it is set to, and what becomes of a request when it is lost."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from typing import Self

import pytest

from framewire.cli.client.session import Session, place_of
from framewire.frames.resp import Error, Simple
from framewire.redis import ThreadServer
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.exchange.calls import Unpairable
from tests.cli.client.conftest import options_for
from tests.waiting import until

OK = Simple(b"OK")


def number(session: Session) -> bytes:
    """Which client of the server it is."""
    return b"%d" % session.ask((b"CLIENT", b"ID"))


def kill(server: ThreadServer, client: bytes) -> None:
    """End a connection, and wait until the server has none of that number."""
    with Session(options_for(server)) as other:
        assert other.ask((b"CLIENT", b"KILL", b"ID", client)) == 1
        until(lambda: b"id=%b " % client not in other.ask((b"CLIENT", b"LIST")))


def test_errors_are_replies(session: Session) -> None:
    assert session.ask((b"SET", b"k", b"v")) == OK
    assert session.ask((b"INCR", b"k")) == Error(b"ERR value is not an integer or out of range")
    assert session.batch([(b"GET", b"k"), (b"INCR", b"k"), (b"GET", b"k")])[::2] == [b"v", b"v"]


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([b"SELECT 3"], {"db": 3}),
        ([b"SELECT 99"], {"db": 0}),
        ([b"SELECT x"], {"db": 0}),
        ([b"CLIENT SETNAME me"], {"client_name": "me"}),
        ([b"HELLO 3"], {"protocol": 3}),
        ([b"HELLO 2"], {"protocol": 2}),
        ([b"SELECT 3", b"CLIENT SETNAME me", b"RESET"], {"db": 0, "client_name": None, "protocol": 2}),
        ([b"MULTI", b"SELECT 3"], {"db": 0}),
    ],
)
def test_what_the_link_is_set_to_is_known(session: Session, requests: list[bytes], expected: dict[str, object]) -> None:
    for request in requests:
        session.ask(request.split())
    assert {name: getattr(session.options, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("requests", "inside"),
    [
        ([b"MULTI"], True),
        ([b"MULTI", b"PING"], True),
        ([b"MULTI", b"EXEC"], False),
        ([b"MULTI", b"DISCARD"], False),
        ([b"MULTI", b"NOSUCH", b"EXEC"], False),
        ([b"EXEC"], False),
        ([b"MULTI", b"MULTI"], True),
    ],
)
def test_whether_in_a_transaction(session: Session, requests: list[bytes], inside: bool) -> None:
    for request in requests:
        session.ask(request.split())
    assert session.in_transaction is inside


def test_a_link_that_was_lost_at_rest_is_made_anew_as_it_was(server: ThreadServer) -> None:
    told: list[str] = []
    with Session(options_for(server), told.append) as session:
        session.ask((b"SELECT", b"3"))
        session.ask((b"CLIENT", b"SETNAME", b"me"))
        before = number(session)
        kill(server, before)
        assert session.ask((b"INCR", b"n")) == 1
        assert session.ask((b"CLIENT", b"GETNAME")) == b"me"
        assert number(session) != before
        assert b" db=3 " in session.ask((b"CLIENT", b"INFO"))
    assert len(told) == 1 and told[0].endswith("connected anew")


@pytest.mark.parametrize("state", [b"MULTI", b"WATCH k"])
def test_a_transaction_does_not_go_on_without_its_link(server: ThreadServer, session: Session, state: bytes) -> None:
    client = number(session)
    session.ask(state.split())
    kill(server, client)
    with pytest.raises(ConnectionError, match="went with it") as caught:
        session.ask((b"SET", b"k", b"v"))
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert not session.in_transaction
    assert session.ask((b"EXISTS", b"k")) == 0


class Closing:
    """A server that answers so many requests of each connection, takes one more, and ends the connection; but for the
    connection of number `patient`, all of whose requests it answers. It counts them all."""

    def __init__(self, answered: int = 0, patient: int = 1) -> None:
        self._answered = answered
        self._patient = patient
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = "127.0.0.1", self._socket.getsockname()[1]
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def _serve(self) -> None:
        for number in range(self._patient + 1):
            try:
                client, _ = self._socket.accept()
            except OSError:  # it is the end
                return
            with client:
                left = self._answered if number < self._patient else 1000
                while request := client.recv(1000):
                    self.requests.append(request)
                    if not left:
                        break
                    left -= 1
                    client.sendall(b"+OK\r\n")

    def __exit__(self, *exc_info: object) -> None:
        self._socket.close()


@pytest.mark.parametrize(("request_", "repeated"), [((b"GET", b"k"), True), ((b"INCR", b"n"), False)])
def test_only_what_does_no_harm_is_sent_again(request_: tuple[bytes, ...], repeated: bool) -> None:
    with Closing() as server, Session(options_for(server)) as session:
        if repeated:
            assert session.ask(request_) == OK
        else:
            with pytest.raises(ConnectionError) as caught:
                session.ask(request_)
            assert caught.value.fate is Fate.UNKNOWN
        assert len(server.requests) == 1 + repeated


def test_what_is_lost_inside_a_transaction_ends_it() -> None:
    """Also a GET, which elsewhere is sent again: here it was to be a part of the whole."""
    with Closing(answered=1) as server, Session(options_for(server)) as session:
        assert session.ask((b"MULTI",)) == OK
        with pytest.raises(ConnectionError):
            session.ask((b"GET", b"k"))
        assert not session.in_transaction and len(server.requests) == 2
        assert session.ask((b"MULTI",)) == OK


def test_confirmations_and_messages(server: ThreadServer, session: Session) -> None:
    assert session.ask((b"SUBSCRIBE", b"a", b"b")) == [[b"subscribe", b"a", 1], [b"subscribe", b"b", 2]]
    assert session.listening
    with Session(options_for(server)) as other:
        other.ask((b"PUBLISH", b"b", b"hello"))
    until(lambda: session.pushes or session.wait())
    assert [list(items) for items in session.pushes] == [[b"message", b"b", b"hello"]]
    session.ask((b"UNSUBSCRIBE",))
    assert not session.listening


def test_a_link_that_is_lost_while_it_listens(server: ThreadServer, session: Session) -> None:
    client = number(session)
    session.ask((b"SUBSCRIBE", b"a"))
    kill(server, client)
    with pytest.raises(ConnectionError):
        until(lambda: session.wait())


def test_what_cannot_be_paired_is_refused(session: Session) -> None:
    session.ask((b"MULTI",))
    with pytest.raises(Unpairable):
        session.ask((b"CLIENT", b"REPLY", b"OFF"))


def test_an_own_server_in_memory() -> None:
    with Session(replace(Options.from_url("memory://"), protocol=2, lib_name=None)) as session:
        assert session.ask((b"SET", b"k", b"v")) == OK
        assert session.ask((b"GET", b"k")) == b"v"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://h:1/2", "h:1"),
        ("redis://[::1]:1", "[::1]:1"),
        ("unix:///tmp/s", "/tmp/s"),
        ("memory://name", "memory://name"),
        ("redis://user:secret@h", "h:6379"),
    ],
)
def test_places(url: str, place: str) -> None:
    assert place_of(Options.from_url(url)) == place
