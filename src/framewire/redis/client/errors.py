"""What the clients raise, by redis-py's names. Each error has a `fate`. This docstring is the tree.

    FramewireError
    `-- RedisError
        |-- ConnectionError               no link, or it was lost (also the builtin of that name)
        |   |-- AuthenticationError       wrong name or password, or none given
        |   |-- AuthorizationError
        |   |-- BusyLoadingError          LOADING
        |   |-- MasterNotFoundError       no sentinel tells who the primary is
        |   |-- MaxConnectionsError       the pool, or the server, has no room for one more
        |   `-- InvalidResponse           the server does not speak the protocol
        |-- TimeoutError                  no reply in time (also the builtin); `cause` says why
        |-- ResponseError                 the server refused; `code` is the first word of what it said
        |   |-- NoScriptError NoPermissionError ReadOnlyError OutOfMemoryError ExecAbortError ModuleError ...
        |   `-- AskError MovedError TryAgainError ClusterDownError MasterDownError ClusterCrossSlotError
        |-- ClusterError                  of a cluster (ClusterDownError is one too)
        |   `-- ClusterPartialError       some parts of a request failed, others did not; it has both
        |-- DataError                     an argument has no form on the wire (also a ValueError)
        |-- QueueFullError                too much waits to be sent
        |-- SharedLinkError               this command changes a link that others use too
        |-- WatchError                    a watched key has changed, or the link that watched it is gone
        |-- CachingError                  the server cannot do what client-side caching needs
        |-- PubSubError
        `-- LockError
            `-- LockNotOwnedError

What belongs here: the classes, and which error reply becomes which.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any, Final

from framewire.errors import FramewireError
from framewire.redis.client.fates import Fate, fate_of_reply

__all__ = [
    "AskError", "AuthenticationError", "AuthenticationWrongNumberOfArgsError", "AuthorizationError",
    "BusyLoadingError", "CachingError", "ClusterCrossSlotError", "ClusterDownError", "ClusterError",
    "ClusterPartialError", "ConnectionError", "DataError", "ExecAbortError", "InvalidResponse", "LockError",
    "LockNotOwnedError", "MasterDownError", "MasterNotFoundError", "MaxConnectionsError", "ModuleError", "MovedError",
    "NoPermissionError",
    "NoScriptError", "OutOfMemoryError", "PubSubError", "QueueFullError", "ReadOnlyError", "RedisError",
    "ResponseError", "SharedLinkError", "TimeoutError", "TryAgainError", "WatchError", "error_of_reply",
]  # fmt: skip


class RedisError(FramewireError):
    """Base of all errors of the clients.

    `fate` says what has become of the request. Without one it was not executed: nothing was sent.
    """

    fate: Fate = Fate.NOT_EXECUTED

    def __init__(self, *args: object, fate: Fate | None = None) -> None:
        super().__init__(*args)
        if fate is not None:
            self.fate = fate


class ConnectionError(RedisError, builtins.ConnectionError):
    """There is no link to the server, or it was lost before the reply came: then the fate may be unknown."""


class AuthenticationError(ConnectionError):
    """The server does not take the name and password, or wants some."""


class AuthorizationError(ConnectionError):
    """The user may not do that."""


class BusyLoadingError(ConnectionError):
    """The server still reads its data from disk."""


class MasterNotFoundError(ConnectionError):
    """No sentinel tells who the primary of a service is; the text says what each of them says."""


class MaxConnectionsError(ConnectionError):
    """There is no room for one more link: in the pool, or at the server."""


class InvalidResponse(ConnectionError):
    """The server sent what is not RESP, or a reply that nobody asked for; the link was closed."""


class TimeoutError(RedisError, builtins.TimeoutError):
    """No reply came in time. `cause` says why, as far as this side knows."""

    cause: str = ""


class ResponseError(RedisError):
    """The server answered with an error; the text is what it said, `code` its first word."""

    fate = Fate.EXECUTED

    @property
    def code(self) -> str:
        return str(self).partition(" ")[0]


class AuthenticationWrongNumberOfArgsError(AuthenticationError, ResponseError):
    """The server knows no user names (Redis before 6)."""


class NoScriptError(ResponseError):
    """EVALSHA with a script that the server does not know."""


class NoPermissionError(ResponseError):
    """The user may not run the command, or may not touch a key or a channel."""


class ReadOnlyError(ResponseError):
    """A replica takes no writes."""


class OutOfMemoryError(ResponseError):
    """The memory limit of the server is reached."""


class ExecAbortError(ResponseError):
    """A command of the transaction was refused, so none was run."""


class ModuleError(ResponseError):
    """MODULE LOAD or UNLOAD failed."""


class ClusterError(RedisError):
    """Of a cluster."""


class ClusterPartialError(ClusterError):
    """A request went to a cluster in parts, or to several nodes, and some of them failed: the others have done theirs.

    results, errors: what came of each, by the tuple of its keys, or by its node's address. `fate` is the worst: unknown
    if that of any part is, else executed if any was.
    """

    def __init__(
        self,
        message: str = "",
        results: Mapping[Any, Any] | None = None,
        errors: Mapping[Any, Exception] | None = None,
        *,
        fate: Fate | None = None,
    ) -> None:
        super().__init__(message, fate=fate)
        self.results = dict(results or {})
        self.errors = dict(errors or {})

    @property
    def keys(self) -> list[bytes]:
        """The keys whose parts failed; none where the parts were nodes."""
        return [key for part in self.errors if type(part) is tuple for key in part]


class AskError(ResponseError):
    """The key may be at another node, for this one request."""


class MovedError(AskError):
    """The slot belongs to another node."""


class TryAgainError(ResponseError):
    """The keys of the request are at two nodes while their slot moves."""


class ClusterCrossSlotError(ResponseError):
    """The keys of the request are in different slots."""


class ClusterDownError(ClusterError, ResponseError):
    """The slot is served by nobody."""


class MasterDownError(ClusterDownError):
    """A replica has lost its master, and may not answer from what it has."""


class DataError(RedisError, ValueError):
    """An argument has no form on the wire, or arguments contradict one another. Nothing was sent."""


class QueueFullError(RedisError):
    """So much waits to be sent that no more may be queued. Nothing was sent."""


class SharedLinkError(RedisError):
    """The command changes what the server keeps of a link, and others use this one; the text says what to use."""


class WatchError(RedisError):
    """A watched key has changed, or the link that watched it is gone: nothing of the transaction was executed."""


class CachingError(RedisError):
    """Client-side caching was asked for, and the server cannot do what it needs."""


class PubSubError(RedisError):
    """Pub/sub was used in a way that makes no sense."""


class LockError(RedisError, ValueError):
    """A lock could not be taken, released or extended."""


class LockNotOwnedError(LockError):
    """The lock is not ours, or no longer."""


# -- error replies ----------------------------------------------------------------------------------------------------

_BY_CODE: Final[dict[str, type[RedisError]]] = {
    "NOAUTH": AuthenticationError,
    "WRONGPASS": AuthenticationError,
    "LOADING": BusyLoadingError,
    "NOSCRIPT": NoScriptError,
    "NOPERM": NoPermissionError,
    "READONLY": ReadOnlyError,
    "OOM": OutOfMemoryError,
    "EXECABORT": ExecAbortError,
    "ASK": AskError,
    "MOVED": MovedError,
    "TRYAGAIN": TryAgainError,
    "CROSSSLOT": ClusterCrossSlotError,
    "CLUSTERDOWN": ClusterDownError,
    "MASTERDOWN": MasterDownError,
}

_BY_TEXT: Final[tuple[tuple[str, type[RedisError]], ...]] = (
    ("ERR max number of clients", MaxConnectionsError),
    ("ERR invalid password", AuthenticationError),
    ("ERR Client sent AUTH, but no password is set", AuthenticationError),
    ("ERR AUTH <password> called without any password", AuthenticationError),
    ("ERR wrong number of arguments for 'auth' command", AuthenticationWrongNumberOfArgsError),
)


def error_of_reply(data: bytes, command: bytes = b"") -> RedisError:
    """The exception for an error reply `data` to `command` (its name, in capitals)."""
    text = data.decode("utf-8", "backslashreplace")
    code = text.partition(" ")[0]
    kind = _BY_CODE.get(code) or next((kind for start, kind in _BY_TEXT if text.startswith(start)), ResponseError)
    return kind(text, fate=fate_of_reply(code, text, command))
