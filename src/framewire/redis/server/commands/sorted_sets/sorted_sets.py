"""Commands on the members of sorted sets.

What belongs here: adding, removing and asking for members by name, and choosing them at random. Ranges, pops and what
joins several sets stand in files of their own beside this one.
"""

from __future__ import annotations

from collections.abc import Collection
from math import isnan

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import find, look_up, look_up_or, shrunk
from framewire.redis.server.commands.shared.random_members import next_count_and_word, pick
from framewire.redis.server.commands.shared.scanning import scan_value
from framewire.redis.server.commands.sorted_sets.scores import pairs, parse_score, plain_number, score_reply, spell
from framewire.redis.server.parsing.arguments import Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, WRONG_TYPE, CommandError
from framewire.redis.server.values.sorted_sets import ADDED, SAME, Entry, SortedSetValue

__all__ = [
    "zadd",
    "zcard",
    "zincrby",
    "zmscore",
    "zrandmember",
    "zrank",
    "zrem",
    "zrevrank",
    "zscan",
    "zscore",
]

_EMPTY = SortedSetValue()  # what a missing key holds for those that only read; nobody changes it


# -- adding ---------------------------------------------------------------------------------------------------------

_OPTIONS = frozenset((b"NX", b"XX", b"GT", b"LT", b"CH", b"INCR"))
_INCR = frozenset((b"INCR",))


def zadd(client: Client, request: list[bytes]) -> object:
    """One member with a plain score for a set that is there, as most requests have it: `_add` written out."""
    score = plain_number(request[2]) if len(request) == 4 else None
    if score is None:
        return _zadd_with_options(client, request)
    db = client.db
    key = request[1]
    if db.deadlines:
        db.discard_if_due(key, client.state.clock)
    zset = db.values.get(key)
    if zset.__class__ is not SortedSetValue:
        return _zadd_with_options(client, request)
    assert isinstance(zset, SortedSetValue)
    done = zset.put(request[3], score)
    if done == ADDED and zset.is_listpack:
        zset.maybe_convert(client.state.config)
    if done != SAME and db.observer is not None:
        db.observer(db, key, b"zadd")
    return int(done == ADDED)


def _zadd_with_options(client: Client, request: list[bytes]) -> object:
    options: set[bytes] = set()
    position = 2
    while position < len(request) and (word := request[position].upper()) in _OPTIONS:
        options.add(word)
        position += 1
    return _add_checked(client, request[1], frozenset(options), request[position:])


def zincrby(client: Client, request: list[bytes]) -> object:
    """ZADD with INCR under another name: the words of its options are no increments."""
    if request[2].upper() in _OPTIONS:
        raise CommandError(SYNTAX_ERROR)
    return _add(client, request[1], _INCR, [(parse_score(request[2]), request[3])])


def _add_checked(client: Client, key: bytes, options: frozenset[bytes], arguments: list[bytes]) -> object:
    if not arguments or len(arguments) % 2:
        raise CommandError(SYNTAX_ERROR)
    if options >= {b"NX", b"XX"}:
        raise CommandError(b"ERR XX and NX options at the same time are not compatible")
    if len(options & {b"NX", b"GT", b"LT"}) > 1:
        raise CommandError(b"ERR GT, LT, and/or NX options at the same time are not compatible")
    if b"INCR" in options and len(arguments) > 2:
        raise CommandError(b"ERR INCR option supports a single increment-element pair")
    scores = [parse_score(text) for text in arguments[::2]]
    return _add(client, key, options, list(zip(scores, arguments[1::2], strict=True)))


def _add(client: Client, key: bytes, options: frozenset[bytes], entries: list[Entry]) -> object:
    db = client.db
    zset = find(client, key, SortedSetValue)
    is_new = zset is None
    if zset is None:
        if b"XX" in options:
            return None if b"INCR" in options else 0
        zset = SortedSetValue()
    added, changed, score = _put_all(zset, options, entries)
    if is_new:
        db.values[key] = zset
    if added or changed:
        zset.maybe_convert(client.state.config)
        db.touch(key, b"zincr" if b"INCR" in options else b"zadd")
    if is_new:
        db.signal(key)
    if b"INCR" in options:
        return None if score is None else score_reply(client, score)
    return added + changed if b"CH" in options else added


