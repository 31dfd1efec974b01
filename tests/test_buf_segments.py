"""What is left of segments after a write that took so many bytes of them."""

from __future__ import annotations

from collections import deque

import pytest

from framewire.buf.segments import Segment, drop

WHOLE = b"abcdefgh"


@pytest.mark.parametrize("sent", range(len(WHOLE) + 1))
def test_what_was_not_sent_stays_in_order_and_whole_segments_as_they_are(sent: int) -> None:
    last = b"fgh"
    segments: deque[Segment] = deque([b"abc", memoryview(b"de"), last])
    drop(segments, sent)
    assert b"".join(segments) == WHOLE[sent:]
    assert all(segments)
    assert (segments[-1] is last) if sent <= 5 else last not in segments
