"""Replication: ROLE, REPLICAOF, FAILOVER.

What belongs here: who follows whom. What replicas say to their master is no client's business.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import ok, plain

__all__ = ["Replication"]


class Replication(Runs[S]):
    """Who follows whom."""

    @command
    def role(self) -> Reply[list[Any]]:
        """ROLE: `master`, its offset and its replicas; or `slave`, its master, port, state and offset. O(1).

        Of a sentinel: `sentinel`, and the names of the masters that it watches.
        """
        return self._run((b"ROLE",), plain)

    @command
    def replicaof(self, host: str, port: int | str) -> Reply[bool]:
        """REPLICAOF: let the server follow another one, whose data replace its own. `True`. O(1).

        With `replicaof("NO", "ONE")` it follows nobody.
        """
        return self._run((b"REPLICAOF", host, port), ok)

    @command
    def slaveof(self, host: str | None = None, port: int | None = None) -> Reply[bool]:
        """SLAVEOF: as `replicaof`, by its old name; without arguments the server follows nobody. `True`. O(1)."""
        if (host is None) != (port is None):
            raise DataError("host and port go together")
        return self._run((b"SLAVEOF", b"NO", b"ONE") if host is None else (b"SLAVEOF", host, port), ok)

    @command
    def failover(
        self, host: str | None = None, port: int | None = None, force: bool = False, abort: bool = False,
        timeout: int | None = None,
    ) -> Reply[bool]:  # fmt: skip
        """FAILOVER: begin to change places with a replica (that one, or any), once it has all data. `True`. O(1).

        Within `timeout` milliseconds; then it is given up, or done all the same with `force`. `abort` gives up one that
        has begun.
        """
        if (host is None) != (port is None):
            raise DataError("host and port go together")
        if abort and (host is not None or force or timeout is not None):
            raise DataError("abort stands alone")
        if force and (host is None or timeout is None):
            raise DataError("force needs a host, a port and a timeout")
        request: tuple[Any, ...] = (b"FAILOVER",) if host is None else (b"FAILOVER", b"TO", host, port)
        request += (b"FORCE",) * force + (b"ABORT",) * abort
        return self._run(request if timeout is None else (*request, b"TIMEOUT", timeout), ok)
