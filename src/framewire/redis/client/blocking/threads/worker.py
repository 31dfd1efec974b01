"""A thread that reads one listener for its handlers' sake.

What belongs here: how it begins, goes on after an error, and ends. What it reads, `pubsub` says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from framewire.redis.client.subscriptions.items import Gap

__all__ = ["ExceptionHandler", "PubSubThread"]


class _Read(Protocol):
    """A `PubSub`."""

    @property
    def ended(self) -> bool: ...

    def run(self, on_gap: Callable[[Gap], object]) -> None: ...

    def close(self) -> None: ...


class PubSubThread(threading.Thread):
    """It has been started: it calls handlers until `stop`, and closes its listener at the end."""

    def __init__(
        self, pubsub: _Read, on_gap: Callable[[Gap], object], daemon: bool, exception_handler: ExceptionHandler | None
    ) -> None:
        """Made by `run_in_thread`, which says what these are."""
        super().__init__(name="framewire-pubsub", daemon=daemon)
        self.pubsub = pubsub
        self._on_gap = on_gap
        self._exception_handler = exception_handler
        self.start()

    def run(self) -> None:
        try:
            self._run_once()
            while not self.pubsub.ended:
                self._run_once()
        finally:
            self.pubsub.close()

    def _run_once(self) -> None:
        try:
            self.pubsub.run(self._on_gap)
        except Exception as error:
            if self._exception_handler is None:
                raise
            self._exception_handler(error, self.pubsub, self)

    def stop(self) -> None:
        """Let it end, after the handler that is running; `join` waits for that. It may be called from a handler."""
        self.pubsub.close()


ExceptionHandler: TypeAlias = Callable[[Exception, Any, PubSubThread], object]
"""What is called with an error, the listener and its thread."""
