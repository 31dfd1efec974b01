"""Random members of a collection, without looking at all of them for each.

What belongs here: choosing. A set or a dict of Python has no "n-th" member, so a `Sampler` keeps a list of what was
there when it last looked, and checks each member that it draws from it:

    draw --- still a member ---> it is the one
          `- gone: taken off the list, draw again

Members that came since are not on the list. So it is made anew when the collection has outgrown it by an eighth, and
after every sixteenth as many draws as it has members, which costs each draw a constant share. Where there are few
members, all are looked at each time. So choices are fair at once in small collections, and soon in large ones.
"""

from __future__ import annotations

from collections.abc import Collection
from random import choices, random, sample

__all__ = ["Sampler"]

FEW = 128


class Sampler:
    """What is remembered between choices. One for each collection, which is handed in again with each call, and must
    never be empty then.
    """

    __slots__ = ("_draws_left", "_enough_for", "_members")

    def __init__(self) -> None:
        self._members: list[bytes] = []
        self._draws_left = 0
        self._enough_for = 0

    def one(self, collection: Collection[bytes]) -> bytes:
        """A member. O(1) on average over many calls; O(n) now and then."""
        if len(collection) <= FEW:
            members = list(collection)
            return members[int(random() * len(members))]
        while True:
            if not self._draws_left or len(collection) > self._enough_for:
                self._look_again(collection)
            member = self._draw()
            if member in collection:
                return member
            self._forget_last_drawn(member)

    def distinct(self, collection: Collection[bytes], count: int) -> list[bytes]:
        """`count` different members, or all where there are no more, in random order. O(count), or O(n) if less."""
        if count * 8 > len(collection) or len(collection) <= FEW:
            return sample(list(collection), min(count, len(collection)))
        chosen: dict[bytes, None] = {}
        while len(chosen) < count:
            chosen[self.one(collection)] = None
        return list(chosen)

    def repeated(self, collection: Collection[bytes], count: int) -> list[bytes]:
        """`count` members, of which the same one may come again. O(count), or O(n + count) if less."""
        if count * 8 > len(collection) or len(collection) <= FEW:
            return choices(list(collection), k=count)
        return [self.one(collection) for _ in range(count)]

    def _look_again(self, collection: Collection[bytes]) -> None:
        self._members = list(collection)
        self._draws_left = len(collection) // 16 + 1
        self._enough_for = len(collection) + len(collection) // 8

    # The member drawn goes to the end of the list, so that it can be taken off in O(1).

    def _draw(self) -> bytes:
        self._draws_left -= 1
        members = self._members
        index = int(random() * len(members))
        members[index], members[-1] = members[-1], members[index]
        return members[-1]

    def _forget_last_drawn(self, member: bytes) -> None:
        assert self._members[-1] is member
        self._members.pop()
        if not self._members:
            self._draws_left = 0
