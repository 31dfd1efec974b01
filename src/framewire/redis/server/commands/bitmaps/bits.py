"""Commands on the bits of strings. BITFIELD has a file of its own.

What belongs here: reading the requests; the work is done in `values/bits.py`. Looking at a key comes before looking at
the range, so a missing key has no wrong ranges, as in Redis.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.lookup import store
from framewire.redis.server.commands.strings.lookup import editable, find, look_up, read
from framewire.redis.server.parsing.arguments import parse_int64, require_int64
from framewire.redis.server.parsing.errors import OUT_OF_MEMORY, SYNTAX_ERROR, CommandError
from framewire.redis.server.values.bits import combine, count_ones, find_bit, read_bit, write_bit
from framewire.redis.server.values.strings import RawString

__all__ = ["bitcount", "bitop", "bitpos", "getbit", "place_of", "setbit"]

_WRONG_PLACE = b"ERR bit offset is not an integer or out of range"
_WRONG_BIT = b"ERR bit is not an integer or out of range"


def place_of(client: Client, text: bytes, width: int = 1) -> int:
    """The place of a bit, or of the number that `text` counts in widths; a string of that length must be allowed."""
    place = parse_int64(text)
    if place is None or place < 0 or place * width >> 3 >= client.state.config.proto_max_bulk_len:
        raise CommandError(_WRONG_PLACE)
    return place * width


def getbit(client: Client, request: list[bytes]) -> object:
    place = place_of(client, request[2])
    return read_bit(look_up(client, request[1]) or b"", place)


def setbit(client: Client, request: list[bytes]) -> object:
    """Only what changes something counts as a change."""
    key, place = request[1], place_of(client, request[2])
    bit = parse_int64(request[3])
    if bit not in (0, 1):
        raise CommandError(_WRONG_BIT)
    found = find(client, key)
    grows = place >> 3 >= len(found or b"")
    value = found if isinstance(found, RawString) and not grows else editable(client, key, (place >> 3) + 1)
    before = read_bit(value, place)
    if grows or before != bit:
        write_bit(value, place, bit)
        client.db.touch(key, b"setbit")
    return before


def bitcount(client: Client, request: list[bytes]) -> object:
    value = look_up(client, request[1])
    if value is None:
        return 0
    if len(request) not in (2, 4, 5):
        raise CommandError(SYNTAX_ERROR)
    start, end = (require_int64(request[2]), require_int64(request[3])) if len(request) > 2 else (0, -1)
    if start < 0 and end < 0 and start > end:
        return 0
    unit = _bits_in_unit(request[4:])
    places = _places(value, start, end, unit)
    return count_ones(value, *places) if places is not None else 0


def bitpos(client: Client, request: list[bytes]) -> object:
    """With an end, only the range counts; without one, the string goes on with zeros."""
    bit = require_int64(request[2])
    if bit not in (0, 1):
        raise CommandError(b"ERR The bit argument must be 1 or 0.")
    value = look_up(client, request[1])
    if value is None:
        return -1 if bit else 0
    if len(request) > 6:
        raise CommandError(SYNTAX_ERROR)
    start = require_int64(request[3]) if len(request) > 3 else 0
    unit = _bits_in_unit(request[5:])
    end = require_int64(request[4]) if len(request) > 4 else -1
    places = _places(value, start, end, unit)
    if places is None:
        return -1
    found = find_bit(value, bit, *places)
    if found is None and not bit and len(request) <= 4:
        return 8 * len(value)
    return -1 if found is None else found


def _bits_in_unit(words: list[bytes]) -> int:
    if not words or words[0].upper() == b"BYTE":
        return 8
    if words[0].upper() == b"BIT":
        return 1
    raise CommandError(SYNTAX_ERROR)


def _places(value: bytes | RawString, start: int, end: int, unit: int) -> tuple[int, int] | None:
    """The first and the last bit of a range that is given in units, both included; `None` where there is none."""
    total = 8 * len(value) // unit
    start, end = (max(index + total, 0) if index < 0 else index for index in (start, end))
    end = min(end, total - 1)
    return (start * unit, end * unit + unit - 1) if start <= end else None


def bitop(client: Client, request: list[bytes]) -> object:
    operation, target, sources = request[1].upper(), request[2], request[3:]
    if operation not in (b"AND", b"OR", b"XOR", b"NOT"):
        raise CommandError(SYNTAX_ERROR)
    if operation == b"NOT" and len(sources) > 1:
        raise CommandError(b"ERR BITOP NOT must be called with a single source key.")
    try:
        result = RawString(combine(operation, [read(client, key) or b"" for key in sources]))
    except MemoryError:
        raise CommandError(OUT_OF_MEMORY) from None
    return store(client, target, result, b"set")
