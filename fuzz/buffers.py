"""Any sequence of operations on buffers gives what plain bytes would, on both twins alike, or a documented error.

The input is a program: one byte for the operation, one for the handle, one for a number. Each handle is a plain one, a
compiled one and a `bytearray`, which says what they must hold; capacities and errors of the twins must be the same too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from framewire.errors import BufferUnderflow
from fuzz.harness import TWINS

MAX_HANDLES = 12
MAX_STEPS = 300
EXPECTED = (BufferUnderflow, BufferError, ValueError, IndexError)
MUT, FROZEN, READER = "BytesMut", "Bytes", "Cursor"


class Handle:
    """The same buffer in each twin, and what it holds."""

    def __init__(self, kind: str, parts: list[Any], model: bytearray) -> None:
        self.kind = kind
        self.parts = parts
        self.model = model

    def all(self, call: Callable[[Any], Any]) -> list[Any] | None:
        """The results of `call`, or `None` if it raised: what is documented, and in each twin the same."""
        results, errors = [], []
        for part in self.parts:
            try:
                results.append(call(part))
            except EXPECTED as error:
                errors.append((type(error), str(error)))
        assert not errors or (not results and len(set(errors)) == 1), f"the twins disagree: {results}, {errors}"
        return None if errors else results

    def check(self) -> None:
        for part in self.parts:
            held = bytes(part.view() if self.kind != READER else part.chunk())
            assert held == self.model, f"{self.kind} holds {held!r}, not {bytes(self.model)!r}"
        if self.kind == MUT:
            capacities = {part.capacity for part in self.parts}
            assert len(capacities) == 1 and capacities.pop() >= len(self.model)


class Machine:
    """The handles that are alive, and the operations on them; each returns nothing and keeps the models right."""

    def __init__(self) -> None:
        self.handles = [self.new(MUT, b"")]

    def new(self, kind: str, data: bytes) -> Handle:
        return Handle(kind, [getattr(twin.buffer, kind)(data) for twin in TWINS], bytearray(data))

    def add(self, kind: str, parts: list[Any], model: bytes) -> None:
        if len(self.handles) < MAX_HANDLES:
            self.handles.append(Handle(kind, parts, bytearray(model)))

    def some(self, handle: Handle, n: int) -> int:
        """A number that is mostly within the handle, and sometimes not."""
        return n if n >= 250 else n % (len(handle.model) + 2)

    # -- on a BytesMut

    def extend(self, handle: Handle, n: int) -> None:
        data = bytes(range(n))
        if handle.all(lambda part: part.extend(data)) is not None:
            handle.model += data

    def extend_self(self, handle: Handle, n: int) -> None:
        if len(handle.model) < 4096 and handle.all(lambda part: part.extend(part)) is not None:
            handle.model *= 2

    def advance(self, handle: Handle, n: int) -> None:
        n = self.some(handle, n)
        if handle.all(lambda part: part.advance(n)) is not None:
            del handle.model[:n]

    def split_to(self, handle: Handle, n: int) -> None:
        n = self.some(handle, n)
        parts = handle.all(lambda part: part.split_to(n))
        if parts is not None:
            self.add(MUT, parts, handle.model[:n])
            del handle.model[:n]

    def split_off(self, handle: Handle, n: int) -> None:
        parts = handle.all(lambda part: part.split_off(n))
        if parts is not None:
            self.add(MUT, parts, handle.model[n:])
            del handle.model[n:]

    def freeze(self, handle: Handle, n: int) -> None:
        parts = handle.all(lambda part: part.freeze())
        if parts is not None:
            self.add(FROZEN, parts, handle.model)
            handle.model.clear()

    def truncate(self, handle: Handle, n: int) -> None:
        handle.all(lambda part: part.truncate(n))
        del handle.model[n:]

    def resize(self, handle: Handle, n: int) -> None:
        if handle.all(lambda part: part.resize(n, 7)) is not None:
            handle.model[n:] = bytes([7]) * (n - len(handle.model))

    def clear(self, handle: Handle, n: int) -> None:
        handle.all(lambda part: part.clear())
        handle.model.clear()

    def reserve(self, handle: Handle, n: int) -> None:
        handle.all(lambda part: part.reserve(n * 3))

    def try_reclaim(self, handle: Handle, n: int) -> None:
        answers = handle.all(lambda part: part.try_reclaim(n * 3))
        assert answers is None or len(set(answers)) == 1

    def unsplit(self, handle: Handle, n: int) -> None:
        other = self.handles[n % len(self.handles)]
        if other.kind != MUT or other is handle:
            return
        pairs = iter(other.parts)
        if handle.all(lambda part: part.unsplit(next(pairs))) is not None:
            handle.model += other.model
            other.model.clear()

    def put_number(self, handle: Handle, n: int) -> None:
        if handle.all(lambda part: part.put_u16(n * 257)) is not None:
            handle.model += (n * 257).to_bytes(2, "big")

    def set_byte(self, handle: Handle, n: int) -> None:
        def put(part: Any) -> None:
            part[n] = 1

        if handle.all(put) is not None:
            handle.model[n] = 1

    def receive(self, handle: Handle, n: int) -> None:
        """Lease, fill and commit, as a transport does; the view may outlive it."""
        views = handle.all(lambda part: part.lease(1 + n // 4))
        if views is None:
            return
        n = min(n, *map(len, views))
        for view in views:
            view[:n] = bytes([n]) * n
        assert handle.all(lambda part: part.commit(n)) is not None
        handle.model += bytes([n]) * n

    def expect(self, handle: Handle, n: int) -> None:
        handle.all(lambda part: part.expect(n * 5))
        assert len({part.expected for part in handle.parts}) == 1

    # -- on a Bytes

    def slice(self, handle: Handle, n: int) -> None:
        start, stop = n % 16, n // 4
        parts = handle.all(lambda part: part.slice(start, stop))
        if parts is not None:
            self.add(FROZEN, parts, handle.model[start:stop])

    def split_at(self, handle: Handle, n: int) -> None:
        n = self.some(handle, n)
        pairs = handle.all(lambda part: part.split_at(n))
        if pairs is not None:
            self.add(FROZEN, [tail for _, tail in pairs], handle.model[n:])

    def compact(self, handle: Handle, n: int) -> None:
        parts = handle.all(lambda part: part.compact())
        if parts is not None:
            self.add(FROZEN, parts, handle.model)

    def read(self, handle: Handle, n: int) -> None:
        parts = [twin.buffer.Cursor(part) for twin, part in zip(TWINS, handle.parts, strict=True)]
        self.add(READER, parts, handle.model)

    # -- on all

    def take(self, handle: Handle, n: int) -> None:
        """`copy_to_bytes`, of the two that consume."""
        n = self.some(handle, n)
        if handle.kind != FROZEN:
            parts = handle.all(lambda part: part.copy_to_bytes(n))
            if parts is not None:
                self.add(FROZEN, parts, handle.model[:n])
                del handle.model[:n]

    def get_number(self, handle: Handle, n: int) -> None:
        if handle.kind == FROZEN:
            return
        numbers = handle.all(lambda part: part.get_u32_le())
        if numbers is not None:
            assert set(numbers) == {int.from_bytes(handle.model[:4], "little")}
            del handle.model[:4]

    def find(self, handle: Handle, n: int) -> None:
        if handle.kind != READER:
            needle, start = bytes([n % 8]), n // 8
            assert handle.all(lambda part: part.find(needle, start)) == [handle.model.find(needle, start)] * len(TWINS)

    def drop(self, handle: Handle, n: int) -> None:
        if len(self.handles) > 1:
            self.handles.remove(handle)

    def make(self, handle: Handle, n: int) -> None:
        if len(self.handles) < MAX_HANDLES:
            self.handles.append(self.new((MUT, FROZEN)[n & 1], bytes(range(n // 2))))


OPERATIONS: list[tuple[str | None, Callable[[Machine, Handle, int], None]]] = [
    *[
        (MUT, operation)
        for operation in (
            Machine.extend, Machine.extend_self, Machine.advance, Machine.split_to, Machine.split_off, Machine.freeze,
            Machine.truncate, Machine.resize, Machine.clear, Machine.reserve, Machine.try_reclaim, Machine.unsplit,
            Machine.put_number, Machine.set_byte, Machine.receive, Machine.expect,
        )
    ],
    *[(FROZEN, operation) for operation in (Machine.slice, Machine.split_at, Machine.compact, Machine.read)],
    *[(None, operation) for operation in (Machine.take, Machine.get_number, Machine.find, Machine.drop, Machine.make)],
]  # fmt: skip


def one_input(data: bytes) -> None:
    """Three bytes are one step: operation, handle, number. A step that does not suit the handle is skipped."""
    machine = Machine()
    for at in range(0, min(len(data), 3 * MAX_STEPS) - 2, 3):
        kind, operation = OPERATIONS[data[at] % len(OPERATIONS)]
        handle = machine.handles[data[at + 1] % len(machine.handles)]
        if kind in (None, handle.kind):
            operation(machine, handle, data[at + 2])
            for living in machine.handles:
                living.check()


def program(*steps: tuple[Callable[[Machine, Handle, int], None], int, int]) -> bytes:
    """The input that does `steps`."""
    codes = {operation: code for code, (_, operation) in enumerate(OPERATIONS)}
    return bytes(byte for operation, handle, n in steps for byte in (codes[operation], handle, n))


def seeds() -> Iterator[bytes]:
    m = Machine
    yield program((m.extend, 0, 40), (m.split_to, 0, 10), (m.split_to, 0, 10), (m.unsplit, 1, 2), (m.unsplit, 1, 0))
    yield program((m.extend, 0, 200), (m.split_to, 0, 90), (m.freeze, 1, 0), (m.slice, 2, 100), (m.read, 3, 0))
    yield program(
        (m.make, 0, 201), (m.read, 1, 0), (m.get_number, 2, 0), (m.take, 2, 9), (m.drop, 1, 0), (m.find, 2, 9)
    )
    yield program((m.receive, 0, 90), (m.advance, 0, 80), (m.receive, 0, 255), (m.reserve, 0, 99), (m.expect, 0, 255))
    yield program((m.expect, 0, 200), (m.receive, 0, 200), (m.receive, 0, 200), (m.freeze, 0, 0), (m.compact, 1, 0))
    yield program((m.extend, 0, 9), (m.split_off, 0, 4), (m.resize, 0, 40), (m.put_number, 1, 3), (m.unsplit, 0, 1))
    yield program(*[(operation, 0, 30) for _, operation in OPERATIONS])
