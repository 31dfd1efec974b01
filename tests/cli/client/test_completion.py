"""What half-typed words may become."""

from __future__ import annotations

import pytest

from framewire.cli.client.completion import candidates


@pytest.mark.parametrize(
    ("line", "length", "words"),
    [
        (b"getr", 4, ["getrange"]),
        (b"GETR", 4, ["GETRANGE"]),
        (b"qui", 3, ["quit"]),
        (b"client ki", 2, ["kill"]),
        (b"CLIENT KI", 2, ["KILL"]),
        (b"set k v e", 1, ["ex", "exat"]),
        (b"3 getr", 4, ["getrange"]),
        (b"help @hash", 5, ["@hash"]),
        (b"help getr", 4, ["getrange"]),
        (b"help client ki", 2, ["kill"]),
        (b"get k", 1, []),
        (b"nosuch ", 0, []),
    ],
)
def test_candidates(line: bytes, length: int, words: list[str]) -> None:
    assert candidates(line) == (length, words)


def test_an_empty_line_may_become_any_command() -> None:
    length, words = candidates(b"")
    assert length == 0 and {"GET", "SET", "QUIT"} <= set(words)
