"""What CLIENT can do with connections, its own and others: list them, close them, stop and wake them.

What belongs here: these commands, and the line that describes a client. Their table entries are in `client.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from framewire.frames.resp import Error, Verbatim
from framewire.redis.server.commands.table import OK, unknown_form
from framewire.redis.server.parsing.arguments import INT64_MAX, SYNTAX_ERROR, Arguments, CommandError, parse_int64

if TYPE_CHECKING:
    from framewire.redis.server.running.session import Session

__all__ = ["client_line", "kill", "list_", "pause", "unblock", "unpause"]

Test: TypeAlias = "Callable[[Session], bool]"

_NOT_ACCOUNTED = ("qbuf", "qbuf-free", "argv-mem", "multi-mem", "rbs", "rbp", "obl", "oll", "omem", "tot-mem")
_UNBLOCKED = Error(b"UNBLOCKED client unblocked via CLIENT UNBLOCK")


# -- describing -------------------------------------------------------------------------------------------------------


def client_line(session: Session) -> bytes:
    """One client as CLIENT INFO and CLIENT LIST show it. What this server does not account for is 0."""
    now, subscriber = session.state.clock, session.subscriber
    fields: dict[str, object] = {
        "id": session.id,
        "addr": session.address,
        "laddr": session.local_address,
        "fd": session.fd,
        "name": session.name.decode(),
        "age": (now - session.created) // 1000,
        "idle": (now - session.last_used) // 1000,
        "flags": _flags(session),
        "db": session.db.index,
        "sub": len(subscriber.channels),
        "psub": len(subscriber.patterns),
        "ssub": len(subscriber.shards),
        "multi": -1 if session.queue is None else len(session.queue),
        **dict.fromkeys(_NOT_ACCOUNTED, 0),
        "events": "r",
        "cmd": session.last_command,
        "user": "default",
        "redir": -1,
        "resp": session.protocol,
    }
    if session.library_name or session.library_version:
        fields["lib-name"] = session.library_name.decode()
        fields["lib-ver"] = session.library_version.decode()
    return " ".join(f"{name}={value}" for name, value in fields.items()).encode()


def _flags(session: Session) -> str:
    """One letter for each thing that is special about it, in Redis' order; N for nothing."""
    marks = {
        "O": session in session.state.monitors,
        "P": session.subscriber.listens,
        "x": session.queue is not None,
        "b": session.blocked is not None,
        "d": session.watched_changed,
        "c": session.closing,
        "U": session.address.startswith("/"),
        "e": session.no_evict,
        "T": session.no_touch,
    }
    return "".join(letter for letter, applies in marks.items() if applies) or "N"


def list_(session: Session, request: list[bytes]) -> object:
    lines = [client_line(each) + b"\n" for each in _chosen(session, Arguments(request, 2))]
    return Verbatim(b"txt", b"".join(lines))


def _chosen(session: Session, arguments: Arguments) -> list[Session]:
    sessions = session.state.sessions
    if not arguments:
        return list(sessions.values())
    word = arguments.next_word()
    if word == b"TYPE" and arguments.remaining == 1:
        return list(filter(_has_type(arguments.next_bytes()), sessions.values()))
    if word == b"ID" and arguments:
        ids = []
        while arguments:
            ids.append(arguments.next_int(b"ERR Invalid client ID"))
        return [sessions[each] for each in ids if each in sessions]
    raise CommandError(SYNTAX_ERROR)


def _has_type(name: bytes) -> Test:
    """Whether a client is of that type; there are neither masters nor replicas."""
    word = name.lower()
    if word not in (b"normal", b"master", b"slave", b"replica", b"pubsub"):
        raise CommandError(b"ERR Unknown client type '%s'" % name)
    return lambda each: word == (b"pubsub" if each.subscriber.listens else b"normal")


# -- closing ----------------------------------------------------------------------------------------------------------


def kill(session: Session, request: list[bytes]) -> object:
    if len(request) == 3:
        if not _kill(session, [_has_address(request[2])]):
            raise CommandError(b"ERR No such client")
        return OK
    arguments, tests, skip_me = Arguments(request, 2), [], True
    while arguments:
        word = arguments.next_word()
        if word == b"SKIPME" and arguments:
            skip_me = _yes_or_no(arguments.next_word())
        else:
            tests.append(_kill_test(word, arguments))
    return _kill(session, [*tests, lambda each: each is not session] if skip_me else tests)


def _kill_test(word: bytes, arguments: Arguments) -> Test:
    make = _KILL_TESTS.get(word)
    if make is None:
        raise CommandError(SYNTAX_ERROR)
    return make(arguments.next_bytes())


def _has_id(text: bytes) -> Test:
    wanted = parse_int64(text)
    if wanted is None or wanted < 1:
        raise CommandError(b"ERR client-id should be greater than 0")
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


def _kill(session: Session, tests: list[Test]) -> int:
    """Close all clients that pass all tests; how many they were. The one who asks still gets its reply."""
    victims = [each for each in session.state.sessions.values() if all(test(each) for test in tests)]
    for each in victims:
        if each is session:
            session.closing = True
        else:
            each.kill()
    return len(victims)


# -- stopping and waking ----------------------------------------------------------------------------------------------


def pause(session: Session, request: list[bytes]) -> object:
    if len(request) > 4:
        raise unknown_form(request)
    mode = request[3].upper() if len(request) == 4 else b"ALL"
    if mode not in (b"WRITE", b"ALL"):
        raise CommandError(b"ERR CLIENT PAUSE mode must be WRITE or ALL")
    timeout = Arguments(request, 2).next_int(b"ERR timeout is not an integer or out of range")
    if timeout < 0:
        raise CommandError(b"ERR timeout is negative")
    until = session.state.clock + timeout
    if until <= INT64_MAX:  # in C it would be in the past, so nobody waits
        session.state.begin_pause(until, everything=mode == b"ALL")
    return OK


def unpause(session: Session, request: list[bytes]) -> object:
    session.state.end_pause()
    return OK


def unblock(session: Session, request: list[bytes]) -> object:
    """Ends a wait for a key, as if its time had come, or with an error; not one that a pause made."""
    if len(request) > 4:
        raise unknown_form(request)
    reason = request[3].upper() if len(request) == 4 else b"TIMEOUT"
    if reason not in (b"TIMEOUT", b"ERROR"):
        raise CommandError(b"ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR")
    target = session.state.sessions.get(Arguments(request, 2).next_int())
    if target is None or target.blocked is None or target.postponed:
        return 0
    target.end_wait(_UNBLOCKED if reason == b"ERROR" else target.blocked.otherwise)
    return 1
