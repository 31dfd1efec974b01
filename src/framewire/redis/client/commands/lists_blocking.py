"""Lists that are waited for: BLPOP and its kin.

What belongs here: the commands of Redis' group "list" that wait until an item is there, or for `timeout` seconds.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.arguments import Key, Keys, counted, listed
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.shapes.lists import popped

__all__ = ["BlockingLists"]


class BlockingLists(Runs[S]):
    """The commands of Redis' group "list" that may wait. Each has a link of its own while it does."""

    @command
    def blpop(self, keys: Keys, timeout: float | None = 0) -> Reply[tuple[S, S] | None]:
        """BLPOP: take the first item of the first list of `keys` that has one: its key, and the item. O(N), N keys.

        Waits for one up to `timeout` seconds, for ever with 0 or `None`; `None` where none came.
        """
        return self._run_blocking((b"BLPOP", *listed(keys), timeout or 0), popped, timeout)

    @command
    def brpop(self, keys: Keys, timeout: float | None = 0) -> Reply[tuple[S, S] | None]:
        """BRPOP: take the last item of the first list of `keys` that has one: its key, and the item. O(N), N keys.

        Waits for one up to `timeout` seconds, for ever with 0 or `None`; `None` where none came.
        """
        return self._run_blocking((b"BRPOP", *listed(keys), timeout or 0), popped, timeout)

    @command
    def blmpop(
        self, timeout: float, numkeys: int, *args: Key, direction: str, count: int | None = 1
    ) -> Reply[tuple[S, list[S]] | None]:
        """BLMPOP: take up to `count` items from the first list of `args` that has some: its key, and they. O(N+M).

        `numkeys` is how many keys there are, `direction` is LEFT or RIGHT. Waits up to `timeout` seconds, for ever
        with 0; `None` where no item came.
        """
        how: tuple[Any, ...] = (direction, b"COUNT", 1 if count is None else count)
        return self._run_blocking((b"BLMPOP", timeout, *counted(args, numkeys), *how), popped, timeout)

    @command
    def blmove(
        self, first_list: Key, second_list: Key, timeout: float, src: str = "LEFT", dest: str = "RIGHT"
    ) -> Reply[S | None]:
        """BLMOVE: take an item from end `src` of the first list, put it to end `dest` of the second; returns it. O(1).

        Ends are LEFT and RIGHT. Waits up to `timeout` seconds, for ever with 0; `None` where no item came.
        """
        return self._run_blocking((b"BLMOVE", first_list, second_list, src, dest, timeout), None, timeout)

    @command
    def brpoplpush(self, src: Key, dst: Key, timeout: float | None = 0) -> Reply[S | None]:
        """BRPOPLPUSH: take the last item of `src`, put it before the first of `dst`; returns it. O(1).

        Waits up to `timeout` seconds, for ever with 0 or `None`; `None` where no item came. Redis advises BLMOVE
        instead, since 6.2.
        """
        return self._run_blocking((b"BRPOPLPUSH", src, dst, timeout or 0), None, timeout)
