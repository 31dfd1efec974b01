"""Nodes that have just failed: remembered, and forgotten."""

from __future__ import annotations

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.failures import Failures
from tests.redis.cluster.clocks import Clock

A, B = Address("a", 1), Address("b", 2)


def test_a_failure_fades() -> None:
    clock = Clock()
    failures = Failures(clock, 10.0)
    assert not failures
    failures.add(A)
    assert failures
    assert A in failures
    assert B not in failures
    clock.now += 9.9
    assert A in failures
    clock.now += 0.1
    assert A not in failures


def test_who_fails_again_is_remembered_for_longer() -> None:
    clock = Clock()
    failures = Failures(clock, 10.0)
    failures.add(A)
    clock.now += 6
    failures.add(A)
    clock.now += 6
    assert A in failures


def test_who_works_is_forgotten_at_once() -> None:
    failures = Failures(Clock(), 10.0)
    failures.add(A)
    failures.discard(A)
    failures.discard(B)
    assert not failures


def test_what_has_faded_takes_no_memory() -> None:
    clock = Clock()
    failures = Failures(clock, 10.0)
    for port in range(1000):
        failures.add(Address("a", port))
        clock.now += 1
    assert len(failures._until) == 10
