"""What is said about sets. Sets of integers have an order as long as they are small; others have none."""

from __future__ import annotations

from tests.against.steps import Conversation, volatile

_NAMES = (
    "sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember "
    "srem sscan sunion sunionstore"
).split()
_ONE_SET = "SCARD SMEMBERS SPOP SRANDMEMBER".split()
_SEVERAL = "SDIFF SINTER SUNION".split()

SETS: dict[str, Conversation] = {
    "what they are": [*(f"COMMAND INFO {name}" for name in _NAMES), "COMMAND GETKEYS SINTERCARD 2 a b LIMIT 1",
                      "COMMAND GETKEYS SINTERSTORE a b c", "COMMAND GETKEYS SMOVE a b c", "SADD a b", "TYPE a"],
    "members": [
        "SADD s a", "SADD s a b b c", "SADD s a", "SCARD s", "SISMEMBER s a", "SISMEMBER s x", "SMISMEMBER s a x b a",
        volatile("sorted", "SMEMBERS s"), "SREM s a x", "SREM s a", volatile("sorted", "SMEMBERS s"), "SREM s b c c",
        "EXISTS s", "SADD s 3 -1 20 1", "SMEMBERS s", "SREM s 1 01", "SMEMBERS s", ["SADD", "e", "", b"\x00\r\n\xff"],
        volatile("sorted", "SMEMBERS e"), ["SISMEMBER", "e", ""], "sadd e x",
        "SADD s 9223372036854775807 -9223372036854775808", "SMEMBERS s", "EXPIRE s 1000", "SADD s 7", "TTL s",
        "SREM s 3 -1 20 7 9223372036854775807 -9223372036854775808", "TTL s", "SADD s 1", "TTL s",
    ],
    "missing": [
        "SCARD no", "SMEMBERS no", "SISMEMBER no a", "SMISMEMBER no a b", "SREM no a", "SPOP no", "SPOP no 0",
        "SPOP no 2", "SRANDMEMBER no", "SRANDMEMBER no 2", "SRANDMEMBER no -2", "SSCAN no 0", "SMOVE no other a",
        "SINTER no", "SUNION no", "SDIFF no", "SINTER no no2", "SUNION no no2", "SDIFF no no2", "SINTERCARD 1 no",
        "SINTERSTORE d no", "SUNIONSTORE d no", "SDIFFSTORE d no", "EXISTS no other d",
    ],
    "wrong arity": [
        *(name.upper() for name in _NAMES), "SADD s", "SCARD s x", "SISMEMBER s", "SISMEMBER s a b", "SMISMEMBER s",
        "SMEMBERS s x", "SREM s", "SMOVE a b", "SMOVE a b c d", "SINTERCARD 1", "SINTERSTORE d", "SUNIONSTORE d",
        "SDIFFSTORE d", "SSCAN s", "SPOP s 1 2", "SRANDMEMBER s 1 2", "SPOP s x 2", "SRANDMEMBER s x 2", "EXISTS s d",
    ],
    "wrong type": [
        "SET t 1", "SADD s a", "SADD t a", "SREM t a", "SISMEMBER t a", "SMISMEMBER t a", "SMOVE t s a", "SMOVE s t a",
        "SMOVE s t x", "SMOVE no t a", "SSCAN t 0", "SSCAN t x", "SSCAN t 0 x", "SPOP t 1", "SPOP t 0", "SPOP t -1",
        "SRANDMEMBER t 1", "SRANDMEMBER t 0", "SRANDMEMBER t x", *(f"{name} t" for name in _ONE_SET),
        *(f"{name} {keys}" for name in _SEVERAL for keys in ("t", "s t", "t s", "no t")),
        *(f"{name}STORE {keys}" for name in _SEVERAL for keys in ("d t", "d s t", "d no t")),
        "SINTERCARD 2 s t", "SINTERCARD 2 no t", "SINTERCARD 1 s", "GET s", "HGET s a", "SMEMBERS s", "GET t",
        "SUNIONSTORE t s", "SMEMBERS t", "SET s 1", "GET s",
    ],
    "move": [
        "SADD a 1 2 3", "SMOVE a b 1", "SMOVE a b x", "SMOVE a b 2", "SMEMBERS a", "SMEMBERS b", "SADD b 3",
        "SMOVE a b 3", "EXISTS a", "SMEMBERS b", "SMOVE b b 1", "SMOVE b b x", "SMEMBERS b", "SADD c x", "SMOVE c b x",
        volatile("sorted", "SMEMBERS b"), "OBJECT ENCODING b", "SMOVE b d 1", "OBJECT ENCODING d", "SMOVE b e x",
        "OBJECT ENCODING e", "OBJECT ENCODING b",
    ],
    "pop and choose": [
        "SADD s a", "SRANDMEMBER s", "SRANDMEMBER s 1", "SRANDMEMBER s 9", "SRANDMEMBER s -3", "SRANDMEMBER s 0",
        "SPOP s 0", "SPOP s", "EXISTS s", "SADD s 3 1 2", "SRANDMEMBER s 3", "SRANDMEMBER s 9223372036854775807",
        "SRANDMEMBER s -9223372036854775808", "SRANDMEMBER no -9223372036854775808", "SRANDMEMBER s x",
        "SRANDMEMBER s 1.5", ["SRANDMEMBER", "s", ""], "SRANDMEMBER s 1 x", "SPOP s 1 x", "SPOP s -1", "SPOP s x",
        ["SPOP", "s", ""], "SPOP s 9223372036854775808", "SPOP no x", "SPOP no -1", "SPOP s 9223372036854775807",
        "EXISTS s", "SADD s 1 2 3 4", volatile("kind", "SPOP s 3"), "SCARD s", volatile("kind", "SPOP s"), "EXISTS s",
        "SADD s 1 2 3", volatile("kind", "SRANDMEMBER s 2"), volatile("kind", "SRANDMEMBER s -5"),
        volatile("kind", "SRANDMEMBER s"), "SMEMBERS s", "SADD w a b c", volatile("sorted", "SPOP w 3"), "EXISTS w",
    ],
    "combined": [
        "SADD a 1 2 3 4 5", "SADD b 3 4 5 6", "SADD c 5 x", *(
            volatile("sorted", f"{name} {keys}")
            for name in _SEVERAL
            for keys in ("a", "c", "a a", "a b", "b a", "a b c", "c b a", "a no", "no a", "c c")
        ),
        "SINTER a b", "SUNION a b", "SDIFF a b", "SDIFF a b no", "SINTER c b a",
    ],
    "stored": [
        "SADD a 1 2 3 4 5", "SADD b 3 4 5 6", "SADD c 5 x", *(
            part
            for name in _SEVERAL
            for keys in ("a", "c", "a a", "a b", "b a", "a b c", "c b a", "a no", "no a", "c c", "d a", "d")
            for part in (f"{name}STORE d {keys}", volatile("sorted", "SMEMBERS d"), "EXISTS d")
        ),
        "SET d 1 EX 1000", "SUNIONSTORE d a b", "TTL d", "TYPE d", "OBJECT ENCODING d", "SUNIONSTORE d a c",
        "OBJECT ENCODING d", "SINTERSTORE d c b", "OBJECT ENCODING d", "SDIFFSTORE d c b", "OBJECT ENCODING d",
        "SADD t 1 2 3 4 x y", "SADD u x y", "SDIFFSTORE d t u", "OBJECT ENCODING d", "SADD v q r", "SADD w q r",
        "SDIFFSTORE d t u v w", "OBJECT ENCODING d", "SET d 1", "SINTERSTORE d a no", "EXISTS d", "SET d 1",
        "SDIFFSTORE d a a", "EXISTS d", "EXISTS a b c", "SUNIONSTORE a a b", "SMEMBERS a",
    ],
    "intersection counted": [
        "SADD a 1 2 3 4 5", "SADD b 3 4 5 6", "SINTERCARD 1 a", "SINTERCARD 2 a b", "SINTERCARD 2 a no",
        "SINTERCARD 2 a a", "SINTERCARD 2 a b LIMIT 2", "SINTERCARD 2 a b LIMIT 0", "SINTERCARD 2 a b limit 9",
        "SINTERCARD 2 a b LIMIT -1", "SINTERCARD 2 a b LIMIT x", "SINTERCARD 2 a b LIMIT",
        "SINTERCARD 2 a b LIMIT 1 LIMIT 2", "SINTERCARD 2 a b nonsense", "SINTERCARD 2 a b nonsense 1",
        "SINTERCARD 1 a b", "SINTERCARD 1 a LIMIT 1 x", "SINTERCARD 3 a b", "SINTERCARD 0 a", "SINTERCARD -1 a",
        "SINTERCARD x a", ["SINTERCARD", "", "a"], "SINTERCARD 1.0 a", "SINTERCARD 2147483648 a",
        "SINTERCARD 9223372036854775808 a", "SINTERCARD 2147483647 a", "SINTERCARD 01 a", "SINTERCARD 2 a LIMIT 1",
        "SINTERCARD 1 a LIMIT 9223372036854775807", "SINTERCARD 1 a LIMIT 9223372036854775808",
        "SINTERCARD 0 a LIMIT x", "SINTERCARD 1 no LIMIT x",
    ],
    "scan": [
        "SADD s 3 1 2", "SSCAN s 0", "SSCAN s 0 COUNT 1", "SSCAN s 55", "SSCAN s 0 MATCH [12]", "SADD t a b ab",
        volatile("page", "SSCAN t 0 COUNT 100"), volatile("page", "SSCAN t 0 MATCH a* COUNT 100"),
        volatile("page", "SSCAN t 0 MATCH * COUNT 100"), "SSCAN t 0 MATCH x COUNT 100", "SSCAN t x",
        "SSCAN t 0 COUNT 0", "SSCAN t 0 COUNT x", "SSCAN t 0 TYPE set", "SSCAN t 0 MATCH", "SSCAN t 0 nonsense",
        "SSCAN no 0 nonsense", ["SADD", "u", *(str(number) for number in range(512))], "SSCAN u 0 COUNT 1",
    ],
    "encodings": [
        "SADD s 1 2", "OBJECT ENCODING s", "SADD s x", "OBJECT ENCODING s", "SREM s x", "OBJECT ENCODING s",
        "SADD t 01", "OBJECT ENCODING t", "SADD u 9223372036854775808", "OBJECT ENCODING u",
        "SADD v -9223372036854775808", "OBJECT ENCODING v", ["SADD", "w", *(str(number) for number in range(512))],
        "OBJECT ENCODING w", "SADD w 0", "OBJECT ENCODING w", "SMEMBERS w", "SADD w 512", "OBJECT ENCODING w",
        "SREM w 512", "OBJECT ENCODING w", volatile("sorted", "SMEMBERS w"), volatile("kind", "SPOP w 500"), "SCARD w",
        "OBJECT ENCODING w", "CONFIG SET set-max-intset-entries 2", "SADD x 1 2", "OBJECT ENCODING x", "SADD x 2",
        "SADD x 3", "OBJECT ENCODING x", "SUNIONSTORE y v x", "OBJECT ENCODING y",
        "CONFIG SET set-max-intset-entries 512", "CONFIG GET set-max-intset-entries",
        "CONFIG SET set-max-intset-entries x", "CONFIG SET set-max-intset-entries -1",
    ],
}  # fmt: skip
