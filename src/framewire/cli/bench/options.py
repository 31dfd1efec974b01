"""The options as they were given, turned into what a session needs.

What belongs here: which options say what, which exclude one another, and in which words that is said. Nothing is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from framewire.cli.bench.job import Job
from framewire.cli.bench.keys import Keys
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.suite import Request, own_request, select
from framewire.cli.bench.target import Target
from framewire.cli.security import Security

__all__ = ["Options", "mix"]


NO_CERTIFICATES = Security()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """By the names of the command line. Each property raises `ValueError` in words for the user."""

    host: str = "127.0.0.1"
    port: int = 6379
    socket: str | None = None
    uri: str | None = None
    user: str | None = None
    password: str | None = None
    dbnum: int = 0
    resp3: bool = False
    enable_tracking: bool = False
    tls: bool = False
    security: Security = NO_CERTIFICATES
    compare: str | None = None

    clients: int = 50
    requests: int | None = None
    duration: float | None = None
    rate: float | None = None
    keep_alive: bool = True
    pipeline: int = 1
    timeout: float = 30.0

    size: int = 3
    seed: int = 0
    keyspace: int | None = None
    distribution: str = "uniform"
    zipf_exponent: float = 1.0
    median: float | None = None
    stddev: float | None = None
    tests: str | None = None
    mix: str | None = None
    command: tuple[bytes, ...] = ()

    @property
    def targets(self) -> list[Target]:
        """The server, and the one that it is compared with."""
        first = Target(
            self.host, self.port, self.socket, self.user, self.password, self.dbnum, self.resp3, self.enable_tracking,
            self.security if self.tls else None,
        )  # fmt: skip
        if self.uri is not None:
            first = first.at(self.uri)
        if self.user and first.password is None:
            raise ValueError("--user goes with a password: -a")
        if self.enable_tracking and not self.resp3:
            raise ValueError("--enable-tracking goes with -3: RESP2 has no place for what the server would push")
        return [first] if self.compare is None else [first, first.at(self.compare)]

    @property
    def plan(self) -> Plan:
        """How much, how fast, over what."""
        if self.rate is not None and not self.keep_alive:
            raise ValueError("--rate goes with connections that are kept: not with -k 0")
        requests = 100_000 if self.requests is None and self.duration is None else self.requests
        return Plan(
            self.clients, self.pipeline, requests, self.duration, self.rate, self.keep_alive, self.timeout
        )  # fmt: skip

    @property
    def keys(self) -> Keys | None:
        """How `__rand_int__` is drawn; `None` leaves it as it is."""
        if self.keyspace is None:
            if self.distribution != "uniform":
                raise ValueError("a distribution of keys goes with -r, their number")
            return None
        return Keys(self.keyspace, self.distribution, self.zipf_exponent, self.median, self.stddev)

    @property
    def jobs(self) -> list[Job]:
        """The tests."""
        keys = self.keys
        if keys is not None:
            keys.draw(Random(0))  # what no distribution can be is said here
        return [Job(title, requests, weights, self.size, keys, self.seed) for title, requests, weights in self._tests()]

    def _tests(self) -> list[tuple[str, tuple[Request, ...], tuple[float, ...]]]:
        """What each is called, of which requests it is made, in which proportion."""
        if self.mix and (self.command or self.tests):
            raise ValueError("--mix is one test of several requests: it goes neither with -t nor with a command")
        if self.mix:
            return [mix(self.mix)]
        if self.command:  # -t is ignored then, as in redis-benchmark
            request = own_request(self.command)
            return [(request.title, (request,), ())]
        tests = select(self.tests.split(",") if self.tests is not None else None)
        return [(test.title, (test,), ()) for test in tests]


def mix(text: str) -> tuple[str, tuple[Request, ...], tuple[float, ...]]:
    """`get=9,set=1`: tests and their weights."""
    names, weights = [], []
    for part in text.split(","):
        name, _, weight = part.partition("=")
        names.append(name.strip().lower())
        weights.append(_weight(part, weight))
    requests = tuple(_single(name) for name in names)
    return f"MIX {text}", requests, tuple(weights)


def _weight(part: str, text: str) -> float:
    try:
        weight = float(text or "1")
    except ValueError:
        weight = 0.0
    if not 0 < weight < float("inf"):
        raise ValueError(f"a mix is TEST=WEIGHT,..., and a weight is a number above 0: {part!r} is not")
    return weight


def _single(name: str) -> Request:
    matching: Sequence[Request] = [test for test in select([name]) if test.name == name]
    if not matching:
        raise ValueError(f"{name} is several tests: a mix takes them by their own names")
    return matching[0]
