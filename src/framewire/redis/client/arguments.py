"""Arguments of commands: their types, and how Python's own become the server's words.

What belongs here: what several groups of commands share. Nothing here looks at a reply.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final, TypeAlias, TypeVar

from framewire.redis.client.errors import DataError

__all__ = ["Expiry", "ExpiryTime", "Key", "Keys", "Pairs", "ScoreBound", "Value", "at_most_one", "counted", "flat",
           "lifetime", "listed", "milliseconds", "on_condition", "paging", "scanning", "seconds", "some",
           "unix_milliseconds", "unix_seconds"]  # fmt: skip

Key: TypeAlias = bytes | str | bytearray | memoryview
"""A key, a channel, a name: `str` is sent as UTF-8."""

Value: TypeAlias = bytes | str | bytearray | memoryview | int | float
"""What is stored, be it a field, a member or a value; numbers are sent as decimal text. `bool` and `None` have no form
on the wire: `DataError`."""

Keys: TypeAlias = Key | Iterable[Key]
"""One, or several."""

Pairs: TypeAlias = Mapping[Any, Value]
"""Keys or fields (`Value`s too: Python's types cannot say so without refusing `dict[str, int]`) with their values."""

Expiry: TypeAlias = int | timedelta
"""How long: a number in the unit of the argument, or a `timedelta`, whose rest below that unit is cut off."""

ExpiryTime: TypeAlias = int | datetime
"""Until when: a Unix time in the unit of the argument, or a `datetime`; one without a zone is local time."""

ScoreBound: TypeAlias = int | float | str | bytes
"""An end of a range of scores: a number, `"(1.5"` for one that is left out, `"-inf"` and `"+inf"`."""

C = TypeVar("C", bound=Collection[Any])


# -- several ----------------------------------------------------------------------------------------------------------


def listed(first: Any, rest: Iterable[Any] = ()) -> list[Any]:
    """The arguments of a method that takes `(names, *more)`: a list or tuple or set first, or one after the other.

    `DataError` where that makes none.
    """
    if isinstance(first, (bytes, str, bytearray, memoryview)) or not isinstance(first, Iterable):
        return [first, *rest]
    if together := [*first, *rest]:
        return together
    raise _none_given()


def some(items: C) -> C:
    """`items`; `DataError` where there are none."""
    if items:
        return items
    raise _none_given()


def _none_given() -> DataError:
    return DataError("the command has to name at least one, and was given an empty list")


def flat(pairs: Mapping[Any, Any]) -> list[Any]:
    """Keys and values by turns; `DataError` where there are none."""
    if pairs:
        return [*chain.from_iterable(pairs.items())]
    raise _none_given()


def counted(names: Collection[Key], count: int | None = None) -> tuple[Any, ...]:
    """How many there are, and they. `count` is what the caller says they are, which must be true."""
    if count is not None and int(count) != len(names):
        raise DataError(f"the number of keys is said to be {count}, but there are {len(names)}")
    return (len(some(names)), *names)


# -- options ----------------------------------------------------------------------------------------------------------


def at_most_one(**options: object) -> None:
    """Raise `DataError` where more than one of `options` is given (neither `None` nor `False`)."""
    given = [name for name, value in options.items() if value is not None and value is not False]
    if len(given) > 1:
        raise DataError(f"only one of {', '.join(options)} may be given, not {' and '.join(given)}")


def on_condition(nx: bool, xx: bool, gt: bool = False, lt: bool = False) -> tuple[bytes, ...]:
    """The word for the one condition that is given, if any; `DataError` where several are."""
    if not (nx or xx or gt or lt):
        return ()
    if bool(nx) + bool(xx) + bool(gt) + bool(lt) > 1:
        at_most_one(nx=nx, xx=xx, gt=gt, lt=lt)
    return (b"NX" if nx else b"XX" if xx else b"GT" if gt else b"LT",)


def lifetime(
    ex: Expiry | None, px: Expiry | None, exat: ExpiryTime | None, pxat: ExpiryTime | None, *, keepttl: bool = False,
    persist: bool = False,
) -> tuple[Any, ...]:  # fmt: skip
    """The words for how long a value lives; `DataError` where several arguments say it."""
    if (ex is not None) + (px is not None) + (exat is not None) + (pxat is not None) + bool(keepttl or persist) > 1:
        at_most_one(ex=ex, px=px, exat=exat, pxat=pxat, **({"persist": True} if persist else {"keepttl": keepttl}))
    if ex is not None:
        return b"EX", seconds(ex)
    if px is not None:
        return b"PX", milliseconds(px)
    if exat is not None:
        return b"EXAT", unix_seconds(exat)
    if pxat is not None:
        return b"PXAT", unix_milliseconds(pxat)
    return (b"KEEPTTL",) if keepttl else (b"PERSIST",) if persist else ()


def paging(offset: int | None, num: int | None) -> tuple[Any, ...]:
    """The words for a part of a range; `DataError` where only one of the two is given."""
    if offset is None and num is None:
        return ()
    if offset is None or num is None:
        raise DataError("where a part of a range begins and how long it is must be given together")
    return b"LIMIT", offset, num


def scanning(match: Key | None, count: int | None) -> tuple[Any, ...]:
    """The words for what SCAN and its kin shall look for, and how much at once."""
    pattern: tuple[Any, ...] = () if match is None else (b"MATCH", match)
    return pattern if count is None else (*pattern, b"COUNT", count)


# -- time -------------------------------------------------------------------------------------------------------------

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND, _MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)


def seconds(time: Expiry) -> int:
    """A duration in whole seconds."""
    return time // _SECOND if isinstance(time, timedelta) else time


def milliseconds(time: Expiry) -> int:
    """A duration in whole milliseconds."""
    return time // _MILLISECOND if isinstance(time, timedelta) else time


def unix_seconds(time: ExpiryTime) -> int:
    """A point in time as Unix seconds."""
    return (time.astimezone(UTC) - _EPOCH) // _SECOND if isinstance(time, datetime) else time


def unix_milliseconds(time: ExpiryTime) -> int:
    """A point in time as Unix milliseconds."""
    return (time.astimezone(UTC) - _EPOCH) // _MILLISECOND if isinstance(time, datetime) else time
