"""Keyspace notifications: which event has which flag, and what is published where."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Push
from framewire.redis.keyspace_events import EVENT_CLASSES, canonical_flags
from framewire.redis.server.keyspace.database import Db
from tests.against.conversations import CONVERSATIONS
from tests.against.notation import arguments
from tests.against.steps import Step
from tests.redis.server.scripted import Clients, ScriptedClient


def listening(flags: str) -> tuple[Clients, ScriptedClient, ScriptedClient]:
    clients = Clients(notify_keyspace_events=flags)
    client, listener = clients.new(), clients.new()
    listener("PSUBSCRIBE *")
    return clients, client, listener


def heard(listener: ScriptedClient) -> list[tuple[bytes, bytes]]:
    """Channel and message of all that it heard since last asked."""
    messages = [push.items[2:] for push in listener.heard if isinstance(push, Push)]
    listener.heard.clear()
    return [(channel, message) for channel, message in messages]  # type: ignore[misc]  # bytes, both


@pytest.mark.thorough
def test_every_event_has_a_class() -> None:
    """Whatever the conversations with a real server let happen; only an empty name is nobody's business."""
    clients, told = Clients(), set()

    def note(db: Db, key: bytes, event: bytes) -> None:
        told.add(event)

    clients.state.databases.observe(note)
    for conversation in CONVERSATIONS.values():
        by_name: dict[str, ScriptedClient] = {}
        for part in conversation:
            step = part if isinstance(part, Step) else Step(part)
            client = by_name.setdefault(step.client, clients.new())
            if client.client.blocked is None and not client.client.closing:
                client.batch(arguments(step.request))
        clients.state.end_pause()
    assert told - {b""} <= set(EVENT_CLASSES)
    assert len(told) > 20


@pytest.mark.parametrize(
    ("flags", "canonical"),
    [("", ""), ("AKE", "AKE"), ("KEA", "AKE"), ("g", "g"), ("Exm", "xEm"), ("g$lshzxetdK", "AK"), ("Kmn", "Kmn"),
     ("q", None), ("K E", None)],
)  # fmt: skip
def test_flags(flags: str, canonical: str | None) -> None:
    assert canonical_flags(flags) == canonical


def test_keys_and_events_have_channels() -> None:
    _, client, listener = listening("KEA")
    client("SELECT 3")
    client("SET key v")
    assert heard(listener) == [(b"__keyspace@3__:key", b"set"), (b"__keyevent@3__:set", b"key")]


def test_only_what_is_asked_for_is_told() -> None:
    _, client, listener = listening("Kl")
    client("SET key v")
    client("RPUSH list a")
    assert heard(listener) == [(b"__keyspace@0__:list", b"rpush")]


@pytest.mark.parametrize("flags", ["", "A", "KE", "K"])
def test_without_a_channel_or_a_class_nobody_is_observed(flags: str) -> None:
    clients, client, listener = listening(flags)
    client("SET key v")
    assert heard(listener) == []
    assert not clients.state.hooks


def test_keys_that_end_are_told_of() -> None:
    clients, client, listener = listening("Ex")
    client("SET key v PX 100")
    clients.now += 100
    clients.state.expire_cycle()
    assert heard(listener) == [(b"__keyevent@0__:expired", b"key")]


def test_new_keys_are_told_of_before_what_was_done() -> None:
    _, client, listener = listening("En$")
    for request in ("SET key v", "SET key w", "DEL key missing", "INCR key"):
        client(request)
    assert [channel for channel, _ in heard(listener)] == [
        b"__keyevent@0__:new", b"__keyevent@0__:set", b"__keyevent@0__:set", b"__keyevent@0__:new",
        b"__keyevent@0__:incrby",
    ]  # fmt: skip


def test_misses_are_told_of() -> None:
    _, client, listener = listening("Em")
    for request in ("SET key v", "GET key", "GET x", "MGET key y", "DEL x"):
        client(request)
    assert heard(listener) == [(b"__keyevent@0__:keymiss", b"x"), (b"__keyevent@0__:keymiss", b"y")]


def test_a_miss_within_a_script_is_told_once() -> None:
    pytest.importorskip("lupa")
    _, client, listener = listening("Em")
    client("SELECT 1")
    client("MGET x y")
    client("SELECT 0")
    client("EVAL", "redis.call('get', KEYS[1])", "1", "z")
    client("EVAL", "redis.call('select', 1) redis.call('get', 'v')", "1", "w")
    misses = [(1, b"x"), (1, b"y"), (0, b"z"), (1, b"v")]
    assert heard(listener) == [(b"__keyevent@%d__:keymiss" % number, key) for number, key in misses]


def test_config_set_switches_it_on_and_off() -> None:
    clients, client, listener = listening("")
    client("CONFIG SET notify-keyspace-events KEAmn")
    assert clients.state.hooks
    client("SET key v")
    assert len(heard(listener)) == 4
    client("CONFIG", "SET", "notify-keyspace-events", "")
    client("SET key v")
    assert heard(listener) == []
    assert not clients.state.hooks
    assert clients.state.databases[0].observer is None
