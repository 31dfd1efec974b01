"""What takes the volatile part out of a reply before two servers are compared, by the names that steps give.

What belongs here: from the replies to one request to what of them must be the same, as text (`notation.py`). An error
is compared as it is, whatever the normaliser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.against.notation import parse, write, written


def normalised(name: str, replies: list[bytes]) -> object:
    """The replies as they are, or without what the normaliser called `name` takes out."""
    return NORMALISERS[name](replies) if name else replies


NOT_REPLACED = ("-", "(")  # errors, and the end of the connection


def each(replace: Callable[[Any], Any]) -> Callable[[list[bytes]], str]:
    """The normaliser that replaces each parsed reply, but no error."""

    def normalise(replies: list[bytes]) -> str:
        trees = map(parse, replies)
        return " ".join(write(tree if tree[0] in NOT_REPLACED else replace(tree)) for tree in trees)

    return normalise


def _id(replies: list[bytes]) -> object:
    """HELLO: the client's number."""
    return re.sub(r'("id") :[0-9]+', r"\1 :ID", written(replies))


def _kind(tree: Any) -> Any:
    """Only the type of the reply."""
    return str(tree[0])


def _but_texts(tree: Any) -> Any:
    """COMMAND DOCS: the facts, but not the words; this server does not document arguments."""
    kind, content = tree
    if not content:
        return tree
    name, facts = content
    known = zip(facts[1][:8:2], facts[1][1:8:2], strict=True)
    return kind, [name, *(part for fact in known for part in _fact(fact))]


def _fact(fact: tuple[Any, Any]) -> tuple[Any, ...]:
    return fact[:1] if fact[0][1] in (b"summary", b"complexity") else fact


def _sorted(tree: Any) -> Any:
    """An array whose order means nothing."""
    kind, items = tree
    return kind, sorted(items) if isinstance(items, list) else items


def _page(tree: Any) -> Any:
    """A page of a scan: the cursor, and members whose order means nothing."""
    cursor, (kind, members) = tree[1]
    return tree[0], [cursor, (kind, sorted(members))]


def _left(replies: list[bytes]) -> object:
    """Unsubscribing from all: their order means nothing, but how many are left after each."""
    names, left = zip(*((name, left) for _, (_, name, left) in map(parse, replies)), strict=True)
    return f"{' '.join(sorted(map(write, names)))} {' '.join(map(write, left))}"


def _pairs(tree: Any) -> Any:
    """A map whose order means nothing."""
    kind, items = tree
    if not isinstance(items, list):
        return tree
    pairs = sorted(zip(items[::2], items[1::2], strict=True))
    return kind, [part for pair in pairs for part in pair]


def _roughly(replies: list[bytes]) -> object:
    """A time that runs."""
    return [Near(int(reply[1:])) for reply in replies]


@dataclass(eq=False)
class Near:
    """A number that equals its neighbours within half a per cent; a negative one means something else than time."""

    value: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Near) and abs(self.value - other.value) <= max(self.value, 0) / 200


TIMES = [("$", name) for name in (b"idle", b"inactive", b"seen-time", b"active-time")]


def _times(tree: Any) -> Any:
    """Streams: when something happened, or how long ago, but whether it was just now, some time ago, or a date."""
    if not isinstance(tree[1], list):
        return tree
    items = [_times(item) for item in tree[1]]
    kinds = "".join(item[0] for item in items)
    if kinds in ("$$::", "$::"):
        items[-2] = _age(items[-2])
    for position, item in enumerate(items[:-1]):
        if item in TIMES:
            items[position + 1] = _age(items[position + 1])
    return tree[0], items


def _age(item: tuple[str, bytes]) -> tuple[str, bytes]:
    time = int(item[1])
    age = b"never" if time < 0 else b"just now" if time < 100_000 else b"some time ago" if time < 10**12 else b"a date"
    return item[0], age


STABLE_FIELDS = "name db sub psub ssub multi cmd user resp flags redir events".split()


def _fields(tree: Any) -> Any:
    """CLIENT INFO: the names of the fields, and the values of those that do not depend on the server."""
    fields = (field.split("=", 1) for field in tree[1].decode().split())
    return tree[0] + " ".join(f"{name}={value if name in STABLE_FIELDS else ''}" for name, value in fields)


def _slow_log(tree: Any) -> Any:
    """SLOWLOG GET: the requests and names; neither numbers nor times nor addresses."""
    return tree[0], [("*", [entry[3], entry[5]]) for _, entry in tree[1]]


def _sections(tree: Any) -> Any:
    """INFO: the titles of the sections."""
    return tree[0] + " ".join(re.findall(r"# (\w+)\r\n", tree[1].decode()))


def _average_ttl(tree: Any) -> Any:
    """INFO keyspace: the times that run."""
    return tree[0], re.sub(rb"avg_ttl=[0-9]+", b"avg_ttl=T", tree[1])


def _offset(tree: Any) -> Any:
    """ROLE of a master: how much it would have told its replicas, which depends on what it was asked before."""
    return tree[0], [tree[1][0], ":OFFSET", *tree[1][2:]]


def _but_subcommands(tree: Any) -> Any:
    """COMMAND INFO of containers, without the subcommands: this server does not have all of them."""
    return tree[0], [(kind, [*entry[:9], "SUBCOMMANDS"]) for kind, entry in tree[1]]


def _errors(tree: Any) -> Any:
    """INFO stats: only how many errors there were."""
    kind, text = tree
    return kind, b"".join(re.findall(rb"total_error_replies:[0-9]+", text))


NORMALISERS: dict[str, Callable[[list[bytes]], object]] = {
    "id": _id,
    "kind": each(_kind),
    "but texts": each(_but_texts),
    "sorted": each(_sorted),
    "left": _left,
    "pairs": each(_pairs),
    "page": each(_page),
    "roughly": _roughly,
    "times": each(_times),
    "fields": each(_fields),
    "sections": each(_sections),
    "slow log": each(_slow_log),
    "average ttl": each(_average_ttl),
    "offset": each(_offset),
    "but subcommands": each(_but_subcommands),
    "errors": each(_errors),
}
