"""The public module of what clients raise."""

from __future__ import annotations

import builtins

import pytest
import redis.exceptions

from framewire import FramewireError
from framewire.redis import exceptions
from framewire.redis.client import errors

ERRORS = [name for name in exceptions.__all__ if name != "Fate"]
SHARED = [name for name in ERRORS if hasattr(redis.exceptions, name)]


def test_all_that_clients_raise_is_public() -> None:
    things = [thing for thing in vars(errors).values() if isinstance(thing, type)]
    assert sorted(thing.__name__ for thing in things if thing.__module__ == errors.__name__) == ERRORS
    assert [getattr(exceptions, name) for name in ERRORS] == [getattr(errors, name) for name in ERRORS]


@pytest.mark.parametrize("name", ERRORS)
def test_each_is_caught_by_the_base_has_a_fate_and_says_what_it_is(name: str) -> None:
    error = getattr(exceptions, name)
    assert issubclass(error, exceptions.RedisError) and issubclass(error, FramewireError)
    assert error("text").fate in exceptions.Fate
    assert error.__doc__


@pytest.mark.parametrize("name", SHARED)
def test_each_is_caught_by_what_catches_that_of_redis_py(name: str) -> None:
    """By the names of both trees: who has written `except ConnectionError` catches at least what was caught."""
    theirs = getattr(redis.exceptions, name)
    bases = [base.__name__ for base in theirs.__mro__ if base.__module__ == redis.exceptions.__name__]
    ours = getattr(exceptions, name)
    missing = [base for base in bases if base in SHARED and not issubclass(ours, getattr(exceptions, base))]
    assert not missing


@pytest.mark.parametrize("name", [name for name in ERRORS if hasattr(builtins, name)])
def test_where_it_has_the_name_of_a_built_in_one_it_is_one(name: str) -> None:
    assert issubclass(getattr(exceptions, name), getattr(builtins, name))
