"""The exchange of requests and replies over one link, in plain Python: the specification of the compiled one.

    call, send --- room on the wire ---> slots + out --- take ---> (owner writes)     (owner reads) --- feed ---> items
        |                                  ^                                                                        |
        +--- none: backlog, in order ------+ admit, when replies have made room              the oldest slot <------+

What belongs here: one FIFO of slots, one for each request (or batch) whose reply is still to come, how they get there,
and how they get their replies. A request is encoded whole before anything is queued, and queued in one step. A slot
whose waiter has gone away stays, and swallows its reply; in the backlog it is dropped unsent. What is not simply one
reply for one request is told by others: by what was sent (`sending`), by what came (`reading`, `several`).

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
from framewire.frames.resp import Error, Push, RespLimits
from framewire.redis.exchange.backlog import MAX_QUEUED, Backlog, Piece, Waiting
from framewire.redis.exchange.calls import BacklogFull, Call, Owner, Request, Shape, UnexpectedReply, Unpairable, Waiter
from framewire.redis.exchange.knowledge import Kind, kind_of
from framewire.redis.exchange.reading import NOTHING, Reading
from framewire.redis.exchange.sending import Sending, check_batch
from framewire.redis.exchange.several import Checked, Confirmations
from framewire.redis.exchange.slots import GONE, Slot, call_of, fail_shaping, is_gone

__all__ = ["Exchange"]

MOST_ITEMS = 1 << 30


class Exchange:
    """One link's requests and replies.

    It begins closed: what is sent waits in the backlog, but for what is `urgent` (the handshake), until `open`.

    max_requests, max_bytes: how many unanswered requests, and bytes of them, may be on the wire; the last one may pass
        the limit of bytes. What is beyond them waits in the backlog.
    max_queued: how many bytes may wait there; the first that waits may pass it. 0: what cannot leave at once is
        refused, but before `open`, when 64 MiB may wait.
    integrity: behind each request that has one reply, and behind EXEC, an ECHO of a counter is sent, but not inside
        MULTI. A reply is handed on when the answer behind it has come; another one breaks the link.
    now: the owner's clock, in seconds, as of its last look. The owner sets it when it likes.
    received: bytes, ever.

    CLIENT REPLY OFF and SKIP need a user who may say so: a server that refuses them answers what has no reply.
    """

    def __init__(
        self,
        owner: Owner,
        limits: RespLimits = RespLimits(),  # noqa: B008  # frozen
        *,
        max_requests: int = 10_000,
        max_bytes: int = 16 * 1024 * 1024,
        max_queued: int = MAX_QUEUED,
        integrity: bool = False,
    ) -> None:
        self._owner = owner
        self.max_requests, self.max_bytes, self.max_queued = max_requests, max_bytes, max_queued
        self._integrity = integrity
        self.now = 0.0
        self.received = 0
        self._decoder = RespDecoder("replies", limits)
        self._rest = BytesMut()
        self._out = WriteBuffer()
        self._scratch = WriteBuffer()  # where pieces are encoded
        self._slots: deque[Slot] = deque()
        self._unwritten = 0  # the last of them, whose bytes are still in `_out`
        self._wire = 0  # bytes of all slots
        self._backlog: Backlog[Slot] = Backlog()
        self._earliest = math.inf  # no deadline is before it
        self._open = False
        self._paused = False
        self._woken = False  # the owner was told, and has not taken since
        self._broken = False
        self._inside = False  # its callbacks run
        self._reading = Reading(owner.pushed)
        self._sending = Sending()
        self._count = 0  # of integrity's questions

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

        After `timeout` seconds `expire` reports it. What is `urgent` passes by the backlog and integrity's questions.
        What will have no reply (CLIENT REPLY) has the result None at once. O(1) and the bytes; large payloads are not
        copied. Raises `EncodeError`, `BacklogFull` and `Unpairable`: nothing was queued then.
        """
        self._send(Slot((request,), (kind_of(request),), False, waiter, shape), timeout, urgent)

    def send_batch(
        self, requests: Sequence[Request], waiter: Waiter | None = None, timeout: float | None = None
    ) -> None:
        """Queue requests that leave together: one slot, and one list of all their replies, errors among them.

        What changes the link cannot stand in a batch (`Unpairable`), but for MULTI and EXEC. Raises what `send` raises.
        """
        kinds = [kind_of(request) for request in requests]
        if not kinds:
            raise ValueError("a batch needs a request")
        check_batch(kinds)
        self._send(Slot(requests, kinds, True, waiter, None), timeout, False)

    def _send(self, slot: Slot, timeout: float | None, urgent: bool) -> None:
        if self._broken:
            raise RuntimeError("the link is lost: this exchange takes no more requests")
        self._wake()
        slot.began = slot.sent = self.now
        if timeout is not None:
            slot.deadline = self.now + timeout
        if urgent or (not self._backlog and self._has_room()):
            self._put(slot, urgent)
        else:
            self._queue(slot)
        self._earliest = min(self._earliest, slot.deadline)

    def _wake(self) -> None:
        if not self._woken:
            self.now = self._owner.wake()
            self._woken = True

    def _has_room(self) -> bool:
        return (
            self._open and not (self._paused or self._broken)
            and len(self._slots) < self.max_requests and self._wire < self.max_bytes
        )  # fmt: skip

    # -- onto the wire ------------------------------------------------------------------------------------------------

    def _put(self, slot: Slot, urgent: bool) -> None:
        """Encode `slot` behind what is to be written."""
        self._check(slot)
        if self._integrity and not urgent:
            self._append(slot, self._encode(slot))
        else:
            slot.size = self._write(slot.requests)
            self._append(slot)

    def _check(self, slot: Slot) -> None:
        if not (slot.plain or slot.batch):
            self._sending.check(slot.kinds[0])

    def _write(self, requests: Sequence[Request]) -> int:
        """All of them or, where one has no wire form, none; how many bytes they are."""
        tail, segments = self._out.tail, self._out.segments
        before, closed = len(tail), len(segments)
        encode_commands(requests, tail, segments)
        return len(tail) - before + sum(map(len, segments[closed:]))

    def _append(self, slot: Slot, pieces: Sequence[Piece] = ()) -> None:
        """From here on the replies of `slot` are expected, if it has any: its bytes are in `_out`, but for `pieces`."""
        if (pieces or not (slot.plain and self._sending.usual)) and not self._note(slot, pieces):
            self._give(slot, slot.items)
            return
        self._slots.append(slot)
        self._unwritten += 1
        self._wire += slot.size

    def _note(self, slot: Slot, pieces: Sequence[Piece]) -> bool:
        """Find out which replies `slot` has; whether there are any. Writes `pieces`, and questions behind them."""
        checks: list[bytes | None] = []
        for index, kind in enumerate(slot.kinds):
            if pieces:
                self._out.put_taken(pieces[index])
            if self._sending.note(kind, self._reading.protocol):
                checks.append(self._ask(slot) if pieces and self._sending.is_checked(kind) else None)
        slot.left = len(checks)
        silent = [None] * (len(slot.kinds) - slot.left)
        slot.items = [*silent] if slot.batch else None
        if slot.kinds[0] is Kind.CONFIRMS:
            slot.several = Confirmations(slot.requests[0], self._reading)
        elif any(checks):
            slot.several = Checked(checks, slot.batch, silent)
        return bool(checks)

    def _ask(self, slot: Slot) -> bytes:
        """Write a question of the integrity mode; what its answer must be."""
        self._count += 1
        answer = b"framewire:%d" % self._count
        slot.size += self._write(((b"ECHO", answer),))
        return answer

    # -- the backlog --------------------------------------------------------------------------------------------------

    def _queue(self, slot: Slot) -> None:
        pieces = self._encode(slot)
        limit = self.max_queued or (0 if self._open else MAX_QUEUED)
        if not self._backlog.takes(slot.size, limit):
            self._backlog.drop_gone(self.now)
        if not self._backlog.takes(slot.size, limit):
            raise BacklogFull(self._backlog.size, slot.size, limit)
        self._backlog.append(Waiting(slot, pieces))

    def _encode(self, slot: Slot) -> list[Piece]:
        """The bytes of `slot`: those of each request for itself, if something may have to stand between them."""
        parts: list[Sequence[Request]] = [slot.requests]
        if self._integrity:
            parts = [(request,) for request in slot.requests]
        scratch, pieces = self._scratch, []
        for part in parts:
            encode_commands(part, scratch.tail, scratch.segments)
            pieces.append(scratch.take())
        slot.size = sum(len(segment) for piece in pieces for segment in piece)
        return pieces

    def _admit(self) -> None:
        """Put on the wire what there is room for."""
        if self._backlog and self._has_room():
            self._wake()
        while self._backlog and self._has_room():
            slot, pieces = self._backlog.popleft()
            if not is_gone(slot):
                self._put_encoded(slot, pieces)

    def _put_encoded(self, slot: Slot, pieces: list[Piece]) -> None:
        try:
            self._check(slot)
        except Unpairable as error:
            if slot.waiter is not None:
                slot.waiter.set_exception(error)
            return
        slot.sent = self.now
        if self._integrity:
            self._append(slot, pieces)
        else:
            self._out.put_taken(pieces[0])
            self._append(slot)

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
        self._check_outside()
        return self._rest.lease(READ_SIZE)

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes were received into it: replies go to their waiters, pushes to the owner.

        What a callback raises goes through, and ends the link: what was read behind it is lost.
        """
        self._check_outside()
        self._rest.commit(nbytes)
        self.received += nbytes
        if self._broken:
            self._rest.clear()
        elif not self._rest.expected:
            self._receive()

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Receive `data`, as if it had been read into `get_buffer`."""
        left = memoryview(data)
        while left:
            room = self.get_buffer()
            nbytes = min(len(room), len(left))
            room[:nbytes] = left[:nbytes]
            self.buffer_updated(nbytes)
            left = left[nbytes:]

    def _check_outside(self) -> None:
        if self._inside:
            raise RuntimeError("this exchange receives already: not from inside its callbacks")

    def _receive(self) -> None:
        self._inside = True
        try:
            self._read_items()
        except ProtocolError as error:
            self._break(error)
        except BaseException:
            self._broken = True
            raise
        finally:
            self._inside = False
        if self._broken:
            self._rest.clear()
        else:
            self._admit()

    def _read_items(self) -> None:
        items = None
        while items is None or (items and self.receiving):  # an offender behind good items is told by the next call
            items = self._decoder.decode_batch(self._rest, MOST_ITEMS)
            for item in items:
                self._item(item)
                if self._broken:
                    return

    def _break(self, error: ProtocolError) -> None:
        if not self._broken:
            self._broken = True
            self._owner.broken(error)

    # -- replies to their slots ---------------------------------------------------------------------------------------

    def _item(self, item: Any) -> None:
        if type(item) is Push or self._reading.watched:
            item = self._sort(item)
        if item is not NOTHING:
            self._pair(item)

    def _sort(self, item: Any) -> Any:
        """The reply that `item` is, or makes whole; `NOTHING` where it is none."""
        items = item.items if type(item) is Push else item
        if len(self._slots) > self._unwritten:
            several = self._slots[0].several
            if several is not None and several.wants(items):
                return list(items)
        return self._reading.sort(item)

    def _pair(self, item: Any) -> None:
        """Give `item` to the oldest slot."""
        if len(self._slots) == self._unwritten:
            raise UnexpectedReply(item)
        slot = self._slots[0]
        reply = self._collect(slot, item) if slot.batch or slot.several is not None else item
        if reply is not NOTHING:
            self._slots.popleft()
            self._wire -= slot.size
            if not slot.plain:
                self._learn(slot, reply)
            self._answer(slot, reply)

    def _collect(self, slot: Slot, item: Any) -> Any:
        """One of several replies: all of them, or `NOTHING` yet."""
        if slot.several is not None:
            return slot.several.take(item)
        assert slot.items is not None
        slot.items.append(item)
        slot.left -= 1
        return NOTHING if slot.left else slot.items

    def _learn(self, slot: Slot, reply: Any) -> None:
        """What the replies to other than plain requests say of the link."""
        for request, kind, each in zip(slot.requests, slot.kinds, reply if slot.batch else (reply,), strict=True):
            if kind:
                self._reading.answered(request, each)

    def _answer(self, slot: Slot, reply: Any) -> None:
        """`slot`, no longer among the others, has its reply."""
        if type(reply) is not Error:
            self._give(slot, reply, slot.shape)
        elif slot.waiter is not None and not slot.waiter.done():
            self._owner.refused(call_of(slot, True), reply)

    def _give(self, slot: Slot, reply: Any, shape: Shape | None = None) -> None:
        waiter = slot.waiter
        if waiter is None or waiter.done():
            return
        try:
            result = reply if shape is None else shape(reply)
        except Exception as error:
            fail_shaping(waiter, error)
        else:
            waiter.set_result(result)

    # -- how it stands ------------------------------------------------------------------------------------------------

    @property
    def protocol(self) -> int:
        """2 or 3, as the last HELLO that was answered left it."""
        return self._reading.protocol

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
        return self._backlog.size

    @property
    def oldest(self) -> float:
        """Since when the oldest unanswered request is on the wire; infinite where there is none."""
        return self._slots[0].sent if self._slots else math.inf

    @property
    def receiving(self) -> bool:
        """Whether a reply has begun that is not all here."""
        return not self._broken and (bool(self._rest) or not self._decoder.idle)

    # -- time, and the end --------------------------------------------------------------------------------------------

    def expire(self, now: float) -> list[Call]:
        """Those whose deadline has passed, in order; their replies will be swallowed, and what was not sent never is.

        O(1) while no deadline can have passed. Else linear in what is on the wire, and in what has waited in the
        backlog for longer than the shortest timeout there.
        """
        self.now = now
        if now < self._earliest:
            return []
        calls = self._expire_slots(now)
        late, earliest = self._backlog.expire(now)
        self._earliest = min((slot.deadline for slot in self._slots), default=math.inf)
        self._earliest = min(self._earliest, earliest)
        return calls + [call_of(slot, False) for slot in late if not is_gone(slot)]

    def _expire_slots(self, now: float) -> list[Call]:
        late = [slot for slot in self._slots if slot.deadline <= now]
        calls = [call_of(slot, True) for slot in late if not is_gone(slot)]
        for slot in late:
            slot.deadline, slot.waiter = math.inf, GONE
        return calls

    def lose(self) -> list[Call]:
        """The link is gone: all that waits, in order, for the owner to decide about. The exchange takes no more."""
        self._broken = True
        written = len(self._slots) - self._unwritten
        calls = [call_of(slot, index < written) for index, slot in enumerate(self._slots) if not is_gone(slot)]
        calls += [call_of(slot, False) for slot in self._backlog.take_all() if not is_gone(slot)]
        self._slots.clear()
        self._out.clear()
        self._wire = self._unwritten = 0
        self._earliest = math.inf
        return calls
