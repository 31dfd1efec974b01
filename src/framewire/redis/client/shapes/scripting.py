"""Shapes of what is said about functions and their libraries.

What belongs here: replies to the subcommands of FUNCTION.
"""

from __future__ import annotations

from typing import Any, Generic, NotRequired, TypedDict

from framewire.redis.client.definition import S
from framewire.redis.client.shapes.basic import mapping
from framewire.redis.client.shapes.records import record, sorted_words, word

__all__ = ["Function", "FunctionStats", "Library", "RunningScript", "function_stats", "libraries"]


class Function(TypedDict, Generic[S]):
    """A function; its flags are sorted."""

    name: S
    description: S | None
    flags: list[str]


class Library(TypedDict, Generic[S]):
    """A library; its code is there if it was asked for."""

    library_name: S
    engine: S
    functions: list[Function[S]]
    library_code: NotRequired[S]


class RunningScript(TypedDict, Generic[S]):
    """What runs: the function's name, the command that called it, and for how many milliseconds it has run."""

    name: S
    command: list[S]
    duration_ms: int


class FunctionStats(TypedDict, Generic[S]):
    """What runs, and of each engine `libraries_count` and `functions_count`."""

    running_script: RunningScript[S] | None
    engines: dict[str, dict[str, int]]


def libraries(reply: Any) -> list[dict[str, Any]]:
    return [_library(item) for item in reply]


def _library(reply: Any) -> dict[str, Any]:
    library = record(reply)
    library["functions"] = [_function(item) for item in library["functions"]]
    return library


def _function(reply: Any) -> dict[str, Any]:
    function = record(reply)
    function["flags"] = sorted_words(function["flags"])
    return function


def function_stats(reply: Any) -> dict[str, Any]:
    stats = record(reply)
    running = stats["running_script"]
    stats["running_script"] = None if running is None else record(running)
    stats["engines"] = {word(engine): record(counts) for engine, counts in mapping(stats["engines"]).items()}
    return stats
