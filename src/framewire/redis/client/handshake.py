"""The first words on a new link: HELLO, AUTH, SELECT, and who we are.

    HELLO 3 AUTH .. --- known ---------------------> SETNAME, SELECT, SETINFO ---> done
          |                                            ^             |
          +-- unknown, or no RESP3 there --> AUTH -----+             +-- ROLE, where it has to be a primary

What belongs here: what is said, in which order, and what each answer means. It is a generator of lists of requests,
which leave together, and is sent the list of their replies; no I/O. Source: the documentation of HELLO, AUTH and CLIENT
SETINFO.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.errors import (
    AuthenticationError,
    CachingError,
    ConnectionError,
    RedisError,
    error_of_reply,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.shapes.basic import mapping

__all__ = ["Greeting", "greet"]

Requests = list[tuple[Any, ...]]

Greeting = dict[Any, Any]
"""What HELLO tells: server, version, proto, id, mode, role; empty where HELLO is unknown."""


def greet(
    options: Options, auth: Sequence[bytes], tracking: bool = False, *, primary: bool = False
) -> Generator[Requests, list[Any], Greeting]:
    """The requests of a handshake; returns what the server tells of itself.

    `auth` is what stands behind AUTH, or empty. With `tracking` the server is asked to tell of keys that change. With
    `primary` it has to be one, or `ConnectionError` is raised: another may be found then. Raises the server's refusal:
    of the credentials, the database, tracking or, where the options insist on it, the protocol. Its text shows no
    password, though some servers say again what they do not understand.
    """
    try:
        told = yield from _greet(options, auth, tracking)
        if primary:
            yield from _check_primary(told)
        return told
    except RedisError as refusal:
        shown = _without_password(str(refusal), auth)
        if shown == str(refusal):
            raise
        raise type(refusal)(shown, fate=refusal.fate) from None


def _without_password(text: str, auth: Sequence[bytes]) -> str:
    text = text.partition(", with args beginning with")[0]  # Redis' own words, behind which it may stand in part
    password = auth[-1].decode("utf-8", "backslashreplace") if auth else ""
    return re.sub(rf"(?<!\w){re.escape(password)}(?!\w)", "(redacted)", text) if password else text


def _greet(options: Options, auth: Sequence[bytes], tracking: bool) -> Generator[Requests, list[Any], Greeting]:
    told: Greeting = {}
    if options.protocol != 2:
        (reply,) = yield [_hello(auth)]
        if not isinstance(reply, Error):
            told = mapping(reply)
        elif options.protocol == 3 or not _is_unknown(reply):
            raise _refusal(reply, b"HELLO")
    if auth and not told:
        (reply,) = yield [(b"AUTH", *auth)]
        _check(reply, b"AUTH")
    yield from _settle(options)
    if tracking:
        if not told:
            raise CachingError("client-side caching needs RESP3, which the server does not speak")
        (reply,) = yield [(b"CLIENT", b"TRACKING", b"ON")]
        if isinstance(reply, Error):
            raise CachingError(f"the server tells of no keys that change, which client-side caching needs: {reply}")
    return told


def _hello(auth: Sequence[bytes]) -> tuple[Any, ...]:
    user = (b"default", *auth) if len(auth) == 1 else auth
    return (b"HELLO", b"3", b"AUTH", *user) if user else (b"HELLO", b"3")


def _is_unknown(reply: Error) -> bool:
    """Whether a server, or who stands before it, does not know HELLO or RESP3."""
    return reply.code == "NOPROTO" or reply.data.lower().startswith(
        (b"err unknown command", b"err unsupported command", b"err syntax error")
    )


def _settle(options: Options) -> Generator[Requests, list[Any], None]:
    """The rest: only the database must be there; names, and what replicas may answer, are best effort."""
    requests: Requests = [(b"SELECT", options.db)] if options.db else []
    if options.client_name:
        requests.append((b"CLIENT", b"SETNAME", options.client_name))
    if options.lib_name:
        requests.append((b"CLIENT", b"SETINFO", b"LIB-NAME", options.lib_name))
        if options.lib_version:
            requests.append((b"CLIENT", b"SETINFO", b"LIB-VER", options.lib_version))
    if options.read_from != "primary":
        requests.append((b"READONLY",))  # for replicas in a cluster; other servers refuse it
    replies = (yield requests) if requests else []
    if options.db:
        _check(replies[0], b"SELECT")


def _check_primary(told: Greeting) -> Generator[Requests, list[Any], None]:
    """HELLO tells it too; ROLE has an answer under any protocol."""
    role = told.get(b"role")
    if role is None:
        (reply,) = yield [(b"ROLE",)]
        _check(reply, b"ROLE")
        role = reply[0]
    if role != b"master":
        raise ConnectionError(f"the server is no primary: its role is {role.decode('utf-8', 'backslashreplace')!r}")


def _check(reply: Any, command: bytes) -> None:
    if isinstance(reply, Error):
        raise _refusal(reply, command)


def _refusal(reply: Error, command: bytes) -> RedisError:
    """The error for all that wait for the link: nothing of theirs was sent."""
    kind = type(error_of_reply(reply.data, command))
    if reply.code in ("NOAUTH", "WRONGPASS", "NOPERM"):
        kind = AuthenticationError
    return kind(str(reply), fate=Fate.NOT_EXECUTED)
