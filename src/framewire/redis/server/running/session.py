"""One client of the server: requests in, replies out.

What belongs here: a client's state, and how a batch of requests becomes a batch of replies. No socket, no encoding of
frames, no waiting: all of Mini-Redis can be tested here. What a command does stands in `commands/`.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from operator import length_hint

from framewire.frames.resp import Error, Push, Simple
from framewire.redis.server.clients.pubsub import Subscriber
from framewire.redis.server.clients.reply_mode import Muted
from framewire.redis.server.clients.slowlog import run_timed
from framewire.redis.server.clients.state import State
from framewire.redis.server.commands.binding import COMMANDS, NO_REPLY, Command
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.arguments import CommandError
from framewire.redis.server.running.lookup import PLAIN, Plain, lookup

__all__ = ["Session"]

logger = logging.getLogger("framewire.redis")

_NOTHING_PLAIN: dict[bytes, Plain] = {}

QUEUED = Simple(b"QUEUED")


class Session:
    """One client. `send(value)` delivers what comes unasked (messages), while no batch of this session is running.

    `protocol` (2 or 3) says how replies are encoded; only barriers change it. `closing` says: write what was replied,
    then close. `restricted`: it listens to channels under RESP2, where only few commands may be used. `queue` holds the
    commands since MULTI, and `aborted` says that one of them was refused. While `blocked` nothing is executed; the
    reply comes by `send`, and then `on_unblocked` is called. While `muted` there are no replies. `propagated` is what
    the append-only file holds of the command that is run, where that is not the request itself. `on_kill` ends the
    connection.
    """

    commands = COMMANDS

    __slots__ = (
        "_find",
        "_last_command",
        "_last_name",
        "_replies",
        "_send",
        "_waits_for",
        "aborted",
        "address",
        "authenticated",
        "blocked",
        "closing",
        "created",
        "db",
        "fd",
        "id",
        "last_used",
        "library_name",
        "library_version",
        "local_address",
        "muted",
        "name",
        "no_evict",
        "no_touch",
        "on_kill",
        "on_unblocked",
        "propagated",
        "protocol",
        "queue",
        "restricted",
        "state",
        "subscriber",
        "watched",
        "watched_changed",
    )

    def __init__(
        self, state: State, send: Callable[[object], None], address: str = "", local_address: str = "", fd: int = -1
    ) -> None:
        self.state = state
        self.id = state.next_id()
        self.address = address
        self.local_address = local_address
        self.fd = fd
        self.created = self.last_used = state.clock
        self._last_command = "NULL"  # the last one that took the long path, and behind it, how it was called:
        self._last_name: bytes | None = None
        self.library_name = self.library_version = b""
        self.closing = False
        self.subscriber = Subscriber(self._deliver)
        self._send = send
        self._replies: list[object] | None = None  # those of the running batch
        self.blocked: Wait | None = None
        self._waits_for: tuple[Command, list[bytes]] | None = None  # what it is blocked by
        self.on_unblocked: Callable[[], None] = _nothing
        self.on_kill: Callable[[], None] = _nothing
        self.propagated: list[list[bytes]] | None = None
        self.queue: list[tuple[Command, list[bytes]]] | None = None
        self.aborted = False
        self.watched: dict[tuple[Db, bytes], bool] = {}  # and whether the key was there
        self.watched_changed = False
        self.reset()
        state.sessions[self.id] = self
        state.stats.connections_received += 1

    def __str__(self) -> str:
        return f"client {self.id} ({self.address})"

    def reset(self) -> None:
        """Everything that a client can change about itself goes back to what a new client has."""
        self.state.pubsub.drop(self.subscriber)
        self.discard()
        self.state.stop_monitoring(self)
        self.name = b""
        self.muted: Muted | None = None
        self.no_evict = self.no_touch = False
        self.protocol = 2
        self.db: Db = self.state.databases[0]
        self.authenticated = not self.state.config.requirepass
        self.refresh()

    def execute(self, requests: list[list[bytes]], replies: list[object], start: int = 0) -> int:
        """Run `requests[start:]` in order, append the replies, return the index of the first request that was not run.

        It stops before a barrier that is not the first to run, right after one that is, and does nothing when
        `closing` or `blocked`. So all replies of one call are encoded with the `protocol` in force after it. Never
        raises. Caller must give each request at least a name, and must go on calling until all are run or the session
        is closing; while it is `blocked`, not before `on_unblocked`.
        """
        if self.closing or self.blocked is not None:
            return start
        state = self.state
        self.last_used = state.clock
        try:
            if self.muted is None:
                self._replies = replies
                end = self._run(requests, replies, start)
            else:
                end = self._run_muted(requests, replies, start)
        finally:
            self._replies = None
        if end > start:
            state.stats.commands_processed += end - start
            self._last_name = requests[end - 1][0]
        return end

    # For each request:
    #
    #     a plain command in a known spelling: run it ------------------------------> next request
    #     any other --- not known, wrong arity, not allowed: reply the error -------> next request
    #               |-- a barrier --- others ran before it: return its index
    #               |              `- it comes first: run it, return the next index
    #               `-- else: run it -----------------------------------------------> next request
    #
    # Nothing is "known" while the client is limited (not authenticated, or restricted), while it queues commands
    # (MULTI), or while somebody looks at every command (MONITOR and the like).
    def _run(self, requests: list[list[bytes]], replies: list[object], start: int) -> int:
        find = self._find.get
        append = replies.append
        pending = iter(requests[start:] if start else requests)
        for request in pending:
            try:
                plain = find(request[0])
                if plain is not None:
                    function, least, most = plain
                    if least <= len(request) <= most:
                        append(function(self, request))
                        continue
                command = self._lookup(request)
                if self.state.pause and self._has_to_wait(command):
                    return len(requests) - length_hint(pending) - 1
                if command.barrier and not self._is_queued(command):
                    # The iterator knows how much is left, so the common path above need not count.
                    index = len(requests) - length_hint(pending) - 1
                    if index > start:
                        return index
                    self._run_barrier(command, request, replies)
                    return index + 1
                append(self._call(command, request))
            except CommandError as error:
                append(self._refused(error))
            except Exception:
                append(self._failed(request))
        return len(requests)

    def _run_muted(self, requests: list[list[bytes]], replies: list[object], start: int) -> int:
        """Run one request; only messages are left of what it says, but for a CLIENT REPLY ON."""
        if self.muted is Muted.NEXT:
            self.muted = Muted.NOW
        said = self._replies = []
        end = start + self._run(requests[start : start + 1], said, 0)
        replies += said if self.muted is None else filter(_is_push, said)
        if self.muted is Muted.NOW and (self.blocked is None or self.postponed):
            self.muted = Muted.NEXT if self.postponed else None
        return end

    def _has_to_wait(self, command: Command) -> bool:
        """CLIENT PAUSE: whether the command is not to be run before the end of the pause."""
        state = self.state
        state.check_pause()
        until = state.pause.end_for(self, command)
        if until <= state.clock:
            return False
        self.blocked = Wait([], until, _never, NO_REPLY)
        state.waiters.add(self, self.blocked)
        state.pause.postpone(self)
        return True

    def _run_barrier(self, command: Command, request: list[bytes], replies: list[object]) -> None:
        try:
            reply = self._call(command, request)
            if isinstance(reply, Wait):
                self.blocked, self._waits_for = reply, (command, request)
                self.state.waiters.add(self, reply)
            elif reply is not NO_REPLY:
                replies.append(reply)
        except CommandError as error:
            replies.append(self._refused(error))
        finally:
            self.refresh()

    def _lookup(self, request: list[bytes]) -> Command:
        """The command, if this client may use it now; else raises `CommandError`, which ends a transaction."""
        try:
            command = lookup(request)
            self._check_allowed(command)
            return command
        except CommandError as error:
            if request[0].lower() == b"exec":
                self.discard()
                reason = error.text.removeprefix(b"ERR ")
                raise CommandError(b"EXECABORT Transaction discarded because of: " + reason) from None
            self.aborted = self.queue is not None
            raise

    def _is_queued(self, command: Command) -> bool:
        return self.queue is not None and not command.in_multi

    def _call(self, command: Command, request: list[bytes]) -> object:
        if self._is_queued(command):
            assert self.queue is not None
            self.queue.append((command, request))
            return QUEUED
        self._last_command, self._last_name = command.name, None
        return self.run(command, request)

    def run(self, command: Command, request: list[bytes]) -> object:
        """Run one command, looked at by whoever wants to (MONITOR and the like). Raises `CommandError`."""
        assert command.function is not None, "arity keeps a mere container from being called"
        instruments = self.state.instruments
        if not instruments:
            return run_timed(command, self, request)
        self.state.waiters.hold()  # a push is logged before the pops that it makes possible
        self.propagated = None
        try:
            return instruments.run(self, command, request)
        finally:
            self.state.waiters.release()

    def run_nested(self, command: Command, request: list[bytes]) -> list[object]:
        """Run one command of a transaction, or of a script; its replies, mostly one. It never waits, never raises."""
        outer, self._replies = self._replies, []
        try:
            reply = self.run(command, request)
            if reply is not NO_REPLY:
                self._replies.append(reply.at_once if isinstance(reply, Wait) else reply)
        except CommandError as error:
            self._replies.append(self._refused(error))
        except Exception:
            self._replies.append(self._failed(request))
        finally:
            replies, self._replies = self._replies, outer
            if command.barrier:
                self.refresh()
        return replies

    def _check_allowed(self, command: Command) -> None:
        if not (self.authenticated or self.state.config.requirepass):  # the password was taken away meanwhile
            self.authenticated = True
            self.refresh()
        if not self.authenticated and not command.has_flag("no_auth"):
            raise CommandError(b"NOAUTH Authentication required.")
        if self.restricted and not command.while_subscribed:
            raise CommandError(
                b"ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed "
                b"in this context" % command.name.encode()
            )
        if self in self.state.monitors and (command.has_flag("write") or command.has_flag("readonly")):
            raise CommandError(b"ERR Replica can't interact with the keyspace")
        if self.queue is not None and command.has_flag("no_multi"):
            raise CommandError(b"ERR Command not allowed inside a transaction")
        if self.state.write_error is not None and self._is_write(command):
            raise CommandError(self.state.write_error)

    def _is_write(self, command: Command) -> bool:
        """Whether it is refused while the disk fails; PING too, so that who watches over the server learns of it."""
        if command.name == "exec":
            return any(queued.has_flag("write") for queued, _ in self.queue or ())
        return command.has_flag("write") or command.name == "ping"

    def refresh(self) -> None:
        """Recompute what follows from the state that barriers change, and from who looks at commands."""
        self.restricted = self.protocol == 2 and self.subscriber.listens
        limited = self.restricted or not self.authenticated or self.queue is not None
        self._find = _NOTHING_PLAIN if limited or self.state.pause else self.state.instruments.shortcuts(PLAIN)

    def _refused(self, error: CommandError) -> Error:
        self.state.stats.count_error(error.text)
        return Error(error.text)

    def _failed(self, request: list[bytes]) -> Error:
        logger.exception("%s: %r failed", self, request[0][:128])
        return self._refused(CommandError(b"ERR internal error"))

    # -- used by commands -------------------------------------------------------------------------------------------

    def reply(self, value: object) -> None:
        """Append one of several replies; for barriers, which then return `NO_REPLY`."""
        assert self._replies is not None
        self._replies.append(value)

    def propagate(self, *requests: list[bytes]) -> None:
        """Let the append-only file hold these requests in place of the one that is run (`SPOP` as `SREM`, say).

        They must do the same whenever they are run. Without any, nothing is logged.
        """
        self.propagated = list(requests)

    def authenticate(self, user: bytes, password: bytes) -> None:
        """Let the client in as `user`, or raise `CommandError`. Takes the same time for every wrong password."""
        expected = self.state.config.requirepass
        if user != b"default" or (expected and not hmac.compare_digest(password, expected)):
            raise CommandError(b"WRONGPASS invalid username-password pair or user is disabled.")
        self.authenticated = True

    # -- transactions -------------------------------------------------------------------------------------------------

    def discard(self) -> None:
        """Forget the transaction, and what was watched for it."""
        self.queue = None
        self.aborted = False
        self.unwatch()

    def watch(self, key: bytes) -> None:
        """Let `watched_keys_changed` say whether `key` was changed since now."""
        if (self.db, key) not in self.watched:
            self.watched[self.db, key] = self.db.peek(key, self.state.clock) is not None
            self.state.watch(self.db, key, self)

    def unwatch(self) -> None:
        """Forget the watched keys."""
        for db, key in self.watched:
            self.state.unwatch(db, key, self)
        self.watched = {}
        self.watched_changed = False

    def watched_keys_changed(self) -> bool:
        """Whether a watched key was changed, or has come to its end, since it is watched."""
        for db, key in self.watched:
            db.discard_if_due(key, self.state.clock)  # which counts as a change
        return self.watched_changed

    # -- waiting ------------------------------------------------------------------------------------------------------

    def try_to_end_wait(self, key: bytes) -> None:
        """Something may be under `key`, which this session waits for: take it. Never raises.

        A client that is being closed takes nothing: it would be lost.
        """
        wait = self.blocked
        if wait is None or self.closing:
            return
        try:
            reply = self._try(wait, key)
            if reply is not NOT_YET:
                self.end_wait(reply)
        except Exception:
            logger.exception("%s: its reply could not be delivered", self)

    def _try(self, wait: Wait, key: bytes) -> object:
        assert self._waits_for is not None
        command, request = self._waits_for
        instruments = self.state.instruments
        self.propagated = None
        try:
            if not instruments:
                return wait.attempt(key)
            return instruments.run_again(self, command, request, lambda: wait.attempt(key))
        except CommandError as error:
            return self._refused(error)
        except Exception:
            return self._failed(request)

    def end_wait(self, reply: object) -> None:
        """Answer the blocked command with `reply`, and go on. Caller must know that it is blocked.

        `NO_REPLY`: it was a pause that blocked it.
        """
        self._stop_waiting()
        if reply is not NO_REPLY and self.muted is None:
            self._send(reply)
        if self.muted is Muted.NOW:
            self.muted = None
        self.on_unblocked()

    def resume(self) -> None:
        """The pause is over that kept this session from running a command: run it now."""
        self.end_wait(NO_REPLY)

    @property
    def postponed(self) -> bool:
        """Whether it is blocked by a pause, not by a command that waits."""
        return self.blocked is not None and self._waits_for is None

    def _stop_waiting(self) -> None:
        assert self.blocked is not None
        self.state.waiters.remove(self, self.blocked)
        self.state.pause.forget(self)
        self.blocked = self._waits_for = None

    # -- used by the server -----------------------------------------------------------------------------------------

    @property
    def last_command(self) -> str:
        """The name of the command that it sent last, as the table spells it; `NULL` for one that there is not."""
        name = self._last_name
        if name is None:
            return self._last_command
        command = COMMANDS.get(name.lower())
        return "NULL" if command is None else self._last_command if command.subcommands else command.name

    @property
    def waiting(self) -> bool:
        """Whether it listens to anything, or waits for it; such a client may be idle for as long as it likes."""
        return self.subscriber.listens or self.blocked is not None

    def protocol_error(self, message: str) -> Error:
        """The last reply to a client whose bytes are no requests; the session is then closing."""
        self.closing = True
        return self._refused(CommandError(b"ERR Protocol error: " + message.encode("latin-1", "replace")))

    def close(self) -> None:
        """Forget the client: its subscriptions end and no message reaches it any more. May be called twice."""
        self.closing = True
        if self.blocked is not None:
            self._stop_waiting()
        self.discard()
        self.state.pubsub.drop(self.subscriber)
        self.state.sessions.pop(self.id, None)
        self.state.stop_monitoring(self)
        self.on_unblocked = self.on_kill = _nothing
        self._send = self.subscriber.deliver = _to_nobody  # ends the cycles: a dead client is freed at once

    def kill(self) -> None:
        """End the client at once; what was not sent to it is lost. Not for the one whose command is running."""
        end_connection = self.on_kill
        self.close()
        end_connection()

    def tell(self, value: object) -> None:
        """Let the client have a value that it did not ask for: now, or behind the replies of the running batch."""
        if self._replies is not None:
            self._replies.append(value)
        elif self.muted is None:
            self._send(value)

    def _deliver(self, push: Push) -> None:
        if self._replies is not None:
            self._replies.append(push)
        else:
            self._send(push)


def _nothing() -> None:
    pass


def _never(_: bytes) -> object:
    return NOT_YET


def _is_push(value: object) -> bool:
    return isinstance(value, Push)


def _to_nobody(_: object) -> None:
    pass
