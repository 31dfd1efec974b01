"""The servers that are compared: ours, and in turn each real one. Each starts once, and is good as new in each file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from framewire.redis import ThreadServer, run_in_thread
from tests.against.client_calls import MINI_REDIS, SERVERS, Address
from tests.against.client_ways import WAYS, Way
from tests.against.dialogue import Client
from tests.against.notation import parse
from tests.against.scenes import Stage
from tests.peers import PEERS, RedisServer

FORGET = [
    "CLIENT UNPAUSE", "FLUSHALL", "SCRIPT FLUSH", "SLOWLOG RESET", "CONFIG RESETSTAT", "DEBUG SET-ACTIVE-EXPIRE 1"
]  # fmt: skip


@pytest.fixture(scope="session")
def renewed() -> Iterator[Callable[[str], RedisServer]]:
    """The real server of that name, as it was when it was started."""
    with ExitStack() as running:

        @cache
        def started(name: str) -> tuple[RedisServer, dict[bytes, bytes]]:
            server = running.enter_context(RedisServer("--enable-debug-command", "yes", name=name))
            return server, _parameters(server)

        def renewed(name: str) -> RedisServer:
            server, parameters = started(name)
            _reset(server, parameters)
            return server

        yield renewed


def _reset(server: RedisServer, parameters: dict[bytes, bytes]) -> None:
    now = _parameters(server)
    changed = {name: value for name, value in parameters.items() if now[name] != value}
    client = Client(server.host, server.port)
    for request in [*FORGET, *(["CONFIG", "SET", name, value] for name, value in changed.items())]:
        assert client.ask(request) == [b"+OK\r\n"], request
    client.close()


def _parameters(server: RedisServer) -> dict[bytes, bytes]:
    client = Client(server.host, server.port)
    items = [item for _, item in parse(client.ask("CONFIG GET *")[0])[1]]
    client.close()
    return dict(zip(items[::2], items[1::2], strict=True))


@pytest.fixture(scope="module", params=PEERS)
def peer(
    request: pytest.FixtureRequest, renewed: Callable[[str], RedisServer], our_server: ThreadServer
) -> RedisServer:
    """Each real server in turn, ours renewed for it; one that is not here is a skip, or a failure where it must be."""
    our_server.reset()
    return renewed(request.param)


@pytest.fixture(scope="session")
def our_server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


@pytest.fixture(scope="module")
def ours(our_server: ThreadServer) -> ThreadServer:
    our_server.reset()
    return our_server


@pytest.fixture(params=[2, 3])
def stages(request: pytest.FixtureRequest, peer: RedisServer, ours: ThreadServer) -> Iterator[list[Stage]]:
    """Our server and the real one, for scenes with several clients."""
    stages = [Stage(server, request.param) for server in (ours, peer)]
    yield stages
    for stage in stages:
        stage.close()


@pytest.fixture(scope="module", params=SERVERS)
def any_server(
    request: pytest.FixtureRequest, renewed: Callable[[str], RedisServer], our_server: ThreadServer
) -> tuple[str, Address]:
    """Each server in turn, ours too, and what it is called."""
    if request.param == MINI_REDIS:
        our_server.reset()
        return MINI_REDIS, our_server
    return request.param, renewed(request.param)


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: "-".join(map(str, way)))
def way(
    request: pytest.FixtureRequest, renewed: Callable[[str], RedisServer], our_server: ThreadServer
) -> Way:
    """Each server, protocol and event loop in turn, for the asyncio client."""
    name, protocol, loop = request.param
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    if name == MINI_REDIS:
        our_server.reset()
    server: Address = our_server if name == MINI_REDIS else renewed(name)
    return Way(name, f"redis://{server.host}:{server.port}", protocol, loop)
