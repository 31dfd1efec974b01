"""The pytest plugin: `mini_redis`, a Redis server for the tests of one session, `redis_url`, and `mini_redis_clock`.

What belongs here: fixtures and options, nothing of the server. Where framewire is installed, pytest imports this file
in every run, so it stands outside the package and imports nothing of it before a test asks for a fixture.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from framewire.redis import ThreadClock, ThreadServer

WHAT = "parameter of the server behind the fixture mini_redis, by its name in redis.conf: "


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--mini-redis NAME=VALUE`, and `mini_redis` in the ini file; an option wins."""
    group = parser.getgroup("mini_redis", "Mini-Redis, the server behind the fixture mini_redis (framewire)")
    group.addoption("--mini-redis", action="append", default=[], metavar="NAME=VALUE", help=WHAT + "requirepass=secret")
    parser.addini("mini_redis", WHAT + "one NAME=VALUE on each line", type="linelist", default=[])


@pytest.fixture(scope="session")
def mini_redis_parameters(pytestconfig: pytest.Config) -> dict[str, object]:
    """The keywords of `framewire.redis.Server`, from the ini file and the command line. Override it to give others."""
    lines = [*pytestconfig.getini("mini_redis"), *pytestconfig.getoption("--mini-redis")]
    return dict(map(_parse, lines))


@pytest.fixture(scope="session")
def mini_redis_server(mini_redis_parameters: dict[str, object]) -> Iterator[ThreadServer]:
    """The server itself, not reset between tests: for fixtures of your own with a wider scope."""
    try:
        from framewire.redis import run_in_thread

        server = run_in_thread(**mini_redis_parameters)
    except ModuleNotFoundError as error:
        missing = error.__cause__ or error
        raise pytest.UsageError(f"mini_redis needs pip install 'framewire[server]': {missing}") from error
    except (OSError, TypeError, ValueError) as error:
        raise pytest.UsageError(f"mini_redis cannot be started: {error}") from error
    with server:
        yield server


@pytest.fixture
def mini_redis(mini_redis_server: ThreadServer) -> ThreadServer:
    """A Redis server as good as new: `url`, `host`, `port`. One for the session (with xdist: for each worker)."""
    mini_redis_server.reset()
    return mini_redis_server


@pytest.fixture
def redis_url(mini_redis: ThreadServer) -> str:
    """The URL of `mini_redis`, which any Redis client takes."""
    return mini_redis.url


@pytest.fixture
def mini_redis_clock(mini_redis: ThreadServer) -> Iterator[ThreadClock]:
    """The time of `mini_redis`, which stands still during the test: `advance(seconds)`, `now`. No test need sleep."""
    clock = mini_redis.clock
    clock.freeze()
    yield clock
    clock.reset()


def _parse(line: str) -> tuple[str, str]:
    """A line `NAME=VALUE` as keyword and text; in the value `{worker}` stands for xdist's name of this process."""
    name, equals, value = line.partition("=")
    if not equals:
        raise pytest.UsageError(f"mini_redis wants NAME=VALUE, not {line!r}")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "master")
    return name.strip().replace("-", "_"), value.strip().replace("{worker}", worker)
