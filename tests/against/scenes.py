"""Scenes with several clients, some of which wait for what others bring, on one server.

What belongs here: how a scene is played. Each step is carried out when the one before it has had its whole effect, so
that its record does not depend on timing: what each client got in that step, and how many clients wait after it.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from framewire.redis import ThreadServer
from tests.against.dialogue import Client
from tests.against.differences import assert_alike
from tests.against.differences_scenes import rows_about
from tests.against.notation import CLOSED, arguments, replies_in, shown, written_in_a_row
from tests.against.steps import Request
from tests.peers import RedisServer
from tests.serving import command

PATIENCE = 10.0
ROUNDS = 4  # of question and answer on another connection, after which a server has done what was asked of it before

BRINGER = "p"  # never waits for others, even where a server sees to a FLUSHALL in another thread meanwhile

Scene: TypeAlias = Sequence[tuple[Any, ...]]
"""In each step the name of a client, and what it sends, in one piece; where that is nothing, it goes."""


@dataclass(frozen=True)
class Record:
    """What came of one step: what each client heard, and how many wait behind it."""

    name: str
    requests: list[Request]
    heard: dict[str, bytes]
    waiting: int

    @cached_property
    def request(self) -> str:
        """`p: MULTI; RPUSH l 1; EXEC`."""
        return f"{self.name}: {'; '.join(map(shown, self.requests))}"

    @cached_property
    def text(self) -> str:
        """`a hears ["l" "1"], p hears :1, 0 wait`."""
        heard = (f"{name} hears {written_in_a_row(data)}" for name, data in sorted(self.heard.items()))
        return ", ".join([*heard, f"{self.waiting} wait"])


class Guest:
    """A connection that does not wait for its replies."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), PATIENCE)
        self._socket.setblocking(False)

    def close(self) -> None:
        self._socket.close()

    def send(self, requests: list[Request]) -> None:
        self._socket.sendall(b"".join(command(*arguments(request)) for request in requests))

    def heard(self) -> bytes:
        """All that has come."""
        pieces: list[bytes] = []
        try:
            while piece := self._socket.recv(65536):
                pieces.append(piece)
            pieces.append(CLOSED)
        except BlockingIOError:
            pass
        return b"".join(pieces)


class Stage:
    """One of the two servers with its clients."""

    def __init__(self, server: ThreadServer | RedisServer, protocol: int) -> None:
        self.server, self.protocol = server, protocol
        self.address = (server.host, server.port)
        self._guests: dict[str, Guest] = {}
        self.control = Client(*self.address)
        self.control.ask("FLUSHALL")

    def close(self) -> None:
        """All go; what they waited for must not be left to the next test."""
        for guest in self._guests.values():
            guest.close()
        self.wait_until(0)
        self.control.close()

    def play(self, scene: Scene) -> list[Record]:
        return [self._step(name, requests) for name, *requests in scene]

    def waiting(self) -> int:
        (reply,) = self.control.ask("INFO clients")
        found = re.search(rb"blocked_clients:(\d+)", reply)
        assert found is not None
        return int(found[1])

    def wait_until(self, waiting: int) -> None:
        started = time.monotonic()
        while self.waiting() != waiting:
            assert time.monotonic() - started < PATIENCE

    def _step(self, name: str, requests: list[Request]) -> Record:
        if requests:
            self.guest(name).send(requests)
        else:
            self._guests.pop(name).close()
        owed = len(requests) if name == BRINGER else 0
        return Record(name, requests, self._settle(owed), self.waiting())

    def guest(self, name: str) -> Guest:
        if name not in self._guests:
            self._guests[name] = Guest(*self.address)
            if self.protocol == 3:
                self._guests[name].send(["HELLO 3"])
                self._settle()
        return self._guests[name]

    def _settle(self, owed: int = 0) -> dict[str, bytes]:
        """What all clients get, when the server has said all that it has to say, so many replies to `p` among it."""
        heard: dict[str, bytes] = {}
        quiet, started = 0, time.monotonic()
        while quiet < ROUNDS or replies_in(heard.get(BRINGER, b"")) < owed:
            assert time.monotonic() - started < PATIENCE, heard
            self.control.ask("PING")
            new = {name: data for name, guest in self._guests.items() if (data := guest.heard())}
            quiet = 0 if new else quiet + 1
            for name, data in new.items():
                heard[name] = heard.get(name, b"") + data
        return heard


def play_alike(stages: list[Stage], name: str, scene: Scene) -> None:
    """On our stage and on the real one the same happens, or what rows say."""
    own, real = stages
    assert isinstance(real.server, RedisServer)
    peer, protocol = real.server, real.protocol
    for number, (ours, theirs) in enumerate(zip(own.play(scene), real.play(scene), strict=True)):
        rows = rows_about(name, peer.name, protocol, number, ours.request)
        assert_alike(ours, theirs, rows, protocol, peer.version, each=True)
