"""COMMAND: what clients can learn about the command table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from framewire.frames.resp import Array, Bulk, Integer, Map, RespFrame, Set, Simple
from framewire.redis.facts.command import Command, KeySpec
from framewire.redis.glob import compile_glob
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_of
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = [
    "command",
    "command_count",
    "command_docs",
    "command_getkeys",
    "command_getkeysandflags",
    "command_help",
    "command_info",
    "command_list",
]

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
    if not entry.has_keys:
        raise CommandError(b"ERR The command has no key arguments")
    if not entry.accepts(len(inner)):
        raise CommandError(b"ERR Invalid number of arguments specified for command")
    found = entry.find_keys(inner)
    if not found and not entry.name.startswith(_KEYS_ARE_OPTIONAL):
        raise CommandError(b"ERR Invalid arguments specified for command")
    return [(inner[position], flags) for position, flags in found]


_KEYS_ARE_OPTIONAL = ("eval", "fcall")


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
        return "@" + text.lower().decode("latin-1") in entry.categories
    if kind == b"PATTERN":
        return compile_glob(text.lower())(entry.name.encode())
    raise CommandError(SYNTAX_ERROR)


# Frames below, not values: a Python `set` would lose the order that Redis gives, and cannot hold maps.


def _describe(entry: Command) -> Array:
    """The ten things that COMMAND INFO tells about a command."""
    return Array((
        _text(entry.name),
        Integer(entry.arity),
        _words(entry.flags),
        *map(Integer, entry.key_range),
        _words(entry.categories),
        Set(tuple(map(_text, entry.tips))),
        Set(tuple(map(_describe_keys, entry.keys))),
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
        places = {"keynumidx": keys.keynumidx, "firstkey": keys.firstkey, "keystep": keys.step}
        return _map(type=_text("keynum"), spec=_map(**{name: Integer(place) for name, place in places.items()}))
    # Redis counts the last key from the first one here, and from the command's name in COMMAND INFO's own fields.
    last = keys.last - keys.first if keys.last >= 0 else keys.last
    spec = _map(lastkey=Integer(last), keystep=Integer(keys.step), limit=Integer(keys.limit))
    return _map(type=_text("range"), spec=spec)


def _text(text: str) -> Bulk:
    return Bulk(text.encode())


def _words(words: Iterable[str]) -> Set:
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


command_help = help_of("command", {
    "(none)": "What the table says about all commands.",
    "COUNT": "How many commands there are.",
    "DOCS [<command> ...]": "Explain commands.",
    "GETKEYS <command> [<argument> ...]": "The keys in a request.",
    "GETKEYSANDFLAGS <command> [<argument> ...]": "The keys in a request, and what is done to them.",
    "INFO [<command> ...]": "What the table says about commands.",
    "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]": "The names of the commands.",
})  # fmt: skip
