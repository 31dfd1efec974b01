"""What is told of a batch from its requests and replies: a row each."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Error, Simple
from framewire.redis.cluster.batches import is_transaction, refusal_of_queue

OK, QUEUED = Simple(b"OK"), Simple(b"QUEUED")
ABORTED = Error(b"EXECABORT Transaction discarded because of previous errors.")
WITHOUT_MULTI = Error(b"ERR EXEC without MULTI")
MOVED, TORN, BUSY = Error(b"MOVED 1 127.0.0.1:7001"), Error(b"TRYAGAIN torn apart"), Error(b"BUSY a script runs")
LOADING, DENIED = Error(b"LOADING wait"), Error(b"NOPERM no")


@pytest.mark.parametrize(
    ("words", "is_one"),
    [("MULTI / EXEC", True), ("MULTI / SET k v / EXEC", True), ("MULTI", False), ("GET k / EXEC", False), ("", False)],
)
def test_is_transaction(words: str, is_one: bool) -> None:
    requests = [tuple(request.encode().split()) for request in words.split(" / ") if request]
    assert is_transaction(requests) is is_one
    assert is_transaction([list(request) for request in requests]) is is_one


@pytest.mark.parametrize(("replies", "refusal"), [
    ([OK, QUEUED, [b"1"]], None),
    ([OK, QUEUED, [MOVED]], None),  # out of a script that has run
    ([OK, QUEUED, None], None),
    ([OK, MOVED, ABORTED], MOVED),
    ([OK, QUEUED, MOVED], MOVED),
    ([OK, QUEUED, TORN, BUSY, ABORTED], TORN),
    ([OK, BUSY, ABORTED], BUSY),
    ([LOADING, LOADING, LOADING], LOADING),
    ([OK, Error(b"READONLY a replica"), ABORTED], Error(b"READONLY a replica")),
    ([OK, Error(b"MOVED to nowhere"), ABORTED], None),
    ([OK, Error(b"ERR no such command"), ABORTED], None),
    ([OK, Error(b"ERR no such command"), MOVED, ABORTED], None),  # wherever it goes, the first is refused there too
    ([DENIED, b"1", WITHOUT_MULTI], None),
    ([LOADING, b"1", WITHOUT_MULTI], None),  # executed one by one: not twice
    ([DENIED, DENIED, DENIED], None),
], ids=lambda value: str(value)[:60])  # fmt: skip
def test_refusal_of_queue(replies: list[Any], refusal: Error | None) -> None:
    assert refusal_of_queue(replies) == refusal
