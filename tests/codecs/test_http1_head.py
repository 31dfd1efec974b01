"""Heads and trailers that are refused: each shape by which one party could be made to see what another does not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from framewire import BytesMut, FrameTooLong, HttpCodec, ProtocolError
from framewire.frames.http import EndOfMessage, HttpLimits, RequestHead, ResponseHead
from tests.http_ways import asking, every_way, frames_of, serving

TWO_READINGS = [
    (b"Content-Length: 5\r\nContent-Length: 5", "Duplicate Content-Length"),
    (b"Content-Length: 5\r\nContent-Length: 6", "Duplicate Content-Length"),
    (b"Content-Length: 5, 5", "Invalid character in Content-Length"),
    (b"Content-Length: +5", "Invalid character in Content-Length"),
    (b"Content-Length: -5", "Invalid character in Content-Length"),
    (b"Content-Length: 0x5", "Invalid character in Content-Length"),
    (b"Content-Length: 5 5", "Invalid character in Content-Length"),
    (b"Content-Length: 5_0", "Invalid character in Content-Length"),
    (b"Content-Length:", "Empty Content-Length"),
    (b"Content-Length: 18446744073709551616", "Content-Length overflow"),
    (b"Content-Length: 18446744073709551615", "a Content-Length of b'18446744073709551615'"),
    (b"Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding can't be present with Content-Length"),
    (b"Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length can't be present with Transfer-Encoding"),
    (b"Transfer-Encoding: gzip", "Request has invalid `Transfer-Encoding`"),
    (b"Transfer-Encoding: chunked, gzip", "Invalid `Transfer-Encoding` header value"),
    (b"Transfer-Encoding: chunked, chunked", "Invalid `Transfer-Encoding` header value"),
    (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Invalid `Transfer-Encoding` header value"),
    (b"Transfer-Encoding: xchunked", "Request has invalid `Transfer-Encoding`"),
    (b"Transfer-Encoding: chunked;q=1", "Request has invalid `Transfer-Encoding`"),
    (b"Transfer-Encoding: chunked,", "Invalid `Transfer-Encoding` header value"),
    (b"Transfer-Encoding:", "Empty Transfer-Encoding"),
    (b"Transfer-Encoding: \x0bchunked", "Invalid header value char"),
    (b"Transfer-Encoding : chunked", "Invalid header field char"),
    (b"Transfer-Encoding\t: chunked", "Invalid header token"),
    (b" Transfer-Encoding: chunked", "Unexpected whitespace after header value"),
    (b"A: b\r\n folded", "Unexpected whitespace after header value"),
    (b"A: b\r\n\tfolded", "Unexpected whitespace after header value"),
    (b"A: b\rc: d", "Missing expected LF after header value"),
    (b"A: b\nc: d", "Missing expected CR after header value"),
    (b"A: b\x00c", "Invalid header value char"),
    (b"A\x00: b", "Invalid header token"),
    (b"A: \x7f", "Invalid header value char"),
    (b": b", "Invalid header token"),
    (b"A b: c", "Invalid header token"),
    (b"A", "Invalid header token"),
    (b"\xc3\xa4: b", "Invalid header token"),
    (b"Host: other", "a request has exactly one Host, not 2 (RFC 9112, 3.2)"),
]


@pytest.mark.parametrize(("field", "words"), TWO_READINGS)
def test_fields_with_two_readings(field: bytes, words: str) -> None:
    request = b"POST / HTTP/1.1\r\nHost: h\r\n" + field + b"\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
    [(kind, text)] = every_way(serving(), request)
    assert kind == "ProtocolError" and words in text
    if "Request has" not in words and "Host" not in words and words != "Invalid header token":
        [(kind, text)] = every_way(asking(b"GET"), b"HTTP/1.1 200 OK\r\nA: b\r\n" + field + b"\r\n\r\n5\r\nhello")
        assert kind == "ProtocolError"


START_LINES = [
    (b"GET / HTTP/1.1\n\n", "not a request line"),
    (b"GET / HTTP/1.1\nHost: h\r\n\r\n", "not a request line"),
    (b"GET /\r\n\r\n", "not a request line"),
    (b"GET / HTTP/0.9\r\n\r\n", "neither HTTP/1.0 nor HTTP/1.1"),
    (b"GET / HTTP/1.2\r\n\r\n", "neither HTTP/1.0 nor HTTP/1.1"),
    (b"GET / HTTP/2.0\r\n\r\n", "neither HTTP/1.0 nor HTTP/1.1"),
    (b"GET / HTTP/1.1 \r\n\r\n", "not a request line"),
    (b"GET / http/1.1\r\n\r\n", "not a request line"),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "neither HTTP/1.0 nor HTTP/1.1"),
    (b"SOURCE / ICE/1.0\r\n\r\n", "not a request line"),
    (b"GET / RTSP/1.0\r\n\r\n", "not a request line"),
    (b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "not a request line"),
    (b"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", "not a request line"),
    (b"GET /a b HTTP/1.1\r\n\r\n", "not a request line"),
    (b"GET /\x01 HTTP/1.1\r\n\r\n", "not a request line"),
    (b"GET /\xff HTTP/1.1\r\n\r\n", "not a request line"),
    (b"GET a HTTP/1.1\r\n\r\n", "GET has no target like"),
    (b"G(T / HTTP/1.1\r\n\r\n", "not a request line of HTTP/1.1: b'G('"),
    (b"G\xc3T / HTTP/1.1\r\n\r\n", "not a request line"),
    (b" GET / HTTP/1.1\r\n\r\n", "not a request line"),
    (b"\x16\x03\x01\x02\x00\r\n\r\n", "not a request line"),
    (b"*1\r\n$4\r\nPING\r\n\r\n", "not a request line"),
    (b"\n\n", "not a request line"),
    (b"GET / HTTP/1.1\r\n\r\n", "a request has exactly one Host"),
    (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.0 has no Transfer-Encoding"),
]


@pytest.mark.parametrize(("data", "words"), START_LINES)
def test_requests_that_are_none(data: bytes, words: str) -> None:
    [(kind, text)] = every_way(serving(), data)
    assert kind == "ProtocolError" and words in text


FOR_SMUGGLERS = [
    (b"Transfer-Encoding: ,chunked", "a Transfer-Encoding of"),
    (b"Transfer-Encoding: gzip,,chunked", "a Transfer-Encoding of"),
    (b"Transfer-Encoding: identity, chunked", "a Transfer-Encoding of"),
    (b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "a Transfer-Encoding of"),
    (b"Transfer-Encoding: cow, chunked", "a Transfer-Encoding of"),
    (b"Transfer-Encoding: \"chunked\", chunked", "a Transfer-Encoding of"),
    (b"Content-Length: 9223372036854775808", "a Content-Length of b'9223372036854775808'"),
    (b"Content-Length: 18446744073709551615", "a Content-Length of b'18446744073709551615'"),
    (b"Content-Length: 05", "a Content-Length of b'05'"),
    (b"Content-Length: 00", "a Content-Length of b'00'"),
    (b"Content-Length: 000000000000000000000000005", "a Content-Length of"),
]
"""Fields that RFC 9110 allows, or that its readers mostly take, and that `lenient` takes."""

HOSTS = [
    b"a b", b"a, b", b"a,b", b"a/b", b"a@b", b"a?b", b"a#b", b"a\\b", b'a"b', b"a<b", b"a:b", b"a:80:90", b"[::1",
    b"::1", b"[::1]a", b"[g]", b"a%2", b"a%zz", b"\xc3\xa4", b"http://a",
]  # fmt: skip

TARGETS = [
    b"GET *", b"POST *", b"CONNECT /", b"CONNECT h", b"CONNECT h:", b"CONNECT h:x", b"CONNECT http://h/", b"CONNECT *",
    b"GET /#", b"GET /a#b", b"GET http://h/#a", b"OPTIONS *#", b"GET http://", b"GET http:///a", b"GET http://[",
    b"GET http://:80/", b"GET http://u@h/", b"GET http://a,b/",
]  # fmt: skip


@pytest.mark.parametrize(("field", "words"), FOR_SMUGGLERS)
def test_fields_that_smugglers_use(field: bytes, words: str) -> None:
    request = b"POST / HTTP/1.1\r\nHost: h\r\n" + field + b"\r\n\r\n"
    [(kind, text)] = every_way(serving(), request + b"0\r\n\r\n")
    assert kind == "ProtocolError" and words in text
    assert isinstance(every_way(serving(lenient=True), request, eof=False)[0], RequestHead)
    response = b"HTTP/1.1 200 OK\r\n" + field + b"\r\n\r\n"
    [(kind, text)] = every_way(asking(b"GET"), response)
    assert kind == "ProtocolError" and words in text
    assert isinstance(every_way(asking(b"GET", lenient=True), response, eof=False)[0], ResponseHead)


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_that_are_none(host: bytes) -> None:
    request = b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    [(kind, text)] = every_way(serving(), request)
    assert kind == "ProtocolError" and text.startswith("a Host of")
    assert every_way(serving(lenient=True), request)[0] == RequestHead(b"GET", b"/", ((b"host", host),))


@pytest.mark.parametrize(
    "host",
    [b"", b"h", b"h:", b"h:80", b"a.b-c_d~e", b"127.0.0.1:1", b"[::1]", b"[::1]:80", b"[v1.a:b]", b"a%20b", b"a!b"],
)
def test_hosts(host: bytes) -> None:
    request = b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    assert every_way(serving(), request)[0] == RequestHead(b"GET", b"/", ((b"host", host),))


@pytest.mark.parametrize("begin", TARGETS)
def test_targets_that_the_method_does_not_have(begin: bytes) -> None:
    request = begin + b" HTTP/1.1\r\nHost: h\r\n\r\n"
    [(kind, text)] = every_way(serving(), request)
    assert kind == "ProtocolError" and "has no target like" in text
    head = every_way(serving(lenient=True), request)[0]
    if begin != b"OPTIONS *#":
        assert head == RequestHead(*begin.split(b" "), ((b"host", b"h"),))


@pytest.mark.parametrize(
    "begin",
    [b"GET /", b"GET //a//b?c=d", b"OPTIONS *", b"OPTIONS /", b"CONNECT h:443", b"CONNECT [::1]:443", b"GET http://h",
     b"GET http://h:80/a?b", b"GET HTTP://[::1]/", b"GET urn+x://h/", b'GET /<">{}|^`\\'],
)  # fmt: skip
def test_targets(begin: bytes) -> None:
    request = begin + b" HTTP/1.1\r\nHost: h\r\n\r\n"
    assert every_way(serving(), request)[0] == RequestHead(*begin.split(b" "), ((b"host", b"h"),))


@pytest.mark.parametrize(
    "method",
    [b"BREW", b"get", b"GETX", b"GE", b"PLAY", b"DESCRIBE", b"PRI", b"SOURCE", b"a", b"M-!#$%&'*+-.^_`|~0", b"X" * 500],
)
def test_any_token_is_a_method(method: bytes) -> None:
    request = method + b" / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    head, chunk, end = every_way(serving(), request)
    assert head == RequestHead(method, b"/", ((b"host", b"h"), (b"content-length", b"5")))
    assert chunk == b"hello" and end == EndOfMessage()


NEVER_A_LINE = [
    (b"\x16\x03\x01\x02\x00", 1), (b"*1\r\n", 3), (b"$4", None), (b" GET", 1), (b"GET  ", 5), (b"GET \t", 5),
    (b"GET /a b", 8), (b"GET / h", 7), (b"GET / HTTQ", 10), (b"GET / HTTP/2", 12), (b"GET / HTTP/1.2", 14),
    (b"GET / HTTP/1.1 ", 15), (b"GET / HTTP/1.1\n", 15), (b"GET / HTTP/1.1\rx", 16), (b"GET /\r", 6),
    (b"GET /\x80", 6), (b"\r\r", 1), (b"\0", 1), (b"GET *x HTTP/1.1\r\n", 17), (b"GET a HTTP/1.1\r\n", 16),
    (b"CONNECT / HTTP/1.1\r\n", 20), (b"\r\n\r\n(", 5), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 12),
]  # fmt: skip


@pytest.mark.parametrize(("data", "wrong"), NEVER_A_LINE)
def test_what_is_no_request_line_is_refused_at_its_first_wrong_byte(data: bytes, wrong: int | None) -> None:
    """`wrong` counts the bytes with the wrong one; a line is held against its method when it is whole."""
    codec, src = HttpCodec("server"), BytesMut()
    for i in range(len(data)):
        src.extend(data[i : i + 1])
        try:
            assert codec.decode(src) is None
        except ProtocolError:
            assert i + 1 == wrong or (data[:2] == b"\r\r" and i == 1)
            break
    else:
        assert wrong is None
    if wrong is not None:
        [(kind, _)] = every_way(serving(), data)
        assert kind == "ProtocolError"


@pytest.mark.parametrize(
    ("data", "wrong"),
    [(b"GET", 1), (b"HTTP/2", 6), (b"HTTP/1.1  ", 10), (b"HTTP/1.1 0", 10), (b"HTTP/1.1 20x", 12),
     (b"HTTP/1.1 200O", 13), (b"HTTP/1.1 200 O\n", 15), (b"HTTP/1.1 200 O\0", 15),
     (b"HTTP/1.1 200\rx", 14), (b"\r\n", 1), (b"ICY 200 OK", 1)],
)  # fmt: skip
def test_what_is_no_status_line_is_refused_at_its_first_wrong_byte(data: bytes, wrong: int) -> None:
    codec, src = asking(b"GET")(), BytesMut()
    with pytest.raises(ProtocolError):
        for i in range(len(data)):
            src.extend(data[i : i + 1])
            codec.decode(src)
    assert i + 1 == wrong
    every_way(asking(b"GET"), data)


@pytest.mark.parametrize("begin", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: h\r\na: "])
def test_a_dribbled_first_line_is_linear_work(begin: bytes) -> None:
    codec, src = HttpCodec("server", HttpLimits(head_size=1 << 20)), BytesMut(begin)
    start = time.process_time()
    for _ in range(50_000):
        src.extend(b"xxxx")
        assert codec.decode(src) is None
    assert time.process_time() - start < 5


STATUS_LINES = [
    (b"HTTP/1.1 99 OK\r\n\r\n", "not a status line"),
    (b"HTTP/1.1 099 OK\r\n\r\n", "not a status line"),
    (b"HTTP/1.1 2000 OK\r\n\r\n", "not a status line"),
    (b"HTTP/1.1 2x0 OK\r\n\r\n", "not a status line"),
    (b"HTTP/2.0 200 OK\r\n\r\n", "neither HTTP/1.0 nor HTTP/1.1"),
    (b"ICE/1.0 200 OK\r\n\r\n", "not a status line"),
    (b"HTTP/1.1  200 OK\r\n\r\n", "not a status line"),
    (b"HTTP/1.1 200 O\x00K\r\n\r\n", "not a status line"),
    (b"HTTP/1.1 200 OK\n\n", "not a status line"),
    (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "not a status line"),
    (b"GET / HTTP/1.1\r\n\r\n", "not a status line"),
    (b"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n", "a status of 100 has neither"),
    (b"HTTP/1.1 101 Now\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "an upgrade that was not asked for"),
    (b"HTTP/1.1 101 Now\r\n\r\n", "CONNECT/Upgrade"),
]


@pytest.mark.parametrize(("data", "words"), STATUS_LINES)
def test_responses_that_are_none(data: bytes, words: str) -> None:
    [(kind, text)] = every_way(asking(b"GET"), data)
    assert kind == "ProtocolError" and words in text


def test_a_response_that_nobody_asked_for() -> None:
    [found] = every_way(lambda: HttpCodec("client"), b"HTTP/1.1 408 Late\r\n\r\n")
    assert found == ("ProtocolError", "a response (status 408) that was not asked for")


TRAILERS = [b"Content-Length: 5", b"transfer-encoding: chunked", b"HOST: x", b"A: b\r\n c", b"A : b", b"A: b\nc: d"]


@pytest.mark.parametrize("trailer", TRAILERS)
def test_trailers_that_would_change_the_framing(trailer: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    *_, (kind, _) = every_way(serving(), head + b"0\r\n" + trailer + b"\r\n\r\n")
    assert kind == "ProtocolError"


# -- limits ----------------------------------------------------------------------------------------------------------


def head_of(size: int) -> bytes:
    start, end = b"GET / HTTP/1.1\r\nHost: h\r\nA: ", b"\r\n\r\n"
    return start + b"x" * (size - len(start) - len(end)) + end


def test_the_size_of_a_head_is_exact_however_it_was_cut() -> None:
    assert isinstance(every_way(serving(head_size=500), head_of(500))[0], RequestHead)
    for size in (501, 504, 1000):
        assert every_way(serving(head_size=500), head_of(size)) == [("FrameTooLong", "a head is longer than 500 bytes")]
    assert every_way(serving(head_size=50), b"A" * 50) == [("FrameTooLong", "a head is longer than 50 bytes")]


def test_the_number_of_fields_is_limited() -> None:
    fields = [b"A%d: b\r\n" % i for i in range(9)]
    head = b"GET / HTTP/1.1\r\nHost: h\r\n"
    assert isinstance(every_way(serving(headers=10), head + b"".join(fields) + b"\r\n")[0], RequestHead)
    [found] = every_way(serving(headers=9), head + b"".join(fields) + b"\r\n")
    assert found == ("FrameTooLong", "a head with 10 fields has more than 9")


def test_trailers_have_the_limits_of_a_head() -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    assert every_way(serving(headers=2), head + b"a: b\r\nc: d\r\n\r\n")[-1] == EndOfMessage(
        ((b"a", b"b"), (b"c", b"d"))
    )
    assert every_way(serving(headers=2), head + b"a: b\r\n" * 3 + b"\r\n")[-1][0] == "FrameTooLong"
    assert every_way(serving(head_size=100), head + b"a: b\r\n" * 50)[-1][0] == "FrameTooLong"


def test_limits_carry_their_numbers() -> None:
    codec = HttpCodec("server", HttpLimits(head_size=10))
    with pytest.raises(FrameTooLong) as caught:
        codec.decode(BytesMut(b"GET / HTTP/1.1"))
    assert (caught.value.limit, caught.value.recoverable) == (10, False)
    with pytest.raises(ValueError, match="not negative"):
        HttpLimits(headers=-1)


def test_nothing_is_kept_of_heads_that_were_read() -> None:
    codec, src = HttpCodec("server"), BytesMut()
    for _ in range(1000):
        src.extend(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert isinstance(codec.decode(src), RequestHead) and codec.decode(src) == EndOfMessage()
    assert src.capacity < 4096


def test_names_come_in_lower_case_and_values_without_blanks() -> None:
    found: Any = frames_of(asking(b"HEAD")(), [b"HTTP/1.1 200 Fine thanks\r\nX-A:\t b c \t\r\nx-a:\r\n\r\n"])[0]
    assert found == ResponseHead(200, ((b"x-a", b"b c"), (b"x-a", b"")), b"Fine thanks")
    assert found.get(b"X-A") == b"b c" and list(found.get_all(b"x-A")) == [b"b c", b""] and found.get(b"y") is None
