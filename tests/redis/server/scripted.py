"""`Clients`: sessions on one state with a clock that stands still, driven by texts.

What belongs here: what tests of sessions and commands share.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.server.clients.state import State
from framewire.redis.server.config.config import Config
from framewire.redis.server.running.session import Session

NOON = 1_700_000_000_000  # ms since the epoch, when the tests begin


class ScriptedClient:
    """One session. Calling it runs one request and returns its reply; `heard` holds what came unasked."""

    def __init__(self, state: State) -> None:
        self.heard: list[object] = []
        self.session = Session(state, self.heard.append, "127.0.0.1:50000", "127.0.0.1:6379", 9)
        self.client = self.session.client

    def __call__(self, *request: str | bytes) -> Any:
        """The reply to a request, given as arguments or as one text to split; a list if there are several or none."""
        if len(request) == 1:
            request = tuple(str(request[0]).split(" "))
        replies = self.batch([part if isinstance(part, bytes) else part.encode() for part in request])
        return replies[0] if len(replies) == 1 else replies

    def batch(self, *requests: list[bytes]) -> list[object]:
        """The replies to several requests that arrive together; none behind one that waits."""
        self.session.state.tick()
        replies: list[object] = []
        done = 0
        while done < len(requests) and not (self.client.closing or self.client.blocked):
            done = self.session.execute(list(requests), replies, done)
        return replies


class Clients:
    """A state, its clock, and clients of it."""

    def __init__(self, **parameters: Any) -> None:
        self.now = NOON
        self.state = State(Config(**parameters), lambda: self.now)

    def new(self) -> ScriptedClient:
        return ScriptedClient(self.state)
