"""What stands behind a command's name: keys, values, words, choices between them.

What belongs here: `Argument`, the small functions that the tables write them with, and how they are shown
(`key value [NX | XX]`). Names and types are those of COMMAND DOCS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

from framewire.redis.facts.servers import AS_REDIS, Server

__all__ = [
    "Argument",
    "block",
    "double",
    "integer",
    "key",
    "oneof",
    "pattern",
    "string",
    "syntax",
    "taken_by",
    "token",
    "unix_time",
]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, or a group of them.

    `type` is `key`, `string`, `integer`, `double`, `pattern` or `unix-time` for a value, `pure-token` for a word
    alone, `oneof` for a choice between `arguments`, `block` for `arguments` that follow on one another. `word` is
    what stands before the value, or is the pure token; it can be empty, and is `None` where there is none. A `multiple`
    argument may stand several times, each time with its word where `repeats_word`. `spec` is the index of a key's
    `KeySpec`. `since` and `valkey` say when it came, if that was later than what it is a part of (see `Server.has`).
    """

    name: str
    type: str
    word: str | None = None
    arguments: tuple[Argument, ...] = ()
    spec: int | None = None
    optional: bool = False
    multiple: bool = False
    repeats_word: bool = False
    since: str = ""
    valkey: str | None = AS_REDIS
    deprecated_since: str = ""


# -- the notation of the tables ---------------------------------------------------------------------------------------


class Marks(TypedDict, total=False):
    """What may be said of every argument."""

    optional: bool
    multiple: bool
    repeats_word: bool
    since: str
    valkey: str | None
    deprecated_since: str


def key(name: str, word: str | None = None, spec: int | None = 0, **marks: Unpack[Marks]) -> Argument:
    """A key; its place is told by the key specification of that index."""
    return Argument(name, "key", word, spec=spec, **marks)


def string(name: str, word: str | None = None, **marks: Unpack[Marks]) -> Argument:
    return Argument(name, "string", word, **marks)


def integer(name: str, word: str | None = None, **marks: Unpack[Marks]) -> Argument:
    return Argument(name, "integer", word, **marks)


def double(name: str, word: str | None = None, **marks: Unpack[Marks]) -> Argument:
    return Argument(name, "double", word, **marks)


def pattern(name: str, word: str | None = None, **marks: Unpack[Marks]) -> Argument:
    return Argument(name, "pattern", word, **marks)


def unix_time(name: str, word: str | None = None, **marks: Unpack[Marks]) -> Argument:
    return Argument(name, "unix-time", word, **marks)


def token(word: str, name: str | None = None, **marks: Unpack[Marks]) -> Argument:
    """A word that stands for itself; its name is the word in small letters unless it has another."""
    return Argument(word.lower() if name is None else name, "pure-token", word, **marks)


def oneof(name: str, *arguments: Argument, word: str | None = None, **marks: Unpack[Marks]) -> Argument:
    """One of several arguments."""
    return Argument(name, "oneof", word, arguments, **marks)


def block(name: str, *arguments: Argument, word: str | None = None, **marks: Unpack[Marks]) -> Argument:
    """Arguments that stand together or not at all."""
    return Argument(name, "block", word, arguments, **marks)


# -- what can be asked of them ----------------------------------------------------------------------------------------


def taken_by(server: Server, arguments: Iterable[Argument]) -> tuple[Argument, ...]:
    """Those of `arguments` that `server` takes, at every depth; their `since` is that of the server."""
    return tuple(
        replace(
            argument,
            arguments=taken_by(server, argument.arguments),
            since=server.since(argument.since, argument.valkey),
            valkey=AS_REDIS,
        )
        for argument in arguments
        if server.has(argument.since, argument.valkey)
    )


def syntax(arguments: Iterable[Argument]) -> str:
    """How `arguments` are written, as people know it from the documentation: `key [NX | XX] member [member ...]`."""
    return " ".join(map(_shown, arguments))


def _shown(argument: Argument) -> str:
    value = _shown_value(argument)
    text = _join(argument.word, value)
    if argument.multiple:
        again = text if argument.repeats_word else value
        text += f" [{again} ...]"
    return f"[{text}]" if argument.optional else text


def _shown_value(argument: Argument) -> str:
    """All but the word, and without what says that it is optional."""
    if argument.type == "pure-token":
        return ""
    if argument.type == "block":
        return syntax(argument.arguments)
    if argument.type == "oneof":
        choice = " | ".join(map(_shown, argument.arguments))
        return choice if argument.optional and argument.word is None and not argument.multiple else f"<{choice}>"
    return argument.name


def _join(word: str | None, value: str) -> str:
    if word is None:
        return value
    shown = word or '""'
    return f"{shown} {value}" if value else shown
