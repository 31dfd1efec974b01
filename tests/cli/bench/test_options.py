"""Options that go together, and those that do not: said in words before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.cli.bench.keys import Keys
from framewire.cli.bench.options import Options
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.target import Target
from framewire.cli.security import Security


@pytest.mark.parametrize(("given", "plan"), [
    ({}, Plan(50, 1, 100_000, None, None, True, 30)),
    ({"duration": 2.0}, Plan(requests=None, duration=2.0)),
    ({"duration": 2.0, "requests": 7}, Plan(requests=7, duration=2.0)),
    ({"clients": 3, "pipeline": 4, "rate": 5.0}, Plan(3, 4, rate=5.0)),
    ({"keep_alive": False}, Plan(keep_alive=False)),
])  # fmt: skip
def test_how_much_is_asked(given: dict[str, Any], plan: Plan) -> None:
    assert Options(**given).plan == plan


@pytest.mark.parametrize(("given", "targets"), [
    ({}, [Target()]),
    ({"host": "h", "port": 1, "dbnum": 2, "tls": True}, [Target("h", 1, db=2, security=Security())]),
    ({"uri": "redis://u:p@x:7/3"}, [Target("x", 7, None, "u", "p", 3)]),
    ({"user": "u", "password": "p", "compare": "7000"}, [
        Target(username="u", password="p"), Target(port=7000, username="u", password="p")
    ]),
    ({"resp3": True, "enable_tracking": True}, [Target(resp3=True, tracking=True)]),
])  # fmt: skip
def test_whom_is_asked(given: dict[str, Any], targets: list[Target]) -> None:
    assert Options(**given).targets == targets


@pytest.mark.parametrize(("given", "jobs"), [
    ({"tests": "set,get"}, [("SET", ["set"], ()), ("GET", ["get"], ())]),
    ({"mix": "get=9,set"}, [("MIX get=9,set", ["get", "set"], (9, 1))]),
    ({"command": (b"PING", b"x"), "tests": "get"}, [("PING x", ["ping x"], ())]),
])  # fmt: skip
def test_what_is_asked(given: dict[str, Any], jobs: list[tuple[str, list[str], tuple[float, ...]]]) -> None:
    found = Options(**given).jobs
    assert [(job.title, [request.name for request in job.requests], job.weights) for job in found] == jobs


def test_which_keys_are_asked_for() -> None:
    assert Options().keys is None
    assert Options(keyspace=9, distribution="zipf", zipf_exponent=2.0).keys == Keys(9, "zipf", 2.0)


@pytest.mark.parametrize(("asked", "given", "words"), [
    ("targets", {"user": "u"}, "--user goes with a password"),
    ("targets", {"enable_tracking": True}, "goes with -3"),
    ("targets", {"compare": "nowhere"}, "HOST:PORT or a URL"),
    ("plan", {"rate": 1.0, "keep_alive": False}, "not with -k 0"),
    ("keys", {"distribution": "zipf"}, "goes with -r"),
    ("jobs", {"mix": "get=1", "tests": "get"}, "neither with -t nor with a command"),
    ("jobs", {"mix": "get=1", "command": (b"PING",)}, "neither with -t nor with a command"),
    ("jobs", {"mix": "get=0"}, "a number above 0: 'get=0' is not"),
    ("jobs", {"mix": "get=x"}, "a number above 0: 'get=x' is not"),
    ("jobs", {"mix": "get=nan"}, "a number above 0: 'get=nan' is not"),
    ("jobs", {"mix": "ping"}, "ping is several tests"),
    ("jobs", {"mix": "got=1"}, "there is no test got"),
    ("jobs", {"keyspace": 9, "distribution": "gaussian", "median": 9.0}, "from 0 to 8, not 9"),
    ("jobs", {"tests": "get,got"}, "there is no test got"),
])  # fmt: skip
def test_what_does_not_go_together(asked: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        getattr(Options(**given), asked)
