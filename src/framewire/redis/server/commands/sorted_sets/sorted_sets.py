"""Commands on the members of sorted sets.

What belongs here: adding, removing and asking for members by name, and choosing them at random. Ranges, pops and what
joins several sets stand in files of their own beside this one.
"""

from __future__ import annotations

from math import isnan

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared import scanning
from framewire.redis.server.commands.shared.lookup import find, look_up, remove_if_empty
from framewire.redis.server.commands.shared.random_members import OUT_OF_RANGE, next_count, pick
from framewire.redis.server.commands.sorted_sets.scores import pairs, parse_score, plain_number, score_reply, spell
from framewire.redis.server.parsing.arguments import INT64_MAX, Arguments
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, WRONG_TYPE, CommandError
from framewire.redis.server.values.sorted_sets import ADDED, SAME, Entry, SortedSetValue

__all__ = [
    "look_up_or_empty",
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


def look_up_or_empty(client: Client, key: bytes) -> SortedSetValue:
    """The sorted set of `key`, an empty one where there is none; counted as a hit or a miss. Raises WRONGTYPE."""
    value = look_up(client, key, SortedSetValue)
    return _EMPTY if value is None else value


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
        zset.grew(client.state.config)
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
        zset.grew(client.state.config)
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
        client.db.touch(key, b"zrem")
        remove_if_empty(client, key, zset)
    return removed


def zcard(client: Client, request: list[bytes]) -> object:
    return len(look_up_or_empty(client, request[1]))


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
    zset = look_up_or_empty(client, request[1])
    scores = [zset.score(member) for member in request[2:]]
    return [None if score is None else score_reply(client, score) for score in scores]


def zrank(client: Client, request: list[bytes]) -> object:
    return look_up_or_empty(client, request[1]).rank(request[2])


def zrevrank(client: Client, request: list[bytes]) -> object:
    zset = look_up_or_empty(client, request[1])
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
    count = next_count(arguments)
    with_scores = _takes_with_scores(arguments, count)
    zset = look_up_or_empty(client, key)
    if not zset or not count:
        return []
    chosen = _members(zset)[::-1] if count >= len(zset) else pick(zset.sampler, zset, count)
    return pairs(client, zset.entries_of(chosen)) if with_scores else chosen


def _takes_with_scores(arguments: Arguments, count: int) -> bool:
    if not arguments:
        return False
    if arguments.next_word() != b"WITHSCORES" or arguments:
        raise CommandError(SYNTAX_ERROR)
    if abs(count) > INT64_MAX // 2:
        raise CommandError(OUT_OF_RANGE)
    return True


def zscan(client: Client, request: list[bytes]) -> object:
    cursor = scanning.parse_cursor(request[2])
    zset = look_up(client, request[1], SortedSetValue)
    if zset is None:
        return scanning.NOTHING_TO_SCAN
    options = scanning.ScanOptions(Arguments(request, 3))
    whole = zset.is_listpack
    following, found = scanning.page(client, _members(zset) if whole else zset, cursor, options, whole=whole)
    parts = [part for score, member in zset.entries_of(found) for part in (member, spell(score, whole))]
    return [b"%d" % following, parts]


def _members(zset: SortedSetValue) -> list[bytes]:
    """All members in order."""
    return [member for _, member in zset.entries()]
