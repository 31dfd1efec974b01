"""COMMAND DOCS: what the table of facts says to people about one command.

What belongs here: its form, which is that of Redis 7.0. Frames, not values, where a set would lose its order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from framewire.frames.resp import Array, Bulk, Integer, Map, RespFrame, Set, Simple
from framewire.redis.facts.arguments import Argument
from framewire.redis.facts.command import Command

__all__ = ["document"]

_SHOWN_AS_ON: Final = "redis 7.0"


def document(entry: Command) -> dict[bytes, object]:
    """All of an entry; what only a newer server has is shown as it is there."""
    facts = entry.on(_SHOWN_AS_ON) or entry
    fields: dict[str, object] = {
        "summary": facts.summary.encode(),
        "since": facts.since.encode(),
        "group": facts.group.encode(),
        "complexity": facts.complexity.encode(),
        "doc_flags": _words(facts.doc_flags),
        "deprecated_since": _text(facts.deprecated_since),
        "replaced_by": _text(facts.replaced_by),
        "history": _history(facts),
        "arguments": _arguments(facts.arguments),
        "subcommands": {inner.name.encode(): document(inner) for inner in entry.subcommands.values()} or None,
    }
    return {name.encode(): field for name, field in fields.items() if field is not None}


def _history(facts: Command) -> RespFrame | None:
    lines = [Array((Bulk(version.encode()), Bulk(change.encode()))) for version, change in facts.history]
    return Set(tuple(lines)) if lines else None


def _arguments(arguments: Iterable[Argument]) -> RespFrame | None:
    shown = tuple(map(_argument, arguments))
    return Array(shown) if shown else None


def _argument(argument: Argument) -> Map:
    return _map({
        "name": _text(argument.name),
        "type": _text(argument.type),
        "key_spec_index": Integer(argument.spec) if argument.spec is not None else None,
        "token": Bulk(argument.word.encode()) if argument.word is not None else None,
        "since": _text(argument.since),
        "deprecated_since": _text(argument.deprecated_since),
        "flags": _words(_flags(argument)),
        "arguments": _arguments(argument.arguments),
    })  # fmt: skip


def _flags(argument: Argument) -> list[str]:
    marks = {
        "optional": argument.optional,
        "multiple": argument.multiple,
        "multiple_token": argument.repeats_word,
    }
    return [flag for flag, is_set in marks.items() if is_set]


# What is empty is not shown at all.


def _text(text: str) -> Bulk | None:
    return Bulk(text.encode()) if text else None


def _words(words: Iterable[str]) -> Set | None:
    return Set(tuple(Simple(word.encode()) for word in words)) if words else None


def _map(fields: dict[str, RespFrame | None]) -> Map:
    return Map(tuple((Bulk(name.encode()), field) for name, field in fields.items() if field is not None))
