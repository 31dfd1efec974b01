"""Keys: requests and results."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Simple
from framewire.redis.client.commands.keys import Keyspace
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.delete("a", b"b"), "DEL a b", 2),
    Row(lambda c: c.unlink("a"), "UNLINK a", 1),
    Row(lambda c: c.exists("a", "a"), "EXISTS a a", 2),
    Row(lambda c: c.touch("a", "b"), "TOUCH a b", 1),
    Row(lambda c: c.type("a"), "TYPE a", Simple(b"zset"), b"zset"),
    Row(lambda c: c.keys(), "KEYS *", [b"a", b"b"]),
    Row(lambda c: c.keys(b"a*"), "KEYS a*", []),
    Row(lambda c: c.scan(), "SCAN 0", [b"17", [b"a"]], (17, [b"a"])),
    Row(lambda c: c.scan(5, "a*", 100, "hash"), "SCAN 5 MATCH a* COUNT 100 TYPE hash", [b"0", []], (0, [])),
    Row(lambda c: c.scan(match="a*"), "SCAN 0 MATCH a*", [b"18446744073709551615", []], (2**64 - 1, [])),
    Row(lambda c: c.randomkey(), "RANDOMKEY", None),
    Row(lambda c: c.rename("a", "b"), "RENAME a b", Simple(b"OK"), True),
    Row(lambda c: c.renamenx("a", "b"), "RENAMENX a b", 0, False),
    Row(lambda c: c.copy("a", "b"), "COPY a b", 1, True),
    Row(lambda c: c.copy("a", "b", 0, True), "COPY a b DB 0 REPLACE", 0, False),
    Row(lambda c: c.move("a", 1), "MOVE a 1", 1, True),
    Row(lambda c: c.object("encoding", "a"), "OBJECT ENCODING a", b"int"),
    Row(lambda c: c.object("IDLETIME", "a"), "OBJECT IDLETIME a", 17),
    Row(lambda c: c.object("refcount", "a"), "OBJECT REFCOUNT a", 1),
    Row(lambda c: c.object("freq", "a"), "OBJECT FREQ a", None),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.delete(),
    lambda c: c.unlink(),
    lambda c: c.exists(),
    lambda c: c.touch(),
    lambda c: c.object("help", "a"),
]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


@pytest.mark.parametrize("call", WRONG)
def test_arguments_that_contradict_one_another(call: Call) -> None:
    with pytest.raises(DataError):
        call(Recorder())


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(Keyspace)
