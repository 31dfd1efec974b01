"""How much may wait for one client before it is closed.

What belongs here: which limit is whose, and since when the soft one is exceeded. A client that has not authenticated
gets next to nothing: whoever it is, it has no reason to let replies wait.

    waiting <= soft          fine
    soft < waiting <= hard   closed once that has lasted for so many seconds
    hard < waiting           closed
"""

from __future__ import annotations

from typing import Final

from framewire.redis.server.clients.client import Client
from framewire.redis.server.config.output_limits import OutputLimit

__all__ = ["MOST_INPUT_OF_STRANGERS", "OutputGuard", "limit_of"]

MOST_INPUT_OF_STRANGERS: Final = 1024 * 1024
"""Bytes of requests that may wait of a client that has not authenticated."""

_OF_STRANGERS: Final = OutputLimit(1024)


def limit_of(client: Client) -> OutputLimit:
    """What may wait unsent for `client`, by its class."""
    if not client.authenticated:
        return _OF_STRANGERS
    limits = client.state.config.client_output_buffer_limit
    return limits.pubsub if client.subscriber.listens else limits.normal


class OutputGuard:
    """Watches over what waits for one client."""

    __slots__ = ("_soft_since",)

    def __init__(self) -> None:
        self._soft_since: int | None = None  # ms

    @property
    def worried(self) -> bool:
        """Whether the soft limit was exceeded when it was last asked: then it is to be asked again."""
        return self._soft_since is not None

    def exceeded(self, limit: OutputLimit, waiting: int, now: int) -> bool:
        """Whether a client for which so many bytes wait, at `now` (ms), is to be closed."""
        if waiting > limit.hard > 0:
            return True
        if not waiting > limit.soft > 0:
            self._soft_since = None
            return False
        if self._soft_since is None:
            self._soft_since = now
        return now - self._soft_since > limit.seconds * 1000
