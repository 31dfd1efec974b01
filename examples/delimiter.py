"""Counts files by suffix, from the standard input: `find . -type f -print0 | python examples/delimiter.py`

Codec: `DelimiterCodec` with a NUL byte, so that a name may hold anything, line breaks too. No connection: a codec works
with bytes from anywhere.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator

from framewire import BytesMut, DelimiterCodec


def names(fd: int) -> Iterator[bytes]:
    """Read to the end; yield each item as soon as it is there."""
    codec, received = DelimiterCodec(b"\0"), BytesMut()
    while data := os.read(fd, 65536):
        received.extend(data)
        while (name := codec.decode(received)) is not None:
            yield name
    while (name := codec.decode_eof(received)) is not None:
        yield name


if __name__ == "__main__":
    suffixes = Counter(os.path.splitext(os.fsdecode(name))[1] for name in names(sys.stdin.fileno()))
    for suffix, count in suffixes.most_common():
        print(f"{count:8} {suffix or '(none)'}")
