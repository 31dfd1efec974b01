"""`Busy`: others are answered while a script runs that has written and does not end.

What belongs here: who, and when. The loop does not run meanwhile, so a selector of its own says who has sent something.
Plain TCP clients and those on a Unix socket are answered, most of them that the server is busy; clients that speak
TLS, and those who connect only now, wait for the end of the script.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import selectors

from framewire.redis.server.network.connections import Connections
from framewire.redis.server.network.pump import ClientPump

__all__ = ["Busy"]

logger = logging.getLogger("framewire.redis")


class Busy:
    """Calling it answers who has sent something, and never waits. It ends by itself when the loop runs again."""

    def __init__(self, connections: Connections[ClientPump]) -> None:
        self._connections = connections
        self._selector: selectors.BaseSelector | None = None

    def __call__(self) -> None:
        if not hasattr(os, "readv"):  # Windows
            return
        selector = self._selector or self._begin()
        ready = selector.select(0)
        if not ready:
            return
        state = self._connections.state
        state.busy = True
        state.hooks_changed()  # no shortcuts
        try:
            with self._connections.outgoing.beside():
                for key, _ in ready:
                    self._answer(selector, key.data)
        finally:
            state.busy = False
            state.hooks_changed()

    def _begin(self) -> selectors.BaseSelector:
        asyncio.get_running_loop().call_soon(self._end)
        selector = self._selector = selectors.DefaultSelector()
        for pump in self._connections:
            if pump.is_plain:
                with contextlib.suppress(OSError, ValueError, KeyError):  # it is closed already
                    selector.register(pump.client.fd, selectors.EVENT_READ, pump)
        return selector

    def _answer(self, selector: selectors.BaseSelector, pump: ClientPump) -> None:
        again = False
        try:
            again = pump.answer_while_busy()
        except Exception:
            logger.exception("%s could not be answered while a script runs", pump.client)
        if not again:
            selector.unregister(pump.client.fd)

    def _end(self) -> None:
        if self._selector is not None:
            self._selector.close()
            self._selector = None
