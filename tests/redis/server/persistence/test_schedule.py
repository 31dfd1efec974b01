"""When the append-only file is written anew by itself."""

from __future__ import annotations

import pytest

from framewire.redis.server.config.config import Config
from framewire.redis.server.persistence.schedule import Schedule


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def schedule(time: Time) -> Schedule:
    config = Config(auto_aof_rewrite_percentage=50, auto_aof_rewrite_min_size=100)
    return Schedule(config, time, 7)


@pytest.mark.parametrize(
    ("base", "size", "grown"), [(0, 99, False), (0, 100, True), (80, 119, False), (80, 120, True), (200, 299, False)]
)
def test_growth_counts_from_the_last_rewrite(schedule: Schedule, base: int, size: int, grown: bool) -> None:
    schedule.base_size = base
    assert schedule.has_grown(size) is grown


def test_every_failure_doubles_the_wait_up_to_an_hour_or_so(schedule: Schedule, time: Time) -> None:
    assert not schedule.waits_after_failure
    for seconds in (60, 120, 240, 480, 960, 1920, 3840, 3840):
        schedule.fail()
        time.now += seconds - 1
        assert schedule.waits_after_failure
        time.now += 1
        assert not schedule.waits_after_failure


def test_after_a_success_a_failure_is_the_first_again(schedule: Schedule, time: Time) -> None:
    schedule.fail()
    schedule.fail()
    schedule.begin()
    time.now += 3
    assert schedule.succeed(500, 9) == 3
    assert (schedule.base_size, schedule.saved_at, schedule.failures) == (500, 9, 0)
    schedule.fail()
    time.now += 60
    assert not schedule.waits_after_failure


def test_what_info_says(schedule: Schedule, time: Time) -> None:
    schedule.requested = True
    assert schedule.report(False)["aof_rewrite_scheduled"] == 1
    schedule.begin()
    time.now += 4
    report = schedule.report(True)
    assert (report["aof_rewrite_scheduled"], report["aof_current_rewrite_time_sec"]) == (0, 4)
    schedule.succeed(1, 9)
    report = schedule.report(False)
    assert (report["aof_current_rewrite_time_sec"], report["aof_last_rewrite_time_sec"], report["aof_rewrites"]) == (
        -1,
        4,
        1,
    )
