"""A batch in two steps: sent, and waited for when its thread has asked others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewire.frames.resp import Error
from framewire.redis import ThreadServer, run_in_thread
from framewire.redis.client.blocking.node import Node
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.errors import ConnectionError, DataError, TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from tests.redis.client.blocking.ends import answering, joined, together
from tests.waiting import PATIENCE

GET, INCR = (b"GET", b"a"), (b"INCR", b"a")
NBYTES = len(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n")


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread(port=0) as server:
        yield server


def test_all_are_asked_before_any_answers() -> None:
    with joined() as (first, peer), joined() as (second, other):
        one, two = first.start([GET, GET]), second.start([GET])
        assert len(peer.recv(4096)) == 2 * NBYTES
        assert len(other.recv(4096)) == NBYTES
        other.sendall(b":3\r\n")
        peer.sendall(b":1\r\n-ERR no\r\n")
        assert one.finish() == [1, Error(b"ERR no")]
        assert two.finish() == [3]
        assert first.idle and second.idle


def test_other_calls_may_come_between() -> None:
    with joined() as (link, peer):
        started = link.start([GET])
        answering(peer, 2 * NBYTES, b":1\r\n:2\r\n")
        assert link.call(GET, None, PATIENCE) == 2
        assert started.finish() == [1]


def test_other_threads_may_wait_for_the_same_link() -> None:
    with joined() as (link, peer):
        started = [link.start([GET]) for _ in range(8)]
        answering(peer, 8 * NBYTES, b"".join(b":%d\r\n" % number for number in range(8)))
        assert together(*(each.finish for each in started)) == [[number] for number in range(8)]


def test_what_has_no_form_is_not_sent() -> None:
    with joined() as (link, _), pytest.raises(DataError):
        link.start([(b"SET", b"a", object())])


def test_a_link_that_is_lost_before_and_meanwhile() -> None:
    with joined() as (link, peer):
        started = link.start([GET, INCR])
        peer.recv(4096)
        peer.sendall(b":1\r\n")
        peer.close()
        with pytest.raises(ConnectionError) as lost:
            started.finish()
        assert lost.value.fate is Fate.UNKNOWN
        assert lost.value.replies == [1]  # type: ignore[attr-defined]
        with pytest.raises(ConnectionError) as gone:
            link.start([GET])
        assert gone.value.fate is Fate.NOT_EXECUTED


def test_its_deadline_is_that_of_the_call() -> None:
    with joined() as (link, _):
        with pytest.raises(TimeoutError):
            link.start([GET], 0.02).finish()


def test_replies_that_nobody_waits_for_are_swallowed() -> None:
    with joined() as (link, peer):
        link.start([GET]).abandon()
        answering(peer, 2 * NBYTES, b":1\r\n:2\r\n")
        assert link.call(GET, None, PATIENCE) == 2


def test_more_than_the_kernel_has_room_for() -> None:
    """What does not fit leaves while it is waited for."""
    value = bytes(4 * 1024 * 1024)
    with joined(max_in_flight_bytes=2**30) as (link, peer):
        started = link.start([(b"SET", b"a", value)])
        answering(peer, len(value), b":1\r\n")
        assert started.finish() == [1]


# -- of a server ------------------------------------------------------------------------------------------------------


def test_a_server_connects_first(server: ThreadServer) -> None:
    server.reset()
    options = Options.from_url(server.url)
    opener = Opener(options)
    node = Node(options, opener)
    assert not node.server.is_connected
    assert node.start([(b"SET", b"a", b"1"), GET], PATIENCE).finish()[1] == b"1"
    assert node.server.is_connected
    node.close()
    assert not node.server.is_connected
    with pytest.raises(ConnectionError, match="closed"):
        node.start([GET], PATIENCE)
    opener.close()
