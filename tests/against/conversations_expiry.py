"""What is said about keys whose time has come and that nobody has removed: not looked up, watched, or in a pause."""

from __future__ import annotations

from tests.against.steps import Conversation, Request, Step, by, volatile

NOT_ACTIVELY, ACTIVELY, SLEEP = "DEBUG SET-ACTIVE-EXPIRE 0", "DEBUG SET-ACTIVE-EXPIRE 1", "DEBUG SLEEP 0.01"

DEAD: list[Request | Step] = [NOT_ACTIVELY, "SET x 1 PX 1", SLEEP]
"""From then on the key is dead, and there."""

UNCHANGED: list[Request | Step] = ["MULTI", "PING", "EXEC", ACTIVELY]

PAUSED: list[Request | Step] = [
    "SET x 1 PX 100", "SET y 1", "HSET h f v", "PEXPIRE h 100", "RPUSH l 1", "PEXPIRE l 100", "ZADD z 1 a",
    "PEXPIRE z 100", "CLIENT PAUSE 100000 WRITE", "DEBUG SLEEP 0.2",
]  # fmt: skip
"""From then on all keys but one are dead, and there, and nobody may change them."""

EXPIRY: dict[str, Conversation] = {
    "dead keys are counted until somebody looks them up": [
        *DEAD, "SET y 1", "DBSIZE", "KEYS *", "DBSIZE", volatile("kind", "DEBUG OBJECT x"),
        volatile("kind", "MEMORY USAGE x"), "DBSIZE", "GET x", "DBSIZE", "DEBUG OBJECT x", "MEMORY USAGE x", ACTIVELY,
    ],
    "scan looks them up": [*DEAD, "DBSIZE", "SCAN 0", "DBSIZE", ACTIVELY],
    "a random key is none of them": [
        *DEAD, "SET y 1 PX 1", SLEEP, "RANDOMKEY", "DBSIZE", "SET z 1", "RANDOMKEY", ACTIVELY,
    ],
    "what looks up only one of them": [
        *DEAD, "SET y 1 PX 1", SLEEP, "RENAMENX z y", "RENAME x y", "DBSIZE", "COPY y z", "DBSIZE", "SET x 1 PX 1",
        SLEEP, "SWAPDB 0 1", "DBSIZE", "SELECT 1", "DBSIZE", "FLUSHDB", "DBSIZE", ACTIVELY,
    ],
    "watched when it was dead: removed": [*DEAD, "WATCH x", by("b", "GET x"), *UNCHANGED],
    "watched when it was dead: deleted": [*DEAD, "WATCH x", by("b", "DEL x"), *UNCHANGED],
    "watched when it was dead: still there": [*DEAD, "WATCH x", "DBSIZE", *UNCHANGED],
    "watched when it was dead: set": [*DEAD, "WATCH x", by("b", "SET x 2"), *UNCHANGED],
    "watched when it was dead: removed, then set": [
        *DEAD, "WATCH x", by("b", "GET x"), by("b", "SET x 2"), *UNCHANGED,
    ],
    "watched when it was dead: flushed": [*DEAD, "WATCH x", by("b", "FLUSHDB"), *UNCHANGED],
    "watched when it was dead: swapped": [*DEAD, "WATCH x", by("b", "SWAPDB 0 1"), *UNCHANGED],
    "watched when it was dead: swapped with one that lives": [
        *DEAD, "SELECT 1", "SET x 1", "SELECT 0", "WATCH x", by("b", "SWAPDB 0 1"), *UNCHANGED,
    ],
    "watched when it was dead: swapped with one that is dead too": [
        *DEAD, "SELECT 1", "SET x 1 PX 1", "SELECT 0", SLEEP, "WATCH x", by("b", "SWAPDB 0 1"), *UNCHANGED,
    ],
    "watched when it was not there: swapped with a dead one": [
        *DEAD, "SWAPDB 0 1", "WATCH x", by("b", "SWAPDB 0 1"), *UNCHANGED,
    ],
    "watched when it was not there: swapped with one that has died since": [
        NOT_ACTIVELY, "SELECT 1", "SET x 1 PX 100", "SELECT 0", "WATCH x", "DEBUG SLEEP 0.2", by("b", "SWAPDB 0 1"),
        *UNCHANGED,
    ],
    "watched when it lived: died": [NOT_ACTIVELY, "SET x 1 PX 100", "WATCH x", "DEBUG SLEEP 0.2", "DBSIZE", *UNCHANGED],
    "watched when it lived: died and swapped": [
        NOT_ACTIVELY, "SET x 1 PX 100", "WATCH x", "DEBUG SLEEP 0.2", by("b", "SWAPDB 0 1"), *UNCHANGED,
    ],
    "watched when it lived: died and flushed": [
        NOT_ACTIVELY, "SET x 1 PX 100", "WATCH x", "DEBUG SLEEP 0.2", by("b", "FLUSHALL"), *UNCHANGED,
    ],
    "nothing expires in a pause": [
        *PAUSED, "DBSIZE", "GET x", "EXISTS x y", "TTL x", "PTTL x", "EXPIRETIME x", "TYPE x", "STRLEN x", "MGET x y",
        "HGET h f", "HGETALL h", "ZSCORE z a", "ZRANGE z 0 -1", "LLEN l", "LRANGE l 0 -1", "OBJECT ENCODING x",
        "TOUCH x y", "SORT_RO l", "KEYS *", "SCAN 0", "RANDOMKEY", volatile("kind", "DEBUG OBJECT x"),
        ["EVAL_RO", "return {redis.call('get', 'x'), redis.call('dbsize'), #redis.call('keys', '*')}", "0"], "DBSIZE",
        NOT_ACTIVELY, "CLIENT UNPAUSE", "DBSIZE", "GET x", "DBSIZE", ACTIVELY,
    ],
    "what is watched dies in a pause": [
        "SET x 1 PX 100", "WATCH x", "CLIENT PAUSE 100000 WRITE", "DEBUG SLEEP 0.2", "GET x", "MULTI", "GET x", "EXEC",
        "DBSIZE", "CLIENT UNPAUSE",
    ],
    "a transaction that begins a pause may change what is dead": [
        *DEAD, "MULTI", "CLIENT PAUSE 100000 WRITE", "GET x", "DBSIZE", "GET x", "EXEC", "CLIENT UNPAUSE", ACTIVELY,
    ],
}  # fmt: skip
