"""What HELP says."""

from __future__ import annotations

import pytest

from framewire.cli.client.helping import help_on
from framewire.redis.facts.command import Command
from framewire.redis.facts.table import walk


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ([], ["HELP @group", "string", "sorted-set"]),
        ([b"get"], ["GET key", "since: Redis 1.0.0", "group: string"]),
        ([b"GETSET"], ["deprecated since 6.2.0"]),
        ([b"client", b"kill"], ["CLIENT KILL"]),
        ([b"client"], ["CLIENT KILL", "CLIENT SETNAME"]),
        ([b"@hash"], ["HGET key field", "HSET key field value"]),
        ([b"@nosuch"], ["There is no group @nosuch", "string"]),
        ([b"no\xffsuch"], ["There is no command NO"]),
    ],
)
def test_help(words: list[bytes], parts: list[str]) -> None:
    text = help_on(words)
    assert [part for part in parts if part not in text] == []


@pytest.mark.parametrize("entry", list(walk()), ids=lambda entry: entry.name)
def test_there_is_help_on_each_command(entry: Command) -> None:
    assert entry.syntax in help_on(entry.name.encode().split(b"|"))
