"""BITFIELD: numbers of any width, at any place of a string.

What belongs here: this command, and BITFIELD_RO. The whole request is read before anything is done.
"""

from __future__ import annotations

from dataclasses import dataclass

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.bitmaps.bits import place_of
from framewire.redis.server.commands.strings.lookup import editable, find, look_up
from framewire.redis.server.parsing.arguments import Arguments, parse_int64, require_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError
from framewire.redis.server.values.bits import read_number, write_number
from framewire.redis.server.values.strings import RawString

__all__ = ["bitfield", "bitfield_ro"]

_WRONG_TYPE = b"ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."
_OPERANDS = {b"GET": 2, b"SET": 3, b"INCRBY": 3}


@dataclass(slots=True)
class _Field:
    """A number: its place, its width in bits, whether it has a sign."""

    signed: bool
    width: int
    place: int

    def read(self, value: bytes | RawString) -> int:
        return self._as_signed(read_number(value, self.place, self.width))

    def write(self, value: RawString, number: int) -> None:
        write_number(value, self.place, self.width, number & ((1 << self.width) - 1))

    def fit(self, number: int, overflow: bytes) -> int | None:
        """What is stored for `number`: itself where it fits; else as `overflow` says, `None` for nothing."""
        low, high = (-(1 << self.width - 1), (1 << self.width - 1) - 1) if self.signed else (0, (1 << self.width) - 1)
        if low <= number <= high:
            return number
        if overflow == b"WRAP":
            return self._as_signed(number & ((1 << self.width) - 1))
        return None if overflow == b"FAIL" else high if number > high else low

    def _as_signed(self, number: int) -> int:
        return number - (1 << self.width) if self.signed and number >> self.width - 1 else number


@dataclass(slots=True)
class _Step:
    operation: bytes
    field: _Field
    operand: int
    overflow: bytes

    def new_number(self, before: int) -> int | None:
        if self.operation == b"INCRBY":
            return self.field.fit(before + self.operand, self.overflow)
        return self.field.fit(self.operand if self.field.signed else self.operand & (2**64 - 1), self.overflow)


def bitfield(client: Client, request: list[bytes]) -> object:
    steps = _read_steps(client, request)
    end = max((step.field.place + step.field.width for step in steps if step.operation != b"GET"), default=0)
    if not end:
        value = look_up(client, request[1]) or b""
        return [step.field.read(value) for step in steps]
    return _change(client, request, steps, (end + 7) >> 3)


def _change(client: Client, request: list[bytes], steps: list[_Step], size: int) -> list[int | None]:
    key = request[1]
    grows = len(find(client, key) or b"") < size
    value = editable(client, key, size)
    changed = False
    replies: list[int | None] = []
    for step in steps:
        before = step.field.read(value)
        number = before if step.operation == b"GET" else step.new_number(before)
        if step.operation != b"GET" and number is not None:
            step.field.write(value, number)
            changed = changed or grows or number != before
        replies.append(before if step.operation == b"SET" and number is not None else number)
    if changed:
        client.db.touch(key, b"setbit")
    elif grows:  # no change that Redis tells anybody of, but there are more zeros than before
        client.propagate(request)
    return replies


def bitfield_ro(client: Client, request: list[bytes]) -> object:
    steps = _read_steps(client, request)
    if any(step.operation != b"GET" for step in steps):
        raise CommandError(b"ERR BITFIELD_RO only supports the GET subcommand")
    value = look_up(client, request[1]) or b""
    return [step.field.read(value) for step in steps]


def _read_steps(client: Client, request: list[bytes]) -> list[_Step]:
    arguments = Arguments(request, 2)
    overflow = b"WRAP"
    steps: list[_Step] = []
    while arguments:
        operation = arguments.next_word()
        if operation == b"OVERFLOW" and arguments:
            overflow = _read_overflow(arguments.next_word())
        elif operation in _OPERANDS and arguments.remaining >= _OPERANDS[operation]:
            field = _read_field(client, arguments)
            operand = 0 if operation == b"GET" else require_int64(arguments.next_bytes())
            steps.append(_Step(operation, field, operand, overflow))
        else:
            raise CommandError(SYNTAX_ERROR)
    return steps


def _read_overflow(word: bytes) -> bytes:
    if word not in (b"WRAP", b"SAT", b"FAIL"):
        raise CommandError(b"ERR Invalid OVERFLOW type specified")
    return word


def _read_field(client: Client, arguments: Arguments) -> _Field:
    """`u8` or `i16`, and a place in bits, or in such numbers: `#2`."""
    kind, place = arguments.next_bytes(), arguments.next_bytes()
    width = parse_int64(kind[1:])
    if kind[:1] not in (b"u", b"i") or width is None or not 1 <= width <= (64 if kind[:1] == b"i" else 63):
        raise CommandError(_WRONG_TYPE)
    if place[:1] == b"#":
        return _Field(kind[:1] == b"i", width, place_of(client, place[1:], width))
    return _Field(kind[:1] == b"i", width, place_of(client, place))
