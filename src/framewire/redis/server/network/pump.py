"""One client's socket: bytes to requests, requests to the session, replies to bytes.

What belongs here: the order of those steps, and the limits on what waits between them. Commands are not known here.

    read --> rest of input --> decode a batch --> session.execute --> encode --> write
                  ^                 ^                                    |
                  |                 +---- below the high-water mark -----+
                  +---- above it, requests wait undecoded until the transport has room: the client is stalled

All that one read brought is answered in one write. Reading never stops, because ordinary clients send a whole pipeline
before they read a reply; what waits for a client that does not read has a limit, beyond which it is closed. When there
is room again, what has piled up is answered in turns, so that other clients are served in between. A turn ends after so
many requests (`TURN`), after so much time with slow ones (`client.turn_over`), and with a read that filled the buffer:
libuv would read up to 32 times before it looks at anybody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from typing import cast

from framewire._framed import READ_SIZE
from framewire._impl import BytesMut, RespDecoder, encode_values
from framewire.aio.inbound import Inbound
from framewire.aio.vectored import Outbound
from framewire.buf.write_buffer import WriteBuffer
from framewire.errors import ProtocolError
from framewire.frames.resp import RespLimits
from framewire.redis.server.clients.usage import Usage
from framewire.redis.server.network.connections import Connections
from framewire.redis.server.network.limits import MOST_INPUT_OF_STRANGERS, OutputGuard, limit_of
from framewire.redis.server.network.timers import Timer
from framewire.redis.server.running.session import Session

__all__ = ["ClientPump"]

logger = logging.getLogger("framewire.redis")

BATCH = 32
"""Requests decoded at once: few enough that replies cannot run far past the high-water mark between two looks at it."""

TURN = range(128)
"""The batches of one turn: about what a read can bring, few enough (some 5 ms) that nobody notices the wait."""

NONE_HELD: list[list[bytes]] = []
"""No requests; never changed, so one serves all."""

HIGH_WATER = 256 * 1024
"""Unsent bytes above which no further request is decoded."""


class ClientPump(asyncio.BufferedProtocol):
    """asyncio's callbacks for one client of Mini-Redis."""

    __slots__ = (
        "_connections",
        "_decoder",
        "_ended",
        "_guard",
        "_held",
        "_inbound",
        "_outbound",
        "_outgoing",
        "_pushes",
        "_stalled",
        "_state",
        "_stats",
        "_timer",
        "_trusted",
        "_unsent",
        "client",
        "get_buffer",
        "last_active",
        "session",
        "transport",
    )

    def __init__(self, connections: Connections[ClientPump]) -> None:
        self._connections = connections
        self._outgoing = connections.outgoing
        self._state = connections.state
        self._stats = connections.state.stats
        self._inbound = Inbound()
        self.get_buffer = self._inbound.lease  # type: ignore[method-assign]  # the callback itself: one call less for every read
        self._stalled = False  # requests wait: for room in the output, for the next turn, or behind a blocked one
        self._ended = False  # the client has ended its side
        self._pushes: WriteBuffer | None = None  # out-of-band data of this loop iteration, not yet written
        self._held = NONE_HELD  # requests decoded behind one that waits
        self._timer: Timer | None = None  # ends that wait
        self._guard = OutputGuard()
        self._unsent = 0  # bytes that waited when `takes_output` was last asked

    # -- asyncio calls these ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        state = self._state
        self.transport = transport = cast("asyncio.Transport", transport)  # uvloop's is one, but does not inherit
        transport.set_write_buffer_limits(high=HIGH_WATER)
        self._outbound = Outbound(transport, HIGH_WATER)
        self.session = Session(state, self.send, *_addresses(transport))
        self.client = client = self.session.client
        client.on_unblocked = self._unblocked
        client.on_kill = self.abort
        client.usage = self.usage
        self._decoder = RespDecoder("requests", self._connections.limits)
        self._trusted = self._decoder.authenticated = client.authenticated
        self.last_active = state.clock
        self._connections.opened(self)

    def buffer_updated(self, nbytes: int) -> None:
        inbound = self._inbound
        try:
            source = inbound.commit(nbytes)
            self._stats.net_input_bytes += nbytes
            self.last_active = self._state.tick()
            if not (self._stalled or source.expected):
                self._answer(source)
            if source or source.expected or source is inbound.rest:
                inbound.settle()
                if self._stalled:
                    self.check_output()
            if nbytes >= READ_SIZE and not inbound.rest.expected:
                self._give_way()
        except BaseException:
            inbound.discard()  # the scratch is shared too
            raise

    def _give_way(self) -> None:
        """There may be more to read: after the others have had their turn."""
        self.transport.pause_reading()
        asyncio.get_running_loop().call_soon(self._read_on)

    def _read_on(self) -> None:
        if not (self._outbound.finishing or self.transport.is_closing()):
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        self._ended = True
        self._close_if_ended()
        # With True the loop does not close it: what was sent before is still answered. TLS cannot be half-closed.
        return self.transport.get_extra_info("sslcontext") is None

    def pause_writing(self) -> None:
        self._outbound.pause()

    def resume_writing(self) -> None:
        self._outbound.resume()
        self.catch_up()

    def connection_lost(self, exc: Exception | None) -> None:
        self.session.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._outbound.clear()
        self._pushes = None
        self._connections.closed(self)

    # -- requests in, replies out -------------------------------------------------------------------------------------

    def _answer(self, source: BytesMut) -> None:
        """Decode, execute and encode batch after batch, then write once."""
        if self._pushes is not None:
            self.flush_pushes()
        session, client, decoder = self.session, self.client, self._decoder
        outgoing = self._outgoing
        out, replies = outgoing.out, outgoing.replies
        turn_is_over = False
        try:
            for _ in TURN:
                if client.closing or self._stalled:
                    break
                try:
                    requests = self._held or decoder.decode_batch(source, BATCH if client.authenticated else 1)
                except ProtocolError as error:
                    encode_values([session.protocol_error(str(error))], client.protocol, out.tail, out.segments)
                    break
                if not requests:
                    break
                done = session.execute(requests, replies)
                encode_values(replies, client.protocol, out.tail, out.segments)
                replies.clear()
                if done < len(requests) or client.blocked is not None or client.turn_over:
                    turn_is_over = self._run_rest(requests, done)
                else:
                    self._held = NONE_HELD
                if self._trusted is not client.authenticated:
                    self._trusted = decoder.authenticated = client.authenticated
                if len(out.tail) >= HIGH_WATER or (out.segments and len(out) >= HIGH_WATER):
                    self._write(out)
                if turn_is_over or (not source and decoder.idle):  # else it may have met an offender, whose turn it is
                    break
            else:
                turn_is_over = True
        except BaseException:  # a defect of ours, or no memory: the loop logs it; what is shared goes on clean
            replies.clear()
            out.clear()
            self.abort()
            raise
        self._write(out)
        if not client.authenticated and self._outbound.pending:
            self.check_output()
        if client.closing:
            self.close()
        elif turn_is_over and not self._stalled:
            self._stalled = True
            asyncio.get_running_loop().call_soon(self.catch_up)

    def _run_rest(self, requests: list[list[bytes]], done: int) -> bool:
        """Go on with a batch that was not run in one go: barriers run alone. Hold what cannot be run now.

        Returns whether the client's turn is over.
        """
        client, out, replies = self.client, self._outgoing.out, self._outgoing.replies
        while done < len(requests) and not (client.closing or client.blocked is not None or client.turn_over):
            done = self.session.execute(requests, replies, done)
            encode_values(replies, client.protocol, out.tail, out.segments)
            replies.clear()
        self._held = requests[done:] if done < len(requests) else NONE_HELD
        if client.blocked is not None:
            self._wait(client.blocked.deadline)
        over, client.turn_over = client.turn_over, False
        if over:
            client.spent = 0  # where the clock stands, the next turn is at the same time
        return over

    def _write(self, out: WriteBuffer) -> None:
        """Give the transport all of `out`; where that fills it, further requests wait until it has room.

        While what was changed is not on disk (`appendfsync always`), it waits for that.
        """
        outbound = self._outbound
        try:
            if self._outgoing.holding and out:
                self._hold(out)
                return
            self._stats.net_output_bytes += outbound.send(out)
        except BaseException:  # no memory: `out` is shared, and what is left of it must not go to the next client
            out.clear()
            self.abort()
            raise
        if outbound.full:
            self._stalled = True
            if limit_of(self.client).soft:
                self._connections.worry(self)

    def _hold(self, out: WriteBuffer) -> None:
        """Send it with what is written before the loop waits: one fsync serves all clients read until then."""
        if self._outgoing.busy:
            self._write_at_once(out)
            return
        if self._pushes is None:
            self._pushes = WriteBuffer()
        for piece in out.take():
            self._pushes.put_slice(piece)
        self._outgoing.hold(self)
        if len(self._pushes) >= HIGH_WATER:
            self.flush_pushes()

    def catch_up(self) -> bool:
        """Answer what has piled up while the client was stalled, one turn of it; whether it may be answered now."""
        client = self.client
        if self._stalled and not self._outbound.full and not client.closing and client.blocked is None:
            self._stalled = False
            self.last_active = self._state.tick()  # it has not been idle: we kept it waiting
            self._answer(self._inbound.rest)
            self._inbound.release_if_empty()
            self._close_if_ended()
            return True
        return False

    def _close_if_ended(self) -> None:
        """Close a client that has ended its side once all is answered, or a command would wait: it may be gone."""
        if self._ended and (not self._stalled or self.client.blocked is not None):
            self.close()

    # -- while a script runs for too long -----------------------------------------------------------------------------

    @property
    def is_plain(self) -> bool:
        """Whether its bytes may be read and written past the loop: it is not encrypted."""
        return self.client.fd >= 0 and self.transport.get_extra_info("sslcontext") is None

    def answer_while_busy(self) -> bool:
        """Read what is there and answer it at once; whether to look again. The loop learns of an end by itself.

        Who waits for something, or for whom something waits, goes on waiting: so does the client of the script.
        """
        client, inbound = self.client, self._inbound
        if client.closing or client.replies is not None or self._stalled or self._held:
            return False
        if self._pushes is not None:
            if self._outgoing.held_back:
                return False
            pushes, self._pushes = self._pushes, None
            self._write_at_once(pushes)
        try:
            nbytes = os.readv(client.fd, [inbound.lease_own()])
        except BlockingIOError:
            nbytes = 0  # the loop was faster
        except OSError:
            return False
        else:
            if not nbytes:
                return False
        source = inbound.commit(nbytes)
        self._stats.net_input_bytes += nbytes
        if not source.expected:
            self._answer(source)
        inbound.settle()
        return not client.closing

    def _write_at_once(self, out: WriteBuffer) -> None:
        """Past the transport, as far as nothing waits there: some loops send nothing before they are asked again."""
        data = b"".join(out.take())
        sent = 0
        if not self._outbound.pending:
            with contextlib.suppress(OSError):  # the transport's own write meets it again
                sent = os.write(self.client.fd, data)
        if sent < len(data):
            self._outbound.write([memoryview(data)[sent:]])
        self._stats.net_output_bytes += len(data)
        self._stalled = self._stalled or self._outbound.full

    # -- a command that waits -----------------------------------------------------------------------------------------

    def _wait(self, deadline: int | None) -> None:
        """A blocking command waits: what comes behind it is not executed before its reply."""
        self._stalled = True
        if deadline is not None:
            self._timer = self._connections.timers.call_at(deadline, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        wait = self.client.blocked
        if wait is not None:
            self.client.end_wait(wait.otherwise)

    def _unblocked(self) -> None:
        """The reply was sent: go on with what came behind, when whoever made it possible is done."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        asyncio.get_running_loop().call_soon(self.catch_up)

    # -- out of band --------------------------------------------------------------------------------------------------

    def send(self, value: object) -> None:
        """Deliver a value that is no reply (a pub/sub message); written before the loop waits, with others like it."""
        if self.client.closing:
            return
        if self._pushes is None:
            self._pushes = WriteBuffer()
            self._outgoing.flush_soon(self)
        if self._outgoing.holding:
            self._outgoing.hold(self)
        try:
            encode_values([value], self.client.protocol, self._pushes.tail, self._pushes.segments)
        except BaseException:  # a defect of ours, or no memory: half a frame must not be followed by another
            self.abort()
            raise
        self.check_output()

    def flush_pushes(self) -> None:
        """Write the out-of-band data of this loop iteration, if any, and what was held back with it."""
        if self._outgoing.holding:
            self._outgoing.commit()
        pushes = self._pushes
        if pushes is not None:
            self._pushes = None
            self._write(pushes)

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Send what was written, answer no more, close. The server aborts it where the peer does not take the rest."""
        if not (self._outbound.finishing or self.transport.is_closing()):
            self.flush_pushes()
            self.client.closing = True
            self.transport.pause_reading()
            self._outbound.close()
            self._connections.closing(self)

    def abort(self) -> None:
        """Close at once; what was not sent is lost."""
        self.client.closing = True
        self._pushes = None
        self.transport.abort()

    def set_limits(self, limits: RespLimits) -> None:
        """What a request may ask from now on."""
        self._decoder.limits = limits

    def takes_output(self) -> bool:
        """Whether the peer has taken output, or was given more, since this was last asked."""
        before, self._unsent = self._unsent, self._outbound.pending
        return before != self._unsent

    def check_output(self) -> None:
        """Close a client that does not read: too many bytes for it, or of its requests, wait here."""
        waiting = len(self._inbound.rest) if self._stalled else 0
        if waiting > MOST_INPUT_OF_STRANGERS and not self.client.authenticated:
            self._refuse_to_wait(waiting, MOST_INPUT_OF_STRANGERS)
            return
        unsent = self._outbound.pending + (len(self._pushes) if self._pushes is not None else 0)
        limit = limit_of(self.client)
        most = max(waiting, unsent) if self.client.authenticated else unsent
        if self._guard.exceeded(limit, most, self._state.clock):
            self._refuse_to_wait(most, limit.hard if most > limit.hard > 0 else limit.soft)
        elif self._guard.worried:
            self._connections.worry(self)

    def _refuse_to_wait(self, waiting: int, limit: int) -> None:
        logger.warning("closing %s: %d bytes wait for it, more than its limit of %d", self.client, waiting, limit)
        self.abort()

    def usage(self) -> Usage:
        """What waits of its requests, and of what it is told."""
        rest, held = self._inbound.rest, self._held
        pushes = self._pushes
        return Usage(
            query=len(rest),
            query_free=rest.capacity - len(rest),
            arguments=sum(len(part) for request in held for part in request),
            output=self._outbound.pending + (len(pushes) if pushes is not None else 0),
            output_pieces=self._outbound.pieces + (pushes is not None),
        )


def _addresses(transport: asyncio.BaseTransport) -> tuple[str, str, int]:
    """The peer's address, our own, and the descriptor, as CLIENT INFO shows them."""
    sock = transport.get_extra_info("socket")
    return (
        _spell(transport.get_extra_info("peername")),
        _spell(transport.get_extra_info("sockname")),
        sock.fileno() if sock is not None else -1,
    )


def _spell(name: object) -> str:
    match name:
        case (str(host), int(port), *_):
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        case str(path):
            return f"{path}:0"
        case _:
            return ""
