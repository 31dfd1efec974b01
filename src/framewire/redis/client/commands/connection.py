"""Links: PING, ECHO, CLIENT.

What belongs here: the commands of Redis' group "connection" that change nothing of the link they come by.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from framewire.redis.client.arguments import Expiry, Value, milliseconds
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import flag, ok
from framewire.redis.client.shapes.clients import Tracking, client_info, clients, pong, tracking
from framewire.redis.client.shapes.records import word

__all__ = ["Connections"]


class Connections(Runs[S]):
    """The server's links: this one, and those of others."""

    @signature
    def _ping(self) -> Reply[bool]:
        raise NotImplementedError

    @signature
    def _ping_back(self, message: Value) -> Reply[S]:
        raise NotImplementedError

    @either(_ping, _ping_back)
    def ping(self, message: Value | None = None) -> Reply[Any]:
        """PING: `True`, or `message`, once the server has answered. O(1)."""
        return self._run((b"PING",), pong) if message is None else self._run((b"PING", message))

    @command
    def echo(self, value: Value) -> Reply[S]:
        """ECHO: `value`, as the server has got it. O(1)."""
        return self._run((b"ECHO", value))

    @command
    def client_id(self) -> Reply[int]:
        """CLIENT ID: the number of this link, which the server gives no other one. O(1)."""
        return self._run((b"CLIENT", b"ID"))

    @command
    def client_getname(self) -> Reply[str | None]:
        """CLIENT GETNAME: the name of this link; `None` where it has none. O(1)."""
        return self._run((b"CLIENT", b"GETNAME"), word)

    @command
    def client_info(self) -> Reply[dict[str, str | int]]:
        """CLIENT INFO: what the server knows of this link, by its own names; numbers are `int`. O(1)."""
        return self._run((b"CLIENT", b"INFO"), client_info)

    @command
    def client_list(self, _type: str | None = None, client_id: Collection[int] = ()) -> Reply[list[dict[str, str]]]:
        """CLIENT LIST: what the server knows of its links, by its own names, as texts. O(N).

        `_type`: only the normal, master, replica or pubsub ones; `client_id`: only those with these numbers.
        """
        request: tuple[Any, ...] = (b"CLIENT", b"LIST")
        if _type is not None:
            request += (b"TYPE", _one_of(_type, "normal", "master", "replica", "pubsub"))
        return self._run((*request, b"ID", *client_id) if client_id else request, clients)

    @command
    def client_kill(self, address: str) -> Reply[bool]:
        """CLIENT KILL: close the link from `address` (`ip:port`). `True`; an error if there is none. O(N)."""
        return self._run((b"CLIENT", b"KILL", address), ok)

    @command
    def client_kill_filter(
        self, _id: int | str | None = None, _type: str | None = None, addr: str | None = None,
        skipme: bool | None = None, laddr: str | None = None, user: str | None = None, maxage: int | None = None,
    ) -> Reply[int]:  # fmt: skip
        """CLIENT KILL with filters: close the links that pass all of them; returns how many. O(N).

        Number, type, the client's address, the server's address, user, at least `maxage` seconds old (since Redis 7.4).
        This link is spared unless `skipme` is `False`.
        """
        request: tuple[Any, ...] = (b"CLIENT", b"KILL")
        if _type is not None:
            request += (b"TYPE", _one_of(_type, "normal", "master", "slave", "replica", "pubsub"))
        if skipme is not None:
            request += (b"SKIPME", b"YES" if skipme else b"NO")
        for name, value in ((b"ID", _id), (b"ADDR", addr), (b"LADDR", laddr), (b"USER", user), (b"MAXAGE", maxage)):
            if value is not None:
                request += (name, value)
        if len(request) == 2:
            raise DataError("CLIENT KILL needs at least one filter")
        return self._run(request)

    @command
    def client_pause(self, timeout: Expiry, all: bool = True) -> Reply[bool]:
        """CLIENT PAUSE: run nothing for `timeout` milliseconds; with `all=False`, nothing that writes. `True`. O(1)."""
        return self._run((b"CLIENT", b"PAUSE", milliseconds(timeout), b"ALL" if all else b"WRITE"), ok)

    @command
    def client_unpause(self) -> Reply[bool]:
        """CLIENT UNPAUSE: end what `client_pause` began. `True`. O(N) of the links that wait."""
        return self._run((b"CLIENT", b"UNPAUSE"), ok)

    @command
    def client_unblock(self, client_id: int, error: bool = False) -> Reply[bool]:
        """CLIENT UNBLOCK: let a link that waits in BLPOP or its like go on, as if its time were over. O(log N).

        With `error` it gets an error. `False` where it does not wait.
        """
        return self._run((b"CLIENT", b"UNBLOCK", client_id, b"ERROR" if error else b"TIMEOUT"), flag)

    @command
    def client_getredir(self) -> Reply[int]:
        """CLIENT GETREDIR: the number of the link that gets this one's invalidations; 0: itself, -1: nobody. O(1)."""
        return self._run((b"CLIENT", b"GETREDIR"))

    @command
    def client_trackinginfo(self) -> Reply[Tracking[S]]:
        """CLIENT TRACKINGINFO: how the server tracks what this link has read. O(1)."""
        return self._run((b"CLIENT", b"TRACKINGINFO"), tracking)


def _one_of(word: str, *known: str) -> str:
    if word.lower() not in known:
        raise DataError(f"the type must be one of {', '.join(known)}, not {word!r}")
    return word
