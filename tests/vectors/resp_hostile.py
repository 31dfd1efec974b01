"""Bytes that a RESP decoder refuses, values that an encoder refuses, and the words it uses. Tables only."""

from __future__ import annotations

from typing import Any, NamedTuple

from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    RespLimits,
    Set,
    Simple,
    Verbatim,
)


class Refused(NamedTuple):
    """`wire` is refused with `message`; `too_long` says whether a limit was passed."""

    wire: bytes
    message: str
    limits: RespLimits = RespLimits()
    too_long: bool = False


def at(offset: int, why: str) -> str:
    return f"{why} (item at byte {offset} of the frame)"


def first(wire: bytes, why: str) -> Refused:
    """Refused for the first item."""
    return Refused(wire, at(0, why))


def limit(offset: int, wire: bytes, why: str, **limits: int) -> Refused:
    """Refused because it is too long."""
    return Refused(wire, at(offset, why), RespLimits(**limits), too_long=True)


LINE_END = "a line must end by CR LF and hold neither before"

REPLIES: dict[str, Refused] = {
    # type bytes
    "unknown type": first(b"hello\r\n", "unknown type byte b'h'"),
    "unknown type NUL": first(b"\x00", "unknown type byte b'\\x00'"),
    "unknown type CR": first(b"\r\n", "unknown type byte b'\\r'"),
    "unknown type 255": first(b"\xff", "unknown type byte b'\\xff'"),
    "a web browser": first(b"GET / HTTP/1.1\r\n", "unknown type byte b'G'"),
    "unknown type inside": Refused(b"*2\r\n:1\r\n?", at(8, "unknown type byte b'?'")),
    # lines
    "line with a bare LF": first(b"+a\n", LINE_END),
    "line with LF LF": first(b"+a\n\n", LINE_END),
    "line with a bare LF inside": first(b"+a\nb\r\n", LINE_END),
    "line with a bare CR inside": first(b"+a\rb\r\n", LINE_END),
    "line with CR CR LF": first(b"+a\r\r\n", LINE_END),
    "line of LF": first(b"+\n", LINE_END),
    "error with a bare CR inside": first(b"-ERR a\rb\r\n", LINE_END),
    "length line with a bare LF": first(b"$1\nA\r\n", LINE_END),
    "count line with a bare LF": first(b"*1\n:1\r\n", LINE_END),
    "bare LF in the second item": Refused(b"*2\r\n:1\r\n:2\n", at(8, LINE_END)),
    # integers
    "integer empty": first(b":\r\n", "not a 64-bit integer: b''"),
    "integer minus": first(b":-\r\n", "not a 64-bit integer: b'-'"),
    "integer plus": first(b":+\r\n", "not a 64-bit integer: b'+'"),
    "integer two signs": first(b":--1\r\n", "not a 64-bit integer: b'--1'"),
    "integer with letters behind": first(b":12abc\r\n", "not a 64-bit integer: b'12abc'"),
    "integer with leading zeros": first(b":0012\r\n", "not a 64-bit integer: b'0012'"),
    "integer -05": first(b":-05\r\n", "not a 64-bit integer: b'-05'"),
    "integer with a space before": first(b": 5\r\n", "not a 64-bit integer: b' 5'"),
    "integer with a space behind": first(b":5 \r\n", "not a 64-bit integer: b'5 '"),
    "integer with an underscore": first(b":5_0\r\n", "not a 64-bit integer: b'5_0'"),
    "integer with a NUL": first(b":5\x00\r\n", "not a 64-bit integer: b'5\\x00'"),
    "integer with a point": first(b":5.0\r\n", "not a 64-bit integer: b'5.0'"),
    "integer of other digits": first(":\u0665\r\n".encode(), "not a 64-bit integer: b'\\xd9\\xa5'"),
    "integer just too large": first(b":9223372036854775808\r\n", "not a 64-bit integer: b'9223372036854775808'"),
    "integer just too small": first(b":-9223372036854775809\r\n", "not a 64-bit integer: b'-9223372036854775809'"),
    "integer of 2**64": first(b":18446744073709551616\r\n", "not a 64-bit integer: b'18446744073709551616'"),
    "integer of 40 digits": first(b":" + b"1" * 40 + b"\r\n", f"not a 64-bit integer: {b'1' * 32!r}"),
    # lengths
    "length empty": first(b"$\r\n", "not a length: b''"),
    "length letters": first(b"$abc\r\n", "not a length: b'abc'"),
    "length with letters behind": first(b"$5x\r\nhello\r\n", "not a length: b'5x'"),
    "length -0": first(b"$-0\r\n", "not a length: b'-0'"),
    "length -2": first(b"$-2\r\n", "not a length: b'-2'"),
    "length +5": first(b"$+5\r\n", "not a length: b'+5'"),
    "length 05": first(b"$05\r\n", "not a length: b'05'"),
    "length 00": first(b"$00\r\n", "not a length: b'00'"),
    "length with a space before": first(b"$ 5\r\n", "not a length: b' 5'"),
    "length with a space behind": first(b"$5 \r\n", "not a length: b'5 '"),
    "length with a NUL": first(b"$5\x00\r\n", "not a length: b'5\\x00'"),
    "length 2**63": first(b"$9223372036854775808\r\n", "not a length: b'9223372036854775808'"),
    "length 2**64 - 1": first(b"$18446744073709551615\r\n", "not a length: b'18446744073709551615'"),
    "length of 25 digits": first(b"$" + b"9" * 25 + b"\r\n", f"not a length: {b'9' * 25!r}"),
    "length of ten zeros": first(b"$0000000000\r\n", "not a length: b'0000000000'"),
    "bulk error null": first(b"!-1\r\n", "not a length: b'-1'"),
    "bulk error streamed": first(b"!?\r\n", "not a length: b'?'"),
    "verbatim null": first(b"=-1\r\n", "not a length: b'-1'"),
    "count empty": first(b"*\r\n", "not a count: b''"),
    "count -2": first(b"*-2\r\n", "not a count: b'-2'"),
    "count 01": first(b"*01\r\n", "not a count: b'01'"),
    "count +1": first(b"*+1\r\n", "not a count: b'+1'"),
    "count 2**64 - 1": first(b"*18446744073709551615\r\n", "not a count: b'18446744073709551615'"),
    "count ??": first(b"*??\r\n", "not a count: b'??'"),
    "map null": first(b"%-1\r\n", "not a count: b'-1'"),
    "set null": first(b"~-1\r\n", "not a count: b'-1'"),
    "push null": first(b">-1\r\n", "not a count: b'-1'"),
    "attribute null": first(b"|-1\r\n", "not a count: b'-1'"),
    "attribute streamed": first(b"|?\r\n", "not a count: b'?'"),
    "push streamed": first(b">?\r\n", "not a count: b'?'"),
    # payloads
    "payload with other bytes for CR LF": first(b"$3\r\nabcXY", "payload not followed by CRLF"),
    "payload one longer": first(b"$3\r\nabcd\r\n", "payload not followed by CRLF"),
    "payload one shorter": first(b"$3\r\nab\r\n:1\r\n", "payload not followed by CRLF"),
    "payload with a bare LF": first(b"$1\r\nA\n", "payload not followed by CRLF"),
    "payload with CR and no LF": first(b"$1\r\nA\rB", "payload not followed by CRLF"),
    "payload empty with a bare LF": first(b"$0\r\n\n", "payload not followed by CRLF"),
    "payload of the second item": Refused(b"*2\r\n:1\r\n$1\r\nAB", at(8, "payload not followed by CRLF")),
    "payload of 100 000 one longer": first(b"$100000\r\n" + b"x" * 100001, "payload not followed by CRLF"),
    "payload of a bulk error": first(b"!1\r\nAB", "payload not followed by CRLF"),
    # other scalars
    "null with content": first(b"_x\r\n", "not a null: b'x'"),
    "boolean x": first(b"#x\r\n", "not a boolean: b'x'"),
    "boolean empty": first(b"#\r\n", "not a boolean: b''"),
    "boolean T": first(b"#T\r\n", "not a boolean: b'T'"),
    "boolean tt": first(b"#tt\r\n", "not a boolean: b'tt'"),
    "double empty": first(b",\r\n", "not a double: b''"),
    "double .5": first(b",.5\r\n", "not a double: b'.5'"),
    "double 1.": first(b",1.\r\n", "not a double: b'1.'"),
    "double 1.e5": first(b",1.e5\r\n", "not a double: b'1.e5'"),
    "double 1e": first(b",1e\r\n", "not a double: b'1e'"),
    "double 1e+": first(b",1e+\r\n", "not a double: b'1e+'"),
    "double +inf": first(b",+inf\r\n", "not a double: b'+inf'"),
    "double INF": first(b",INF\r\n", "not a double: b'INF'"),
    "double infinity": first(b",infinity\r\n", "not a double: b'infinity'"),
    "double +nan": first(b",+nan\r\n", "not a double: b'+nan'"),
    "double NaN": first(b",NaN\r\n", "not a double: b'NaN'"),
    "double nan(1)": first(b",nan(1)\r\n", "not a double: b'nan(1)'"),
    "double 1_0": first(b",1_0\r\n", "not a double: b'1_0'"),
    "double with a space": first(b", 1\r\n", "not a double: b' 1'"),
    "double hexadecimal": first(b",0x1p3\r\n", "not a double: b'0x1p3'"),
    "double two points": first(b",1.2.3\r\n", "not a double: b'1.2.3'"),
    "double with a NUL": first(b",1\x00\r\n", "not a double: b'1\\x00'"),
    "big number empty": first(b"(\r\n", "not a big number: b''"),
    "big number minus": first(b"(-\r\n", "not a big number: b'-'"),
    "big number with leading zeros": first(b"(007\r\n", "not a big number: b'007'"),
    "big number with a point": first(b"(1.5\r\n", "not a big number: b'1.5'"),
    "big number of 4301 digits": limit(0, b"(" + b"1" * 4301 + b"\r\n", "big number of 4301 digits, limit 4300"),
    "big number minus 5000 digits": limit(0, b"(-" + b"1" * 5000 + b"\r\n", "big number of 5000 digits, limit 4300"),
    "verbatim too short": first(b"=3\r\ntxt\r\n", "verbatim text shorter than 4 bytes"),
    "verbatim of length 0": first(b"=0\r\n\r\n", "verbatim text shorter than 4 bytes"),
    "verbatim without colon": first(b"=5\r\ntxtab\r\n", "verbatim text without ':' after its format"),
    "verbatim format not ascii": first(b"=5\r\nt\xe9t:a\r\n", "verbatim format is not ASCII"),
    "verbatim wrong in two ways": first(b"=5\r\nt\xe9tab\r\n", "verbatim text without ':' after its format"),
    "verbatim whose end is wrong too": first(b"=5\r\ntxtabXX", "payload not followed by CRLF"),
    # places
    "push inside an array": Refused(b"*1\r\n>1\r\n", at(4, "push inside another frame")),
    "push inside an attribute": Refused(b"|1\r\n+a\r\n>", at(8, "push inside another frame")),
    "push inside a push": Refused(b">1\r\n>", at(4, "push inside another frame")),
    "push after an attribute inside an array": Refused(b"*1\r\n|0\r\n>", at(8, "push inside another frame")),
    "push inside a streamed array": Refused(b"*?\r\n>", at(4, "push inside another frame")),
    "end outside a stream": first(b".\r\n", "end of stream '.' outside a streamed aggregate"),
    "end inside a counted array": Refused(b"*1\r\n.", at(4, "end of stream '.' outside a streamed aggregate")),
    "end after an attribute": Refused(b"*?\r\n|0\r\n.", at(8, "end of stream '.' outside a streamed aggregate")),
    "end inside an array inside a stream": Refused(
        b"*?\r\n*1\r\n.", at(8, "end of stream '.' outside a streamed aggregate")
    ),
    "end with content": Refused(b"*?\r\n.x\r\n", at(4, "not a bare '.': b'x'")),
    "chunk outside a stream": first(b";1\r\n", "stream chunk ';' outside a streamed string"),
    "chunk inside a streamed array": Refused(b"*?\r\n;", at(4, "stream chunk ';' outside a streamed string")),
    "bulk inside a streamed string": Refused(b"$?\r\n$1\r\n", at(4, "expected a stream chunk ';', got b'$'")),
    "push inside a streamed string": Refused(b"$?\r\n>", at(4, "expected a stream chunk ';', got b'>'")),
    "attribute inside a streamed string": Refused(b"$?\r\n|", at(4, "expected a stream chunk ';', got b'|'")),
    "end inside a streamed string": Refused(b"$?\r\n.", at(4, "expected a stream chunk ';', got b'.'")),
    "chunk of no length": Refused(b"$?\r\n;\r\n", at(4, "not a length: b''")),
    "chunk of length ?": Refused(b"$?\r\n;?\r\n", at(4, "not a length: b'?'")),
    "chunk of length 00": Refused(b"$?\r\n;00\r\n", at(4, "not a length: b'00'")),
    "chunk without CR LF": Refused(b"$?\r\n;1\r\nab", at(4, "payload not followed by CRLF")),
    "streamed map of three": Refused(
        b"%?\r\n:1\r\n:2\r\n:3\r\n.", at(16, "streamed map ended between a key and its value")
    ),
    # limits
    "line of 64 KiB and one": limit(0, b"+" + b"x" * 65537 + b"\r\n", "line of more than 65536 bytes"),
    "line without end": limit(0, b"+" + b"x" * 70000, "line of more than 65536 bytes"),
    "line of 5": limit(0, b"+abcde\r\n", "line of more than 4 bytes", max_line=4),
    "line of 5 with a bare LF": Refused(b"+abcde\n", at(0, LINE_END), RespLimits(max_line=4)),
    "line of 6 with a bare LF": limit(0, b"+abcdef\n", "line of more than 4 bytes", max_line=4),
    "length line too long": limit(0, b"$" + b"1" * 70000, "line of more than 65536 bytes"),
    "bulk too long": limit(0, b"$536870913\r\n", "payload of 536870913 bytes, limit 536870912"),
    "bulk of 2**63 - 1": limit(0, b"$9223372036854775807\r\n", "payload of 9223372036854775807 bytes, limit 536870912"),
    "bulk of 11": limit(0, b"$11\r\n", "payload of 11 bytes, limit 10", max_bulk=10),
    "bulk error of 11": limit(0, b"!11\r\n", "payload of 11 bytes, limit 10", max_bulk=10),
    "verbatim of 11": limit(0, b"=11\r\n", "payload of 11 bytes, limit 10", max_bulk=10),
    "streamed string of 11": limit(16, b"$?\r\n;6\r\nabcdef\r\n;5\r\n", "payload of 11 bytes, limit 10", max_bulk=10),
    "array too long": limit(0, b"*2147483648\r\n", "aggregate of 2147483648 elements, limit 2147483647"),
    "array of 3": limit(0, b"*3\r\n", "aggregate of 3 elements, limit 2", max_elements=2),
    "set of 3": limit(0, b"~3\r\n", "aggregate of 3 elements, limit 2", max_elements=2),
    "push of 3": limit(0, b">3\r\n", "aggregate of 3 elements, limit 2", max_elements=2),
    "map of 3 pairs": limit(0, b"%3\r\n", "aggregate of 3 elements, limit 2", max_elements=2),
    "attribute of 3 pairs": limit(0, b"|3\r\n", "aggregate of 3 elements, limit 2", max_elements=2),
    "map of 2**63 - 1": limit(
        0, b"%9223372036854775807\r\n", "aggregate of 9223372036854775807 elements, limit 2147483647"
    ),
    "streamed array of 3": limit(
        12, b"*?\r\n:1\r\n:2\r\n:3\r\n", "streamed aggregate of more than 2 elements", max_elements=2
    ),
    "streamed array whose third is an array": limit(
        16, b"*?\r\n:1\r\n:2\r\n*1\r\n:3\r\n", "streamed aggregate of more than 2 elements", max_elements=2
    ),
    "streamed map of 3 pairs": limit(
        20, b"%?\r\n" + b":1\r\n" * 5, "streamed aggregate of more than 2 elements", max_elements=2
    ),
    "depth 1025": limit(4096, b"*1\r\n" * 1025, "nested more than 1024 deep"),
    "depth 3": limit(8, b"*1\r\n%1\r\n~1\r\n", "nested more than 2 deep", max_depth=2),
    "depth 3 though empty": limit(8, b"*1\r\n*1\r\n*0\r\n", "nested more than 2 deep", max_depth=2),
    "depth 3 streamed": limit(8, b"*?\r\n~?\r\n%?\r\n", "nested more than 2 deep", max_depth=2),
    "depth 3 of attributes in a row": limit(8, b"|0\r\n|0\r\n|0\r\n", "nested more than 2 deep", max_depth=2),
    "depth 3 by an attribute's frame": limit(8, b"|0\r\n*1\r\n*1\r\n", "nested more than 2 deep", max_depth=2),
    "frame of 11 by a line": limit(0, b"+abcdefgh\r\n", "frame of at least 11 bytes, limit 10", max_frame=10),
    "frame of 11 by a payload": limit(0, b"$5\r\n", "frame of at least 11 bytes, limit 10", max_frame=10),
    "frame of 11 by many": limit(8, b"*9\r\n:1\r\n_\r\n", "frame of at least 11 bytes, limit 10", max_frame=10),
    "frame of 11 by its attributes": limit(
        7, b"|1\r\n_\r\n:1\r\n", "frame of at least 11 bytes, limit 10", max_frame=10
    ),
    "frame of 512 MiB": limit(
        4, b"*2\r\n$536870912\r\n", "frame of at least 536870930 bytes, limit 1000", max_frame=1000
    ),
}
"""Refused alike by the decoder of frames, the decoder of values, and the scanner."""


