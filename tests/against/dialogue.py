"""Raw conversations with a server: requests out, the very bytes of each reply back.

What belongs here: a connection that splits replies without judging them, independent of our decoder, and the
normalisers that take the volatile part out of a reply before two servers are compared.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.against.steps import Conversation, Request, Step
from tests.serving import command

# A command that no server has: its error comes back in every state of a connection, and says that all is answered.
SYNC = b"in-step?"

# Inside MULTI it would end the transaction; this one is refused there, and changes nothing.
SYNC_IN_MULTI = [b"WATCH", SYNC]
REFUSED_IN_MULTI = b"-ERR WATCH inside MULTI is not allowed"

CLOSED = b"(closed)"


class Client:
    """One connection to one server."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), 10)
        self._file = self._socket.makefile("rb")
        self._in_multi = False

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, request: Request | None) -> list[bytes]:
        """The raw replies to `request`, and what was pushed before it was answered; the latter alone for `None`."""
        data = command(*arguments(request)) if request is not None else b""
        self._follow(arguments(request) if request is not None else [])
        try:
            self._socket.sendall(data + command(*(SYNC_IN_MULTI if self._in_multi else [SYNC])))
            return self._read_until_in_step()
        except ConnectionError:
            return [CLOSED]

    def _follow(self, request: list[bytes]) -> None:
        """Whether it is in a transaction after this request."""
        match [word.upper() for word in request]:
            case [b"MULTI"]:
                self._in_multi = True
            case [b"EXEC", *_] | [b"DISCARD"] | [b"RESET"] | [b"QUIT", *_]:
                self._in_multi = False

    def _read_until_in_step(self) -> list[bytes]:
        replies = []
        while reply := self._read_reply():
            if reply.startswith(b"-") and (SYNC in reply or (self._in_multi and reply.startswith(REFUSED_IN_MULTI))):
                return replies
            replies.append(reply)
        return [*replies, CLOSED]

    def _read_reply(self) -> bytes:
        line = self._file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind in (b"$", b"=") and rest != b"-1":
            return line + self._file.read(int(rest) + 2)
        if kind in (b"*", b"~", b">", b"%") and rest != b"-1":
            count = int(rest) * (2 if kind == b"%" else 1)
            return line + b"".join(self._read_reply() for _ in range(count))
        return line


def arguments(request: Request) -> list[bytes]:
    parts = request.split(" ") if isinstance(request, str) else request
    return [part if isinstance(part, bytes) else part.encode() for part in parts]


class Server:
    """One of the two sides: its connections by name."""

    def __init__(self, host: str, port: int, protocol: int) -> None:
        self._address = (host, port)
        self._protocol = protocol
        self._clients: dict[str, Client] = {}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def hold(self, conversation: Conversation) -> list[tuple[str, object]]:
        """Go through the conversation. Each entry says who did what or heard what, and the normalised replies."""
        self.client("a").ask(["FLUSHALL"])
        said: list[tuple[str, object]] = []
        for part in conversation:
            step = part if isinstance(part, Step) else Step(part)
            replies = self.client(step.client).ask(step.request)
            said.append((f"{step.client}: {step.request!r}", normalised(step.normal, replies)))
            for name, listener in self._clients.items():
                if name != step.client and (heard := listener.ask(None)):
                    said.append((f"{name} hears", heard))
        return said

    def client(self, name: str) -> Client:
        if name not in self._clients:
            self._clients[name] = Client(*self._address)
            if self._protocol == 3:
                self._clients[name].ask("HELLO 3")
        return self._clients[name]


# -- normalisers ------------------------------------------------------------------------------------------------------


def normalised(name: str, replies: list[bytes]) -> object:
    """The replies as they are, or without what the normaliser called `name` takes out."""
    return NORMALISERS[name](replies) if name else replies


def parse(reply: bytes) -> Any:
    """A raw reply as nested tuples of (type byte, content), without any loss that matters here."""
    return _parse(reply, 0)[0]


def _parse(data: bytes, start: int) -> tuple[Any, int]:
    end = data.index(b"\r\n", start)
    kind, rest = data[start : start + 1].decode(), data[start + 1 : end]
    end += 2
    if kind in "$=" and rest != b"-1":
        return (kind, data[end : end + int(rest)]), end + int(rest) + 2
    if kind in "*~>%" and rest != b"-1":
        items = []
        for _ in range(int(rest) * (2 if kind == "%" else 1)):
            item, end = _parse(data, end)
            items.append(item)
        return (kind, items), end
    return (kind, rest), end


