"""Shapes of what a server says of its commands.

What belongs here: replies to COMMAND and its subcommands.
"""

from __future__ import annotations

from typing import Any, TypedDict

from framewire.redis.client.shapes.basic import mapping
from framewire.redis.client.shapes.records import record, sorted_words, word, words

__all__ = ["CommandInfo", "command_docs", "command_infos", "keys_with_flags"]


class CommandInfo(TypedDict):
    """A command: its arity (at least so many, where negative), where its keys are; flags and categories are sorted."""

    name: str
    arity: int
    flags: list[str]
    first_key_pos: int
    last_key_pos: int
    step_count: int
    acl_categories: list[str]
    tips: list[str]
    key_specifications: list[dict[str, Any]]
    subcommands: dict[str, CommandInfo]


def command_infos(reply: Any) -> dict[str, dict[str, Any]]:
    """By name; null for what is unknown is left out."""
    found = [_info(item) for item in reply if item is not None]
    return {info["name"]: info for info in found}


def _info(reply: Any) -> dict[str, Any]:
    """Ten items since Redis 7, seven in 6, six before."""
    name, arity, flags, first, last, step, *more = reply
    categories, tips, specifications, subcommands = [*more, (), (), (), ()][:4] if len(more) < 4 else more[:4]
    return {
        "name": word(name), "arity": arity, "flags": sorted_words(flags), "first_key_pos": first,
        "last_key_pos": last, "step_count": step, "acl_categories": sorted_words(categories), "tips": words(tips),
        "key_specifications": [_specification(item) for item in specifications],
        "subcommands": command_infos(subcommands),
    }  # fmt: skip


def _specification(reply: Any) -> dict[str, Any]:
    """Flags, how its first key is found, and how the others are."""
    about = {name: word(value) for name, value in record(reply).items()}
    about["flags"] = sorted_words(about["flags"])
    for step in ("begin_search", "find_keys"):
        how = record(about[step])
        about[step] = {"type": word(how["type"]), "spec": _texts(how["spec"])}
    return about


def _texts(reply: Any) -> dict[str, Any]:
    return {name: word(value) for name, value in record(reply).items()}


# -- COMMAND DOCS -----------------------------------------------------------------------------------------------------


def command_docs(reply: Any) -> dict[str, dict[str, Any]]:
    return {word(name): _docs(item) for name, item in mapping(reply).items()}


def _docs(reply: Any) -> dict[str, Any]:
    """Of a command or of an argument, whose arguments are such records again."""
    about = _texts(reply)
    for name, value in about.items():
        if name == "arguments":
            about[name] = [_docs(item) for item in value]
        elif name == "subcommands":
            about[name] = command_docs(value)
        elif name == "history":
            about[name] = sorted(tuple(words(item)) for item in value)
        elif name.endswith("flags"):
            about[name] = sorted_words(value)
    return about


def keys_with_flags(reply: Any) -> list[tuple[Any, list[str]]]:
    return [(key, sorted_words(flags)) for key, flags in reply]