class RefusedRequest(NamedTuple):
    """`wire` is refused with `message`, the words of Redis."""

    wire: bytes
    message: str
    limits: RespLimits = RespLimits()
    authenticated: bool = True
    too_long: bool = False


def too_long(wire: bytes, message: str, authenticated: bool = True, **limits: int) -> RefusedRequest:
    return RefusedRequest(wire, message, RespLimits(**limits), authenticated, too_long=True)


COUNT = "invalid multibulk length"
LENGTH = "invalid bulk length"
QUOTES = "unbalanced quotes in request"
CRLF = "expected CRLF"

REQUESTS: dict[str, RefusedRequest] = {
    "count letters": RefusedRequest(b"*x\r\n", COUNT),
    "count empty": RefusedRequest(b"*\r\n", COUNT),
    "count +5": RefusedRequest(b"*+5\r\n", COUNT),
    "count 05": RefusedRequest(b"*05\r\n", COUNT),
    "count with a space": RefusedRequest(b"* 5\r\n", COUNT),
    "count -0": RefusedRequest(b"*-0\r\n", COUNT),
    "count -": RefusedRequest(b"*-\r\n", COUNT),
    "count streamed": RefusedRequest(b"*?\r\n", COUNT),
    "count with a NUL": RefusedRequest(b"*1\x00\r\n", COUNT),
    "count 2**63": RefusedRequest(b"*9223372036854775808\r\n", COUNT),
    "count -2**63 - 1": RefusedRequest(b"*-9223372036854775809\r\n", COUNT),
    "count of 30 digits": RefusedRequest(b"*" + b"9" * 30 + b"\r\n", COUNT),
    "count beyond int": too_long(b"*2147483648\r\n", COUNT),
    "count of 3": too_long(b"*3\r\n", COUNT, max_elements=2),
    "count line endless": too_long(b"*" + b"1" * 70000, "too big mbulk count string"),
    "count line with a bare LF": RefusedRequest(b"*1\n$4\nPING\n", CRLF),
    "count line with CR and no LF": RefusedRequest(b"*1\rx\r\n", CRLF),
    "element that is no bulk": RefusedRequest(b"*1\r\n:1\r\n", "expected '$', got ':'"),
    "element that is an array": RefusedRequest(b"*1\r\n*1\r\n", "expected '$', got '*'"),
    "element of byte 255": RefusedRequest(b"*1\r\n\xff", "expected '$', got '\xff'"),
    "element of CR": RefusedRequest(b"*1\r\n\r\n", "expected '$', got '\r'"),
    "second element": RefusedRequest(b"*2\r\n$1\r\na\r\nfoo\r\n", "expected '$', got 'f'"),
    "length letters": RefusedRequest(b"*1\r\n$x\r\n", LENGTH),
    "length empty": RefusedRequest(b"*1\r\n$\r\n", LENGTH),
    "length negative": RefusedRequest(b"*1\r\n$-1\r\n", LENGTH),
    "length +5": RefusedRequest(b"*1\r\n$+5\r\n", LENGTH),
    "length 05": RefusedRequest(b"*1\r\n$05\r\n", LENGTH),
    "length with a space": RefusedRequest(b"*1\r\n$5 \r\n", LENGTH),
    "length -0": RefusedRequest(b"*1\r\n$-0\r\n", LENGTH),
    "length streamed": RefusedRequest(b"*1\r\n$?\r\n", LENGTH),
    "length 2**64 - 1": RefusedRequest(b"*1\r\n$18446744073709551615\r\n", LENGTH),
    "length beyond 512 MiB": too_long(b"*1\r\n$536870913\r\n", LENGTH),
    "length of 11": too_long(b"*1\r\n$11\r\n", LENGTH, max_bulk=10),
    "length line endless": too_long(b"*1\r\n$" + b"1" * 70000, "too big bulk count string"),
    "length line with a bare LF": RefusedRequest(b"*1\r\n$4\nPING\r\n", CRLF),
    "payload one longer": RefusedRequest(b"*1\r\n$3\r\nPING\r\n", CRLF),
    "payload with a bare LF": RefusedRequest(b"*1\r\n$4\r\nPING\n", CRLF),
    "payload with CR and no LF": RefusedRequest(b"*1\r\n$4\r\nPING\r*", CRLF),
    "inline quote open": RefusedRequest(b'SET k "a b\r\n', QUOTES),
    "inline single quote open": RefusedRequest(b"SET k 'a b\r\n", QUOTES),
    "inline single quote escaped at the end": RefusedRequest(b"SET k 'a\\'\r\n", QUOTES),
    "inline quote escaped at the end": RefusedRequest(b'SET k "a\\"\r\n', QUOTES),
    "inline backslash at the end": RefusedRequest(b'SET k "a\\\r\n', QUOTES),
    "inline text behind a quote": RefusedRequest(b'SET k "a"b\r\n', QUOTES),
    "inline text behind a single quote": RefusedRequest(b"SET k 'a'b\r\n", QUOTES),
    "inline quote behind a quote": RefusedRequest(b'SET k "a""b"\r\n', QUOTES),
    "inline of 64 KiB and no LF": too_long(b"a" * 65537, "too big inline request"),
    "inline of 64 KiB and one": too_long(b"a" * 65536 + b"\r\n", "too big inline request"),
    "inline of 5": too_long(b"abcde\n", "too big inline request", max_line=4),
    "inline of a dollar": too_long(b"$" * 5, "too big inline request", max_line=4),
    "stranger with 11 arguments": too_long(b"*11\r\n", "unauthenticated multibulk length", authenticated=False),
    "stranger with 2**31 arguments": too_long(b"*2147483648\r\n", COUNT, authenticated=False),
    "stranger with an argument of 16 KiB and one": too_long(
        b"*1\r\n$16385\r\n", "unauthenticated bulk length", authenticated=False
    ),
    "stranger with an argument of 1 GiB": too_long(b"*1\r\n$1073741824\r\n", LENGTH, authenticated=False),
    "request of 101 in arguments": too_long(
        b"*9\r\n$10\r\n0123456789\r\n$73\r\n", "request of at least 101 bytes, limit 100", max_frame=100
    ),
    "request of 101 inline": too_long(b"a" * 100 + b"\n", "request of at least 101 bytes, limit 100", max_frame=100),
}
"""Refused by the decoder of requests."""