def _id(replies: list[bytes]) -> object:
    """HELLO: the client's number."""
    return [re.sub(rb"(\r\nid\r\n):[0-9]+", rb"\1:ID", reply) for reply in replies]


def _kind(replies: list[bytes]) -> object:
    """Only the type of the reply."""
    return [reply[:1] for reply in replies]


def _but_texts(replies: list[bytes]) -> object:
    """COMMAND DOCS: the facts, but not the words; this server does not document arguments."""
    documents = [parse(reply) for reply in replies]
    return [
        (kind, name, [_facts(fact) for fact in zip(facts[1][:8:2], facts[1][1:8:2], strict=True)])
        for kind, (name, facts) in documents
    ]


def _facts(fact: tuple[Any, Any]) -> Any:
    return fact[0] if fact[0][1] in (b"summary", b"complexity") else fact


def _sorted(replies: list[bytes]) -> object:
    """An array whose order means nothing."""
    return [(kind, sorted(items)) for kind, items in map(parse, replies)]


def _page(replies: list[bytes]) -> object:
    """A page of a scan: the cursor, and members whose order means nothing."""
    return [items if kind == "-" else (items[0], sorted(items[1][1])) for kind, items in map(parse, replies)]


def _pairs(replies: list[bytes]) -> object:
    """A map whose order means nothing."""
    return [
        (kind, items if kind == "-" else sorted(zip(items[::2], items[1::2], strict=True)))
        for kind, items in map(parse, replies)
    ]


def _roughly(replies: list[bytes]) -> object:
    """A time that runs."""
    return [Near(int(reply[1:])) for reply in replies]


@dataclass(eq=False)
class Near:
    """A number that equals its neighbours within half a per cent; a negative one means something else than time."""

    value: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Near) and abs(self.value - other.value) <= max(self.value, 0) / 200


def _times(replies: list[bytes]) -> object:
    """Streams: when something happened, or how long ago, but whether it was just now, some time ago, or a date."""
    return [_without_times(parse(reply)) for reply in replies]


def _without_times(tree: Any) -> Any:
    if not isinstance(tree[1], list):
        return tree
    items = [_without_times(item) for item in tree[1]]
    kinds = "".join(kind for kind, _ in items)
    if kinds in ("$$::", "$::"):
        items[-2] = _age(items[-2])
    for position, item in enumerate(items[:-1]):
        if item in (("$", b"idle"), ("$", b"seen-time")):
            items[position + 1] = _age(items[position + 1])
    return tree[0], items


def _age(item: tuple[str, bytes]) -> tuple[str, str]:
    time = int(item[1])
    return item[0], "just now" if time < 100_000 else "some time ago" if time < 10**12 else "a date"


def _fields(replies: list[bytes]) -> object:
    """CLIENT INFO: the names of the fields, and the values of those that do not depend on the server."""
    stable = b"name db sub psub ssub multi cmd user resp flags redir events".split()
    fields = [tuple(field.split(b"=", 1)) for reply in replies for field in parse(reply)[1].split()]
    return [reply[:1] for reply in replies], [(name, value if name in stable else b"") for name, value in fields]


def _slow_log(replies: list[bytes]) -> object:
    """SLOWLOG GET: the requests and names; neither numbers nor times nor addresses."""
    return [(kind, [(entry[3], entry[5]) for _, entry in entries]) for kind, entries in map(parse, replies)]


def _sections(replies: list[bytes]) -> object:
    """INFO: the titles of the sections."""
    return [reply[:1] for reply in replies], [re.findall(rb"# \w+\r\n", reply) for reply in replies]


def _average_ttl(replies: list[bytes]) -> object:
    return [re.sub(rb"avg_ttl=[0-9]+", b"avg_ttl=T", parse(reply)[1]) for reply in replies]


def _but_subcommands(replies: list[bytes]) -> object:
    """COMMAND INFO of containers, without the subcommands: this server does not have all of them."""
    return [[entry[:9] for _, entry in parse(reply)[1]] for reply in replies]


NORMALISERS: dict[str, Callable[[list[bytes]], object]] = {
    "id": _id,
    "kind": _kind,
    "but texts": _but_texts,
    "sorted": _sorted,
    "pairs": _pairs,
    "page": _page,
    "roughly": _roughly,
    "times": _times,
    "fields": _fields,
    "sections": _sections,
    "slow log": _slow_log,
    "average ttl": _average_ttl,
    "but subcommands": _but_subcommands,
}
