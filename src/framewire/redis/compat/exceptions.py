"""redis-py's exceptions: the clients' own, by the same names. `except redis.ConnectionError` goes on to work.

What belongs here: names. What each means is said in `framewire.redis.client.errors`.
"""

from __future__ import annotations

from framewire.redis.client.errors import (
    AskError,
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    AuthorizationError,
    BusyLoadingError,
    ClusterCrossSlotError,
    ClusterDownError,
    ClusterError,
    ConnectionError,
    DataError,
    ExecAbortError,
    InvalidResponse,
    LockError,
    LockNotOwnedError,
    MasterDownError,
    MaxConnectionsError,
    ModuleError,
    MovedError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    PubSubError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
    TryAgainError,
    WatchError,
)

__all__ = [
    "AskError", "AuthenticationError", "AuthenticationWrongNumberOfArgsError", "AuthorizationError", "BusyLoadingError",
    "ClusterCrossSlotError", "ClusterDownError", "ClusterError", "ConnectionError", "DataError", "ExecAbortError",
    "InvalidResponse", "LockError", "LockNotOwnedError", "MasterDownError", "MaxConnectionsError", "ModuleError",
    "MovedError", "NoPermissionError", "NoScriptError", "OutOfMemoryError", "PubSubError", "ReadOnlyError",
    "RedisError", "ResponseError", "TimeoutError", "TryAgainError", "WatchError",
]  # fmt: skip