class Unencodable(NamedTuple):
    item: Any
    message: str


SURROGATE = "text with lone surrogates has no UTF-8 form"
HUGE = "an integer of more than 4300 digits has no wire form"

FRAMES: dict[str, Unencodable] = {
    "CR in a simple string": Unencodable(Simple(b"a\rb"), "Simple cannot hold CR or LF"),
    "LF in a simple string": Unencodable(Simple(b"a\nb"), "Simple cannot hold CR or LF"),
    "CR LF in an error": Unencodable(Error(b"a\r\n+OK"), "Error cannot hold CR or LF"),
    "CR LF deep inside": Unencodable(Array((Array((Simple(b"\r\n"),)),)), "Simple cannot hold CR or LF"),
    "integer of 65 bits": Unencodable(Integer(2**63), "Integer holds 64 bits; use BigNumber"),
    "integer of minus 65 bits": Unencodable(Integer(-(2**63) - 1), "Integer holds 64 bits; use BigNumber"),
    "big number of 4301 digits": Unencodable(BigNumber(10**4300), HUGE),
    "big number of minus 4301 digits": Unencodable(BigNumber(-(10**4300)), HUGE),
    "value instead of a frame": Unencodable(b"a", "a value of type bytes has no RESP form"),
    "None instead of a frame": Unencodable(None, "a value of type NoneType has no RESP form"),
    "value inside a frame": Unencodable(Array((b"a",)), "a value of type bytes has no RESP form"),
    "text in a bulk": Unencodable(Bulk("a"), "Bulk.data cannot be 'a'"),
    "number in a simple string": Unencodable(Simple(1), "Simple.data cannot be a int"),
    "text in an integer": Unencodable(Integer("1"), "Integer.value cannot be '1'"),
    "text in a big number": Unencodable(BigNumber("1"), "BigNumber.value cannot be '1'"),
    "text in a double": Unencodable(Double("1"), "Double.value cannot be '1'"),
    "integer beyond a double": Unencodable(Double(10**400), "Double.value cannot be a int"),
    "number in a boolean": Unencodable(Boolean(1), "Boolean.value cannot be a int"),
    "unknown null": Unencodable(Null(b"-"), "Null.form cannot be b'-'"),
    "bytes as items": Unencodable(Array(b"ab"), "Array.items cannot be b'ab'"),
    "text as members": Unencodable(Set("ab"), "Set.items cannot be 'ab'"),
    "dict as pairs": Unencodable(Map({}), "Map.pairs cannot be a dict"),
    "pair of three": Unencodable(Map(((Null(), Null(), Null()),)), "Map.pairs cannot be a tuple"),
    "attributes that are no pairs": Unencodable(
        Attributed((Null(),), Null()), "Attributed.attributes cannot be a Null"
    ),
    "verbatim format of two": Unencodable(Verbatim(b"md", b""), "Verbatim.format cannot be b'md'"),
    "verbatim format not ascii": Unencodable(Verbatim(b"t\xe9t", b""), "Verbatim.format cannot be b't\\xe9t'"),
    "verbatim format text": Unencodable(Verbatim("txt", b""), "Verbatim.format cannot be 'txt'"),
    "push inside an array": Unencodable(Array((Push(()),)), "Push cannot stand inside another frame"),
    "push inside an attribute": Unencodable(
        Attributed(((Null(), Push(())),), Null()), "Push cannot stand inside another frame"
    ),
    "push inside an attribute of an attribute": Unencodable(
        Attributed(((Null(), Attributed((), Push(()))),), Null()), "Push cannot stand inside another frame"
    ),
}
"""Refused by `encode_frame` for RESP3."""

