"""Conversations in which replies are not simply one for each request, in every way a network may cut them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from framewire.errors import ProtocolError
from framewire.redis.exchange.calls import Unpairable
from tests.every_way import cuts
from tests.redis.exchange.conversations import CONVERSATIONS, Conversation
from tests.redis.exchange.owner import Link, Waiter

Make = Callable[..., Link]


def ways(data: bytes) -> Iterator[list[bytes]]:
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    yield list(cuts(data, 40, random.Random(1)))


def begin(link: Link, protocol: int) -> None:
    """Shake hands where the conversation is of RESP3."""
    if protocol == 3:
        link.exchange.send((b"HELLO", b"3"), urgent=True)
        link.answer(b"%0\r\n")


def ask(link: Link, request: object) -> Waiter:
    return link.ask_batch(*request) if isinstance(request, list) else link.ask(*request)  # type: ignore[misc]


@pytest.mark.parametrize("row", CONVERSATIONS, ids=lambda row: row.name)
def test_conversations(link: Make, row: Conversation) -> None:
    for pieces in ways(row.answer):
        owner = link()
        begin(owner, row.protocol)
        waiters = [ask(owner, request) for request in row.requests]
        owner.exchange.take()
        for piece in pieces:
            owner.exchange.feed(piece)
        assert not owner.breaks
        assert [waiter.result for waiter in waiters] == row.results
        assert owner.pushes == row.pushes and owner.exchange.protocol == row.ends_with
        assert owner.exchange.unanswered == 0


@pytest.mark.parametrize("row", CONVERSATIONS, ids=lambda row: row.name)
def test_conversations_whose_requests_had_to_wait(link: Make, row: Conversation) -> None:
    """One request at a time on the wire, the rest in the backlog."""
    owner = link(max_requests=1)
    begin(owner, row.protocol)
    waiters = [ask(owner, request) for request in row.requests]
    owner.exchange.take()
    for i in range(len(row.answer)):
        owner.exchange.feed(row.answer[i : i + 1])
        owner.exchange.take()
    assert [waiter.result for waiter in waiters] == row.results and owner.pushes == row.pushes
    assert not owner.breaks and owner.exchange.queued == 0


def test_what_is_no_confirmation_ends_the_link(link: Make) -> None:
    owner = link()
    owner.ask(b"SUBSCRIBE", b"a")
    owner.answer(b"+OK\r\n")
    (error,) = owner.breaks
    assert isinstance(error, ProtocolError)
    assert str(error) == "Simple(data=b'OK') came where b'SUBSCRIBE' was to be confirmed"


@pytest.mark.parametrize("opened", [True, False])
def test_what_nobody_could_tell_apart_is_not_sent(link: Make, opened: bool) -> None:
    """Behind the backlog the modes are not known yet: then the waiter is told when its turn has come."""
    owner = link(opened=opened)
    owner.ask(b"MULTI")
    if opened:
        with pytest.raises(Unpairable, match="REPLY_OFF inside MULTI"):
            owner.ask(b"CLIENT", b"REPLY", b"OFF")
    else:
        waiter = owner.ask(b"CLIENT", b"REPLY", b"OFF")
        owner.exchange.send((b"CLIENT", b"REPLY", b"OFF"))
        owner.exchange.open()
        assert isinstance(waiter.result, Unpairable)
    assert owner.exchange.unanswered == 1 and b"CLIENT" not in owner.written()


def test_a_lost_link_tells_which_confirmations_came(link: Make) -> None:
    owner = link()
    owner.ask(b"SUBSCRIBE", b"a", b"b")
    owner.answer(b"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")
    (call,) = owner.exchange.lose()
    assert call.replies == [[b"subscribe", b"a", 1]] and not call.batch
