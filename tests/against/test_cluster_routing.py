"""The keys by which requests are routed, against COMMAND GETKEYS of real servers: for each command that can have keys.

What belongs here: requests made from the syntax in the command table, with random choices that are the same each time.
Numbers of keys are right in them where the table's names tell which number it is.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import pytest

from framewire.redis.cluster.routing import FIRST_KEY, keys_in
from framewire.redis.facts.arguments import Argument
from framewire.redis.facts.command import Command
from framewire.redis.facts.table import walk
from tests.against.live_facts import Link
from tests.peers import PEERS, RedisServer

pytestmark = pytest.mark.peer

REQUESTS_FOR_EACH = 40


@pytest.fixture(scope="module", params=PEERS)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Link]]:
    with RedisServer(name=request.param) as peer:
        link = Link(peer.host, peer.port)
        link.ask(b"HELLO", b"3")
        yield request.param, link
        link.close()


def test_keys_are_those_that_servers_name(server: tuple[str, Link]) -> None:
    """But for PFMERGE with nothing to merge: servers refuse to name its one key, and execute it."""
    name, link = server
    wrong, asked = [], 0
    for entry in walk():
        here = entry.on(name)
        if here is None or not here.has_keys:
            continue
        for request in _requests(here):
            said = link.ask(b"COMMAND", b"GETKEYS", *request)
            theirs = said if isinstance(said, list) else []
            ours = [key.decode() for key in keys_in(entry, request)]
            if ours != theirs and request[:-1] != [b"PFMERGE"]:
                wrong.append(f"{b' '.join(request).decode()}: {said}, and not {ours}")
            asked += 1
    assert not wrong, f"{len(wrong)} of {asked}\n" + "\n".join(wrong[:50])
    assert asked > 4000


def _requests(entry: Command) -> Iterator[list[bytes]]:
    """Requests of the right length, keys and values told apart by their letters."""
    chance = random.Random(entry.name)
    for _ in range(REQUESTS_FOR_EACH):
        words = [*entry.name.upper().encode().split(b"|"), *_written(entry.arguments, chance)]
        if entry.accepts(len(words)):
            yield words


def _written(arguments: Iterable[Argument], chance: random.Random) -> Iterator[bytes]:
    counted = 0  # how many keys, or whatever is counted, the number before them has told of
    for argument in arguments:
        if argument.optional and chance.random() < 0.5:
            continue
        times = counted or (chance.randint(1, 3) if argument.multiple else 1)
        if argument.type == "integer" and argument.name.startswith("num"):
            counted = chance.randint(1, 3)
            yield b"%d" % counted
            continue
        counted = 0
        for number in range(times):
            if argument.word is not None and (number == 0 or argument.repeats_word):
                yield argument.word.encode()
            yield from _one(argument, chance)


def _one(argument: Argument, chance: random.Random) -> Iterator[bytes]:
    if argument.type == "oneof":
        yield from _written([chance.choice(argument.arguments)], chance)
    elif argument.type == "block":
        yield from _written(argument.arguments, chance)
    elif argument.type == "key":
        yield b"key%d" % chance.randint(0, 99)
    elif argument.type != "pure-token":
        yield b"7" if argument.type in ("integer", "double", "unix-time") else b"v%d" % chance.randint(0, 99)


def test_the_first_item_is_the_one_key_of_the_fast_path(server: tuple[str, Link]) -> None:
    name, link = server
    entries = [here for entry in walk() if (here := entry.on(name)) and here.name.upper().encode() in FIRST_KEY]
    for entry in entries:
        if entry.has_keys:
            for request in _requests(entry):
                assert link.ask(b"COMMAND", b"GETKEYS", *request) == [request[1].decode()]
    assert len(entries) > 100
