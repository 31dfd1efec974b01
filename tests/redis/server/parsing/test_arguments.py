"""Strict integers and the cursor over a request."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from framewire.redis.server.parsing.arguments import INT64_MAX, INT64_MIN, Arguments, parse_int64, require_int64
from framewire.redis.server.parsing.errors import NOT_AN_INTEGER, CommandError


@given(st.integers(INT64_MIN, INT64_MAX))
@example(INT64_MIN)
@example(INT64_MAX)
@example(0)
def test_every_64_bit_integer_is_read_in_its_one_spelling(number: int) -> None:
    assert parse_int64(b"%d" % number) == number


@pytest.mark.parametrize(
    "text",
    [b"", b"-", b"+1", b"01", b"-0", b"-01", b" 1", b"1 ", b"1\n", b"1_0", b"1.0", b"1e3", b"0x1", b"x", b"\xd9\xa1",
     b"9223372036854775808", b"-9223372036854775809", b"9" * 100_000, b"1\x00", b"--1"],
)  # fmt: skip
def test_other_spellings_are_refused(text: bytes) -> None:
    assert parse_int64(text) is None


@given(st.binary(max_size=24) | st.text("0123456789-+ ", max_size=24).map(str.encode))
def test_what_is_read_is_written_the_same(text: bytes) -> None:
    number = parse_int64(text)
    assert number is None or b"%d" % number == text


class TestCursor:
    def test_it_takes_arguments_in_order_and_knows_what_is_left(self) -> None:
        arguments = Arguments([b"SET", b"key", b"ex", b"10"])
        assert arguments.remaining == 3
        assert arguments.next_bytes() == b"key"
        assert arguments.peek_word() == b"EX"
        assert arguments.next_word() == b"EX"
        assert arguments.next_int() == 10
        assert not arguments
        assert arguments.peek_word() is None
        arguments.finish()

    def test_it_can_start_further_on(self) -> None:
        assert Arguments([b"a", b"b", b"c"], 2).next_bytes() == b"c"

    @pytest.mark.parametrize("take", [Arguments.next_bytes, Arguments.next_word, Arguments.next_int])
    def test_nothing_left_is_a_syntax_error(self, take: object) -> None:
        with pytest.raises(CommandError) as refused:
            take(Arguments([b"GET"]))  # type: ignore[operator]
        assert refused.value.text == b"ERR syntax error"

    def test_something_left_is_a_syntax_error(self) -> None:
        with pytest.raises(CommandError, match="syntax error"):
            Arguments([b"GET", b"key"]).finish()

    @pytest.mark.parametrize(("error", "text"), [((), NOT_AN_INTEGER), ((b"ERR no port",), b"ERR no port")])
    def test_no_integer_is_an_error_of_the_callers_choice(self, error: tuple[bytes, ...], text: bytes) -> None:
        with pytest.raises(CommandError) as refused:
            Arguments([b"GET", b"x"]).next_int(*error)
        assert refused.value.text == text

    def test_an_integer_below_the_least_is_refused_like_none(self) -> None:
        assert Arguments([b"GET", b"-1"]).next_int(b"ERR no", -1) == require_int64(b"-1", b"ERR no", -1) == -1
        for text in (b"-2", b"x"):
            with pytest.raises(CommandError, match="ERR no"):
                Arguments([b"GET", text]).next_int(b"ERR no", -1)
