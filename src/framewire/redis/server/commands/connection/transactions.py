"""Transactions: MULTI, EXEC, DISCARD, and WATCH. What queues commands in between is `running/session.py`.

What belongs here: these commands. A watched key that was changed, by whomever, makes EXEC do nothing
(`Client.watch`).
"""

from __future__ import annotations

from framewire.frames.resp import Push
from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import NO_REPLY, Client
from framewire.redis.server.clients.reply_mode import ReplyMode
from framewire.redis.server.commands.shared.replies import NULL_ARRAY, OK
from framewire.redis.server.parsing.errors import CommandError

__all__ = ["discard", "exec_", "multi", "unwatch", "watch"]


def multi(client: Client, request: list[bytes]) -> object:
    if client.queue is not None:
        raise CommandError(b"ERR MULTI calls can not be nested")
    client.queue = []
    return OK


def exec_(client: Client, request: list[bytes]) -> object:
    """Run what was queued, one after the other, whatever fails; nobody else's command comes between."""
    queue = client.queue
    if queue is None:
        raise CommandError(b"ERR EXEC without MULTI")
    aborted, changed = client.aborted, client.watched_keys_changed()
    client.discard()
    if aborted:
        raise CommandError(b"EXECABORT Transaction discarded because of previous errors.")
    if changed:
        return NULL_ARRAY
    blocked = client.state.databases.blocked
    blocked.hold()
    try:
        with client.pushes_held():
            return _replies(client, queue)
    finally:
        if blocked:
            client.state.tick()  # a key may have come to its end since EXEC began
        blocked.release()


def _replies(client: Client, queue: list[tuple[Command, list[bytes]]]) -> object:
    """What a transaction says: all replies as one, but for those that CLIENT REPLY in it keeps from the client.

    Where the client wanted none when it began, those from a CLIENT REPLY ON on are said one by one, as by Redis.
    """
    as_one = client.reply_mode is not ReplyMode.OFF
    said: list[object] = []
    for command, request in queue:
        replies = client.runner.run_nested(command, request)
        said += filter(_is_push, replies) if client.reply_mode is ReplyMode.OFF else replies
    if as_one:
        return said
    for reply in said:
        client.reply(reply)
    return NO_REPLY


def _is_push(reply: object) -> bool:
    return isinstance(reply, Push)


def discard(client: Client, request: list[bytes]) -> object:
    if client.queue is None:
        raise CommandError(b"ERR DISCARD without MULTI")
    client.discard()
    return OK


def watch(client: Client, request: list[bytes]) -> object:
    if client.queue is not None:
        raise CommandError(b"ERR WATCH inside MULTI is not allowed")
    for key in request[1:]:
        client.watch(key)
    return OK


def unwatch(client: Client, request: list[bytes]) -> object:
    client.unwatch()
    return OK
