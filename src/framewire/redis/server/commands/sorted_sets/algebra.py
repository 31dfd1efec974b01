"""Commands that join several sorted sets: unions, intersections, differences. Sets take part, each member scoring 1.

What belongs here: reading which sets are joined and how, the three ways to join, and what becomes of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.cardinality import count_common, next_limit
from framewire.redis.server.commands.shared.numkeys import next_keys
from framewire.redis.server.commands.sorted_sets.ranges import store
from framewire.redis.server.commands.sorted_sets.scores import entries_reply, parse_score
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, WRONG_TYPE, CommandError
from framewire.redis.server.values.sets import SetValue
from framewire.redis.server.values.sorted_sets import Entry, SortedSetValue

__all__ = ["zdiff", "zdiffstore", "zinter", "zintercard", "zinterstore", "zunion", "zunionstore"]

Aggregate: TypeAlias = Callable[[float, float], float]
"""What becomes of the two scores of one member."""

_NOT_A_WEIGHT = b"ERR weight value is not a float"


class _Source:
    """One of the sets, with the weight of its scores; a missing key is an empty set."""

    __slots__ = ("_value", "weight")

    def __init__(self, value: SortedSetValue | SetValue | None) -> None:
        self._value = value if value is not None else SetValue()
        self.weight = 1.0

    def __len__(self) -> int:
        return len(self._value)

    def __contains__(self, member: object) -> bool:
        return member in self._value

    def score(self, member: bytes) -> float | None:
        """The weighed score; it may be NaN (an infinity times 0)."""
        if isinstance(self._value, SetValue):
            return self.weight if member in self._value else None
        score = self._value.score(member)
        return None if score is None else score * self.weight

    def entries(self) -> list[Entry]:
        """Weighed, in no promised order; NaN counts as 0."""
        weight = self.weight
        if isinstance(self._value, SetValue):
            return [(weight, member) for member in self._value]
        entries = self._value.entries_of(self._value)
        return entries if weight == 1 else [(_number(score * weight), member) for score, member in entries]


def _number(score: float) -> float:
    return score if score == score else 0.0  # NaN alone does not equal itself


def _sum(first: float, second: float) -> float:
    return _number(first + second)


def _lower(first: float, second: float) -> float:
    return second if second < first else first


def _higher(first: float, second: float) -> float:
    return second if second > first else first


_AGGREGATES: dict[bytes, Aggregate] = {b"SUM": _sum, b"MIN": _lower, b"MAX": _higher}


# -- what is asked for ----------------------------------------------------------------------------------------------


class _Query:
    """The sets and how to join them. `words` are the options that the command has."""

    __slots__ = ("_words", "aggregate", "limit", "sources", "with_scores")

    def __init__(self, client: Client, request: list[bytes], position: int, words: Sequence[bytes]) -> None:
        arguments = Arguments(request, position)
        self.sources = _sources(client, arguments, request[0])
        self.aggregate: Aggregate = _sum
        self.limit = 0  # none
        self.with_scores = False
        self._words = words
        while arguments:
            self._take(arguments.next_word(), arguments)

    def _take(self, option: bytes, arguments: Arguments) -> None:
        if option not in self._words:
            raise CommandError(SYNTAX_ERROR)
        if option == b"WEIGHTS":
            self._take_weights(arguments)
        elif option == b"AGGREGATE":
            self._take_aggregate(arguments.next_word())
        elif option == b"LIMIT":
            self.limit = next_limit(arguments)
        else:
            self.with_scores = True

    def _take_weights(self, arguments: Arguments) -> None:
        if arguments.remaining < len(self.sources):
            raise CommandError(SYNTAX_ERROR)
        for source in self.sources:
            source.weight = parse_score(arguments.next_bytes(), _NOT_A_WEIGHT)

    def _take_aggregate(self, name: bytes) -> None:
        if name not in _AGGREGATES:
            raise CommandError(SYNTAX_ERROR)
        self.aggregate = _AGGREGATES[name]

    def by_size(self) -> list[_Source]:
        """The sets, the smallest first: the order in which Redis joins them, and so rounds the sums."""
        return sorted(self.sources, key=len)


def _sources(client: Client, arguments: Arguments, name: bytes) -> list[_Source]:
    number = arguments.next_int()
    if number < 1:
        raise CommandError(b"ERR at least 1 input key is needed for '%s' command" % name.lower())
    return [_Source(_read(client, key)) for key in next_keys(arguments, number)]


def _read(client: Client, key: bytes) -> SortedSetValue | SetValue | None:
    value = client.db.read(key, client.state.clock)
    if value is None or isinstance(value, SortedSetValue | SetValue):
        return value
    raise CommandError(WRONG_TYPE)


# -- joining --------------------------------------------------------------------------------------------------------


def _union(query: _Query) -> list[Entry]:
    """O(members of all sets)."""
    aggregate = query.aggregate
    scores: dict[bytes, float] = {}
    for source in query.by_size():
        for score, member in source.entries():
            before = scores.get(member)
            scores[member] = score if before is None else aggregate(before, score)
    return [(score, member) for member, score in scores.items()]


def _intersection(query: _Query) -> list[Entry]:
    """O(members of the smallest set, times the number of sets)."""
    smallest, *others = query.by_size()
    found: list[Entry] = []
    for score, member in smallest.entries():
        joined = _join(score, (other.score(member) for other in others), query.aggregate)
        if joined is not None:
            found.append((joined, member))
    return found


def _join(score: float, others: Iterable[float | None], aggregate: Aggregate) -> float | None:
    for other in others:
        if other is None:
            return None
        score = aggregate(score, other)
    return score


def _difference(query: _Query) -> list[Entry]:
    """O(members of the first set, times the number of sets)."""
    first, *others = query.sources
    return [entry for entry in first.entries() if not any(entry[1] in other for other in others)]


def zintercard(client: Client, request: list[bytes]) -> object:
    query = _Query(client, request, 1, (b"LIMIT",))
    smallest, *others = query.by_size()
    return count_common((member for _, member in smallest.entries()), others, query.limit)


# -- what becomes of it -----------------------------------------------------------------------------------------------

_OF_DIFFERENCE = (b"WITHSCORES",)
_OF_OTHERS = (b"WITHSCORES", b"WEIGHTS", b"AGGREGATE")


def zunion(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, _union, _OF_OTHERS)


def zinter(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, _intersection, _OF_OTHERS)


def zdiff(client: Client, request: list[bytes]) -> object:
    return _reply(client, request, _difference, _OF_DIFFERENCE)


def zunionstore(client: Client, request: list[bytes]) -> object:
    return _store(client, request, _union, _OF_OTHERS[1:])


def zinterstore(client: Client, request: list[bytes]) -> object:
    return _store(client, request, _intersection, _OF_OTHERS[1:])


def zdiffstore(client: Client, request: list[bytes]) -> object:
    return _store(client, request, _difference, ())


def _reply(
    client: Client, request: list[bytes], join: Callable[[_Query], list[Entry]], words: Sequence[bytes]
) -> object:
    query = _Query(client, request, 1, words)
    return entries_reply(client, sorted(join(query)), query.with_scores)


def _store(
    client: Client, request: list[bytes], join: Callable[[_Query], list[Entry]], words: Sequence[bytes]
) -> object:
    query = _Query(client, request, 2, words)
    return store(client, request[1], SortedSetValue(join(query)), request[0].lower())
