"""What is logged, run again somewhere else at another time, leaves the same keys behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from framewire.frames.resp import Error
from framewire.redis.server.commands.binding import COMMANDS
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.recorder import Recorder
from tests.against.conversations import CONVERSATIONS
from tests.against.notation import arguments
from tests.against.steps import Conversation, Step
from tests.redis.server.persistence.disks import contents
from tests.redis.server.scripted import NOON, Clients, ScriptedClient


class Recorded(Clients):
    """Clients whose changes are recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.units: list[Unit] = []
        self.recorder = Recorder(self.state, self.units.append)
        self.recorder.start()

    @property
    def logged(self) -> list[str]:
        """What was logged, as texts; units of several requests in brackets."""
        texts = [[b" ".join(request).decode("latin-1") for _, request in unit] for unit in self.units]
        return [unit[0] if len(unit) == 1 else f"[{'; '.join(unit)}]" for unit in texts]


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


# Each row: requests, and what is logged for all of them together.
ROWS: list[tuple[list[str], list[str]]] = [
    (["GET a", "SET a 1", "GET a"], ["SET a 1"]),
    (["SET a 1 EX 10"], [f"SET a 1 PXAT {NOON + 10_000}"]),
    (["SET a 1", "EXPIRE a 10"], ["SET a 1", f"PEXPIREAT a {NOON + 10_000}"]),
    (["SET a 1", "EXPIRE a -1"], ["SET a 1", "DEL a"]),
    (["SET a 1", "SET a 2 NX"], ["SET a 1"]),
    (["DEL a", "EXPIRE a 10", "PERSIST a"], []),
    (["INCRBYFLOAT f 1.5"], ["SET f 1.5 KEEPTTL"]),
    (["SET a x", "INCR a", "LPUSH a 1"], ["SET a x"]),
    (["SADD s a", "SPOP s"], ["SADD s a", "SREM s a"]),
    (["SELECT 3", "SET a 1"], ["SET a 1"]),
    (["FLUSHALL", "FLUSHDB", "FLUSHALL nonsense", "SWAPDB 0 1", "SWAPDB 0 99"], ["FLUSHALL", "FLUSHDB", "SWAPDB 0 1"]),
    (["MULTI", "SET a 1", "INCR a", "GET a", "EXEC"], ["[SET a 1; INCR a]"]),
    (["MULTI", "SET a 1", "EXEC"], ["SET a 1"]),
    (["MULTI", "GET a", "EXEC"], []),
    (["MULTI", "SET a 1", "DISCARD"], []),
    (["MULTI", "SET a 1", "nonsense", "EXEC"], []),
    (["RPUSH l 1 2 3", "BLPOP l 0", "LPOP l 2"], ["RPUSH l 1 2 3", "LPOP l", "LPOP l 2"]),
    (["BLPOP nothing 0"], []),
]


@pytest.mark.parametrize(("requests", "logged"), ROWS, ids=lambda value: "; ".join(value))
def test_what_is_logged(recorded: Recorded, requests: list[str], logged: list[str]) -> None:
    client = recorded.new()
    for request in requests:
        client(request)
    assert recorded.logged == logged


def test_a_key_that_ends_is_deleted_ahead_of_what_comes_then(recorded: Recorded) -> None:
    client = recorded.new()
    client("SET a 5 PX 10")
    recorded.now += 11
    client("INCR a")
    assert recorded.logged[1:] == ["[DEL a; INCR a]"]


def test_keys_that_end_unseen_are_deleted_too(recorded: Recorded) -> None:
    client = recorded.new()
    client("SET a 5 PX 10")
    client("SET b 5 PX 10")
    recorded.now += 11
    client("GET a")
    recorded.state.expire_cycle()
    assert recorded.logged[2:] == ["DEL a", "DEL b"]
    assert recorded.units[-1][0][0] == 0


def test_who_is_served_later_is_logged_behind_who_served_it(recorded: Recorded) -> None:
    waiting, pushing = recorded.new(), recorded.new()
    waiting("BLPOP l 0")
    pushing("RPUSH l a b")
    assert waiting.heard == [[b"l", b"a"]]
    assert recorded.logged == ["RPUSH l a b", "LPOP l"]


def test_who_is_served_after_a_transaction_comes_behind_it(recorded: Recorded) -> None:
    waiting, pushing = recorded.new(), recorded.new()
    waiting("BRPOPLPUSH l m 0")
    for request in ("MULTI", "RPUSH l a", "SET k v", "EXEC"):
        pushing(request)
    assert recorded.logged == ["[RPUSH l a; SET k v]", "RPOPLPUSH l m"] or recorded.logged[0] == "[RPUSH l a; SET k v]"
    assert len(recorded.units) == 2


def test_who_goes_on_waiting_does_not_hold_up_what_comes(recorded: Recorded) -> None:
    waiting, other = recorded.new(), recorded.new()
    waiting("BLPOP l 0")
    other("SADD l a")
    other("SET k v")
    other("MULTI")
    other("SET k w")
    other("EXEC")
    assert recorded.logged == ["SADD l a", "SET k v", "SET k w"]


@pytest.mark.parametrize("request_", ["RENAME k other", "PERSIST k", "SET k v XX", "LPOP k", "DEL k"])
def test_who_comes_upon_a_dead_key_and_does_nothing_is_not_logged(recorded: Recorded, request_: str) -> None:
    client = recorded.new()
    client("SET k v PX 5")
    recorded.now += 10
    client(request_)
    assert recorded.logged[1:] == ["DEL k"]


def test_nothing_is_seen_after_the_end(recorded: Recorded) -> None:
    client = recorded.new()
    recorded.recorder.stop()
    client("SET a 1")
    assert recorded.logged == []
    assert not recorded.state.hooks


# -- run again --------------------------------------------------------------------------------------------------------

_ENDING = {"quit", "http"}


def run(recorded: Recorded, conversation: Conversation) -> None:
    """Hold a conversation, by a clock that moves."""
    clients: dict[str, ScriptedClient] = {}
    for part in conversation:
        step = part if isinstance(part, Step) else Step(part)
        client = clients.setdefault(step.client, recorded.new())
        if client.client.blocked is not None:
            client.client.end_wait(None)
        client.batch(arguments(step.request))
        recorded.now += 7


def replayed(units: list[Unit]) -> Clients:
    """The logged requests, run at a time when nothing ends; none of them may be refused."""
    clients = Clients()
    clients.state.loading = True
    client = clients.new()
    for unit in units:
        for database, request in unit:
            (_, reply) = client.batch([b"SELECT", b"%d" % database], request)
            assert not isinstance(reply, Error), (request, reply)
    return clients


@pytest.mark.thorough
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_run_again_it_leaves_the_same(recorded: Recorded, name: str) -> None:
    run(recorded, CONVERSATIONS[name])
    assert contents(replayed(recorded.units).state) == contents(recorded.state)


def test_every_command_that_writes_is_in_some_conversation() -> None:
    def names(conversation: Conversation) -> Iterator[str]:
        for part in conversation:
            request = part.request if isinstance(part, Step) else part
            yield arguments(request)[0].decode("latin-1").lower()

    said = {name for conversation in CONVERSATIONS.values() for name in names(conversation)}
    entries = [each for entry in COMMANDS.values() for each in (entry, *entry.subcommands.values())]
    assert {entry.name.split("|")[0] for entry in entries if entry.has_flag("write")} <= said
