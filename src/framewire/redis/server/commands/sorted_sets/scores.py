"""How the scores of sorted sets are read and replied.

What belongs here: numbers and the shapes of replies, shared by the files of this group. Redis 7.0 prints a score with
17 digits (`0.10000000000000001`); RESP3 has a type for it, and pairs.
"""

from __future__ import annotations

from collections.abc import Iterable

from framewire.frames.decimals import Double17
from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.parsing.floats import NOT_A_FLOAT, parse_double
from framewire.redis.server.values.sorted_sets import Entry

__all__ = ["entries_reply", "pairs", "parse_score", "plain_number", "score_reply", "spell"]

_SHORT = 20
_LISTPACK_INTEGERS = 2**62


def plain_number(text: bytes) -> float | None:
    """What `text` spells as most numbers are: some digits, perhaps a point. `None`: look at it more closely."""
    return float(text) if len(text) < _SHORT and text.replace(b".", b"", 1).isdigit() else None


def parse_score(text: bytes, error: bytes = NOT_A_FLOAT) -> float:
    """The score that `text` spells, an infinity too; raises `CommandError(error)` for anything else, and for NaN."""
    score = plain_number(text)
    if score is None:
        score = parse_double(text)
    if score is None:
        raise CommandError(error)
    return score


def spell(score: float, in_listpack: bool) -> bytes:
    """The text of a score in ZSCAN, where those in a small encoding may be integers."""
    if in_listpack and abs(score) <= _LISTPACK_INTEGERS and score.is_integer():
        return b"%d" % score
    return b"%.17g" % score


def score_reply(client: Client, score: float) -> object:
    """What a score is replied as: a text in RESP2, a number in RESP3."""
    return Double17(score) if client.protocol == 3 else b"%.17g" % score


def pairs(client: Client, entries: Iterable[Entry]) -> list[object]:
    """Members with their scores: one after the other in RESP2, in pairs in RESP3."""
    if client.protocol == 3:
        return [[member, Double17(score)] for score, member in entries]
    return [part for score, member in entries for part in (member, b"%.17g" % score)]


def entries_reply(client: Client, entries: Iterable[Entry], with_scores: bool) -> list[object]:
    """Members, with their scores where those are asked for."""
    return pairs(client, entries) if with_scores else [member for _, member in entries]
