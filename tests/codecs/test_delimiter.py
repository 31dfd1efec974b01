"""`DelimiterCodec`: items between delimiters of any length, limits, and the end of the stream."""

from __future__ import annotations

from typing import Any

import pytest

from framewire import BytesMut, DelimiterCodec, FrameTooLong
from tests.codecs.items import every_way, over_a_connection, refuses, too_long

DELIMITED = [
    (b"a--b--", [b"a", b"b"]),
    (b"----", [b"", b""]),
    (b"a-b---c", [b"a-b", b"-c"]),
    (b"12345678--", [b"12345678"]),
    (b"12345678-", [too_long(9, 8)]),
    (b"123456789--ok--", [too_long(None, 8), b"ok"]),
    (b"1234567890-1-2--ok", [too_long(None, 8), b"ok"]),
    (b"123456789012-", [too_long(None, 8)]),
]


@pytest.mark.parametrize(("data", "items"), DELIMITED)
def test_a_delimiter_of_two_bytes(data: bytes, items: list[Any]) -> None:
    assert every_way(lambda: DelimiterCodec(b"--", max_length=8), data) == items


@pytest.mark.parametrize("limit", [1, 5, 6, 7])
def test_a_delimiter_that_overlaps_itself(limit: int) -> None:
    """The first place where it stands counts, at the edge of the limit too."""
    found = every_way(lambda: DelimiterCodec(b"aab", max_length=limit), b"xaaaaabyaabaab")
    assert found == [b"xaaa" if limit >= 4 else too_long(None, limit), b"y", b""]


def test_a_too_long_item_is_reported_before_its_end_has_come() -> None:
    codec, src = DelimiterCodec(b"--", max_length=4), BytesMut(b"12345")
    assert codec.decode(src) is None
    src.extend(b"6")
    with pytest.raises(FrameTooLong) as caught:
        codec.decode_batch(src, 5)
    assert (caught.value.limit, caught.value.size, caught.value.recoverable) == (4, None, True)
    assert not codec.idle
    src.extend(b"-")
    assert codec.decode(src) is None and bytes(src) == b"-"
    src.extend(b"-ok--")
    assert codec.decode_batch(src, 5) == [b"ok"] and codec.idle


def test_a_batch_of_none_takes_none() -> None:
    codec, src = DelimiterCodec(b"-"), BytesMut(b"a-b-")
    assert codec.decode_batch(src, 0) == [] and bytes(src) == b"a-b-"


async def test_what_one_side_writes_the_other_reads() -> None:
    frames = [b"a\r\nb", b"", b"b"]
    assert await over_a_connection(DelimiterCodec(b"\r\n\r\n"), frames) == frames


@pytest.mark.parametrize(
    ("codec", "item"),
    [
        (DelimiterCodec(b"--"), b"a--b"),
        (DelimiterCodec(b"-", max_length=3), b"abcd"),
        (DelimiterCodec(b"\r\n\r\n"), b"a\r\n"),
    ],
)
def test_what_has_no_form_is_refused_with_nothing_appended(codec: Any, item: bytes) -> None:
    refuses(codec, item)


@pytest.mark.parametrize("wrong", [{"delimiter": b""}, {"delimiter": b"-", "max_length": 0}])
def test_wrong_parameters(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least"):
        DelimiterCodec(**wrong)
