"""`Script` of redis-py, for threads and for asyncio.

What belongs here: how one is called, on a client or in a pipeline. How it is sent is in `framewire.redis.client.scripts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from framewire.redis.client.scripts import ScriptText
from framewire.redis.compat.stack import Collecting

__all__ = ["Script"]


class Script(ScriptText):
    """A script to call: `script(keys=["a"], args=[1])`, where asyncio is used to be awaited."""

    def __init__(self, registered_client: Any, script: str | bytes, drive: Callable[[Any, Any], Any]) -> None:
        """Made by `register_script`, which says with what its steps are taken."""
        super().__init__(script)
        self.registered_client = registered_client
        self._drive = drive

    def __call__(
        self, keys: Sequence[Any] | None = None, args: Iterable[Any] | None = None, client: Any = None
    ) -> Any:
        """Run it, or put it into the pipeline that `client` is."""
        on = self.registered_client if client is None else client
        if isinstance(on, Collecting) and not on.runs_at_once:
            return self.queue(on._run, on.scripts, keys, args)
        return self._drive(self.run(keys, args), on)
