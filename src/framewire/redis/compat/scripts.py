"""`Script` of redis-py, for threads and for asyncio.

What belongs here: how one is called, on a client or in a pipeline. How it is sent is in `client.scripts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from framewire.redis.client.scripts import ScriptText
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.stack import Pipelined

__all__ = ["Script"]


class Script(ScriptText):
    """A script to call: `script(keys=["a"], args=[1])`, where asyncio is used to be awaited."""

    def __init__(self, registered_client: Any, script: str | bytes) -> None:
        super().__init__(script)
        self.registered_client = registered_client

    def get_encoder(self) -> Encoder:
        """That of its client."""
        encoder: Encoder = self.registered_client.get_encoder()
        return encoder

    def __call__(self, keys: Sequence[Any] | None = None, args: Iterable[Any] | None = None, client: Any = None) -> Any:
        """Run it, or put it into the pipeline that `client` is."""
        on: Any = self.registered_client if client is None else client
        if isinstance(on, Pipelined) and not on.runs_at_once:
            return self.queue(on._run, on.scripts, keys, args)
        return on.drive(self.run(keys, args), on)
