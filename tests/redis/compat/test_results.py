"""Results as redis-py has them: one table of what a reply becomes, under both protocols."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import Simple
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.results import casting
from framewire.redis.compat.speaking import Speaking
from framewire.redis.exchange.calls import Shape

Calls = list[tuple[tuple[Any, ...], Shape | None]]


class Recording(Speaking):
    """A client that sends nothing: what it would send is in `calls`."""

    def __init__(self, encoder: Encoder | None = None, *, has_link: bool = True) -> None:
        self.calls: Calls = []
        self.response_callbacks = Callbacks()
        self.encoder = encoder or Encoder()
        self.has_link = has_link

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        self.calls.append((request, shape))

    def _has_link(self) -> bool:
        return self.has_link

    def result(self, reply: Any) -> Any:
        """What the last call makes of `reply`."""
        shape = self.calls[-1][1]
        return reply if shape is None else shape(reply)


OK = Simple(b"OK")

TABLE = [
    # method, arguments, reply under RESP2, under RESP3, redis-py's result
    ("set", ("k", 1), OK, OK, True),
    ("set", ("k", 1, None, None, True), None, None, None),
    ("hsetnx", ("k", "f", 1), 1, 1, 1),
    ("sismember", ("k", 1), 0, 0, 0),
    ("smismember", ("k", 1, 2), [1, 0], [1, 0], [1, 0]),
    ("hrandfield", ("k", 2, True), [b"f", b"v"], [[b"f", b"v"]], [b"f", b"v"]),
    ("zrandmember", ("k", 2, True), [b"m", b"1.5"], [[b"m", 1.5]], [b"m", b"1.5"]),
    ("zdiff", (["a"], True), [b"m", b"1"], [[b"m", 1.0]], [b"m", b"1"]),
    ("zdiff", (["a"],), [b"m"], [b"m"], [b"m"]),
    ("zmpop", (1, ["a"], True), [b"a", [[b"m", b"3"]]], [b"a", [[b"m", 3.0]]], [b"a", [[b"m", b"3"]]]),
    ("zmpop", (1, ["a"], True), None, None, None),
    ("zrange", ("k", 0, -1, False, True), [b"m", b"2"], [[b"m", 2.0]], [(b"m", 2.0)]),
    ("zrank", ("k", "m", True), [3, b"2"], [3, 2.0], [3, 2.0]),
    (
        "xread", ({"s": 0},), [[b"s", [[b"1-0", [b"f", b"v"]]]]], {b"s": [[b"1-0", [b"f", b"v"]]]},
        [[b"s", [(b"1-0", {b"f": b"v"})]]],
    ),
    ("xread", ({"s": 0},), None, None, []),
    ("xautoclaim", ("s", "g", "c", 0), [b"0-0", [], []], [b"0-0", [], []], [b"0-0", [], []]),
    ("xautoclaim", ("s", "g", "c", 0, 0, None, True), [b"0-0", [b"1-0"], []], [b"0-0", [b"1-0"], []], [b"1-0"]),
    ("xautoclaim", ("s", "g", "c", 0, 0, None, True), [b"0-0", [], []], [b"0-0", [], []], []),
    (
        "lcs", ("a", "b", False, True), [b"matches", [[[4, 7], [5, 8]]], b"len", 6],
        {b"matches": [[[4, 7], [5, 8]]], b"len": 6}, [b"matches", [[[4, 7], [5, 8]]], b"len", 6],
    ),
    ("client_unpause", (), OK, OK, b"OK"),
    ("acl_dryrun", ("u", "get", "k"), OK, OK, b"OK"),
    ("command_getkeys", ("get", "k"), [b"k"], [b"k"], ["k"]),
    ("command_list", (), [b"get"], [b"get"], [b"get"]),
    ("restore", ("k", 0, b"x"), OK, OK, b"OK"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "arguments", "resp2", "resp3", "expected"), TABLE)
def test_results(method: str, arguments: tuple[Any, ...], resp2: Any, resp3: Any, expected: Any) -> None:
    client = Recording()
    getattr(client, method)(*arguments)
    for reply in (resp2, resp3):
        result = client.result(reply)
        assert result == expected and type(result) is type(expected)


def test_text_in_place_of_bytes() -> None:
    client = Recording(Encoder(decode_responses=True))
    client.xread({"s": 0})
    assert client.result([[b"s", [[b"1-0", [b"f", b"v"]]]]]) == [["s", [("1-0", {"f": "v"})]]]
    client.dump("k")
    assert client.result(b"\xff") == b"\xff"


@pytest.mark.parametrize(("score", "given"), [(1.0, b"1"), (1.5, b"1.5"), (float("inf"), b"inf"), (-0.5, b"-0.5")])
def test_a_cast_of_scores_is_given_what_the_server_wrote(score: float, given: bytes) -> None:
    assert casting(bytes)(score) == given


def test_the_casts_that_take_numbers_get_them() -> None:
    assert casting(float) is float and casting(int) is int
