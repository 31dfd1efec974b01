"""Keyspace events: their names, and the letters of `notify-keyspace-events` that ask for them.

What belongs here: facts about Redis' notifications that servers and listeners need; nothing is published here.
"""

from __future__ import annotations

__all__ = ["ALL_CLASSES", "EVENT_CLASSES", "canonical_flags"]

_CLASSES: dict[str, str] = {
    "g": "del expire persist rename_from rename_to move_from move_to copy_to restore",
    "$": "set setrange setbit append incrby incrbyfloat",
    "l": "lpush rpush lpop rpop linsert lset lrem ltrim sortstore",
    "s": "sadd srem spop sunionstore sinterstore sdiffstore",
    "h": "hset hdel hincrby hincrbyfloat",
    "z": "zadd zincr zrem zremrangebyscore zremrangebyrank zremrangebylex zpopmin zpopmax "
    "zunionstore zinterstore zdiffstore zrangestore geosearchstore georadiusstore",
    "x": "expired",
    "e": "evicted",
    "t": "xadd xdel xtrim xsetid xgroup-create xgroup-setid xgroup-destroy xgroup-createconsumer xgroup-delconsumer",
    "n": "new",
    "m": "keymiss",
}
EVENT_CLASSES: dict[bytes, str] = {event.encode(): flag for flag, names in _CLASSES.items() for event in names.split()}

ALL_CLASSES = "g$lshzxetd"  # what A stands for: everything but m and n; d, of modules, never happens here
_ORDER = ALL_CLASSES + "KEmn"


def canonical_flags(text: str) -> str | None:
    """The flags in Redis' order, A where it stands for all; `None` where one does not exist."""
    flags = set(text)
    if not flags <= set(_ORDER + "A"):
        return None
    if "A" in flags or flags >= set(ALL_CLASSES):
        return "A" + "".join(flag for flag in "KEmn" if flag in flags)
    return "".join(flag for flag in _ORDER if flag in flags)
