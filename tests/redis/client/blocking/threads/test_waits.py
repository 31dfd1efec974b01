"""Threads on a link that ask nothing: they wait, read for nobody, or only send."""

from __future__ import annotations

import _thread
import math
import signal
import threading
import time

import pytest

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.threads.reader import QUIET_SECONDS, Reader
from framewire.redis.client.blocking.threads.waiter import Waiter
from framewire.redis.client.blocking.wire import BEAT_SECONDS
from tests.redis.client.blocking.ends import joined, together
from tests.waiting import PATIENCE, until

GET = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
PUSH = b">1\r\n:1\r\n"


def get(link: Link) -> object:
    return link.call((b"GET", b"a"), None, PATIENCE)


def set_by_pushes(link: Link) -> Waiter:
    """A waiter that is set by the first push."""
    waiter = Waiter()
    link.on_push = lambda items: None if waiter.is_done else waiter.set_result(items)
    return waiter


def is_left(link: Link) -> bool:
    return link._driver is link._sender is None and not link._parked


# -- waiting ----------------------------------------------------------------------------------------------------------


def test_waiting_ends_with_what_is_waited_for() -> None:
    with joined() as (link, peer):
        waiter = set_by_pushes(link)
        threading.Timer(0.05, peer.sendall, [PUSH]).start()
        link.wait(waiter, math.inf)
        assert list(waiter.result()) == [1]
        assert is_left(link)


def test_waiting_ends_at_its_deadline_whoever_drives() -> None:
    with joined() as (link, peer):

        def wait() -> None:
            until(lambda: link._driver is not None)
            waiter = Waiter()
            link.wait(waiter, time.monotonic() + 0.001)
            assert not waiter.is_done
            assert not link._parked
            peer.sendall(b":5\r\n")

        assert together(lambda: get(link), wait) == [5, None]
        link.wait(Waiter(), time.monotonic() + 0.001)
        assert is_left(link)


def test_behind_the_deadline_what_is_there_is_received() -> None:
    with joined() as (link, peer):
        waiter = set_by_pushes(link)
        with link._lock:
            link.send([((b"GET", b"a"), Waiter())])
        peer.sendall(PUSH)
        link.wait(waiter, 0.0)
        assert waiter.is_done
        assert peer.recv(100) == GET  # and what was to be sent is


def test_a_lost_link_is_waited_for_no_longer() -> None:
    with joined() as (link, peer):
        outcomes = together(
            lambda: link.wait(Waiter(), math.inf),
            lambda: link.wait(Waiter(), math.inf),
            lambda: (until(lambda: link._parked), peer.close()),
        )
        assert outcomes[:2] == [None, None]
        assert link.lost and is_left(link)
        link.wait(Waiter(), math.inf)


def test_who_leaves_hands_on_the_driving() -> None:
    """Even to one that was about to give up waiting."""
    with joined() as (link, peer):
        waiter = set_by_pushes(link)

        def leave() -> None:
            link.wait(waiter, math.inf)

        def call() -> object:
            until(lambda: link._driver is waiter)
            return get(link)

        def serve() -> None:
            assert peer.recv(100) == GET
            until(lambda: link._parked)
            peer.sendall(PUSH)
            until(lambda: link._driver is not waiter)
            peer.sendall(b":5\r\n")

        assert together(leave, call, serve) == [None, 5, None]


