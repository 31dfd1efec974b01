"""Writes docs/commands.md from the command table: `python scripts/list_commands.py > docs/commands.md`.

A test compares the two, so the page cannot tell of a command that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

from framewire.redis.facts.command import Command
from framewire.redis.server.commands.binding import COMMANDS

GROUPS = {
    "connection": "Connection",
    "generic": "Keys",
    "string": "Strings",
    "bitmap": "Bits",
    "hash": "Hashes",
    "list": "Lists",
    "set": "Sets",
    "sorted-set": "Sorted sets",
    "stream": "Streams",
    "transactions": "Transactions",
    "scripting": "Scripts",
    "pubsub": "Pub/sub",
    "server": "Server",
    "cluster": "Cluster",
}

HERE = {
    "asking": "refused: it is no cluster",
    "bgsave": "refused: it writes no RDB files",
    "client|getredir": "-1, there is no client-side caching",
    "client|no-evict": "none ever is",
    "client|no-touch": "that age is not kept",
    "client|trackinginfo": "client-side caching is off",
    "config|rewrite": "refused: there is no such file",
    "debug": "for local connections",
    "failover": "refused: there is no replica",
    "latency": "it is not watched",
    "latency|doctor": "says that it is not watched",
    "latency|graph": "there are no samples",
    "latency|histogram": "there are none",
    "latency|history": "there are no samples",
    "latency|latest": "there are no samples",
    "latency|reset": "there are no samples",
    "memory|doctor": "says that nothing is known",
    "memory|malloc-stats": "says that the allocator tells nothing",
    "memory|stats": "those of the process",
    "object|freq": "refused: it is not kept",
    "object|idletime": "0, it is not kept",
    "readonly": "refused: it is no cluster",
    "readwrite": "refused: it is no cluster",
    "replicaof": "takes NO ONE; it cannot be a replica",
    "role": "a master without replicas",
    "save": "refused: it writes no RDB files",
    "script|debug": "takes NO: there is no debugger",
    "script|kill": "stops nothing: a script that runs for too long is stopped by itself, or has written and never is",
    "shutdown": "where it is a process of its own",
    "slaveof": "takes NO ONE; it cannot be a replica",
    "wait": "0, there are no replicas",
}
"""Where this server does less than the sentence in the table of facts says."""

HEAD = """\
# What Mini-Redis understands

Each command takes the forms and options of Redis 7.0 and gives the same replies, errors included. Whatever is not
listed answers `ERR unknown command`, exactly as a Redis would that does not have it. Where this server does less than
the sentence says, brackets tell what. This page is made from the command table (`python scripts/list_commands.py >
docs/commands.md`).
"""


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield HEAD
    for group, title in GROUPS.items():
        if all(command.group != group for command in COMMANDS.values()):
            continue
        yield f"## {title}\n\n| command | what it does |\n| --- | --- |"
        for command in sorted(COMMANDS.values(), key=lambda command: command.name):
            if command.group == group:
                yield from rows(command)
        yield ""


def rows(command: Command) -> Iterator[str]:
    """One row for a command, and one for each of its subcommands."""
    yield row(command)
    yield from map(row, command.subcommands.values())


def row(command: Command) -> str:
    """What the table of facts says, and in brackets what is less here."""
    less = f" (Here: {HERE[command.name]}.)" if command.name in HERE else ""
    return f"| {command.name.upper().replace('|', ' ')} | {command.summary}{less} |"


def page() -> str:
    """The whole page."""
    return "\n".join(lines()).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")
