"""Results as redis-py has them, where ours are other ones.

What belongs here: for each such command, what becomes of our result. redis-py's are those that it documents: the shapes
of RESP2, whatever is on the wire. `docs/from-redis-py.md` says which they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from framewire.frames.decimals import format_double
from framewire.redis.exchange.calls import Shape

__all__ = ["casting", "converted"]

Convert = Callable[[Any], Any]


def _score(score: float) -> bytes:
    """A score as RESP2 writes it: without a fraction where it has none."""
    return b"%d" % score if float(score).is_integer() else format_double(score)


def casting(cast: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What is to be called with a score, as bytes, where redis-py does so: for all casts that a user has made."""
    return cast if cast in (float, int) else lambda score: cast(_score(score))


# -- what becomes of our results ------------------------------------------------------------------------------------


def _true_or_none(value: Any) -> Any:
    """SET: `None` where the condition did not hold."""
    return None if value is False else value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _numbers(value: list[Any]) -> list[Any]:
    return [_number(item) for item in value]


def _flat(value: Any) -> Any:
    """Pairs one behind the other."""
    if not isinstance(value, list) or not value or not isinstance(value[0], tuple):
        return value
    return [item for pair in value for item in pair]


def _flat_scores(value: Any) -> Any:
    """Members, and their scores as the server wrote them."""
    if not isinstance(value, list) or not value or not isinstance(value[0], tuple):
        return value
    return [item for member, score in value for item in (member, _score(score))]


def _popped(value: Any) -> Any:
    """LMPOP and ZMPOP: lists in place of tuples, scores as the server wrote them."""
    if value is None:
        return None
    key, found = value
    return [key, [[item[0], _score(item[1])] if isinstance(item, tuple) else item for item in found]]


def _streams(value: Any) -> Any:
    """XREAD: a list of streams."""
    return [[name, entries] for name, entries in value.items()] if isinstance(value, dict) else value


def _listed(value: Any) -> Any:
    return list(value)


def _ids(value: Any) -> Any:
    """XAUTOCLAIM with JUSTID: the ids alone."""
    return value[1]


def _matches(value: Any) -> Any:
    """LCS IDX: names and values by turns."""
    if not isinstance(value, dict):
        return value
    return [item for name, part in value.items() for item in (_bytes(name), _lists(part))]


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, (list, tuple)) else value


def _bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _all_bytes(value: Any) -> Any:
    return [_all_bytes(item) for item in value] if isinstance(value, (list, tuple)) else _bytes(value)


def _texts(value: Any) -> Any:
    return [item.decode("utf-8", "replace") if isinstance(item, bytes) else item for item in value]


def _spelled(value: Any) -> Any:
    """Records as names and values by turns, words as bytes."""
    if isinstance(value, dict):
        return [_spelled(item) for pair in value.items() for item in pair]
    return [_spelled(item) for item in value] if isinstance(value, list) else _bytes(value)


def _ok_bytes(value: Any) -> Any:
    return b"OK" if value is True else value


def _migrated(value: Any) -> Any:
    return b"OK" if value else b"NOKEY"


def _ranked(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _tracked(value: dict[str, Any]) -> list[Any]:
    return [item for pair in value.items() for item in pair]


_CONVERTS: Final[dict[tuple[bytes, ...], Convert]] = {
    (b"SET",): _true_or_none,
    (b"HSETNX",): _number,
    (b"HSETEX",): _number,
    (b"SISMEMBER",): _number,
    (b"PFADD",): _number,
    (b"SMISMEMBER",): _numbers,
    (b"HRANDFIELD",): _flat,
    (b"ZRANDMEMBER",): _flat_scores,
    (b"ZDIFF",): _flat_scores,
    (b"LMPOP",): _popped,
    (b"BLMPOP",): _popped,
    (b"ZMPOP",): _popped,
    (b"BZMPOP",): _popped,
    (b"XREAD",): _streams,
    (b"XREADGROUP",): _streams,
    (b"XAUTOCLAIM",): _listed,
    (b"XAUTOCLAIM", b"JUSTID"): _ids,
    (b"LCS",): _matches,
    (b"ACL", b"DRYRUN"): _bytes,
    (b"CLIENT", b"UNPAUSE"): _ok_bytes,
    (b"RESTORE",): _ok_bytes,
    (b"REPLICAOF",): _ok_bytes,
    (b"MIGRATE",): _migrated,
    (b"ZRANK",): _ranked,
    (b"ZREVRANK",): _ranked,
    (b"CLIENT", b"TRACKINGINFO"): _tracked,
    (b"FUNCTION", b"LIST"): _spelled,
    (b"FUNCTION", b"STATS"): _spelled,
    (b"CLUSTER", b"MYID"): _bytes,
    (b"CLUSTER", b"BUMPEPOCH"): _bytes,
    (b"CLUSTER", b"GETKEYSINSLOT"): _texts,
    (b"LATENCY", b"LATEST"): _lists,
    (b"LATENCY", b"HISTORY"): _lists,
    (b"COMMAND", b"LIST"): _all_bytes,
    (b"COMMAND", b"GETKEYS"): _texts,
    (b"COMMAND", b"GETKEYSANDFLAGS"): _all_bytes,
}
"""By a command's first word, or the first and the second; of XAUTOCLAIM, the first and the last."""

_SEVERAL: Final = frozenset(words[0] for words in _CONVERTS if len(words) > 1)
_FIRST: Final = {words[0]: convert for words, convert in _CONVERTS.items() if len(words) == 1}


def _convert_of(request: tuple[Any, ...]) -> Convert | None:
    first = request[0]
    if first in _SEVERAL:
        second = b"JUSTID" if request[-1] == b"JUSTID" else request[1] if len(request) > 1 else b""
        return _CONVERTS.get((first, second)) or _FIRST.get(first)
    return _FIRST.get(first)


def converted(request: tuple[Any, ...], shape: Shape | None) -> Shape | None:
    """What makes redis-py's result of the reply to `request`: `shape`, and then what becomes of it."""
    convert = _convert_of(request)
    if convert is None:
        return shape
    if shape is None:
        return convert
    inner, outer = shape, convert
    return lambda reply: outer(inner(reply))
