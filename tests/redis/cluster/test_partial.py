"""Which error a request has whose parts did not all succeed, and with which fate."""

from __future__ import annotations

import pickle

import pytest

from framewire.redis.client.errors import (
    ClusterDownError,
    ClusterPartialError,
    ConnectionError,
    NoPermissionError,
    ResponseError,
    TimeoutError,
)  # fmt: skip
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.partial import failure_of, fate_of

DONE, NOT, NOBODY_KNOWS = Fate.EXECUTED, Fate.NOT_EXECUTED, Fate.UNKNOWN

FATES = [
    ([b"OK"], DONE),
    ([b"OK", None], DONE),
    ([ConnectionError("a")], NOT),
    ([ConnectionError("a"), b"OK"], DONE),
    ([ConnectionError("a"), ResponseError("b")], DONE),
    ([ConnectionError("a"), ConnectionError("b", fate=NOBODY_KNOWS), b"OK"], NOBODY_KNOWS),
    ([ConnectionError("a"), ConnectionError("b")], NOT),
    ([RuntimeError("not of ours")], NOBODY_KNOWS),
]


@pytest.mark.parametrize(("replies", "fate"), FATES)
def test_the_worst_fate(replies: list[object], fate: Fate) -> None:
    assert fate_of(replies) is fate


def test_no_failure() -> None:
    assert failure_of("DEL", ["a"], [1]) is None


def test_where_all_fail_alike_it_is_the_first_ones_own() -> None:
    errors = [NoPermissionError("NOPERM a"), NoPermissionError("NOPERM b")]
    assert failure_of("DEL", ["a", "b"], errors) is errors[0]


@pytest.mark.parametrize(
    "replies",
    [
        [1, ClusterDownError("CLUSTERDOWN", fate=NOT)],
        [TimeoutError("late", fate=NOBODY_KNOWS), ClusterDownError("CLUSTERDOWN", fate=NOT)],
        [ConnectionError("a", fate=NOT), ConnectionError("a", fate=NOBODY_KNOWS)],
    ],
    ids=["one", "other errors", "other fates"],
)
def test_else_each_part_is_told(replies: list[object]) -> None:
    parts = [(b"a", b"b"), (b"c",)]
    error = failure_of("DEL", parts, replies)
    assert isinstance(error, ClusterPartialError) and error.fate is fate_of(replies)
    by_part = dict(zip(parts, replies, strict=True))
    assert {**error.results, **error.errors} == by_part
    assert all(isinstance(each, Exception) for each in error.errors.values())
    assert error.keys == [key for part in error.errors for key in part]
    assert error.__cause__ is next(iter(error.errors.values()))
    assert f"{len(error.errors)} of 2 parts of DEL failed" in str(error) and str(error.__cause__) in str(error)


def test_it_may_be_pickled() -> None:
    error = failure_of("DEL", [(b"a",), (b"b",)], [1, ClusterDownError("CLUSTERDOWN", fate=NOT)])
    assert isinstance(error, ClusterPartialError)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.fate, copy.results, copy.keys) == (str(error), error.fate, error.results, error.keys)
