"""What HTTP frames offer beside their fields: headers by name, lists of tokens; and limits that make sense."""

from __future__ import annotations

import pytest

from framewire.frames.http import BodyChunk, EndOfMessage, HttpLimits, RequestHead, ResponseHead

HEADERS = ((b"Accept", b"a"), (b"connection", b"close"), (b"accept", b"b"))


@pytest.mark.parametrize("head", [RequestHead(b"GET", b"/", HEADERS), ResponseHead(200, HEADERS)])
def test_headers_by_name_in_any_case(head: RequestHead | ResponseHead) -> None:
    assert head.get(b"ACCEPT") == b"a" and list(head.get_all(b"Accept")) == [b"a", b"b"]
    assert head.get(b"host") is None and head.get(b"host", b"") == b""


def test_frames_are_values() -> None:
    assert RequestHead(b"GET", b"/") == RequestHead(b"GET", b"/", (), b"1.1")
    assert len({ResponseHead(200), ResponseHead(200, ()), BodyChunk(b"x"), EndOfMessage(), EndOfMessage(())}) == 3
    match ResponseHead(404, (), b"Not Found"):
        case ResponseHead(status, _, reason):
            assert (status, reason) == (404, b"Not Found")


def test_limits_are_not_negative() -> None:
    assert HttpLimits(body_size=0).body_size == 0
    for name in ("head_size", "headers", "chunk_size", "chunk_line", "body_size"):
        with pytest.raises(ValueError, match=f"{name}=-1"):
            HttpLimits(**{name: -1})
