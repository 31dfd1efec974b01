"""Patterns: the language, and that no pattern is slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.glob import _Unread, compile_glob
from tests.work import Work, counted_lines

MATCHES = [
    (b"", b""), (b"*", b"x"), (b"*", b"anything\n\x00\xff"), (b"a*", b"a"), (b"*a", b"a"), (b"a*b", b"ab"),
    (b"a*b*c", b"a-b-b-c"), (b"**", b"x"), (b"?", b"\n"), (b"h?llo", b"hello"), (b"h[ae]llo", b"hallo"),
    (b"h[^e]llo", b"hallo"), (b"h[a-b]llo", b"hbllo"), (b"h[b-a]llo", b"hallo"), (b"[a-c-e]", b"-"), (b"[a-]", b"_"),
    (b"[\\]]", b"]"), (b"[\\^]", b"^"), (b"[a^]", b"^"), (b"[^]", b"x"),
    (b"\\*", b"*"), (b"\\", b"\\"), (b"a\\", b"a\\"), (b"\\\\", b"\\"), (b"\\a\\b", b"ab"), (b"[abc", b"b"),
    (b"[a-", b"-"), (b"[^", b"x"), (b"*[0-9]", b"key7"), (b"*[0-9]*", b"k7y"), (b"*.*.*", b"a.b.c"), (b"[\\", b"\\"),
    (b"??*??", b"abcd"), (b"*aab", b"aaaab"),
]  # fmt: skip

MISSES = [
    (b"", b"x"), (b"*", b""), (b"**", b""), (b"a", b"A"), (b"a*", b"ba"), (b"*a", b"ab"), (b"a*b*c", b"acb"),
    (b"?", b""), (b"?", b"ab"), (b"h[^e]llo", b"hello"), (b"[]", b"]"), (b"[]a]", b"a"), (b"[", b"["), (b"\\*", b"x"),
    (b"\\?", b"x"), (b"a*a", b"a"), (b"ab*ba", b"aba"), (b"[a-c]", b"d"), (b"??*??", b"abc"), (b"*aab", b"aaba"),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "name"), MATCHES)
def test_matches(pattern: bytes, name: bytes) -> None:
    assert compile_glob(pattern)(name)


@pytest.mark.parametrize(("pattern", "name"), MISSES)
def test_misses(pattern: bytes, name: bytes) -> None:
    assert not compile_glob(pattern)(name)


def reference(pattern: bytes, name: bytes) -> bool:
    """The definition, by cases, over literals, `?` and `*` alone."""
    if not pattern:
        return not name
    if pattern[:1] == b"*":
        return any(reference(pattern[1:], name[i:]) for i in range(len(name) + 1))
    return name != b"" and pattern[:1] in (b"?", name[:1]) and reference(pattern[1:], name[1:])


ALPHABET = st.text("ab*?", max_size=7).map(str.encode)


@given(ALPHABET, st.text("ab", min_size=1, max_size=8).map(str.encode))
def test_it_agrees_with_the_definition(pattern: bytes, name: bytes) -> None:
    assert compile_glob(pattern)(name) == reference(pattern, name)


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_any_bytes_are_a_pattern(pattern: bytes, name: bytes) -> None:
    assert compile_glob(pattern)(name) in (True, False)


@given(st.binary(min_size=1, max_size=20))
def test_an_escaped_name_matches_itself_only(name: bytes) -> None:
    pattern = b"".join(b"\\" + name[i : i + 1] for i in range(len(name)))
    assert compile_glob(pattern)(name)
    assert not compile_glob(pattern)(name + b"x")


MANY = 500_000


@pytest.mark.parametrize(
    "pattern",
    [b"?a" * MANY, b"[a]" * MANY, b"\\a" * MANY, b"*a" * MANY, b"*[]" * MANY, b"a?" * MANY, b"*?" * MANY],
    ids=lambda pattern: repr(pattern[:3]),
)
def test_a_long_pattern_is_read_only_as_far_as_names_need_it(pattern: bytes) -> None:
    matches = compile_glob(pattern)
    assert not matches(b"key:1234567890")
    assert len(matches._read) <= 32  # type: ignore[attr-defined]


@given(st.binary(max_size=6), st.lists(st.binary(max_size=12), min_size=1, max_size=4))
def test_long_patterns_mean_what_short_ones_do(pattern: bytes, names: list[bytes]) -> None:
    """The same tokens, read on demand, whichever names come first."""
    unread = _Unread(pattern)
    assert [unread(name) for name in names] == [compile_glob(pattern)(name) for name in names]


@pytest.mark.parametrize(
    "pattern",
    [b"*a" * 20 + b"*b", b"*?" * 30 + b"b", b"*[a]" * 20 + b"b", b"*" * 100_000 + b"b", b"a" * 100_000, b"[a" * 50_000],
)
def test_no_pattern_is_slow(pattern: bytes) -> None:
    """Lines of Python that run: a few for each byte of the pattern, and for each byte of the name and part of it."""
    work, name = Work(), b"a" * 2_000
    with counted_lines(work):
        compile_glob(pattern)(name)
    assert work.steps < 20 * len(pattern) + 20 * len(name) * (pattern.count(b"*?") + 1)
