"""The words of a timeout: what is known of why no reply came."""

from __future__ import annotations

import math

import pytest

from framewire.redis.client.deadlines import Circumstances, late, patience
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.exchange.calls import Call

USUAL = Circumstances(now=105.0, starved=0.0, heard=100.0, receiving=False, ahead=7)


def call(*, written: bool = True, batch: bool = False, name: object = b"GET") -> Call:
    return Call([(name, b"k")], batch, None, None, written, [], 105.0, 100.0)


CAUSES = [
    (call(), USUAL, "the server has been silent for 5 s"),
    (call(), Circumstances(105.0, 0.0, 104.9, False, 7), "the server answers others still, last 0.1 s ago"),
    (call(), Circumstances(105.0, 0.0, 100.5, False, 7), "the server has been silent for 4.5 s"),
    (call(), Circumstances(105.0, 0.0, 104.9, True, 7), "it stands behind a long reply that still comes in"),
    (call(), Circumstances(105.0, 4.0, 104.9, True, 7), "the event loop did not run for 4 s of them"),
    (call(), Circumstances(105.0, 4.0, 104.9, True, 7, "no thread"), "no thread did not run for 4 s of them"),
    (call(written=False), USUAL, "it was never sent: 7 requests wait before it, and the link takes no more"),
]


@pytest.mark.parametrize(("about", "circumstances", "cause"), CAUSES)
def test_causes(about: Call, circumstances: Circumstances, cause: str) -> None:
    error = late(about, circumstances, "redis://host:1/0")
    assert error.cause == cause
    assert str(error) == f"GET to redis://host:1/0 had no reply within 5 s: {cause}"


@pytest.mark.parametrize(("written", "fate"), [(True, Fate.UNKNOWN), (False, Fate.NOT_EXECUTED)])
def test_fate(written: bool, fate: Fate) -> None:
    assert late(call(written=written), USUAL, "").fate is fate


def test_what_was_asked_is_named_and_its_arguments_are_not() -> None:
    assert str(late(call(name="set"), USUAL, "here")).startswith("set to here")
    assert str(late(call(batch=True), USUAL, "here")).startswith("a pipeline to here")


@pytest.mark.parametrize(
    ("timeout", "interval", "seconds"), [(5.0, 30.0, 10.0), (None, 30.0, 60.0), (None, 0.0, math.inf)]
)
def test_patience(timeout: float | None, interval: float, seconds: float) -> None:
    assert patience(Options(socket_timeout=timeout, health_check_interval=interval)) == seconds
