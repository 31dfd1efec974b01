"""What is said about hashes. What a hash in a large encoding returns has no order of its own."""

from __future__ import annotations

from tests.against.steps import Conversation, volatile

_NAMES = (
    "hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx hstrlen hvals"
).split()
_LONG = "x" * 65

HASHES: dict[str, Conversation] = {
    "what they are": [*(f"COMMAND INFO {name}" for name in _NAMES), "COMMAND GETKEYS HSET a b c", "HSET a b c",
                      "TYPE a"],
    "set and get": [
        "HGET h a", "HSET h a 1", "HGET h a", "HSET h a 2 b 3 c 4", "HSET h a 5 d 6 d 7", "HGETALL h", "HKEYS h",
        "HVALS h", "HLEN h", "HGET h x", ["HSET", "h", "", ""], ["HGET", "h", ""], ["HSET", b"\x00", b"\r\n", b"\xff"],
        ["HGETALL", b"\x00"], ["HSET", "", "a", "1"], ["HGETALL", ""], "HMGET h a x b", "HMGET h a a",
        "HMSET h a 1 e 5", "HMSET h a 2", "HGETALL h", "HSTRLEN h a", "HSTRLEN h x", ["HSTRLEN", "h", ""],
        "HSET h long 0123456789", "HSTRLEN h long", "HEXISTS h a", "HEXISTS h x", "HSETNX h a 9", "HSETNX h n 9",
        "HGET h a", "HGET h n", "hget h a", "HSETNX new a 1", "HGETALL new",
    ],
    "missing": [
        "HGET no a", "HMGET no a b", "HGETALL no", "HKEYS no", "HVALS no", "HLEN no", "HEXISTS no a", "HSTRLEN no a",
        "HDEL no a", "HSCAN no 0", "HRANDFIELD no", "HRANDFIELD no 3", "HRANDFIELD no -3 WITHVALUES", "EXISTS no",
    ],
    "delete": [
        "HSET h a 1 b 2 c 3", "HDEL h a x", "HGETALL h", "HDEL h a a", "HDEL h b c c x", "EXISTS h", "HSET h a 1",
        "EXPIRE h 1000", "HSET h b 2", "TTL h", "HDEL h a b", "EXISTS h", "HSET h a 1", "TTL h",
    ],
    "wrong arity": [
        *(["COMMAND", "GETKEYS", name] for name in _NAMES), *(name.upper() for name in _NAMES),
        "HGET h", "HGET h a b", "HSET h", "HSET h a", "HSET h a 1 b", "HMSET h a", "HMSET h a 1 b", "hmset h a 1 b",
        "HSETNX h a", "HSETNX h a 1 2", "HDEL h", "HEXISTS h", "HEXISTS h a b", "HGETALL h x", "HKEYS h x", "HVALS h x",
        "HLEN h x", "HMGET h", "HSTRLEN h", "HSTRLEN h a b", "HINCRBY h a", "HINCRBY h a 1 2", "HINCRBYFLOAT h a",
        "HINCRBYFLOAT h a 1 2", "HSCAN h", "EXISTS h",
    ],
    "wrong type": [
        "SET s 1", "HGET s a", "HMGET s a", "HGETALL s", "HKEYS s", "HVALS s", "HLEN s", "HEXISTS s a", "HSTRLEN s a",
        "HDEL s a", "HSET s a 1", "HMSET s a 1", "HSETNX s a 1", "HINCRBY s a 1", "HINCRBY s a x", "HINCRBYFLOAT s a 1",
        "HINCRBYFLOAT s a x", "HSCAN s 0", "HSCAN s x", "HSCAN s 0 FOO", "HRANDFIELD s", "HRANDFIELD s 1",
        "HRANDFIELD s x", "HRANDFIELD s 1 x", "HSET s a", "HSET h a 1", "GET h", "INCR h", "SET h 1 GET", "SADD h a",
        "SET h 1", "GET h",
    ],
    "integers": [
        "HINCRBY h a 5", "HINCRBY h a -7", "HINCRBY h a 0", "HINCRBY h a x", "HINCRBY h a 1.0",
        ["HINCRBY", "h", "a", ""], "HINCRBY h a 01", "HINCRBY h a 9223372036854775808",
        "HINCRBY h b 9223372036854775807", "HINCRBY h b 1", "HINCRBY h b -1", "HSET h c -9223372036854775808",
        "HINCRBY h c -1", "HINCRBY h c 9223372036854775807", "HSET h d x e 007 f 1.5 g +1", "HINCRBY h d 1",
        "HINCRBY h e 1", "HINCRBY h f 1", "HINCRBY h g 1", ["HSET", "h", "i", " 1"], "HINCRBY h i 1",
        ["HSET", "h", "j", ""], "HINCRBY h j 1", "HINCRBY h d x", "HINCRBY new a x", "EXISTS new", "HGETALL h",
    ],
    "floats": [
        "HINCRBYFLOAT h a 1.5", "HINCRBYFLOAT h a -0.25", "HINCRBYFLOAT h a 1e3", "HINCRBYFLOAT h a 0",
        "HINCRBYFLOAT h b 3.0e3", "HINCRBYFLOAT h b 0.1", "HINCRBYFLOAT h c 0.1", "HINCRBYFLOAT h c 0.2",
        "HINCRBYFLOAT h a x", "HINCRBYFLOAT h a inf", "HINCRBYFLOAT h a -inf", "HINCRBYFLOAT h a nan",
        ["HINCRBYFLOAT", "h", "a", ""], ["HINCRBYFLOAT", "h", "a", " 1"], ["HINCRBYFLOAT", "h", "a", "1 "],
        "HINCRBYFLOAT h a 0x10", "HINCRBYFLOAT h a 1e5000", "HINCRBYFLOAT h a 1e-5000", "HSET h d x e inf f 0x1p3",
        "HINCRBYFLOAT h d 1", "HINCRBYFLOAT h e 1", "HINCRBYFLOAT h f 1", "HINCRBYFLOAT h d x", "HINCRBYFLOAT h e -inf",
        "HINCRBYFLOAT new a x", "HINCRBYFLOAT new a inf", "EXISTS new", "HINCRBYFLOAT h big 1e20",
        "HINCRBYFLOAT h big -1e20", "HINCRBYFLOAT h big 12345678901234567890.123", "HGETALL h",
        "HINCRBYFLOAT h huge 1e4932", "HINCRBYFLOAT h huge 1e4932", "HSTRLEN h huge", "HINCRBY h c 1",
    ],
    "random fields": [
        "HSET h a 1", "HRANDFIELD h", "HRANDFIELD h 1", "HRANDFIELD h 5", "HRANDFIELD h -3", "HRANDFIELD h 0",
        "HRANDFIELD h 1 WITHVALUES", "HRANDFIELD h 5 withvalues", "HRANDFIELD h -2 WITHVALUES",
        "HRANDFIELD h 0 WITHVALUES", "HSET h b 2 c 3", "HRANDFIELD h 3", "HRANDFIELD h 9 WITHVALUES", "HRANDFIELD h x",
        "HRANDFIELD h 1.5", ["HRANDFIELD", "h", ""], "HRANDFIELD h 1 nonsense", "HRANDFIELD h 1 WITHVALUES x",
        "HRANDFIELD h x nonsense", "HRANDFIELD h 9223372036854775807", "HRANDFIELD h -9223372036854775808",
        "HRANDFIELD h 9223372036854775808", "HRANDFIELD h -9223372036854775807 WITHVALUES",
        "HRANDFIELD h 4611686018427387904 WITHVALUES", "HRANDFIELD h 4611686018427387903 WITHVALUES",
        "HRANDFIELD h -4611686018427387904 WITHVALUES", "HRANDFIELD no -9223372036854775808",
        "HRANDFIELD no 4611686018427387904 WITHVALUES", "HRANDFIELD no x",
    ],
    "scan": [
        "HSET h a 1 b 2 c 3 aa 4", "HSCAN h 0", "HSCAN h 0 COUNT 1", "HSCAN h 17", "HSCAN h 0 MATCH a*",
        "HSCAN h 0 match ? count 1", "HSCAN h 0 COUNT 1 COUNT 2 MATCH z MATCH b", "HSCAN h 0 MATCH nothing",
        ["HSET", "e", "", "1"], "HSCAN e 0 MATCH *", "HSCAN e 0 MATCH **", ["HSCAN", "e", "0", "MATCH", ""],
        "HSCAN h x", "HSCAN h -1", "HSCAN h +1", "HSCAN h 1.5", ["HSCAN", "h", ""], ["HSCAN", "h", " 0"],
        "HSCAN h 18446744073709551615", "HSCAN h 18446744073709551616", "HSCAN h -18446744073709551616",
        ["HSCAN", "h", b"0\x00x"], "HSCAN h 0 COUNT", "HSCAN h 0 COUNT 0", "HSCAN h 0 COUNT -1", "HSCAN h 0 COUNT x",
        "HSCAN h 0 COUNT 1.5", "HSCAN h 0 MATCH", "HSCAN h 0 TYPE hash", "HSCAN h 0 nonsense", "HSCAN h 0 COUNT 0 FOO",
        "HSCAN h x COUNT 0", "HSCAN no 0 nonsense", "HSCAN no x", "HSCAN h 0 COUNT 9223372036854775808",
    ],
    "encodings": [
        "HSET h a 1", "OBJECT ENCODING h", f"HSET h a {_LONG}", "OBJECT ENCODING h", "HDEL h a", "HSET h b 1",
        "OBJECT ENCODING h", f"HSETNX n {_LONG} 1", "OBJECT ENCODING n", "HSET m a 1", f"HSETNX m a {_LONG}",
        "OBJECT ENCODING m", f"HMSET o a 1 b {_LONG[1:]}", "OBJECT ENCODING o", f"HINCRBY p {_LONG} 1",
        "OBJECT ENCODING p", "HSET q a 1", "HDEL q a", "EXISTS q", f"HINCRBYFLOAT q {_LONG} 1", "OBJECT ENCODING q",
        ["HSET", "r", *(str(number) for number in range(1024))], "OBJECT ENCODING r", "HSCAN r 0", "HSET r 0 x",
        "OBJECT ENCODING r", "HSET r new x", "OBJECT ENCODING r", "HDEL r new", "OBJECT ENCODING r", "HLEN r",
        volatile("pairs", "HGETALL r"), "CONFIG SET hash-max-listpack-entries 2 hash-max-listpack-value 3",
        "HSET s a 1 b 2", "OBJECT ENCODING s", "HSET s a 1234", "OBJECT ENCODING s", "HSET t a 1 b 2 c 3",
        "OBJECT ENCODING t", "HSET u a 123 b 1", "OBJECT ENCODING u", "HINCRBY u b 1", "OBJECT ENCODING u",
        "HINCRBY u b 1000", "OBJECT ENCODING u", "CONFIG SET hash-max-ziplist-entries 512 hash-max-ziplist-value 64",
        "CONFIG GET hash-max-listpack-entries", "CONFIG GET hash-max-ziplist-value",
        volatile("pairs", "CONFIG GET hash-max*"), "CONFIG SET hash-max-listpack-entries -1",
        "CONFIG SET hash-max-listpack-value -1",
    ],
}  # fmt: skip
