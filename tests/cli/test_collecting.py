"""When `framewire serve` looks for garbage in cycles, and that it finds what clients leave."""

from __future__ import annotations

import gc
import sys

import pytest

from framewire.cli.collecting import GONE, PATIENCE, THRESHOLDS, Collector
from framewire.redis import run_in_thread
from tests.redis.server.scripted import Clients
from tests.serving import Serving, command


class Harness:
    """A collector, and clients that come and go."""

    def __init__(self) -> None:
        self.clients = Clients()
        self.collector = Collector(self.clients.state)
        self.turn = self.collector.turn

    def come_and_go(self, count: int) -> None:
        for _ in range(count):
            self.clients.new().session.close()


def test_it_looks_when_enough_clients_have_gone_and_not_again() -> None:
    harness = Harness()
    staying = [harness.clients.new() for _ in range(2 * GONE)]
    harness.come_and_go(GONE - 1)
    assert not harness.turn()
    harness.come_and_go(1)
    assert harness.turn()
    assert not harness.turn()
    for client in staying[:GONE]:
        client.session.close()
    assert harness.turn()


def test_it_waits_for_a_second_without_requests() -> None:
    harness = Harness()
    busy = harness.clients.new()
    harness.come_and_go(GONE)
    for _ in range(10):
        busy("PING")
        assert not harness.turn()
    assert harness.turn()


def test_it_does_not_wait_for_ever() -> None:
    harness = Harness()
    busy = harness.clients.new()
    for _ in range(2):
        harness.come_and_go(GONE)
        turns = 0
        looked = False
        while not looked:
            busy("PING")
            looked = harness.turn()
            turns += 1
        assert turns == PATIENCE


def test_it_frees_what_is_in_a_cycle() -> None:
    harness = Harness()
    cycle: list[object] = []
    cycle.append(cycle)
    died = []

    class Witness:
        def __del__(self) -> None:
            died.append(True)

    cycle.append(Witness())
    gc.collect(1)  # into the oldest generation, which nobody else looks at
    del cycle
    harness.come_and_go(GONE)
    assert harness.turn() and died


REPORT = """
import atexit, gc, sys
atexit.register(lambda: print("GC", *gc.get_threshold(), gc.get_freeze_count(), file=sys.stderr))
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.version_info >= (3, 14), reason="collects by small steps")
def test_serve_sets_it_up() -> None:
    with Serving(before=REPORT) as server:
        server.ask(command(b"PING"), b"+PONG\r\n")
    words = next(line for line in server.log if line.startswith("GC")).split()
    assert tuple(map(int, words[1:4])) == THRESHOLDS
    assert int(words[4]) > 10_000


def test_an_embedded_server_leaves_the_collector_alone() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    with run_in_thread():
        assert gc.get_threshold() == before[0] and gc.get_freeze_count() <= before[1]  # what is frozen may end
