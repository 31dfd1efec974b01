"""How long keys live: EXPIRE, TTL and their kin.

What belongs here: the commands of Redis' group "generic" that set or tell when a key goes.
"""

from __future__ import annotations

from framewire.redis.client.arguments import (
    Expiry,
    ExpiryTime,
    Key,
    milliseconds,
    seconds,
    unix_milliseconds,
    unix_seconds,
)
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import flag

__all__ = ["KeyExpiry"]


class KeyExpiry(Runs[S]):
    """When keys go.

    Of the conditions, `nx` asks that the key has no expiry yet and `xx` that it has one; `gt` and `lt` that the new one
    is later, or earlier, than the one it has (a key without one lives for ever, as far as these two are concerned).
    """

    @command
    def expire(
        self, name: Key, time: Expiry, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Reply[bool]:
        """EXPIRE: let the key live `time` seconds from now. `False` where it is not there, or a condition fails. O(1).

        One that is to live 0 seconds or less is removed at once.
        """
        if nx or xx or gt or lt:
            return self._run((b"EXPIRE", name, seconds(time), *_condition(nx, xx, gt, lt)), flag)
        return self._run((b"EXPIRE", name, time if type(time) is int else seconds(time)), flag)

    @command
    def pexpire(
        self, name: Key, time: Expiry, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Reply[bool]:
        """PEXPIRE: let the key live `time` milliseconds from now; else as `expire`. O(1)."""
        if nx or xx or gt or lt:
            return self._run((b"PEXPIRE", name, milliseconds(time), *_condition(nx, xx, gt, lt)), flag)
        return self._run((b"PEXPIRE", name, time if type(time) is int else milliseconds(time)), flag)

    @command
    def expireat(
        self, name: Key, when: ExpiryTime, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Reply[bool]:
        """EXPIREAT: let the key live until `when`, in Unix seconds; else as `expire`. O(1)."""
        if nx or xx or gt or lt:
            return self._run((b"EXPIREAT", name, unix_seconds(when), *_condition(nx, xx, gt, lt)), flag)
        return self._run((b"EXPIREAT", name, unix_seconds(when)), flag)

    @command
    def pexpireat(
        self, name: Key, when: ExpiryTime, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Reply[bool]:
        """PEXPIREAT: let the key live until `when`, in Unix milliseconds; else as `expire`. O(1)."""
        if nx or xx or gt or lt:
            return self._run((b"PEXPIREAT", name, unix_milliseconds(when), *_condition(nx, xx, gt, lt)), flag)
        return self._run((b"PEXPIREAT", name, unix_milliseconds(when)), flag)

    @command
    def persist(self, name: Key) -> Reply[bool]:
        """PERSIST: let the key live for ever. `False` where it is not there, or did so already. O(1)."""
        return self._run((b"PERSIST", name), flag)

    @command
    def ttl(self, name: Key) -> Reply[int]:
        """TTL: how many seconds the key still lives; -1: for ever, -2: it is not there. O(1)."""
        return self._run((b"TTL", name))

    @command
    def pttl(self, name: Key) -> Reply[int]:
        """PTTL: how many milliseconds the key still lives; -1: for ever, -2: it is not there. O(1)."""
        return self._run((b"PTTL", name))

    @command
    def expiretime(self, key: Key) -> Reply[int]:
        """EXPIRETIME: the Unix second until which the key lives; -1: for ever, -2: it is not there. O(1)."""
        return self._run((b"EXPIRETIME", key))

    @command
    def pexpiretime(self, key: Key) -> Reply[int]:
        """PEXPIRETIME: the Unix millisecond until which the key lives; -1: for ever, -2: it is not there. O(1)."""
        return self._run((b"PEXPIRETIME", key))


def _condition(nx: bool, xx: bool, gt: bool, lt: bool) -> tuple[bytes, ...]:
    """The words for the conditions. Raises `DataError` for those that exclude one another."""
    if (nx and (xx or gt or lt)) or (gt and lt):
        raise DataError("nx excludes xx, gt and lt; gt excludes lt")
    if nx:
        return (b"NX",)
    order = (b"GT",) if gt else (b"LT",) if lt else ()
    return (b"XX", *order) if xx else order
