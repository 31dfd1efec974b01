"""Whether a client may run a command now: authentication, subscriptions, transactions, pauses, a failing disk, scripts.

What belongs here: reasons for a refusal that lie in the client's state or in the server's, in Redis' words and order.
"""

from __future__ import annotations

from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import BUSY, CommandError
from framewire.redis.server.scripting.cache import Scripts

__all__ = ["check_allowed", "may_write"]


def check_allowed(client: Client, command: Command) -> None:
    """Raises `CommandError` where the client may not run the command now."""
    state = client.state
    if not (client.authenticated or state.config.requirepass):  # the password was taken away meanwhile
        client.authenticated = True
        client.refresh()
    if not client.authenticated and not command.has_flag("no_auth"):
        raise CommandError(b"NOAUTH Authentication required.")
    if client.restricted and not command.while_subscribed:
        raise CommandError(
            b"ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed "
            b"in this context" % command.name.encode()
        )
    if client in state.monitors and (_may_write_at_all(command) or command.has_flag("readonly")):
        raise CommandError(b"ERR Replica can't interact with the keyspace")
    if client.queue is not None and command.has_flag("no_multi"):
        raise CommandError(b"ERR Command not allowed inside a transaction")
    if state.write_error is not None and _is_write(client, command):
        raise CommandError(state.write_error)
    if state.busy and not command.has_flag("allow_busy"):
        raise CommandError(BUSY)


def _is_write(client: Client, command: Command) -> bool:
    """Whether it is refused while the disk fails; PING too, so that who watches over the server learns of it."""
    if command.name == "exec":
        return any(queued.has_flag("write") for queued, _ in client.queue or ())
    return command.has_flag("write") or command.name == "ping"


def may_write(client: Client, command: Command, request: list[bytes]) -> bool:
    """Whether a CLIENT PAUSE of writing commands holds it."""
    if command.name == "exec":
        return any(_may_write(client, *queued) for queued in client.queue or ())
    return _may_write(client, command, request)


def _may_write(client: Client, command: Command, request: list[bytes]) -> bool:
    if command.name in ("eval", "evalsha"):
        return not client.state.part(Scripts).only_reads(request[1], by_sha=command.name == "evalsha")
    return _may_write_at_all(command)


def _may_write_at_all(command: Command) -> bool:
    return command.has_flag("write") or command.may_replicate
