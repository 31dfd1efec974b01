"""Pairing: which request each frame answers, in conversations as servers hold them."""

from __future__ import annotations

import pytest

from framewire.tap.faults.pairing import Paired, Pairing, without_attributes

OK, QUEUED, PONG, NIL, ERROR = b"+OK\r\n", b"+QUEUED\r\n", b"+PONG\r\n", b"$-1\r\n", b"-ERR no\r\n"


def array(*words: bytes | int, kind: bytes = b"*") -> bytes:
    items = [b":%d\r\n" % word if isinstance(word, int) else b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"%b%d\r\n" % (kind, len(items)) + b"".join(items)


def push(*words: bytes | int) -> bytes:
    return array(*words, kind=b">")


UNASKED = "push"

# Each line is a request, as words, or what a server says, with the request that it answers.
CONVERSATIONS: dict[str, list[str | tuple[bytes, str]]] = {
    "in order": ["GET a", "PING", (NIL, "GET a"), "SET a 1", (PONG, "PING"), (OK, "SET a 1")],
    "nobody asked": [(OK, UNASKED), "PING", (PONG, "PING"), (PONG, UNASKED)],
    "an invalidation between replies": [
        "GET a", "GET b", (NIL, "GET a"), (push(b"invalidate", b"a"), UNASKED), (NIL, "GET b"),
    ],
    "subscribe under RESP3": [
        "SUBSCRIBE a b", "PING",
        (push(b"subscribe", b"a", 1), "SUBSCRIBE a b"), (push(b"message", b"a", b"x"), UNASKED),
        (push(b"subscribe", b"b", 2), "SUBSCRIBE a b"), (PONG, "PING"),
    ],
    "subscribe under RESP2": [
        "subscribe a b", "PING",
        (array(b"subscribe", b"a", 1), "subscribe a b"), (array(b"message", b"a", b"x"), UNASKED),
        (array(b"subscribe", b"b", 2), "subscribe a b"), (array(b"pong", b""), "PING"),
        (array(b"message", b"b", b"x"), UNASKED),
    ],
    "a pattern's message": [
        "PSUBSCRIBE a*", (array(b"psubscribe", b"a*", 1), "PSUBSCRIBE a*"),
        (array(b"pmessage", b"a*", b"ab", b"x"), UNASKED),
    ],
    "unsubscribe of some": [
        "SUBSCRIBE a b", *[(array(b"subscribe", name, n), "SUBSCRIBE a b") for n, name in ((1, b"a"), (2, b"b"))],
        "UNSUBSCRIBE a", "UNSUBSCRIBE", (array(b"unsubscribe", b"a", 1), "UNSUBSCRIBE a"),
        (array(b"unsubscribe", b"b", 0), "UNSUBSCRIBE"), "PING", (PONG, "PING"),
    ],
    "unsubscribe of none, twice": [
        "UNSUBSCRIBE", "UNSUBSCRIBE", "PING", (b"*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n", "UNSUBSCRIBE"),
        (b"*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n", "UNSUBSCRIBE"), (PONG, "PING"),
    ],
    "unsubscribe of all leaves the patterns": [
        "SUBSCRIBE a", "PSUBSCRIBE a*", (array(b"subscribe", b"a", 1), "SUBSCRIBE a"),
        (array(b"psubscribe", b"a*", 2), "PSUBSCRIBE a*"), "UNSUBSCRIBE", "PUNSUBSCRIBE",
        (array(b"unsubscribe", b"a", 1), "UNSUBSCRIBE"), (array(b"pmessage", b"a*", b"a", b"x"), UNASKED),
        (array(b"punsubscribe", b"a*", 0), "PUNSUBSCRIBE"),
    ],
    "a subscription that is refused": ["SUBSCRIBE a", "PING", (ERROR, "SUBSCRIBE a"), (PONG, "PING")],
    "a shard channel that the server takes away": [
        "SSUBSCRIBE a", (array(b"ssubscribe", b"a", 1), "SSUBSCRIBE a"), (array(b"sunsubscribe", b"a", 0), UNASKED),
        "PING", (array(b"pong", b""), "PING"),
    ],
    "a list that looks like a message": [
        "LRANGE l 0 -1", (array(b"message", b"a", b"x"), "LRANGE l 0 -1"), "PING", (PONG, "PING"),
    ],
    "transactions": [
        "MULTI", "GET a", "SUBSCRIBE a", "EXEC", "PING", (OK, "MULTI"), (QUEUED, "GET a"), (QUEUED, "SUBSCRIBE a"),
        (b"*2\r\n$-1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n", "EXEC"), (PONG, "PING"),
    ],
    "replies off and on": [
        "CLIENT REPLY OFF", "GET a", "CLIENT REPLY SKIP", "client reply on", "PING", (OK, "client reply on"),
        (PONG, "PING"),
    ],
    "one reply skipped": ["CLIENT REPLY SKIP", "GET a", "GET b", (NIL, "GET b"), (NIL, UNASKED)],
    "replies on by RESET": ["CLIENT REPLY OFF", "GET a", "RESET", "PING", (b"+RESET\r\n", "RESET"), (PONG, "PING")],
    "another word for CLIENT REPLY": ["CLIENT REPLY MAYBE", (ERROR, "CLIENT REPLY MAYBE")],
    "monitor": [
        "MONITOR", (OK, "MONITOR"), (b'+1.5 [0 127.0.0.1:1] "GET" "a"\r\n', UNASKED), "PING",
        (b'+2.5 [0 127.0.0.1:1] "PING"\r\n', UNASKED), (PONG, "PING"), "RESET", (b"+RESET\r\n", "RESET"),
        "ECHO x", (b"+3.5 [x]\r\n", "ECHO x"),
    ],
    "a second monitor": ["MONITOR", "MONITOR", "PING", (OK, "MONITOR"), (PONG, "PING")],
    "monitor with replies off": [
        "CLIENT REPLY OFF", "MONITOR", "CLIENT REPLY ON", (OK, "CLIENT REPLY ON"), "PING",
        (b'+2.5 [0 127.0.0.1:1] "PING"\r\n', UNASKED), (PONG, "PING"),
    ],
    "subscriptions with replies off": [
        "CLIENT REPLY OFF", "SUBSCRIBE a", "UNSUBSCRIBE", "CLIENT REPLY ON", "PING",
        (array(b"subscribe", b"a", 1), UNASKED), (array(b"message", b"a", b"x"), UNASKED),
        (array(b"unsubscribe", b"a", 0), UNASKED), (OK, "CLIENT REPLY ON"), (PONG, "PING"),
    ],
    "what a subscriber is refused under RESP2": [
        "SUBSCRIBE a", "CLIENT REPLY OFF", "MULTI", "HELLO 3", (array(b"subscribe", b"a", 1), "SUBSCRIBE a"),
        (ERROR, "CLIENT REPLY OFF"), (ERROR, "MULTI"), (ERROR, "HELLO 3"), "SUBSCRIBE b",
        (array(b"subscribe", b"b", 2), "SUBSCRIBE b"),
    ],
    "what a subscriber may do under RESP3": [
        "HELLO 3", "SUBSCRIBE a", "CLIENT REPLY OFF", "GET k", "CLIENT REPLY ON", (b"%0\r\n", "HELLO 3"),
        (push(b"subscribe", b"a", 1), "SUBSCRIBE a"), (OK, "CLIENT REPLY ON"),
    ],
    "attributes": [
        "SUBSCRIBE a", (b"|1\r\n+k\r\n:1\r\n" + push(b"subscribe", b"a", 1), "SUBSCRIBE a"), "GET a",
        (b"|1\r\n+k\r\n:1\r\n$-1\r\n", "GET a"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("lines", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_who_is_answered(lines: list[str | tuple[bytes, str]]) -> None:
    pairing = Pairing()
    for line in lines:
        if isinstance(line, str):
            pairing.asked(line.encode().split())
        else:
            frame, expected = line
            wanted = Paired("push") if expected == UNASKED else Paired("reply", expected.encode().split())
            assert pairing.answered(frame) == wanted, line


def test_how_many_wait() -> None:
    pairing = Pairing()
    pairing.asked([b"PING"])
    pairing.asked([b"CLIENT", b"REPLY", b"SKIP"])
    assert pairing.waiting == 1
    pairing.answered(PONG)
    assert pairing.waiting == 0


@pytest.mark.parametrize(("frame", "body"), [
    (b"+OK\r\n", b"+OK\r\n"),
    (b"|1\r\n+a\r\n:1\r\n+OK\r\n", b"+OK\r\n"),
    (b"|0\r\n|2\r\n+a\r\n*1\r\n:1\r\n+b\r\n%1\r\n:1\r\n:2\r\n>1\r\n+x\r\n", b">1\r\n+x\r\n"),
])  # fmt: skip
def test_attributes_stand_before_a_frame(frame: bytes, body: bytes) -> None:
    assert without_attributes(frame) == body
