"""Callbacks by name: what `execute_command` returns, and what a user puts in their place."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Simple
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.encoder import Encoder
from tests.redis.compat.test_results import Recording

TABLE: list[tuple[tuple[Any, ...], Any, Any]] = [
    (("SET", "k", 1), Simple(b"OK"), True),
    (("SET", "k", 1, "NX"), None, None),
    (("get", "k"), b"v", b"v"),
    (("HGETALL", "k"), {b"f": b"v"}, {b"f": b"v"}),
    (("SMEMBERS", "k"), [b"a"], {b"a"}),
    (("EXISTS", "k"), 1, 1),
    (("EXPIRE", "k", 1), 1, True),
    (("PING",), Simple(b"PONG"), True),
    (("TIME",), [b"1", b"2"], (1, 2)),
    (("CONFIG GET", "x"), [b"x", b"y"], {"x": "y"}),
    (("ZSCORE", "k", "m"), b"1.5", 1.5),
    (("NOBODY.KNOWS",), Simple(b"it"), b"it"),
]


@pytest.mark.parametrize(("words", "reply", "expected"), TABLE)
def test_what_execute_command_returns(words: tuple[Any, ...], reply: Any, expected: Any) -> None:
    client = Recording()
    client.execute_command(*words)
    assert client.result(reply) == expected


def test_never_decode() -> None:
    client = Recording(Encoder(decode_responses=True))
    client.execute_command("GET", "k")
    assert client.result(b"v") == "v"
    client.execute_command("GET", "k", NEVER_DECODE=True)
    assert client.result(b"v") == b"v"


def test_a_callback_of_a_user_makes_results_of_methods_too() -> None:
    client = Recording()
    client.set_response_callback("get", lambda reply: ("mine", reply))
    client.get("k")
    assert client.result(b"v") == ("mine", b"v")
    client.execute_command("GET", "k")
    assert client.result(b"v") == ("mine", b"v")
    client.set("k", 1)
    assert client.result(Simple(b"OK")) is True


def test_a_callback_of_two_words() -> None:
    client = Recording()
    client.set_response_callback("CLIENT LIST", len)
    client.client_list()
    assert client.result(b"abc") == 3
    client.client_id()
    assert client.result(7) == 7


def test_names_in_any_case() -> None:
    callbacks = Callbacks()
    assert callbacks["ping"] is callbacks["PING"] and "Ping" in callbacks and callbacks.get("nothing") is None
    assert not callbacks.own


def test_without_its_callback_a_reply_is_what_it_is() -> None:
    client = Recording()
    del client.response_callbacks["time"]
    assert "TIME" not in client.response_callbacks
    client.time()
    assert client.result([b"1", b"2"]) == [b"1", b"2"]
