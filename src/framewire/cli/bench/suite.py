"""The tests that `-t` knows: what redis-benchmark 7.0 sends under which name.

What belongs here: that table, and how a test is found in it. `__rand_int__` and `__data__` stand for what is filled in
for each request, or once for a run: `workload.py` has that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from framewire._impl import pack_command

__all__ = ["SUITE", "Request", "own_request", "select"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request, and what it is called: `name` in `-t`, `title` in a report."""

    name: str
    title: str
    arguments: tuple[bytes, ...]
    inline: bool = False  # sent as a line of text, not as an array
    group: str = ""  # a second name in `-t`, for several tests at once

    def encoded(self) -> bytes:
        """The request as it is sent, with what stands for random numbers still in it."""
        return b" ".join(self.arguments) + b"\r\n" if self.inline else pack_command(*self.arguments)


def _row(name: str, request: str, title: str = "", *, inline: bool = False, group: str = "") -> Request:
    return Request(name, title or name.upper(), tuple(request.encode().split()), inline, group)


KEY = "key:__rand_int__"
MSET_KEYS = 10

SUITE = (
    _row("ping_inline", "PING", inline=True, group="ping"),
    _row("ping_mbulk", "PING", group="ping"),
    _row("set", f"SET {KEY} __data__"),
    _row("get", f"GET {KEY}"),
    _row("incr", "INCR counter:__rand_int__"),
    _row("lpush", "LPUSH mylist __data__"),
    _row("rpush", "RPUSH mylist __data__"),
    _row("lpop", "LPOP mylist"),
    _row("rpop", "RPOP mylist"),
    _row("sadd", "SADD myset element:__rand_int__"),
    _row("hset", "HSET myhash element:__rand_int__ __data__"),
    _row("spop", "SPOP myset"),
    _row("zadd", "ZADD myzset __score__ element:__rand_int__"),
    _row("zpopmin", "ZPOPMIN myzset"),
    _row("lpush_for_lrange", "LPUSH mylist __data__", "LPUSH (needed to benchmark LRANGE)", group="lrange"),
    *(
        _row(f"lrange_{count}", f"LRANGE mylist 0 {count - 1}", f"LRANGE_{count} (first {count} elements)",
              group="lrange")
        for count in (100, 300, 500, 600)
    ),
    _row("mset", "MSET" + f" {KEY} __data__" * MSET_KEYS, f"MSET ({MSET_KEYS} keys)"),
)  # fmt: skip
"""In the order in which they are run."""


def select(names: Iterable[str] | None) -> list[Request]:
    """The tests of these names, or of all, in the order of the table. Raises `ValueError` for a name that it lacks.

    A test that reads a list takes the one along that fills it.
    """
    if names is None:
        return list(SUITE)
    wanted = {name.strip().lower() for name in names}
    if unknown := wanted - {test.name for test in SUITE} - {test.group for test in SUITE if test.group}:
        known = ", ".join(test.name for test in SUITE)
        raise ValueError(f"there is no test {', '.join(sorted(unknown))}; there are {known}, and ping and lrange")
    if any(name.startswith("lrange_") for name in wanted):
        wanted.add("lpush_for_lrange")
    return [test for test in SUITE if test.name in wanted or test.group in wanted]


def own_request(arguments: Iterable[bytes]) -> Request:
    """A request of the user's own, called as it is written."""
    words = tuple(arguments)
    title = b" ".join(words).decode(errors="replace")
    return Request(title.lower(), title, words)
