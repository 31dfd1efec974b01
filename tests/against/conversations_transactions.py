"""What is said about transactions."""

from __future__ import annotations

from tests.against.steps import Conversation, by

TRANSACTIONS: dict[str, Conversation] = {
    "multi and exec": [
        "MULTI", "SET a 1", "INCR a", "GET a", "INCR a b", "EXEC", "GET a", "EXEC", "DISCARD", "MULTI", "EXEC",
        "MULTI", "SET a x", "INCR a", "GET a", "EXEC", "GET a", "MULTI", "GET a", "DISCARD", "EXEC", "multi", "exec",
        "MULTI now", "EXEC now", "MULTI", "EXEC now", "EXEC",
    ],
    "what is refused ends it": [
        "MULTI", "nonsense", "SET a 1", "EXEC", "GET a", "MULTI", "GET", "DISCARD", "MULTI", "MULTI", "SET a 1", "EXEC",
        "GET a", "MULTI", "GET a", "EXEC", "MULTI", "UNWATCH", "EXEC", "MULTI", "CLIENT nonsense", "EXEC",
    ],
    "watch": [
        "WATCH", "WATCH a b", "MULTI", "GET a", by("b", "SET c 1"), "EXEC", "WATCH a", by("b", "SET a 1"), "MULTI",
        "GET a", "EXEC", "MULTI", "GET a", "EXEC", "WATCH a", "SET a 2", "MULTI", "GET a", "EXEC", "WATCH a", "UNWATCH",
        by("b", "SET a 3"), "MULTI", "GET a", "EXEC", "UNWATCH", "WATCH a", by("b", "SET a 4"), "DISCARD", "MULTI",
        "DISCARD", "MULTI", "GET a", "EXEC",
    ],
    "only what really changes counts": [
        "SET a 1", "WATCH a x", by("b", "SET a 2 NX"), by("b", "DEL x"), by("b", "GET a"), "MULTI", "GET a", "EXEC",
        "WATCH x", by("b", "SET x 1"), by("b", "DEL x"), "MULTI", "GET x", "EXEC", "WATCH a", by("b", "SELECT 1"),
        by("b", "SET a 9"), "MULTI", "GET a", "EXEC", "SELECT 0",
    ],
    "what a transaction may not do, though it may be queued": [
        "MULTI", "MONITOR", "SSUBSCRIBE c", "SUNSUBSCRIBE c", "GET a", "EXEC", by("b", "SPUBLISH c m"), "GET a",
        "MULTI", "SSUBSCRIBE", "EXEC",
    ],
    "queued commands that are not for everybody": [
        "MULTI", "PING", "ECHO hi", "SELECT 3", "GET a", "SELECT 0", "CLIENT GETNAME", "EXEC", "MULTI", "RESET", "EXEC",
        "GET a", "MULTI", "PUBLISH c m", "EXEC", "MULTI", "SUBSCRIBE c", "PING", "EXEC", "PING", "RESET", "MULTI",
        "QUIT",
    ],
}  # fmt: skip
