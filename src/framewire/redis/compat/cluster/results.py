"""What redis-py makes of the results of several nodes: often a dict of them by node, and for some commands one.

What belongs here: that, by command. Results are in their shapes already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from framewire.redis.client.requests import words_of
from framewire.redis.exchange.calls import Request

__all__ = ["result_of"]

ByNode = Mapping[str, Any]


def _all(results: ByNode) -> bool:
    return all(results.values())


def _sum(results: ByNode) -> Any:
    return sum(results.values())


def _union(results: ByNode) -> list[Any]:
    """Each item once, in no order."""
    return list({item for result in results.values() for item in result})


def _counts(results: ByNode) -> list[tuple[Any, int]]:
    totals: dict[Any, int] = {}
    for result in results.values():
        for channel, count in result:
            totals[channel] = totals.get(channel, 0) + count
    return list(totals.items())


def _any(results: ByNode) -> int:
    return int(any(results.values()))


def _last(results: ByNode) -> Any:
    return list(results.values())[-1]


def _place_by_place(results: ByNode) -> list[bool]:
    return [all(flags) for flags in zip(*results.values(), strict=True)]


def _page(results: ByNode) -> tuple[dict[str, int], list[Any]]:
    """The cursors of SCAN by node, and the keys of all."""
    return {node: page[0] for node, page in results.items()}, [key for page in results.values() for key in page[1]]


_WAYS: Final[Mapping[tuple[bytes, ...], Callable[[ByNode], Any]]] = {
    **dict.fromkeys(((b"PUBSUB", b"NUMSUB"), (b"PUBSUB", b"SHARDNUMSUB")), _counts),
    (b"PUBSUB", b"NUMPAT"): _sum,
    **dict.fromkeys(((b"KEYS",), (b"PUBSUB", b"CHANNELS"), (b"PUBSUB", b"SHARDCHANNELS")), _union),
    **dict.fromkeys(
        (
            (b"PING",), (b"CONFIG", b"SET"), (b"CONFIG", b"REWRITE"), (b"CONFIG", b"RESETSTAT"), (b"BGSAVE",),
            (b"CLIENT", b"SETNAME"), (b"SLOWLOG", b"RESET"), (b"SAVE",), (b"MEMORY", b"PURGE"), (b"CLIENT", b"PAUSE"),
            (b"CLIENT", b"UNPAUSE"), (b"SCRIPT", b"FLUSH"),
        ),
        _all,
    ),
    (b"DBSIZE",): _sum,
    (b"CLIENT", b"UNBLOCK"): _any,
    (b"SCAN",): _page,
    (b"SCRIPT", b"LOAD"): _last,
    (b"SCRIPT", b"EXISTS"): _place_by_place,
}  # fmt: skip
"""By a command's first word, or the first and the second."""


def result_of(request: Request, results: ByNode) -> Any:
    """What a method returns: one result for these commands, the only one where there is one, else all by node.

    Raises what it finds among the results that cannot be joined as they are: `TypeError` for text under a callback that
    a user has set.
    """
    words = tuple(word.upper() for word in words_of(request[:2]))
    way = _WAYS.get(words) or _WAYS.get(words[:1])
    if way is not None:
        return way(results)
    return next(iter(results.values())) if len(results) == 1 else dict(results)
