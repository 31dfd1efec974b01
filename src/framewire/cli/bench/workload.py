"""What is sent: requests, encoded by the batch, with random numbers where the user wants them.

What belongs here: how a request becomes bytes, many times a second. A request is encoded once. `__rand_int__`, which is
as long as the twelve digits that replace it, becomes a place in a format, so that a batch of any size is one `%`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeAlias

from framewire.cli.bench.keys import Draw, Keys
from framewire.cli.bench.suite import Request

__all__ = ["Batch", "Workload", "payload"]

RANDOM, DATA, SCORE = b"__rand_int__", b"__data__", b"__score__"
DIGITS = b"%012d"

Batch: TypeAlias = tuple[bytes, Sequence[int] | None]
"""Requests as they are sent, and which of the workload's tests each is; `None` where it has only one."""


class Workload:
    """One test, or several of which each request is one, as often as its weight is among all weights."""

    def __init__(
        self, tests: Sequence[Request], data: bytes, keys: Keys | None, random: Random, weights: Sequence[float] = (),
    ) -> None:  # fmt: skip
        encoded = [_filled(test, data, keys).encoded() for test in tests]
        self.titles = [test.title for test in tests]
        self._formats = [_format(request, keys is not None) for request in encoded]
        self._places = [request.count(RANDOM) if keys is not None else 0 for request in encoded]
        self._draw: Draw = keys.draw(random) if keys is not None else _nothing
        self._random = random
        self._weights = list(accumulate(weights or [1.0] * len(tests)))
        self._repeated = (0, b"")  # the last count, and the format of so many requests

    def batch(self, count: int) -> Batch:
        """The next `count` requests. O(their bytes)."""
        if len(self._formats) == 1:
            return self._one_test(count), None
        kinds = self._random.choices(range(len(self._formats)), cum_weights=self._weights, k=count)
        places = sum(self._places[kind] for kind in kinds)
        return b"".join([self._formats[kind] for kind in kinds]) % tuple(self._draw(places)), kinds

    def _one_test(self, count: int) -> bytes:
        if self._repeated[0] != count:
            self._repeated = (count, self._formats[0] * count)
        return self._repeated[1] % tuple(self._draw(count * self._places[0]))


def _filled(test: Request, data: bytes, keys: Keys | None) -> Request:
    """The test with what is the same in all its requests."""
    score = RANDOM if keys is not None else b"0"
    arguments = tuple(word.replace(DATA, data).replace(SCORE, score) for word in test.arguments)
    return Request(test.name, test.title, arguments, test.inline)


def _format(request: bytes, random: bool) -> bytes:
    text = request.replace(b"%", b"%%")
    return text.replace(RANDOM, DIGITS) if random else text


def _nothing(count: int) -> list[int]:
    return []


LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def payload(size: int, random: Random) -> bytes:
    """`size` bytes of letters and digits, which compress badly."""
    return bytes(LETTERS[byte & 63] for byte in random.randbytes(size))
