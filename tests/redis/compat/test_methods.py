"""Methods that redis-py has otherwise: what is sent, and what is refused before anything is."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import DataError, SharedLinkError
from tests.redis.compat.test_results import Recording

SENT: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]] = [
    ("select", (1,), (b"SELECT", 1)),
    ("auth", ("p", "u"), (b"AUTH", "u", "p")),
    ("client_tracking_on", (), (b"CLIENT", b"TRACKING", b"ON")),
    ("client_tracking_off", (5,), (b"CLIENT", b"TRACKING", b"OFF", b"REDIRECT", 5)),
    ("client_tracking", (True, None, ["a"], True), (b"CLIENT", b"TRACKING", b"ON", b"PREFIX", "a", b"BCAST")),
    ("replicaof", ("NO", "ONE"), (b"REPLICAOF", "NO", "ONE")),
    ("mget", ([],), (b"ECHO", b"")),
    ("mget", (["a"], "b"), (b"MGET", "a", "b")),
    ("set", ("k", "v", "10"), (b"SET", "k", "v", b"EX", "10")),
    ("zrem", ("k",), (b"ZREM", "k")),
    ("delete", (), (b"DEL",)),
    ("lcs", ("a", "b", True, True), (b"LCS", "a", "b", b"LEN", b"IDX")),
    ("command_list", (None, "list"), (b"COMMAND", b"LIST", b"FILTERBY", b"ACLCAT", "list")),
    ("zintercard", ("2", ["a", "b"]), (b"ZINTERCARD", 2, "a", "b", b"LIMIT", 0)),
]


@pytest.mark.parametrize(("method", "arguments", "request_"), SENT)
def test_what_is_sent(method: str, arguments: tuple[Any, ...], request_: tuple[Any, ...]) -> None:
    client = Recording()
    getattr(client, method)(*arguments)
    assert client.calls[-1][0] == request_


REFUSED: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("set", ("k", "v"), {"ex": 10.0}),
    ("set", ("k", "v"), {"px": "1.5"}),
    ("acl_genpass", (5555,), {}),
    ("acl_genpass", ("x",), {}),
    ("client_kill_filter", (), {"skipme": "yeah"}),
    ("client_kill_filter", (), {}),
    ("client_tracking_on", (), {"prefix": ["a"]}),
    ("xautoclaim", ("s", "g", "c", -1), {}),
    ("xautoclaim", ("s", "g", "c", 0), {"count": -1}),
    ("xpending_range", ("s", "g", "-", "+", None), {}),
    ("xpending_range", ("s", "g", "-", "+", 1), {"idle": -1}),
    ("script_flush", ("LATER",), {}),
    ("geosearch", ("k",), {"member": "m", "radius": 1, "unit": "miles"}),
]


@pytest.mark.parametrize(("method", "arguments", "keywords"), REFUSED)
def test_what_is_refused(method: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    client = Recording()
    with pytest.raises(DataError):
        getattr(client, method)(*arguments, **keywords)
    assert not client.calls


def test_mget_of_no_keys_is_nothing() -> None:
    client = Recording()
    client.mget([])
    assert client.result(b"") == []


def test_hmset_warns() -> None:
    with pytest.warns(DeprecationWarning, match="hset"):
        Recording().hmset("k", {"f": 1})


def test_what_changes_a_link_needs_one() -> None:
    client = Recording(has_link=False)
    for method, arguments in (("select", (1,)), ("quit", ()), ("client_reply", ("OFF",)), ("wait", (1, 1))):
        with pytest.raises(SharedLinkError, match="single_connection_client"):
            getattr(client, method)(*arguments)
    for words in (("MULTI",), ("client", "reply", "off"), ("WAIT", 1, 1)):
        with pytest.raises(SharedLinkError):
            client.execute_command(*words)
    assert not client.calls
    client.client_setname("worker")
    assert client.calls[-1][0] == (b"CLIENT", b"SETNAME", "worker")


@pytest.mark.parametrize("method", ["hello", "debug_segfault", "script_debug", "memory_help"])
def test_what_redis_py_does_not_run_either(method: str) -> None:
    with pytest.raises(NotImplementedError, match="execute_command"):
        getattr(Recording(), method)()


def test_a_score_cast_gets_bytes() -> None:
    client = Recording()
    client.zrange("k", 0, -1, withscores=True, score_cast_func=lambda score: score)
    assert client.result([[b"m", 1.0]]) == [(b"m", b"1")]
