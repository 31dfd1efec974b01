"""The daemon thread: when it calls, when it ends, whom it does not keep alive."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from framewire.redis.client.blocking.threads.reader import Reader
from tests.waiting import until


class Attended:
    """Says what it was told to say, and counts."""

    def __init__(self, *says: float | None) -> None:
        self.says: Iterator[float | None] = iter(says)
        self.calls = 0
        self.threads: set[threading.Thread] = set()
        self.reader = Reader(self.attend)

    def attend(self) -> float | None:
        self.calls += 1
        self.threads.add(threading.current_thread())
        return next(self.says, None)


def test_it_calls_until_it_is_told_never() -> None:
    attended = Attended(0.0, 0.001, 0.0, None)
    attended.reader.start()
    until(lambda: not attended.reader._runs)
    assert attended.calls == 4
    (thread,) = attended.threads
    assert thread.daemon
    until(lambda: not thread.is_alive())


def test_it_begins_again_when_asked() -> None:
    attended = Attended()
    for calls in (1, 2):
        attended.reader.start()
        until(lambda: not attended.reader._runs)
        assert attended.calls == calls
    assert len(attended.threads) == 2


def test_who_asks_need_not_wait() -> None:
    attended = Attended(1e6, 1e6)
    attended.reader.start()
    until(lambda: attended.calls == 1)
    attended.reader.start()
    until(lambda: attended.calls == 2)
    assert len(attended.threads) == 1
    attended.reader.wake()
    until(lambda: not attended.reader._runs)


def test_waking_starts_no_thread() -> None:
    attended = Attended()
    attended.reader.wake()
    assert not attended.reader._runs
    assert not attended.calls


def test_who_asks_while_it_is_about_to_end_is_heard() -> None:
    class Asks(Attended):
        def attend(self) -> float | None:
            if not self.calls:
                self.reader.start()
            return super().attend()

    attended = Asks()
    attended.reader.start()
    until(lambda: not attended.reader._runs)
    assert attended.calls == 2


def test_it_keeps_nobody_alive() -> None:
    attended = Attended(0.001, 0.001, *[0.001] * 100_000)
    reader = attended.reader
    reader.start()
    until(lambda attended=attended: attended.calls > 2)  # type: ignore[misc]
    del attended
    gc.collect()
    until(lambda: not reader._runs)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_ends_it_and_it_can_begin_again() -> None:
    class Fails(Attended):
        def attend(self) -> float | None:
            super().attend()
            raise ArithmeticError("a fault")

    attended = Fails()
    for calls in (1, 2):
        attended.reader.start()
        until(lambda calls=calls: attended.calls == calls)  # type: ignore[misc]
        until(lambda: not any(thread.is_alive() for thread in attended.threads))
        assert not attended.reader._runs


def test_in_a_child_there_is_none() -> None:
    attended = Attended(1e6)
    attended.reader.start()
    until(lambda: attended.calls == 1)
    attended.reader.begin_anew()  # as after a fork
    assert not attended.reader._runs
    attended.reader.start()
    until(lambda: attended.calls == 2)
