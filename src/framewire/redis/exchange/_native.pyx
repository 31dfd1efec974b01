"""The exchange of requests and replies over one link, compiled: its behaviour is that of the plain twin.

What belongs here: the way of a small request onto the wire, and of a reply to its waiter, without a Python frame. The
reader of replies is called item by item, so that no list of them is built. What is rare (several replies for one
request, modes of the link, the backlog) is told by the same plain files that the twin asks.
"""

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_GetItem
from libc.math cimport INFINITY

from framewire._native.mutable cimport BytesMut
from framewire._native.resp_encode cimport write_small_command
from framewire._native.resp_outputs cimport VALUES
from framewire._native.resp_reader cimport MORE, Reader
from framewire._native.resp_replies cimport new_replies

from framewire._framed import READ_SIZE
from framewire._native.resp_encode import encode_commands
from framewire.buf.write_buffer import WriteBuffer
from framewire.errors import ProtocolError
from framewire.frames.resp import Error, Push, RespLimits
from framewire.redis.exchange.backlog import MAX_QUEUED, Backlog, Waiting
from framewire.redis.exchange.calls import BacklogFull, UnexpectedReply, Unpairable
from framewire.redis.exchange.knowledge import KINDS, Kind, kind_of
from framewire.redis.exchange.reading import NOTHING, Reading
from framewire.redis.exchange.sending import Sending, check_batch
from framewire.redis.exchange.several import Checked, Confirmations
from framewire.redis.exchange.slots import GONE, call_of, fail_shaping, is_gone

__all__ = ["Exchange"]

cdef enum:
    FEWEST = 16                     # slots that there is always memory for
    SHORT = 16384                   # of less a `WriteBuffer` gives a copy,
    KEPT = 65536                    # and it keeps no more memory than this: so does `take`, without asking it

cdef object ERROR = Error           # looked up once, for each reply is compared with them
cdef object PUSH = Push
cdef object NO_REPLY = NOTHING
cdef object PLAIN = Kind.PLAIN
cdef object CONFIRMS = Kind.CONFIRMS
cdef tuple ONLY_PLAIN = (Kind.PLAIN,)
cdef dict KNOWN = KINDS


cdef inline bint is_capital(const unsigned char* name, Py_ssize_t length) noexcept:
    """Whether a server reads this name as it stands."""
    cdef Py_ssize_t i
    for i in range(length):
        if c"a" <= name[i] <= c"z":
            return False
    return True


cdef object find_kind(object request):
    """`kind_of`, and quickly where the name is bytes in capitals, as it mostly is, and of no kind."""
    cdef object name
    if type(request) is tuple and len(<tuple>request) > 0:
        name = (<tuple>request)[0]
    elif type(request) is list and len(<list>request) > 0:
        name = (<list>request)[0]
    else:
        return kind_of(request)
    if type(name) is bytes and PyDict_GetItem(KNOWN, name) == NULL and is_capital(<bytes>name, len(<bytes>name)):
        return PLAIN
    return kind_of(request)


@cython.final
@cython.freelist(128)
cdef class Slot:
    """A request, or a batch, whose replies are still to come: as in the plain twin."""
    cdef object request             # what was asked: a request; a sequence of them, if it is a batch
    cdef readonly bint batch
    cdef readonly object waiter     # None: nobody ever waited; GONE: it was told that it is late
    cdef readonly object shape      # what makes of the reply what the waiter gets; None: it gets the reply
    cdef readonly list items        # the replies of a batch; None: it is none
    cdef readonly object several    # what takes the replies, where it is not one for each request; None
    cdef object kinds               # of each request
    cdef bint plain                 # all of them are PLAIN
    cdef readonly Py_ssize_t left   # replies of a batch that are still to come
    cdef readonly Py_ssize_t size   # bytes on the wire
    cdef readonly double began      # when it was asked for
    cdef readonly double sent       # when it left the backlog, or `began`
    cdef readonly double deadline   # infinite: none

    @property
    def requests(self):
        return self.request if self.batch else (self.request,)


cdef inline bint is_waiting(Slot slot) except -1:
    """Whether somebody is there to be told."""
    return slot.waiter is not None and not slot.waiter.done()