@pytest.mark.parametrize("parked", [False, True])
def test_an_interrupted_wait_leaves_nothing_behind(parked: bool) -> None:
    interrupt_main = _thread.interrupt_main
    if parked:  # in a system call that only a real signal ends
        if not hasattr(signal, "pthread_kill"):
            pytest.skip("this system does not send signals to threads")
        main = threading.main_thread().ident or 0
        interrupt_main = lambda: signal.pthread_kill(main, signal.SIGINT)  # noqa: E731
    with joined() as (link, peer):
        driving = threading.Thread(target=lambda: get(link))
        if parked:
            driving.start()
            until(lambda: link._driver is not None)

        def interrupt() -> None:
            until(lambda: link._parked if parked else link._driver is not None)
            interrupt_main()

        waker = threading.Thread(target=interrupt)
        waker.start()
        with pytest.raises(KeyboardInterrupt):
            link.wait(Waiter(), math.inf)
            time.sleep(PATIENCE)
        waker.join(PATIENCE)
        assert not link._parked
        if parked:
            peer.sendall(b":1\r\n")
            driving.join(PATIENCE)
        assert is_left(link) and not link.lost


# -- reading for nobody -----------------------------------------------------------------------------------------------


def test_what_nobody_reads_is_read() -> None:
    with joined() as (link, peer):
        waiter = set_by_pushes(link)
        assert link.attend() == BEAT_SECONDS  # nobody ever has
        peer.sendall(PUSH)
        assert link.attend() == 0.0  # there may be more
        assert waiter.is_done
        assert link.attend() == BEAT_SECONDS
        assert is_left(link)


def test_what_somebody_has_read_lately_is_not() -> None:
    with joined() as (link, peer):
        link.wait(Waiter(), 0.0)
        waiter = set_by_pushes(link)
        peer.sendall(PUSH)
        seconds = link.attend()
        assert seconds is not None and 0 < seconds <= QUIET_SECONDS
        assert not waiter.is_done
        assert link.attend(0.0) == 0.0
        assert waiter.is_done
        link._next_beat -= 2 * QUIET_SECONDS
        assert link.attend() == BEAT_SECONDS


def test_it_is_left_to_others_who_come() -> None:
    with joined() as (link, peer):
        assert link.attend() == BEAT_SECONDS
        link._next_beat -= BEAT_SECONDS  # it passes
        peer.sendall(b":5\r\n")
        assert get(link) == 5
        seconds = link.attend()
        assert seconds is not None and BEAT_SECONDS < seconds <= QUIET_SECONDS


def test_it_does_not_wait_for_who_reads() -> None:
    with joined() as (link, peer):

        def attend() -> float | None:
            until(lambda: link._driver is not None)
            link._attended = link._next_beat
            try:
                return link.attend(0.0)
            finally:
                peer.sendall(b":5\r\n")

        assert together(lambda: get(link), attend) == [5, BEAT_SECONDS]


def test_it_asks_a_silent_server() -> None:
    with joined(health_check_interval=10.0) as (link, peer):
        link._heard -= 11
        until(lambda: link.attend() and link.exchange.unanswered)
        link.attend()
        assert peer.recv(100) == b"*1\r\n$4\r\nPING\r\n"


def test_a_lost_link_is_not_attended_to() -> None:
    with joined() as (link, peer):
        peer.close()
        assert link.attend() is None
        assert link.lost
        assert link.attend() is None


def test_a_reader_for_one_link() -> None:
    """As a link with tracking has it."""
    with joined() as (link, peer):
        waiter = set_by_pushes(link)
        reader = Reader(link.attend)
        reader.start()
        peer.sendall(PUSH)
        until(lambda: waiter.is_done)
        peer.close()
        until(lambda: not reader._runs)
        assert link.lost


# -- sending ----------------------------------------------------------------------------------------------------------


def test_flushing_sends_and_waits_for_nothing() -> None:
    with joined() as (link, peer):
        waiter = Waiter()
        with link._lock:
            link.send([((b"GET", b"a"), waiter)])
        link.flush()
        assert peer.recv(100) == GET
        assert is_left(link) and not waiter.is_done
        link.flush()
        peer.sendall(b":5\r\n")
        link.wait(waiter, math.inf)
        assert waiter.result() == 5


def test_flushing_a_lost_link_does_nothing() -> None:
    with joined() as (link, _):
        link.abort()
        link.flush()
        assert is_left(link)
