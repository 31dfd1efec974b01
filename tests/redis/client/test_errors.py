"""The exceptions of the clients: which error reply becomes which, and what each is besides."""

from __future__ import annotations

import builtins
import pickle

import pytest
import redis

from framewire.errors import FramewireError
from framewire.redis.client import errors
from framewire.redis.client.fates import Fate

REPLIES = [
    (b"NOAUTH Authentication required.", errors.AuthenticationError),
    (b"WRONGPASS invalid username-password pair", errors.AuthenticationError),
    (b"ERR invalid password", errors.AuthenticationError),
    (b"ERR Client sent AUTH, but no password is set", errors.AuthenticationError),
    (b"ERR AUTH <password> called without any password configured for the default user", errors.AuthenticationError),
    (b"ERR wrong number of arguments for 'auth' command", errors.AuthenticationWrongNumberOfArgsError),
    (b"LOADING Redis is loading the dataset in memory", errors.BusyLoadingError),
    (b"ERR max number of clients reached", errors.MaxConnectionsError),
    (b"NOSCRIPT No matching script", errors.NoScriptError),
    (b"NOPERM this user has no permissions", errors.NoPermissionError),
    (b"READONLY You can't write against a read only replica.", errors.ReadOnlyError),
    (b"OOM command not allowed", errors.OutOfMemoryError),
    (b"EXECABORT Transaction discarded", errors.ExecAbortError),
    (b"ASK 1 127.0.0.1:1", errors.AskError),
    (b"MOVED 1 127.0.0.1:1", errors.MovedError),
    (b"TRYAGAIN Multiple keys request", errors.TryAgainError),
    (b"CROSSSLOT Keys in request don't hash to the same slot", errors.ClusterCrossSlotError),
    (b"CLUSTERDOWN The cluster is down", errors.ClusterDownError),
    (b"MASTERDOWN Link with MASTER is down", errors.MasterDownError),
    (b"ERR unknown command", errors.ResponseError),
    (b"WRONGTYPE Operation against a key", errors.ResponseError),
    (b"", errors.ResponseError),
    (b"\xff\xfe", errors.ResponseError),
]


@pytest.mark.parametrize(("data", "kind"), REPLIES)
def test_error_replies(data: bytes, kind: type[errors.RedisError]) -> None:
    error = errors.error_of_reply(data)
    assert type(error) is kind
    assert str(error) == data.decode("utf-8", "backslashreplace")


def test_the_first_word_is_the_code() -> None:
    error = errors.error_of_reply(b"WRONGTYPE Operation against a key")
    assert isinstance(error, errors.ResponseError) and error.code == "WRONGTYPE"


ALL = [kind for name in errors.__all__ if isinstance(kind := getattr(errors, name), type)]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_is_one_of_ours_and_has_a_fate(kind: type[errors.RedisError]) -> None:
    assert issubclass(kind, FramewireError)
    assert kind("no").fate in Fate
    for fate in Fate:
        assert kind("no", fate=fate).fate is fate


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_each_goes_through_a_pickle(kind: type[errors.RedisError]) -> None:
    error = pickle.loads(pickle.dumps(kind("no", fate=Fate.UNKNOWN)))
    assert (type(error), str(error), error.fate) == (kind, "no", Fate.UNKNOWN)


BUILTINS = {"ConnectionError": builtins.ConnectionError, "TimeoutError": builtins.TimeoutError,
            "DataError": ValueError, "LockError": ValueError}  # fmt: skip


@pytest.mark.parametrize("name", BUILTINS)
def test_whoever_catches_the_builtin_catches_ours(name: str) -> None:
    assert issubclass(getattr(errors, name), BUILTINS[name])


OUR_OWN = {"QueueFullError", "SharedLinkError", "CachingError", "ClusterPartialError"}


@pytest.mark.parametrize("name", sorted(set(errors.__all__) - OUR_OWN - {"error_of_reply"}))
def test_names_are_those_of_redis_py(name: str) -> None:
    assert hasattr(redis.exceptions, name) or hasattr(redis.sentinel, name)
