"""Rules: what a selector fits, and what cannot be done to what it chooses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from framewire.tap.faults.actions import Action, Cut, Delay, Drop, Refuse, Swap
from framewire.tap.faults.rule import ALL, ANY, EACH, Byte, Connections, Frames, Kind, Rule, Selector, key_names

SET = [b"SET", b"user:1", b"x"]


@pytest.mark.parametrize(("selector", "kind", "request_", "expected"), [
    (Frames("reply"), "reply", SET, True),
    (Frames("reply"), "reply", None, True),
    (Frames("reply"), "push", None, False),
    (Frames("reply"), "request", SET, False),
    (Frames("push"), "push", None, True),
    (Frames("request", command="set"), "request", SET, True),
    (Frames("request", command="SET"), "request", [b"sEt", b"a", b"b"], True),
    (Frames("request", command="get"), "request", SET, False),
    (Frames("reply", command="set"), "reply", None, False),
    (Frames("reply", command="set", key="user:*"), "reply", SET, True),
    (Frames("reply", command="set", key="post:*"), "reply", SET, False),
    (Frames("reply", key="user:*"), "reply", SET, True),
    (Frames("reply", key="user:*"), "reply", [b"PING"], False),
    (Frames("reply", key="b"), "reply", [b"MSET", b"a", b"1", b"b", b"2"], True),
    (Frames("reply", key="1"), "reply", [b"MSET", b"a", b"1", b"b", b"2"], False),
    (Frames("reply", key="news*"), "reply", [b"PUBLISH", b"news.1", b"x"], True),
    (Frames("reply", command="client|id"), "reply", [b"client", b"ID"], True),
    (Frames("reply", command="client|id"), "reply", [b"client", b"INFO"], False),
    (Frames("reply", command="client"), "reply", [b"client", b"ID"], True),
    (Frames("reply", command="unheard", key="of"), "reply", [b"UNHEARD", b"of"], True),
])  # fmt: skip
def test_which_frames_fit(selector: Frames, kind: Kind, request_: list[bytes] | None, expected: bool) -> None:
    assert selector.fits(kind, request_, connection=1) is expected


@pytest.mark.parametrize(("of", "connection", "expected"), [
    (ANY, 3, True), (EACH, 3, True), (3, 3, True), (2, 3, False),
])  # fmt: skip
def test_which_connections_fit(of: int, connection: int, expected: bool) -> None:
    assert Frames("reply", connection=of).fits("reply", None, connection) is expected
    assert Byte(0, "replies", of).fits(connection) is expected


@pytest.mark.parametrize(("request_", "expected"), [
    (SET, [b"user:1"]),
    ([b"DEL", b"a", b"b"], [b"a", b"b"]),
    ([b"EVAL", b"return 1", b"1", b"k", b"argument"], [b"k"]),
    ([b"PING"], []),
    ([b"ECHO", b"x"], [b"x"]),
    ([b"SET"], []),
])  # fmt: skip
def test_the_keys_of_a_request(request_: list[bytes], expected: list[bytes]) -> None:
    assert key_names(request_) == expected


@pytest.mark.parametrize(("selector", "action", "words"), [
    (Byte(3, "replies"), Drop(), "'drop' cannot be done to a byte"),
    (Byte(3, "replies"), Cut(7), "a cut at a byte is there"),
    (Connections(), Swap(), "'swap' cannot be done to a connection"),
    (Frames("reply"), Refuse(), "'refuse' cannot be done to a frame"),
])  # fmt: skip
def test_what_cannot_be_done(selector: Selector, action: Action, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Rule(selector, action)


@pytest.mark.parametrize("make", [
    lambda: Frames("reply", range(0, 3)),
    lambda: Frames("reply", range(3, 3)),
    lambda: Frames("reply", range(3, 0, -1)),
    lambda: Frames("reply", probability=1.5),
    lambda: Frames("push", command="get"),
    lambda: Byte(-1, "replies"),
    lambda: Connections(range(0)),
])  # fmt: skip
def test_what_cannot_be_chosen(make: Callable[[], Selector]) -> None:
    with pytest.raises(ValueError, match=r"counted|probability|push"):
        make()


@pytest.mark.parametrize(("selector", "text"), [
    (Frames("reply"), "every reply"),
    (Frames("reply", range(3, 4), "set", "user:*"), "reply 3 to SET user:*"),
    (Frames("request", range(3, 6), key="a b:"), "request 3-5 of * 'a b:'"),
    (Frames("push", range(4, ALL.stop), connection=2), "push 4- on connection 2"),
    (Frames("reply", range(3, ALL.stop, 3), connection=EACH), "every 3th reply on each connection"),
    (Frames("reply", probability=0.01), "every reply with probability 0.01"),
    (Byte(100, "replies", 2), "byte 100 of replies on connection 2"),
    (Connections(), "every connection"),
    (Connections(range(2, 3)), "connection 2"),
])  # fmt: skip
def test_how_it_is_spelled(selector: Selector, text: str) -> None:
    assert str(selector) == text


def test_a_rule_says_what_it_was_written_as() -> None:
    assert str(Rule(Frames("reply"), Delay(0.05))) == "every reply: delay 50ms"
    assert str(Rule(Frames("reply"), Delay(0.05), "reply: delay 0.05s")) == "reply: delay 0.05s"
    assert Rule(Frames("reply"), Drop()) == Rule(Frames("reply"), Drop(), "replies: drop")
