"""Scenarios of client methods: calls one after the other, and what each returns, on whichever server.

What belongs here: the form of a scenario, a runner that is as plain as can be, and how results are compared: with what
is written down, and with what redis-py returns for the same call.
"""

from __future__ import annotations

import socket
import warnings
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any, NamedTuple, Protocol

import pytest
import redis

from framewire._impl import BytesMut, RespDecoder, pack_command
from framewire.frames.resp import Error
from framewire.redis.client.commands.all import Commands
from framewire.redis.client.definition import Threads
from framewire.redis.client.errors import error_of_reply
from framewire.redis.client.shapes.basic import text_of, texted
from framewire.redis.facts.table import lookup
from tests.peers import PEERS
from tests.redis.client.commands.asking import Call, Recorder, types_in
from tests.waiting import PATIENCE

NOT_THERE: Any = object()
Shape = Callable[[Any], Any]
MINI_REDIS = "mini-redis"
SERVERS = [MINI_REDIS, *PEERS]


class Address(Protocol):
    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...


class Direct(Threads, Commands[bytes]):
    """A client with one socket, which sends a request and waits for its reply."""

    def __init__(self, server: Address, protocol: int) -> None:
        self._socket = socket.create_connection((server.host, server.port), PATIENCE)
        self._decoder, self._buffer = RespDecoder("values"), BytesMut()
        self.ask((b"HELLO", protocol))

    def close(self) -> None:
        self._socket.close()

    def ask(self, request: tuple[Any, ...]) -> Any:
        """The reply as the decoder has it; an error is raised."""
        self._socket.sendall(pack_command(*request))
        while (reply := self._decoder.decode(self._buffer, self)) is self:
            received = self._socket.recv(65536)
            assert received, f"the server hung up after {request}"
            self._buffer.extend(received)
        if isinstance(reply, Error):
            raise error_of_reply(reply.data)
        return reply

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return shape(self.ask(request)) if shape is not None else self.ask(request)

    _run_raw = _run

    def _run_blocking(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None) -> Any:
        return self._run(request, shape)


class DirectText(Direct):
    """The same, with `str` for `bytes`."""

    def _run(self, request: tuple[Any, ...], shape: Shape | None = None) -> Any:
        return super()._run(request, texted(shape))


# -- scenarios --------------------------------------------------------------------------------------------------------


class ByChance(NamedTuple):
    """A result that chance has a part in: what must be true of it."""

    holds: Callable[[Any], Any]


Step = tuple[Call, Any]
"""A call, and what it returns: exactly that, types included, or what `ByChance` says of it."""


class Scenario(NamedTuple):
    """Calls one after the other, from an empty database on.

    not_on: servers that lack an option used in it.
    not_in_redis_py: whether redis-py lacks a method used in it.
    """

    name: str
    steps: list[Step]
    not_on: tuple[str, ...] = ()
    not_in_redis_py: bool = False

    def __str__(self) -> str:
        return self.name

    def commands(self) -> set[bytes]:
        """The commands and subcommands that it uses, by their names in small letters."""
        return {command_of(call) for call, _ in self.steps}


def command_of(call: Call) -> bytes:
    request = call(Recorder()).request
    entry = lookup([word for word in request[:2] if isinstance(word, bytes)])
    return entry.name.encode() if entry is not None else request[0]


def called(scenarios: Iterable[Scenario]) -> set[str]:
    """The names that scenarios use."""
    return {name for scenario in scenarios for call, _ in scenario.steps for name in call.__code__.co_names}


def play_on(server: tuple[str, Address], scenario: Scenario, protocol: int) -> None:
    """Go through it, with bytes and with text, and compare what comes back with what is written."""
    with closing(Direct(server[1], protocol)) as client, closing(DirectText(server[1], protocol)) as text:
        if lacking := missing(scenario, server[0], client):
            pytest.skip(f"{server[0]} has no {lacking}")
        _play(scenario, client, lambda expected: expected)
        _play(scenario, text, text_of)


def _play(scenario: Scenario, client: Direct, view: Callable[[Any], Any]) -> None:
    client.ask((b"FLUSHALL",))
    for number, (call, expected) in enumerate(scenario.steps):
        got = call(client)
        if isinstance(expected, ByChance):
            assert expected.holds(got), (number, got)
        else:
            assert (got, types_in(got)) == (view(expected), types_in(view(expected))), number


def compare_on(server: tuple[str, Address], scenarios: Iterable[Scenario]) -> tuple[set[str], set[str]]:
    """Go through them, and then again with redis-py (RESP2, bytes).

    The methods for which it returns something else than ours, and all that were compared in every scenario.
    """
    name, address = server
    other: set[str] = set()
    with closing(Direct(address, 2)) as ours, redis.Redis(address.host, address.port, protocol=2) as theirs:
        left_out = [each for each in scenarios if each.not_in_redis_py or missing(each, name, ours)]
        compared = [scenario for scenario in scenarios if scenario not in left_out]
        for scenario in compared:
            other |= _other_shapes(scenario, ours, theirs)
    return other, called(compared) - called(left_out)


def _other_shapes(scenario: Scenario, ours: Direct, theirs: redis.Redis) -> set[str]:
    results = []
    for client in (ours, theirs):
        ours.ask((b"FLUSHALL",))
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            results.append([_result(call, client, ours) for call, _ in scenario.steps])
    return {
        call.__code__.co_names[0]
        for (call, expected), mine, others in zip(scenario.steps, *results, strict=True)
        if not isinstance(expected, ByChance) and others is not NOT_THERE
        and (mine, types_in(mine)) != (others, types_in(others))
    }  # fmt: skip


def _result(call: Call, client: Direct | redis.Redis, ours: Direct) -> Any:
    """What `call` returns. Where redis-py has no such method, or not these arguments, ours goes on in its place."""
    try:
        return call(client)
    except (AttributeError, NotImplementedError, TypeError):
        call(ours)
        return NOT_THERE


def missing(scenario: Scenario, name: str, client: Direct) -> str:
    """What of it a server lacks: commands, or options of them; empty where it has all."""
    if name in scenario.not_on:
        return f"option of {scenario.name}"
    commands = sorted(scenario.commands())
    known = client.ask((b"COMMAND", b"INFO", *commands))
    return b", ".join(command for command, info in zip(commands, known, strict=True) if not info).decode()
