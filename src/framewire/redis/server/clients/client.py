"""One client, as commands see it: what it has asked for and what it may do.

What belongs here: a client's state, and what it means for its requests, replies and subscriptions. What runs its
requests stands in `running/`, and what moves its bytes in `network/`; both are known here as small callables.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Protocol

from framewire.frames.resp import Push
from framewire.redis.facts.command import Command
from framewire.redis.server.clients.pubsub import Subscriber
from framewire.redis.server.clients.reply_mode import ReplyMode
from framewire.redis.server.clients.state import State
from framewire.redis.server.clients.usage import Usage
from framewire.redis.server.keyspace.blocked import NOT_YET, Wait
from framewire.redis.server.keyspace.database import Db
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["NO_REPLY", "Client", "Runner"]

NO_REPLY: Final = object()
"""What a barrier returns when it has already given its replies, or has none."""


class Runner(Protocol):
    """What runs a client's requests, as far as commands need it (EXEC, scripts, COMMAND)."""

    @property
    def commands(self) -> Mapping[bytes, Command]:
        """The commands that this server has, by their names in lower case."""

    @property
    def last_command(self) -> str:
        """The name of the command that the client sent last; `NULL` for one that there is not."""

    def run_nested(self, command: Command, request: list[bytes]) -> list[object]:
        """Run one command of a transaction, or of a script; its replies, mostly one. It never waits, never raises."""

    def without_connection(self) -> Client:
        """Another client of the same server, which has no connection and is not counted as one."""

    def close(self) -> None:
        """Forget the client."""


