"""Any bytes from a server reach those who wait, each once and in turn, or are told, or break the link; nothing else.

Whole, byte by byte and cut, on both twins, in linear work, whatever was asked before: the same waiters have the same
results, the owner was told the same, and of each request that was not answered `lose` says that it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from framewire.frames.resp import RespLimits
from framewire.redis.exchange import _pure
from fuzz.harness import CALLS_PER_BYTE, TWINS, ways_of
from tests.every_way import flat
from tests.redis.exchange.conversations import CONVERSATIONS
from tests.redis.exchange.owner import Link, Waiter
from tests.work import Work, counted_calls

LIMITS = RespLimits(max_bulk=1000, max_line=100, max_elements=50, max_depth=6, max_frame=5000)
CALLS_FOR_AN_ITEM = 60  # beside those of the decoder: a confirmation, found in a transaction, tracked and told

SCRIPTS: list[tuple[int, list[Any]]] = [(row.protocol, row.requests) for row in CONVERSATIONS]


def exchanges() -> list[Any]:
    if len(TWINS) == 1:
        return [_pure.Exchange]
    return [_pure.Exchange, import_module("framewire.redis.exchange._native").Exchange]


EXCHANGES = exchanges()


def one_input(data: bytes) -> None:
    """The first byte chooses what was asked, the second whether it is checked; the rest comes from the server."""
    script = SCRIPTS[data[0] % len(SCRIPTS)] if data else SCRIPTS[0]
    integrity, wire = data[1:2] > b"\x7f", data[2:]
    expected = outcome(EXCHANGES[0], script, integrity, [wire])
    for exchange_class in EXCHANGES:
        for pieces, _ in ways_of(wire):
            found = outcome(exchange_class, script, integrity, pieces)
            assert found == expected, f"{exchange_class}, cut as {[len(piece) for piece in pieces]}: {found}"
    check_work(script, integrity, wire)


def outcome(exchange_class: Any, script: tuple[int, list[Any]], integrity: bool, pieces: list[bytes]) -> list[Any]:
    """What everybody got, in one list in which only what is the same is equal."""
    link, waiters = asked(exchange_class, script, integrity)
    for piece in pieces:
        link.exchange.feed(piece)
    done = [flat(waiter.results) for waiter in waiters]
    broken = [(type(error), str(error)) for error in link.breaks]
    assert len(broken) <= 1 and all(len(waiter.results) <= 1 for waiter in waiters)
    unanswered = link.exchange.unanswered
    calls = link.exchange.lose()
    assert all(call.written for call in calls)
    assert [call.waiter for call in calls] == [waiter for waiter in waiters if not waiter.done()]
    replies = [flat(call.replies) for call in calls]
    return [done, broken, flat(link.pushes), unanswered, link.exchange.protocol, replies]


def asked(exchange_class: Any, script: tuple[int, list[Any]], integrity: bool) -> tuple[Link, list[Waiter]]:
    """A link on which all of the script was asked, and written."""
    protocol, requests = script
    link = Link(exchange_class, limits=LIMITS, integrity=integrity)
    link.exchange.open()
    if protocol == 3:
        link.exchange.send((b"HELLO", b"3"), urgent=True)
        link.answer(b"%0\r\n")
    waiters = [link.ask_batch(*each) if isinstance(each, list) else link.ask(*each) for each in requests]
    link.exchange.take()
    return link, waiters


def check_work(script: tuple[int, list[Any]], integrity: bool, wire: bytes) -> None:
    """Byte by byte on the plain twin: what is done is bounded by the number of bytes."""
    link, _ = asked(_pure.Exchange, script, integrity)
    work = Work()
    with counted_calls(work):
        for i in range(len(wire)):
            link.exchange.feed(wire[i : i + 1])
    most = (CALLS_PER_BYTE + CALLS_FOR_AN_ITEM) * len(wire) + 200
    assert work.steps <= most, f"{work.steps} calls for {len(wire)} bytes"


def seeds() -> Iterator[bytes]:
    """What servers really answer in those conversations."""
    for number, row in enumerate(CONVERSATIONS):
        yield bytes([number, 0]) + row.answer
    yield b"\0\xff+OK\r\n$11\r\nframewire:1\r\n"
