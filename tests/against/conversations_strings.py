"""What is said about strings."""

from __future__ import annotations

from tests.against.steps import Conversation, volatile

_NAMES = (
    "get set setnx setex psetex getset getdel getex mget mset msetnx incr decr incrby decrby incrbyfloat strlen "
    "getrange substr append setrange "
).split()

STRINGS: dict[str, Conversation] = {
    "set and get": ["GET key", "SET key value", "GET key", ["SET", "key", ""], "GET key", ["SET", b"\x00\xff", b"\r\n"],
                    ["GET", b"\x00\xff"], ["SET", "", "empty"], ["GET", ""], "SET key a b", "SET key a b c",
                    ["SET", "big", "x" * 70_000], "GET big"],
    "set conditions": [
        "SET key one XX", "GET key", "SET key one NX", "SET key two NX", "GET key", "SET key three XX", "GET key",
        "SET key x NX XX", "SET key x XX NX", "SET key four NX NX", "SET key five XX XX", "set key six xx", "GET key",
    ],
    "set get": [
        "SET key one GET", "SET key two GET", "SET key three GET GET", "SET other x XX GET", "GET other",
        "SET other x NX GET", "SET other y NX GET", "GET other", "SET key four XX GET", "SET key five EX 100 GET",
        "TTL key", "SET key six GET KEEPTTL", "TTL key",
    ],
    "set with a time": [
        "SET key v EX 100", "TTL key", "SET key v PX 100000", "TTL key", "SET key v EXAT 32503680000",
        volatile("roughly", "TTL key"), "SET key v PXAT 32503680000000", volatile("roughly", "PTTL key"),
        "SET key v KEEPTTL", volatile("roughly", "PTTL key"), "SET key v", "TTL key", "SET key v ex 100", "TTL key",
        "SET key v EX 10 EX 100", "TTL key", "SET key v EX x EX 200", "TTL key", "SET key v EXAT 1", "GET key",
        "SET key v PXAT 1", "EXISTS key", "SET key v PXAT 9223372036854775807", "PERSIST key",
        "SET key v EX 100", "SET key w EX 0", "TTL key", "GET key",
    ],
    "set with a wrong time": [
        "SET key v EX", "SET key v PX", "SET key v EXAT", "SET key v PXAT", "SET key v EX 0", "SET key v EX -1",
        "SET key v PX 0", "SET key v PX -1", "SET key v EXAT 0", "SET key v PXAT 0", "SET key v EX x",
        "SET key v EX 1.5", "SET key v EX +1", "SET key v EX 01", ["SET", "key", "v", "EX", ""],
        ["SET", "key", "v", "EX", " 1"], "SET key v EX 18446744073709551615", "SET key v EX 9223372036854775807",
        "SET key v EX 9223372036854775808", "SET key v EX -9223372036854775808", "SET key v EX 9223372036854775",
        "SET key v EX 9223372036854776", "SET key v EXAT 9223372036854775", "SET key v PERSIST",
        "SET key v EXAT 9223372036854776", "SET key v PX 9223372036854775807", "SET key v EX 10 PX 10",
        "SET key v PX 10 EX 10", "SET key v EX 10 KEEPTTL", "SET key v KEEPTTL EX 10", "SET key v KEEPTTL KEEPTTL",
        "SET key v EX NX", "SET key v EX 10 x", "SET key v NX EX 0", "SET key v XX EX x", "SET key v EX 10 EXAT",
        volatile("roughly", "TTL key"),
    ],
    "incr": [
        "INCR n", "INCR n", "GET n", "SET n 9223372036854775806", "INCR n", "INCR n", "SET n -9223372036854775808",
        "INCR n", "SET n -1", "INCR n", "SET n 007", "INCR n", "SET n +1", "INCR n", "SET n -0", "INCR n", "SET n 1.0",
        "INCR n", "SET n x", "INCR n", ["SET", "n", ""], "INCR n", ["SET", "n", " 1"], "INCR n",
        "SET n 9223372036854775808", "INCR n", "SET n -9223372036854775809", "INCR n", "SET n 1 EX 100", "INCR n",
        "TTL n",
    ],
    "incrby": [
        "INCRBY n 5", "INCRBY n -7", "INCRBY n 0", "INCRBY n x", "INCRBY n 01", "INCRBY n", "INCRBY n 1 2",
        "INCRBY n 9223372036854775808", "INCRBY n 9223372036854775807", "INCRBY n 9223372036854775807", "GET n",
        "SET n -9223372036854775808", "INCRBY n -1", "INCRBY n 1", "SET n x", "INCRBY n 1", "INCRBY n y",
    ],
    "getrange": [
        "SET k hello", "GETRANGE k 0 -1", "GETRANGE k 1 3", "GETRANGE k -3 -1", "GETRANGE k -3 -5", "GETRANGE k 3 1",
        "GETRANGE k 10 20", "GETRANGE k 0 100", "GETRANGE k -100 1", "GETRANGE k -100 -50", "GETRANGE k 4 4",
        "GETRANGE k 5 5", "GETRANGE k x 1", "GETRANGE k 1 x", "GETRANGE miss 0 -1", "GETRANGE miss x y",
        "GETRANGE k 0", "SUBSTR k 1 2", "SUBSTR miss 0 1", "SUBSTR k 1", ["SET", "e", ""], "GETRANGE e 0 -1",
        "GETRANGE k -9223372036854775808 9223372036854775807", "GETRANGE k 9223372036854775807 -1", "LPUSH l a",
        "GETRANGE l 0 1", "GETRANGE l x 1", "SET n 12345", "GETRANGE n 1 2", "APPEND n 6", "GETRANGE n 1 -1",
    ],
    "append and strlen": [
        "APPEND k hello", "APPEND k world", "GET k", "STRLEN k", "STRLEN miss", "STRLEN", "APPEND k", "APPEND k a b",
        ["APPEND", "k", ""], ["APPEND", "new", ""], "EXISTS new", "STRLEN new", "LPUSH l a", "APPEND l x", "STRLEN l",
        "SET n 1", "APPEND n 0", "INCR n", "OBJECT ENCODING n", "SET t v EX 100", "APPEND t w", "TTL t", "GET t",
        "EXPIRE k 100", "APPEND k x", "TTL k", "SET k v", "GET k", ["APPEND", "k", b"\x00\xff\r\n"], "GET k",
    ],
    "setrange": [
        "SETRANGE k 5 hello", "GET k", "SETRANGE k 0 abc", "GET k", ["SETRANGE", "k", "3", ""],
        ["SETRANGE", "miss", "3", ""], "EXISTS miss", "SETRANGE k -1 x", "SETRANGE k x y", "SETRANGE k 1",
        "SETRANGE k 536870911 ab", "SETRANGE k 9223372036854775807 a", "SETRANGE k 536870912 a", "LPUSH l a",
        "SETRANGE l 0 a", ["SETRANGE", "l", "0", ""], "SETRANGE l -1 a", "SET n 100", "SETRANGE n 1 5", "INCR n",
        "EXPIRE n 100", "SETRANGE n 2 9", "TTL n", "GET n", "STRLEN k", "SETRANGE k 20 z", "GET k",
    ],
    "getset, getdel, setnx": [
        "GETSET k a", "GETSET k b", "GET k", "GETSET k", "EXPIRE k 100", "GETSET k c", "TTL k", "LPUSH l a",
        "GETSET l x", "GETDEL l", "GETDEL miss", "GETDEL k", "EXISTS k", "GETDEL", "SETNX k a", "SETNX k b", "GET k",
        "SETNX l b", "SETNX k", "APPEND k z", "GETSET k y", "APPEND k z", "GETDEL k",
    ],
    "setex": [
        "SETEX k 100 v", "TTL k", "GET k", "SETEX k 0 v", "SETEX k -1 v", "SETEX k x v",
        "SETEX k 9223372036854775807 v",
        "SETEX k 9223372036854775 v", "SETEX k 1", "PSETEX k 100000 w", "TTL k", "PSETEX k 0 v", "PSETEX k -5 v",
        "PSETEX k 9223372036854775807 v", "PSETEX k x v", "LPUSH l a", "SETEX l 100 v", "TYPE l", "setex k 100 x",
    ],
    "getex": [
        "GETEX miss", "SET k v", "GETEX k", "TTL k", "GETEX k EX 100", "TTL k", "GETEX k PX 200000", "TTL k",
        "GETEX k PERSIST", "TTL k", "GETEX k EXAT 32503680000", volatile("roughly", "TTL k"),
        "GETEX k PXAT 32503680000000", volatile("roughly", "PTTL k"), "GETEX k EX 0", "GETEX k EX -1", "GETEX k EX x",
        "GETEX miss EX x", "GETEX miss EX 0", "GETEX k EX", "GETEX k nonsense", "GETEX k EX 10 PX 10",
        "GETEX k EX 10 EX 100", "TTL k", "GETEX k EX 10 PERSIST", "GETEX k PERSIST EX 10", "GETEX k PERSIST PERSIST",
        "GETEX k KEEPTTL", "GETEX k NX", "GETEX k GET", "GETEX k EX 9223372036854775807", "LPUSH l a", "GETEX l",
        "GETEX l EX x", "GETEX l nonsense", "GETEX k EXAT 1", "EXISTS k", "SET k v", "GETEX k PXAT 1", "EXISTS k",
        "GETEX", "APPEND k abc", "GETEX k EX 100", "TTL k",
    ],
    "mget, mset": [
        "MSET a 1 b 2", "MGET a b c", "LPUSH l x", "MGET a l a", "MSET l 5", "GET l", "MSET a", "MSET a 1 b",
        "MSETNX c 1 a 2", "MGET a c", "MSETNX c 1 d 2", "MGET c d", "MSETNX e 1 e 2", "GET e", "MSETNX f",
        "MSETNX f 1 g",
        "MGET", "MSET", "SET t 1 EX 100", "MSET t 2", "TTL t", "MSET x 1 x 2", "GET x", "APPEND a z", "MGET a b",
    ],
    "counters": [
        "DECR n", "DECRBY n 5", "GET n", "DECRBY n -7", "DECRBY n x", "DECRBY n 9223372036854775807",
        "DECRBY n 9223372036854775807", "DECRBY n -9223372036854775808", "SET n -9223372036854775808", "DECR n",
        "DECR x y",
        "DECRBY n", "LPUSH l a", "INCR l", "DECR l", "INCRBY l x", "INCRBY l 1", "DECRBY l -9223372036854775808",
        "APPEND a 4", "APPEND a 2", "INCR a", "DECRBY a 100", "GET a",
    ],
    "incrbyfloat": [
        "INCRBYFLOAT f 10.5", "INCRBYFLOAT f 0.1", "INCRBYFLOAT f -5", "GET f", "SET f 5.0e3", "INCRBYFLOAT f 2.0e2",
        "INCRBYFLOAT f 1e-10", "INCRBYFLOAT f 1e17", "INCRBYFLOAT f 0.1", "SET f 3", "INCRBYFLOAT f 1.1",
        "INCRBYFLOAT f 1.1", "INCRBYFLOAT f x", ["INCRBYFLOAT", "f", ""], ["INCRBYFLOAT", "f", " 1"],
        ["INCRBYFLOAT", "f", "1 "], "INCRBYFLOAT f nan", "INCRBYFLOAT f inf", "INCRBYFLOAT f -inf",
        "INCRBYFLOAT f +Infinity", "INCRBYFLOAT f 1e400", "INCRBYFLOAT f 1e4931", "INCRBYFLOAT f -1e4931", "GET f",
        "INCRBYFLOAT f 1e5000", "INCRBYFLOAT f 0x10", "INCRBYFLOAT f 0x.8p1", "INCRBYFLOAT f .5", "INCRBYFLOAT f 5.",
        "INCRBYFLOAT f 1_0", "SET f x", "INCRBYFLOAT f 1", "SET f 1.5", "INCRBYFLOAT f -1.5", "INCRBYFLOAT f -0.0",
        "SET f -0", "INCRBYFLOAT f -0", "LPUSH l a", "INCRBYFLOAT l x", "INCRBYFLOAT f", "SET t 1 EX 100",
        "INCRBYFLOAT t 1.5", "TTL t", "SET b 9007199254740993", "INCRBYFLOAT b 1", "SET b 9223372036854775807",
        "INCRBYFLOAT b 1", "INCRBYFLOAT b 0.5", "SET b 0.1", "INCRBYFLOAT b 0.2", "INCRBYFLOAT b 0.3", "INCR b",
        ["SET", "s", " 1"], "INCRBYFLOAT s 1", ["SET", "s", ""], "INCRBYFLOAT s 1", "APPEND r 1.", "APPEND r 5",
        "INCRBYFLOAT r 1",
    ],
    "what they are": [*(f"COMMAND INFO {name}" for name in _NAMES)],
}  # fmt: skip
