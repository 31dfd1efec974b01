"""What is never written: bytes that would end a line or a word before its time."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import EncodeError, HttpCodec
from framewire.codecs.http1_write import request_head, response_head
from framewire.frames.http import BodyChunk, EndOfMessage, RequestHead, ResponseHead
from tests.http_ways import encoded, frames_of
from tests.properties import examples

HOST = (b"host", b"h")
END = EndOfMessage()

INJECTIONS: list[tuple[Any, str]] = [
    (RequestHead(b"GET / HTTP/1.1\r\nX: y\r\n\r\n", b"/"), "not a method"),
    (RequestHead(b"GET ", b"/"), "not a method"),
    (RequestHead(b"", b"/"), "not a method"),
    (RequestHead("GET", b"/"), "a method is bytes, not str"),  # type: ignore[arg-type]
    (RequestHead(b"GET", b"/ HTTP/1.1\r\nX: y"), "not a target"),
    (RequestHead(b"GET", b"/a b"), "not a target"),
    (RequestHead(b"GET", b"/\n"), "not a target"),
    (RequestHead(b"GET", b"/\xff"), "not a target"),
    (RequestHead(b"GET", b""), "not a target"),
    (RequestHead(b"GET", b"/", version=b"1.1\r\n"), "HTTP/1.0 or HTTP/1.1 can be written"),
    (RequestHead(b"GET", b"/", version=b"2"), "HTTP/1.0 or HTTP/1.1 can be written"),
    (ResponseHead(200, ((b"a\r\nb", b"c"),)), "not a header name"),
    (ResponseHead(200, ((b"a:", b"c"),)), "not a header name"),
    (ResponseHead(200, ((b"a ", b"c"),)), "not a header name"),
    (ResponseHead(200, ((b"", b"c"),)), "not a header name"),
    (ResponseHead(200, ((b"\xc3\xa4", b"c"),)), "not a header name"),
    (ResponseHead(200, ((b"transfer-encoding: chunked\r\nx", b"c"),)), "not a header name"),
    (ResponseHead(200, (("a", b"c"),)), "a header name is bytes, not str"),  # type: ignore[arg-type]
    (ResponseHead(200, ((b"a", b"b\r\nSet-Cookie: c"),)), "not a header value"),
    (ResponseHead(200, ((b"a", b"b\nc"),)), "not a header value"),
    (ResponseHead(200, ((b"a", b"b\rc"),)), "not a header value"),
    (ResponseHead(200, ((b"a", b"b\x00c"),)), "not a header value"),
    (ResponseHead(200, ((b"a", b"b\x7f"),)), "not a header value"),
    (ResponseHead(200, ((b"a", b" b"),)), "not a header value"),
    (ResponseHead(200, ((b"a", b"b\t"),)), "not a header value"),
    (ResponseHead(200, ((b"a", b"b\n"),)), "not a header value"),
    (ResponseHead(200, ((b"a", 5),)), "a header value is bytes, not int"),  # type: ignore[arg-type]
    (ResponseHead(200, (), b"OK\r\nX: y"), "not a reason"),
    (ResponseHead(200, (), b"OK\x00"), "not a reason"),
    (ResponseHead(99), "at least 100, not 99"),
    (ResponseHead(1000), "not 1000"),
]


@pytest.mark.parametrize(("head", "words"), INJECTIONS)
def test_what_would_break_out_of_its_place(head: Any, words: str) -> None:
    with pytest.raises(EncodeError, match=words):
        (request_head if isinstance(head, RequestHead) else response_head)(head)


def test_trailers_are_checked_as_headers_are() -> None:
    codec = HttpCodec("client")
    encoded(codec, RequestHead(b"POST", b"/", (HOST, (b"transfer-encoding", b"chunked"))))
    with pytest.raises(EncodeError, match="not a header value"):
        encoded(codec, EndOfMessage(((b"a", b"\r\n\r\nGET / HTTP/1.1"),)))


def test_an_empty_chunk_does_not_end_a_chunked_body() -> None:
    codec = HttpCodec("client")
    encoded(codec, RequestHead(b"POST", b"/", (HOST, (b"transfer-encoding", b"chunked"))))
    assert encoded(codec, BodyChunk(b""), BodyChunk(memoryview(b"abcd").cast("H")), END) == b"4\r\nabcd\r\n0\r\n\r\n"


def test_a_body_is_counted_in_bytes_whatever_its_items_are() -> None:
    codec = HttpCodec("client")
    encoded(codec, RequestHead(b"POST", b"/", (HOST, (b"content-length", b"2"))))
    for data in (array("H", b"abcd"), memoryview(b"abcd").cast("H")):
        with pytest.raises(EncodeError, match="4 more bytes of body"):
            encoded(codec, BodyChunk(data))  # type: ignore[arg-type]
    assert encoded(codec, BodyChunk(array("H", b"ab")), END) == b"ab"  # type: ignore[arg-type]


def test_a_refused_chunk_leaves_nothing_behind() -> None:
    codec = HttpCodec("client")
    encoded(codec, RequestHead(b"POST", b"/", (HOST, (b"transfer-encoding", b"chunked"))))
    with pytest.raises(EncodeError):
        encoded(codec, BodyChunk("text"))  # type: ignore[arg-type]
    assert encoded(codec, END) == b"0\r\n\r\n"


names = st.from_regex(rb"[a-z0-9!#$%&'*+.^_`|~-]{1,20}", fullmatch=True).filter(
    lambda name: name not in (b"host", b"content-length", b"transfer-encoding", b"connection", b"upgrade")
)
values = st.binary(max_size=30)
fields = st.lists(st.tuples(names, values), max_size=5)


@examples(200)
@given(fields, st.lists(st.binary(max_size=50), max_size=4), fields, st.binary(max_size=10))
def test_what_is_written_is_read_back_or_refused(
    headers: list[tuple[bytes, bytes]], body: list[bytes], trailers: list[tuple[bytes, bytes]], reason: bytes
) -> None:
    head = ResponseHead(200, (*headers, (b"transfer-encoding", b"chunked")), reason)
    end = EndOfMessage(tuple(trailers))
    try:
        wire = encoded(HttpCodec("server"), head, *map(BodyChunk, body), end)
    except EncodeError:
        return
    client = HttpCodec("client")
    encoded(client, RequestHead(b"GET", b"/", (HOST,)), END)
    data = [b"".join(body)] if any(body) else []
    assert frames_of(client, [wire]) == [head, *data, end]
