"""Requests and replies as text that a person can write down: `GET a`, `[:1 "two"]`, `-ERR no`, `%["a" ,1.5]`.

What belongs here: the notation, in which `differences.py` is written. It loses nothing: other replies, other texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.against.steps import Request

CLOSED = b"(closed)"

OPENING = {"*": "[", "~": "~[", ">": ">[", "%": "%["}


def arguments(request: Request) -> list[bytes]:
    parts = request.split(" ") if isinstance(request, str) else request
    return [part if isinstance(part, bytes) else part.encode() for part in parts]


def shown(request: Request) -> str:
    """A request on one line."""
    return " ".join(map(_text, arguments(request)))


def written(replies: list[bytes]) -> str:
    """Raw replies on one line."""
    return " ".join(write(parse(reply)) for reply in replies)


def written_in_a_row(data: bytes) -> str:
    """What came of a connection: raw replies, and perhaps its end, on one line."""
    trees = map(write, _in_a_row(data.removesuffix(CLOSED)))
    return " ".join([*trees, CLOSED.decode()] if data.endswith(CLOSED) else trees)


def replies_in(data: bytes) -> int:
    """How many replies have come of a connection that goes on."""
    return sum(1 for _ in _in_a_row(data)) if data.endswith(b"\r\n") else 0


def _in_a_row(data: bytes) -> Iterator[Any]:
    start = 0
    while start < len(data):
        tree, start = _parse(data, start)
        yield tree


def write(tree: Any) -> str:
    """A parsed reply. What a normaliser has put in the place of something else stands there as it is."""
    if isinstance(tree, str):
        return tree
    kind, content = tree
    if isinstance(content, list):
        return OPENING[kind] + " ".join(map(write, content)) + "]"
    if kind in "$=" and content != b"-1":
        return f'{kind.strip("$")}"{_text(content)}"'
    return f"{kind}{_text(content)}"


def _text(data: bytes) -> str:
    return data.decode("latin-1").encode("unicode_escape").decode()


def parse(reply: bytes) -> Any:
    """A raw reply as nested tuples of (type byte, content), without any loss that matters here."""
    return CLOSED.decode() if reply == CLOSED else _parse(reply, 0)[0]


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