class Client:
    """One client. `send(value)` delivers what comes unasked (messages), while no batch of it is running.

    `protocol` (2 or 3) says how replies are encoded; only barriers change it. `closing` says: write what was replied,
    then close. `restricted`: it listens to channels under RESP2, where only few commands may be used. `queue` holds the
    commands since MULTI, and `aborted` says that one of them was refused. While `blocked` nothing is executed; the
    reply comes by `send`, and then `on_unblocked` is called. `propagated` is what the append-only file holds of the
    command that is run, where that is not the request itself. `on_kill` ends the connection. `attention`
    says to whoever runs its requests that there is something to look at before the next one: pushes that were held
    back, or that its time is over; `turn_over` says that then, and its owner takes it back when others had their turn.
    """

    __slots__ = (
        "_held",
        "_holds",
        "aborted",
        "address",
        "attention",
        "authenticated",
        "blocked",
        "closing",
        "created",
        "db",
        "fd",
        "id",
        "in_script",
        "last_used",
        "library_name",
        "library_version",
        "limited",
        "local_address",
        "name",
        "no_evict",
        "no_touch",
        "on_kill",
        "on_unblocked",
        "postponed",
        "propagated",
        "protocol",
        "queue",
        "replies",
        "reply_mode",
        "restricted",
        "runner",
        "send",
        "spent",
        "spent_at",
        "state",
        "subscriber",
        "turn_over",
        "usage",
        "watched",
        "watched_changed",
    )

    def __init__(
        self,
        state: State[Client],
        send: Callable[[object], None],
        runner: Runner,
        address: str = "",
        local_address: str = "",
        fd: int = -1,
    ) -> None:
        self.state = state
        self.send = send
        self.runner = runner
        self.id = state.next_id()
        self.address = address
        self.local_address = local_address
        self.fd = fd
        self.created = self.last_used = state.clock
        self.library_name = self.library_version = b""
        self.closing = False
        self.in_script = False  # it runs the commands of scripts
        self.subscriber = Subscriber(self._deliver)
        self.replies: list[object] | None = None  # those of the running batch
        self.spent = 0  # microseconds that its slow commands took, at `spent_at` (the time of the batch)
        self.spent_at = 0
        self.attention = self.turn_over = False
        self._holds = 0  # commands under way whose reply no push may tear
        self._held: list[object] = []
        self.blocked: Wait | None = None
        self.postponed = False  # it is a pause that it is blocked by
        self.on_unblocked: Callable[[], None] = _nothing
        self.on_kill: Callable[[], None] = _nothing
        self.usage: Callable[[], Usage] = Usage  # what waits of its requests, and of what it is told
        self.propagated: list[list[bytes]] | None = None
        self.queue: list[tuple[Command, list[bytes]]] | None = None
        self.aborted = False
        self.watched: dict[tuple[Db, bytes], None] = {}
        self.watched_changed = False
        self.reset()
        state.clients[self.id] = self
        state.stats.connections_received += 1

    def __str__(self) -> str:
        return f"client {self.id} ({self.address})"

    def reset(self) -> None:
        """Everything that a client can change about itself goes back to what a new client has."""
        self.state.pubsub.drop(self.subscriber)
        self.discard()
        self.state.stop_monitoring(self)
        self.name = b""
        self.reply_mode = ReplyMode.ON
        self.no_evict = self.no_touch = False
        self.protocol = 2
        self.db: Db = self.state.databases[0]
        self.authenticated = not self.state.config.requirepass
        self.refresh()

    def refresh(self) -> None:
        """Recompute what follows from the state that barriers change."""
        self.restricted = self.protocol == 2 and self.subscriber.listens
        self.limited = self.restricted or not self.authenticated or self.queue is not None

    def authenticate(self, user: bytes, password: bytes) -> None:
        """Let the client in as `user`, or raise `CommandError`. Takes the same time for every wrong password."""
        expected = self.state.config.requirepass
        if user != b"default" or (expected and not hmac.compare_digest(password, expected)):
            self.state.alarms.tell("%s: wrong user name or password", self)
            raise CommandError(b"WRONGPASS invalid username-password pair or user is disabled.")
        self.authenticated = True

    # -- what it is told ----------------------------------------------------------------------------------------------

    def reply(self, value: object) -> None:
        """Append one of several replies; for barriers, which then return `NO_REPLY`."""
        assert self.replies is not None
        self.replies.append(value)

    def tell(self, value: object) -> None:
        """Let the client have a value that it did not ask for: now, or behind the reply to its running command."""
        if self.closing:
            return
        if self.replies is not None:
            self._held.append(value)
            self.attention = True
        elif self.reply_mode is ReplyMode.ON:
            self.send(value)

    def _deliver(self, push: Push) -> None:
        if self._holds or self._held:  # behind those, until they are taken
            self._held.append(push)
            self.attention = True
        elif self.replies is not None:
            self.replies.append(push)
        else:
            self.send(push)

    @contextmanager
    def pushes_held(self) -> Iterator[None]:
        """What is published meanwhile goes behind the whole reply of the command under way (EXEC, EVAL).

        So do Redis 7.2 and newer; 7.0 puts it inside. What SUBSCRIBE says is its reply, and is not held back.
        """
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1

    def take_held(self) -> list[object]:
        """What was held back, once the reply is there."""
        taken, self._held = self._held, []
        return taken if self.reply_mode is not ReplyMode.OFF else [each for each in taken if isinstance(each, Push)]

    @property
    def nested(self) -> bool:
        """Whether the command that runs is one of a transaction."""
        return self._holds > 0

    def propagate(self, *requests: list[bytes]) -> None:
        """Let the append-only file hold these requests in place of the one that is run (`SPOP` as `SREM`, say).

        They must do the same whenever they are run. Without any, nothing is logged.
        """
        self.propagated = list(requests)

    # -- transactions -------------------------------------------------------------------------------------------------

    def discard(self) -> None:
        """Forget the transaction, and what was watched for it."""
        self.queue = None
        self.aborted = False
        self.unwatch()

    def watch(self, key: bytes) -> None:
        """Let `watched_keys_changed` say whether `key` was changed since now."""
        if (self.db, key) not in self.watched:
            self.watched[self.db, key] = None
            self.state.databases.watch(self.db, key, self, self.state.clock)

    def unwatch(self) -> None:
        """Forget the watched keys."""
        for db, key in self.watched:
            self.state.databases.unwatch(db, key, self)
        self.watched = {}
        self.watched_changed = False

    def watched_keys_changed(self) -> bool:
        """Whether a watched key was changed, or has come to its end, since it is watched."""
        watched, now = self.state.databases.watched, self.state.clock
        return self.watched_changed or any(watched.has_ended(db, key, self, now) for db, key in self.watched)

    # -- waiting ------------------------------------------------------------------------------------------------------

    def block(self, wait: Wait, serve: Callable[[bytes], None]) -> None:
        """Wait for one of the keys; `serve(key)` is called when there may be something."""
        wait.serve = serve
        self.blocked = wait
        self.state.databases.blocked.add(self.db, wait)

    def postpone(self, until: int) -> None:
        """Do nothing until the pause is over."""
        self.block(Wait([], until, _never, NO_REPLY), _nothing_for)
        self.postponed = True
        self.state.pause.postpone(self.resume)

    def resume(self) -> None:
        """The pause is over that kept this client from running a command: run it now."""
        self.end_wait(NO_REPLY)

    def end_wait(self, reply: object) -> None:
        """Answer the blocked command with `reply`, and go on. Caller must know that it is blocked.

        `NO_REPLY`: it was a pause that blocked it.
        """
        self._stop_waiting()
        if reply is not NO_REPLY and self.reply_mode is ReplyMode.ON:
            self.send(reply)
        if self.reply_mode is ReplyMode.SKIP:
            self.reply_mode = ReplyMode.ON
        self.on_unblocked()

    def _stop_waiting(self) -> None:
        assert self.blocked is not None
        self.state.databases.blocked.remove(self.db, self.blocked)
        self.state.pause.forget(self.resume)
        self.blocked = None
        self.postponed = False

    @property
    def waiting(self) -> bool:
        """Whether it listens to anything, or waits for it; such a client may be idle for as long as it likes."""
        return self.subscriber.listens or self.blocked is not None or self in self.state.monitors

    # -- the end ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Forget the client: its subscriptions end and no message reaches it any more. May be called twice."""
        self.closing = True
        if self.blocked is not None:
            self._stop_waiting()
        self.discard()
        self.state.pubsub.drop(self.subscriber)
        self.state.clients.pop(self.id, None)
        self.state.stop_monitoring(self)
        self.on_unblocked = self.on_kill = _nothing
        self.usage = Usage
        self.send = self.subscriber.deliver = _to_nobody  # ends the cycles: a dead client is freed at once

    def kill(self) -> None:
        """End the client at once; what was not sent to it is lost. Not for the one whose command is running."""
        end_connection = self.on_kill
        self.close()
        end_connection()


def _nothing() -> None:
    pass


def _nothing_for(_: bytes) -> None:
    pass


def _never(_: bytes) -> object:
    return NOT_YET


def _to_nobody(_: object) -> None:
    pass
