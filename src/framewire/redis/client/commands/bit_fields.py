"""Numbers of some bits in a string: BITFIELD.

What belongs here: what collects the parts of such a request, and the methods that begin one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar, cast, overload

from framewire.redis.client.arguments import Key
from framewire.redis.client.definition import Asyncio, Future, Pending, Queued, Reply, Runs, S, Threads, command

__all__ = ["BitFieldOperation", "BitFields", "Offset"]

Offset: TypeAlias = int | str
"""Where a number stands: the bit it begins at, or `"#2"`, the third number of its size."""

Results: TypeAlias = list[int | None]
R = TypeVar("R")


class BitFieldOperation(Generic[R]):
    """A BITFIELD that is being written: `client.bitfield("key").incrby("u8", 0, 1).get("u8", 8).execute()`.

    Types are written `u8` or `i5`: unsigned or signed, and how many bits.
    """

    def __init__(self, runner: Runs[Any], key: Key, default_overflow: str | None = None) -> None:
        self._runner, self._key, self._default = runner, key, (default_overflow or "WRAP").upper()
        self.reset()

    def reset(self) -> None:
        """Forget all parts."""
        self._parts: list[Any] = []
        self._overflow = "WRAP"
        self.overflow(self._default)

    def get(self, fmt: str, offset: Offset) -> Self:
        """Ask for the number of type `fmt` at `offset`."""
        self._parts += (b"GET", fmt, offset)
        return self

    def set(self, fmt: str, offset: Offset, value: int) -> Self:
        """Let the number of type `fmt` at `offset` be `value`; its result is what it was."""
        self._parts += (b"SET", fmt, offset, value)
        return self

    def incrby(self, fmt: str, offset: Offset, increment: int, overflow: str | None = None) -> Self:
        """Add `increment` to the number of type `fmt` at `offset`; its result is the sum. See `overflow`."""
        if overflow is not None:
            self.overflow(overflow)
        self._parts += (b"INCRBY", fmt, offset, increment)
        return self

    def overflow(self, overflow: str) -> Self:
        """What becomes of a number that does not fit, in the parts from here on: WRAP, SAT, or FAIL (`None`)."""
        if (word := overflow.upper()) != self._overflow:
            self._overflow = word
            self._parts += (b"OVERFLOW", word)
        return self

    @property
    def command(self) -> tuple[Any, ...]:
        """The request as it is so far."""
        return (b"BITFIELD", self._key, *self._parts)

    def execute(self) -> R:
        """Run it, and begin anew. A result for each part, in order. O(1) for each."""
        request = self.command
        self.reset()
        return cast("R", self._runner._run(request))


class _Begins(Protocol[R]):
    def __call__(self, key: Key, default_overflow: str | None = None) -> BitFieldOperation[R]: ...


class _BitField:
    """For type checkers: as `definition.Command`, for what runs later."""

    @overload
    def __get__(self, instance: Asyncio, owner: Any = None) -> _Begins[Future[Results]]: ...
    @overload
    def __get__(self, instance: Threads, owner: Any = None) -> _Begins[Results]: ...
    @overload
    def __get__(self, instance: Queued, owner: Any = None) -> _Begins[Pending[Results]]: ...
    @overload
    def __get__(self, instance: Runs[Any], owner: Any = None) -> _Begins[Reply[Results]]: ...
    def __get__(self, instance: Any, owner: Any = None) -> Any:
        raise NotImplementedError


def _run_later(function: Callable[..., BitFieldOperation[Any]]) -> _BitField:
    return cast("_BitField", function)


class BitFields(Runs[S]):
    """The commands of Redis' group "bitmap" on numbers of some bits."""

    @_run_later
    def bitfield(self, key: Key, default_overflow: str | None = None) -> BitFieldOperation[Any]:
        """BITFIELD: begin one; nothing is sent before its `execute()`. O(1) for each of its parts."""
        return BitFieldOperation(self, key, default_overflow)

    @command
    def bitfield_ro(
        self, key: Key, encoding: str, offset: Offset, items: Iterable[tuple[str, Offset]] | None = None
    ) -> Reply[list[int]]:
        """BITFIELD_RO: the number of type `encoding` (`u8`, `i5`) at `offset`, and those of `items`. O(1) for each."""
        parts: list[tuple[str, Offset]] = [(encoding, offset), *(items or ())]
        return self._run((b"BITFIELD_RO", key, *(word for part in parts for word in (b"GET", *part))))
