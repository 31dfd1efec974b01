"""Lines into words: redis-cli's rules as a table, and that whatever is quoted comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.client.words import Unbalanced, partial_words, split_words, unquoted
from framewire.redis.redaction import quoted

WORDS = [
    (b"", []),
    (b" \t\r\n\v\f ", []),
    (b"get key", [b"get", b"key"]),
    (b"  get\t key \n", [b"get", b"key"]),
    (b'set k "a b"', [b"set", b"k", b"a b"]),
    (b"set k 'a b'", [b"set", b"k", b"a b"]),
    (b'"" \'\'', [b"", b""]),
    (rb'"\n\r\t\b\a\x00\xfF\q\"\\"', [b'\n\r\t\b\a\x00\xffq"\\']),
    (rb'"\x0g"', [b"x0g"]),
    (rb"'\n\' \x '", [rb"\n' \x "]),
    (b'a"b c"', [b"ab c"]),
    (b"a\\ b", [b"a\\", b"b"]),
    ("schlüssel".encode(), ["schlüssel".encode()]),
]


@pytest.mark.parametrize(("line", "words"), WORDS)
def test_words(line: bytes, words: list[bytes]) -> None:
    assert split_words(line) == words


@pytest.mark.parametrize("line", [b'"', b"'", b'"a"b', b"'a'b", b'a"', b'"a\\"', b"'a\\'", b'""""', b'get "x', b"\"\\"])
def test_unbalanced(line: bytes) -> None:
    with pytest.raises(Unbalanced):
        split_words(line)


@given(st.lists(st.binary()))
def test_what_is_quoted_comes_back(words: list[bytes]) -> None:
    assert split_words(b" ".join(map(quoted, words))) == words


@given(st.text(alphabet="a \"'\\x0n").map(str.encode))
def test_a_half_typed_line_never_fails_and_agrees_with_a_whole_one(line: bytes) -> None:
    words, begun = partial_words(line)
    try:
        whole = split_words(line)
    except Unbalanced:
        return
    assert [*words, begun] in (whole, [*whole, b""])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"", ([], b"")),
        (b"ge", ([], b"ge")),
        (b"get ", ([b"get"], b"")),
        (b"get ke", ([b"get"], b"ke")),
        (b'set k "a b', ([b"set", b"k"], b'"a b')),
        (b'"x', ([], b'"x')),
    ],
)
def test_partial_words(line: bytes, expected: tuple[list[bytes], bytes]) -> None:
    assert partial_words(line) == expected


def test_a_long_line_is_split_in_linear_time() -> None:
    assert split_words(b'"' + b"\\x41" * 200_000 + b'" ' + b"a " * 200_000) == [b"A" * 200_000, *[b"a"] * 200_000]


def test_unquoted_is_one_word() -> None:
    assert unquoted(rb'"null-\x00"') == b"null-\x00"
    with pytest.raises(Unbalanced, match="2 words"):
        unquoted(b"a b")
