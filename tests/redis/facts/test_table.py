"""Every entry of the table is well-formed, and what people may rely on holds for all of them."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from framewire.redis.facts import COMMANDS, SERVERS, Argument, Command, find, lookup, walk
from framewire.redis.facts.command import CATEGORIES
from framewire.redis.facts.servers import NEWER, REDIS_7_0, parsed_version
from framewire.redis.facts.table import GROUPS

VERSION = re.compile(r"\d+\.\d+\.\d+")
FLAGS = set(
    "admin allow_busy asking blocking denyoom fast loading module movablekeys no_async_loading no_auth "
    "no_mandatory_keys no_multi noscript pubsub readonly skip_commandlog skip_monitor skip_slowlog stale write".split()
)
KEY_FLAGS = set("RO RW OW RM access update insert delete not_key incomplete variable_flags".split())
GROUPS_OF_REDIS = {
    "bitmap", "cluster", "connection", "generic", "geo", "hash", "hyperloglog", "list", "module", "pubsub", "scripting",
    "server", "set", "sorted-set", "stream", "string", "transactions",
}  # fmt: skip


def all_arguments(arguments: Iterable[Argument]) -> Iterator[Argument]:
    for argument in arguments:
        yield argument
        yield from all_arguments(argument.arguments)


def with_subcommands(entries: Iterable[Command]) -> list[Command]:
    return [each for entry in entries for each in (entry, *entry.subcommands.values())]


each_file = pytest.mark.parametrize(
    "entries", [pytest.param(with_subcommands(group.COMMANDS), id=group.__name__.split(".")[-1]) for group in GROUPS]
)


def test_how_many_there_are() -> None:
    """What `tests/against/test_facts.py` counted on the live servers, so that none is lost where there are none."""
    counts = {server: sum(entry.on(server) is not None for entry in walk()) for server in SERVERS}
    assert counts == {"redis 7.0": 366, "redis 8.0": 394, "valkey 9.1": 399}


def test_no_name_twice() -> None:
    assert sum(len(group.COMMANDS) for group in GROUPS) == len(COMMANDS)
    names = [entry.name for entry in walk()]
    assert len(set(names)) == len(names)


def test_each_file_has_one_group_and_each_group_a_file() -> None:
    groups = [{entry.group for entry in group.COMMANDS} for group in GROUPS]
    assert all(len(names) == 1 for names in groups)
    assert set.union(*groups) == GROUPS_OF_REDIS


@each_file
def test_well_formed(entries: list[Command]) -> None:
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9_-]+(\|[a-z0-9-]+)?", entry.name)
        assert entry.arity, entry.name
        assert set(entry.flags) <= FLAGS, entry.name
        assert len(set(entry.flags)) == len(entry.flags), entry.name
        assert set(entry.own_categories) <= set(CATEGORIES) - {"@fast", "@slow", "@read", "@write"}, entry.name
        assert all(set(spec.flags.split()) <= KEY_FLAGS for spec in entry.keys), entry.name
        for word, inner in entry.subcommands.items():
            assert inner.name == f"{entry.name}|{word.decode()}"
            assert inner.group == entry.group, inner.name


@each_file
def test_texts(entries: list[Command]) -> None:
    for entry in entries:
        assert re.fullmatch(r"[A-Z][^\n.]*\.", entry.summary), f"{entry.name}: not one sentence"
        assert len(entry.summary) <= 120, entry.name
        assert entry.complexity and not entry.complexity.endswith("."), entry.name
        assert all(text.endswith(".") for _, text in entry.history), entry.name
        assert bool(entry.deprecated_since) == bool(entry.replaced_by) == ("deprecated" in entry.doc_flags), entry.name


@each_file
def test_versions(entries: list[Command]) -> None:
    for entry in entries:
        assert entry.since or entry.valkey, entry.name
        given = [entry.since, entry.valkey, entry.deprecated_since]
        for argument in all_arguments(entry.arguments):
            given += [argument.since, argument.valkey, argument.deprecated_since]
        assert all(VERSION.fullmatch(version) for version in given if version), entry.name


@each_file
def test_histories(entries: list[Command]) -> None:
    for entry in entries:
        versions = [re.fullmatch(rf"(?:(?:redis|valkey) )?({VERSION.pattern})", line[0]) for line in entry.history]
        numbers = [parsed_version(found[1]) for found in versions if found]
        assert len(numbers) == len(entry.history), entry.name
        assert numbers == sorted(numbers), entry.name


@each_file
def test_arguments_are_whole(entries: list[Command]) -> None:
    for entry in entries:
        for argument in all_arguments(entry.arguments):
            assert argument.name, entry.name
            assert (argument.type in ("oneof", "block")) == bool(argument.arguments), entry.name
            assert argument.type != "pure-token" or argument.word is not None, entry.name
            assert argument.spec is None or argument.spec < len(entry.keys), entry.name
        assert entry.syntax.startswith(entry.name.upper().replace("|", " "))


@each_file
def test_variants_change_something(entries: list[Command]) -> None:
    """Only fields that there are, for servers that there are, and only what is different there."""
    fields = {field.name for field in dataclasses.fields(Command)}
    for entry in entries:
        assert set(entry.variants) <= {*SERVERS, NEWER}, entry.name
        assert set(entry.variants.get(REDIS_7_0, {})) <= {"arguments"}, f"{entry.name}: it says what Redis 7.0 says"
        for server, changes in entry.variants.items():
            assert changes and set(changes) <= fields, f"{entry.name} on {server}"
            assert all(getattr(entry, name) != value for name, value in changes.items()), f"{entry.name} on {server}"


@each_file
def test_every_entry_is_of_some_server(entries: list[Command]) -> None:
    for entry in entries:
        on = [here for server in SERVERS if (here := entry.on(server))]
        assert on, entry.name
        assert all(here.since and not here.variants for here in on), entry.name


def test_columns_of_our_own() -> None:
    """Marked where it is certain. What may be repeated, and what waits, has tests of its own."""
    names = {column: {entry.name for entry in walk() if getattr(entry, column)} for column in ("secrets", "in_multi")}
    assert {"auth", "hello", "acl|setuser", "migrate", "config|set"} <= names["secrets"]
    assert names["in_multi"] == {"multi", "exec", "discard", "watch", "quit", "reset"}
    changing = {entry.name for entry in walk() if entry.changes_link}
    assert {"select", "auth", "multi", "subscribe", "client|reply", "monitor", "watch", "asking"} <= changing
    assert not {"get", "set", "client|list", "client|kill", "publish", "eval"} & changing
    repeats = Counter(entry.repeat for entry in walk())
    assert repeats.keys() == {"read", "write", "never"} and repeats["read"] > 150 and repeats["never"] > 150


class TestLookUp:
    @pytest.mark.parametrize(
        ("request_line", "name"),
        [
            (b"GET k", "get"),
            (b"geT", "get"),
            (b"CLIENT SetName x", "client|setname"),
            (b"client", "client"),
            (b"CLIENT nothing", "client"),
            (b"GET setname", "get"),
            (b"NOTHING", None),
            (b"", None),
        ],
    )
    def test_by_request(self, request_line: bytes, name: str | None) -> None:
        entry = lookup(request_line.split())
        assert (entry and entry.name) == name

    @pytest.mark.parametrize(
        ("name", "found"), [(b"Client|ID", "client|id"), (b"CLIENT", "client"), (b"client|x", None), (b"x|id", None)]
    )
    def test_by_name(self, name: bytes, found: str | None) -> None:
        entry = find(name)
        assert (entry and entry.name) == found

    def test_containers_come_before_their_subcommands(self) -> None:
        names = [entry.name for entry in walk()]
        assert names.index("client") < names.index("client|id") < names.index("client|help")


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        (b"get", "GET key"),
        (b"zadd", "ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]"),
        (b"config|set", "CONFIG SET parameter value [parameter value ...]"),
        (b"eval", "EVAL script numkeys [key [key ...]] [arg [arg ...]]"),
        (b"xread", "XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]"),
        (b"hexpire", "HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]"),
    ],
)
def test_syntax(name: bytes, syntax: str) -> None:
    entry = find(name)
    assert entry is not None
    assert entry.syntax == syntax


def test_the_table_loads_no_server() -> None:
    """And nothing that does I/O."""
    program = (
        "import sys, framewire.redis.facts; print(*(name for name in sys.modules if name.startswith('framewire.redis.')"
        " and not name.startswith('framewire.redis.facts')), *{'asyncio', 'socket', 'ssl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
