"""What a live server says of its commands, as entries of the command table, and as the text of such entries.

What belongs here: reading COMMAND, COMMAND INFO's form and COMMAND DOCS without our decoder, and writing what was read
in the notation of `framewire.redis.facts`, ready to be entered.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from framewire.redis.facts import Argument, Command, KeySpec
from tests.serving import command


class Link:
    """One connection that reads RESP3: text for strings and errors, lists for arrays and sets."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), 10)
        self._file = self._socket.makefile("rb")

    def ask(self, *words: bytes) -> Any:
        self._socket.sendall(command(*words))
        return self._read()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _read(self) -> Any:
        line = self._file.readline()[:-2]
        kind, rest = line[:1], line[1:].decode()
        if kind == b"$":
            return self._file.read(int(rest) + 2)[:-2].decode()
        if kind in (b"*", b"~"):
            return [self._read() for _ in range(int(rest))]
        if kind == b"%":
            return {self._read(): self._read() for _ in range(int(rest))}
        return int(rest) if kind == b":" else rest


# -- reading ----------------------------------------------------------------------------------------------------------

VALUES = ("key", "string", "integer", "double", "pattern", "unix-time")


def read_commands(link: Link) -> dict[str, Command]:
    """All commands and subcommands of the server behind `link`, which must speak RESP3. Texts are left out."""
    docs = link.ask(b"COMMAND", b"DOCS")
    containers = [_command(info, docs[info[0]]) for info in link.ask(b"COMMAND")]
    return {entry.name: entry for each in containers for entry in (each, *each.subcommands.values())}


def _command(info: list[Any], doc: dict[str, Any]) -> Command:
    inner = [_command(each, doc["subcommands"][each[0]]) for each in info[9]]
    return Command(
        info[0].lower(),
        info[1],
        tuple(info[2]),
        tuple(info[6]),
        tuple(map(_key_spec, info[8])),
        since=doc.get("since", ""),  # modules have none
        group=doc["group"],
        tips=tuple(info[7]),
        arguments=tuple(map(_argument, doc.get("arguments", []))),
        history=tuple((version, text) for version, text in doc.get("history", [])),
        doc_flags=tuple(doc.get("doc_flags", [])),
        deprecated_since=doc.get("deprecated_since", ""),
        replaced_by=doc.get("replaced_by", ""),
        subcommands={entry.name.partition("|")[2].encode(): entry for entry in inner},
    )


def _key_spec(spec: dict[str, Any]) -> KeySpec:
    """Redis counts the last key from the first one here, and from the command's name elsewhere, as we do."""
    flags, notes = " ".join(spec["flags"]), spec.get("notes", "")
    begin, find = spec["begin_search"]["spec"], spec["find_keys"]["spec"]
    if spec["begin_search"]["type"] == "unknown":
        return KeySpec(flags, notes=notes, unknown=True)
    keyword = begin.get("keyword", "")
    first = begin["startfrom"] if keyword else begin["index"]
    if spec["find_keys"]["type"] == "keynum":
        step, number, firstkey = find["keystep"], find["keynumidx"], find["firstkey"]
        return KeySpec(flags, first, step=step, notes=notes, counted=True, keynumidx=number, firstkey=firstkey)
    last = find["lastkey"] + (first if find["lastkey"] >= 0 else 0)
    return KeySpec(flags, first, last, find["keystep"], notes, keyword=keyword, limit=find["limit"])


def _argument(doc: dict[str, Any]) -> Argument:
    """Newer servers have a name for programs and one to show; ours is the latter."""
    kind, flags = doc["type"], doc.get("flags", [])
    return Argument(
        doc.get("display_text", doc["name"]) if kind in VALUES else doc["name"],
        kind,
        doc.get("token"),
        tuple(map(_argument, doc.get("arguments", []))),
        doc.get("key_spec_index") if kind == "key" else None,  # Valkey has one for some `numfields`, too
        "optional" in flags,
        "multiple" in flags,
        "multiple_token" in flags,
        doc.get("since", ""),
        deprecated_since=doc.get("deprecated_since", ""),
    )


# -- writing ----------------------------------------------------------------------------------------------------------


def written_command(entry: Command) -> str:
    """An entry as the tables have it, but for the texts, which nobody but us can write."""
    own = [category for category in entry.own_categories if category not in Command("", 1, entry.flags).categories]
    parts = [f'"{entry.name}", {entry.arity}, "{" ".join(entry.flags)}", "{" ".join(own)}", {written_keys(entry.keys)}']
    parts += [f'since="{entry.since}"', f'tips="{" ".join(entry.tips)}"']
    return f"_entry({', '.join(parts)}, arguments={written_arguments(entry.arguments)})  # {entry.group}"


def written_keys(keys: Iterable[KeySpec]) -> str:
    return _tuple(map(_written_key, keys))


def written_arguments(arguments: Iterable[Argument]) -> str:
    return _tuple(map(_written_argument, arguments))


def _tuple(parts: Iterable[str]) -> str:
    return "(" + "".join(f"{part}, " for part in parts).rstrip(" ") + ")"


def _written_key(spec: KeySpec) -> str:
    default = KeySpec("")
    names = ("first", "last", "step", "notes", "counted", "keyword", "limit", "unknown", "keynumidx", "firstkey")
    said = [f"{name}={getattr(spec, name)!r}" for name in names if getattr(spec, name) != getattr(default, name)]
    return f"KeySpec({', '.join([repr(spec.flags), *said])})"


def _written_argument(argument: Argument) -> str:
    kind = {"pure-token": "token", "unix-time": "unix_time"}.get(argument.type, argument.type)
    word = argument.word
    parts = [repr(argument.name), *map(_written_argument, argument.arguments)]
    if kind == "token":
        parts = [repr(word), *([] if argument.name == (word or "").lower() else parts)]
    elif word is not None:
        parts.append(f"word={word!r}" if argument.arguments else repr(word))
    if argument.spec:
        parts.append(f"spec={argument.spec}")
    marks = ("optional", "multiple", "repeats_word", "since", "deprecated_since")
    parts += [f"{mark}={getattr(argument, mark)!r}" for mark in marks if getattr(argument, mark)]
    return f"{kind}({', '.join(parts)})"
