"""A request whose keys are in several slots, in parts that each have one slot, and their replies made one again.

What belongs here: MGET, MSET, DEL, UNLINK, EXISTS and TOUCH (`routing.SPLIT`), which do to each key what they would do
to it alone. The parts are no transaction: others may come in between, and one part may fail while another is executed;
the error then says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from framewire._impl import pack_command
from framewire.redis.client.errors import InvalidResponse
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.partial import failure_of
from framewire.redis.exchange.calls import Request
from framewire.redis.slots import slot_of

__all__ = ["Part", "check_form", "join", "split"]


class Part(NamedTuple):
    """What goes to one slot.

    keys: as the server sees them. indexes: which of the keys of the whole request they are, from 0 on.
    """

    slot: int
    request: Request
    keys: tuple[bytes, ...]
    indexes: list[int]


def split(request: Request) -> list[Part]:
    """The parts of a request that `routing.route` has called `InParts`, in the order of their first keys.

    Arguments are taken over as they are. Keys of one slot stay in their order, a key that stands twice does so in its
    part. Linear in the keys.
    """
    name, step = request[0], _step(request)
    keys = words_of(request[1::step])
    by_slot: dict[int, list[int]] = {}
    for index, key in enumerate(keys):
        by_slot.setdefault(slot_of(key), []).append(index)
    return [
        Part(slot, (name, *_arguments(request, indexes, step)), tuple(map(keys.__getitem__, indexes)), indexes)
        for slot, indexes in by_slot.items()
    ]


def check_form(request: Request) -> None:
    """Raise `EncodeError` where it has none on the wire. O(1) for large arguments that are bytes already."""
    pack_command(b"", *(word for word in request if type(word) is not bytes))


def _name(request: Request) -> bytes:
    return words_of(request[:1])[0].upper()


def _step(request: Request) -> int:
    return 2 if _name(request) == b"MSET" else 1


def _arguments(request: Request, indexes: list[int], step: int) -> list[object]:
    if step == 1:
        return [request[1 + index] for index in indexes]
    return [argument for index in indexes for argument in request[1 + index * step : 1 + (index + 1) * step]]


def join(request: Request, parts: Sequence[Part], replies: Sequence[Any]) -> Any:
    """The reply to `request`, from one to each of its `parts`: values in their order, OK, or a sum.

    Nothing is decoded or shaped. Replies may be exceptions: what is raised then is `partial.failure_of` those, with the
    parts named by their keys. Raises `InvalidResponse` where a reply is not of the kind that the command has.
    """
    name = _name(request).decode()
    failure = failure_of(name, [part.keys for part in parts], replies)
    if failure is not None:
        raise failure
    if name == "MGET":
        return _in_order(parts, replies)
    return replies[0] if name == "MSET" else _sum(name, replies)


def _in_order(parts: Sequence[Part], replies: Sequence[Any]) -> list[Any]:
    values: list[Any] = [None] * sum(len(part.indexes) for part in parts)
    for part, reply in zip(parts, replies, strict=True):
        if not isinstance(reply, list) or len(reply) != len(part.indexes):
            raise InvalidResponse(f"MGET of {len(part.indexes)} keys was answered with {_kind(reply)}")
        for index, value in zip(part.indexes, reply, strict=True):
            values[index] = value
    return values


def _sum(name: str, replies: Sequence[Any]) -> int:
    total = 0
    for reply in replies:
        if not isinstance(reply, int):
            raise InvalidResponse(f"{name} was answered with {_kind(reply)}, and not with a number")
        total += reply
    return total


def _kind(reply: Any) -> str:
    return f"{len(reply)} values" if isinstance(reply, list) else type(reply).__name__
