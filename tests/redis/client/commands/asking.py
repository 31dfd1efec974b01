"""Methods without a server: what they would send, and what they make of a reply.

What belongs here: the form of a row of the tables beside this file, and how it is checked. A reply is written as Python
values; it goes through the encoder and the decoder of each protocol, as if a server had sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from framewire._impl import BytesMut, RespDecoder, encode_values, pack_command
from framewire.frames.resp import Simple
from framewire.redis.client.commands.all import Commands
from framewire.redis.client.definition import Reply
from framewire.redis.client.shapes.basic import text_of, texted

Call = Callable[[Any], Any]
SAME: Any = object()
AT_ONCE = -1.0
OK = Simple(b"OK")


class Asked(NamedTuple):
    """What a method asked its runner for."""

    request: tuple[Any, ...]
    shape: Callable[[Any], Any] | None
    seconds: float | None = AT_ONCE
    raw: bool = False


class Recorder(Commands[bytes]):
    """Runs nothing, and returns what it was asked for."""

    def _run(self, request: tuple[Any, ...], shape: Callable[[Any], Any] | None = None) -> Reply[Any]:
        return Asked(request, shape)  # type: ignore[return-value]

    def _run_raw(self, request: tuple[Any, ...], shape: Callable[[Any], Any] | None = None) -> Reply[Any]:
        return Asked(request, shape, raw=True)  # type: ignore[return-value]

    def _run_blocking(
        self, request: tuple[Any, ...], shape: Callable[[Any], Any] | None, seconds: float | None
    ) -> Reply[Any]:
        return Asked(request, shape, seconds)  # type: ignore[return-value]


class Row(NamedTuple):
    """A call, the request it makes, and what its reply becomes.

    request: its words; a tuple where one of them is empty or has a space in it.
    reply: what the server says, `reply3` in RESP3 where that is no mere change of types.
    result: what the method returns then; without it the reply as it is.
    seconds: how long it may wait; `AT_ONCE` where it does not.
    """

    call: Call
    request: str | tuple[Any, ...]
    reply: Any = None
    result: Any = SAME
    reply3: Any = SAME
    seconds: float | None = AT_ONCE
    raw: bool = False

    def __str__(self) -> str:
        return self.request if isinstance(self.request, str) else " ".join(map(str, self.request))


def check(row: Row, protocol: int) -> None:
    asked = row.call(Recorder())
    assert isinstance(asked.request[0], bytes) and asked.request[0] == asked.request[0].upper()
    words = row.request.split() if isinstance(row.request, str) else row.request
    assert pack_command(*asked.request) == pack_command(*words)
    assert (asked.seconds, asked.raw) == (row.seconds, row.raw)
    reply = row.reply if row.reply3 is SAME or protocol == 2 else row.reply3
    result = row.reply if row.result is SAME else row.result
    got = asked.shape(over_the_wire(reply, protocol)) if asked.shape else over_the_wire(reply, protocol)
    assert (got, types_in(got)) == (result, types_in(result))
    if not row.raw:
        text = texted(asked.shape)(over_the_wire(reply, protocol))
        assert text == text_of(result) and "bytes" not in types_in(text)


def over_the_wire(value: Any, protocol: int) -> Any:
    """`value` as the decoder hands it out when a server has sent it."""
    tail, segments = BytesMut(), []  # type: ignore[var-annotated]
    encode_values([value], protocol, tail, segments)
    return RespDecoder("values").decode(BytesMut(b"".join([*segments, tail.freeze().to_bytes()])))


def types_in(value: Any) -> str:
    """The types in a value, at every depth: `1` and `True` and `1.0` are equal, but not the same."""
    if isinstance(value, dict):
        return f"dict[{types_in(list(value))}, {types_in(list(value.values()))}]"
    if isinstance(value, set):
        return f"set[{sorted(map(types_in, value))}]"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}[{', '.join(map(types_in, value))}]"
    return type(value).__name__


def methods_of(*groups: type) -> set[str]:
    """The public methods that classes define themselves."""
    return {name for group in groups for name in vars(group) if not name.startswith("_")}


def called_in(calls: Iterable[Call]) -> set[str]:
    """The names that calls use."""
    return {name for call in calls for name in call.__code__.co_names}
