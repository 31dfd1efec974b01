"""The replies of several nodes to one request, made one.

What belongs here: the ways to do that, as a table. Which command wants which is `policies`' to say. Source: the tips of
commands (`response_policy`), as servers and their documentation tell them; the ways without a tip are marked as ours.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from framewire.frames.resp import Verbatim
from framewire.redis.client.errors import InvalidResponse
from framewire.redis.cluster.partial import failure_of

__all__ = ["Combine", "combine"]


class Combine(StrEnum):
    """How replies become one. The values are the policies of tips, or words of our own.

    DEFAULT: arrays and sets one behind the other, maps merged; of anything else the first node's.
    ONE_SUCCEEDED: the first that is no error. ALL_SUCCEEDED: the first one's.
    AND, OR, MIN, MAX, SUM: of numbers, or of lists of them place by place.
    BY_NODE: a dict of all, by the text of the node's address (`host:port`). Tips call it special.
    SOME (ours): one at random of those that are not null.
    UNION (ours): all items of arrays, each once.
    COUNTS (ours): name, number, name, number, ...: the numbers added up.
    TEXTS (ours): texts, one behind the other.
    """

    DEFAULT = ""
    ONE_SUCCEEDED = "one_succeeded"
    ALL_SUCCEEDED = "all_succeeded"
    AND = "agg_logical_and"
    OR = "agg_logical_or"
    MIN = "agg_min"
    MAX = "agg_max"
    SUM = "agg_sum"
    BY_NODE = "by_node"
    SOME = "some"
    UNION = "union"
    COUNTS = "counts"
    TEXTS = "texts"


def combine(
    how: Combine, command: str, replies: Mapping[Any, Any], *, chance: Callable[[], float] = random.random
) -> Any:
    """One reply of `replies`, by node, in the order in which the nodes were asked; exceptions stand among them.

    `command` is its name for errors. Linear in the replies; nothing is decoded or shaped. Each `chance()` is a number
    from 0 to below 1.

    Raises what `partial.failure_of` says where a node has failed (with ONE_SUCCEEDED: where all have), and
    `InvalidResponse` where replies are not of the kind that the command gives.
    """
    if not replies:
        raise ValueError(f"{command} has no replies: it was sent to no node")
    values = list(replies.values())
    failure = failure_of(command, list(replies), values)
    if failure is not None and (how is not Combine.ONE_SUCCEEDED or _all_failed(values)):
        raise failure
    if how is Combine.BY_NODE:
        return {str(node): reply for node, reply in replies.items()}
    if how is Combine.SOME:
        return _some(values, chance)
    try:
        return _WAYS[how](values)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidResponse(f"the replies of {len(values)} nodes to {command} do not go together: {error}") from error


def _all_failed(replies: Sequence[Any]) -> bool:
    return all(isinstance(reply, Exception) for reply in replies)


# -- the ways ---------------------------------------------------------------------------------------------------------


def _default(replies: list[Any]) -> Any:
    first = replies[0]
    if isinstance(first, dict):
        return {key: value for reply in replies for key, value in reply.items()}
    if isinstance(first, set):
        return set().union(*replies)
    if isinstance(first, list):
        return [item for reply in replies for item in reply]
    return first


def _first(replies: list[Any]) -> Any:
    return replies[0]


def _first_good(replies: list[Any]) -> Any:
    return next(reply for reply in replies if not isinstance(reply, Exception))


def _place_by_place(fold: Callable[[Sequence[Any]], Any]) -> Callable[[list[Any]], Any]:
    """The fold of numbers, and of lists of numbers."""

    def folded(replies: list[Any]) -> Any:
        if isinstance(replies[0], list):
            return [fold(numbers) for numbers in zip(*replies, strict=True)]
        return fold(replies)

    return folded


def _all(numbers: Sequence[Any]) -> int:
    return int(all(numbers))


def _any(numbers: Sequence[Any]) -> int:
    return int(any(numbers))


def _some(replies: list[Any], chance: Callable[[], float]) -> Any:
    found = [reply for reply in replies if reply is not None]
    return found[int(chance() * len(found))] if found else None


def _union(replies: list[Any]) -> Any:
    return list(dict.fromkeys(item for reply in replies for item in reply))


def _counts(replies: list[Any]) -> Any:
    """Each node names all that was asked for, in that order."""
    summed = _place_by_place(sum)([reply[1::2] for reply in replies])
    return [item for pair in zip(replies[0][::2], summed, strict=True) for item in pair]


def _texts(replies: list[Any]) -> Any:
    """As the first one is: bytes, or a verbatim string, which RESP3 has for some texts."""
    whole = b"".join(reply.data if isinstance(reply, Verbatim) else reply for reply in replies)
    return Verbatim(replies[0].format, whole) if isinstance(replies[0], Verbatim) else whole


_WAYS: Final[Mapping[Combine, Callable[[list[Any]], Any]]] = {
    Combine.DEFAULT: _default,
    Combine.ONE_SUCCEEDED: _first_good,
    Combine.ALL_SUCCEEDED: _first,
    Combine.AND: _place_by_place(_all),
    Combine.OR: _place_by_place(_any),
    Combine.MIN: _place_by_place(min),
    Combine.MAX: _place_by_place(max),
    Combine.SUM: _place_by_place(sum),
    Combine.UNION: _union,
    Combine.COUNTS: _counts,
    Combine.TEXTS: _texts,
}
