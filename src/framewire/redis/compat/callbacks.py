"""What becomes of replies to commands that a user words: `execute_command("CLIENT LIST")`.

What belongs here: for each name that redis-py knows a callback of, the shape that makes its result. Users may replace
them, for methods too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from framewire.redis.client.shapes.acl import log, user
from framewire.redis.client.shapes.basic import flag, flags, floating, mapping, members, ok, pairs, plain, scored
from framewire.redis.client.shapes.clients import client_info, clients, pong
from framewire.redis.client.shapes.cluster import cluster_info, nodes
from framewire.redis.client.shapes.geo import hashes, positions
from framewire.redis.client.shapes.info import info
from framewire.redis.client.shapes.introspection import command_infos
from framewire.redis.client.shapes.lists import popped
from framewire.redis.client.shapes.observing import memory_stats, slow_commands
from framewire.redis.client.shapes.records import records, word, words
from framewire.redis.client.shapes.scans import page_of_items, page_of_pairs, page_of_scores
from framewire.redis.client.shapes.server import config, debugged, instant, modules, moment
from framewire.redis.client.shapes.sorted_sets import one_popped, scores
from framewire.redis.client.shapes.streams import entries, pending_summary, read, stream_info
from framewire.redis.compat.results import converted
from framewire.redis.compat.sentinel_shapes import CALLBACKS as SENTINELS
from framewire.redis.exchange.calls import Shape

__all__ = ["Callbacks"]

Callback = Callable[..., Any]


def _named(names: str, shape: Shape) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), shape)


_SHAPES: Final[Mapping[str, Shape]] = {
    **_named(
        "COPY EXPIRE EXPIREAT HEXISTS HMSET MOVE MSETNX PERSIST PEXPIRE PEXPIREAT PSETEX RENAMENX SETEX SETNX SMOVE",
        flag,
    ),
    **_named(
        "ASKING AUTH FLUSHALL FLUSHDB LSET LTRIM MSET PFMERGE QUIT READONLY READWRITE RENAME SAVE SELECT SET SHUTDOWN"
        " SLAVEOF REPLICAOF SWAPDB UNWATCH WATCH BGSAVE BGREWRITEAOF",
        ok,
    ),
    **_named("GEODIST HINCRBYFLOAT INCRBYFLOAT ZINCRBY ZSCORE", floating),
    **_named("SDIFF SINTER SMEMBERS SUNION", members),
    **_named("XRANGE XREVRANGE", entries),
    **_named("BLPOP BRPOP", popped),
    **_named("BZPOPMAX BZPOPMIN", one_popped),
    **_named("ZPOPMAX ZPOPMIN", scored),
    **_named("XREAD XREADGROUP", read),
    **_named("SCAN SSCAN", page_of_items),
    **dict.fromkeys(("ACL LOAD", "ACL SAVE", "ACL SETUSER"), ok),
    **dict.fromkeys(("CLIENT PAUSE", "CLIENT SETINFO", "CLIENT SETNAME"), ok),
    **dict.fromkeys(("CONFIG RESETSTAT", "CONFIG SET"), ok),
    **dict.fromkeys(("FUNCTION DELETE", "FUNCTION FLUSH", "FUNCTION RESTORE"), ok),
    **dict.fromkeys(("SCRIPT FLUSH", "SCRIPT KILL", "MEMORY PURGE", "SLOWLOG RESET"), ok),
    **dict.fromkeys(("XGROUP CREATE", "XGROUP SETID"), ok),
    **dict.fromkeys(("ACL CAT", "ACL HELP", "ACL LIST", "ACL USERS"), words),
    **dict.fromkeys(("ACL GENPASS", "ACL WHOAMI", "CLIENT GETNAME", "SCRIPT LOAD"), word),
    **dict.fromkeys(("XINFO CONSUMERS", "XINFO GROUPS"), records),
    **dict.fromkeys(("PUBSUB NUMSUB", "PUBSUB SHARDNUMSUB"), pairs),
    "ACL GETUSER": user,
    "ACL LOG": log,
    "CLIENT INFO": client_info,
    "CLIENT LIST": clients,
    "CLIENT UNBLOCK": flag,
    "CLUSTER INFO": cluster_info,
    "CLUSTER NODES": nodes,
    "COMMAND": command_infos,
    "CONFIG GET": config,
    "DEBUG OBJECT": debugged,
    "HSCAN": page_of_pairs,
    "GEOHASH": hashes,
    "GEOPOS": positions,
    "HGETALL": mapping,
    "INFO": info,
    "LASTSAVE": moment,
    "MEMORY STATS": memory_stats,
    "MODULE LIST": modules,
    "PING": pong,
    "SCRIPT EXISTS": flags,
    "SLOWLOG GET": slow_commands,
    "TIME": instant,
    "XGROUP DESTROY": flag,
    "XINFO STREAM": stream_info,
    "XPENDING": pending_summary,
    "ZMSCORE": scores,
    "ZSCAN": page_of_scores,
    **SENTINELS,
}


class Callbacks(dict[str, Callback]):
    """Callbacks by name, in any case of letters. `own` are those that a user has set."""

    def __init__(self) -> None:
        super().__init__(_DEFAULTS)
        self.own: set[str] = set()

    def __getitem__(self, name: str) -> Callback:
        return super().__getitem__(name.upper())

    def __setitem__(self, name: str, callback: Callback) -> None:
        self.own.add(name.upper())
        super().__setitem__(name.upper(), callback)

    def __delitem__(self, name: str) -> None:
        self[name] = plain  # the reply as it is, for methods too
        super().__delitem__(name.upper())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.upper())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.upper(), default)

    def set_for(self, request: tuple[Any, ...]) -> Callback | None:
        """What a user has set for the command of `request`, if anything."""
        if not self.own:
            return None
        for name in (" ".join(map(_text, request[:2])), _text(request[0])):
            if name in self.own:
                callback: Callback = super().get(name, plain)
                return callback
        return None


def _text(word: Any) -> str:
    return (word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word)).upper()


def _callback(name: str, shape: Shape) -> Callback:
    return converted(tuple(word.encode() for word in name.split()), shape) or shape


_DEFAULTS: Final = {name: _callback(name, shape) for name, shape in _SHAPES.items()}
