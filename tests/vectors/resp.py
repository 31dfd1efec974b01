"""RESP by example: each row drives a decoder, an encoder, or both. Tables only."""

from __future__ import annotations

from typing import Any, NamedTuple

from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    BulkError,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    Set,
    Simple,
    Verbatim,
)

NAN = float("nan")
INF = float("inf")


class Reply(NamedTuple):
    """`wire` decodes to `frame` and to `value`; `resp2` is what an encoder makes of the frame for RESP2."""

    wire: bytes
    frame: Any
    value: Any
    resp2: bytes


def same(wire: bytes, frame: Any, value: Any) -> Reply:
    """A type that RESP2 has too."""
    return Reply(wire, frame, value, wire)


BOTH_WAYS: dict[str, Reply] = {
    # RESP2
    "simple": same(b"+OK\r\n", Simple(b"OK"), Simple(b"OK")),
    "simple PONG": same(b"+PONG\r\n", Simple(b"PONG"), Simple(b"PONG")),
    "simple empty": same(b"+\r\n", Simple(b""), Simple(b"")),
    "simple not utf-8": same(b"+\xff\x00\xfe\r\n", Simple(b"\xff\x00\xfe"), Simple(b"\xff\x00\xfe")),
    "simple of 64 KiB": same(b"+" + b"x" * 65536 + b"\r\n", Simple(b"x" * 65536), Simple(b"x" * 65536)),
    "error": same(b"-ERR no\r\n", Error(b"ERR no"), Error(b"ERR no")),
    "error empty": same(b"-\r\n", Error(b""), Error(b"")),
    "integer": same(b":42\r\n", Integer(42), 42),
    "integer zero": same(b":0\r\n", Integer(0), 0),
    "integer negative": same(b":-2\r\n", Integer(-2), -2),
    "integer least": same(b":-9223372036854775808\r\n", Integer(-(2**63)), -(2**63)),
    "integer greatest": same(b":9223372036854775807\r\n", Integer(2**63 - 1), 2**63 - 1),
    "bulk": same(b"$5\r\nhello\r\n", Bulk(b"hello"), b"hello"),
    "bulk empty": same(b"$0\r\n\r\n", Bulk(b""), b""),
    "bulk of line ends": same(b"$4\r\n\r\n\r\n\r\n", Bulk(b"\r\n\r\n"), b"\r\n\r\n"),
    "bulk of any bytes": same(b"$256\r\n" + bytes(range(256)) + b"\r\n", Bulk(bytes(range(256))), bytes(range(256))),
    "bulk of 100 000": same(b"$100000\r\n" + b"z" * 100000 + b"\r\n", Bulk(b"z" * 100000), b"z" * 100000),
    "null bulk": same(b"$-1\r\n", Null(b"$"), None),
    "null array": same(b"*-1\r\n", Null(b"*"), None),
    "array": same(b"*2\r\n:1\r\n$1\r\na\r\n", Array((Integer(1), Bulk(b"a"))), [1, b"a"]),
    "array empty": same(b"*0\r\n", Array(()), []),
    "array of nulls": same(b"*2\r\n$-1\r\n*-1\r\n", Array((Null(b"$"), Null(b"*"))), [None, None]),
    "arrays nested": same(
        b"*3\r\n*0\r\n*1\r\n*1\r\n:7\r\n+x\r\n",
        Array((Array(()), Array((Array((Integer(7),)),)), Simple(b"x"))),
        [[], [[7]], Simple(b"x")],
    ),
    "error inside an array": same(
        b"*2\r\n-ERR a\r\n:1\r\n", Array((Error(b"ERR a"), Integer(1))), [Error(b"ERR a"), 1]
    ),
    # RESP3
    "null": Reply(b"_\r\n", Null(), None, b"$-1\r\n"),
    "true": Reply(b"#t\r\n", Boolean(True), True, b":1\r\n"),
    "false": Reply(b"#f\r\n", Boolean(False), False, b":0\r\n"),
    "double": Reply(b",1.5\r\n", Double(1.5), 1.5, b"$3\r\n1.5\r\n"),
    "double whole": Reply(b",10\r\n", Double(10.0), 10.0, b"$2\r\n10\r\n"),
    "double minus zero": Reply(b",-0\r\n", Double(-0.0), -0.0, b"$2\r\n-0\r\n"),
    "double small": Reply(b",-1.5e-07\r\n", Double(-1.5e-7), -1.5e-7, b"$8\r\n-1.5e-07\r\n"),
    "double large": Reply(b",1e+22\r\n", Double(1e22), 1e22, b"$5\r\n1e+22\r\n"),
    "double shortest": Reply(b",0.1\r\n", Double(0.1), 0.1, b"$3\r\n0.1\r\n"),
    "double inf": Reply(b",inf\r\n", Double(INF), INF, b"$3\r\ninf\r\n"),
    "double -inf": Reply(b",-inf\r\n", Double(-INF), -INF, b"$4\r\n-inf\r\n"),
    "double nan": Reply(b",nan\r\n", Double(NAN), NAN, b"$3\r\nnan\r\n"),
    "big number": Reply(
        b"(12345678901234567890123\r\n",
        BigNumber(12345678901234567890123),
        12345678901234567890123,
        b"$23\r\n12345678901234567890123\r\n",
    ),
    "big number small": Reply(b"(-5\r\n", BigNumber(-5), -5, b"$2\r\n-5\r\n"),
    "big number of 4300 digits": Reply(
        b"(-" + b"9" * 4300 + b"\r\n", BigNumber(1 - 10**4300), 1 - 10**4300, b"$4301\r\n-" + b"9" * 4300 + b"\r\n"
    ),
    "big number with zeros inside": Reply(
        b"(1" + b"0" * 1300 + b"\r\n", BigNumber(10**1300), 10**1300, b"$1301\r\n1" + b"0" * 1300 + b"\r\n"
    ),
    "bulk error": Reply(b"!6\r\nERR no\r\n", BulkError(b"ERR no"), Error(b"ERR no"), b"-ERR no\r\n"),
    "bulk error with line ends": Reply(
        b"!8\r\nERR\r\n:1\n\r\n", BulkError(b"ERR\r\n:1\n"), Error(b"ERR\r\n:1\n"), b"-ERR  :1 \r\n"
    ),
    "verbatim": Reply(
        b"=8\r\ntxt:a\r\nb\r\n", Verbatim(b"txt", b"a\r\nb"), Verbatim(b"txt", b"a\r\nb"), b"$4\r\na\r\nb\r\n"
    ),
    "verbatim empty": Reply(b"=4\r\nmkd:\r\n", Verbatim(b"mkd", b""), Verbatim(b"mkd", b""), b"$0\r\n\r\n"),
    "map": Reply(
        b"%2\r\n+a\r\n:1\r\n$1\r\nb\r\n_\r\n",
        Map(((Simple(b"a"), Integer(1)), (Bulk(b"b"), Null()))),
        {Simple(b"a"): 1, b"b": None},
        b"*4\r\n+a\r\n:1\r\n$1\r\nb\r\n$-1\r\n",
    ),
    "map empty": Reply(b"%0\r\n", Map(()), {}, b"*0\r\n"),
    "map with keys in wire order": Reply(
        b"%2\r\n:2\r\n:0\r\n:1\r\n:0\r\n",
        Map(((Integer(2), Integer(0)), (Integer(1), Integer(0)))),
        {2: 0, 1: 0},
        b"*4\r\n:2\r\n:0\r\n:1\r\n:0\r\n",
    ),
    "map with a list as key": Reply(
        b"%1\r\n*1\r\n:1\r\n:2\r\n", Map(((Array((Integer(1),)), Integer(2)),)), [([1], 2)], b"*2\r\n*1\r\n:1\r\n:2\r\n"
    ),
    "map with a map as key": Reply(
        b"%1\r\n%0\r\n:2\r\n", Map(((Map(()), Integer(2)),)), [({}, 2)], b"*2\r\n*0\r\n:2\r\n"
    ),
    "map with the same key twice": Reply(
        b"%2\r\n:1\r\n:2\r\n:1\r\n:3\r\n",
        Map(((Integer(1), Integer(2)), (Integer(1), Integer(3)))),
        [(1, 2), (1, 3)],
        b"*4\r\n:1\r\n:2\r\n:1\r\n:3\r\n",
    ),
    "map with keys that Python finds equal": Reply(
        b"%2\r\n:1\r\n:2\r\n#t\r\n:3\r\n",
        Map(((Integer(1), Integer(2)), (Boolean(True), Integer(3)))),
        [(1, 2), (True, 3)],
        b"*4\r\n:1\r\n:2\r\n:1\r\n:3\r\n",
    ),
    "map with a key beyond 64 bits": Reply(
        b"%1\r\n(9223372036854775808\r\n:2\r\n",
        Map(((BigNumber(2**63), Integer(2)),)),
        [(2**63, 2)],
        b"*2\r\n$19\r\n9223372036854775808\r\n:2\r\n",
    ),
    "map with two NaN keys": Reply(
        b"%2\r\n,nan\r\n:2\r\n,nan\r\n:3\r\n",
        Map(((Double(NAN), Integer(2)), (Double(float("nan")), Integer(3)))),
        {float("nan"): 2, float("nan"): 3},
        b"*4\r\n$3\r\nnan\r\n:2\r\n$3\r\nnan\r\n:3\r\n",
    ),
    "set": Reply(b"~2\r\n:1\r\n+a\r\n", Set((Integer(1), Simple(b"a"))), {1, Simple(b"a")}, b"*2\r\n:1\r\n+a\r\n"),
    "set empty": Reply(b"~0\r\n", Set(()), set(), b"*0\r\n"),
    "set with a list inside": Reply(
        b"~2\r\n:1\r\n*0\r\n", Set((Integer(1), Array(()))), [1, []], b"*2\r\n:1\r\n*0\r\n"
    ),
    "set with a set inside": Reply(b"~1\r\n~0\r\n", Set((Set(()),)), [set()], b"*1\r\n*0\r\n"),
    "set with a member twice": Reply(
        b"~2\r\n:1\r\n:1\r\n", Set((Integer(1), Integer(1))), [1, 1], b"*2\r\n:1\r\n:1\r\n"
    ),
    "set with 0 and false": Reply(
        b"~2\r\n:0\r\n#f\r\n", Set((Integer(0), Boolean(False))), [0, False], b"*2\r\n:0\r\n:0\r\n"
    ),
    "set with 1 and 1.0": Reply(
        b"~2\r\n:1\r\n,1\r\n", Set((Integer(1), Double(1.0))), [1, 1.0], b"*2\r\n:1\r\n$1\r\n1\r\n"
    ),
    "set with a member beyond 64 bits": Reply(
        b"~1\r\n(-9223372036854775809\r\n",
        Set((BigNumber(-(2**63) - 1),)),
        [-(2**63) - 1],
        b"*1\r\n$20\r\n-9223372036854775809\r\n",
    ),
    "push": Reply(
        b">2\r\n+message\r\n$1\r\na\r\n",
        Push((Simple(b"message"), Bulk(b"a"))),
        Push((Simple(b"message"), b"a")),
        b"*2\r\n+message\r\n$1\r\na\r\n",
    ),
    "push whose first element is no text": Reply(
        b">1\r\n*1\r\n:1\r\n", Push((Array((Integer(1),)),)), Push(([1],)), b"*1\r\n*1\r\n:1\r\n"
    ),
    "push empty": Reply(b">0\r\n", Push(()), Push(()), b"*0\r\n"),
    "attribute": Reply(
        b"|1\r\n+ttl\r\n:9\r\n$1\r\na\r\n",
        Attributed(((Simple(b"ttl"), Integer(9)),), Bulk(b"a")),
        b"a",
        b"$1\r\na\r\n",
    ),
    "attribute empty": Reply(b"|0\r\n:1\r\n", Attributed((), Integer(1)), 1, b":1\r\n"),
    "attributes in a row": Reply(
        b"|1\r\n+a\r\n:1\r\n|1\r\n+b\r\n:2\r\n:3\r\n",
        Attributed(((Simple(b"a"), Integer(1)),), Attributed(((Simple(b"b"), Integer(2)),), Integer(3))),
        3,
        b":3\r\n",
    ),
    "attribute before an element is no element": Reply(
        b"*2\r\n:1\r\n|1\r\n+a\r\n:0\r\n:2\r\n",
        Array((Integer(1), Attributed(((Simple(b"a"), Integer(0)),), Integer(2)))),
        [1, 2],
        b"*2\r\n:1\r\n:2\r\n",
    ),
    "attribute before a map's key and value": Reply(
        b"%1\r\n|0\r\n+k\r\n|0\r\n+v\r\n",
        Map(((Attributed((), Simple(b"k")), Attributed((), Simple(b"v"))),)),
        {Simple(b"k"): Simple(b"v")},
        b"*2\r\n+k\r\n+v\r\n",
    ),
    "attribute before a push": Reply(
        b"|1\r\n+a\r\n:1\r\n>1\r\n+m\r\n",
        Attributed(((Simple(b"a"), Integer(1)),), Push((Simple(b"m"),))),
        Push((Simple(b"m"),)),
        b"*1\r\n+m\r\n",
    ),
    "attributes in a row before a push": Reply(
        b"|0\r\n|0\r\n>0\r\n", Attributed((), Attributed((), Push(()))), Push(()), b"*0\r\n"
    ),
    "attribute inside an attribute": Reply(
        b"|1\r\n+a\r\n|1\r\n+b\r\n:1\r\n:2\r\n*1\r\n:3\r\n",
        Attributed(((Simple(b"a"), Attributed(((Simple(b"b"), Integer(1)),), Integer(2))),), Array((Integer(3),))),
        [3],
        b"*1\r\n:3\r\n",
    ),
}
"""Canonical spellings: decoders and encoders, frames and values."""