VALUES: dict[str, Unencodable] = {
    "CR LF in a Simple": Unencodable(Simple(b"a\r\n"), "Simple cannot hold CR or LF"),
    "object": Unencodable(object(), "a value of type object has no RESP form"),
    "complex": Unencodable(1j, "a value of type complex has no RESP form"),
    "range": Unencodable(range(3), "a value of type range has no RESP form"),
    "class": Unencodable(int, "a value of type type has no RESP form"),
    "object deep inside": Unencodable([{b"a": [object()]}], "a value of type object has no RESP form"),
    "integer of 4301 digits": Unencodable(10**4300, HUGE),
    "lone surrogate": Unencodable("\udc80", SURROGATE),
    "Integer beyond 64 bits": Unencodable(Integer(2**63), "Integer holds 64 bits; use BigNumber"),
}
"""Refused by `encode_values` for RESP3."""

COMMANDS: dict[str, Unencodable] = {
    "nothing": Unencodable([], "a command needs at least one argument"),
    "None": Unencodable([b"SET", b"k", None], "a command argument cannot be of type NoneType"),
    "True": Unencodable([b"SET", b"k", True], "a command argument cannot be of type bool"),
    "list": Unencodable([b"SET", [b"k"]], "a command argument cannot be of type list"),
    "frame": Unencodable([b"SET", Bulk(b"k")], "a command argument cannot be of type Bulk"),
    "lone surrogate": Unencodable([b"SET", "\udc80"], SURROGATE),
    "integer of 4301 digits": Unencodable([b"SET", 10**4300], HUGE),
    "text instead of a list": Unencodable("PING", "a value of type str has no RESP form"),
    "bytes instead of a list": Unencodable(b"PING", "a value of type bytes has no RESP form"),
    "number instead of a list": Unencodable(5, "a value of type int has no RESP form"),
}
"""Refused by `encode_commands`."""
