"""COMMAND: what clients can learn about the command table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from framewire.frames.resp import Array, Bulk, Integer, Map, RespFrame, Set, Simple
from framewire.redis.facts.command import Command, KeySpec
from framewire.redis.glob import compile_glob
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_command, subcommands
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["COMMANDS"]

_CATEGORY_ORDER = (
    "@keyspace @read @write @set @sortedset @list @hash @string @bitmap @hyperloglog @geo @stream @pubsub @admin @fast "
    "@slow @blocking @dangerous @connection @transaction @scripting"
).split()


def command(client: Client, request: list[bytes]) -> object:
    return [_describe(entry) for entry in client.runner.commands.values()]


def command_count(client: Client, request: list[bytes]) -> object:
    return len(client.runner.commands)


def command_info(client: Client, request: list[bytes]) -> object:
    if len(request) == 2:
        return command(client, request)
    return [_describe(entry) if (entry := _find(client, name)) else None for name in request[2:]]


def command_docs(client: Client, request: list[bytes]) -> object:
    commands = client.runner.commands
    entries = list(commands.values()) if len(request) == 2 else [_find(client, name) for name in request[2:]]
    return {entry.name.encode(): _document(entry) for entry in entries if entry is not None}


def command_list(client: Client, request: list[bytes]) -> object:
    entries = list(_walk(client.runner.commands))
    arguments = Arguments(request, 2)
    if not arguments:
        return [entry.name.encode() for entry in entries]
    if arguments.next_word() != b"FILTERBY" or arguments.remaining != 2:
        raise CommandError(SYNTAX_ERROR)
    kind, text = arguments.next_word(), arguments.next_bytes()
    return [entry.name.encode() for entry in entries if _passes(entry, kind, text)]


def command_getkeys(client: Client, request: list[bytes]) -> object:
    return [key for key, _ in _keys_of(client, request[2:])]


def command_getkeysandflags(client: Client, request: list[bytes]) -> object:
    pairs = _keys_of(client, request[2:])
    return Array(tuple(Array((Bulk(key), _words(flags.split()))) for key, flags in pairs))


def _keys_of(client: Client, inner: list[bytes]) -> list[tuple[bytes, str]]:
    """The keys that a request names, with what is done to each, as key specs spell it. Raises `CommandError`."""
    entry = client.runner.commands.get(inner[0].lower())
    if entry is not None and entry.subcommands:
        entry = entry.subcommands.get(inner[1].lower()) if len(inner) > 1 else None
    if entry is None:
        raise CommandError(b"ERR Invalid command specified")
    if not any("not_key" not in spec.flags for spec in entry.key_specs):
        raise CommandError(b"ERR The command has no key arguments")
    if not entry.accepts(len(inner)):
        raise CommandError(b"ERR Invalid number of arguments specified for command")
    find = _BY_OPTIONS.get(entry.name)
    pairs = find(inner) if find is not None else []
    places = [(spec, spec.find(inner)) for spec in entry.key_specs]
    pairs = pairs or [(inner[position], spec.flags) for spec, positions in places for position in positions]
    missing = not pairs or any(spec.counted and not positions for spec, positions in places)
    if missing and not entry.name.startswith(_KEYS_ARE_OPTIONAL):
        raise CommandError(b"ERR Invalid arguments specified for command")
    return pairs


_KEYS_ARE_OPTIONAL = ("eval", "fcall")


def _keys_of_sort(inner: list[bytes]) -> list[tuple[bytes, str]]:
    """The last STORE counts; what BY and GET name are patterns, not keys."""
    stores, position = [], 2
    while position < len(inner):
        word = inner[position].upper()
        if word == b"STORE" and position + 1 < len(inner):
            stores.append(inner[position + 1])
        position += {b"LIMIT": 3, b"BY": 2, b"GET": 2, b"STORE": 2}.get(word, 1)
    return [(inner[1], "RO access"), *((key, "OW update") for key in stores[-1:])]


def _keys_of_set(inner: list[bytes]) -> list[tuple[bytes, str]]:
    gets = any(word.upper() == b"GET" for word in inner[3:])
    return [(inner[1], "RW access update" if gets else "OW update")]


def _keys_of_bitfield(inner: list[bytes]) -> list[tuple[bytes, str]]:
    """Without SET and INCRBY it only reads."""
    position, changes = 2, False
    while position < len(inner):
        word = inner[position].upper()
        changes = changes or word in (b"SET", b"INCRBY")
        position += {b"GET": 3, b"SET": 4, b"INCRBY": 4, b"OVERFLOW": 2}.get(word, 1)
    return [(inner[1], "RW access update" if changes else "RO access")]


_BY_OPTIONS: dict[str, Callable[[list[bytes]], list[tuple[bytes, str]]]] = {
    "sort": _keys_of_sort,
    "set": _keys_of_set,
    "bitfield": _keys_of_bitfield,
}
"""Commands whose options say what is done to which keys."""


def _find(client: Client, name: bytes) -> Command | None:
    """The command called `name`, or the subcommand where there is a bar in it."""
    container, bar, word = name.lower().partition(b"|")
    entry = client.runner.commands.get(container)
    return entry.subcommands.get(word) if entry is not None and bar else entry


def _walk(commands: Mapping[bytes, Command]) -> Iterator[Command]:
    for entry in commands.values():
        yield entry
        yield from entry.subcommands.values()


def _passes(entry: Command, kind: bytes, text: bytes) -> bool:
    if kind == b"MODULE":
        return False  # there are none
    if kind == b"ACLCAT":
        return "@" + text.lower().decode("latin-1") in _categories(entry)
    if kind == b"PATTERN":
        return compile_glob(text.lower())(entry.name.encode())
    raise CommandError(SYNTAX_ERROR)


def _categories(entry: Command) -> list[str]:
    """The categories in Redis' order: those written in the table and those that follow from the flags."""
    categories = set(entry.categories.split())
    for flag, implied in (("write", "@write"), ("readonly", "@read"), ("pubsub", "@pubsub"), ("admin", "@admin")):
        if entry.has_flag(flag) and not (flag == "readonly" and "@scripting" in categories):
            categories.add(implied)
    if entry.has_flag("admin"):
        categories.add("@dangerous")
    categories.add("@fast" if entry.has_flag("fast") else "@slow")
    return [category for category in _CATEGORY_ORDER if category in categories]


