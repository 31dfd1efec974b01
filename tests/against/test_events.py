"""Every change is told under the name, for the key and in the order in which Redis tells it.

What belongs here: what the conversations change, as the observers of our state hear it and as a real server publishes
it by keyspace notifications. WATCH, our own notifications and the append-only file hang on these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from framewire.redis.server.keyspace.database import Db
from tests.against.conversations import CONVERSATIONS
from tests.against.dialogue import Client
from tests.against.differences import assert_alike
from tests.against.differences_events import rows_about
from tests.against.notation import arguments, parse, shown
from tests.against.steps import Step
from tests.peers import RedisServer
from tests.redis.server.scripted import Clients

pytestmark = pytest.mark.peer

GROUPS = (
    "strings", "bits", "keys", "sort", "hashes", "lists", "sets", "sorted sets", "streams", "transactions"
)  # fmt: skip
CHANGING = [name for name in CONVERSATIONS if name.split(":")[0] in GROUPS]

# Not notifications of changes: a key is new (which one must ask for), or was looked for in vain.
OTHER = (b"new", b"keymiss")


class Witness:
    """A client of a real server that hears of every change."""

    def __init__(self, peer: RedisServer) -> None:
        self._ears = Client(peer.host, peer.port)
        self._clients: dict[str, Client] = {}
        self._peer = peer
        self._ears.ask("CONFIG SET notify-keyspace-events KEA")
        self._ears.ask("FLUSHALL")
        self._ears.ask("PSUBSCRIBE __keyevent@*__:*")

    def close(self) -> None:
        for client in (self._ears, *self._clients.values()):
            client.close()

    def do(self, step: Step) -> list[tuple[bytes, bytes]]:
        """The events of one request, with their keys."""
        if step.client not in self._clients:
            self._clients[step.client] = Client(self._peer.host, self._peer.port)
        self._clients[step.client].ask(step.request)
        messages = [parse(message)[1] for message in self._ears.ask(None)]
        events = [(message[2][1].split(b"__:", 1)[1], message[3][1]) for message in messages]
        return [event for event in events if event[0] not in OTHER]


@dataclass(frozen=True)
class Told:
    """What was told of a request, as `differences_events.py` has it."""

    request: str
    events: list[tuple[bytes, bytes]]

    @property
    def text(self) -> str:
        return ", ".join(f"{event.decode()} {key.decode('latin-1')}" for event, key in self.events)


@pytest.fixture
def witness(peer: RedisServer) -> Iterator[Witness]:
    witness = Witness(peer)
    yield witness
    witness.close()


@pytest.mark.parametrize("name", CHANGING)
def test_same_events(peer: RedisServer, witness: Witness, name: str) -> None:
    clients = Clients()
    sessions = {"a": clients.new()}
    heard: list[tuple[bytes, bytes]] = []

    def observe(db: Db, key: bytes, event: bytes) -> None:
        heard.append((event, key))

    clients.state.databases.observe(observe)
    for number, part in enumerate(CONVERSATIONS[name]):
        step = part if isinstance(part, Step) else Step(part)
        if step.client not in sessions:
            sessions[step.client] = clients.new()
        del heard[:]
        client = sessions[step.client]
        client.batch(arguments(step.request))
        if client.client.blocked is not None:  # for a moment only; the real server replies when it is over
            client.client.end_wait(client.client.blocked.otherwise)
        request = shown(step.request)
        rows = rows_about(name, peer.name, number, request)
        assert_alike(Told(request, heard), Told(request, witness.do(step)), rows, 2, peer.version, each=True)
