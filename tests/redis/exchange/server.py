"""A naive server for one link: it executes requests one by one and writes down what each of them shall get.

What belongs here: what redis-server does to the order of replies, told as plainly as can be. It knows no keys. Replies
are made of pieces, between which anything may stand that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from framewire import BytesMut
from framewire._impl import RespDecoder
from framewire.frames.resp import Error, Simple

__all__ = ["SILENT", "Server", "reply_to"]

OK, QUEUED = Simple(b"OK"), Simple(b"QUEUED")
SILENT = object()  # what gets no reply
BETWEEN, IN_EXEC, IN_REPLY = range(3)  # places: two replies, two elements of EXEC's, of any other


def mark_of(name: bytes) -> bytes:
    """What tells channels, patterns and shard channels apart."""
    return b"" if name in (b"SUBSCRIBE", b"UNSUBSCRIBE") else name[:1]


def reply_to(request: list[bytes]) -> Any:
    """What an ordinary command answers: what its second argument asks for."""
    what = request[1] if len(request) > 1 else b""
    if what.startswith(b"err"):
        return Error(b"ERR " + what)
    if what.startswith(b"list"):
        return [what, [1, [None, what]], Simple(b"x"), Error(b"ERR inside")]
    if what.startswith(b"big"):
        return what * 20_000
    return what


class Server:
    """`received` puts requests in line; `execute` runs one, writes to `out`, and says to `told` what it gets."""

    def __init__(self, told: Callable[[list[bytes], Any], None], pushed: Callable[[list[Any]], None]) -> None:
        self._decoder = RespDecoder("requests")
        self._input = BytesMut()
        self._told = told
        self._pushed = pushed
        self.requests: list[list[bytes]] = []
        self.out = bytearray()
        self.news: Iterator[list[Any] | None] = iter(())  # what stands in the next gaps, `None`: nothing
        self.protocol = 2
        self.channels: set[tuple[bytes, bytes]] = set()
        self.monitoring = False
        self._queued: list[list[bytes]] | None = None
        self._silent = b"ON"

    def received(self, data: bytes) -> None:
        self._input.extend(data)
        self.requests += self._decoder.decode_batch(self._input, 1 << 30)

    def execute(self) -> None:
        request = self.requests.pop(0)
        silent = self._silent
        if silent == b"SKIP":
            self._silent = b"ON"
        name = request[0].upper()
        if name == b"CLIENT" and request[1:2] == [b"REPLY"]:
            self._switch(request, silent)
        elif silent != b"ON" and name != b"RESET":
            self._run_silently(name)
            self._told(request, SILENT)
        elif self._queued is not None and name not in (b"MULTI", b"EXEC", b"DISCARD", b"RESET"):
            self._queued.append(request)
            self._answer(request, QUEUED)
        else:
            self._run(request, name)

    def _switch(self, request: list[bytes], silent: bytes) -> None:
        mode = request[2]
        if not (mode == b"SKIP" and silent == b"OFF"):
            self._silent = mode
        if mode == b"ON":
            self._answer(request, OK)
        else:
            self._told(request, SILENT)

    def _run_silently(self, name: bytes) -> None:
        if name == b"MULTI":
            self._queued = []
        elif name in (b"EXEC", b"DISCARD"):
            self._queued = None

    def _run(self, request: list[bytes], name: bytes) -> None:
        if name == b"EXEC" and self._queued is not None:
            self._exec(request)
            return
        value = self._value(request, name)
        if isinstance(value, Confirmed):
            self._told(request, list(value))
            for each in value:
                self._write_confirmation(each)
                self._gap()
        else:
            self._answer(request, value)
        if name == b"MONITOR":
            self.monitoring = True

    def _value(self, request: list[bytes], name: bytes) -> Any:
        if name.removeprefix(b"P").removeprefix(b"S").endswith(b"UBSCRIBE") and name != b"UBSCRIBE":
            return self._confirm(request, name)
        match name:
            case b"HELLO":
                self.protocol = int(request[1])
                return {b"proto": self.protocol} if self.protocol == 3 else [b"proto", 2]
            case b"RESET":
                self.protocol, self._queued, self.monitoring, self._silent = 2, None, False, b"ON"
                self.channels.clear()
                return Simple(b"RESET")
            case b"MULTI":
                if self._queued is not None:
                    return Error(b"ERR MULTI calls can not be nested")
                self._queued = []
                return OK
            case b"EXEC" | b"DISCARD":
                was, self._queued = self._queued, None
                return Error(b"ERR without MULTI") if was is None else OK
            case b"MONITOR":
                return OK
        return reply_to(request)

    def _confirm(self, request: list[bytes], name: bytes) -> Confirmed:
        """What will be confirmed, and is done when that is written."""
        mine = sorted(channel for kind, channel in self.channels if kind == mark_of(name))
        there, done = set(self.channels), Confirmed()
        for channel in request[1:] or mine or [None]:  # type: ignore[list-item]
            (there.discard if b"UNSUB" in name else there.add)((mark_of(name), channel))
            done.append([name.lower(), channel, len(there)])
        return done

    def _exec(self, request: list[bytes]) -> None:
        assert self._queued is not None
        queued, self._queued = self._queued, None
        replies: list[Any] = []
        self.out += b"*%d\r\n" % len(queued)
        for each in queued:
            self._gap(IN_EXEC)
            value = self._value(each, each[0].upper())
            if each[0] == b"MONITOR":
                value = Error(b"ERR not allowed")
            for part in value if isinstance(value, Confirmed) else [value]:
                replies.append(part)
                if isinstance(value, Confirmed):
                    self._write_confirmation(part)
                else:
                    self._write(part)
                self._gap(IN_EXEC)
        self._told(request, replies)
        self._gap()

    # -- bytes --------------------------------------------------------------------------------------------------------

    def _answer(self, request: list[bytes], value: Any) -> None:
        self._told(request, value)
        self._write(value)
        self._gap()

    def _write(self, value: Any, gaps: bool = True) -> None:
        match value:
            case Simple(data):
                self.out += b"+" + data + b"\r\n"
            case Error(data):
                self.out += b"-" + data + b"\r\n"
            case int():
                self.out += b":%d\r\n" % value
            case bytes():
                self.out += b"$%d\r\n%s\r\n" % (len(value), value)
            case None:
                self.out += b"_\r\n" if self.protocol == 3 else b"$-1\r\n"
            case list():
                self._write_items(b"*%d\r\n" % len(value), value, gaps)
            case dict():
                self._write_items(b"%%%d\r\n" % len(value), [part for pair in value.items() for part in pair], gaps)

    def _write_items(self, head: bytes, items: list[Any], gaps: bool) -> None:
        self.out += head
        for item in items:
            if gaps:
                self._gap(IN_REPLY)
            self._write(item, gaps)

    def _write_confirmation(self, confirmation: list[Any]) -> None:
        name, channel, _ = confirmation
        (self.channels.discard if b"unsub" in name else self.channels.add)((mark_of(name.upper()), channel))
        self._write_items(b">3\r\n" if self.protocol == 3 else b"*3\r\n", confirmation, False)

    # -- what nobody asked for ----------------------------------------------------------------------------------------

    def _gap(self, place: int = BETWEEN) -> None:
        """Between two replies, or elements of one: what comes next that nobody asked for, if it can stand there."""
        news = next(self.news, None)
        if news is None:
            return
        if news[0] == b"monitor":
            if self.monitoring and place != IN_REPLY:
                self.out += b"+" + news[1] + b"\r\n"
                self._pushed(news)
        elif self.protocol == 3 or (news[:1] == [b"message"] and (b"", news[1]) in self.channels and place != IN_REPLY):
            self._write_items(b">%d\r\n" % len(news) if self.protocol == 3 else b"*%d\r\n" % len(news), news, False)
            self._pushed(news)

    def tell(self, news: list[Any]) -> None:
        """It comes now."""
        self.news = iter([news])
        self._gap()


class Confirmed(list[Any]):
    """The confirmations of one (un)subscribe."""
