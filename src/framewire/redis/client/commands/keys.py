"""Keys of any type: DEL, EXISTS, SCAN, RENAME and their kin.

What belongs here: the commands of Redis' group "generic" that ask for keys or change what is called how. Those about
time are in `expiry`, those that carry values elsewhere in `moving`, SORT is in `sorting`.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from framewire.redis.client.arguments import Key, scanning, some
from framewire.redis.client.definition import Reply, Runs, S, command, either, signature
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import flag, ok, plain
from framewire.redis.client.shapes.scans import page_of_items

__all__ = ["Keyspace"]

_OBJECT: Final = {word: word.upper().encode() for word in ("encoding", "freq", "idletime", "refcount")}


class Keyspace(Runs[S]):
    """Which keys there are, and what they are called."""

    @command
    def delete(self, *names: Key) -> Reply[int]:
        """DEL: remove the keys; returns how many there were. O(N), and the size of what they hold."""
        return self._run((b"DEL", *(names or some(names))))

    @command
    def unlink(self, *names: Key) -> Reply[int]:
        """UNLINK: as `delete`, but large values are freed by another thread. Returns how many there were. O(N)."""
        return self._run((b"UNLINK", *(names or some(names))))

    @command
    def exists(self, *names: Key) -> Reply[int]:
        """EXISTS: how many of the keys there are; one that is named twice counts twice. O(N)."""
        return self._run((b"EXISTS", *(names or some(names))))

    @command
    def touch(self, *args: Key) -> Reply[int]:
        """TOUCH: mark the keys as used now; returns how many there are. O(N)."""
        return self._run((b"TOUCH", *(args or some(args))))

    @command
    def type(self, name: Key) -> Reply[S]:
        """TYPE: `string`, `list`, `set`, `zset`, `hash` or `stream`; `none` where there is no such key. O(1)."""
        return self._run((b"TYPE", name), plain)

    @command
    def keys(self, pattern: Key = "*") -> Reply[list[S]]:
        """KEYS: all keys that `pattern` matches. O(N) of all keys, during which the server does nothing else."""
        return self._run((b"KEYS", pattern))

    @command
    def scan(
        self, cursor: int = 0, match: Key | None = None, count: int | None = None, _type: Key | None = None
    ) -> Reply[tuple[int, list[S]]]:
        """SCAN: some of the keys, and the cursor to go on with, which is 0 at the end. O(`count`), which is 10 unsaid.

        `match` and `_type` only leave keys out of what was looked at: a part may be empty before the end.
        """
        request: tuple[Any, ...] = (b"SCAN", cursor, *scanning(match, count))
        return self._run(request if _type is None else (*request, b"TYPE", _type), page_of_items)

    @command
    def randomkey(self) -> Reply[S | None]:
        """RANDOMKEY: some key, `None` where there is none. O(1)."""
        return self._run((b"RANDOMKEY",))

    @command
    def rename(self, src: Key, dst: Key) -> Reply[bool]:
        """RENAME: call `src` `dst`, which it replaces. `True`; an error where there is no `src`. O(1)."""
        return self._run((b"RENAME", src, dst), ok)

    @command
    def renamenx(self, src: Key, dst: Key) -> Reply[bool]:
        """RENAMENX: call `src` `dst`, unless there is one already: then `False`. O(1)."""
        return self._run((b"RENAMENX", src, dst), flag)

    @command
    def copy(
        self, source: Key, destination: Key, destination_db: int | None = None, replace: bool = False
    ) -> Reply[bool]:
        """COPY: let `destination` hold what `source` holds. O(N) of the value.

        `False` where there is no source, or there is a destination and `replace` does not allow for that.
        """
        request: tuple[Any, ...] = (b"COPY", source, destination)
        if destination_db is not None:
            request += (b"DB", destination_db)
        return self._run((*request, b"REPLACE") if replace else request, flag)

    @command
    def move(self, name: Key, db: int) -> Reply[bool]:
        """MOVE: take the key into database `db`. `False` where it is not here, or there is one already. O(1)."""
        return self._run((b"MOVE", name, db), flag)

    @signature
    def _object_encoding(self, infotype: Literal["encoding", "ENCODING"], key: Key) -> Reply[S | None]:
        raise NotImplementedError

    @signature
    def _object_number(
        self, infotype: Literal["freq", "idletime", "refcount", "FREQ", "IDLETIME", "REFCOUNT"], key: Key
    ) -> Reply[int | None]:
        raise NotImplementedError

    @either(_object_encoding, _object_number)
    def object(self, infotype: str, key: Key) -> Reply[Any]:
        """OBJECT: how the server keeps the value of `key`; `None` where there is none. O(1).

        `infotype` is `"encoding"`, `"refcount"`, `"idletime"` (seconds since it was used) or `"freq"` (a logarithm of
        how often it is used; an error unless the server evicts by it).
        """
        word = _OBJECT.get(infotype.lower())
        if word is None:
            raise DataError(f"OBJECT knows {', '.join(_OBJECT)}, not {infotype!r}")
        return self._run((b"OBJECT", word, key))

