"""What lines ask for: a table."""

from __future__ import annotations

import pytest

from framewire.cli.client.lines import Line, parse_line
from framewire.cli.client.words import Unbalanced


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"", Line([])),
        (b"# a comment", Line([])),
        (b"get k", Line([b"get", b"k"])),
        (b"3 incr n", Line([b"incr", b"n"], 3)),
        (b"3", Line([b"3"])),
        (b"99999999999 incr n", Line([b"99999999999", b"incr", b"n"])),
        (b"QUIT", Line([b"QUIT"], 1, b"quit")),
        (b"Exit", Line([b"Exit"], 1, b"exit")),
        (b"help get", Line([b"help", b"get"], 1, b"help")),
        (b"connect h 1", Line([b"connect", b"h", b"1"], 1, b"connect")),
        (b"connect", Line([b"connect"])),
        (b":set hints", Line([b":set", b"hints"], 1, b":set")),
    ],
)
def test_lines(line: bytes, expected: Line) -> None:
    assert parse_line(line) == expected


def test_what_cannot_be_split_is_told() -> None:
    with pytest.raises(Unbalanced):
        parse_line(b'get "')
