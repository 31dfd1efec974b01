"""`Snapshot`: the keys of all databases as they are at one moment, spelled out as requests while they go on changing.

What belongs here: keeping what is about to change. No file and no time.

Redis lets `fork` copy the whole process. Here it is the tables of keys that are copied at the start, in one go (some
15 ms for a million keys); the values are shared. Each is spelled out once:

    in its turn                  the value is still the one of the start
    before a command changes it  `preserve` takes a copy of it, to be spelled out next

A string that is set anew needs no copy: the old `bytes` live on in the table. A table is known by the dictionary that
it was copied from, which goes with the keys when two databases are swapped; keys that a flush removes live on here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.persistence.dump import dump

__all__ = ["Snapshot"]


@dataclass(slots=True)
class _Table:
    """What is left to spell out of one database."""

    index: int
    origin: dict[bytes, object]  # kept, so that no other dictionary takes its identity
    values: dict[bytes, object]
    deadlines: dict[bytes, int]


class Snapshot:
    """Take `requests()` bit by bit; call `preserve` before anything changes a value in place."""

    def __init__(self, databases: Iterable[Db]) -> None:
        self._tables = [
            _Table(db.index, db.values, db.values.copy(), db.deadlines.copy()) for db in databases if db.values
        ]
        self._by_origin = {id(table.origin): table for table in self._tables}
        self._preserved: deque[tuple[_Table, bytes, Iterator[list[bytes]]]] = deque()
        self.keys = sum(len(table.values) for table in self._tables)

    def preserve(self, db: Db, keys: Iterable[bytes]) -> None:
        """The values of `keys` may be changed in place right after this. O(their size), once for each key."""
        table = self._by_origin.get(id(db.values))
        if table is None:
            return
        for key in keys:
            value = table.values.get(key)
            if value is not None and value.__class__ is not bytes:
                self._preserved.append((table, key, dump(key, value)))  # first, as memory for a copy may be missing
                del table.values[key]

    def requests(self) -> Iterator[list[bytes]]:
        """All that makes the keys again, in order. Between two of them the databases may change."""
        selected = -1
        for table, key, spelled in self._in_turn():
            if selected != table.index:
                selected = table.index
                yield [b"SELECT", b"%d" % selected]
            yield from spelled
            deadline = table.deadlines.get(key)
            if deadline is not None:
                yield [b"PEXPIREAT", key, b"%d" % deadline]

    def _in_turn(self) -> Iterator[tuple[_Table, bytes, Iterator[list[bytes]]]]:
        for table in self._tables:
            while table.values or self._preserved:
                if self._preserved:
                    yield self._preserved.popleft()
                else:
                    key, value = table.values.popitem()
                    yield table, key, dump(key, value)
        # What was preserved while the last one was being spelled out.
        while self._preserved:
            yield self._preserved.popleft()
