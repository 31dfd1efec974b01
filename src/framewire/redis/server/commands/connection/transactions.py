"""Transactions: MULTI, EXEC, DISCARD, and WATCH. What queues commands in between is the session.

What belongs here: these commands. A watched key that was changed, by whomever, makes EXEC do nothing
(`Session.watch`, `State.watchers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire.frames.resp import Null
from framewire.redis.server.commands.table import OK, Command, KeySpec
from framewire.redis.server.parsing.arguments import CommandError

if TYPE_CHECKING:
    from framewire.redis.server.running.session import Session

__all__ = ["COMMANDS"]

NULL_ARRAY = Null(b"*")


def multi(session: Session, request: list[bytes]) -> object:
    if session.queue is not None:
        raise CommandError(b"ERR MULTI calls can not be nested")
    session.queue = []
    return OK


def exec_(session: Session, request: list[bytes]) -> object:
    """Run what was queued, one after the other, whatever fails; nobody else's command comes between."""
    queue = session.queue
    if queue is None:
        raise CommandError(b"ERR EXEC without MULTI")
    aborted, changed = session.aborted, session.watched_keys_changed()
    session.discard()
    if aborted:
        raise CommandError(b"EXECABORT Transaction discarded because of previous errors.")
    if changed:
        return NULL_ARRAY
    session.state.waiters.hold()
    try:
        return [reply for command, queued in queue for reply in session.run_nested(command, queued)]
    finally:
        session.state.waiters.release()


def discard(session: Session, request: list[bytes]) -> object:
    if session.queue is None:
        raise CommandError(b"ERR DISCARD without MULTI")
    session.discard()
    return OK


def watch(session: Session, request: list[bytes]) -> object:
    if session.queue is not None:
        raise CommandError(b"ERR WATCH inside MULTI is not allowed")
    for key in request[1:]:
        session.watch(key)
    return OK


def unwatch(session: Session, request: list[bytes]) -> object:
    session.unwatch()
    return OK


_FLAGS = "noscript loading stale fast allow_busy"

COMMANDS = [
    Command(
        "multi", multi, 1, _FLAGS, None, "@transaction",
        summary="Starts a transaction: what follows is queued.", since="1.2.0", group="transactions",
        complexity="O(1)", barrier=True, in_multi=True,
    ),
    Command(
        "exec", exec_, 1, "noscript loading stale skip_slowlog", None, "@transaction",
        summary="Runs the commands of the transaction.", since="1.2.0", group="transactions",
        complexity="Depends on the commands in the transaction", barrier=True, in_multi=True,
    ),
    Command(
        "discard", discard, 1, _FLAGS, None, "@transaction",
        summary="Forgets the commands of the transaction.", since="2.0.0", group="transactions",
        complexity="O(N), N commands queued", barrier=True, in_multi=True,
    ),
    Command(
        "watch", watch, -2, _FLAGS, KeySpec("RO", last=-1), "@transaction",
        summary="Lets the next EXEC do nothing if one of the keys changes before it.", since="2.2.0",
        group="transactions", complexity="O(1) for each key", in_multi=True,
    ),
    Command(
        "unwatch", unwatch, 1, _FLAGS, None, "@transaction",
        summary="Forgets the watched keys.", since="2.2.0", group="transactions", complexity="O(1)",
    ),
]  # fmt: skip
