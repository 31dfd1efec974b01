"""The steps of a lock: what is sent when, and what becomes of what the server says. No time passes but what is said."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import (
    ClusterCrossSlotError,
    ConnectionError,
    DataError,
    LockError,
    LockNotOwnedError,
    NoPermissionError,
    ResponseError,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.locking import EXTEND, LOOK_SECONDS, RELEASE, TAKEN, TRY, Held, LockSteps
from framewire.redis.client.steps import Ask, Pause
from tests.redis.client.playing import Played

LOST = ConnectionError("gone", fate=Fate.UNKNOWN)
FOR_EVER = float("inf")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Scene:
    """A lock called `L`, and its clock."""

    def __init__(self, timeout: float | None = 10.0, *, room: bool = True) -> None:
        self.clock = Clock()
        self.steps = LockSteps("L", timeout, self.clock, lambda: room)
        self.held = Held(b"me", 110.0)

    def acquire(self, until: float | None = None) -> Played:
        return Played(self.steps.acquire(b"me", 0.1, until))

    def waiting(self, left: int, until: float | None = None) -> Played:
        """Somebody else has it, for `left` ms more."""
        played = self.acquire(until)
        played.answer(None)
        played.answer(left)
        return played


# -- taking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("timeout", "expiry", "until"), [
    (10.0, (b"PX", 10000), 110.0), (0.0015, (b"PX", 1), 100.0015), (None, (), FOR_EVER),
])  # fmt: skip
def test_a_free_lock_is_taken_by_one_set(timeout: float | None, expiry: tuple[Any, ...], until: float) -> None:
    scene = Scene(timeout)
    played = scene.acquire()
    assert played.request == (b"SET", b"L", b"me", b"NX", *expiry)
    scene.clock.now = 105.0  # the server's time began when it was asked, at the latest
    played.answer(b"OK")
    assert (played.result.token, played.result.until) == (b"me", until)


def test_who_finds_it_taken_says_that_somebody_waits_and_asks_for_how_long() -> None:
    played = Scene().acquire()
    played.answer(None)
    assert played.request == (b"EVALSHA", TRY.sha, 2, b"L", b"L:waiting", b"me", 10000, 3000)
    played.answer(TAKEN)
    assert played.result.token == b"me"


@pytest.mark.parametrize(("left", "least", "most"), [
    (60_000, 0.75 * LOOK_SECONDS, 1.25 * LOOK_SECONDS), (-1, 0.75 * LOOK_SECONDS, 1.25 * LOOK_SECONDS),
    (200, 0.2, 0.22), (0, 0.0, 0.02),
])  # fmt: skip
def test_and_waits_to_be_woken_but_no_longer_than_it_may_be_held(left: int, least: float, most: float) -> None:
    played = Scene().waiting(left)
    assert isinstance(played.step, Ask) and played.step.blocks is not None
    assert played.request[:2] == (b"BLPOP", b"L:wake")
    assert least <= played.step.blocks <= most
    assert 0 < float(played.request[2]) <= most  # 0 would be for ever


@pytest.mark.parametrize("woken", [[b"L:wake", b"1"], None])
def test_then_tries_again_woken_or_not(woken: Any) -> None:
    played = Scene().waiting(60_000)
    played.answer(woken)
    assert played.request[:2] == (b"EVALSHA", TRY.sha)
    played.answer(TAKEN)
    assert played.is_over


def test_until_its_time_is_up() -> None:
    scene = Scene()
    played = scene.waiting(60_000, until=100.5)
    assert isinstance(played.step, Ask) and played.step.blocks == 0.5
    scene.clock.now = 100.5
    played.answer(None)
    played.answer(60_000)  # one more try
    assert played.is_over and played.result is None


def test_without_a_link_to_wait_on_it_is_polled_by_chance() -> None:
    played = Scene(room=False).waiting(60_000)
    assert isinstance(played.step, Pause) and 0.05 <= played.step.seconds <= 0.15


@pytest.mark.parametrize("error", [NoPermissionError("NOPERM no"), ResponseError("WRONGTYPE a string")])
def test_and_where_nobody_can_be_woken(error: ResponseError) -> None:
    played = Scene().waiting(60_000)
    played.fail(error)
    assert isinstance(played.step, Pause)
    played.answer(None)
    assert played.request == (b"EVALSHA", TRY.sha, 1, b"L", b"me", 10000, 3000)
    played.answer(60_000)
    assert isinstance(played.step, Pause)  # it is not tried again


@pytest.mark.parametrize("error", [NoPermissionError("NOPERM no"), ClusterCrossSlotError("CROSSSLOT")])
def test_where_other_keys_are_refused_the_locks_own_is_used(error: ResponseError) -> None:
    scene = Scene()
    played = scene.acquire()
    played.answer(None)
    played.fail(error)
    assert played.request == (b"EVALSHA", TRY.sha, 1, b"L", b"me", 10000, 3000)
    released = Played(scene.steps.release(scene.held))
    assert released.request == (b"EVALSHA", RELEASE.sha, 1, b"L", b"me", 1000)


def test_a_lost_link_is_the_callers_business() -> None:
    with pytest.raises(ConnectionError):
        Scene().waiting(60_000).fail(LOST)


# -- giving back ------------------------------------------------------------------------------------------------------


def test_it_is_released_with_its_token() -> None:
    scene = Scene()
    played = Played(scene.steps.release(scene.held))
    assert played.request == (b"EVALSHA", RELEASE.sha, 3, b"L", b"L:waiting", b"L:wake", b"me", 1000)
    played.answer(1)
    assert played.is_over


def test_what_was_lost_cannot_be_released() -> None:
    scene = Scene()
    with pytest.raises(LockNotOwnedError, match="lost before it was released"):
        Played(scene.steps.release(scene.held)).answer(0)


@pytest.mark.parametrize("second", [0, 1])
def test_a_release_of_unknown_fate_is_repeated_and_believed(second: int) -> None:
    scene = Scene()
    played = Played(scene.steps.release(scene.held))
    played.fail(LOST)
    assert played.request[1] == RELEASE.sha
    played.answer(second)
    assert played.is_over


def test_but_only_once() -> None:
    played = Played(Scene().steps.release(Held(b"me", 110.0)))
    played.fail(LOST)
    with pytest.raises(ConnectionError):
        played.fail(LOST)


# -- keeping ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("how", "seconds", "until"), [
    ("add", 5.0, 115.0), ("set", 5.0, 106.0), ("set", 20.0, 121.0), ("keep", 5.0, 110.0), ("keep", 20.0, 121.0),
])  # fmt: skip
def test_how_long_it_is_ours_for_certain(how: str, seconds: float, until: float) -> None:
    scene = Scene()
    scene.clock.now = 101.0
    played = Played(scene.steps.extend(scene.held, seconds, how))
    assert played.request == (b"EVALSHA", EXTEND.sha, 1, b"L", b"me", int(seconds * 1000), how)
    scene.clock.now = 102.0
    played.answer(1)
    assert scene.held.until == until


def test_what_is_lost_cannot_be_kept() -> None:
    scene = Scene()
    with pytest.raises(LockNotOwnedError):
        Played(scene.steps.extend(scene.held, 5.0, "keep")).answer(0)
    assert scene.held.lost
    with pytest.raises(LockNotOwnedError):
        scene.steps.check(scene.held)


def test_when_its_time_is_up_nobody_can_say_that_it_is_ours() -> None:
    scene = Scene()
    scene.clock.now = 109.9
    scene.steps.check(scene.held)
    scene.clock.now = 110.0
    with pytest.raises(LockNotOwnedError):
        scene.steps.check(scene.held)
    assert scene.held.lost


def test_what_is_not_held() -> None:
    scene = Scene()
    for steps in (scene.steps.release(None), scene.steps.extend(None, 1.0, "add")):
        with pytest.raises(LockError):
            next(steps)
    with pytest.raises(LockNotOwnedError):
        scene.steps.check(None)


def test_what_never_expires_is_not_extended() -> None:
    scene = Scene(None)
    with pytest.raises(LockError, match="no timeout"):
        next(scene.steps.extend(scene.held, 1.0, "add"))
    scene.steps.check(Held(b"me", FOR_EVER))


@pytest.mark.parametrize("timeout", [0, 0.0009, -1])
def test_a_lock_is_held_for_some_time(timeout: float) -> None:
    with pytest.raises(DataError, match="millisecond"):
        Scene(timeout)
