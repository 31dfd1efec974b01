"""Errors that redis-py raises of clusters alone: what catches them there, catches them here."""

from __future__ import annotations

import pytest
import redis.exceptions as theirs

from framewire.redis.client.errors import ClusterCrossSlotError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.compat import cluster_errors as ours
from framewire.redis.compat import exceptions


@pytest.mark.parametrize("name", ["RedisClusterException", "SlotNotCoveredError", "CrossSlotTransactionError"])
def test_they_have_redis_py_s_bases(name: str) -> None:
    kind, its = getattr(ours, name), getattr(theirs, name)
    assert getattr(exceptions, name) is kind and name in exceptions.__all__
    for base in (theirs.RedisClusterException, theirs.RedisError):
        named = ours.RedisClusterException if base is theirs.RedisClusterException else RedisError
        if issubclass(its, base):
            assert issubclass(kind, named)
    assert not issubclass(ours.RedisClusterException, RedisError)


def test_keys_in_several_slots_are_caught_either_way() -> None:
    error = ours.CrossSlotTransactionError("text", fate=Fate.NOT_EXECUTED)
    assert isinstance(error, ours.RedisClusterException) and isinstance(error, ClusterCrossSlotError)
    assert (str(error), error.fate) == ("text", Fate.NOT_EXECUTED)
