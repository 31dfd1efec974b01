"""One connection, fed by hand: replies are counted however they are cut, and nothing but replies."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.link import Link, LinkLostError
from framewire.cli.bench.record import Record
from framewire.errors import ProtocolError
from tests.cli.bench.fakes import Wire

REPLIES = [
    b"+OK\r\n", b"$3\r\nxxx\r\n", b":7\r\n", b"*2\r\n$1\r\na\r\n$-1\r\n", b"_\r\n", b"%1\r\n+a\r\n:1\r\n",
    b"-ERR no\r\n",
]  # fmt: skip
PUSH = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"


class Counting:
    """A driver that counts."""

    def __init__(self) -> None:
        self.replies = 0
        self.record = Record(["GET"])
        self.errors: list[Exception] = []

    def answered(self, link: Link, count: int) -> None:
        link.settle(count)
        self.replies += count

    def lost(self, link: Link, error: Exception) -> None:
        self.errors.append(error)


class Transport:
    """As much of a transport as a link that ends asks for."""

    aborted = 0

    def abort(self) -> None:
        self.aborted += 1


def counting(outstanding: int = 0) -> tuple[Wire, Counting]:
    link, driver = asking(), Counting()
    link.attach(driver, driver.record)
    link.outstanding = outstanding
    return link, driver


def asking() -> Wire:
    """A link that has no driver yet."""
    link = Wire()
    link.transport = Transport()  # type: ignore[assignment]
    return link


@given(st.lists(st.sampled_from([*REPLIES, PUSH]), max_size=30), st.lists(st.integers(1, 30), max_size=20))
def test_replies_are_counted_however_they_are_cut(items: list[bytes], cuts: list[int]) -> None:
    replies = [item for item in items if item != PUSH]
    link, driver = counting(outstanding=len(replies))
    data = b"".join(items)
    for cut in cuts:
        piece, data = data[:cut], data[cut:]
        if piece:
            link.receive(piece)
    if data:
        link.receive(data)
    assert (driver.replies, link.outstanding, driver.errors) == (len(replies), 0, [])
    assert driver.record.errors == replies.count(b"-ERR no\r\n")


@pytest.mark.parametrize(("data", "kind"), [
    (b"+OK\r\n+OK\r\n", LinkLostError),  # nobody asked for the second
    (b"HTTP/1.1 400\r\n", ProtocolError),
])  # fmt: skip
def test_what_nobody_asked_for_ends_the_link(data: bytes, kind: type[Exception]) -> None:
    link, driver = counting(outstanding=1)
    link.receive(data)
    assert [type(error) for error in driver.errors] == [kind]
    assert link.transport.aborted == 1  # type: ignore[attr-defined]
    link.connection_lost(None)  # is told once
    assert len(driver.errors) == 1


def test_the_end_is_told_once_and_not_after_closing() -> None:
    link, driver = counting()
    link.eof_received()
    link.connection_lost(None)
    assert [str(error) for error in driver.errors] == ["the server closed a connection"]
    link, driver = counting()
    link.close()
    link.connection_lost(None)
    assert driver.errors == []


def test_kinds_are_settled_in_order() -> None:
    link, _ = counting()
    link.send(b"...", 3, [0, 1, 0])
    link.send(b"..", 2, [1, 1])
    assert [link.settle(2), link.settle(3), link.outstanding] == [[0, 1], [0, 1, 1], 0]
    assert link.written == [b"...", b".."]


async def test_questions_are_answered_errors_and_all_and_pushes_are_not() -> None:
    link = asking()
    question = asyncio.ensure_future(link.ask([b"HELLO", b"3"], [b"SELECT", b"99"]))
    await asyncio.sleep(0)
    assert link.written == [b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n*2\r\n$6\r\nSELECT\r\n$2\r\n99\r\n"]
    link.receive(b"%0\r\n")
    link.receive(PUSH + b"-ERR DB index is out of range\r\n")
    first, second = await question
    assert (first, second.data) == ({}, b"ERR DB index is out of range")
    assert link.outstanding == 0


async def test_a_question_fails_with_the_link() -> None:
    link = asking()
    question = asyncio.ensure_future(link.ask([b"PING"]))
    await asyncio.sleep(0)
    link.connection_lost(ConnectionResetError("gone"))
    with pytest.raises(ConnectionResetError, match="gone"):
        await question
    with pytest.raises(ConnectionResetError, match="gone"):
        await link.ask([b"PING"])
    with pytest.raises(ConnectionResetError, match="gone"):
        link.attach(Counting(), None)
