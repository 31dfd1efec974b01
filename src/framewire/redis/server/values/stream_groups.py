"""Groups that read a stream: who has got which entry and not yet said that it is done with it.

What belongs here: groups, their consumers, and what is pending. An entry that was delivered is pending until it is
acknowledged. It stands in two places, which share one `Pending`:

    group.pending               by id: all that are pending, whoever has got them
    group.consumers[name].pending   by id: those that this consumer has got

An entry may be pending after it was deleted from the stream.
"""

from __future__ import annotations

from typing import Any, Protocol

from sortedcontainers import SortedDict

__all__ = ["Consumer", "Group", "Pending", "lag"]


class Counted(Protocol):
    """What groups ask of their stream."""

    entries_added: int

    def has_gaps_from(self, id_: int) -> bool:
        """Whether an entry behind `id_` was deleted."""

    def count_up_to(self, id_: int) -> int | None:
        """How many entries there were up to `id_`; `None` where that cannot be known."""


class Consumer:
    """One reader of a group. `seen` is when it last asked for something, in milliseconds since the epoch."""

    __slots__ = ("name", "pending", "seen")

    def __init__(self, name: bytes, seen: int) -> None:
        self.name = name
        self.seen = seen
        self.pending: Any = SortedDict()  # id -> Pending


class Pending:
    """An entry that was delivered: to whom, when the last time (milliseconds since the epoch), and how often."""

    __slots__ = ("consumer", "count", "delivered")

    def __init__(self, consumer: Consumer, delivered: int, count: int = 1) -> None:
        self.consumer = consumer
        self.delivered = delivered
        self.count = count


class Group:
    """A group. It has read the stream up to `last_id`, which were `entries_read` entries (`None`: nobody knows)."""

    __slots__ = ("consumers", "entries_read", "last_id", "pending")

    def __init__(self, last_id: int, entries_read: int | None) -> None:
        self.last_id = last_id
        self.entries_read = entries_read
        self.consumers: dict[bytes, Consumer] = {}
        self.pending: Any = SortedDict()  # id -> Pending

    def copy(self) -> Group:
        """Another group with the same consumers and pending entries. O(n)."""
        other = Group(self.last_id, self.entries_read)
        for name, consumer in self.consumers.items():
            other.consumers[name] = Consumer(name, consumer.seen)
        for id_, pending in self.pending.items():
            other.put(id_, Pending(other.consumers[pending.consumer.name], pending.delivered, pending.count))
        return other

    # -- consumers ----------------------------------------------------------------------------------------------------

    def add_consumer(self, name: bytes, now: int) -> bool:
        """Make a consumer; whether there was none of that name. O(1)."""
        if name in self.consumers:
            return False
        self.consumers[name] = Consumer(name, now)
        return True

    def remove_consumer(self, name: bytes) -> int | None:
        """Remove a consumer and forget what it has got; how much that was, `None` where it is not there."""
        consumer = self.consumers.pop(name, None)
        if consumer is None:
            return None
        for id_ in consumer.pending:
            del self.pending[id_]
        return len(consumer.pending)

    # -- what is pending ----------------------------------------------------------------------------------------------

    def put(self, id_: int, pending: Pending) -> None:
        """Let an entry be pending that is not yet. O(log n)."""
        self.pending[id_] = pending.consumer.pending[id_] = pending

    def give(self, id_: int, pending: Pending, consumer: Consumer) -> None:
        """Let a pending entry belong to `consumer`. O(log n)."""
        if pending.consumer is not consumer:
            del pending.consumer.pending[id_]
            consumer.pending[id_] = pending
            pending.consumer = consumer

    def deliver(self, id_: int, consumer: Consumer, now: int) -> Pending:
        """Let an entry that is new to the group be pending; after XGROUP SETID it may be already. O(log n)."""
        pending: Pending | None = self.pending.get(id_)
        if pending is None:
            pending = Pending(consumer, now)
            self.put(id_, pending)
        else:
            self.give(id_, pending, consumer)
            pending.delivered, pending.count = now, 1
        return pending

    def release(self, id_: int) -> bool:
        """Let an entry be pending no more; whether it was. O(log n)."""
        pending = self.pending.pop(id_, None)
        if pending is None:
            return False
        del pending.consumer.pending[id_]
        return True

    # -- how far it has read ------------------------------------------------------------------------------------------

    def advance(self, stream: Counted, id_: int) -> None:
        """The group has now read up to `id_`, which is the entry behind `last_id`. O(1)."""
        if self.entries_read is not None and not stream.has_gaps_from(id_):
            self.entries_read += 1
        elif stream.entries_added:
            self.entries_read = stream.count_up_to(id_)
        self.last_id = id_


def lag(stream: Counted, group: Group) -> int | None:
    """How many entries the group has yet to read; `None` where that cannot be known, for XDEL. O(1)."""
    if not stream.entries_added:
        return 0
    if group.entries_read is not None and not stream.has_gaps_from(group.last_id):
        return stream.entries_added - group.entries_read
    read = stream.count_up_to(group.last_id)
    return None if read is None else stream.entries_added - read
