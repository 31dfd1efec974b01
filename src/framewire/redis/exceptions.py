"""What clients raise, by redis-py's names: `from framewire.redis import exceptions`. The tree is in `client.errors`.

What belongs here: the names, re-exported; nothing else. Some are those of built-in exceptions, so import the module and
not its names. Nobody inside the package imports from here.
"""

from framewire.redis.client.errors import (
    AskError,
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    AuthorizationError,
    BusyLoadingError,
    CachingError,
    ClusterCrossSlotError,
    ClusterDownError,
    ClusterError,
    ClusterPartialError,
    ConnectionError,
    DataError,
    ExecAbortError,
    InvalidResponse,
    LockError,
    LockNotOwnedError,
    MasterDownError,
    MasterNotFoundError,
    MaxConnectionsError,
    ModuleError,
    MovedError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    PubSubError,
    QueueFullError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    SharedLinkError,
    TimeoutError,
    TryAgainError,
    WatchError,
)
from framewire.redis.client.fates import Fate

__all__ = [
    "AskError", "AuthenticationError", "AuthenticationWrongNumberOfArgsError", "AuthorizationError", "BusyLoadingError",
    "CachingError", "ClusterCrossSlotError", "ClusterDownError", "ClusterError", "ClusterPartialError",
    "ConnectionError", "DataError", "ExecAbortError", "Fate", "InvalidResponse", "LockError", "LockNotOwnedError",
    "MasterDownError", "MasterNotFoundError", "MaxConnectionsError", "ModuleError", "MovedError", "NoPermissionError",
    "NoScriptError", "OutOfMemoryError", "PubSubError", "QueueFullError", "ReadOnlyError", "RedisError",
    "ResponseError", "SharedLinkError", "TimeoutError", "TryAgainError", "WatchError",
]  # fmt: skip