class Spelling(NamedTuple):
    """`wire` decodes to `frame` and `value`, but is not how an encoder writes them."""

    wire: bytes
    frame: Any
    value: Any


DECODE_ONLY: dict[str, Spelling] = {
    "integer with plus": Spelling(b":+1\r\n", Integer(1), 1),
    "integer minus zero": Spelling(b":-0\r\n", Integer(0), 0),
    "integer plus zero": Spelling(b":+0\r\n", Integer(0), 0),
    "double with exponent": Spelling(b",1e5\r\n", Double(1e5), 1e5),
    "double with signed exponent": Spelling(b",-1.5E-3\r\n", Double(-0.0015), -0.0015),
    "double with plus": Spelling(b",+1.25\r\n", Double(1.25), 1.25),
    "double with leading zeros": Spelling(b",007.50\r\n", Double(7.5), 7.5),
    "double that overflows": Spelling(b",1e400\r\n", Double(INF), INF),
    "double that underflows": Spelling(b",1e-400\r\n", Double(0.0), 0.0),
    "double as %.17g prints it": Spelling(b",0.10000000000000001\r\n", Double(0.1), 0.1),
    "double -nan of old servers": Spelling(b",-nan\r\n", Double(NAN), NAN),
    "double NAN of old servers": Spelling(b",NAN\r\n", Double(NAN), NAN),
    "big number with plus": Spelling(b"(+7\r\n", BigNumber(7), 7),
    "big number minus zero": Spelling(b"(-0\r\n", BigNumber(0), 0),
    "big number plus 4300 digits": Spelling(
        b"(+" + b"7" * 4300 + b"\r\n", BigNumber(7 * (10**4300 // 9)), 7 * (10**4300 // 9)
    ),
    "streamed string": Spelling(
        b"$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;1\r\nd\r\n;0\r\n", Bulk(b"Hello word"), b"Hello word"
    ),
    "streamed string empty": Spelling(b"$?\r\n;0\r\n", Bulk(b""), b""),
    "streamed string of line ends": Spelling(b"$?\r\n;2\r\n\r\n\r\n;0\r\n", Bulk(b"\r\n"), b"\r\n"),
    "streamed string inside an array": Spelling(
        b"*2\r\n$?\r\n;1\r\na\r\n;0\r\n:1\r\n", Array((Bulk(b"a"), Integer(1))), [b"a", 1]
    ),
    "streamed strings in a row": Spelling(
        b"*2\r\n$?\r\n;1\r\na\r\n;0\r\n$?\r\n;1\r\nb\r\n;0\r\n", Array((Bulk(b"a"), Bulk(b"b"))), [b"a", b"b"]
    ),
    "streamed array": Spelling(b"*?\r\n:1\r\n*1\r\n:2\r\n.\r\n", Array((Integer(1), Array((Integer(2),)))), [1, [2]]),
    "streamed array empty": Spelling(b"*?\r\n.\r\n", Array(()), []),
    "streamed arrays nested": Spelling(b"*?\r\n*?\r\n:1\r\n.\r\n.\r\n", Array((Array((Integer(1),)),)), [[1]]),
    "streamed array last in an array": Spelling(b"*1\r\n*?\r\n:1\r\n.\r\n", Array((Array((Integer(1),)),)), [[1]]),
    "streamed set": Spelling(b"~?\r\n:1\r\n:2\r\n.\r\n", Set((Integer(1), Integer(2))), {1, 2}),
    "streamed map": Spelling(b"%?\r\n+a\r\n:1\r\n.\r\n", Map(((Simple(b"a"), Integer(1)),)), {Simple(b"a"): 1}),
    "streamed map empty": Spelling(b"%?\r\n.\r\n", Map(()), {}),
    "attribute before a streamed array": Spelling(
        b"|1\r\n+a\r\n:1\r\n*?\r\n:1\r\n.\r\n",
        Attributed(((Simple(b"a"), Integer(1)),), Array((Integer(1),))),
        [1],
    ),
    "streamed array inside an attribute": Spelling(
        b"|1\r\n+a\r\n*?\r\n:1\r\n.\r\n:2\r\n", Attributed(((Simple(b"a"), Array((Integer(1),))),), Integer(2)), 2
    ),
    "attribute inside a streamed array": Spelling(
        b"*?\r\n|0\r\n:1\r\n.\r\n", Array((Attributed((), Integer(1)),)), [1]
    ),
}
"""Other spellings: decoders only."""

INCOMPLETE: dict[str, bytes] = {
    "nothing but a type": b"+",
    "line": b"+OK",
    "line without LF": b"+OK\r",
    "length": b"$5",
    "header": b"$5\r\n",
    "payload": b"$5\r\nhel",
    "payload without CR LF": b"$5\r\nhello",
    "payload without LF": b"$5\r\nhello\r",
    "payload of 1 MiB": b"$1048576\r\n" + b"x" * 1000,
    "array": b"*2\r\n:1\r\n",
    "array of a huge count": b"*2147483647\r\n:1\r\n",
    "nested": b"*1\r\n*1\r\n*1\r\n",
    "attribute without its frame": b"|1\r\n+a\r\n:1\r\n",
    "empty attribute without its frame": b"|0\r\n",
    "map after a key": b"%1\r\n+a\r\n",
    "streamed string": b"$?\r\n;4\r\nHell\r\n",
    "streamed string without a chunk": b"$?\r\n",
    "streamed array": b"*?\r\n:1\r\n",
    "bulk whose length is 512 MiB": b"$536870912\r\n",
    "a CR that no LF follows yet": b"+a\rb",
}
"""Beginnings of frames: no item, not idle, and `IncompleteFrame` where the stream ends."""


class Value(NamedTuple):
    """What an encoder of values makes of `value`."""

    value: Any
    resp3: bytes
    resp2: bytes


def alike(value: Any, wire: bytes) -> Value:
    return Value(value, wire, wire)


ENCODE_VALUES: dict[str, Value] = {
    "bytes": alike(b"ab", b"$2\r\nab\r\n"),
    "bytes empty": alike(b"", b"$0\r\n\r\n"),
    "bytearray": alike(bytearray(b"ab"), b"$2\r\nab\r\n"),
    "memoryview": alike(memoryview(b"xaby")[1:3], b"$2\r\nab\r\n"),
    "memoryview with a step": alike(memoryview(b"a.b.")[::2], b"$2\r\nab\r\n"),
    "str": alike("h\u00e9", b"$3\r\nh\xc3\xa9\r\n"),
    "int": alike(7, b":7\r\n"),
    "int negative": alike(-7, b":-7\r\n"),
    "int least": alike(-(2**63), b":-9223372036854775808\r\n"),
    "int greatest": alike(2**63 - 1, b":9223372036854775807\r\n"),
    "int too large": Value(2**63, b"(9223372036854775808\r\n", b"$19\r\n9223372036854775808\r\n"),
    "int too small": Value(-(2**63) - 1, b"(-9223372036854775809\r\n", b"$20\r\n-9223372036854775809\r\n"),
    "true": Value(True, b"#t\r\n", b":1\r\n"),
    "false": Value(False, b"#f\r\n", b":0\r\n"),
    "float": Value(1.5, b",1.5\r\n", b"$3\r\n1.5\r\n"),
    "float whole": Value(3.0, b",3\r\n", b"$1\r\n3\r\n"),
    "float inf": Value(INF, b",inf\r\n", b"$3\r\ninf\r\n"),
    "float nan": Value(NAN, b",nan\r\n", b"$3\r\nnan\r\n"),
    "float -nan": Value(-NAN, b",nan\r\n", b"$3\r\nnan\r\n"),
    "none": Value(None, b"_\r\n", b"$-1\r\n"),
    "list": alike([1, b"a", [2]], b"*3\r\n:1\r\n$1\r\na\r\n*1\r\n:2\r\n"),
    "list empty": alike([], b"*0\r\n"),
    "tuple": alike((1, 2), b"*2\r\n:1\r\n:2\r\n"),
    "dict": Value({b"a": 1}, b"%1\r\n$1\r\na\r\n:1\r\n", b"*2\r\n$1\r\na\r\n:1\r\n"),
    "dict empty": Value({}, b"%0\r\n", b"*0\r\n"),
    "dict in order": Value({2: 0, 1: None}, b"%2\r\n:2\r\n:0\r\n:1\r\n_\r\n", b"*4\r\n:2\r\n:0\r\n:1\r\n$-1\r\n"),
    "set": Value({5}, b"~1\r\n:5\r\n", b"*1\r\n:5\r\n"),
    "frozenset": Value(frozenset({5}), b"~1\r\n:5\r\n", b"*1\r\n:5\r\n"),
    "Simple": alike(Simple(b"OK"), b"+OK\r\n"),
    "Error": alike(Error(b"ERR x"), b"-ERR x\r\n"),
    "Error with line ends": alike(Error(b"ERR 'a\r\n+OK\r\n'"), b"-ERR 'a  +OK  '\r\n"),
    "Error with line ends inside a list": alike([Error(b"a\nb")], b"*1\r\n-a b\r\n"),
    "Error with line ends inside a frame": alike(Array((Error(b"a\rb"),)), b"*1\r\n-a b\r\n"),
    "Verbatim": Value(Verbatim(b"txt", b"ab"), b"=6\r\ntxt:ab\r\n", b"$2\r\nab\r\n"),
    "Push of values": Value(
        Push((b"message", 1, None)), b">3\r\n$7\r\nmessage\r\n:1\r\n_\r\n", b"*3\r\n$7\r\nmessage\r\n:1\r\n$-1\r\n"
    ),
    "Null of arrays": Value(Null(b"*"), b"_\r\n", b"*-1\r\n"),
    "Null of bulks": Value(Null(b"$"), b"_\r\n", b"$-1\r\n"),
    "Null": Value(Null(), b"_\r\n", b"$-1\r\n"),
    "frame": Value(Map(((Bulk(b"a"), Boolean(True)),)), b"%1\r\n$1\r\na\r\n#t\r\n", b"*2\r\n$1\r\na\r\n:1\r\n"),
    "frame with values inside": Value(Array((b"a", None)), b"*2\r\n$1\r\na\r\n_\r\n", b"*2\r\n$1\r\na\r\n$-1\r\n"),
    "list with a frame inside": alike([Bulk(b"a"), b"b"], b"*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
}
"""Values that a server answers with."""


COMMANDS: dict[str, tuple[Any, bytes]] = {
    "bytes": ([b"GET", b"k"], b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"),
    "tuple of str": (("GET", "\u00e9"), b"*2\r\n$3\r\nGET\r\n$2\r\n\xc3\xa9\r\n"),
    "numbers": (
        ["SET", 1, -2, 1.5, 3.0, 1e22],
        b"*6\r\n$3\r\nSET\r\n$1\r\n1\r\n$2\r\n-2\r\n$3\r\n1.5\r\n$1\r\n3\r\n$5\r\n1e+22\r\n",
    ),
    "large numbers": (["SET", 2**64, INF], b"*3\r\n$3\r\nSET\r\n$20\r\n18446744073709551616\r\n$3\r\ninf\r\n"),
    "number just beyond 64 bits": ([2**63, 0], b"*2\r\n$19\r\n9223372036854775808\r\n$1\r\n0\r\n"),
    "number just below 64 bits": (["k", -(2**63) - 1], b"*2\r\n$1\r\nk\r\n$20\r\n-9223372036854775809\r\n"),
    "empty argument": (["ECHO", b""], b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"),
    "bytes-like": ([bytearray(b"a"), memoryview(b"b")], b"*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
    "line ends in an argument": (["ECHO", "\r\n+OK\r\n"], b"*2\r\n$4\r\nECHO\r\n$7\r\n\r\n+OK\r\n\r\n"),
}
"""Commands that a client sends."""


REQUESTS: dict[str, tuple[bytes, list[list[bytes]]]] = {
    "one": (b"*1\r\n$4\r\nPING\r\n", [[b"PING"]]),
    "three arguments": (b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n", [[b"SET", b"k", b""]]),
    "pipelined": (b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", [[b"PING"], [b"GET", b"k"]]),
    "payload that looks like a request": (b"*1\r\n$10\r\n*1\r\n$1\r\na\r\r\n", [[b"*1\r\n$1\r\na\r"]]),
    "binary argument": (b"*1\r\n$3\r\n\x00\xff\n\r\n", [[b"\x00\xff\n"]]),
    "large argument": (b"*2\r\n$3\r\nGET\r\n$70000\r\n" + b"k" * 70000 + b"\r\n", [[b"GET", b"k" * 70000]]),
    "no elements are skipped": (b"*0\r\n*1\r\n$4\r\nPING\r\n*0\r\n", [[b"PING"]]),
    "negative counts are skipped": (b"*-1\r\n*-10\r\n*1\r\n$4\r\nPING\r\n", [[b"PING"]]),
    "inline": (b"PING\r\n", [[b"PING"]]),
    "inline with a bare LF": (b"GET k\nPING\n", [[b"GET", b"k"], [b"PING"]]),
    "inline then array": (b"PING\r\n*1\r\n$4\r\nPING\r\n", [[b"PING"], [b"PING"]]),
    "inline blank lines are skipped": (b"\r\n\n   \r\n\t\nPING\r\n", [[b"PING"]]),
    "inline with blanks": (b"  SET \t k\v \x0bv  \r\n", [[b"SET", b"k\v", b"v"]]),
    "inline not utf-8": (b"\xff\xfe \x80\r\n", [[b"\xff\xfe", b"\x80"]]),
    "inline with a NUL": (b"a\x00b c\r\n", [[b"a\x00b", b"c"]]),
    "inline that begins like a reply": (b"+OK\r\n:1\r\n$3\r\n-a b\r\n", [[b"+OK"], [b":1"], [b"$3"], [b"-a", b"b"]]),
    "inline with CR inside": (b"a\rb\r\r\n", [[b"a", b"b"]]),
    "inline double quotes": (b'SET k "a b"\r\n', [[b"SET", b"k", b"a b"]]),
    "inline empty quotes": (b"SET \"\" ''\r\n", [[b"SET", b"", b""]]),
    "inline escapes": (rb'"\n\r\t\b\a\\\"\q\x41\xfF\x4"' + b"\r\n", [[b'\n\r\t\b\a\\"qA\xffx4']]),
    "inline single quotes": (rb"'a\'b\n' '\\x'" + b"\n", [[rb"a'b\n", rb"\\x"]]),
    "inline quote inside a word": (b"a\"b c\" d'e f'\r\n", [[b"ab c", b"de f"]]),
    "inline other quotes inside quotes": (b'"it\'s" \'say "x"\'\r\n', [[b"it's", b'say "x"']]),
    "inline closing quote before a tab": (b'"a"\tb\r\n', [[b"a", b"b"]]),
    "inline backslash outside quotes": (rb"a\nb \"" + b'x"\r\n', [[rb"a\nb", b"\\x"]]),
    "inline of 64 KiB": (b"a" * 65535 + b"\r\n", [[b"a" * 65535]]),
}
"""What clients send to a server, and the requests in it."""
