"""What redis-py's clients for threads have alike, be it one server or a cluster: the client as a mapping, locks, and
transactions that are tried again.

What belongs here: methods that only call other methods of the client.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from framewire.redis.client.errors import WatchError
from framewire.redis.compat.lock import Lock

__all__ = ["Sharing"]


class Sharing:
    """Its class has `get`, `set`, `delete`, `exists` and `pipeline`."""

    get: Callable[..., Any]
    set: Callable[..., Any]
    delete: Callable[..., Any]
    exists: Callable[..., Any]
    pipeline: Callable[..., Any]

    # -- as a mapping -------------------------------------------------------------------------------------------------

    def __getitem__(self, name: Any) -> Any:
        """The string under `name`. Raises `KeyError` where there is none."""
        value: Any = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name: Any, value: Any) -> None:
        self.set(name, value)

    def __delitem__(self, name: Any) -> None:
        self.delete(name)

    def __contains__(self, name: Any) -> bool:
        return bool(self.exists(name))

    # -- other objects ------------------------------------------------------------------------------------------------

    def transaction(
        self, func: Callable[[Any], Any], *watches: Any, shard_hint: Any = None, value_from_callable: bool = False,
        watch_delay: float | None = None,
    ) -> Any:  # fmt: skip
        """Call `func` with a pipeline that watches, and execute it; again as long as what it watches changes."""
        with self.pipeline(True, shard_hint) as pipe:
            while True:
                try:
                    if watches:
                        pipe.watch(*watches)
                    value = func(pipe)
                    executed = pipe.execute()
                    return value if value_from_callable else executed
                except WatchError:
                    time.sleep(watch_delay or 0)

    def lock(
        self, name: Any, timeout: float | None = None, sleep: float = 0.1, blocking: bool = True,
        blocking_timeout: float | None = None, lock_class: Any = None, thread_local: bool = True,
        raise_on_release_error: bool = True,
    ) -> Any:  # fmt: skip
        """A lock that processes and machines share: see `Lock`."""
        return (lock_class or Lock)(
            self, name, timeout=timeout, sleep=sleep, blocking=blocking, blocking_timeout=blocking_timeout,
            thread_local=thread_local, raise_on_release_error=raise_on_release_error,
        )  # fmt: skip
