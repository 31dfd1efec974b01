"""How requests, and other people's texts, are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.redaction import printable


@pytest.mark.parametrize(("text", "shown"), [
    ("plain text", "plain text"), ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"), ("a\nb\r", "a\\nb\\r"),
    ("\x1b[31m", "\\x1b[31m"), ("\u202eabc", "\\u202eabc"), ("\u2028", "\\u2028"), ("\x00\x7f", "\\x00\\x7f"),
    ("\udc80", "\\udc80"), ("\u00a0", "\\xa0"),
])  # fmt: skip
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_it_is_one_line_whatever_the_text(text: str) -> None:
    assert printable(text).isprintable()
