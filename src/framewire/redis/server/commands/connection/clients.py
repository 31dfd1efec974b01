"""What CLIENT can do with connections, its own and others: list them, close them, stop and wake them.

What belongs here: these commands, and the line that describes a client. What one says about itself is in `client.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from framewire.frames.resp import Error, Verbatim
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.containers import unknown_form
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.commands.shared.timeouts import next_timeout
from framewire.redis.server.parsing.arguments import INT64_MAX, Arguments, require_int64
from framewire.redis.server.parsing.errors import SYNTAX_ERROR, CommandError

__all__ = ["client_line", "kill", "list_", "pause", "unblock", "unpause"]

Test: TypeAlias = "Callable[[Client], bool]"

_UNBLOCKED = Error(b"UNBLOCKED client unblocked via CLIENT UNBLOCK")


# -- describing -------------------------------------------------------------------------------------------------------


def client_line(client: Client) -> bytes:
    """One client as CLIENT INFO and CLIENT LIST show it."""
    now, subscriber = client.state.clock, client.subscriber
    fields: dict[str, object] = {
        "id": client.id,
        "addr": client.address,
        "laddr": client.local_address,
        "fd": client.fd,
        "name": client.name.decode(),
        "age": (now - client.created) // 1000,
        "idle": (now - client.last_used) // 1000,
        "flags": _flags(client),
        "db": client.db.index,
        "sub": len(subscriber.channels),
        "psub": len(subscriber.patterns),
        "ssub": len(subscriber.shards),
        "multi": -1 if client.queue is None else len(client.queue),
        **_memory(client),
        "events": "r",
        "cmd": client.runner.last_command,
        "user": "default",
        "redir": -1,
        "resp": client.protocol,
    }
    if client.library_name or client.library_version:
        fields["lib-name"] = client.library_name.decode()
        fields["lib-ver"] = client.library_version.decode()
    return " ".join(f"{name}={value}" for name, value in fields.items()).encode()


def _memory(client: Client) -> dict[str, object]:
    """What waits for it and of it, in bytes. There is no reply buffer (`rbs`, `rbp`, `obl`): all are in the list."""
    usage = client.usage()
    queued = sum(map(len, (part for _, request in client.queue or () for part in request)))
    return {
        "qbuf": usage.query,
        "qbuf-free": usage.query_free,
        "argv-mem": usage.arguments,
        "multi-mem": queued,
        "rbs": 0,
        "rbp": 0,
        "obl": 0,
        "oll": usage.output_pieces,
        "omem": usage.output,
        "tot-mem": usage.total + queued,
    }


def _flags(client: Client) -> str:
    """One letter for each thing that is special about it, in Redis' order; N for nothing."""
    marks = {
        "O": client in client.state.monitors,
        "P": client.subscriber.listens,
        "x": client.queue is not None,
        "b": client.blocked is not None,
        "d": client.watched_changed,
        "c": client.closing,
        "U": client.address.startswith("/"),
        "e": client.no_evict,
        "T": client.no_touch,
    }
    return "".join(letter for letter, applies in marks.items() if applies) or "N"


def list_(client: Client, request: list[bytes]) -> object:
    lines = [client_line(each) + b"\n" for each in _chosen(client, Arguments(request, 2))]
    return Verbatim(b"txt", b"".join(lines))


def _chosen(client: Client, arguments: Arguments) -> list[Client]:
    clients = client.state.clients
    if not arguments:
        return list(clients.values())
    word = arguments.next_word()
    if word == b"TYPE" and arguments.remaining == 1:
        return list(filter(_has_type(arguments.next_bytes()), clients.values()))
    if word == b"ID" and arguments:
        ids = []
        while arguments:
            ids.append(arguments.next_int(b"ERR Invalid client ID"))
        return [clients[each] for each in ids if each in clients]
    raise CommandError(SYNTAX_ERROR)


