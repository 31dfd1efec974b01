"""Several threads on one link: what they ask leaves together, who drives does so for all, and hands it on."""

from __future__ import annotations

import _thread
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable
from itertools import count

import pytest

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.fates import Fate
from tests.redis.client.blocking.ends import answering, joined, together
from tests.waiting import PATIENCE, until

GET = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"


def get(link: Link) -> object:
    return link.call((b"GET", b"a"), None, PATIENCE)


def test_a_thread_alone_is_never_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framewire.redis.client.blocking.threads.waiter.Waiter.park", None)
    with joined() as (link, peer):
        for _ in range(3):
            answering(peer, len(GET), b"$1\r\nb\r\n")
            assert get(link) == b"b"
        assert link._driver is link._sender is None


def test_replies_go_to_those_who_asked() -> None:
    with joined() as (link, peer):

        def serve() -> None:
            received = b""
            while received.count(b"*2") < 800 or not received.endswith(b"\r\n"):
                received += (data := peer.recv(65536))
                for word in data.split(b"*2\r\n$4\r\nECHO\r\n")[1:]:
                    assert word.endswith(b"\r\n")  # small requests are never torn
                    peer.sendall(word)

        def ask(number: int) -> list[object]:
            return [link.call((b"ECHO", b"%d-%d" % (number, i)), None, PATIENCE) for i in range(100)]

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        asked = together(*(lambda number=number: ask(number) for number in range(8)))  # type: ignore[misc]
        assert asked == [[b"%d-%d" % (number, i) for i in range(100)] for number in range(8)]


def test_who_drives_hands_it_on() -> None:
    with joined() as (link, peer):

        def serve() -> None:
            asked = b""
            while asked.count(b"GET") < 3:
                asked += peer.recv(1000)
            for answer in (b":1\r\n", b":2\r\n", b":3\r\n"):
                peer.sendall(answer)
                until(lambda: not link._parked or link._driver is not None)

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        assert sorted(together(*[lambda: get(link)] * 3)) == [1, 2, 3]
        assert link._driver is None


def test_both_ways_at_once() -> None:
    """The server reads nothing before all of its own bytes were taken."""
    big = b"x" * (32 << 20)
    with joined() as (link, peer):

        def serve() -> None:
            peer.recv(1, socket.MSG_PEEK)
            peer.sendall(b"$%d\r\n%s\r\n" % (len(big), big))
            left = len(big)
            while left > 0:
                left -= len(peer.recv(1 << 20))
            peer.sendall(b"+OK\r\n")

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        replies = link.batch([(b"GET", b"a"), (b"SET", b"a", big)], PATIENCE)
        assert replies[0] == big
        assert not link._paused or not link._unsent


def test_requests_behind_a_full_kernel_wait_and_go() -> None:
    big = b"x" * (8 << 20)
    with joined(max_in_flight_bytes=1 << 30) as (link, peer):
        calls: list[Callable[[], object]] = [lambda: link.call((b"SET", b"a", big), None, PATIENCE)] * 4

        def serve() -> None:
            until(lambda: link._paused)
            until(lambda: link.exchange.unanswered + link.exchange.queued == 4)
            left = 4 * (len(big) + len(b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$8388608\r\n\r\n"))
            while left:
                left -= len(peer.recv(1 << 20))
            peer.sendall(b"+OK\r\n" * 4)

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        assert len(together(*calls)) == 4
        assert link.exchange.queued == 0


def test_a_lost_link_tells_all_with_their_fate() -> None:
    with joined() as (link, peer):

        def serve() -> None:
            until(lambda: link.exchange.unanswered == 3)
            peer.close()

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        for error in together(*[lambda: get(link)] * 3):
            assert isinstance(error, ConnectionError)
            assert error.fate is Fate.UNKNOWN
        with pytest.raises(ConnectionError, match=r"closed|lost") as failed:
            get(link)
        assert failed.value.fate is Fate.NOT_EXECUTED
        assert link._wire.sock.fileno() == -1


# -- interrupts -------------------------------------------------------------------------------------------------------


def test_an_interrupt_while_it_drives_loses_nothing() -> None:
    """The slot swallows its reply, and the next call gets its own."""
    with joined() as (link, peer):

        def interrupt() -> None:
            until(lambda: link._driver is not None and not link._sender)
            _thread.interrupt_main()

        waker = threading.Thread(target=interrupt, daemon=True)
        waker.start()
        with pytest.raises(KeyboardInterrupt):
            get(link)
            time.sleep(PATIENCE)
        assert not link.lost
        peer.sendall(b":1\r\n:2\r\n")
        assert get(link) == 2


def test_an_interrupted_driver_hands_it_on() -> None:
    with joined() as (link, peer):
        waiting: list[object] = []

        def wait() -> None:
            until(lambda: link._driver is not None)
            waiting.append(get(link))

        def interrupt() -> None:
            until(lambda: link._parked)
            _thread.interrupt_main()

        threads = [threading.Thread(target=work, daemon=True) for work in (wait, interrupt)]
        for thread in threads:
            thread.start()
        with pytest.raises(KeyboardInterrupt):
            get(link)
            time.sleep(PATIENCE)
        peer.sendall(b":1\r\n:2\r\n")
        for thread in threads:
            thread.join(PATIENCE)
        assert waiting == [2]


@pytest.mark.thorough
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
def test_interrupts_at_any_place_shift_no_reply() -> None:
    """Each reply is the caller's own, or the link is lost and says so."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def echo(peer: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the test closes it
            while data := peer.recv(65536):
                for word in data.split(b"*2\r\n$4\r\nECHO\r\n")[1:]:
                    peer.sendall(word)

    before = signal.signal(signal.SIGALRM, interrupt)
    interrupted = lost = 0
    try:
        for turn in range(300):
            with joined() as (link, peer):
                threading.Thread(target=echo, args=(peer,), daemon=True).start()
                try:
                    for number in count():
                        if number == 5:
                            signal.setitimer(signal.ITIMER_REAL, 0.00005 + turn % 37 * 0.000007)
                        word = b"%d" % number
                        assert link.call((b"ECHO", word), None, PATIENCE) == word
                except KeyboardInterrupt:
                    interrupted += 1
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                try:
                    for number in range(5):
                        word = b"after %d" % number
                        assert link.call((b"ECHO", word), None, PATIENCE) == word
                except ConnectionError:
                    assert link.lost
                    lost += 1
                peer.shutdown(socket.SHUT_RDWR)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert interrupted
    assert lost < interrupted
