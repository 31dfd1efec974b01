"""The methods and the command table: what there is a method for, and that requests are what the table allows."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from framewire.redis.facts.command import Command
from framewire.redis.facts.servers import REDIS_7_0, SERVERS
from framewire.redis.facts.table import find, lookup, walk
from tests.redis.client.commands.asking import AT_ONCE, Recorder, Row

HERE = Path(__file__).parent
FILES = sorted(HERE.rglob("test_*.py"))
NAMES = [".".join(file.relative_to(HERE).with_suffix("").parts) for file in FILES if file != Path(__file__)]
TABLES = [import_module(f"{__package__}.{name}") for name in NAMES]
ROWS: list[Row] = [row for table in TABLES for row in getattr(table, "ROWS", ())]

HASH_EXPIRY = frozenset(
    "hexpire hpexpire hexpireat hpexpireat httl hpttl hexpiretime hpexpiretime hpersist hgetex hsetex hgetdel".split()
)
"""What is newer than Redis 7.0, and has methods all the same."""

WITHOUT_METHOD = {
    "incr": "the method sends INCRBY",
    "decr": "the method sends DECRBY",
    "cluster|slaves": "the old name of CLUSTER REPLICAS",
    "pfdebug": "for those who work on the server",
    "pfselftest": "for those who work on the server",
    "restore-asking": "what MIGRATE sends to another node of a cluster",
}
"""Besides commands that change a link, for which clients have other means, and HELP, whose text is for people."""

TAKES_TIME = {
    "migrate": "the other server may be slow",
    "save": "all data go to disk",
    "wait": "Redis flags it as blocking since 7.2",
}
"""Commands that get a link of their own, though they are not flagged as blocking."""


def wanted(entry: Command) -> bool:
    if entry.subcommands or (entry.on(REDIS_7_0) is None and entry.name not in HASH_EXPIRY):
        return False
    return not entry.changes_link and not entry.name.endswith("|help") and entry.name not in WITHOUT_METHOD


def asked_for(row: Row) -> tuple[Any, ...]:
    asked = row.call(Recorder())
    return tuple(word.encode() if isinstance(word, str) else word for word in asked.request)


def entry_of(row: Row) -> Command:
    entry = lookup([word for word in asked_for(row)[:2] if isinstance(word, bytes)])
    assert entry is not None
    return entry


HAS_METHOD = {entry_of(row).name for row in ROWS}


@pytest.mark.parametrize("entry", [entry for entry in walk() if wanted(entry)], ids=lambda entry: entry.name)
def test_there_is_a_method(entry: Command) -> None:
    assert entry.name in HAS_METHOD


@pytest.mark.parametrize("name", sorted({*WITHOUT_METHOD, *HASH_EXPIRY, *TAKES_TIME}))
def test_the_exceptions_are_commands(name: str) -> None:
    entry = find(name.encode())
    assert entry is not None and (name in HAS_METHOD) == (name not in WITHOUT_METHOD)
    assert name not in TAKES_TIME or not entry.has_flag("blocking")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_are_what_the_table_allows(row: Row) -> None:
    """So many arguments, and nothing that changes a link which others use too."""
    entry = entry_of(row)
    assert any(known.accepts(len(asked_for(row))) for name in SERVERS if (known := entry.on(name)) is not None)
    assert not entry.changes_link


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_may_wait_has_a_link_of_its_own(row: Row) -> None:
    """And nothing else: XREAD without BLOCK waits for nobody."""
    entry = entry_of(row)
    waits = row.seconds != AT_ONCE
    assert waits <= (entry.has_flag("blocking") or entry.name in TAKES_TIME)
    assert waits or not entry.has_flag("blocking") or entry.name in ("xread", "xreadgroup")
