"""The manifest: read and written as Redis does, and what follows from what."""

from __future__ import annotations

import pytest

from framewire.redis.server.persistence.manifest import File, Manifest, load_manifest, parse_manifest, save_manifest
from tests.redis.server.persistence.disks import MemoryDisk

BASE = File("appendonly.aof.2.base.aof", 2, "b")
FIRST = File("appendonly.aof.3.incr.aof", 3, "i")
SECOND = File("appendonly.aof.4.incr.aof", 4, "i")
OLD = File("appendonly.aof.1.base.aof", 1, "h")

TEXTS = [
    (Manifest(BASE, (), (FIRST,)), "file appendonly.aof.2.base.aof seq 2 type b\n"
                                   "file appendonly.aof.3.incr.aof seq 3 type i\n"),
    (Manifest(None, (OLD,), (FIRST, SECOND)), "file appendonly.aof.1.base.aof seq 1 type h\n"
                                              "file appendonly.aof.3.incr.aof seq 3 type i\n"
                                              "file appendonly.aof.4.incr.aof seq 4 type i\n"),
    (Manifest(File('a "b"\\ \n\xe9.1.base.aof', 1, "b")),
     'file "a \\"b\\"\\\\ \\x0a\\xc3\\xa9.1.base.aof" seq 1 type b\n'),
]  # fmt: skip


@pytest.mark.parametrize(("manifest", "text"), TEXTS)
def test_written_and_read(manifest: Manifest, text: str) -> None:
    assert str(manifest) == text
    assert parse_manifest(text.encode()) == manifest


def test_read_as_redis_writes_it() -> None:
    text = b'# a comment\r\nfile "x \\n\\t.1.incr.aof" seq 1 type i\r\n'
    assert parse_manifest(text) == Manifest(increments=(File("x \n\t.1.incr.aof", 1, "i"),))


@pytest.mark.parametrize(
    "line",
    [
        b"type i seq 1 file a\n",
        b"FILE a SEQ 1 Type incr\n",
        b"file a seq 1 type i startoffset 10 endoffset 20\n",
        b"\tsize 7  seq 01 'file' 'a' type i \r\n",
        b"file b seq 1 type i file a\n",
    ],
)
def test_pairs_stand_in_any_order_and_those_of_later_versions_are_passed_over(line: bytes) -> None:
    assert parse_manifest(line) == Manifest(increments=(File("a", 1, "i"),))


@pytest.mark.parametrize("line", [b"x" * 100_000 + b"\n", b"file " + b"/" * 100_000 + b" seq 1 type b\n"])
def test_a_long_line_is_cut_in_the_message(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"line 1 .*'\.\.\.$") as caught:
        parse_manifest(line)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"file a seq 1 type b more\n", "line 1 is none"),
        (b"file a seq 1\n", "line 1 is none"),
        (b'file "a seq 1 type b\n', "line 1 is none"),
        (b"\n", "line 1 is none"),
        (b"", "it is empty"),
        (b"file a seq 1 type b", "its last line has no end"),
        (b"file a seq 1 type b\nfile b seq 2 type b\n", "it has 2 base files"),
        (b"file a seq 2 type i\nfile b seq 2 type i\n", "not in order: 2 comes behind 2"),
        (b"file a seq 1 type b\nfile b seq 0 type i\n", "line 2 is none"),
        (b"file a seq 1 type x\n", "line 1 is none"),
        (b"file ../a seq 1 type b\n", "line 1 names a file elsewhere"),
        (b"nonsense\n", "line 1 is none"),
    ],
)
def test_refused(text: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_manifest(text)


def test_one_follows_from_the_other() -> None:
    first = Manifest(BASE, (), (FIRST,))
    assert (first.next_base("p"), first.next_increment("p")) == (
        File("p.3.base.aof", 3, "b"), File("p.4.incr.aof", 4, "i"),
    )  # fmt: skip
    assert first.next_base("p", 2).sequence == 5
    grown = first.with_increment(SECOND)
    assert grown.files == [BASE, FIRST, SECOND]
    new = File("appendonly.aof.5.base.aof", 5, "b")
    rewritten = grown.rewritten(new, SECOND)
    assert rewritten.files == [new, SECOND]
    assert [(file.name, file.kind) for file in rewritten.history] == [(BASE.name, "h"), (FIRST.name, "h")]
    assert rewritten.without_history() == Manifest(new, (), (SECOND,))
    assert grown.rewritten(new, None).increments == ()


def test_it_is_replaced_as_a_whole_and_safely() -> None:
    disk = MemoryDisk()
    assert load_manifest(disk, "p") is None
    save_manifest(disk, "p", Manifest(BASE))
    save_manifest(disk, "p", Manifest(BASE, (), (FIRST,)))
    assert load_manifest(disk.after_power_loss(kept=False), "p") == Manifest(BASE, (), (FIRST,))
    assert disk.names() == ["p.manifest"]
    assert disk.still_open == 0
