"""redis-py's exceptions: the clients' own, by the same names. `except redis.ConnectionError` goes on to work.

What belongs here: names. What each means is said in `framewire.redis.client.errors`, of clusters alone in
`framewire.redis.compat.cluster_errors`.
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
    MasterNotFoundError,
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
from framewire.redis.compat.cluster_errors import CrossSlotTransactionError, RedisClusterException, SlotNotCoveredError

__all__ = [
    "AskError", "AuthenticationError", "AuthenticationWrongNumberOfArgsError", "AuthorizationError",
    "BusyLoadingError", "ClusterCrossSlotError", "ClusterDownError", "ClusterError", "ConnectionError",
    "CrossSlotTransactionError", "DataError", "ExecAbortError", "InvalidResponse", "LockError", "LockNotOwnedError",
    "MasterDownError", "MasterNotFoundError", "MaxConnectionsError", "ModuleError", "MovedError",
    "NoPermissionError", "NoScriptError", "OutOfMemoryError", "PubSubError", "ReadOnlyError",
    "RedisClusterException", "RedisError", "ResponseError", "SlotNotCoveredError", "TimeoutError", "TryAgainError",
    "WatchError",
]  # fmt: skip
