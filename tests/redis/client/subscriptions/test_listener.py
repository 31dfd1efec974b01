from __future__ import annotations

from framewire.redis.client.errors import PubSubError
from framewire.redis.client.subscriptions.backlog import Backlog
from framewire.redis.client.subscriptions.items import Full, Gap, Kind, Message, Reason
from framewire.redis.client.subscriptions.listener import Listener

A, B = (Kind.CHANNEL, b"a"), (Kind.CHANNEL, b"b")
MESSAGE = Message("message", b"a", None, b"x")


class Told:
    def __init__(self) -> None:
        self.times = 0
        self.listener = Listener(Backlog(10, 100, Full.DROP_OLDEST, lambda: 7.0), self._arrived)

    def _arrived(self) -> None:
        self.times += 1


def test_the_reader_is_told_of_messages_of_gaps_and_of_the_end() -> None:
    told = Told()
    listener = told.listener
    listener.put(MESSAGE)
    assert told.times == 1
    listener.miss(A, Reason.LOST, 5.0)
    assert told.times == 1  # nothing can be read of it yet
    listener.hear(A)
    assert told.times == 2
    listener.end()
    listener.end()
    assert told.times == 3


def test_a_gap_waits_for_all_that_is_missing() -> None:
    listener = Told().listener
    listener.miss(A, Reason.MOVED, 5.0)
    listener.miss(B, Reason.LOST, 6.0)
    listener.hear(A)
    listener.put(MESSAGE)
    assert listener.take() is None
    listener.hear(B)
    assert [listener.take() for _ in range(3)] == [Gap(Reason.LOST, 5.0, 0), MESSAGE, None]


def test_what_waits_is_read_before_an_error_but_not_after_the_end() -> None:
    failed, closed = Told().listener, Told().listener
    for listener in (failed, closed):
        listener.put(MESSAGE)
        listener.miss(A, Reason.LOST, 5.0)
    failed.end(PubSubError("no"))
    closed.end()
    assert [failed.take(), failed.take()] == [MESSAGE, Gap(Reason.LOST, 5.0, 0)]
    assert closed.take() is None
    assert (failed.ended, closed.ended, closed.error) == (True, True, None)


def test_it_ends_once() -> None:
    listener = Told().listener
    listener.end(error := PubSubError("first"))
    listener.end(PubSubError("second"))
    assert listener.error is error
