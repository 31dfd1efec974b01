"""Methods that redis-py has and our clients have not, and those that it has otherwise.

What belongs here: commands that change a link, which our clients leave to `execute`; what redis-py refuses before it
sends anything; and what it allows beyond ours.
"""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Any

from framewire.redis.client.commands.all import Commands
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import ok, plain
from framewire.redis.client.shapes.records import word
from framewire.redis.compat.results import casting
from framewire.redis.exchange.calls import Shape

__all__ = ["Methods"]


class LinkMethods(Commands[Any]):
    """Commands that change a link: on a client with a connection of its own, `Redis(single_connection_client=True)`."""

    def _run_on_link(self, request: tuple[Any, ...], shape: Shape | None) -> Any:
        """As `_run`; raises `SharedLinkError` where others use the link too."""
        raise NotImplementedError

    def select(self, index: int, **kwargs: Any) -> Any:
        """SELECT: another database."""
        return self._run_on_link((b"SELECT", index), ok)

    def auth(self, password: str, username: str | None = None, **kwargs: Any) -> Any:
        """AUTH: another user."""
        return self._run_on_link((b"AUTH", password) if username is None else (b"AUTH", username, password), ok)

    def client_setname(self, name: str, **kwargs: Any) -> Any:
        """CLIENT SETNAME. On a shared connection it is forgotten when that is made anew: see `client_name`."""
        return self._run_on_link((b"CLIENT", b"SETNAME", name), ok)

    def client_setinfo(self, attr: str, value: str, **kwargs: Any) -> Any:
        """CLIENT SETINFO. On a shared connection it is forgotten when that is made anew: see `lib_name`."""
        return self._run_on_link((b"CLIENT", b"SETINFO", attr, value), ok)

    def client_no_evict(self, mode: str) -> Any:
        """CLIENT NO-EVICT."""
        return self._run_on_link((b"CLIENT", b"NO-EVICT", mode), plain)

    def client_no_touch(self, mode: str) -> Any:
        """CLIENT NO-TOUCH."""
        return self._run_on_link((b"CLIENT", b"NO-TOUCH", mode), plain)

    def client_reply(self, reply: str, **kwargs: Any) -> Any:
        """CLIENT REPLY."""
        return self._run_on_link((b"CLIENT", b"REPLY", reply), plain)

    def client_tracking_on(self, *args: Any, **kwargs: Any) -> Any:
        """CLIENT TRACKING ON, with the options of `client_tracking`."""
        return self.client_tracking(True, *args, **kwargs)

    def client_tracking_off(self, *args: Any, **kwargs: Any) -> Any:
        """CLIENT TRACKING OFF, with the options of `client_tracking`."""
        return self.client_tracking(False, *args, **kwargs)

    def client_tracking(
        self, on: bool = True, clientid: int | None = None, prefix: Any = (), bcast: bool = False, optin: bool = False,
        optout: bool = False, noloop: bool = False, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """CLIENT TRACKING. For client-side caching, use `framewire.redis.Client(cache=...)`."""
        if prefix and not bcast:
            raise DataError("a prefix is for bcast=True")
        request: list[Any] = [b"CLIENT", b"TRACKING", b"ON" if on else b"OFF"]
        if clientid is not None:
            request += [b"REDIRECT", clientid]
        for each in prefix:
            request += [b"PREFIX", each]
        words = {b"BCAST": bcast, b"OPTIN": optin, b"OPTOUT": optout, b"NOLOOP": noloop}
        return self._run_on_link((*request, *(word for word, asked in words.items() if asked)), plain)

    def quit(self, **kwargs: Any) -> Any:
        """QUIT."""
        return self._run_on_link((b"QUIT",), ok)

    def reset(self) -> Any:
        """RESET."""
        return self._run_on_link((b"RESET",), word)

    def readonly(self, **kwargs: Any) -> Any:
        """READONLY."""
        return self._run_on_link((b"READONLY",), ok)

    def readwrite(self, **kwargs: Any) -> Any:
        """READWRITE."""
        return self._run_on_link((b"READWRITE",), ok)


class Methods(LinkMethods):
    """What redis-py has otherwise."""

    def replicaof(self, *args: Any, **kwargs: Any) -> Any:
        """REPLICAOF: `("NO", "ONE")`, or a host and a port."""
        return self._run((b"REPLICAOF", *args), plain)

    def mget(self, keys: Any, *args: Any) -> Any:
        """MGET; nothing of no keys."""
        if not isinstance(keys, (bytes, str, memoryview)):
            keys = list(keys)
            if not keys and not args:
                return self._run((b"ECHO", b""), _nothing)
        ours: Any = super()
        return ours.mget(keys, *args)

    def hmset(self, name: Any, mapping: Any) -> Any:
        """HMSET."""
        warnings.warn("hmset is deprecated: use hset(name, mapping=...)", DeprecationWarning, stacklevel=2)
        ours: Any = super()
        return ours.hmset(name, mapping)

    def set(self, name: Any, value: Any, ex: Any = None, px: Any = None, *args: Any, **kwargs: Any) -> Any:
        """SET, with redis-py's positional arguments: `nx`, `xx`, `keepttl`, `get`, `exat` and `pxat` follow."""
        for name_of_it, time in (("ex", ex), ("px", px)):
            if time is not None and not (isinstance(time, (int, timedelta)) or (str(time).isdigit())):
                raise DataError(f"{name_of_it} is an int or a timedelta, not {time!r}")
        ours: Any = super()
        return ours.set(name, value, ex, px, *args, **kwargs)

    def acl_genpass(self, bits: Any = None, **kwargs: Any) -> Any:
        """ACL GENPASS."""
        if bits is not None and not (str(bits).isdigit() and 1 <= int(bits) <= 4096):
            raise DataError(f"a password has from 1 to 4096 bits, not {bits!r}")
        ours: Any = super()
        return ours.acl_genpass(bits)

    def client_kill_filter(self, *args: Any, skipme: Any = None, **kwargs: Any) -> Any:
        """CLIENT KILL with filters."""
        if skipme is not None and not isinstance(skipme, bool):
            raise DataError("skipme is True or False")
        ours: Any = super()
        return ours.client_kill_filter(*args, skipme=skipme, **kwargs)

    def xautoclaim(
        self, name: Any, groupname: Any, consumername: Any, min_idle_time: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """XAUTOCLAIM."""
        if int(min_idle_time) < 0:
            raise DataError(f"min_idle_time is 0 or more, not {min_idle_time}")
        if kwargs.get("count") is not None and int(kwargs["count"]) < 0:
            raise DataError(f"count is 0 or more, not {kwargs['count']}")
        ours: Any = super()
        return ours.xautoclaim(name, groupname, consumername, min_idle_time, *args, **kwargs)

    def xpending_range(
        self, name: Any, groupname: Any, min: Any, max: Any, count: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """XPENDING of a range."""
        if min is None or max is None or count is None:
            raise DataError("min, max and count are all needed")
        for what, number in (("count", count), ("idle", kwargs.get("idle"))):
            if number is not None and int(number) < 0:
                raise DataError(f"{what} is 0 or more, not {number}")
        ours: Any = super()
        return ours.xpending_range(name, groupname, min, max, count, *args, **kwargs)

    # What redis-py leaves to the server to refuse, and its users expect from there:

    def zrem(self, name: Any, *values: Any) -> Any:
        """ZREM."""
        return self._run((b"ZREM", name, *values))

    def delete(self, *names: Any) -> Any:
        """DEL."""
        return self._run((b"DEL", *names))

    def lcs(self, key1: Any, key2: Any, len: Any = False, idx: Any = False, *args: Any, **kwargs: Any) -> Any:
        """LCS."""
        if len and idx:
            return self._run((b"LCS", key1, key2, b"LEN", b"IDX"))
        ours: Any = super()
        return ours.lcs(key1, key2, len, idx, *args, **kwargs)

    def command_list(self, module: Any = None, category: Any = None, pattern: Any = None) -> Any:
        """COMMAND LIST."""
        filters = {b"MODULE": module, b"ACLCAT": category, b"PATTERN": pattern}
        words = [word for kind, value in filters.items() if value is not None for word in (b"FILTERBY", kind, value)]
        return self._run((b"COMMAND", b"LIST", *words), plain)

    def script_flush(self, sync_type: Any = None) -> Any:
        """SCRIPT FLUSH."""
        if sync_type is not None and str(sync_type).upper() not in ("SYNC", "ASYNC"):
            raise DataError(f"sync_type is SYNC or ASYNC, not {sync_type!r}")
        ours: Any = super()
        return ours.script_flush(sync_type)

    def geosearch(self, *args: Any, unit: Any = "m", **kwargs: Any) -> Any:
        """GEOSEARCH."""
        if str(unit).lower() not in ("m", "km", "mi", "ft"):
            raise DataError(f"unit is m, km, mi or ft, not {unit!r}")
        ours: Any = super()
        return ours.geosearch(*args, unit=unit, **kwargs)


def _nothing(reply: Any) -> list[Any]:
    return []


def _with_cast(name: str) -> Any:
    """The method of this name, whose `score_cast_func` is called with the score as redis-py has it."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if "score_cast_func" in kwargs:
            kwargs["score_cast_func"] = casting(kwargs["score_cast_func"])
        return getattr(super(Methods, self), name)(*args, **kwargs)

    method.__name__ = name
    method.__doc__ = getattr(Commands, name).__doc__
    return method


for _name in ("zrange", "zrevrange", "zrangebyscore", "zrevrangebyscore", "zunion", "zinter", "zrank", "zrevrank"):
    setattr(Methods, _name, _with_cast(_name))


def _refused(words: str) -> Any:
    """A method that redis-py has, and refuses to run."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{words} is for people: redis-py does not run it but by execute_command({words!r})")

    method.__doc__ = f"{words}: raises `NotImplementedError`, as redis-py's does."
    return method


for _words in ("HELLO", "DEBUG SEGFAULT", "SCRIPT DEBUG", "MEMORY HELP"):
    setattr(Methods, _words.lower().replace(" ", "_"), _refused(_words))
