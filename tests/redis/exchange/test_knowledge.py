"""What the exchange knows of commands: which kind a request is, and which reply means what."""

from __future__ import annotations

from typing import Any

import pytest

from framewire import Bytes
from framewire.frames import resp
from framewire.frames.resp import Error, Simple
from framewire.redis.exchange.knowledge import (
    CONFIRMATIONS,
    MESSAGES,
    Kind,
    confirmation_in,
    is_done,
    is_monitored,
    is_queued,
    kind_of,
    payload_of,
)
from framewire.redis.facts import table

KINDS: list[tuple[Any, Kind]] = [
    ((b"GET", b"k"), Kind.PLAIN),
    ((b"AUTH", b"p"), Kind.AUTH),
    ((b"HELLO",), Kind.AUTH),
    ((b"HELLO", 3), Kind.HELLO),
    (["hello", "3", "AUTH", "u", "p"], Kind.HELLO),
    ((b"SUBSCRIBE", b"a"), Kind.CONFIRMS),
    (("SunSubscribe",), Kind.CONFIRMS),
    ((b"RESET",), Kind.RESET),
    ((b"MONITOR",), Kind.MONITOR),
    ((bytearray(b"multi"),), Kind.MULTI),
    ((memoryview(b"EXEC"),), Kind.EXEC),
    ((Bytes(b"DISCARD"),), Kind.EXEC),
    ((b"CLIENT", b"REPLY", b"ON"), Kind.REPLY_ON),
    (("client", b"reply", "off"), Kind.REPLY_OFF),
    ((b"CLIENT", b"REPLY", "Skip"), Kind.REPLY_SKIP),
    ((b"CLIENT", b"REPLY", b"MAYBE"), Kind.PLAIN),
    ((b"CLIENT", b"REPLY"), Kind.PLAIN),
    ((b"CLIENT", b"REPLY", b"ON", b"x"), Kind.PLAIN),
    ((b"CLIENT", b"ID"), Kind.PLAIN),
    ((b" MULTI",), Kind.PLAIN),
    ((b"MULTI" * 1000,), Kind.PLAIN),
    (("\ud800",), Kind.PLAIN),
    ((5,), Kind.PLAIN),
    ((None,), Kind.PLAIN),
    ((), Kind.PLAIN),
    ("MULTI", Kind.PLAIN),
    (7, Kind.PLAIN),
]


@pytest.mark.parametrize(("request_", "kind"), KINDS)
def test_kinds(request_: Any, kind: Kind) -> None:
    assert kind_of(request_) is kind


def test_confirmations_are_those_of_the_decoder_and_of_the_command_table() -> None:
    assert set(CONFIRMATIONS) == set(resp.CONFIRMATIONS)
    assert all(word.upper() == confirmed.command for word, confirmed in CONFIRMATIONS.items())
    assert all(table.lookup([confirmed.command]) is not None for confirmed in CONFIRMATIONS.values())
    assert set(MESSAGES.values()) == {confirmed.mark for confirmed in CONFIRMATIONS.values()}


@pytest.mark.parametrize(
    ("items", "word"),
    [
        ([b"subscribe", b"a", 1], b"subscribe"),
        ((b"sunsubscribe", None, 0), b"sunsubscribe"),
        ([b"subscribe", b"a"], None),
        ([b"subscribe", [], 1], None),
        ([b"message", b"a", b"x"], None),
        ([[], b"a", 1], None),
        ({b"subscribe": 1}, None),
        (b"subscribe", None),
        (None, None),
    ],
)
def test_what_confirms(items: Any, word: bytes | None) -> None:
    assert confirmation_in(items) == (CONFIRMATIONS[word] if word else None)


@pytest.mark.parametrize(
    ("item", "monitored"),
    [
        (Simple(b'1690000000.123456 [0 127.0.0.1:50000] "get" "k"'), True),
        (Simple(b'1.1 [0 lua] "get"'), True),
        (Simple(b"OK"), False),
        (Simple(b"x.y [0"), False),
        (Simple(b"1690000000.123456"), False),
        (b'1690000000.123456 [0 127.0.0.1:50000] "get" "k"', False),
        (1, False),
    ],
)
def test_lines_of_monitor(item: object, monitored: bool) -> None:
    assert is_monitored(item) is monitored


def test_what_replies_say_of_the_command() -> None:
    assert is_queued(Simple(b"QUEUED")) and not is_queued(b"QUEUED") and not is_queued(Simple(b"OK"))
    assert is_done(Simple(b"OK")) and is_done(None) and not is_done(Error(b"ERR")) and not is_done(Simple(b"QUEUED"))


@pytest.mark.parametrize(
    ("argument", "payload"),
    [(b"a", b"a"), ("ä", "ä".encode()), (5, b"5"), (1.5, b"1.5"), (bytearray(b"a"), b"a"), (Bytes(b"a"), b"a"),
     (Kind.HELLO, b"3")],
)  # fmt: skip
def test_payloads_are_what_is_written(argument: Any, payload: bytes) -> None:
    assert payload_of(argument) == payload
