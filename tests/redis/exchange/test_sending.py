"""Modes of a link as requests are sent: who will be answered, what is refused, where the integrity mode asks."""

from __future__ import annotations

import pytest

from framewire.redis.exchange.calls import Unpairable
from framewire.redis.exchange.knowledge import Kind
from framewire.redis.exchange.sending import Sending, check_batch

P, ON, OFF, SKIP, RESET, MULTI, EXEC = (
    Kind.PLAIN, Kind.REPLY_ON, Kind.REPLY_OFF, Kind.REPLY_SKIP, Kind.RESET, Kind.MULTI, Kind.EXEC,
)  # fmt: skip

ANSWERED = [  # as redis-server 7.0, 8.0 and Valkey 9.1 do: tests/against/test_exchange.py asks them
    ([P, MULTI, P, EXEC, P], "yyyyy"),
    ([OFF, P, P, ON, P], "nnnyy"),
    ([SKIP, P, P], "nny"),
    ([SKIP, SKIP, P, P], "nnny"),
    ([SKIP, ON, P], "nyy"),
    ([OFF, SKIP, P, P, ON, P], "nnnnyy"),
    ([SKIP, OFF, P, P], "nnnn"),
    ([OFF, RESET, P], "nyy"),
    ([SKIP, MULTI, P, EXEC], "nnyy"),
    ([OFF, MULTI, P, EXEC, ON], "nnnny"),
]


@pytest.mark.parametrize(("kinds", "answered"), ANSWERED)
def test_who_is_answered(kinds: list[Kind], answered: str) -> None:
    sending = Sending()
    found = ""
    for kind in kinds:
        sending.check(kind)
        found += "y" if sending.note(kind, 2) else "n"
    assert found == answered


REFUSED = [
    ([MULTI], ON, "inside MULTI"),
    ([MULTI], SKIP, "inside MULTI"),
    ([MULTI], Kind.HELLO, "inside MULTI"),
    ([OFF], Kind.CONFIRMS, "while CLIENT REPLY is OFF"),
    ([OFF], Kind.HELLO, "while CLIENT REPLY is OFF"),
    ([OFF], Kind.MONITOR, "while CLIENT REPLY is OFF"),
    ([SKIP], RESET, "behind CLIENT REPLY SKIP"),
    ([SKIP], Kind.CONFIRMS, "behind CLIENT REPLY SKIP"),
    ([Kind.CONFIRMS], OFF, "on a RESP2 link that has subscribed"),
]


@pytest.mark.parametrize(("before", "kind", "where"), REFUSED)
def test_what_is_refused(before: list[Kind], kind: Kind, where: str) -> None:
    sending = Sending()
    for each in before:
        sending.note(each, 2)
    with pytest.raises(Unpairable) as refused:
        sending.check(kind)
    assert str(refused.value) == f"{kind.name} {where}: its replies, or those behind it, could not be told apart"


def test_what_is_not_refused() -> None:
    sending = Sending()
    for kind in (Kind.CONFIRMS, OFF, RESET, Kind.HELLO, MULTI, Kind.CONFIRMS, RESET, SKIP, P, RESET):
        sending.check(kind)
        sending.note(kind, 3)


@pytest.mark.parametrize(
    ("kinds", "usual", "checked"),
    [
        ([P], True, True), ([MULTI], False, False), ([MULTI, P], False, False), ([MULTI, EXEC], True, True),
        ([MULTI, RESET], True, False), ([Kind.CONFIRMS, P], False, False), ([Kind.CONFIRMS, RESET, P], True, True),
        ([Kind.AUTH], True, False), ([OFF], False, False), ([SKIP], False, False), ([SKIP, P], True, True),
    ],
)  # fmt: skip
def test_modes(kinds: list[Kind], usual: bool, checked: bool) -> None:
    sending = Sending()
    for kind in kinds:
        sending.note(kind, 2)
    assert sending.usual is usual and sending.is_checked(kinds[-1]) is checked


def test_batches() -> None:
    check_batch([P, Kind.AUTH, MULTI, P, EXEC])
    for kind in set(Kind) - {P, Kind.AUTH, MULTI, EXEC}:
        with pytest.raises(Unpairable, match=f"{kind.name} in a batch"):
            check_batch([P, kind])
