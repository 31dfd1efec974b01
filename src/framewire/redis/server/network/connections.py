"""The connections of one server: who is there, who is leaving, who has been idle for too long.

What belongs here: the set of them and what the clock does to it. How bytes go to and fro is in `pump.py`.

    opened --> (open) -- idle for `timeout`; QUIT; the server stops --> (closing: last replies are sent) --> closed
                 |                                                             | takes none of them for 5 s
                 `--------------- killed, lost, too much output ---------------+--> aborted --> closed
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from framewire.frames.resp import RespLimits
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.network.outgoing import Outgoing
from framewire.redis.server.network.timers import Timers

__all__ = ["Connections"]

logger = logging.getLogger("framewire.redis")

LINGER_MS = 5_000
"""A client that is being closed and has taken none of its last replies for this long (at most twice) is aborted."""

NO_LIMIT = 2**62 - 1


class Connection(Protocol):
    """One of them (`pump.ClientPump`)."""

    client: Client
    last_active: int

    def close(self) -> None:
        """Send what was written, answer no more, close."""

    def abort(self) -> None:
        """Close at once; what was not sent is lost."""

    def set_limits(self, limits: RespLimits) -> None:
        """What a request may ask from now on."""

    def takes_output(self) -> bool:
        """Whether the peer has taken output, or was given more, since this was last asked."""

    def check_output(self) -> None:
        """Close it where too much waits for it, or for too long."""


C = TypeVar("C", bound=Connection)


def _nothing(_: object) -> None:
    pass


class Connections(Generic[C]):
    """All that are open. `on_opened` and `on_closed` are told of each; once `stopping`, who comes is closed."""

    def __init__(
        self,
        state: State[Client],
        outgoing: Outgoing,
        on_opened: Callable[[C], object] = _nothing,
        on_closed: Callable[[C], object] = _nothing,
    ) -> None:
        self.state = state
        self.outgoing = outgoing
        self.timers = Timers(state)
        self.stopping = False
        self._on_opened = on_opened
        self._on_closed = on_closed
        self._open: set[C] = set()
        self._closing: dict[C, int] = {}  # since when, in ms
        self._worrying: set[C] = set()  # those beyond their soft limit
        self.limits = self._limits()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[C]:
        return iter(self._open)

    # -- connections call these ---------------------------------------------------------------------------------------

    def opened(self, connection: C) -> None:
        """A client is there."""
        self._open.add(connection)
        self._on_opened(connection)
        if self.stopping:
            connection.close()

    def closing(self, connection: C) -> None:
        """A client is being closed, once it has taken its replies."""
        self._closing[connection] = self.state.clock

    def closed(self, connection: C) -> None:
        """A client is gone."""
        self._open.discard(connection)
        self._closing.pop(connection, None)
        self._worrying.discard(connection)
        self._on_closed(connection)

    def worry(self, connection: C) -> None:
        """So much waits for a client that it must not go on like that: look at it again and again."""
        self._worrying.add(connection)

    # -- the server calls these ---------------------------------------------------------------------------------------

    def descriptors(self) -> Iterator[int]:
        """Those of their sockets."""
        return (connection.client.fd for connection in self._open if connection.client.fd >= 0)

    def close(self) -> None:
        """Let all leave with their last replies, those too who come from now on."""
        self.stopping = True
        for connection in list(self._open):
            connection.close()

    def abort(self) -> None:
        """Close all at once; what was not sent to them is lost."""
        for connection in list(self._open):
            connection.abort()

    def obey_config(self) -> None:
        """Parameters have changed: most are read where they count; decoders hold theirs."""
        self.limits = self._limits()
        for connection in self._open:
            connection.set_limits(self.limits)

    def _limits(self) -> RespLimits:
        config = self.state.config
        return RespLimits(
            max_bulk=min(config.proto_max_bulk_len, NO_LIMIT), max_frame=min(config.client_query_buffer_limit, NO_LIMIT)
        )

    def tick(self, now: int) -> None:
        """Some ten times a second: close who is idle, abort who lingers."""
        worrying, self._worrying = self._worrying, set()
        for connection in worrying:
            connection.check_output()
        if self.state.config.timeout:
            self._close_idle(now)
        self._abort_lingering(now)

    def _close_idle(self, now: int) -> None:
        timeout = self.state.config.timeout
        before = now - timeout * 1000
        for connection in list(self._open):
            if connection.last_active >= before or connection.client.waiting or connection in self._closing:
                continue
            if connection.takes_output():  # a long reply on a slow line
                connection.last_active = now
            else:
                logger.info("closing %s, idle for more than %d s", connection.client, timeout)
                connection.close()

    def _abort_lingering(self, now: int) -> None:
        for connection, since in list(self._closing.items()):
            if now - since <= LINGER_MS:
                continue
            if connection.takes_output():
                self._closing[connection] = now
            else:
                logger.info("aborting %s, which does not take its last replies", connection.client)
                connection.abort()
