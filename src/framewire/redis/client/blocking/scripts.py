"""Registered scripts, from threads.

What belongs here: `Script`, redis-py's object of that name. How it is sent is in `client.scripts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

from framewire.redis.client.arguments import Key, Value
from framewire.redis.client.batches import Place
from framewire.redis.client.blocking.pipeline import Pipeline
from framewire.redis.client.blocking.steps import Asked, drive
from framewire.redis.client.scripts import ScriptText

__all__ = ["Script"]


class Script(ScriptText):
    """A script to call: `script(keys=["a"], args=[1])`. It is made by `client.register_script`.

    It is sent by its SHA-1, and whole where the server does not know it: after a restart, or after SCRIPT FLUSH.
    """

    def __init__(self, client: Asked, script: Key) -> None:
        super().__init__(script)
        self.registered_client = client

    @overload
    def __call__(
        self, keys: Sequence[Key] | None = None, args: Iterable[Value] | None = None, client: Asked | None = None
    ) -> Any: ...
    @overload
    def __call__(
        self, keys: Sequence[Key] | None = None, args: Iterable[Value] | None = None, *, client: Pipeline[Any]
    ) -> Place[Any]: ...
    def __call__(
        self, keys: Sequence[Key] | None = None, args: Iterable[Value] | None = None, client: Any = None
    ) -> Any:
        """Run it, on another `client` than the one that it was registered with if one is given; returns what the script
        returns, as `eval` does. In a pipeline it is queued, and this returns its place there.
        """
        if isinstance(client, Pipeline):
            return self.queue(client._run, client._batch.scripts, keys, args)
        return drive(self.run(keys, args), self.registered_client if client is None else client)
