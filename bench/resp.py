"""RESP against hiredis-py in one process: replies, requests, commands; and the cost of a network that cuts them small.

Both decoders get the same wire bytes in pieces of 64 KiB, as a socket would bring them, and give up every item.
`python -m bench.resp` prints the table.
"""

from __future__ import annotations

from collections.abc import Callable

import hiredis

from bench.measure import Row, compare, show
from framewire import BytesMut
from framewire._impl import RespDecoder, encode_commands
from framewire.codecs.resp import pack_command

PIECE = 64 * 1024
BATCH = 256  # the garbage collector starts to look at what is alive beyond 700 lists
MISSING = object()

SMALL = b"+OK\r\n:1\r\n$5\r\nhello\r\n$-1\r\n:1234567\r\n$11\r\nhello world\r\n"
HUNDRED = b"*100\r\n" + b"".join(b"$%d\r\n%s\r\n" % (len(b"value:%d" % i), b"value:%d" % i) for i in range(100))
SETS = b"*3\r\n$3\r\nSET\r\n$10\r\nkey:000001\r\n$16\r\nxxxxxxxxxxxxxxxx\r\n"
BULKS = 160_000
ARRAY = b"*%d\r\n" % BULKS + b"$1\r\nx\r\n" * BULKS

COMMANDS: list[tuple[str, tuple[bytes | str | int, ...]]] = [
    ("SET, bytes", (b"SET", b"key:000001", b"x" * 16)),
    ("SET, text and a number", ("SET", "key:000001", "value", "EX", 60)),
    ("SET, 1 KiB", (b"SET", b"key:000001", b"x" * 1024)),
    ("MSET, 100 pairs", (b"MSET", *(b"key:%06d" % i for i in range(200)))),
]


def pieces(wire: bytes, size: int = PIECE) -> list[bytes]:
    """`wire` as a network would cut it."""
    return [wire[at : at + size] for at in range(0, len(wire), size)]


def in_batches(output: str, fed: list[bytes]) -> Callable[[], int]:
    """Our decoder, as the server and the clients use it."""

    def run() -> int:
        decoder, source, count = RespDecoder(output), BytesMut(), 0
        for piece in fed:
            source.extend(piece)
            while items := decoder.decode_batch(source, BATCH):
                count += len(items)
        return count

    return run


def one_by_one(output: str, fed: list[bytes]) -> Callable[[], int]:
    """Our decoder, one call an item."""

    def run() -> int:
        decoder, source, count = RespDecoder(output), BytesMut(), 0
        for piece in fed:
            source.extend(piece)
            while decoder.decode(source, MISSING) is not MISSING:
                count += 1
        return count

    return run


def by_hiredis(fed: list[bytes]) -> Callable[[], int]:
    """The peer's reader, one call an item: it has no other."""

    def run() -> int:
        reader, count = hiredis.Reader(), 0
        for piece in fed:
            reader.feed(piece)
            while reader.gets() is not False:
                count += 1
        return count

    return run


def decoding(work: str, unit: bytes, output: str, *, single: bool = True) -> list[Row]:
    """About 1 MiB of `unit`, decoded in batches and one by one."""
    fed = pieces(unit * (1024 * 1024 // len(unit)))
    count = by_hiredis(fed)()
    ways = [("in batches", in_batches)] + ([("one by one", one_by_one)] if single else [])
    return [compare(f"{work}, {name}", "hiredis", way(output, fed), by_hiredis(fed), per=count) for name, way in ways]


def encoding(work: str, command: tuple[bytes | str | int, ...]) -> list[Row]:
    """The same command packed alone, and as one of a hundred."""
    hundred = [command] * 100

    def together() -> None:
        encode_commands(hundred, BytesMut(), [])

    def peer() -> None:
        for each in hundred:
            hiredis.pack_command(each)  # type: ignore[arg-type]  # as below

    return [
        compare(f"pack {work}", "hiredis", lambda: pack_command(*command), lambda: hiredis.pack_command(command)),  # type: ignore[arg-type]  # its stub knows one argument only
        compare(f"pack 100 x {work}", "hiredis", together, peer, per=100),
    ]


def cut_small() -> Row:
    """One array of 160 000 one-byte bulks in pieces of 4 KiB, against the same in one piece."""
    return compare(
        "1.1 MB array, in 4 KiB", "ourselves, whole",
        in_batches("values", pieces(ARRAY, 4096)), in_batches("values", [ARRAY]), per=BULKS,
    )  # fmt: skip


def rows() -> list[Row]:
    """The whole table."""
    return [
        *decoding("small replies", SMALL, "values"),
        *decoding("small replies as frames", SMALL, "frames"),
        *decoding("arrays of 100 bulks", HUNDRED, "values"),
        *decoding("SET commands", SETS, "requests"),
        *(row for command in COMMANDS for row in encoding(*command)),
        cut_small(),
    ]


if __name__ == "__main__":
    show(rows())
