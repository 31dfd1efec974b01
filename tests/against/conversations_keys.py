"""What is said about keys, whatever they hold."""

from __future__ import annotations

from tests.against.steps import Conversation, by, volatile

_NAMES = (
    "del unlink exists touch type keys scan randomkey rename renamenx move copy swapdb expire pexpire expireat "
    "pexpireat ttl pttl expiretime pexpiretime persist object|encoding object|refcount object|idletime object|freq "
    "object|help "
).split()

KEYS: dict[str, Conversation] = {
    "del and exists": ["SET a 1", "SET b 2", "EXISTS a", "EXISTS a b c a", "DEL a c", "EXISTS a", "DEL a b b", "DEL a",
                       "DBSIZE"],
    "expire": [
        "EXPIRE key 10", "SET key v", "EXPIRE key 100", "TTL key", "PEXPIRE key 200000", "TTL key", "EXPIRE key 0",
        "EXISTS key", "SET key v", "EXPIRE key -1", "EXISTS key", "SET key v", "PEXPIRE key -5", "GET key", "SET key v",
        "EXPIRE key 9223372036854775807", "EXPIRE key -9223372036854775808", "EXPIRE key 9223372036854775",
        "EXPIRE key 9223372036854776", "PEXPIRE key 9223372036854775807", "PEXPIRE key -9223372036854775808",
        "EXISTS key", "EXPIRE key x", "EXPIRE key 1.5", "EXPIRE key 01", "EXPIRE missing x",
        "EXPIRE missing 9223372036854775807", "SET key v", "PEXPIRE key 9223370000000000000",
        volatile("roughly", "PTTL key"),
        "expire key 100", "TTL key", ["EXPIRE", "key", ""],
    ],
    "expire conditions": [
        "SET key v", "EXPIRE key 100 XX", "EXPIRE key 100 GT", "TTL key", "EXPIRE key 100 LT", "TTL key",
        "EXPIRE key 50 NX", "EXPIRE key 50 GT", "EXPIRE key 200 GT", "TTL key", "EXPIRE key 300 LT", "EXPIRE key 50 LT",
        "TTL key", "EXPIRE key 500 XX", "TTL key", "PERSIST key", "EXPIRE key 100 NX", "TTL key", "EXPIRE key 20 XX LT",
        "EXPIRE key 60 GT XX", "TTL key", "EXPIRE key 1 NX XX", "EXPIRE key 1 NX GT", "EXPIRE key 1 LT NX",
        "EXPIRE key 1 GT LT", "EXPIRE key 1 GT LT XX", "EXPIRE key 1 nonsense", "EXPIRE key 1 NX nonsense",
        "EXPIRE missing 1 nonsense", "EXPIRE key 70 xx xx", "TTL key", "EXPIRE key -1 GT", "EXISTS key",
        "EXPIRE key -1 LT", "EXISTS key", "PEXPIRE key x nonsense", "PEXPIRE key 1 NX XX",
    ],
    "ttl and persist": [
        "TTL key", "PTTL key", "PERSIST key", "SET key v", "TTL key", "PTTL key", "PERSIST key", "EXPIRE key 100",
        "PERSIST key", "TTL key", "SET key v PX 100400", "TTL key", "SET key v PX 100900", "TTL key",
        volatile("roughly", "PTTL key"),
    ],
    "type": ["TYPE key", "SET key v", "TYPE key"],
    "keys": [
        volatile("sorted", "KEYS *"), "SET hello 1", "SET hallo 1", "SET hxllo 1", "SET hllo 1", "SET he[lo 1",
        ["SET", "", "1"], ["SET", b"\xff", "1"], *(
            volatile("sorted", ["KEYS", pattern])
            for pattern in ("*", "**", "h?llo", "h*llo", "h[ae]llo", "h[^e]llo", "h[a-b]llo", "h[b-a]llo", "he\\[lo",
                            "he[[]lo", "[", "", "?", "h*l*o", "*l*l*", "h[a-", "h[^", "\\", "hello\\", "*[o", "h[]llo")
        ), "DBSIZE",
    ],
    "flush": [
        "SET a 1", "SELECT 1", "SET b 1", "FLUSHDB", "DBSIZE", "SELECT 0", "DBSIZE", "FLUSHDB ASYNC", "DBSIZE",
        "SET a 1", "FLUSHDB SYNC", "DBSIZE", "FLUSHDB nonsense", "FLUSHDB ASYNC SYNC", "FLUSHALL nonsense",
        "FLUSHALL SYNC SYNC", "SET a 1", "FLUSHALL ASYNC", "DBSIZE", "flushall sync", "FLUSHALL",
    ],
    "unlink and touch": ["MSET a 1 b 2", "TOUCH a b c a", "UNLINK a c a", "EXISTS a b", "UNLINK", "TOUCH", "LPUSH l a",
                         "TOUCH l", "UNLINK l b", "DBSIZE"],
    "rename": [
        "RENAME a b", "RENAMENX a b", "SET a 1", "RENAME a b", "GET a", "GET b", "RENAME b b", "RENAMENX b b",
        "SET a 2",
        "RENAMENX a b", "GET b", "RENAME a b", "GET b", "RENAMENX b c", "GET c", "RENAME c", "RENAMENX c", "RENAME x x",
        "SET t 1 EX 100", "RENAME t u", "TTL u", "SET v 1", "RENAME v u", "TTL u", "LPUSH l a b", "RENAME l u",
        "TYPE u",
        "LRANGE u 0 -1", "APPEND s x", "RENAME s q", "APPEND q y", "GET q",
    ],
    "move": [
        "SET a 1 EX 100", "MOVE a 1", "EXISTS a", "SELECT 1", "GET a", "TTL a", "SELECT 0", "SET a 2", "MOVE a 1",
        "GET a", "MOVE a 0", "MOVE a 16", "MOVE a -1", "MOVE a x", "MOVE a 99999999999", "MOVE miss 1", "MOVE miss 0",
        "MOVE a", "LPUSH l a", "MOVE l 2", "SELECT 2", "LRANGE l 0 -1", "DBSIZE", "SELECT 0",
    ],
    "copy": [
        "COPY a b", "SET a 1 EX 100", "COPY a b", "GET b", "TTL b", "COPY a b", "SET a 2", "COPY a b REPLACE", "GET b",
        "TTL b", "COPY a a", "COPY a a DB 1", "COPY a a DB 0", "COPY a a REPLACE", "COPY a c DB 16", "COPY a c DB x",
        "COPY a c DB -1", "COPY a c DB", "COPY a c nonsense", "COPY a", "COPY miss miss", "COPY miss d DB 99",
        "COPY a c DB 99999999999", "COPY a b DB 1 REPLACE", "copy a b db 1", "copy a b db 1 replace", "SELECT 1",
        "KEYS b", "GET b", "SELECT 0", "LPUSH l a", "COPY l m", "RPUSH m b", "LRANGE l 0 -1", "LRANGE m 0 -1",
        "APPEND r a", "COPY r s", "APPEND s b", "GET r", "GET s", "OBJECT ENCODING s", "HSET h f v", "COPY h i",
        "HSET i g w", "HLEN h", "HLEN i", "SADD t x", "COPY t v", "SADD v y", "SCARD t", "SCARD v",
    ],
    "swapdb": [
        "SET a zero EX 100", "SELECT 1", "SET a one", "SWAPDB 0 1", "GET a", "TTL a", "SELECT 0", "GET a", "TTL a",
        "SWAPDB 0 0", "GET a", "SWAPDB 0 16", "SWAPDB 0 x", "SWAPDB x 0", "SWAPDB -1 0", "SWAPDB 0", "SWAPDB 0 1 2",
        "SWAPDB 99999999999 0", "SWAPDB 0 99999999999", by("b", "GET a"), "SWAPDB 0 1", by("b", "GET a"), "FLUSHALL",
    ],
    "swapdb and watch": [
        "SET a 1", "WATCH a", by("b", "SWAPDB 0 1"), "MULTI", "GET a", "EXEC", "WATCH a", by("b", "SWAPDB 2 3"),
        "MULTI",
        "GET a", "EXEC", "WATCH x", by("b", "SWAPDB 0 1"), "MULTI", "GET a", "EXEC", "FLUSHALL",
    ],
    "watched keys and what is no change": [
        "SET a 1", "WATCH a", by("b", "SETBIT a 2 1"), "MULTI", "PING", "EXEC", "WATCH a", by("b", ["APPEND", "a", ""]),
        "MULTI", "PING", "EXEC", "WATCH a", by("b", ["SETRANGE", "a", "0", ""]), by("b", "EXPIRE a 10 XX"),
        by("b", "PERSIST a"), by("b", "SETNX a x"), by("b", "MSETNX a x b y"), by("b", "RENAMENX a a"),
        by("b", "COPY x a"), by("b", "GETEX a"), by("b", "TOUCH a"), by("b", "MOVE a 0"), by("b", "SORT x STORE a2"),
        "MULTI", "PING", "EXEC", "WATCH a", by("b", "EXPIRE a 10"), "MULTI", "PING", "EXEC", "WATCH a",
        by("b", "GETEX a PERSIST"), "MULTI", "PING", "EXEC", "WATCH a", by("b", "RENAME a z"), "MULTI", "PING", "EXEC",
        "WATCH a", by("b", "COPY z a"), "MULTI", "PING", "EXEC", "WATCH z", by("b", "MOVE z 1"), "MULTI", "PING",
        "EXEC",
        "WATCH a", by("b", "GETDEL a"), "MULTI", "PING", "EXEC", "WATCH s", by("b", "LPUSH l 1"),
        by("b", "SORT l STORE s"), "MULTI", "PING", "EXEC", "WATCH n", by("b", "INCRBYFLOAT n 1"), "MULTI", "PING",
        "EXEC", "WATCH n", by("b", "MSET n 1 m 2"), "MULTI", "PING", "EXEC", "WATCH n", by("b", "BITOP NOT n m"),
        "MULTI", "PING", "EXEC", "WATCH n", by("b", "BITFIELD n SET u8 0 0 SET u8 0 0"), "MULTI", "PING", "EXEC",
        "WATCH n", by("b", "BITFIELD n SET u8 0 0 GET u8 0"), "MULTI", "PING", "EXEC",
    ],
    "expireat": [
        "SET k v", "EXPIREAT k 32503680000", volatile("roughly", "TTL k"), "EXPIRETIME k", "PEXPIRETIME k",
        "PEXPIREAT k 32503680001499", "EXPIRETIME k", "PEXPIRETIME k", "EXPIREAT k 33503680000 GT", "EXPIRETIME k",
        "EXPIREAT k 1 GT", "EXPIREAT k 99999999999 NX", "PEXPIREAT k 33503680000001 LT", "PEXPIREAT k x",
        "EXPIREAT k 9223372036854775807", "EXPIREAT k 9223372036854775", "EXPIREAT k -9223372036854775808",
        "EXPIREAT k nonsense nonsense", "EXPIREAT k 1 nonsense", "EXPIREAT k", "PERSIST k", "EXPIRETIME k",
        "PEXPIRETIME k", "EXPIRETIME miss", "PEXPIRETIME miss", "EXPIRETIME", "EXPIREAT miss 99999999999",
        "EXPIREAT k 1", "EXISTS k", "SET k v", "PEXPIREAT k -1", "EXISTS k", "SET k v",
        "PEXPIREAT k 9223372036854775807", "PEXPIRETIME k", "EXPIRETIME k",
    ],
    "types": ["SET s 1", "LPUSH l a", "HSET h f v", "SADD m x", "ZADD z 1 a", "TYPE s", "TYPE l", "TYPE h", "TYPE m",
              "TYPE z", "APPEND s x", "TYPE s"],
    "encodings": [
        "OBJECT ENCODING miss", "SET k 12345", "OBJECT ENCODING k", "SET k 9223372036854775807", "OBJECT ENCODING k",
        "SET k 9223372036854775808", "OBJECT ENCODING k", "SET k -1", "OBJECT ENCODING k", "SET k 01",
        "OBJECT ENCODING k", "SET k -0", "OBJECT ENCODING k", ["SET", "k", ""], "OBJECT ENCODING k",
        ["SET", "k", "x" * 44], "OBJECT ENCODING k", ["SET", "k", "x" * 45], "OBJECT ENCODING k", "INCR n",
        "OBJECT ENCODING n", "APPEND n 1", "OBJECT ENCODING n", "INCR n", "OBJECT ENCODING n", "APPEND new 1",
        "OBJECT ENCODING new", "SETRANGE r 0 1", "OBJECT ENCODING r", "SETBIT b 0 0", "OBJECT ENCODING b",
        "BITOP OR d n", "OBJECT ENCODING d", "SET g 1", "GETBIT g 1", "GETRANGE g 0 0", "OBJECT ENCODING g",
        "GETSET r 1", "OBJECT ENCODING r", "MSET p 1 q x", "OBJECT ENCODING p", "OBJECT ENCODING q", "SETNX v 7",
        "OBJECT ENCODING v", "SETEX v 100 7", "OBJECT ENCODING v", "COPY n w", "OBJECT ENCODING w",
        ["SETRANGE", "p", "0", ""], "OBJECT ENCODING p", "SETBIT p 1 0", "OBJECT ENCODING p", "INCRBYFLOAT q2 1.5",
        "OBJECT ENCODING q2",
    ],
    "object": [
        "SET k v", "OBJECT REFCOUNT k", "SET k 9999", "OBJECT REFCOUNT k", "SET k 10000", "OBJECT REFCOUNT k",
        "SET k -1",
        "OBJECT REFCOUNT k", "SET k 01", "OBJECT REFCOUNT k", "OBJECT REFCOUNT miss", "OBJECT IDLETIME k",
        "OBJECT IDLETIME miss", "OBJECT FREQ k", "OBJECT FREQ miss", "OBJECT nonsense k", "OBJECT", "OBJECT ENCODING",
        "OBJECT ENCODING a b", "OBJECT HELP x", volatile("kind", "OBJECT HELP"), "object encoding k", "LPUSH l a",
        "OBJECT REFCOUNT l",
    ],
    "scan": [
        "SCAN 0", "SCAN x", "SCAN -1", "SCAN 18446744073709551616", "SCAN 0 COUNT 0", "SCAN 0 COUNT -1",
        "SCAN 0 COUNT x", "SCAN 0 nonsense", "SCAN 0 MATCH", "SCAN 0 COUNT", "SCAN 0 TYPE", "SCAN",
        "MSET aa 1 ab 2 b 3 c 4", "LPUSH l a", "SADD s a", "HSET h f v", "APPEND raw x",
        volatile("page", "SCAN 0 COUNT 1000"), volatile("page", "SCAN 0 COUNT 1000 MATCH a*"),
        volatile("page", "SCAN 0 COUNT 1000 TYPE string"), volatile("page", "SCAN 0 TYPE LIST COUNT 1000"),
        volatile("page", "SCAN 0 COUNT 1000 TYPE nonsense"), volatile("page", "scan 0 match * type set count 1000"),
        volatile("page", "SCAN 0 MATCH x COUNT 10 COUNT 1000 MATCH b"),
        volatile("page", "SCAN 0 COUNT 9223372036854775807"), "SCAN 0 COUNT 9223372036854775808",
    ],
    "randomkey": ["RANDOMKEY", "SET a 1", "RANDOMKEY", "RANDOMKEY x", volatile("kind", "RANDOMKEY"), "DEL a",
                  "RANDOMKEY"],
    "what they are": [*(f"COMMAND INFO {name}" for name in _NAMES),
                      volatile("but subcommands", "COMMAND INFO object")],
}  # fmt: skip