def _put_all(zset: SortedSetValue, options: frozenset[bytes], entries: list[Entry]) -> tuple[int, int, float | None]:
    """How many were added and how many got another score; and what the last one was to have, if options let it."""
    added = changed = 0
    score: float | None = None
    for given, member in entries:
        score = _wanted_score(options, zset.score(member), given) if options else given
        if score is not None:
            done = zset.put(member, score)
            added += done == ADDED
            changed += done not in (ADDED, SAME)
    return added, changed, score


def _wanted_score(options: frozenset[bytes], before: float | None, score: float) -> float | None:
    """The score that a member shall have, or `None` where the options forbid to change it."""
    if before is None:
        return None if b"XX" in options else score
    if b"NX" in options:
        return None
    if b"INCR" in options:
        score += before
        if isnan(score):
            raise CommandError(b"ERR resulting score is not a number (NaN)")
    if (b"GT" in options and score <= before) or (b"LT" in options and score >= before):
        return None
    return score


# -- removing, asking -------------------------------------------------------------------------------------------------


def zrem(client: Client, request: list[bytes]) -> object:
    key = request[1]
    zset = find(client, key, SortedSetValue)
    if zset is None:
        return 0
    removed = sum([zset.remove(member) for member in request[2:]])
    if removed:
        shrunk(client, key, zset, b"zrem")
    return removed


def zcard(client: Client, request: list[bytes]) -> object:
    return len(look_up_or(client, request[1], _EMPTY))


def zscore(client: Client, request: list[bytes]) -> object:
    """Of the common path: `look_up` written out."""
    db = client.db
    zset = db.read(request[1], client.state.clock)
    if zset is None:
        return None
    if not isinstance(zset, SortedSetValue):
        raise CommandError(WRONG_TYPE)
    score = zset.score(request[2])
    return None if score is None else score_reply(client, score)


def zmscore(client: Client, request: list[bytes]) -> object:
    zset = look_up_or(client, request[1], _EMPTY)
    scores = [zset.score(member) for member in request[2:]]
    return [None if score is None else score_reply(client, score) for score in scores]


def zrank(client: Client, request: list[bytes]) -> object:
    return look_up_or(client, request[1], _EMPTY).rank(request[2])


def zrevrank(client: Client, request: list[bytes]) -> object:
    zset = look_up_or(client, request[1], _EMPTY)
    rank = zset.rank(request[2])
    return None if rank is None else len(zset) - 1 - rank


# -- random members, and all in pages ---------------------------------------------------------------------------------


def zrandmember(client: Client, request: list[bytes]) -> object:
    arguments = Arguments(request, 2)
    if arguments:
        return _random_members(client, request[1], arguments)
    zset = look_up(client, request[1], SortedSetValue)
    return None if zset is None else zset.sampler.one(zset)


def _random_members(client: Client, key: bytes, arguments: Arguments) -> object:
    count, with_scores = next_count_and_word(arguments, b"WITHSCORES")
    zset = look_up_or(client, key, _EMPTY)
    if not zset or not count:
        return []
    chosen = _members(zset)[::-1] if count >= len(zset) else pick(zset.sampler, zset, count)
    return pairs(client, zset.entries_of(chosen)) if with_scores else chosen


def zscan(client: Client, request: list[bytes]) -> object:
    return scan_value(client, request, SortedSetValue, _to_scan, _flat)


def _to_scan(zset: SortedSetValue) -> tuple[Collection[bytes], bool]:
    return (_members(zset), True) if zset.is_listpack else (zset, False)


def _flat(zset: SortedSetValue, members: list[bytes]) -> list[bytes]:
    """Members with their scores, one after the other, as ZSCAN spells them."""
    return [
        part for score, member in zset.entries_of(members) for part in (member, spell(score, zset.is_listpack))
    ]


def _members(zset: SortedSetValue) -> list[bytes]:
    """All members in order."""
    return [member for _, member in zset.entries()]
