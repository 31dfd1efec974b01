"""The exchange of requests and replies over one link, in plain Python: the specification of the compiled one.

    call, send --- room on the wire ---> slots + out --- take ---> (owner writes)     (owner reads) --- feed ---> items
        |                                  ^                                                                        |
        +--- none: backlog, in order ------+ admit, when replies have made room              the oldest slot <------+

What belongs here: one FIFO of slots, one for each request (or batch) whose reply is still to come, and a backlog of
requests, encoded already, that may not leave yet. A request is encoded whole before anything is queued, and queued in
one step. A slot whose waiter has gone away stays, and swallows its reply; in the backlog it is dropped unsent.

A slot is *written* once `take` has handed its bytes on: from then on nobody knows whether the server has executed it,
until it answers.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

from framewire._framed import READ_SIZE
from framewire._impl import BytesMut, RespDecoder, encode_commands
from framewire.buf.write_buffer import WriteBuffer
from framewire.errors import ProtocolError
from framewire.frames.resp import Error, Push, RespLimits, Simple
from framewire.redis.exchange.calls import BacklogFull, Call, IntegrityError, Owner, Request, Shape, Waiter
from framewire.redis.exchange.knowledge import CONFIRMATIONS, MESSAGES, Kind, is_monitored, kind_of

__all__ = ["Exchange"]

MOST_ITEMS = 1 << 30


class Slot:
    """A request, or a batch, whose replies are still to come."""

    __slots__ = ("began", "check", "deadline", "items", "kind", "left", "requests", "shape", "size", "waiter")

    def __init__(self, requests: Sequence[Request], waiter: Waiter | None, shape: Shape | None) -> None:
        self.requests = requests
        self.waiter = waiter
        self.shape = shape
        self.kind = Kind.PLAIN
        self.left = 1  # replies still to come; of CONFIRMS 0: as many as there are subscriptions
        self.items: list[Any] | None = None  # replies of a batch, or confirmations
        self.size = 0  # bytes on the wire
        self.check = b""  # of a CHECK: what is to come back
        self.began = 0.0
        self.deadline = math.inf


class Exchange:
    """One link's requests and replies.

    It begins closed: what is sent waits in the backlog, but for what is `urgent` (the handshake), until `open`.

    protocol: 2 or 3, as the last HELLO that was answered left it.
    max_requests, max_bytes: how many unanswered requests, and bytes of them, may be on the wire; the last one may pass
        the limit of bytes. What is beyond them waits in the backlog.
    max_queued: how many bytes may wait there. 0: what cannot leave at once is refused.
    integrity: behind each request outside MULTI an ECHO of a counter is sent; another answer to it breaks the link.
    now: the owner's clock, in seconds, as of its last look. The owner sets it when it likes.
    """

    def __init__(
        self,
        owner: Owner,
        limits: RespLimits = RespLimits(),  # noqa: B008  # frozen
        *,
        max_requests: int = 10_000,
        max_bytes: int = 16 * 1024 * 1024,
        max_queued: int = 64 * 1024 * 1024,
        integrity: bool = False,
    ) -> None:
        self._owner = owner
        self.max_requests, self.max_bytes, self.max_queued = max_requests, max_bytes, max_queued
        self.integrity = integrity
        self.now = 0.0
        self.protocol = 2
        self.received = 0  # bytes, ever
        self._decoder = RespDecoder("replies", limits)
        self._rest = BytesMut()
        self._out = WriteBuffer()
        self._slots: deque[Slot] = deque()
        self._unwritten = 0  # the last of them, whose bytes are still in `_out`
        self._wire = 0  # bytes of all slots
        self._backlog: deque[tuple[Slot, WriteBuffer]] = deque()
        self._queued = 0  # bytes in there
        self._earliest = math.inf  # no deadline is before it
        self._open = False
        self._paused = False
        self._woken = False  # the owner was told, and has not taken since
        self._broken = False
        self._channels: set[tuple[bytes, bytes]] = set()  # (p, s or nothing, channel)
        self._monitoring = False
        self._queueing = False  # between MULTI and EXEC, as sent
        self._silent = Kind.REPLY_ON  # what CLIENT REPLY said last, as sent
        self._count = 0  # of integrity's checks

    # -- requests -----------------------------------------------------------------------------------------------------

    def call(self, request: Request, shape: Shape | None = None, timeout: float | None = None) -> Any:
        """Send `request` for a new waiter of the owner's, and return that; see `send`."""
        waiter = self._owner.new_waiter()
        self.send(request, waiter, shape, timeout)
        return waiter

    def send(
        self, request: Request, waiter: Waiter | None = None, shape: Shape | None = None, timeout: float | None = None,
        *, urgent: bool = False,
    ) -> None:  # fmt: skip
        """Queue one request. Its reply, made into what `shape` says, goes to `waiter`; without one it is swallowed.

        After `timeout` seconds `expire` reports it. What is `urgent` passes by the backlog. O(1) and the bytes; large
        payloads are not copied. Raises `EncodeError` (nothing was queued) and `BacklogFull`.
        """
        slot = Slot((request,), waiter, shape)
        slot.kind = kind_of(request)
        if slot.kind == Kind.CONFIRMS:
            slot.items, slot.left = [], len(request) - 1
        self._send(slot, timeout, urgent)

    def send_batch(self, requests: Sequence[Request], waiter: Waiter | None = None, timeout: float | None = None) -> None:
        """Queue requests that leave together: one slot, and one list of all their replies, errors among them.

        None of them may be one whose `Kind` is not plain, but for MULTI and EXEC. Raises what `send` raises.
        """
        slot = Slot(requests, waiter, None)
        slot.items, slot.left = [], len(requests)
        if not requests:
            raise ValueError("a batch needs a request")
        self._send(slot, timeout, False)

    def _send(self, slot: Slot, timeout: float | None, urgent: bool) -> None:
        self._check_not_broken()
        if not self._woken:
            self._woken = True
            self.now = self._owner.wake()
        slot.began = self.now
        if self._has_room() or urgent:
            slot.size = self._encode(slot.requests, self._out)
            self._append(slot)
        else:
            self._queue(slot)
        if timeout is not None:
            slot.deadline = self.now + timeout
            self._earliest = min(self._earliest, slot.deadline)

    def _check_not_broken(self) -> None:
        if self._broken:
            raise RuntimeError("the link is lost: this exchange takes no more requests")

    def _has_room(self) -> bool:
        return (
            self._open and not self._paused and not self._backlog
            and len(self._slots) < self.max_requests and self._wire < self.max_bytes
        )  # fmt: skip

    @staticmethod
    def _encode(requests: Sequence[Request], out: WriteBuffer) -> int:
        """Append all of them or, where one has no wire form, none; returns how many bytes they are."""
        before = len(out)
        encode_commands(requests, out.tail, out.segments)
        return len(out) - before

    def _append(self, slot: Slot) -> None:
        """The bytes of `slot` are on their way: from here on its replies are expected, if it has any."""
        kind, silent = slot.kind, self._silent
        if kind >= Kind.REPLY_ON and kind <= Kind.REPLY_SKIP:
            self._silent = kind
        elif silent == Kind.REPLY_SKIP:
            self._silent = Kind.REPLY_ON
        if kind in (Kind.REPLY_OFF, Kind.REPLY_SKIP) or (silent != Kind.REPLY_ON and kind != Kind.REPLY_ON):
            self._settle(slot, None)
            return
        self._slots.append(slot)
        self._unwritten += 1
        self._wire += slot.size
        if kind in (Kind.MULTI, Kind.EXEC, Kind.RESET):
            self._queueing = kind == Kind.MULTI
        if self.integrity and not self._queueing and kind == Kind.PLAIN:
            self._add_check()

    def _add_check(self) -> None:
        self._count += 1
        check = b"%d" % self._count
        slot = Slot(((b"ECHO", check),), None, None)
        slot.kind, slot.check, slot.began = Kind.CHECK, check, self.now
        slot.size = self._encode(slot.requests, self._out)
        self._slots.append(slot)
        self._unwritten += 1
        self._wire += slot.size

    # -- the backlog --------------------------------------------------------------------------------------------------

    def _queue(self, slot: Slot) -> None:
        encoded = WriteBuffer()
        slot.size = self._encode(slot.requests, encoded)
        if self._queued + slot.size > self.max_queued:
            self._drop_gone()
        if self._queued + slot.size > self.max_queued:
            raise BacklogFull(self._queued, slot.size, self.max_queued)
        self._backlog.append((slot, encoded))
        self._queued += slot.size

    def _drop_gone(self) -> None:
        """Forget what nobody waits for any more."""
        kept = [entry for entry in self._backlog if not _is_gone(entry[0])]
        self._backlog = deque(kept)
        self._queued = sum(slot.size for slot, _ in kept)

    def _admit(self) -> None:
        """Put on the wire what there is room for."""
        backlog, self._backlog = self._backlog, deque()
        while backlog and self._has_room():
            slot, encoded = backlog.popleft()
            self._queued -= slot.size
            if not _is_gone(slot):
                for segment in encoded.take():
                    self._out.put_slice(segment)  # type: ignore[arg-type]
                self._append(slot)
        self._backlog = backlog
        if self._out and not self._woken:
            self._woken = True
            self.now = self._owner.wake()

    # -- bytes out ----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """The handshake is over: what waits may leave."""
        self._open = True
        self._admit()

    def pause(self) -> None:
        """The transport has no room: what is sent from here on waits in the backlog."""
        self._paused = True

    def resume(self) -> None:
        """It has room again."""
        self._paused = False
        self._admit()

    @property
    def pending(self) -> int:
        """Bytes to `take`."""
        return len(self._out)

    def take(self) -> list[bytes | memoryview]:
        """All bytes that are to be written, in order; from here on their requests count as written."""
        self._woken = False
        self._unwritten = 0
        return self._out.take()

    # -- bytes in -----------------------------------------------------------------------------------------------------

    def get_buffer(self, sizehint: int = -1) -> memoryview:
        """Room for the next read, as `asyncio.BufferedProtocol` has it."""
        return self._rest.lease(READ_SIZE)

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes were received into it: replies go to their waiters, pushes to the owner."""
        rest = self._rest
        rest.commit(nbytes)
        self.received += nbytes
        if rest.expected or self._broken:
            return
        try:
            self._read_items()
        except ProtocolError as error:
            self._break(error)
        if self._backlog:
            self._admit()

    def feed(self, data: bytes | memoryview) -> None:
        """Receive `data`, as if it had been read into `get_buffer`."""
        left = memoryview(data)
        while left:
            room = self.get_buffer()
            nbytes = min(len(room), len(left))
            room[:nbytes] = left[:nbytes]
            self.buffer_updated(nbytes)
            left = left[nbytes:]

    def _read_items(self) -> None:
        items = self._decoder.decode_batch(self._rest, MOST_ITEMS)
        for item in items:
            if self._broken:
                return
            self._item(item)
        if items and self._rest:  # an offender behind good items is told by the next call
            self._read_items()

    def _break(self, error: ProtocolError) -> None:
        if not self._broken:
            self._broken = True
            self._owner.broken(error)

    def _item(self, item: Any) -> None:
        slots = self._slots
        if type(item) is Push:
            self._push(item.items)
        elif (self._channels or self._monitoring) and self._is_unasked(item):
            pass
        elif not slots or len(slots) == self._unwritten:
            raise ProtocolError("a reply that nobody asked for")
        elif slots[0].kind != Kind.PLAIN:
            self._special(slots[0], item)
        elif slots[0].items is not None:
            self._collect(slots[0], item)
        else:
            self._answer(slots.popleft(), item)

    def _answer(self, slot: Slot, item: Any) -> None:
        """`slot`, no longer among the others, has its reply."""
        self._wire -= slot.size
        waiter = slot.waiter
        if waiter is None or waiter.done():
            return
        if type(item) is Error:
            self._owner.refused(self._call_of(slot, True), item)
        else:
            self._settle(slot, item)

    def _settle(self, slot: Slot, item: Any) -> None:
        waiter = slot.waiter
        if waiter is None or waiter.done():
            return
        try:
            result = item if slot.shape is None else slot.shape(item)
        except Exception as error:
            waiter.set_exception(error)
        else:
            waiter.set_result(result)

    def _collect(self, slot: Slot, item: Any) -> None:
        """One of the replies of a batch, or of the confirmations."""
        assert slot.items is not None
        slot.items.append(item)
        slot.left -= 1
        if slot.left <= 0:
            self._answer(self._slots.popleft(), slot.items)

    # -- what is not simply a reply -----------------------------------------------------------------------------------

    def _push(self, items: Sequence[Any]) -> None:
        if not self._confirms(items):
            self._owner.pushed(items)

    def _confirms(self, items: Sequence[Any]) -> bool:
        """Whether these are a confirmation that the oldest request waits for; if so, it is counted."""
        name = CONFIRMATIONS.get(items[0]) if items and isinstance(items[0], bytes) else None
        if name is None:
            return False
        asked = len(self._slots) > self._unwritten and self._slots[0].kind == Kind.CONFIRMS
        slot = self._slots[0] if asked else None
        if slot is None or kind_name(slot.requests[0]) != name:
            self._track(items)
            return False
        if not slot.left:
            slot.left = self._subscribed(name)
        self._track(items)
        self._collect(slot, list(items))
        return True

    def _subscribed(self, unsubscribe: bytes) -> int:
        """How many confirmations an (P|S)UNSUBSCRIBE without channels has: one for each, one where there is none."""
        mark = _mark_of(unsubscribe)
        return max(1, sum(1 for channel in self._channels if channel[0] == mark))

    def _track(self, items: Sequence[Any]) -> None:
        name = CONFIRMATIONS[items[0]]
        channel = (_mark_of(name), items[1])
        if b"UN" in name:
            self._channels.discard(channel)
        else:
            self._channels.add(channel)

    def _is_unasked(self, item: Any) -> bool:
        """On a RESP2 link that has subscribed, or one that monitors: whether `item` is no reply; if so, it is told."""
        if type(item) is list and item and self.protocol == 2:
            if item[0] in MESSAGES:
                self._owner.pushed(item)
                return True
            if item[0] in CONFIRMATIONS and len(item) == 3 and not self._confirming():
                self._track(item)
                self._owner.pushed(item)
                return True
        if self._monitoring and type(item) is Simple and is_monitored(item.data):
            self._owner.pushed((b"monitor", item.data))
            return True
        return False

    def _confirming(self) -> bool:
        return bool(self._slots) and self._slots[0].kind == Kind.CONFIRMS

    def _special(self, slot: Slot, item: Any) -> None:
        failed = type(item) is Error
        match slot.kind:
            case Kind.CONFIRMS if type(item) is list and self._confirms(item):
                return
            case Kind.CHECK if item != slot.check:
                raise IntegrityError(f"{item!r:.60} came where {slot.check!r} was to come: replies are shifted")
            case Kind.HELLO if not failed:
                self.protocol = int(slot.requests[0][1])  # type: ignore[call-overload]
            case Kind.RESET if not failed:
                self._forget_modes()
            case Kind.MONITOR if not failed and item == Simple(b"OK"):
                self._monitoring = True
            case Kind.EXEC if type(item) is list:
                self._track_inside(item)
        self._answer(self._slots.popleft(), item)

    def _track_inside(self, replies: list[Any]) -> None:
        """Subscriptions that a transaction has made."""
        for reply in replies:
            items = reply.items if type(reply) is Push else reply
            if isinstance(items, (list, tuple)) and len(items) == 3 and items[0] in CONFIRMATIONS:
                self._track(items)

    def _forget_modes(self) -> None:
        self.protocol = 2
        self._channels.clear()
        self._monitoring = False

    # -- time, and the end --------------------------------------------------------------------------------------------

    @property
    def unanswered(self) -> int:
        """Requests (a batch is one) on the wire."""
        return len(self._slots)

    @property
    def queued(self) -> int:
        """Requests in the backlog."""
        return len(self._backlog)

    @property
    def queued_bytes(self) -> int:
        """Bytes in the backlog."""
        return self._queued

    @property
    def oldest(self) -> float:
        """When the oldest unanswered request was sent; infinite where there is none."""
        return self._slots[0].began if self._slots else math.inf

    @property
    def receiving(self) -> bool:
        """Whether a reply has begun that is not all here."""
        return bool(self._rest) or not self._decoder.idle

    def expire(self, now: float) -> list[Call]:
        """Those whose deadline has passed, in order; their replies will be swallowed, and what was not sent never is.

        O(1) while no deadline can have passed, else linear in what is unanswered.
        """
        self.now = now
        if now < self._earliest:
            return []
        late = self._expire_slots(now) + self._expire_backlog(now)
        waiting = [*self._slots, *(slot for slot, _ in self._backlog)]
        self._earliest = min((slot.deadline for slot in waiting), default=math.inf)
        return late

    def _expire_slots(self, now: float) -> list[Call]:
        late = []
        written = len(self._slots) - self._unwritten
        for index, slot in enumerate(self._slots):
            if slot.deadline <= now:
                if not _is_gone(slot):
                    late.append(self._call_of(slot, index < written))
                slot.deadline, slot.waiter = math.inf, None
        return late

    def _expire_backlog(self, now: float) -> list[Call]:
        late = [slot for slot, _ in self._backlog if slot.deadline <= now and not _is_gone(slot)]
        if late:
            calls = [self._call_of(slot, False) for slot in late]
            for slot in late:
                slot.waiter = GONE
            self._drop_gone()
            return calls
        return []

    def lose(self) -> list[Call]:
        """The link is gone: all that waits, in order, for the owner to decide about. The exchange is of no use any more."""
        self._broken = True
        written = len(self._slots) - self._unwritten
        calls = [self._call_of(slot, index < written) for index, slot in enumerate(self._slots) if not _is_gone(slot)]
        calls += [self._call_of(slot, False) for slot, _ in self._backlog if not _is_gone(slot)]
        self._slots.clear()
        self._backlog.clear()
        self._out.clear()
        self._queued = self._wire = self._unwritten = 0
        self._earliest = math.inf
        return calls

    @staticmethod
    def _call_of(slot: Slot, written: bool) -> Call:
        batch = slot.items is not None and slot.kind == Kind.PLAIN
        return Call(
            slot.requests, batch, slot.waiter, slot.shape, written, list(slot.items or ()), slot.deadline, slot.began
        )


class _Gone:
    """A waiter that has gone away."""

    def done(self) -> bool:
        return True

    def set_result(self, result: Any, /) -> None: ...

    def set_exception(self, exception: Any, /) -> None: ...


GONE = _Gone()


def _is_gone(slot: Slot) -> bool:
    """Whether somebody waited who does no longer. What nobody ever waited for is to be sent all the same."""
    return slot.waiter is not None and slot.waiter.done()


def kind_name(request: Request) -> bytes:
    """The command's name in capitals."""
    name = request[0]
    return name.upper() if isinstance(name, bytes) else str(name).upper().encode()


def _mark_of(name: bytes) -> bytes:
    """What tells channels, patterns and shard channels apart: nothing, `P`, `S`."""
    return name[:1] if name[1:].startswith((b"SUB", b"UNSUB")) and not name.startswith(b"SUB") else b""
