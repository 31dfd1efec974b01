"""The sizes of what Redis packs, at the borders between its forms. `tests/against` compares what follows from them."""

from __future__ import annotations

import pytest

from framewire.redis.server.values.listpacks import size_of_integer, size_of_text


@pytest.mark.parametrize(
    ("number", "size"),
    [
        (0, 2), (127, 2), (128, 3), (-1, 3), (4095, 3), (-4096, 3), (4096, 4), (-4097, 4), (32767, 4), (-32768, 4),
        (32768, 5), (-32769, 5), (2**23 - 1, 5), (-(2**23), 5), (2**23, 6), (2**31 - 1, 6), (-(2**31), 6), (2**31, 10),
        (2**63 - 1, 10), (-(2**63), 10), (2**64 - 1, 3), (2**64 - 5000, 4), (1 - 2**64, 2),
    ],
)  # fmt: skip
def test_integers(number: int, size: int) -> None:
    assert size_of_integer(number) == size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (b"", 2), (b"a", 3), (b"7", 2), (b"07", 4), (b"-1", 3), (b"9223372036854775807", 10),
        (b"9223372036854775808", 21), (b"x" * 63, 65), (b"x" * 64, 67), (b"x" * 125, 128), (b"x" * 126, 130),
        (b"x" * 4095, 4099), (b"x" * 4096, 4103), (b"x" * 16377, 16384), (b"x" * 16378, 16386),
    ],
)  # fmt: skip
def test_texts(text: bytes, size: int) -> None:
    assert size_of_text(text) == size
