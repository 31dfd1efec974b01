"""One connection: calls and their errors, deadlines with a cause, silence, pushes, the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.client.errors import ConnectionError, DataError, QueueFullError, ResponseError, TimeoutError
from framewire.redis.client.fates import Fate
from tests.redis.client.blocking.ends import answering, joined, together
from tests.waiting import PATIENCE, until

GET = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"


def test_a_call_and_its_shape() -> None:
    with joined() as (link, peer):
        answering(peer, len(GET), b":41\r\n")
        assert link.call((b"GET", b"a"), lambda reply: reply + 1) == 42


def test_what_a_shape_raises_the_caller_gets() -> None:
    with joined() as (link, peer):
        answering(peer, len(GET), b"+no number\r\n")
        with pytest.raises(TypeError):
            link.call((b"GET", b"a"), float)
        answering(peer, len(GET), b":1\r\n")
        assert link.call((b"GET", b"a")) == 1


def test_a_batch_has_its_errors_in_place() -> None:
    with joined() as (link, peer):
        answering(peer, 3 * len(GET), b":1\r\n-WRONGTYPE no\r\n+OK\r\n")
        assert link.batch([(b"GET", b"a")] * 3) == [1, Error(b"WRONGTYPE no"), Simple(b"OK")]


def test_an_error_reply_is_raised() -> None:
    with joined() as (link, peer):
        answering(peer, len(GET), b"-WRONGTYPE no\r\n")
        with pytest.raises(ResponseError, match="WRONGTYPE no") as refused:
            link.call((b"GET", b"a"))
        assert refused.value.fate is Fate.EXECUTED


def test_an_error_reply_is_a_reply_where_it_is_kept() -> None:
    with joined() as (link, peer):
        link.keeps_errors = True
        answering(peer, len(GET), b"-WRONGTYPE no\r\n")
        assert link.call((b"GET", b"a")) == Error(b"WRONGTYPE no")


def test_a_socket_that_was_given_away() -> None:
    with joined() as (link, peer):
        wire = link.detach()
        peer.sendall(b"+OK\r\n")
        room = memoryview(bytearray(10))
        until(lambda: wire.received or wire.receive(room))
        assert room[: wire.received.pop()] == b"+OK\r\n"
        with pytest.raises(ConnectionError, match="given to somebody else"):
            link.call((b"GET", b"a"))


def test_what_has_no_wire_form_fails_alone() -> None:
    with joined() as (link, peer):
        with pytest.raises(DataError):
            link.call((b"GET", object()))
        answering(peer, len(GET), b":1\r\n")
        assert link.call((b"GET", b"a")) == 1


def test_what_cannot_be_queued_fails_alone() -> None:
    with joined(max_in_flight=1, max_queued_bytes=0) as (link, peer):

        def second() -> object:
            until(lambda: link.exchange.unanswered == 1)
            try:
                return link.call((b"GET", b"a"))
            finally:
                peer.sendall(b":1\r\n")

        first, refused = together(lambda: link.call((b"GET", b"a")), second)
        assert first == 1
        assert isinstance(refused, QueueFullError)


def test_garbage_ends_the_link() -> None:
    with joined() as (link, peer):
        answering(peer, len(GET), b"HTTP/1.1 400 Bad Request\r\n")
        with pytest.raises(ConnectionError, match="sent what it must not") as lost:
            link.call((b"GET", b"a"))
        assert lost.value.fate is Fate.UNKNOWN
        assert link.lost


def test_a_batch_knows_which_replies_came_before_the_end() -> None:
    with joined() as (link, peer):

        def serve() -> None:
            answering(peer, 3 * len(GET), b":1\r\n:2\r\n").join(PATIENCE)
            peer.close()

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(ConnectionError) as lost:
            link.batch([(b"GET", b"a")] * 3)
        assert lost.value.replies == [1, 2]  # type: ignore[attr-defined]


# -- deadlines --------------------------------------------------------------------------------------------------------


def test_a_silent_server() -> None:
    with joined() as (link, peer):
        with pytest.raises(TimeoutError, match="GET to redis://localhost:6379/0 had no reply") as late:
            link.call((b"GET", b"a"), None, 0.01)
        assert late.value.fate is Fate.UNKNOWN
        assert late.value.cause
        peer.sendall(b":1\r\n:2\r\n")
        assert link.call((b"GET", b"a")) == 2


def test_a_deadline_passes_on_a_busy_link_too() -> None:
    """Bytes come all the time, for others and for nobody: the clock is looked at all the same."""
    with joined() as (link, peer):
        ended = threading.Event()

        def push() -> None:
            while not ended.is_set():
                peer.sendall(b">2\r\n+tick\r\n:1\r\n")
                time.sleep(0.001)

        thread = threading.Thread(target=push)
        thread.start()
        try:
            with pytest.raises(TimeoutError) as late:
                link.call((b"GET", b"a"), None, 0.05)
        finally:
            ended.set()
            thread.join(PATIENCE)
        assert late.value.fate is Fate.UNKNOWN


def test_what_was_never_sent_was_not_executed() -> None:
    with joined(max_in_flight=1) as (link, peer):

        def second() -> object:
            until(lambda: link.exchange.unanswered == 1)
            try:
                return link.call((b"GET", b"a"), None, 0.01)
            finally:
                peer.sendall(b":1\r\n")

        first, late = together(lambda: link.call((b"GET", b"a")), second)
        assert first == 1
        assert isinstance(late, TimeoutError)
        assert late.fate is Fate.NOT_EXECUTED


def test_a_long_silence_ends_the_link() -> None:
    with joined(socket_timeout=0.02) as (link, _), pytest.raises(ConnectionError, match="has been silent"):
        link.call((b"GET", b"a"), None, PATIENCE)


def test_but_not_one_that_is_patient() -> None:
    with joined(socket_timeout=0.001, patient=True) as (link, peer):
        thread = threading.Timer(0.1, peer.sendall, [b":1\r\n"])
        thread.start()
        assert link.call((b"BLPOP", b"a", 0)) == 1


# -- what nobody asks for ---------------------------------------------------------------------------------------------


def test_pushes_are_told() -> None:
    with joined() as (link, peer):
        pushes: list[Sequence[Any]] = []
        link.on_push = pushes.append
        answering(peer, len(GET), b">2\r\n+one\r\n:1\r\n:7\r\n")
        assert link.call((b"GET", b"a")) == 7
        assert list(pushes[0]) == [Simple(b"one"), 1]


def test_listening_waits_for_them() -> None:
    with joined() as (link, peer):
        pushes: list[Sequence[Any]] = []
        link.on_push = pushes.append
        assert not link.listen(lambda: bool(pushes), 0.01)
        peer.sendall(b">1\r\n:1\r\n")
        assert link.listen(lambda: bool(pushes), PATIENCE)
        assert link.listen(lambda: bool(pushes), 0)


def test_listening_while_another_thread_drives() -> None:
    with joined() as (link, peer):
        pushes: list[Sequence[Any]] = []
        link.on_push = pushes.append

        def listen() -> bool:
            until(lambda: link._driver is not None)
            return link.listen(lambda: bool(pushes), None)

        def serve() -> None:
            until(lambda: link._parked)
            peer.sendall(b">1\r\n:1\r\n:5\r\n")

        assert together(lambda: link.call((b"GET", b"a")), listen, serve) == [5, True, None]


def test_a_lost_link_ends_listening() -> None:
    with joined() as (link, peer):
        peer.close()
        with pytest.raises(ConnectionError, match="closed the connection"):
            link.listen(lambda: False, None)


def test_a_silent_server_is_asked_while_somebody_listens() -> None:
    with joined(health_check_interval=10.0) as (link, peer):
        link._heard -= 11
        link.listen(lambda: False, 0.0)  # the beat, then what it asks
        link.listen(lambda: False, 0.0)
        assert peer.recv(100) == b"*1\r\n$4\r\nPING\r\n"
        peer.sendall(b"+PONG\r\n")
        until(lambda: link.listen(lambda: False, 0.0) or not link.exchange.unanswered)
        assert link.silent_for() < 10 and not link.lost


def test_and_is_given_up_without_an_answer() -> None:
    with joined(health_check_interval=0.01, socket_timeout=0.01) as (link, _):
        with pytest.raises(ConnectionError, match="has been silent"):
            link.listen(lambda: False, None)


def test_but_not_one_that_may_be_silent() -> None:
    with joined(health_check_interval=10.0, patient=True) as (link, peer):
        link._heard -= 11
        for _ in range(3):
            link._next_beat = 0.0
            assert not link.listen(lambda: False, 0.0)
        peer.setblocking(False)
        with pytest.raises(BlockingIOError):
            peer.recv(1)


def test_who_made_it_is_told_of_its_loss_at_once() -> None:
    with joined() as (link, peer):
        told: list[Exception] = []
        link.on_loss = lambda: told.append(link.loss())
        peer.close()
        link.look()
        link.abort()
        assert ["closed the connection" in str(each) for each in told] == [True]


# -- looking ----------------------------------------------------------------------------------------------------------


def test_a_look_finds_the_end() -> None:
    with joined() as (link, peer):
        link.look()
        assert not link.lost
        peer.close()
        link.look()
        assert link.lost


def test_a_look_takes_what_is_there() -> None:
    with joined() as (link, peer):
        pushes: list[Sequence[Any]] = []
        link.on_push = pushes.append
        peer.sendall(b">1\r\n:1\r\n")
        link.look()
        assert len(pushes) == 1


def test_after_a_long_silence_the_server_has_to_answer() -> None:
    with joined(health_check_interval=10.0) as (link, peer):
        link._heard -= 11
        answering(peer, len(b"*1\r\n$4\r\nPING\r\n"), b"+PONG\r\n")
        link.look()
        assert not link.lost
        link._heard -= 11
    with joined(health_check_interval=10.0, socket_connect_timeout=0.01) as (link, peer):
        link._heard -= 11
        link.look()
        assert "no sign of life" in str(link.error)


# -- the end ----------------------------------------------------------------------------------------------------------


def test_ending_it_from_another_thread() -> None:
    with joined() as (link, _):

        def end() -> None:
            until(lambda: link._driver is not None)
            link.abort(ConnectionError("enough"))

        lost, _ = together(lambda: link.call((b"GET", b"a")), end)
        assert isinstance(lost, ConnectionError)
        assert str(lost) == "enough"
        link.abort()
        assert link._wire.sock.fileno() == -1


def test_each_caller_gets_an_error_of_its_own() -> None:
    with joined() as (link, _):
        link.abort()
        first, second = together(lambda: link.call((b"GET", b"a")), lambda: link.call((b"GET", b"a")))
        assert first is not second


def test_silence_is_told_once_a_second_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """To who knows other servers; of a link that nobody waits on nothing is."""
    monkeypatch.setattr("framewire.redis.client.blocking.link.SILENCE_SECONDS", 0.03)
    told: list[float] = []
    with joined() as (link, peer):
        link.on_silence = lambda: told.append(time.monotonic())
        assert link.silence(time.monotonic() + 1) == 0
        started = link.start([(b"GET", b"a")])
        answered = threading.Thread(target=lambda: (until(lambda: len(told) == 3), peer.sendall(b":1\r\n")))
        answered.start()
        assert started.finish() == [1]
        answered.join()
        assert all(later - earlier >= 0.03 for earlier, later in pairwise(told))
        assert link.silence(time.monotonic() + 1) == 0
