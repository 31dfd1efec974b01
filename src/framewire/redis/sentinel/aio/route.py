"""Where the requests of a client behind Sentinel go, from asyncio.

    reads, if replicas are to be read --> a replica --- refused, or lost ---+
    all else ---------------------------> the primary <---------------------+
                                             | READONLY: it is none any more; sentinels are asked, and it is tried again

What belongs here: that choice, made for every call. It is a node whose server is found anew for each link.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.aio.caching import Family
from framewire.redis.client.aio.node import Node
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.route import Bind, Future, Member, Role
from framewire.redis.client.aio.server import Server
from framewire.redis.client.attempts import Attempts
from framewire.redis.client.errors import ReadOnlyError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.outcomes import refusal_of
from framewire.redis.client.repeating import is_passing, may_repeat
from framewire.redis.exchange.calls import Call, Request, Shape
from framewire.redis.sentinel.aio.finding import Finding
from framewire.redis.sentinel.reads import READS
from framewire.redis.sentinel.told import check_reads, for_reads

__all__ = ["SentinelRoute"]


class SentinelRoute(Node):
    """A `Route` to the primary of a service, and for reads to its replicas, if the options say so.

    All routes that have one opener find their servers together.
    """

    def __init__(self, options: Options, opener: Opener, bind: Bind, family: Family | None = None) -> None:
        check_reads(options)
        if not isinstance(opener.finder, Finding):
            opener.finder = Finding(options)
        self._finding = opener.finder
        self._reads_elsewhere = options.read_from != "primary"
        self._read_options = for_reads(options)
        super().__init__(replace(options, read_from="primary"), opener, bind, family, Attempts())

    def begin_anew(self) -> None:
        self._call_primary: Callable[..., Future] = _not_bound
        self._call_replica: Callable[..., Future] = _not_bound
        super().begin_anew()
        self.server.on_refused = self._refused
        self._replica: Server | None = None
        if self._reads_elsewhere:
            self._replica = Server(self._read_options, self._opener, self._bind_reads, self._attempts)
            self._replica.on_refused = self._refused_by_replica
            self._replica.on_failed = self._failed_at_replica
            self._bind(self._call)

    # -- single calls -------------------------------------------------------------------------------------------------

    def _bind_calls(self, call: Any) -> None:
        if not self._reads_elsewhere:
            return super()._bind_calls(call)
        if self.cached is not None:
            self.cached.bind(call)
            call = self.cached.call
        self._call_primary = call

    def _bind_reads(self, call: Any) -> None:
        self._call_replica = call

    def _call(self, request: Request, shape: Shape | None, timeout: float | None) -> Future:
        return (self._call_replica if request[0] in READS else self._call_primary)(request, shape, timeout)

    # -- calls that fail ----------------------------------------------------------------------------------------------

    def _refused(self, call: Call, error: Error) -> bool:
        """Whether it is sent again, later: to who is the primary then."""
        refusal = refusal_of(call, error)
        if not isinstance(refusal, ReadOnlyError) or refusal.fate is not Fate.NOT_EXECUTED or self._attempts is None:
            return False
        self._finding.verify()
        retry, made = self.options.retry, self._attempts.count(call)
        pause = retry.pause(made + 1, random.random())
        if made >= retry.retries or asyncio.get_running_loop().time() + pause >= call.deadline:
            return False
        self.server.send_again_later(call, pause)
        return True

    def _refused_by_replica(self, call: Call, error: Error) -> bool:
        """What passes at a replica need not be waited for: the primary knows."""
        return is_passing(refusal_of(call, error)) and self._send_to_primary(call)

    def _failed_at_replica(self, call: Call, error: RedisError) -> bool:
        return may_repeat(call.requests, error.fate) and self._send_to_primary(call)

    def _send_to_primary(self, call: Call) -> bool:
        self.server.send_again(call)
        return True

    async def members(self, role: Role | None = None) -> list[Member]:
        replicas = [] if role == "primary" else await self._finding.replicas()
        return [*await super().members(role), *replicas]

    # -- users, the end -----------------------------------------------------------------------------------------------

    async def reauthenticate(self, auth: Sequence[bytes]) -> None:
        await super().reauthenticate(auth)
        if self._replica is not None:
            await self._replica.reauthenticate(auth)

    async def close(self) -> None:
        await super().close()
        if self._replica is not None:
            await self._replica.close()


def _not_bound(*args: Any) -> Future:
    raise AssertionError("nothing is bound yet")
