"""How SCAN and its relatives read their arguments: cursors as C reads them, options in any order."""

from __future__ import annotations

import pytest

from framewire.redis.server.commands.shared.scanning import ScanOptions, page, parse_cursor
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from tests.redis.server.scripted import Clients

CURSORS = [
    (b"0", 0), (b"7", 7), (b"007", 7), (b"+7", 7), (b"-1", 2**64 - 1), (b"-0", 0), (b"", 0), (b"\0x", 0), (b"5\0x", 5),
    (b"18446744073709551615", 2**64 - 1), (b"0" * 100 + b"1", 1), (b"-18446744073709551615", 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cursor"), CURSORS)
def test_cursors(text: bytes, cursor: int) -> None:
    assert parse_cursor(text) == cursor


@pytest.mark.parametrize(
    "text", [b"x", b"1x", b" 1", b"1 ", b"+", b"-", b"--1", b"1.0", b"18446744073709551616", b"1" * 5_000, b"\xd9\xa1"]
)
def test_no_cursors(text: bytes) -> None:
    with pytest.raises(CommandError, match="invalid cursor"):
        parse_cursor(text)


def options(text: str, *, with_type: bool = False) -> ScanOptions:
    return ScanOptions(Arguments(text.encode().split(), 0), with_type=with_type)


def test_options() -> None:
    found = options("match a* Count 5 TYPE Hash COUNT 7", with_type=True)
    assert (found.count, found.kind) == (7, b"hash")
    assert found.matches is not None
    assert found.matches(b"ab") and not found.matches(b"b")


def test_without_options() -> None:
    found = options("")
    assert (found.count, found.kind, found.matches) == (10, None, None)


@pytest.mark.parametrize("text", ["COUNT", "COUNT 0", "COUNT -1", "MATCH", "TYPE hash", "NONSENSE 1", "1", "MATCH a b"])
def test_wrong_options(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        options(text)
    assert caught.value.text == SYNTAX_ERROR


def test_pages() -> None:
    session = Clients().new().session
    members = {b"%d" % number for number in range(40)}
    cursor, first = page(session, members, 0, options("COUNT 30"))
    assert (cursor > 0, len(first)) == (True, 30)
    cursor, second = page(session, members, cursor, options("COUNT 30 MATCH ?"))
    assert cursor == 0
    assert set(second) == {member for member in members - set(first) if len(member) == 1}
    cursor, whole = page(session, members, 999, options("COUNT 1"), whole=True)
    assert (cursor, set(whole)) == (0, members)


@pytest.mark.parametrize(("pattern", "expected"), [("*", [b""]), ("**", []), ("?", [])])
def test_a_lone_star_is_no_pattern(pattern: str, expected: list[bytes]) -> None:
    session = Clients().new().session
    assert page(session, {b""}, 0, options(f"MATCH {pattern}")) == (0, expected)
