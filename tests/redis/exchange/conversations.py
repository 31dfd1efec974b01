"""Conversations in which replies are not simply one for each request: what is asked, what comes, what it means.

What belongs here: the rows. The bytes are those of redis-server 7.0 (8.0 and Valkey 9.1, where the name says so);
`tests/against/test_exchange.py` has the same requests answered by servers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from framewire.frames.resp import Error, Simple

__all__ = ["CONVERSATIONS", "Conversation"]

OK, QUEUED, PONG = Simple(b"OK"), Simple(b"QUEUED"), Simple(b"PONG")


class Conversation(NamedTuple):
    """`requests` and their `results` in order; the `answer`'s bytes; what was pushed; the protocol, first and last.

    varies: what the servers answer depends on their version, or on time: only the bytes here have these results.
    """

    name: str
    requests: list[Any]
    answer: bytes
    results: list[Any]
    pushes: list[Any] = []  # never changed
    protocol: int = 2
    ends_with: int = 2
    varies: bool = False


def sub(word: bytes, channel: bytes | None, count: int, push: bool = False) -> bytes:
    name = b"$-1\r\n" if channel is None else b"$%d\r\n%s\r\n" % (len(channel), channel)
    name = b"_\r\n" if channel is None and push else name
    return b"%s3\r\n$%d\r\n%s\r\n%s:%d\r\n" % (b">" if push else b"*", len(word), word, name, count)


def message(channel: bytes, text: bytes, push: bool = False) -> bytes:
    parts = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in (b"message", channel, text))
    return (b">" if push else b"*") + b"3\r\n" + parts


def line(text: bytes) -> bytes:
    return b"1795850871.492835 [0 127.0.0.1:56524] " + text


LINE_0, LINE_1, LINE_2, LINE_3 = line(b'"MULTI"'), line(b'"PING" "1"'), line(b'"PING" "2"'), line(b'"EXEC"')

CONVERSATIONS = [
    Conversation(
        "subscribe",
        [(b"SUBSCRIBE", b"a", b"b"), (b"PSUBSCRIBE", "p*"), (b"PING",)],
        sub(b"subscribe", b"a", 1) + sub(b"subscribe", b"b", 2) + sub(b"psubscribe", b"p*", 3)
        + b"*2\r\n$4\r\npong\r\n$0\r\n\r\n",
        [[[b"subscribe", b"a", 1], [b"subscribe", b"b", 2]], [[b"psubscribe", b"p*", 3]], [b"pong", b""]],
    ),
    Conversation(
        "subscribe, RESP3",
        [(b"SUBSCRIBE", b"a", b"b"), (b"PING",), (b"UNSUBSCRIBE", b"a"), (b"GET", b"nothing")],
        sub(b"subscribe", b"a", 1, True) + sub(b"subscribe", b"b", 2, True) + b"+PONG\r\n"
        + sub(b"unsubscribe", b"a", 1, True) + b"_\r\n",
        [[[b"subscribe", b"a", 1], [b"subscribe", b"b", 2]], PONG, [[b"unsubscribe", b"a", 1]], None],
        protocol=3, ends_with=3,
    ),
    Conversation(
        "messages between confirmations",
        [(b"SUBSCRIBE", b"a", b"b"), (b"PING", b"x")],
        sub(b"subscribe", b"a", 1) + message(b"a", b"1") + sub(b"subscribe", b"b", 2) + message(b"b", b"2")
        + b"*2\r\n$4\r\npong\r\n$1\r\nx\r\n" + message(b"a", b"3"),
        [[[b"subscribe", b"a", 1], [b"subscribe", b"b", 2]], [b"pong", b"x"]],
        [[b"message", b"a", b"1"], [b"message", b"b", b"2"], [b"message", b"a", b"3"]],
        varies=True,
    ),
    Conversation(
        "unsubscribe from all, from what is not subscribed, from none",
        [(b"SUBSCRIBE", b"a", b"a"), (b"SSUBSCRIBE", b"s"), (b"UNSUBSCRIBE", b"q"), (b"UNSUBSCRIBE",),
         (b"UNSUBSCRIBE",), (b"SUNSUBSCRIBE",), (b"PUNSUBSCRIBE",), (b"PING",)],
        sub(b"subscribe", b"a", 1) * 2 + sub(b"ssubscribe", b"s", 1) + sub(b"unsubscribe", b"q", 1)
        + sub(b"unsubscribe", b"a", 0) + sub(b"unsubscribe", None, 0) + sub(b"sunsubscribe", b"s", 0)
        + sub(b"punsubscribe", None, 0) + b"+PONG\r\n",
        [[[b"subscribe", b"a", 1]] * 2, [[b"ssubscribe", b"s", 1]], [[b"unsubscribe", b"q", 1]],
         [[b"unsubscribe", b"a", 0]], [[b"unsubscribe", None, 0]], [[b"sunsubscribe", b"s", 0]],
         [[b"punsubscribe", None, 0]], PONG],
    ),
    Conversation(
        "a server unsubscribes by itself",
        [(b"SSUBSCRIBE", b"s"), (b"SUNSUBSCRIBE", b"t"), (b"PING",)],
        sub(b"ssubscribe", b"s", 1) + sub(b"sunsubscribe", b"s", 0) + sub(b"sunsubscribe", b"t", 0) + b"+PONG\r\n",
        [[[b"ssubscribe", b"s", 1]], [[b"sunsubscribe", b"t", 0]], PONG],
        [[b"sunsubscribe", b"s", 0]],
        varies=True,
    ),
    Conversation(
        "a server unsubscribes by itself, RESP3",
        [(b"SSUBSCRIBE", b"s"), (b"SUNSUBSCRIBE", b"t"), (b"PING",)],
        sub(b"ssubscribe", b"s", 1, True) + sub(b"sunsubscribe", b"s", 0, True) + sub(b"sunsubscribe", b"t", 0, True)
        + b"+PONG\r\n",
        [[[b"ssubscribe", b"s", 1]], [[b"sunsubscribe", b"t", 0]], PONG],
        [[b"sunsubscribe", b"s", 0]],
        protocol=3, ends_with=3, varies=True,
    ),
    Conversation(
        "a refused subscribe has one reply",
        [(b"SUBSCRIBE",), (b"PING",)],
        b"-ERR wrong number of arguments for 'subscribe' command\r\n+PONG\r\n",
        [Error(b"ERR wrong number of arguments for 'subscribe' command"), PONG],
    ),
    Conversation(
        "a link of RESP2 that has subscribed takes little",
        [(b"SUBSCRIBE", b"a"), (b"GET", b"k"), (b"RESET",), (b"PING",)],
        sub(b"subscribe", b"a", 1) + b"-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT"
        b" / RESET are allowed in this context\r\n+RESET\r\n+PONG\r\n",
        [[[b"subscribe", b"a", 1]],
         Error(b"ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in "
               b"this context"), Simple(b"RESET"), PONG],
    ),
    Conversation(
        "arrays like messages are replies where nobody has subscribed",
        [(b"RPUSH", b"exchange", b"message", b"a", b"x"), (b"LRANGE", b"exchange", 0, -1), (b"DEL", b"exchange")],
        b":3\r\n" + message(b"a", b"x") + b":1\r\n",
        [3, [b"message", b"a", b"x"], 1],
    ),
    Conversation(
        "a reset forgets what was subscribed to",
        [(b"SUBSCRIBE", b"a"), (b"RESET",), (b"RPUSH", b"exchange", b"message", b"a", b"x"),
         (b"LRANGE", b"exchange", 0, -1), (b"DEL", b"exchange")],
        sub(b"subscribe", b"a", 1) + b"+RESET\r\n:3\r\n" + message(b"a", b"x") + b":1\r\n",
        [[[b"subscribe", b"a", 1]], Simple(b"RESET"), 3, [b"message", b"a", b"x"], 1],
    ),
    Conversation(
        "a transaction",
        [(b"MULTI",), (b"PING", 1), (b"NONSENSE",), (b"DISCARD",), (b"MULTI",), (b"PING", 2), (b"EXEC",)],
        b"+OK\r\n+QUEUED\r\n-ERR unknown\r\n+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n$1\r\n2\r\n",
        [OK, QUEUED, Error(b"ERR unknown"), OK, OK, QUEUED, [b"2"]],
        varies=True,
    ),
    Conversation(
        "subscribing in a transaction: its array is torn",
        [(b"MULTI",), (b"SUBSCRIBE", b"a", b"b"), (b"PUBLISH", b"a", b"x"), (b"PING", b"q"), (b"EXEC",), (b"PING",)],
        b"+OK\r\n" + b"+QUEUED\r\n" * 3 + b"*3\r\n" + sub(b"subscribe", b"a", 1) + sub(b"subscribe", b"b", 2)
        + message(b"a", b"x") + b":1\r\n*2\r\n$4\r\npong\r\n$1\r\nq\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n",
        [OK, QUEUED, QUEUED, QUEUED, [[b"subscribe", b"a", 1], [b"subscribe", b"b", 2], 1, [b"pong", b"q"]],
         [b"pong", b""]],
        [[b"message", b"a", b"x"]],
    ),
    Conversation(
        "subscribing in a transaction, RESP3",
        [(b"MULTI",), (b"SUBSCRIBE", b"a", b"b"), (b"PUBLISH", b"a", b"x"), (b"PING", b"q"),
         (b"UNSUBSCRIBE", b"b", b"a"), (b"UNSUBSCRIBE",), (b"GET", b"nothing"), (b"EXEC",), (b"PING",)],
        b"+OK\r\n" + b"+QUEUED\r\n" * 6 + b"*6\r\n" + sub(b"subscribe", b"a", 1, True)
        + sub(b"subscribe", b"b", 2, True) + message(b"a", b"x", True) + b":1\r\n$1\r\nq\r\n"
        + sub(b"unsubscribe", b"b", 1, True) + sub(b"unsubscribe", b"a", 0, True) + sub(b"unsubscribe", None, 0, True)
        + b"_\r\n+PONG\r\n",
        [OK, *[QUEUED] * 6, [[b"subscribe", b"a", 1], [b"subscribe", b"b", 2], 1, b"q", [b"unsubscribe", b"b", 1],
                             [b"unsubscribe", b"a", 0], [b"unsubscribe", None, 0], None], PONG],
        [[b"message", b"a", b"x"]],
        protocol=3, ends_with=3,
    ),
    Conversation(
        "subscribing in a transaction, RESP3, as redis-server 8.0 and Valkey 9.1: the message comes last",
        [(b"MULTI",), (b"SUBSCRIBE", b"a", b"b"), (b"PUBLISH", b"a", b"x"), (b"PING", b"q"), (b"EXEC",), (b"PING",)],
        b"+OK\r\n" + b"+QUEUED\r\n" * 3 + b"*3\r\n" + sub(b"subscribe", b"a", 1, True)
        + sub(b"subscribe", b"b", 2, True) + b":1\r\n$1\r\nq\r\n" + message(b"a", b"x", True) + b"+PONG\r\n",
        [OK, *[QUEUED] * 3, [[b"subscribe", b"a", 1], [b"subscribe", b"b", 2], 1, b"q"], PONG],
        [[b"message", b"a", b"x"]],
        protocol=3, ends_with=3,
    ),
    Conversation(
        "unsubscribing from all in a transaction",
        [(b"SUBSCRIBE", b"a"), (b"SUBSCRIBE", b"b"), (b"MULTI",), (b"PING", b"1"), (b"UNSUBSCRIBE",), (b"PING", b"2"),
         (b"EXEC",), (b"GET", b"nothing")],
        sub(b"subscribe", b"a", 1, True) + sub(b"subscribe", b"b", 2, True) + b"+OK\r\n" + b"+QUEUED\r\n" * 3
        + b"*3\r\n$1\r\n1\r\n" + sub(b"unsubscribe", b"b", 1, True) + sub(b"unsubscribe", b"a", 0, True)
        + b"$1\r\n2\r\n_\r\n",
        [[[b"subscribe", b"a", 1]], [[b"subscribe", b"b", 2]], OK, QUEUED, QUEUED, QUEUED,
         [b"1", [b"unsubscribe", b"b", 1], [b"unsubscribe", b"a", 0], b"2"], None],
        protocol=3, ends_with=3, varies=True,  # the order in which they end is the hash table's
    ),
    Conversation(
        "a transaction that is given up has not subscribed",
        [(b"MULTI",), (b"SUBSCRIBE", b"a"), (b"DISCARD",), (b"MULTI",), (b"PING", b"1"), (b"EXEC",)],
        b"+OK\r\n+QUEUED\r\n+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n$1\r\n1\r\n",
        [OK, QUEUED, OK, OK, QUEUED, [b"1"]],
    ),
    Conversation(
        "a transaction in which the first subscribe is refused",
        [(b"MULTI",), (b"SUBSCRIBE", b"a", b"b"), (b"SUBSCRIBE", b"c", b"d"), (b"PING", b"1"), (b"EXEC",), (b"PING",)],
        b"+OK\r\n" + b"+QUEUED\r\n" * 3 + b"*3\r\n-NOPERM\r\n" + sub(b"subscribe", b"c", 1, True)
        + sub(b"subscribe", b"d", 2, True) + b"$1\r\n1\r\n+PONG\r\n",
        [OK, *[QUEUED] * 3, [Error(b"NOPERM"), [b"subscribe", b"c", 1], [b"subscribe", b"d", 2], b"1"], PONG],
        protocol=3, ends_with=3, varies=True,
    ),
    Conversation(
        "monitor",
        [(b"MONITOR",), (b"PING", 1), (b"PING", 2)],
        b"+OK\r\n$1\r\n1\r\n+" + LINE_1 + b"\r\n$1\r\n2\r\n+" + LINE_2 + b"\r\n",
        [OK, b"1", b"2"],
        [[b"monitor", LINE_1], [b"monitor", LINE_2]],
    ),
    Conversation(
        "monitor and a transaction: its array is torn",
        [(b"MONITOR",), (b"MULTI",), (b"PING", 1), (b"PING", 2), (b"EXEC",), (b"RESET",), (b"PING",)],
        b"+OK\r\n+OK\r\n+" + LINE_0 + b"\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n$1\r\n1\r\n+" + LINE_1
        + b"\r\n$1\r\n2\r\n+" + LINE_2 + b"\r\n+" + LINE_3 + b"\r\n+RESET\r\n+PONG\r\n",
        [OK, OK, QUEUED, QUEUED, [b"1", b"2"], Simple(b"RESET"), PONG],
        [[b"monitor", each] for each in (LINE_0, LINE_1, LINE_2, LINE_3)],
    ),
    Conversation(
        "monitor inside a transaction is an error",
        [(b"MULTI",), (b"MONITOR",), (b"EXEC",), (b"PING",)],
        b"+OK\r\n+QUEUED\r\n*1\r\n-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n+PONG\r\n",
        [OK, QUEUED, [Error(b"ERR MONITOR isn't allowed for DENY BLOCKING client")], PONG],
    ),
    Conversation(
        "no replies, and again",
        [(b"CLIENT", b"REPLY", b"OFF"), (b"PING",), (b"CLIENT", b"REPLY", b"SKIP"), (b"CLIENT", b"REPLY", b"ON"),
         (b"PING",), (b"CLIENT", b"REPLY", b"SKIP"), (b"PING", 1), (b"PING", 2)],
        b"+OK\r\n+PONG\r\n$1\r\n2\r\n",
        [None, None, None, OK, PONG, None, None, b"2"],
    ),
    Conversation(
        "no replies, and a reset",
        [(b"CLIENT", b"REPLY", b"OFF"), (b"PING",), (b"RESET",), (b"PING",)],
        b"+RESET\r\n+PONG\r\n",
        [None, None, Simple(b"RESET"), PONG],
    ),
    Conversation(
        "a skipped MULTI",
        [(b"CLIENT", b"REPLY", b"SKIP"), (b"MULTI",), (b"PING", 1), (b"EXEC",)],
        b"+QUEUED\r\n*1\r\n$1\r\n1\r\n",
        [None, None, QUEUED, [b"1"]],
    ),
    Conversation(
        "the first reply of a batch is skipped",
        [(b"CLIENT", b"REPLY", b"SKIP"), [(b"PING", 1), (b"PING", 2)], (b"CLIENT", b"REPLY", b"SKIP"), [(b"PING",)],
         (b"CLIENT", b"REPLY", b"OFF"), [(b"PING",), (b"PING",)], (b"CLIENT", b"REPLY", b"ON")],
        b"$1\r\n2\r\n+OK\r\n",
        [None, [None, b"2"], None, [None], None, [None, None], OK],
    ),
    Conversation(
        "protocols",
        [(b"HELLO", 3), (b"SUBSCRIBE", b"a"), ("hello", "2"), (b"PING",), (b"UNSUBSCRIBE",), (b"PING",)],
        b"%0\r\n" + sub(b"subscribe", b"a", 1, True) + b"*0\r\n" + message(b"a", b"x")
        + b"*2\r\n$4\r\npong\r\n$0\r\n\r\n" + sub(b"unsubscribe", b"a", 0) + b"+PONG\r\n",
        [{}, [[b"subscribe", b"a", 1]], [], [b"pong", b""], [[b"unsubscribe", b"a", 0]], PONG],
        [[b"message", b"a", b"x"]],
        varies=True,
    ),
    Conversation(
        "a refused HELLO changes nothing",
        [(b"HELLO", 9), (b"HELLO", b"x"), (b"PING",)],
        b"-NOPROTO unsupported protocol version\r\n-ERR Protocol version is not an integer or out of range\r\n"
        b"+PONG\r\n",
        [Error(b"NOPROTO unsupported protocol version"),
         Error(b"ERR Protocol version is not an integer or out of range"), PONG],
    ),
    Conversation(
        "a reset ends RESP3",
        [(b"RESET",), (b"PING",)],
        b"+RESET\r\n+PONG\r\n",
        [Simple(b"RESET"), PONG],
        protocol=3, ends_with=2,
    ),
]  # fmt: skip
