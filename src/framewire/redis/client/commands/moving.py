"""Values on their way: DUMP, RESTORE, MIGRATE, and waiting until replicas have them.

What belongs here: the commands of Redis' group "generic" that carry values out of a server, or into one.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.arguments import (
    Expiry,
    ExpiryTime,
    Key,
    Keys,
    at_most_one,
    listed,
    milliseconds,
    unix_milliseconds,
)
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import ok
from framewire.redis.client.shapes.keys import migrated

__all__ = ["Moving"]


class Moving(Runs[S]):
    """Values that leave a server, or come to it."""

    @command
    def dump(self, name: Key) -> Reply[bytes | None]:
        """DUMP: what the key holds, in the server's own form, for `restore`; `None` where it is not there.

        Always bytes, in text views too. O(N) of the value.
        """
        return self._run_raw((b"DUMP", name))

    @command
    def restore(
        self, name: Key, ttl: Expiry | ExpiryTime, value: bytes | bytearray | memoryview, replace: bool = False,
        absttl: bool = False, idletime: int | None = None, frequency: int | None = None,
    ) -> Reply[bool]:  # fmt: skip
        """RESTORE: let the key hold what `dump` gave. `True`; an error where there is one and `replace` is not said.

        It lives `ttl` milliseconds, for ever with 0; with `absttl`, `ttl` is a Unix time in milliseconds. `idletime`
        (seconds) or `frequency` is what eviction will think of it. O(N) of the value.
        """
        time = unix_milliseconds(_point(ttl)) if absttl else milliseconds(_duration(ttl))
        request: tuple[Any, ...] = (b"RESTORE", name, time, value)
        if replace:
            request += (b"REPLACE",)
        if absttl:
            request += (b"ABSTTL",)
        if idletime is not None or frequency is not None:
            at_most_one(idletime=idletime, frequency=frequency)
            request += (b"FREQ", frequency) if idletime is None else (b"IDLETIME", idletime)
        return self._run(request, ok)

    @command
    def migrate(
        self, host: str, port: int, keys: Keys, destination_db: int, timeout: int, copy: bool = False,
        replace: bool = False, auth: str | None = None, username: str | None = None,
    ) -> Reply[bool]:  # fmt: skip
        """MIGRATE: move keys to another server; `False` where there is none of them. O(N) of the values.

        The server waits at most `timeout` milliseconds for each step of the other one. `copy` keeps them here,
        `replace` allows for keys that are there already. `auth` is the password there, `username` goes with it.
        """
        request: tuple[Any, ...] = (b"MIGRATE", host, port, b"", destination_db, timeout)
        if copy:
            request += (b"COPY",)
        if replace:
            request += (b"REPLACE",)
        if auth is not None:
            request += (b"AUTH", auth) if username is None else (b"AUTH2", username, auth)
        elif username is not None:
            raise DataError("a username needs a password: auth")
        return self._run_blocking((*request, b"KEYS", *listed(keys)), migrated, None)

    @command
    def wait(self, num_replicas: int, timeout: int) -> Reply[int]:
        """WAIT: how many replicas have what this link wrote before, once there are `num_replicas` of them.

        Or fewer, after `timeout` milliseconds; 0 is for ever. The link is the point: use it behind the writes in one
        pipeline, or on a dedicated link. O(1).
        """
        return self._run_here((b"WAIT", num_replicas, timeout), None, timeout / 1000)

    @command
    def waitaof(self, num_local: int, num_replicas: int, timeout: int) -> Reply[list[int]]:
        """WAITAOF: as `wait`, for what is on disk: here (0 or 1), and at how many replicas. Since Redis 7.2. O(1)."""
        return self._run_here((b"WAITAOF", num_local, num_replicas, timeout), None, timeout / 1000)


def _point(ttl: Any) -> ExpiryTime:
    if hasattr(ttl, "total_seconds"):
        raise DataError("with absttl, ttl is a point in time, not a duration")
    return ttl  # type: ignore[no-any-return]


def _duration(ttl: Any) -> Expiry:
    if hasattr(ttl, "timestamp"):
        raise DataError("without absttl, ttl is a duration, not a point in time")
    return ttl  # type: ignore[no-any-return]
