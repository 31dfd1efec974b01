"""The pytest plugin: `mini_redis`, a Redis server for the tests of one session, its URL, its clock, and clients of it.

And real servers, where their programs are installed: `redis_cluster`, `redis_sentinel`.

What belongs here: fixtures and options, nothing of server and client. Where framewire is installed, pytest imports this
file in every run, so it stands outside the package and imports nothing of it before a test asks for a fixture.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from framewire.kits import RedisCluster, RedisSentinel
    from framewire.redis import BlockingClient, Client, ThreadClock, ThreadServer

WHAT = "parameter of the server behind the fixture mini_redis, by its name in redis.conf: "


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--mini-redis NAME=VALUE`, and `mini_redis` in the ini file; an option wins."""
    group = parser.getgroup("mini_redis", "Mini-Redis, the server behind the fixture mini_redis (framewire)")
    group.addoption("--mini-redis", action="append", default=[], metavar="NAME=VALUE", help=WHAT + "requirepass=secret")
    parser.addini("mini_redis", WHAT + "one NAME=VALUE on each line", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-asyncio run what it only runs if asked to, where it is a plugin: then it is imported already."""
    if _has_pytest_asyncio(config):
        import pytest_asyncio

        async def open_client(mini_redis: ThreadServer) -> AsyncIterator[Client]:
            async with _client_of(mini_redis) as client:
                yield client

        module = ModuleType("pytest_framewire_asyncio")
        name = "_mini_redis_client_asyncio"
        module.__dict__[name] = pytest_asyncio.fixture(open_client, name=name, loop_scope="function")
        config.pluginmanager.register(module, module.__name__)


def _has_pytest_asyncio(config: pytest.Config) -> bool:
    return hasattr(config.option, "asyncio_mode")  # of its own; the plugin's name depends on how it was loaded


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


@pytest.fixture
def mini_redis_blocking_client(mini_redis: ThreadServer) -> Iterator[BlockingClient]:
    """`framewire.redis.BlockingClient` of `mini_redis`; replies are bytes, and `str` from its `text`."""
    from framewire.redis import BlockingClient

    with BlockingClient.from_url(mini_redis.url) as client:
        yield client


@pytest.fixture
def mini_redis_client(request: pytest.FixtureRequest) -> Client:
    """`framewire.redis.Client` of `mini_redis`, for tests run by pytest-asyncio or anyio; replies are bytes."""
    by_anyio = "anyio_backend" in request.fixturenames
    if not by_anyio and not _has_pytest_asyncio(request.config):
        raise pytest.UsageError("mini_redis_client needs pytest-asyncio or anyio, or else Client.from_url(redis_url)")
    client: Client = request.getfixturevalue(f"_mini_redis_client_{'anyio' if by_anyio else 'asyncio'}")
    return client


@pytest.fixture
async def _mini_redis_client_anyio(mini_redis: ThreadServer) -> AsyncIterator[Client]:
    async with _client_of(mini_redis) as client:
        yield client


@pytest.fixture(scope="session")
def redis_cluster_parameters() -> dict[str, Any]:
    """The keywords of `framewire.kits.RedisCluster`. Override it to give others."""
    return {}


@pytest.fixture(scope="session")
def redis_cluster_servers(redis_cluster_parameters: dict[str, Any]) -> Iterator[RedisCluster]:
    """The cluster itself, not reset between tests: for fixtures of your own with a wider scope."""
    from framewire.kits import RedisCluster

    yield from _running("redis_cluster", RedisCluster, redis_cluster_parameters)


@pytest.fixture
def redis_cluster(redis_cluster_servers: RedisCluster) -> RedisCluster:
    """A real cluster as good as new: `url`, `nodes`. One for the session (with xdist: for each worker)."""
    redis_cluster_servers.reset()
    return redis_cluster_servers


@pytest.fixture(scope="session")
def redis_sentinel_parameters() -> dict[str, Any]:
    """The keywords of `framewire.kits.RedisSentinel`. Override it to give others."""
    return {}


@pytest.fixture(scope="session")
def redis_sentinel_servers(redis_sentinel_parameters: dict[str, Any]) -> Iterator[RedisSentinel]:
    """Servers and sentinels themselves, not reset between tests: for fixtures of your own with a wider scope."""
    from framewire.kits import RedisSentinel

    yield from _running("redis_sentinel", RedisSentinel, redis_sentinel_parameters)


@pytest.fixture
def redis_sentinel(redis_sentinel_servers: RedisSentinel) -> RedisSentinel:
    """A real service behind sentinels, as good as new: `url`, `primary`. One for the session, or for each worker."""
    redis_sentinel_servers.reset()
    return redis_sentinel_servers


def _client_of(server: ThreadServer) -> Client:
    from framewire.redis import Client

    return Client.from_url(server.url)


def _parse(line: str) -> tuple[str, str]:
    """A line `NAME=VALUE` as keyword and text; in the value `{worker}` stands for xdist's name of this process."""
    name, equals, value = line.partition("=")
    if not equals:
        raise pytest.UsageError(f"mini_redis wants NAME=VALUE, not {line!r}")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "master")
    return name.strip().replace("-", "_"), value.strip().replace("{worker}", worker)


def _running(fixture: str, kit: Any, parameters: dict[str, Any]) -> Iterator[Any]:
    """What `kit` makes, running; where its program is not installed, whoever wants it is skipped."""
    from framewire.kits import NoProgram

    try:
        servers = kit(**parameters)
    except NoProgram as error:
        pytest.skip(f"{fixture}: {error}")
    with servers:
        yield servers
