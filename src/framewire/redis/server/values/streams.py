"""Streams: what XADD, XRANGE and their like work on.

What belongs here: the data structure. An entry has an id and fields; ids only grow. An id is one integer, its time in
the upper 64 bits and its sequence number in the lower ones, so that comparing ids is comparing integers.

    _nodes   [ node | node | node | ... ]     each with the entries from its `first` id on, at most some hundred
    node     ids     [ 5-1 | 5-2 | 6-0 ]      sorted, so an entry is found by bisection, first of nodes, then of ids
             fields  [ [..] | [..] | [..] ]

Redis cuts a stream into the same nodes (it calls them listpacks, and keeps them in a radix tree): by how many entries
were ever put in, and by how many bytes it would take to keep them. This shows where a stream is trimmed `~`, which
means whole nodes only, and in XINFO; so the nodes here are cut in the same places (`_Node.size`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, TypeAlias

from framewire.redis.server.config.config import Config
from framewire.redis.server.values.listpacks import size_of_integer, size_of_text
from framewire.redis.server.values.stream_groups import Group

__all__ = ["ID_MAX", "Entry", "Keep", "KeepFrom", "KeepLength", "StreamValue", "id_text", "make_id"]

ID_MAX: Final = 2**128 - 1
_LOW: Final = 2**64 - 1

Entry: TypeAlias = tuple[int, list[bytes]]
"""An id, and fields and values in turn. Nobody may change the list."""


def make_id(milliseconds: int, sequence: int) -> int:
    """The id of an entry. O(1)."""
    return milliseconds << 64 | sequence


def id_text(id_: int) -> bytes:
    """An id as clients see it: `b"1700000000000-0"`. O(1)."""
    return b"%d-%d" % (id_ >> 64, id_ & _LOW)


# What Redis takes for one node at most, whatever is configured, and what it needs beside the entries.
_MOST_BYTES = 2**30
_EMPTY_LISTPACK = 7
_FLAGS = size_of_integer(0)


class _Node:
    """Some neighbouring entries. `names` are the fields of the first one ever; whoever has the same is smaller."""

    __slots__ = ("_entry_bytes", "deleted", "fields", "first", "ids", "last", "names")

    def __init__(self, first: int, names: list[bytes]) -> None:
        self.first = self.last = first  # ids, of entries that may be deleted by now
        self.names = names
        self.ids: list[int] = []
        self.fields: list[list[bytes]] = []
        self.deleted = 0  # how many entries are gone
        self._entry_bytes = (
            _EMPTY_LISTPACK + size_of_integer(len(names)) + sum(map(size_of_text, names)) + size_of_integer(0)
        )

    def copy(self) -> _Node:
        other = _Node(self.first, self.names)
        other.last, other.deleted, other._entry_bytes = self.last, self.deleted, self._entry_bytes
        other.ids, other.fields = self.ids.copy(), self.fields.copy()
        return other

    @property
    def size(self) -> int:
        """How many bytes Redis would need for this node."""
        return self._entry_bytes + size_of_integer(len(self.ids)) + size_of_integer(self.deleted)

    def has_room(self, size: int, config: Config) -> bool:
        """Whether an entry with so many bytes of fields and values belongs in this node, and not in a new one."""
        most = config.stream_node_max_bytes
        if self.size + size >= (most if 0 < most < _MOST_BYTES else _MOST_BYTES):
            return False
        entries = config.stream_node_max_entries
        return not entries or len(self.ids) + self.deleted < entries

    def append(self, id_: int, fields: list[bytes]) -> None:
        names = fields[::2]
        kept = fields[1::2] if names == self.names else [b"%d" % len(names), *fields]
        if names == self.names:
            fields[::2] = self.names  # the same texts, but shared
        self._entry_bytes += (
            _FLAGS
            + size_of_integer((id_ >> 64) - (self.first >> 64))
            + size_of_integer((id_ & _LOW) - (self.first & _LOW))
            + sum(map(size_of_text, kept))
            + size_of_integer(len(kept) + 3)
        )
        self.last = id_
        self.ids.append(id_)
        self.fields.append(fields)

    def remove(self, position: int) -> None:
        del self.ids[position], self.fields[position]
        self.deleted += 1

    def remove_front(self, count: int) -> None:
        del self.ids[:count], self.fields[:count]
        self.deleted += count


_first: Callable[[_Node], int] = attrgetter("first")


class StreamValue:
    """Entries in the order of their ids, and the groups that read them. It may be empty and yet exist."""

    kind = b"stream"

    __slots__ = ("_length", "_nodes", "entries_added", "groups", "last_id", "max_deleted_id")

    def __init__(self) -> None:
        self._nodes: list[_Node] = []
        self._length = 0
        self.last_id = 0  # of the last entry that there ever was, or what XSETID said
        self.max_deleted_id = 0  # the highest that XDEL removed
        self.entries_added = 0  # how many there ever were
        self.groups: dict[bytes, Group] = {}

    def __len__(self) -> int:
        return self._length

    def encoding(self, config: Config) -> bytes:
        """There is one form only."""
        return b"stream"

    def copy(self) -> StreamValue:
        """Another stream with the same entries and groups. O(n)."""
        other = StreamValue()
        other._nodes = [node.copy() for node in self._nodes]
        other._length, other.last_id = self._length, self.last_id
        other.max_deleted_id, other.entries_added = self.max_deleted_id, self.entries_added
        other.groups = {name: group.copy() for name, group in self.groups.items()}
        return other

    # -- reading ------------------------------------------------------------------------------------------------------

    @property
    def first_id(self) -> int:
        """The id of the first entry, 0 where there is none. O(1)."""
        return next((node.ids[0] for node in self._nodes if node.ids), 0)

    @property
    def last_entry_id(self) -> int:
        """The id of the last entry that is still there, 0 where there is none. O(1)."""
        return next((node.ids[-1] for node in reversed(self._nodes) if node.ids), 0)

    @property
    def node_ids(self) -> list[int]:
        """The first id of each node. O(nodes)."""
        return [node.first for node in self._nodes]

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, int) and self._find(id_) is not None

    def get(self, id_: int) -> list[bytes] | None:
        """Fields and values of an entry, `None` where there is none. O(log n)."""
        place = self._find(id_)
        return None if place is None else place[0].fields[place[1]]

    def entries(self, start: int = 0, end: int = ID_MAX, count: int | None = None) -> list[Entry]:
        """The entries from `start` to `end`, both included; the first `count` of them. O(log n + entries returned)."""
        found: list[Entry] = []
        for position in range(self._position(start), len(self._nodes)):
            node = self._nodes[position]
            if node.first > end or len(found) == count:
                break
            low, high = bisect_left(node.ids, start), bisect_right(node.ids, end)
            if count is not None:
                high = min(high, low + count - len(found))
            found += zip(node.ids[low:high], node.fields[low:high], strict=True)
        return found

    def entries_backwards(self, start: int = 0, end: int = ID_MAX, count: int | None = None) -> list[Entry]:
        """The entries from `end` down to `start`; the first `count` of them. O(log n + entries returned)."""
        found: list[Entry] = []
        for position in range(self._position(end), -1, -1):
            if position == len(self._nodes) or len(found) == count:
                break
            node = self._nodes[position]
            low, high = bisect_left(node.ids, start), bisect_right(node.ids, end)
            if count is not None:
                low = max(low, high - count + len(found))
            found += zip(node.ids[low:high][::-1], node.fields[low:high][::-1], strict=True)
            if node.first < start:
                break
        return found

    def _position(self, id_: int) -> int:
        """Which node `id_` would be in; the first one for what comes before all."""
        return max(bisect_right(self._nodes, id_, key=_first) - 1, 0)

    def _find(self, id_: int) -> tuple[_Node, int] | None:
        """The node of an entry, and its place there."""
        if self._nodes:
            node = self._nodes[self._position(id_)]
            place = bisect_left(node.ids, id_)
            if place < len(node.ids) and node.ids[place] == id_:
                return node, place
        return None

    # -- changing -----------------------------------------------------------------------------------------------------

    def append(self, id_: int, fields: list[bytes], config: Config) -> None:
        """Put an entry behind all others; the list is ours then. Caller must know that `id_` > `last_id`. O(fields)."""
        nodes = self._nodes
        if not nodes or not nodes[-1].has_room(sum(map(len, fields)), config):
            nodes.append(_Node(id_, fields[::2]))
        nodes[-1].append(id_, fields)
        self._length += 1
        self.entries_added += 1
        self.last_id = id_

    def delete(self, ids: Iterable[int]) -> int:
        """Remove these entries; how many were there. O(log n) for each."""
        deleted = 0
        for id_ in ids:
            place = self._find(id_)
            if place is not None:
                self._delete(*place)
                self.max_deleted_id = max(self.max_deleted_id, id_)
                deleted += 1
        return deleted

    def _delete(self, node: _Node, place: int) -> None:
        node.remove(place)
        self._length -= 1
        if not node.ids:
            del self._nodes[self._position(node.first)]

    def trim(self, keep: Keep, exact: bool = True, limit: int = 0) -> int:
        """Remove entries from the front; how many. Only whole nodes unless `exact`, and no more than `limit` (0: any).

        O(nodes).
        """
        before, whole = self._length, 0
        for node in self._nodes:
            if keep.is_content(self._length) or (limit and before - self._length + len(node.ids) > limit):
                break
            if not keep.lets_go(node, self._length):
                if exact:
                    self._trim_node(node, keep.excess(node, self._length))
                break
            self._length -= len(node.ids)
            whole += 1
        del self._nodes[:whole]
        return before - self._length

    def _trim_node(self, node: _Node, count: int) -> None:
        """A node that is emptied in this way stays, in Redis too."""
        node.remove_front(count)
        self._length -= count

    # -- counting -----------------------------------------------------------------------------------------------------

    def has_gaps_from(self, id_: int) -> bool:
        """Whether entries were deleted from `id_` on, as far as is known: XDEL counts, trimming does not. O(1)."""
        return self._length > 0 and max(self.first_id, id_) <= self.max_deleted_id

    def count_up_to(self, id_: int) -> int | None:
        """How many of the entries that there ever were have ids up to `id_`; `None` where that is not known. O(1)."""
        if not self.entries_added or (not self._length and id_ <= self.last_id) or id_ == self.last_id:
            return self.entries_added
        first = self.first_id
        if id_ > self.last_id or (self.max_deleted_id and self.max_deleted_id >= first) or id_ > first:
            return None
        return self.entries_added - self._length + (id_ == first)


@dataclass(frozen=True, slots=True)
class KeepLength:
    """Trim to so many entries."""

    length: int

    def is_content(self, length: int) -> bool:
        return length <= self.length

    def lets_go(self, node: _Node, length: int) -> bool:
        """Whether the whole node may go."""
        return length - len(node.ids) >= self.length

    def excess(self, node: _Node, length: int) -> int:
        """How many entries at the front of the node have to go."""
        return length - self.length


@dataclass(frozen=True, slots=True)
class KeepFrom:
    """Trim what has lower ids."""

    id: int

    def is_content(self, length: int) -> bool:
        return False

    def lets_go(self, node: _Node, length: int) -> bool:
        """Whether the whole node may go. Redis looks at its last id, also where that entry is deleted."""
        return node.last < self.id

    def excess(self, node: _Node, length: int) -> int:
        """How many entries at the front of the node have to go."""
        return bisect_left(node.ids, self.id)


Keep: TypeAlias = KeepLength | KeepFrom
