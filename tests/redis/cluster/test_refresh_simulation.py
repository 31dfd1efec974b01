"""What jitter promises when a rack dies, for many clients of a large cluster: counted in a simulation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from framewire.redis.cluster.settings import Settings
from tests.redis.cluster.simulation import EVERYBODY_AT_ONCE, SEEDS_ONLY, Outcome, Scenario, simulate

SCENARIO = Scenario(nodes=200, clients=500)
PAUSE = Settings().refresh_pause(SCENARIO.nodes, 1.0)  # 6 s, at most


@pytest.fixture(scope="module")
def jitter() -> Outcome:
    return simulate(SCENARIO)


@pytest.fixture(scope="module")
def at_once() -> Outcome:
    return simulate(replace(SCENARIO, settings=EVERYBODY_AT_ONCE))


def test_clients_that_ask_often_ask_once_in_half_the_pause_on_average(jitter: Outcome) -> None:
    assert jitter.busiest_second() < 1.2 * SCENARIO.clients / (PAUSE / 2)


def test_without_it_all_of_them_ask_in_the_same_second(at_once: Outcome) -> None:
    assert at_once.busiest_second() >= SCENARIO.clients


def test_no_node_is_asked_by_more_than_a_few(jitter: Outcome, at_once: Outcome) -> None:
    living = SCENARIO.nodes - SCENARIO.nodes // 2 // SCENARIO.racks
    fair = jitter.busiest_second() / living
    assert jitter.busiest_node() <= 5 + fair  # what chance adds to a fair share
    assert jitter.busiest_node() < at_once.busiest_node()


def test_asking_the_seeds_alone_is_what_brings_them_down(jitter: Outcome) -> None:
    seeds_only = simulate(replace(SCENARIO, settings=SEEDS_ONLY))
    assert seeds_only.busiest_node() >= SCENARIO.clients / SCENARIO.seeds
    assert seeds_only.busiest_node() >= 50 * jitter.busiest_node()


def test_all_learn_who_took_over(jitter: Outcome, at_once: Outcome) -> None:
    """At the latest when the last refresh in vain has cooled down, and the pause behind it is over."""
    for outcome, pause in ((jitter, PAUSE), (at_once, 0.0)):
        latest = Settings().cool_down_cap + SCENARIO.dialling + pause + SCENARIO.patience * Settings().asks
        assert len(outcome.learned) == SCENARIO.clients
        assert 0 <= min(outcome.learned)
        assert max(outcome.learned) <= latest


def test_where_nothing_happens_each_client_asks_once_in_a_minute() -> None:
    quiet = simulate(replace(SCENARIO, disaster=1000.0, until=600.0))
    seconds = Settings().max_age or 0.0
    assert quiet.total() == pytest.approx(SCENARIO.clients * 600 / (seconds + PAUSE / 2), rel=0.03)
    assert not quiet.learned
