"""A test as data: the same bytes for each server, others in each round."""

from __future__ import annotations

from framewire.cli.bench.job import Job
from framewire.cli.bench.keys import Keys
from framewire.cli.bench.suite import select


def test_each_server_gets_the_same_and_each_round_something_else() -> None:
    job = Job("MIX", tuple(select(["set", "get"])), (1, 1), size=10, keys=Keys(10**6), seed=5)
    first, again, second = (job.workload(number).batch(50) for number in (0, 0, 1))
    assert first == again
    assert first != second


def test_values_have_the_size() -> None:
    batch, _ = Job("SET", tuple(select(["set"])), size=1234).workload(0).batch(1)
    assert b"$1234\r\n" in batch
