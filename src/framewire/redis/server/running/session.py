"""What runs one client's requests: batches in, replies out.

What belongs here: how a batch of requests becomes a batch of replies, and the order of look-up, checks, hooks and
handlers. No socket, no encoding of frames, no waiting: all of Mini-Redis can be tested here. What a client is stands in
`clients/`, what a command does in `commands/`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from operator import length_hint
from time import perf_counter_ns

from framewire.frames.resp import Error, Push, Simple
from framewire.redis.facts.command import Command
from framewire.redis.redaction import printable
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.clients.reply_mode import ReplyMode
from framewire.redis.server.clients.state import Shortcuts, State
from framewire.redis.server.commands.binding import COMMANDS
from framewire.redis.server.commands.shared.lookup import remove_left_empty
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.running.checks import check_allowed, may_write
from framewire.redis.server.running.lookup import handler_of, is_barrier, lookup, shortcuts
from framewire.redis.server.running.timing import note_time, run_timed

__all__ = ["Session"]

logger = logging.getLogger("framewire.redis")

_NO_SHORTCUTS: Shortcuts[Client] = {}

_ALL_REPLIES = ReplyMode.ON  # a member of an Enum is found by a slow path, which would count for each batch

_NO_PAUSE: AbstractContextManager[None] = nullcontext()

QUEUED = Simple(b"QUEUED")


class Session:
    """Runs the requests of `client`, which it makes; `send(value)` delivers what comes unasked."""

    __slots__ = ("_last_command", "_last_name", "client", "state")

    commands: Mapping[bytes, Command] = COMMANDS

    def __init__(
        self,
        state: State[Client],
        send: Callable[[object], None],
        address: str = "",
        local_address: str = "",
        fd: int = -1,
    ) -> None:
        self.state = state
        self.client = Client(state, send, self, address, local_address, fd)
        self._last_command = "NULL"  # the last one that took the long path, and behind it, how it was called:
        self._last_name: bytes | None = None

    def execute(self, requests: list[list[bytes]], replies: list[object], start: int = 0) -> int:
        """Run `requests[start:]` in order, append the replies, return the index of the first request that was not run.

        It stops before a barrier that is not the first to run, right after one that is, and when the client's time of
        this turn is over (`client.turn_over`); it does nothing when the client is `closing` or `blocked`. So all
        replies of one call are encoded with the `protocol` in force after it. Never raises. Caller must give each
        request at least a name, and must go on calling until all are run or the client is closing; while it is
        `blocked`, not before `on_unblocked`.
        """
        client, state = self.client, self.state
        if client.closing or client.blocked is not None:
            return start
        client.last_used = state.clock
        try:
            if client.reply_mode is _ALL_REPLIES:
                client.replies = replies
                end = self._run(requests, replies, start)
            else:
                end = self._run_without_replies(requests, replies, start)
        finally:
            client.replies = None
        if end > start:
            state.stats.commands_processed += end - start
            self._last_name = requests[end - 1][0]
        return end

    # For each request:
    #
    #     a command with a shortcut, in a known spelling: run it --------------------> next request
    #     any other --- not known, wrong arity, not allowed: reply the error -------> next request
    #               |-- a barrier --- others ran before it: return its index
    #               |              `- it comes first: run it, return the next index
    #               `-- else: run it -----------------------------------------------> next request
    #
    # There are no shortcuts while the client is limited (not authenticated, restricted, or it queues commands after
    # MULTI), while there is a pause, or while a hook looks at every command (MONITOR and the like).
    def _run(self, requests: list[list[bytes]], replies: list[object], start: int) -> int:
        client = self.client
        find = (_NO_SHORTCUTS if client.limited else self.state.shortcuts or self._make_shortcuts()).get
        append = replies.append
        pending = iter(requests[start:] if start else requests)
        for request in pending:
            try:
                shortcut = find(request[0])
                if shortcut is not None:
                    handler, least, most = shortcut
                    if least <= len(request) <= most:
                        append(handler(client, request))
                        if client.attention and self._attend(replies):
                            return len(requests) - length_hint(pending)
                        continue
                command = self._lookup(request)
                if self.state.pause and self._has_to_wait(command, request):
                    return len(requests) - length_hint(pending) - 1
                if is_barrier(command) and not self._is_queued(command):
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
            if client.attention and self._attend(replies):
                return len(requests) - length_hint(pending)
        return len(requests)

    def _attend(self, replies: list[object]) -> bool:
        """A reply is complete: what was held back for it follows. Whether the client's time of this turn is over."""
        client = self.client
        replies += client.take_held()
        client.attention = False
        return client.turn_over

    def _make_shortcuts(self) -> Shortcuts[Client]:
        self.state.shortcuts = made = shortcuts(self.state)
        return made

    def _run_without_replies(self, requests: list[list[bytes]], replies: list[object], start: int) -> int:
        """Run one request; only messages are left of what it says, but for a CLIENT REPLY ON."""
        client = self.client
        if client.reply_mode is ReplyMode.SKIP_NEXT:
            client.reply_mode = ReplyMode.SKIP
        said: list[object] = []
        client.replies = said
        end = start + self._run(requests[start : start + 1], said, 0)
        replies += said if client.reply_mode is ReplyMode.ON else filter(_is_push, said)
        if client.reply_mode is ReplyMode.SKIP and (client.blocked is None or client.postponed):
            client.reply_mode = ReplyMode.SKIP_NEXT if client.postponed else ReplyMode.ON
        return end

    def _has_to_wait(self, command: Command, request: list[bytes]) -> bool:
        """CLIENT PAUSE: whether the command is not to be run before the end of the pause."""
        state = self.state
        state.check_pause()
        until = state.pause.end_for(may_write(self.client, command, request))
        if until <= state.clock:
            return False
        self.client.postpone(until)
        return True

    def _run_barrier(self, command: Command, request: list[bytes], replies: list[object]) -> None:
        client = self.client
        try:
            reply = self._call(command, request)
            if isinstance(reply, Wait):
                client.block(reply, partial(self._serve, reply, command, request))
            elif reply is not NO_REPLY:
                replies.append(reply)
        except CommandError as error:
            replies.append(self._refused(error))
        except Exception:
            replies.append(self._failed(request))
        finally:
            client.refresh()
            self._attend(replies)

    def _lookup(self, request: list[bytes]) -> Command:
        """The command, if this client may use it now; else raises `CommandError`, which ends a transaction."""
        client = self.client
        try:
            command = lookup(request)
            check_allowed(client, command)
            return command
        except CommandError as error:
            if request[0].lower() == b"exec":
                client.discard()
                reason = error.text.removeprefix(b"ERR ")
                raise CommandError(b"EXECABORT Transaction discarded because of: " + reason) from None
            client.aborted = client.queue is not None
            raise

    def _is_queued(self, command: Command) -> bool:
        return self.client.queue is not None and not command.in_multi

    def _call(self, command: Command, request: list[bytes]) -> object:
        if self._is_queued(command):
            assert self.client.queue is not None
            self.client.queue.append((command, request))
            return QUEUED
        self._last_command, self._last_name = command.name, None
        return self._run_one(command, request)

    def _run_one(self, command: Command, request: list[bytes]) -> object:
        """Run one command, with the hooks around it. Raises `CommandError`."""
        client, hooks = self.client, self.state.hooks
        handler = handler_of(command)
        if not (hooks or self.state.slowlog.times_all):
            return run_timed(command, handler, client, request)
        blocked = self.state.databases.blocked
        blocked.hold()  # a push is logged before the pops that it makes possible, by whatever log
        client.propagated = None
        try:
            return hooks.call(client, command, request, partial(run_timed, command, handler, client, request))
        finally:
            blocked.release()

    def run_nested(self, command: Command, request: list[bytes]) -> list[object]:
        """Run one command of a transaction, or of a script; its replies, mostly one. It never waits, never raises."""
        client = self.client
        outer, client.replies = client.replies, []
        replies = client.replies
        try:
            with self._expiring(command):
                reply = self._run_one(command, request)
            if reply is not NO_REPLY:
                replies.append(reply.at_once if isinstance(reply, Wait) else reply)
        except CommandError as error:
            replies.append(self._refused(error))
        except Exception:
            replies.append(self._failed(request))
        finally:
            client.replies = outer
            if is_barrier(command):
                client.refresh()
        return replies

    def _expiring(self, command: Command) -> AbstractContextManager[None]:
        """Around a command that may run in spite of a pause: its transaction has begun it."""
        paused = self.state.pause and command.has_flag("write")
        return self.state.databases.expiring() if paused else _NO_PAUSE

    # -- a command that waits -----------------------------------------------------------------------------------------

    def _serve(self, wait: Wait, command: Command, request: list[bytes], key: bytes) -> None:
        """Something may be under `key`, which the client waits for: take it. Never raises.

        A client that is being closed takes nothing: it would be lost.
        """
        if self.client.closing:
            return
        started = perf_counter_ns()
        try:
            reply = self._try(wait, command, request, key)
            if reply is not NOT_YET:
                note_time(command, self.client, request, wait.spent + (perf_counter_ns() - started) // 1000)
                self.client.end_wait(reply)
        except Exception:
            logger.exception("%s: its reply could not be delivered", self.client)

    def _try(self, wait: Wait, command: Command, request: list[bytes], key: bytes) -> object:
        client, hooks = self.client, self.state.hooks
        client.propagated = None
        try:
            with self._expiring(command):
                if not hooks:
                    return wait.attempt(key)
                return hooks.call_again(client, command, request, partial(wait.attempt, key))
        except CommandError as error:
            return self._refused(error)
        except Exception:
            return self._failed(request)

    # -- errors -------------------------------------------------------------------------------------------------------

    def protocol_error(self, message: str) -> Error:
        """The last reply to a client whose bytes are no requests; the client is then closing."""
        self.client.closing = True
        self.state.alarms.tell("%s: protocol error: %s", self.client, printable(message))
        return self._refused(CommandError(b"ERR Protocol error: " + message.encode("latin-1", "replace")))

    def _refused(self, error: CommandError) -> Error:
        self.state.stats.count_error(error.text)
        return Error(error.text)

    def _failed(self, request: list[bytes]) -> Error:
        """It broke in the middle; nobody knows how far it came."""
        with suppress(CommandError):
            specs = lookup(request).key_specs
            remove_left_empty(self.client, {request[position] for spec in specs for position in spec.find(request)})
        logger.exception("%s: %r failed", self.client, request[0][:128])
        return self._refused(CommandError(b"ERR internal error"))

    # -- for commands, see `Runner` -----------------------------------------------------------------------------------

    @property
    def last_command(self) -> str:
        """The name of the command that it sent last, as the table spells it; `NULL` for one that there is not."""
        name = self._last_name
        if name is None:
            return self._last_command
        command = COMMANDS.get(name.lower())
        return "NULL" if command is None else self._last_command if command.subcommands else command.name

    def without_connection(self) -> Client:
        """Another client of the same server, which has no connection and is not counted as one."""
        client = Session(self.state, _to_nobody, "lua").client
        self.state.clients.pop(client.id, None)
        self.state.stats.connections_received -= 1
        return client

    def close(self) -> None:
        """Forget the client. Nothing of it may be run any more. May be called twice."""
        self.client.close()
        self.client.runner = _NOBODY  # ends the cycle: a dead client is freed at once


class _Nobody:
    """Runs nothing: stands for the session of a client that is gone."""

    commands: Mapping[bytes, Command] = COMMANDS
    last_command = "NULL"

    def run_nested(self, command: Command, request: list[bytes]) -> list[object]:
        raise AssertionError(f"{command.name} is run for a client that is gone")

    def without_connection(self) -> Client:
        raise AssertionError("a client that is gone asks for another one")

    def close(self) -> None:
        """It is closed already."""


_NOBODY = _Nobody()


def _is_push(value: object) -> bool:
    return isinstance(value, Push)


def _to_nobody(_: object) -> None:
    """Out-of-band values have nobody to go to."""
