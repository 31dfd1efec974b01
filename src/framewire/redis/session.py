"""One client of the server: requests in, replies out.

What belongs here: a client's state, and how a batch of requests becomes a batch of replies. No socket, no encoding of
frames, no waiting: all of Mini-Redis can be tested here. What a command does stands in `commands/`.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from operator import length_hint

from framewire.frames.resp import Error, Push
from framewire.redis.arguments import CommandError
from framewire.redis.commands import COMMANDS, NO_REPLY, Command
from framewire.redis.commands.lookup import PLAIN, Plain, lookup
from framewire.redis.db import Db
from framewire.redis.pubsub import Subscriber
from framewire.redis.state import State

__all__ = ["Session"]

logger = logging.getLogger("framewire.redis")

_NOTHING_PLAIN: dict[bytes, Plain] = {}


class Session:
    """One client. `send(value)` delivers what comes unasked (messages), while no batch of this session is running.

    `protocol` (2 or 3) says how replies are encoded; only barriers change it. `closing` says: write what was replied,
    then close. `restricted`: it listens to channels under RESP2, where only few commands may be used.
    """

    commands = COMMANDS

    __slots__ = (
        "_find",
        "_replies",
        "_send",
        "address",
        "authenticated",
        "closing",
        "created",
        "db",
        "fd",
        "id",
        "last_command",
        "last_used",
        "library_name",
        "library_version",
        "local_address",
        "name",
        "protocol",
        "restricted",
        "state",
        "subscriber",
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
        self.last_command = "NULL"
        self.library_name = self.library_version = b""
        self.closing = False
        self.subscriber = Subscriber(self._deliver)
        self._send = send
        self._replies: list[object] | None = None  # those of the running batch
        self.reset()
        state.sessions[self.id] = self
        state.stats.connections_received += 1

    def __str__(self) -> str:
        return f"client {self.id} ({self.address})"

    def reset(self) -> None:
        """Everything that a client can change about itself goes back to what a new client has."""
        self.state.pubsub.drop(self.subscriber)
        self.name = b""
        self.protocol = 2
        self.db: Db = self.state.databases[0]
        self.authenticated = not self.state.config.requirepass
        self._refresh()

    def execute(self, requests: list[list[bytes]], replies: list[object], start: int = 0) -> int:
        """Run `requests[start:]` in order, append the replies, return the index of the first request that was not run.

        It stops before a barrier that is not the first to run, right after one that is, and does nothing when
        `closing`. So all replies of one call are encoded with the `protocol` in force after it. Never raises. Caller
        must give each request at least a name, and must go on calling until all are run or the session is closing.
        """
        if self.closing:
            return start
        state = self.state
        self.last_used = state.clock
        self._replies = replies
        try:
            end = self._run(requests, replies, start)
        finally:
            self._replies = None
        state.stats.commands_processed += end - start
        return end

    # For each request:
    #
    #     a plain command in a known spelling: run it ------------------------------> next request
    #     any other --- not known, wrong arity, not allowed: reply the error -------> next request
    #               |-- a barrier --- others ran before it: return its index
    #               |              `- it comes first: run it, return the next index
    #               `-- else: run it -----------------------------------------------> next request
    #
    # Nothing is "known" while the client is limited (not authenticated, or restricted).
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
                command = lookup(request)
                if command.barrier:
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

    def _run_barrier(self, command: Command, request: list[bytes], replies: list[object]) -> None:
        try:
            reply = self._call(command, request)
            if reply is not NO_REPLY:
                replies.append(reply)
        except CommandError as error:
            replies.append(self._refused(error))
        finally:
            self._refresh()

    def _call(self, command: Command, request: list[bytes]) -> object:
        self._check_allowed(command)
        self.last_command = command.name
        assert command.function is not None, "arity keeps a mere container from being called"
        return command.function(self, request)

    def _check_allowed(self, command: Command) -> None:
        if not (self.authenticated or self.state.config.requirepass):  # the password was taken away meanwhile
            self.authenticated = True
            self._refresh()
        if not self.authenticated and not command.has_flag("no_auth"):
            raise CommandError(b"NOAUTH Authentication required.")
        if self.restricted and not command.while_subscribed:
            raise CommandError(
                b"ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed "
                b"in this context" % command.name.encode()
            )

    def _refresh(self) -> None:
        """Recompute what follows from the state that barriers change."""
        self.restricted = self.protocol == 2 and self.subscriber.count > 0
        self._find = PLAIN if self.authenticated and not self.restricted else _NOTHING_PLAIN

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

    def authenticate(self, user: bytes, password: bytes) -> None:
        """Let the client in as `user`, or raise `CommandError`. Takes the same time for every wrong password."""
        expected = self.state.config.requirepass
        if user != b"default" or (expected and not hmac.compare_digest(password, expected)):
            raise CommandError(b"WRONGPASS invalid username-password pair or user is disabled.")
        self.authenticated = True

    # -- used by the server -----------------------------------------------------------------------------------------

    @property
    def subscribed(self) -> bool:
        """Whether it listens to anything; such a client may be idle for as long as it likes."""
        return self.subscriber.count > 0

    def protocol_error(self, message: str) -> Error:
        """The last reply to a client whose bytes are no requests; the session is then closing."""
        self.closing = True
        return self._refused(CommandError(b"ERR Protocol error: " + message.encode("latin-1", "replace")))

    def close(self) -> None:
        """Forget the client: its subscriptions end and no message reaches it any more. May be called twice."""
        self.closing = True
        self.state.pubsub.drop(self.subscriber)
        self.state.sessions.pop(self.id, None)
        self._send = self.subscriber.deliver = _to_nobody  # ends the cycles: a dead client is freed at once

    def _deliver(self, push: Push) -> None:
        if self._replies is not None:
            self._replies.append(push)
        else:
            self._send(push)


def _to_nobody(_: object) -> None:
    pass
