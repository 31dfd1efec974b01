"""Ids of stream entries, and ranges of them, as clients spell them: `5-1`, `5`, `-`, `+`, `(5-1`.

What belongs here: reading them, and the words for ids that make no sense.
"""

from __future__ import annotations

import re

from framewire.redis.server.parsing.arguments import parse_int64
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.values.streams import ID_MAX, make_id

__all__ = ["parse_any_id", "parse_end", "parse_id", "parse_new_id", "parse_range", "parse_start"]

_LAST_SEQUENCE = 2**64 - 1
_LONGEST = 127
_INVALID = b"ERR Invalid stream ID specified as stream command argument"

_number = re.compile(rb"[ \t\n\v\f\r]*([+-]?)0*([0-9]{1,20})").fullmatch


def parse_id(text: bytes, sequence: int = 0) -> int:
    """The id that `text` spells, with this `sequence` where there is none. Raises `CommandError`."""
    milliseconds, dash, rest = _split(text)
    return make_id(_parse_number(milliseconds), _parse_number(rest) if dash else sequence)


def parse_any_id(text: bytes, sequence: int = 0) -> int:
    """As `parse_id`, and `-` and `+` are the first and the last possible id. Raises `CommandError`."""
    if text in (b"-", b"+"):
        return 0 if text == b"-" else ID_MAX
    return parse_id(text, sequence)


def parse_new_id(text: bytes, last_id: int, now: int) -> int:
    """The id of a new entry: `*` and `5-*` leave it to us. It may be lower than `last_id`. Raises `CommandError`."""
    if text == b"*":
        return max(make_id(now, 0), last_id + 1)
    milliseconds, dash, rest = _split(text)
    if not dash or rest != b"*":
        return parse_id(text)
    lowest = make_id(_parse_number(milliseconds), 0)
    if last_id >> 64 != lowest >> 64:
        return lowest
    if last_id == lowest + _LAST_SEQUENCE:  # Redis 7.0 has no better words for this
        raise CommandError(b"ERR Elements are too large to be stored")
    return last_id + 1


def parse_start(text: bytes) -> int:
    """The first id of a range; `(5-1` is the one behind `5-1`. Raises `CommandError`."""
    excluded, id_ = _parse_bound(text, 0)
    if excluded and id_ == ID_MAX:
        raise CommandError(b"ERR invalid start ID for the interval")
    return id_ + excluded


def parse_end(text: bytes) -> int:
    """The last id of a range; `(5-1` is the one before `5-1`, `5` the last one of that time. Raises `CommandError`."""
    excluded, id_ = _parse_bound(text, _LAST_SEQUENCE)
    if excluded and id_ == 0:
        raise CommandError(b"ERR invalid end ID for the interval")
    return id_ - excluded


def parse_range(start: bytes, end: bytes) -> tuple[int, int]:
    """Both ends, which belong to the range. Raises `CommandError`."""
    return parse_start(start), parse_end(end)


def _parse_bound(text: bytes, sequence: int) -> tuple[bool, int]:
    if len(text) > 1 and text[:1] == b"(":
        return True, parse_id(text[1:], sequence)
    return False, parse_any_id(text, sequence)


def _split(text: bytes) -> tuple[bytes, bytes, bytes]:
    if len(text) > _LONGEST:
        raise CommandError(_INVALID)
    return text.split(b"\0", 1)[0].partition(b"-")


def _parse_number(text: bytes) -> int:
    """As C's `strtoull` reads it, but that a plain negative number is refused: `-05` wraps around, `-5` does not."""
    if len(text) < 19 and text.isdigit():
        return int(text)
    match = _number(text)
    if match is None or int(match[2]) > _LAST_SEQUENCE:
        raise CommandError(_INVALID)
    if match[1] != b"-":
        return int(match[2])
    plain = parse_int64(text)
    if plain is not None and plain < 0:
        raise CommandError(_INVALID)
    return -int(match[2]) % 2**64
