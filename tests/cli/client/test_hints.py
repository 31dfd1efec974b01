"""Hints: what is said of typical lines, and that nothing anybody types makes them fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.client.hints import hint, next_words
from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS, walk

SET = "[NX | XX | IFEQ comparison-value] [GET]"
EXPIRY = "[EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]"

HINTS = [
    ("", ""),
    ("NOSUCH x", ""),
    ("get", "key"),
    ("GET k", ""),
    ("GET k x", ""),
    ("SET", f"key value {SET} {EXPIRY}"),
    ("SET k v", f"{SET} {EXPIRY}"),
    ("SET k v EX", f"seconds {SET}"),
    ("SET k v EX 10", SET),
    ("SET k v NX", f"[GET] {EXPIRY}"),
    ("SET k v get nx", EXPIRY),
    ("SET k v NOSUCH", ""),
    ("DEL a", "[key ...]"),
    ("MSET a", "value [key value ...]"),
    ("MSET a 1", "[key value ...]"),
    ("ZADD k", "[NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]"),
    ("ZADD k NX CH", "[GT | LT] [INCR] score member [score member ...]"),
    ("ZADD k 1", "member [score member ...]"),
    ("XADD s MAXLEN ~", "threshold [LIMIT count] [NOMKSTREAM] <* | id> field value [field value ...]"),
    ("XREAD COUNT 2 STREAMS", "key [key ...] id [id ...]"),
    ("LPOS k e RANK", "rank [COUNT num-matches] [MAXLEN len]"),
    ("SORT k GET x", "[BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] [STORE destination]"),
    ("CLIENT", "subcommand ..."),
    ("CLIENT NOSUCH", ""),
    ("CLIENT SETNAME", "connection-name"),
]


@pytest.mark.parametrize(("line", "expected"), HINTS)
def test_hints(line: str, expected: str) -> None:
    assert hint(line.encode().split()) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SET k v", ["NX", "XX", "IFEQ", "GET", "EX", "PX", "EXAT", "PXAT", "KEEPTTL"]),
        ("SET k v EX", []),
        ("SET k v EX 1 NX", ["GET"]),
        ("SET k", []),
        ("ZADD k", ["NX", "XX", "GT", "LT", "CH", "INCR"]),
        ("NOSUCH", []),
        ("CONFIG", ["GET", "RESETSTAT", "REWRITE", "SET", "HELP"]),
    ],
)
def test_next_words(line: str, expected: list[str]) -> None:
    assert sorted(next_words(line.encode().split())) == sorted(expected)


ENTRIES = list(walk())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_command_has_its_whole_syntax_as_the_first_hint(entry: Command) -> None:
    words = entry.name.encode().split(b"|")
    if not entry.subcommands:
        assert hint(words) == entry.syntax.removeprefix(entry.name.upper().replace("|", " ")).strip()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_no_words_behind_a_command_make_it_fail(entry: Command) -> None:
    words = entry.name.encode().split(b"|")
    for _ in range(12):
        following = next_words(words)
        hint(words)
        words.append(following[0].encode() if following else b"1")


VOCABULARY = [name.upper() for name in COMMANDS] + [b"EX", b"NX", b"LIMIT", b"STREAMS", b"ID", b"1", b"k", b"", b"\xff"]


@given(st.sampled_from(sorted(COMMANDS)), st.lists(st.sampled_from(VOCABULARY), max_size=8))
def test_nothing_typed_makes_it_fail(name: bytes, words: list[bytes]) -> None:
    assert isinstance(hint([name, *words]), str)
    assert all(isinstance(word, str) for word in next_words([name, *words]))
