"""Pauses: how they grow, and what they promise together."""

from __future__ import annotations

import pytest

from framewire.redis.cluster.settings import Settings

ALMOST_ONE = 1 - 2**-53
SETTINGS = Settings()


@pytest.mark.parametrize("chance", [0.0, 0.5, ALMOST_ONE])
def test_redirects_are_followed_at_once_and_then_with_growing_pauses(chance: float) -> None:
    pauses = [SETTINGS.redirect_pause(attempts, chance) for attempts in range(16)]
    assert pauses[:3] == [0.0] * 3
    assert all(pauses[3:])
    assert pauses == sorted(pauses)
    assert max(pauses) <= SETTINGS.backoff_cap


@pytest.mark.parametrize("pause", [SETTINGS.redirect_pause, SETTINGS.trouble_pause])
def test_all_of_them_are_longer_than_a_failover_takes_to_begin(pause: object) -> None:
    """`cluster-node-timeout` is 15 s unless somebody changed it."""
    assert callable(pause)
    assert sum(pause(attempts, 0.0) for attempts in range(SETTINGS.max_redirects)) > 15


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 0.05), (0.5, 0.075), (ALMOST_ONE, 0.1)])
def test_keys_on_their_way_are_waited_for_shortly(chance: float, seconds: float) -> None:
    assert SETTINGS.migrating_pause(chance) == pytest.approx(seconds)


@pytest.mark.parametrize(("nodes", "seconds"), [(0, 1.0), (3, 1.0), (33, 1.0), (100, 3.0), (1000, 30.0), (5000, 30.0)])
def test_the_pause_before_a_refresh_grows_with_the_cluster(nodes: int, seconds: float) -> None:
    assert SETTINGS.refresh_pause(nodes, 0.0) == 0.0
    assert SETTINGS.refresh_pause(nodes, ALMOST_ONE) == pytest.approx(seconds)


@pytest.mark.parametrize(("in_vain", "seconds"), [(0, 0.2), (1, 0.4), (4, 3.2), (5, 5.0), (10**9, 5.0)])
def test_cooling_down(in_vain: int, seconds: float) -> None:
    assert SETTINGS.cooling(in_vain) == pytest.approx(seconds)


@pytest.mark.parametrize(("failures", "chance", "seconds"), [(1, 0.0, 0.1), (1, ALMOST_ONE, 0.2), (10**9, 0.0, 2.5)])
def test_after_failed_refreshes(failures: int, chance: float, seconds: float) -> None:
    assert SETTINGS.failure_pause(failures, chance) == pytest.approx(seconds)