def _has_type(name: bytes) -> Test:
    """Whether a client is of that type; there are neither masters nor replicas."""
    word = name.lower()
    if word not in (b"normal", b"master", b"slave", b"replica", b"pubsub"):
        raise CommandError(b"ERR Unknown client type '%s'" % name)
    return lambda each: word == (b"pubsub" if each.subscriber.listens else b"normal")


# -- closing ----------------------------------------------------------------------------------------------------------


def kill(client: Client, request: list[bytes]) -> object:
    if len(request) == 3:
        if not _kill(client, [_has_address(request[2])]):
            raise CommandError(b"ERR No such client")
        return OK
    arguments, tests, skip_me = Arguments(request, 2), [], True
    while arguments:
        word = arguments.next_word()
        if word == b"SKIPME" and arguments:
            skip_me = _yes_or_no(arguments.next_word())
        else:
            tests.append(_kill_test(word, arguments))
    return _kill(client, [*tests, lambda each: each is not client] if skip_me else tests)


def _kill_test(word: bytes, arguments: Arguments) -> Test:
    make = _KILL_TESTS.get(word)
    if make is None:
        raise CommandError(SYNTAX_ERROR)
    return make(arguments.next_bytes())


def _has_id(text: bytes) -> Test:
    wanted = require_int64(text, b"ERR client-id should be greater than 0", 1)
    return lambda each: each.id == wanted


def _has_user(name: bytes) -> Test:
    if name != b"default":
        raise CommandError(b"ERR No such user '%s'" % name)
    return lambda each: each.authenticated


def _has_address(address: bytes) -> Test:
    return lambda each: each.address.encode() == address


def _has_local_address(address: bytes) -> Test:
    return lambda each: each.local_address.encode() == address


def _yes_or_no(word: bytes) -> bool:
    if word not in (b"YES", b"NO"):
        raise CommandError(SYNTAX_ERROR)
    return word == b"YES"


_KILL_TESTS: dict[bytes, Callable[[bytes], Test]] = {
    b"ID": _has_id,
    b"TYPE": _has_type,
    b"USER": _has_user,
    b"ADDR": _has_address,
    b"LADDR": _has_local_address,
}


def _kill(client: Client, tests: list[Test]) -> int:
    """Close all clients that pass all tests; how many they were. The one who asks still gets its reply."""
    victims = [each for each in client.state.clients.values() if all(test(each) for test in tests)]
    for each in victims:
        if each is client:
            client.closing = True
        else:
            each.kill()
    return len(victims)


# -- stopping and waking ----------------------------------------------------------------------------------------------


def pause(client: Client, request: list[bytes]) -> object:
    if len(request) > 4:
        raise unknown_form(request)
    mode = request[3].upper() if len(request) == 4 else b"ALL"
    if mode not in (b"WRITE", b"ALL"):
        raise CommandError(b"ERR CLIENT PAUSE mode must be WRITE or ALL")
    until = client.state.clock + next_timeout(Arguments(request, 2))
    if until <= INT64_MAX:  # in C it would be in the past, so nobody waits
        client.state.begin_pause(until, everything=mode == b"ALL")
    return OK


def unpause(client: Client, request: list[bytes]) -> object:
    client.state.end_pause()
    return OK


def unblock(client: Client, request: list[bytes]) -> object:
    """Ends a wait for a key, as if its time had come, or with an error; not one that a pause made."""
    if len(request) > 4:
        raise unknown_form(request)
    reason = request[3].upper() if len(request) == 4 else b"TIMEOUT"
    if reason not in (b"TIMEOUT", b"ERROR"):
        raise CommandError(b"ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
    target = client.state.clients.get(Arguments(request, 2).next_int())
    if target is None or target.blocked is None or target.postponed:
        return 0
    if reason == b"ERROR":
        client.state.stats.count_error(_UNBLOCKED.data)
    target.end_wait(_UNBLOCKED if reason == b"ERROR" else target.blocked.otherwise)
    return 1
