"""`Stream`: what never waits, and waiting, by `poll` and by `select`."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from framewire.blocking import stream as module
from framewire.blocking.stream import READABLE, WRITABLE, deadline_after, stream_over

WAYS = [module._wait_with_poll, module._wait_with_select]
BOTH = READABLE | WRITABLE

pytestmark = pytest.mark.parametrize("wait", WAYS, ids=["poll", "select"])


@pytest.fixture(autouse=True)
def joined(wait: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "wait", wait)
    near, far = socket.socketpair()
    with near, far:
        yield stream_over(near), far


def test_what_can_be_done_is_told_at_once(joined: Any) -> None:
    stream, far = joined
    assert stream.wait(BOTH, None) == WRITABLE
    assert stream.wait(READABLE, deadline_after(0)) == 0
    far.sendall(b"abc")
    assert stream.wait(BOTH, None) == BOTH
    assert stream.wait(READABLE, deadline_after(0)) == READABLE


def test_a_deadline_is_kept_and_one_that_has_passed_waits_for_nothing(joined: Any) -> None:
    stream, _ = joined
    started = time.monotonic()
    assert stream.wait(READABLE, deadline_after(0.05)) == 0
    assert time.monotonic() - started >= 0.05
    assert stream.wait(READABLE, started) == 0


def test_receiving_and_its_end(joined: Any) -> None:
    stream, far = joined
    room = memoryview(bytearray(4))
    assert not stream.promising
    assert stream.receive_into(room) is None
    far.sendall(b"abcdef")
    assert stream.wait(READABLE, None) and stream.promising
    assert stream.receive_into(room) == 4 and stream.promising
    assert stream.receive_into(room) == 2 and not stream.promising
    far.close()
    assert stream.wait(READABLE, None) == READABLE
    assert stream.receive_into(room) == 0


def test_sending_stops_where_the_kernel_is_full(joined: Any) -> None:
    stream, far = joined
    sent = 0
    while part := stream.send([b"x" * 10_000, memoryview(b"y" * 10_000)]):
        sent += part
    assert sent and stream.send([b"z"]) == 0
    assert stream.wait(WRITABLE, deadline_after(0)) == 0
    far.setblocking(False)
    assert len(far.recv(sent)) > 0
    assert stream.wait(WRITABLE, deadline_after(5)) == WRITABLE


@pytest.mark.parametrize("events", [READABLE, WRITABLE, BOTH])
def test_a_peer_that_is_gone_ends_every_wait(joined: Any, events: int) -> None:
    stream, far = joined
    far.close()
    assert stream.wait(events, deadline_after(5))
    with pytest.raises(BrokenPipeError):
        stream.send([b"x"])


def test_many_segments_go_in_order(joined: Any) -> None:
    stream, far = joined
    segments = [b"%d," % number for number in range(3_000)]
    sent = stream.send(segments)
    assert far.recv(100_000) == b"".join(segments)[:sent]
    assert sent == len(b"".join(segments[: module.IOV_MAX]))