@cython.final
cdef class Exchange:
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

    cdef object owner
    cdef public Py_ssize_t max_requests, max_bytes, max_queued
    cdef public double now
    cdef readonly Py_ssize_t received
    cdef bint integrity
    cdef Reader reader              # of replies; never None
    cdef BytesMut rest              # bytes received that it has not understood yet
    cdef object out                 # the WriteBuffer that is to be taken
    cdef BytesMut tail              # its tail, which is the same as long as it lives
    cdef object scratch             # a WriteBuffer, where pieces are encoded
    cdef list ring                  # the slots, from `head` on; None where there is none. Its length is a power of two
    cdef Py_ssize_t mask            # that length less one
    cdef Py_ssize_t head            # place of the oldest slot
    cdef Py_ssize_t count           # slots
    cdef Py_ssize_t unwritten       # the last of them, whose bytes are still in `out`
    cdef Py_ssize_t wire            # bytes of all slots
    cdef object backlog             # a Backlog
    cdef bint waiting               # it is not empty
    cdef double earliest            # no deadline is before it
    cdef bint opened
    cdef bint paused
    cdef bint woken                 # the owner was told, and has not taken since
    cdef bint broken
    cdef bint inside                # the reader reads, and callbacks run: nothing else may be received
    cdef object reading             # a Reading
    cdef bint watched               # its `watched`, as of its last change
    cdef object sending             # a Sending
    cdef bint usual                 # its `usual`, as of its last change
    cdef long long asked            # of integrity's questions

    def __init__(
        self,
        owner,
        limits=RespLimits(),
        *,
        Py_ssize_t max_requests=10_000,
        Py_ssize_t max_bytes=16 * 1024 * 1024,
        Py_ssize_t max_queued=MAX_QUEUED,
        bint integrity=False,
    ):
        self.owner = owner
        self.max_requests, self.max_bytes, self.max_queued = max_requests, max_bytes, max_queued
        self.integrity = integrity
        self.reader = new_replies(VALUES, limits, True)
        self.rest = BytesMut()
        self.out = WriteBuffer()
        self.tail = self.out.tail
        self.scratch = WriteBuffer()
        self.ring = [None] * FEWEST
        self.mask = FEWEST - 1
        self.backlog = Backlog()
        self.earliest = INFINITY
        self.reading = Reading(owner.pushed)
        self.sending = Sending()
        self.usual = True

    # -- requests

    @cython.binding(False)
    def call(self, request, shape=None, timeout=None):
        """Send `request` for a new waiter of the owner's, and return that; see `send`."""
        waiter = self.owner.new_waiter()
        self.submit(self.slot_for(request, waiter, shape), timeout, False)
        return waiter

    @cython.binding(False)
    def send(self, request, waiter=None, shape=None, timeout=None, *, bint urgent=False):
        """Queue one request. Its reply, made into what `shape` says, goes to `waiter`; without one it is swallowed.

        After `timeout` seconds `expire` reports it. What is `urgent` passes by the backlog and integrity's questions.
        What will have no reply (CLIENT REPLY) has the result None at once. O(1) and the bytes; large payloads are not
        copied. Raises `EncodeError`, `BacklogFull` and `Unpairable`: nothing was queued then.
        """
        self.submit(self.slot_for(request, waiter, shape), timeout, urgent)

    @cython.binding(False)
    def send_batch(self, requests, waiter=None, timeout=None):
        """Queue requests that leave together: one slot, and one list of all their replies, errors among them.

        What changes the link cannot stand in a batch (`Unpairable`), but for MULTI and EXEC. Raises what `send` raises.
        """
        cdef Slot slot = Slot.__new__(Slot)
        cdef list kinds = [find_kind(request) for request in requests]
        if not kinds:
            raise ValueError("a batch needs a request")
        check_batch(kinds)
        slot.request, slot.batch, slot.waiter = requests, True, waiter
        slot.kinds, slot.plain = kinds, not any(kinds)
        slot.items, slot.left = [], len(kinds)
        self.submit(slot, timeout, False)

    cdef Slot slot_for(self, object request, object waiter, object shape):
        cdef Slot slot = Slot.__new__(Slot)
        cdef object kind = find_kind(request)
        slot.request, slot.waiter, slot.shape = request, waiter, shape
        slot.plain = kind is PLAIN
        slot.kinds = ONLY_PLAIN if slot.plain else (kind,)
        slot.left = 1
        return slot

    cdef int submit(self, Slot slot, object timeout, bint urgent) except -1:
        if self.broken:
            raise RuntimeError("the link is lost: this exchange takes no more requests")
        self.wake()
        slot.began = slot.sent = self.now
        slot.deadline = INFINITY if timeout is None else self.now + <double>timeout
        if urgent or (not self.waiting and self.has_room()):
            self.put(slot, urgent)
        else:
            self.queue(slot)
        self.earliest = min(self.earliest, slot.deadline)
        return 0

    cdef inline int wake(self) except -1:
        if not self.woken:
            self.now = self.owner.wake()
            self.woken = True
        return 0

    cdef inline bint has_room(self) noexcept:
        return (
            self.opened and not (self.paused or self.broken)
            and self.count < self.max_requests and self.wire < self.max_bytes
        )

    # -- onto the wire

    cdef int put(self, Slot slot, bint urgent) except -1:
        """Encode `slot` behind what is to be written."""
        self.check(slot)
        if self.integrity and not urgent:
            return self.append(slot, self.encode(slot))
        slot.size = -1 if slot.batch else write_small_command(slot.request, self.tail)
        if slot.size < 0:
            slot.size = self.write(slot.requests)
        return self.append(slot, None)

    cdef inline int check(self, Slot slot) except -1:
        if not (slot.plain or slot.batch):
            self.sending.check(slot.kinds[0])
        return 0

    cdef Py_ssize_t write(self, object requests) except -1:
        """All of them or, where one has no wire form, none; how many bytes they are."""
        cdef list segments = self.out.segments
        cdef Py_ssize_t before = self.tail.len, closed = len(segments)
        encode_commands(requests, self.tail, segments)
        if len(segments) == closed:
            return self.tail.len - before
        return self.tail.len - before + sum(map(len, segments[closed:]))

    cdef int append(self, Slot slot, list pieces) except -1:
        """From here on the replies of `slot` are expected, if it has any: its bytes are in `out`, but for `pieces`."""
        if not (pieces is None and slot.plain and self.usual) and not self.note(slot, pieces):
            return self.give(slot, slot.items, None)
        if self.count > self.mask:
            self.grow()
        self.ring[(self.head + self.count) & self.mask] = slot
        self.count += 1
        self.unwritten += 1
        self.wire += slot.size
        return 0

    cdef int grow(self) except -1:
        """Have room for twice as many slots; the oldest is the first then."""
        cdef list ring = self.ring[self.head:] + self.ring[:self.head]
        self.ring = ring + [None] * len(ring)
        self.head = 0
        self.mask = 2 * self.mask + 1
        return 0

    cdef bint note(self, Slot slot, list pieces) except -1:
        """Find out which replies `slot` has; whether there are any. Writes `pieces`, and questions behind them."""
        cdef list checks = []
        cdef list silent
        for index, kind in enumerate(slot.kinds):
            if pieces is not None:
                self.out.put_taken(pieces[index])
            if self.sending.note(kind, self.reading.protocol):
                checks.append(self.ask(slot) if pieces is not None and self.sending.is_checked(kind) else None)
        self.usual = self.sending.usual
        slot.left = len(checks)
        silent = [None] * (len(slot.kinds) - len(checks))
        slot.items = silent[:] if slot.batch else None
        if slot.kinds[0] is CONFIRMS:
            slot.several = Confirmations(slot.request, self.reading)
        elif any(checks):
            slot.several = Checked(checks, slot.batch, silent)
        return len(checks) > 0

    cdef bytes ask(self, Slot slot):
        """Write a question of the integrity mode; what its answer must be."""
        self.asked += 1
        answer = b"framewire:%d" % self.asked
        slot.size += self.write(((b"ECHO", answer),))
        return answer

    # -- the backlog

    cdef int queue(self, Slot slot) except -1:
        cdef list pieces = self.encode(slot)
        limit = self.max_queued or (0 if self.opened else MAX_QUEUED)
        if not self.backlog.takes(slot.size, limit):
            self.backlog.drop_gone(self.now)
            self.waiting = len(self.backlog) > 0
        if not self.backlog.takes(slot.size, limit):
            raise BacklogFull(self.backlog.size, slot.size, limit)
        self.backlog.append(Waiting(slot, pieces))
        self.waiting = True
        return 0

    cdef list encode(self, Slot slot):
        """The bytes of `slot`: those of each request for itself, if something may have to stand between them."""
        cdef list pieces = []
        requests = slot.requests
        for part in [(request,) for request in requests] if self.integrity else [requests]:
            encode_commands(part, self.scratch.tail, self.scratch.segments)
            pieces.append(self.scratch.take())
        slot.size = sum([len(segment) for piece in pieces for segment in piece])
        return pieces

    cdef int admit(self) except -1:
        """Put on the wire what there is room for."""
        if self.waiting and self.has_room():
            self.wake()
        while self.waiting and self.has_room():
            entry = self.backlog.popleft()
            self.waiting = len(self.backlog) > 0
            if not is_gone(entry.slot):
                self.put_encoded(entry.slot, entry.pieces)
        return 0

    cdef int put_encoded(self, Slot slot, list pieces) except -1:
        try:
            self.check(slot)
        except Unpairable as error:
            if slot.waiter is not None:
                slot.waiter.set_exception(error)
            return 0
        slot.sent = self.now
        if self.integrity:
            return self.append(slot, pieces)
        self.out.put_taken(pieces[0])
        return self.append(slot, None)

    # -- bytes out

    def open(self):
        """The handshake is over: what waits may leave."""
        self.opened = True
        self.admit()

    def pause(self):
        """The transport has no room: what is sent from here on waits in the backlog."""
        self.paused = True

    def resume(self):
        """It has room again."""
        self.paused = False
        self.admit()

    @property
    def pending(self):
        """Bytes to `take`."""
        return len(self.out)

    @cython.binding(False)
    def take(self):
        """All bytes that are to be written, in order; from here on their requests count as written."""
        self.woken = False
        self.unwritten = 0
        if not 0 < self.tail.len < SHORT or self.tail.end - self.tail.ptr > KEPT or self.out.segments:
            return self.out.take()
        data = PyBytes_FromStringAndSize(<const char*>self.tail.ptr, self.tail.len)
        self.tail.clear()
        return [data]

    # -- bytes in

    @cython.binding(False)
    def get_buffer(self, sizehint=-1):
        """Room for the next read, as `asyncio.BufferedProtocol` has it."""
        self.check_outside()
        return self.rest.lease(READ_SIZE)

    @cython.binding(False)
    def buffer_updated(self, Py_ssize_t nbytes):
        """So many bytes were received into it: replies go to their waiters, pushes to the owner.

        What a callback raises goes through, and ends the link: what was read behind it is lost.
        """
        self.check_outside()
        self.rest.commit(nbytes)
        self.received += nbytes
        if self.broken:
            self.rest.clear()
        elif not self.rest.payload or not self.rest.expected:
            self.receive()

    def feed(self, data):
        """Receive `data`, as if it had been read into `get_buffer`."""
        left = memoryview(data)
        while left:
            room = self.get_buffer()
            nbytes = min(len(room), len(left))
            room[:nbytes] = left[:nbytes]
            self.buffer_updated(nbytes)
            left = left[nbytes:]

    cdef inline int check_outside(self) except -1:
        if self.inside:
            raise RuntimeError("this exchange receives already: not from inside its callbacks")
        return 0

    cdef int receive(self) except -1:
        self.inside = True
        try:
            self.read_items()
        except ProtocolError as error:
            self.broke(error)
        except BaseException:
            self.broken = True
            raise
        finally:
            self.inside = False
            if self.reader.running:         # it stopped between two items, for good
                self.reader.consume()
            if self.broken:
                self.rest.clear()
        return 0 if self.broken else self.admit()

    cdef int read_items(self) except -1:
        self.reader.enter(self.rest)
        while not self.broken:
            item = self.reader.next_item()
            if item is MORE:
                self.reader.leave(self.rest, True)
                return 0
            if self.watched or type(item) is PUSH:
                item = self.sort(item)
            if item is not NO_REPLY:
                self.pair(item)
        return 0

    cdef int broke(self, object error) except -1:
        if not self.broken:
            self.broken = True
            self.owner.broken(error)
        return 0

    # -- replies to their slots

    cdef object sort(self, object item):
        """The reply that `item` is, or makes whole; `NOTHING` where it is none."""
        cdef Slot slot
        items = item.items if type(item) is PUSH else item
        if self.count > self.unwritten:
            slot = self.ring[self.head]
            if slot.several is not None and slot.several.wants(items):
                return list(items)
        item = self.reading.sort(item)
        self.watched = self.reading.watched
        return item

    cdef int pair(self, object item) except -1:
        """Give `item` to the oldest slot."""
        cdef Slot slot
        if self.count == self.unwritten:
            raise UnexpectedReply(item)
        slot = self.ring[self.head]
        if slot.batch or slot.several is not None:
            item = self.collect(slot, item)
            if item is NO_REPLY:
                return 0
        self.ring[self.head] = None
        self.head = (self.head + 1) & self.mask
        self.count -= 1
        self.wire -= slot.size
        if not slot.plain:
            self.learn(slot, item)
        if type(item) is not ERROR:
            return self.give(slot, item, slot.shape)
        if is_waiting(slot):
            self.owner.refused(call_of(slot, True), item)
        return 0

    cdef object collect(self, Slot slot, object item):
        """One of several replies: all of them, or `NOTHING` yet."""
        if slot.several is not None:
            item = slot.several.take(item)
            self.watched = self.reading.watched
            return item
        slot.items.append(item)
        slot.left -= 1
        return NO_REPLY if slot.left else slot.items

    cdef int learn(self, Slot slot, object reply) except -1:
        """What the replies to other than plain requests say of the link."""
        for request, kind, each in zip(slot.requests, slot.kinds, reply if slot.batch else (reply,), strict=True):
            if kind:
                self.reading.answered(request, each)
        self.watched = self.reading.watched
        return 0

    cdef int give(self, Slot slot, object reply, object shape) except -1:
        if not is_waiting(slot):
            return 0
        if shape is not None:
            try:
                reply = shape(reply)
            except Exception as error:
                fail_shaping(slot.waiter, error)
                return 0
        slot.waiter.set_result(reply)
        return 0

    # -- how it stands

    @property
    def protocol(self):
        """2 or 3, as the last HELLO that was answered left it."""
        return self.reading.protocol

    @property
    def unanswered(self):
        """Requests (a batch is one) on the wire."""
        return self.count

    @property
    def queued(self):
        """Requests in the backlog."""
        return len(self.backlog)

    @property
    def queued_bytes(self):
        """Bytes in the backlog."""
        return self.backlog.size

    @property
    def oldest(self):
        """Since when the oldest unanswered request is on the wire; infinite where there is none."""
        return (<Slot>self.ring[self.head]).sent if self.count else INFINITY

    @property
    def receiving(self):
        """Whether a reply has begun that is not all here."""
        return not self.broken and (self.rest.len > 0 or self.reader.begun)

    # -- time, and the end

    def expire(self, double now):
        """Those whose deadline has passed, in order; their replies will be swallowed, and what was not sent never is.

        O(1) while no deadline can have passed. Else linear in what is on the wire, and in what has waited in the
        backlog for longer than the shortest timeout there.
        """
        cdef list calls
        self.now = now
        if now < self.earliest:
            return []
        self.earliest = INFINITY
        calls = self.expire_slots(now)
        late, earliest = self.backlog.expire(now)
        self.waiting = len(self.backlog) > 0
        self.earliest = min(self.earliest, <double>earliest)
        return calls + [call_of(slot, False) for slot in late if not is_gone(slot)]

    cdef list expire_slots(self, double now):
        """Of the slots; and `earliest` is no later than the deadline of those that remain."""
        cdef list calls = []
        cdef Slot slot
        for slot in self.slots():
            if slot.deadline <= now:
                if not is_gone(slot):
                    calls.append(call_of(slot, True))
                slot.deadline, slot.waiter = INFINITY, GONE
            self.earliest = min(self.earliest, slot.deadline)
        return calls

    cdef list slots(self):
        """The oldest first."""
        return [self.ring[(self.head + index) & self.mask] for index in range(self.count)]

    def lose(self):
        """The link is gone: all that waits, in order, for the owner to decide about. The exchange takes no more."""
        cdef Py_ssize_t written = self.count - self.unwritten
        cdef list calls
        self.broken = True
        calls = [call_of(slot, index < written) for index, slot in enumerate(self.slots()) if not is_gone(slot)]
        calls += [call_of(slot, False) for slot in self.backlog.take_all() if not is_gone(slot)]
        self.ring = [None] * FEWEST
        self.mask = FEWEST - 1
        self.head = self.count = self.unwritten = self.wire = 0
        self.waiting = False
        self.out.clear()
        self.earliest = INFINITY
        return calls