# Frames below, not values: a Python `set` would lose the order that Redis gives, and cannot hold maps.


def _describe(entry: Command) -> Array:
    """The ten things that COMMAND INFO tells about a command."""
    return Array((
        _text(entry.name),
        Integer(entry.arity),
        _words(entry.flags.split()),
        *map(Integer, entry.key_range),
        _words(_categories(entry)),
        Set(tuple(map(_text, entry.tips))),
        Set(tuple(map(_describe_keys, entry.key_specs))),
        Set(tuple(map(_describe, entry.subcommands.values()))),
    ))  # fmt: skip


def _describe_keys(keys: KeySpec) -> Map:
    return _map(
        **({"notes": _text(keys.notes)} if keys.notes else {}),
        flags=_words(keys.flags.split()),
        begin_search=_describe_begin(keys),
        find_keys=_describe_range(keys),
    )


def _describe_begin(keys: KeySpec) -> Map:
    if keys.unknown:
        return _map(type=_text("unknown"), spec=_map())
    if keys.keyword:
        return _map(type=_text("keyword"), spec=_map(keyword=_text(keys.keyword), startfrom=Integer(keys.first)))
    return _map(type=_text("index"), spec=_map(index=Integer(keys.first)))


def _describe_range(keys: KeySpec) -> Map:
    if keys.unknown:
        return _map(type=_text("unknown"), spec=_map())
    if keys.counted:
        return _map(type=_text("keynum"), spec=_map(keynumidx=Integer(0), firstkey=Integer(1), keystep=Integer(1)))
    # Redis counts the last key from the first one here, and from the command's name in COMMAND INFO's own fields.
    last = keys.last - keys.first if keys.last >= 0 else keys.last
    spec = _map(lastkey=Integer(last), keystep=Integer(keys.step), limit=Integer(keys.limit))
    return _map(type=_text("range"), spec=spec)


def _text(text: str) -> Bulk:
    return Bulk(text.encode())


def _words(words: list[str]) -> Set:
    return Set(tuple(Simple(word.encode()) for word in words))


def _map(**pairs: RespFrame) -> Map:
    return Map(tuple((_text(name), frame) for name, frame in pairs.items()))


def _document(entry: Command) -> dict[bytes, object]:
    document: dict[bytes, object] = {
        b"summary": entry.summary.encode(),
        b"since": entry.since.encode(),
        b"group": entry.group.encode(),
        b"complexity": entry.complexity.encode(),
    }
    if entry.subcommands:
        document[b"subcommands"] = {inner.name.encode(): _document(inner) for inner in entry.subcommands.values()}
    return document


_ALWAYS = "loading stale"
_ANY_ORDER = ("nondeterministic_output_order",)

_COMMAND = subcommands([
    Command(
        "command|count", command_count, 2, _ALWAYS, None, "@connection",
        summary="Counts the commands.", since="2.8.13", group="server", complexity="O(1)",
    ),
    Command(
        "command|docs", command_docs, -2, _ALWAYS, None, "@connection", tips=_ANY_ORDER,
        summary="Explains commands, all when none is named.", since="7.0.0", group="server",
        complexity="O(N), N commands",
    ),
    Command(
        "command|getkeys", command_getkeys, -4, _ALWAYS, None, "@connection",
        summary="Returns the keys in a request.", since="2.8.13", group="server", complexity="O(N), N arguments",
    ),
    Command(
        "command|getkeysandflags", command_getkeysandflags, -4, _ALWAYS, None, "@connection",
        summary="Returns the keys in a request, and what is done to each.", since="7.0.0", group="server",
        complexity="O(N), N arguments",
    ),
    Command(
        "command|info", command_info, -2, _ALWAYS, None, "@connection", tips=_ANY_ORDER,
        summary="Returns what the table says about commands, about all when none is named.", since="2.8.13",
        group="server", complexity="O(N), N commands",
    ),
    Command(
        "command|list", command_list, -2, _ALWAYS, None, "@connection", tips=_ANY_ORDER,
        summary="Lists the names of the commands.", since="7.0.0", group="server", complexity="O(N), N commands",
    ),
    help_command("command", "5.0.0", "server", "@connection", {
        "(none)": "What the table says about all commands.",
        "COUNT": "How many commands there are.",
        "DOCS [<command> ...]": "Explain commands.",
        "GETKEYS <command> [<argument> ...]": "The keys in a request.",
        "GETKEYSANDFLAGS <command> [<argument> ...]": "The keys in a request, and what is done to them.",
        "INFO [<command> ...]": "What the table says about commands.",
        "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]": "The names of the commands.",
    }),
])  # fmt: skip

COMMANDS = [
    Command(
        "command", command, -1, _ALWAYS, None, "@connection", tips=_ANY_ORDER,
        summary="Returns what the table says about all commands.", since="2.8.13", group="server",
        complexity="O(N), N commands", subcommands=_COMMAND,
    ),
]  # fmt: skip
