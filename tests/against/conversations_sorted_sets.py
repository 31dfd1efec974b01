"""What is said about sorted sets, as far as nobody waits; blocking clients are in `test_blocking_sorted_sets.py`."""

from __future__ import annotations

from itertools import product

from tests.against.steps import Conversation, Request, Step, by, volatile

_RESP2 = volatile("id", "HELLO 2")
_SIX: Request = "ZADD z 1 a 2 b 2 c 3 d 4 e inf f"
_SAME: Request = "ZADD z 0 a 0 aa 0 b 0 ba 0 c 0 d"

# What C's strtod makes of them: numbers, almost numbers, and what is out of range.
_NUMBERS = [
    "0", "-0", "+1", "1.", ".5", "-.5", "1e3", "1E-3", "1e", "e1", ".", "+", "-", "", " 1", "1 ", "1x", "0x10",
    "0x1p-3", "0x", "0x.8", "0X1P+4", "inf", "+inf", "-inf", "Infinity", "-INFINITY", "infi", "nan", "-nan", "NAN(1)",
    "1e400", "-1e400", "1e-400", "1e-310", "4.9e-324", "1_000", "1,5", "007", "123456789012345678901234567890",
    "1" * 400, "0." + "0" * 400 + "1", "2\0", "\0", "\uff11",
]  # fmt: skip

_MEMBER_BOUNDS = ["-", "+", "[a", "(a", "[aa", "(aa", "[b", "(b", "[z", "(z", "[", "(", "[d", "(d", "[A"]
_SCORE_BOUNDS = ["-inf", "+inf", "1", "(1", "2", "(2", "2.5", "(2.5", "4", "(4", "inf", "(inf", "(-inf", "5", "-5"]
_POSITIONS = ["0", "1", "-1", "2", "-2", "5", "6", "-6", "-7", "100", "-100"]


def _every(form: str, bounds: list[str]) -> list[Request | Step]:
    return [form.format(*pair).split(" ") for pair in product(bounds, repeat=2)]  # type: ignore[misc]


ADDING: dict[str, Conversation] = {
    "add": [
        "ZADD z 1 a", "ZADD z 1 a", "ZADD z 2 a", "ZADD z 1 b 3 c", "ZRANGE z 0 -1 WITHSCORES", "ZADD z CH 5 a 1 b 7 d",
        "ZADD z 1 x 2 x 3 x", "ZSCORE z x", "ZCARD z", "TYPE z", ["ZADD", "z", "1", ""],
        ["ZADD", "z", "2", b"\x00\r\n\xff"], "ZRANGE z 0 -1", "zadd z 9 lower", "ZADD z ch 8 lower", "ZCARD missing",
        "ZADD z 0 a -0 b", "ZRANGE z 0 -1 WITHSCORES",
    ],
    "add on conditions": [
        "ZADD z XX 1 a", "EXISTS z", "ZADD z NX 1 a", "ZADD z NX 2 a 3 b", "ZRANGE z 0 -1 WITHSCORES",
        "ZADD z XX 5 a 5 q", "ZADD z XX CH 6 a 5 b 5 q", "ZADD z GT 5 a", "ZADD z GT CH 7 a", "ZADD z GT CH 7 a",
        "ZADD z LT CH 7 a", "ZADD z LT CH 8 a", "ZADD z LT CH 1 a", "ZADD z GT CH 9 new", "ZADD z LT CH 9 newer",
        "ZADD z GT XX CH 1 newest", "ZADD z XX GT CH 10 new", "ZADD z LT XX 3 new", "ZRANGE z 0 -1 WITHSCORES",
        "zadd z xx gt ch 11 new", "ZADD z NX NX 1 twice", "ZADD other LT 1 a", "ZADD another GT 1 a",
        "ZADD one NX CH 1 a",
    ],
    "add with incr": [
        "ZADD z INCR 1 a", "ZADD z INCR 1.5 a", "ZADD z INCR NX 1 a", "ZADD z NX INCR 1 b", "ZADD z XX INCR 1 q",
        "ZADD missing XX INCR 1 q", "EXISTS missing", "ZADD z GT INCR 1 a", "ZADD z GT INCR -1 a", "ZADD z LT INCR 1 a",
        "ZADD z LT INCR -1 a", "ZADD z INCR CH 1 a", "ZADD z INCR 0 a", "ZADD z INCR 1 a 2 b", "ZADD z INCR inf a",
        "ZADD z INCR -inf a", "ZADD z INCR inf a", "ZADD z INCR -inf new", "ZADD z INCR inf new",
        "ZADD z INCR GT -inf a", "ZRANGE z 0 -1 WITHSCORES", "ZADD z incr x a",
    ],
    "increment": [
        "ZINCRBY z 1 a", "ZINCRBY z 2.25 a", "ZINCRBY z -10 a", "ZINCRBY z 0 b", "ZINCRBY z inf a", "ZINCRBY z -inf a",
        "ZINCRBY z x a", "ZINCRBY z nan a", "ZINCRBY z NX a", "ZINCRBY z incr a", "ZINCRBY z 1", "ZINCRBY z 1 a b",
        "ZINCRBY z inf new", "ZRANGE z 0 -1 WITHSCORES", "zincrby z 1 b",
    ],
    "add wrongly": [
        "ZADD", "ZADD z", "ZADD z 1", "ZADD z 1 a 2", "ZADD z x a", "ZADD z a 1", "ZADD z 1 a x b", "EXISTS z",
        "ZADD z NX", "ZADD z NX 1", "ZADD z NX XX", "ZADD z NX XX 1 a", "ZADD z NX GT 1 a", "ZADD z NX LT 1 a",
        "ZADD z GT LT 1 a", "ZADD z NX GT LT 1 a", "ZADD z NX XX GT 1 a", "ZADD z CH", "ZADD z INCR", "ZADD z INCR 1",
        "ZADD z CH NX x a", "ZADD z NX XX x", "ZADD z INCR 1 a 2", "ZADD z NX GT", "ZADD z 1 a NX 2", "ZADD z 1 NX",
        "EXISTS z", "ZRANGE z 0 -1",
    ],
    "how numbers are read": [
        _RESP2, *([word, "z", number, "m"] for number in _NUMBERS for word in ("ZADD", "ZINCRBY")),
        *(request for number in _NUMBERS for request in (["ZADD", "n", number, "m"], ["ZSCORE", "n", "m"])),
    ],
    "how scores are spelled": [
        _RESP2, *(f"ZADD z INCR {score} m{score}" for score in (
            "0.1", "0.3", "1e15", "1e16", "1e17", "1e18", "-1e17", "123456789012345678", "9007199254740993", "1e-5",
            "1e-4", "4503599627370495", "4503599627370497", "3.0000000000000004", "-0.1", "1e300", "4.9e-324",
            "1.7976931348623157e308", "-0", "5e-1", "100000", "1234567.125")),
        "ZRANGE z 0 -1 WITHSCORES", "ZSCAN z 0", "ZADD z INCR 0.2 m0.1", "ZINCRBY z 0.7 m0.1", "ZSCORE z m0.1",
    ],
    "scores in both protocols": [
        "ZADD z 0.1 a 1e17 b -inf c inf d 2 e", "ZSCORE z a", "ZMSCORE z a b c d e x", "ZRANGE z 0 -1 WITHSCORES",
        "ZINCRBY z 0.2 a", "ZPOPMIN z 3", "ZMPOP 1 z MIN COUNT 9",
    ],
    "remove": [
        _SIX, "ZREM z a", "ZREM z a x", "ZREM z b c b", "ZRANGE z 0 -1", "ZREM z d e f g", "EXISTS z", "ZREM z a",
        "ZREM z", "ZREM missing a b", "zrem z a",
    ],
    "ask for members": [
        _SIX, "ZSCORE z a", "ZSCORE z f", "ZSCORE z x", "ZSCORE missing a", "ZSCORE z", "ZSCORE z a b",
        "ZMSCORE z a x b a", "ZMSCORE missing a b", "ZMSCORE z", "ZRANK z a", "ZRANK z c", "ZRANK z f", "ZRANK z x",
        "ZRANK missing a", "ZREVRANK z a", "ZREVRANK z c", "ZREVRANK z x", "ZREVRANK missing x", "ZRANK z a WITHSCORE",
        "ZCARD z", "ZCARD z z",
    ],
    "random members": [
        "ZADD one 1.5 a", "ZRANDMEMBER one", "ZRANDMEMBER one 1", "ZRANDMEMBER one 5", "ZRANDMEMBER one -3",
        "ZRANDMEMBER one 2 WITHSCORES", "ZRANDMEMBER one -2 withscores", "ZRANDMEMBER one 0", "ZRANDMEMBER missing",
        "ZRANDMEMBER missing 1", "ZRANDMEMBER missing -1 WITHSCORES", "ZRANDMEMBER one x", "ZRANDMEMBER one 1 x",
        "ZRANDMEMBER one 1 WITHSCORES x", "ZRANDMEMBER one x y", "ZRANDMEMBER one -9223372036854775808", "ZRANDMEMBER",
        "ZRANDMEMBER one 9223372036854775807 WITHSCORES", "ZRANDMEMBER one -9223372036854775807 WITHSCORES", "SET s v",
        "ZRANDMEMBER one 9223372036854775807", "ZRANDMEMBER s", "ZRANDMEMBER s 1", "ZRANDMEMBER s x", _SIX,
        "ZRANDMEMBER z 6", "ZRANDMEMBER z 7 WITHSCORES", volatile("kind", "ZRANDMEMBER z"),
    ],
    "scan": [
        _SIX, "ZSCAN z 0", "ZSCAN z 0 COUNT 1", "ZSCAN z 0 MATCH [a-b]", "ZSCAN z 5", "ZSCAN z x", "ZSCAN missing 0",
        "ZSCAN missing x", "ZSCAN z 0 COUNT 0", "ZSCAN z 0 COUNT x", "ZSCAN z 0 COUNT", "ZSCAN z 0 NOSCORES",
        "ZSCAN z 0 TYPE zset", "ZSCAN missing 0 nonsense", "SET s v", "ZSCAN s 0", "ZADD z 1.5 h", "ZSCAN z 0 MATCH h",
        "ZSCAN z",
    ],
    "a wrong type": [
        "SET s v", "RPUSH l a", *(
            "ZADD s 1 a", "ZADD s x a", "ZADD s XX 1 a", "ZADD s INCR 1 a", "ZINCRBY s 1 a", "ZREM s a", "ZCARD s",
            "ZSCORE s a", "ZMSCORE s a", "ZRANK s a", "ZREVRANK l a", "ZCOUNT s 1 2", "ZCOUNT s x 2", "ZLEXCOUNT s - +",
            "ZRANGE s 0 -1", "ZRANGE s x -1", "ZREVRANGE s 0 -1", "ZRANGEBYSCORE s 0 1", "ZRANGEBYLEX s - +",
            "ZREMRANGEBYRANK s 0 1", "ZREMRANGEBYSCORE s 0 1", "ZREMRANGEBYLEX s - +", "ZRANGESTORE x s 0 -1",
            "ZPOPMIN s", "ZPOPMIN s 0", "ZPOPMAX s 1", "ZMPOP 1 s MIN", "ZMPOP 2 missing s MIN", "ZUNION 1 s",
            "ZINTER 2 missing l", "ZDIFF 1 s", "ZINTERCARD 1 s", "ZUNIONSTORE x 1 s", "ZUNION 1 s nonsense",
            "BZPOPMIN s 1", "BZMPOP 1 1 s MIN", "GET z", "LPUSH z a"),
        "ZADD z 1 a", "GET z", "LPUSH z a", "SADD z a", "INCR z", "APPEND z a", "SET z v GET", "SET z v", "TYPE z",
    ],
    "encodings": [
        "ZADD z 1 a", "OBJECT ENCODING z", ["ZADD", "z", "1", "x" * 64], "OBJECT ENCODING z",
        ["ZADD", "z", "1", "x" * 65], "OBJECT ENCODING z", ["ZREM", "z", "x" * 65], "OBJECT ENCODING z",
        ["ZADD", "y", "1", "x" * 65], "OBJECT ENCODING y",
        ["ZADD", "n", *[part for n in range(128) for part in ("1", f"m{n}")]], "OBJECT ENCODING n", "ZADD n 5 m0",
        "OBJECT ENCODING n", "ZADD n 5 new", "OBJECT ENCODING n", "ZREM n new", "OBJECT ENCODING n",
        "ZRANGESTORE m n 0 9", "OBJECT ENCODING m", "ZUNIONSTORE n 1 m", "OBJECT ENCODING n",
        "CONFIG SET zset-max-listpack-entries 2", "ZADD p 1 a 2 b 3 c", "OBJECT ENCODING p", "OBJECT ENCODING m",
        volatile("pairs", "CONFIG GET zset-max-ziplist-*"), "CONFIG SET zset-max-ziplist-entries 128",
        "CONFIG GET zset-max-listpack-entries", "OBJECT ENCODING p", "COPY p q", "OBJECT ENCODING q",
        "ZRANGE q 0 -1 WITHSCORES",
    ],
}  # fmt: skip

RANGES: dict[str, Conversation] = {
    "by position": [
        _SIX, *_every("ZRANGE z {} {}", _POSITIONS), *_every("ZREVRANGE z {} {}", _POSITIONS),
        *_every("ZRANGE z {} {} REV WITHSCORES", _POSITIONS[:5]), "ZREVRANGE z 0 1 WITHSCORES",
        "ZRANGE z 0 1 withscores", "ZRANGE missing 0 -1", "ZRANGE missing 0 -1 WITHSCORES",
        "ZRANGE z 9223372036854775807 -9223372036854775808", "ZRANGE z -9223372036854775808 9223372036854775807",
        "ZRANGE z 0 9223372036854775808",
    ],
    "by score": [
        _SIX, *_every("ZRANGEBYSCORE z {} {}", _SCORE_BOUNDS), *_every("ZREVRANGEBYSCORE z {} {}", _SCORE_BOUNDS),
        *_every("ZCOUNT z {} {}", _SCORE_BOUNDS), *_every("ZRANGE z {} {} BYSCORE REV WITHSCORES", _SCORE_BOUNDS[:8]),
        "ZRANGE z 1 3 BYSCORE", "ZRANGE z 3 1 REV BYSCORE", "ZRANGEBYSCORE missing 1 2", "ZCOUNT missing 1 2",
        "ZADD z -inf g", *_every("ZCOUNT z {} {}", ["-inf", "(-inf", "inf", "(inf", "0", "-0", "(0"]),
        "ZADD z 0 h", *_every("ZRANGEBYSCORE z {} {}", ["0", "-0", "(0", "(-0"]),
    ],
    "by member": [
        _SAME, *_every("ZRANGEBYLEX z {} {}", _MEMBER_BOUNDS), *_every("ZREVRANGEBYLEX z {} {}", _MEMBER_BOUNDS),
        *_every("ZLEXCOUNT z {} {}", _MEMBER_BOUNDS), *_every("ZRANGE z {} {} BYLEX REV LIMIT 1 2", _MEMBER_BOUNDS[:8]),
        "ZRANGE z [a [b BYLEX", "ZRANGE z [b [a BYLEX REV", "ZRANGEBYLEX missing - +", "ZLEXCOUNT missing - +",
        ["ZADD", "z", "0", b"a\0", "0", "a\0b"], *_every("ZRANGEBYLEX z {} {}", ["[a", "(a", "[a\0", "(a\0", "(aa"]),
        ["ZADD", "z", "0", ""], *_every("ZRANGEBYLEX z {} {}", ["[", "(", "-", "+", "(a"]),
    ],
    "by member where scores differ": [
        "ZADD z 1 d 2 a 3 c 4 b", *_every("ZRANGEBYLEX z {} {}", _MEMBER_BOUNDS),
        *_every("ZREVRANGEBYLEX z {} {}", _MEMBER_BOUNDS), *_every("ZLEXCOUNT z {} {}", _MEMBER_BOUNDS),
        "ZREMRANGEBYLEX z [a (c", "ZRANGE z 0 -1", "ZREMRANGEBYLEX z (b [d", "ZRANGE z 0 -1",
    ],
    "limits": [
        _SIX, *(f"{request} LIMIT {offset} {count}" for request in (
            "ZRANGEBYSCORE z 1 3", "ZREVRANGEBYSCORE z 3 1", "ZRANGE z (1 inf BYSCORE",
            "ZRANGE z 3 -inf BYSCORE REV WITHSCORES", "ZRANGEBYLEX z - +", "ZRANGE z 0 -1")
            for offset, count in product((0, 1, 2, 9, -1, -5), (0, 1, 2, 9, -1, -2))),
        "ZRANGEBYSCORE z 1 3 LIMIT 0 1 LIMIT 1 2", "ZRANGEBYSCORE z 1 3 LIMIT 0 1 WITHSCORES",
        "ZRANGEBYSCORE z 1 3 WITHSCORES LIMIT 0 1", "ZRANGEBYSCORE z 1 3 limit 9223372036854775807 9223372036854775807",
        "ZRANGEBYSCORE z 1 3 LIMIT -9223372036854775808 -9223372036854775808",
        "ZRANGEBYSCORE z 1 3 WITHSCORES WITHSCORES",
    ],
    "wrong options": [
        _SIX, *(
            "ZRANGE", "ZRANGE z", "ZRANGE z 0", "ZRANGE z 0 1 x", "ZRANGE z 0 1 LIMIT", "ZRANGE z 0 1 LIMIT 1",
            "ZRANGE z 0 1 LIMIT 1 2", "ZRANGE z 0 1 LIMIT 1 -1", "ZRANGE z 0 1 LIMIT x 1", "ZRANGE z 0 1 LIMIT 1 x",
            "ZRANGE z 0 1 BYSCORE LIMIT 1 x", "ZRANGE z - + BYLEX WITHSCORES", "ZRANGE z 0 1 BYLEX BYSCORE",
            "ZRANGE z 0 1 BYSCORE BYSCORE", "ZRANGE z 0 1 REV REV", "ZRANGE z 0 1 BYSCORE BYLEX", "ZRANGE z x 1",
            "ZRANGE z 0 x", "ZRANGE z 0 1.5", "ZRANGE z (0 1", "ZRANGE z x 1 BYSCORE", "ZRANGE z 1 x BYSCORE",
            "ZRANGE z a b BYLEX", "ZRANGE z [a b BYLEX", "ZRANGE z x y nonsense", "ZRANGE missing x y",
            "ZREVRANGE z 0 1 REV", "ZREVRANGE z 0 1 BYSCORE", "ZREVRANGE z 0 1 LIMIT 0 1", "ZRANGEBYSCORE z 0 1 REV",
            "ZRANGEBYSCORE z 0 1 BYLEX", "ZRANGEBYLEX z - + WITHSCORES", "ZRANGEBYLEX z - + REV",
            "ZREVRANGEBYLEX z - + x", "ZREVRANGEBYSCORE z 0", "ZCOUNT z 1", "ZCOUNT z 1 2 3", "ZCOUNT z x 1",
            "ZCOUNT z 1 x", "ZCOUNT missing 1 x", "ZLEXCOUNT z a +", "ZLEXCOUNT z - b", "ZLEXCOUNT z -x +",
            "ZLEXCOUNT z - ++", "ZLEXCOUNT missing a b", "ZREMRANGEBYRANK z x 1", "ZREMRANGEBYRANK missing 1 x",
            "ZREMRANGEBYSCORE z x 1", "ZREMRANGEBYLEX z - x", "ZREMRANGEBYLEX missing - x", "ZREMRANGEBYSCORE z 1",
            "ZREMRANGEBYLEX z - + x", "ZREMRANGEBYRANK z 1 2 3"),
        ["ZLEXCOUNT", "z", "", "+"], ["ZLEXCOUNT", "z", b"-\0x", "+"], ["ZCOUNT", "z", "", ""],
        ["ZCOUNT", "z", "(", "("],
    ],
    "how bounds are read": [
        "ZADD z -1 a 0 b 0.125 c 1 d 16 e 1e300 f inf g", *(
            request for number in _NUMBERS
            for request in (
                ["ZCOUNT", "z", number, "inf"], ["ZCOUNT", "z", "(" + number, "inf"], ["ZCOUNT", "z", "-inf", number])
        ),
    ],
    "remove by position": [
        *(step for pair in product(_POSITIONS, repeat=2)
          for step in (_SIX, f"ZREMRANGEBYRANK z {pair[0]} {pair[1]}", "ZRANGE z 0 -1 WITHSCORES", "DEL z")),
        "ZREMRANGEBYRANK missing 0 -1", "EXISTS z",
    ],
    "remove by score": [
        *(step for pair in product(_SCORE_BOUNDS[:9], repeat=2)
          for step in (_SIX, f"ZREMRANGEBYSCORE z {pair[0]} {pair[1]}", "ZRANGE z 0 -1", "DEL z")),
        "ZREMRANGEBYSCORE missing 0 1",
    ],
    "remove by member": [
        *(step for pair in product(_MEMBER_BOUNDS[:8], repeat=2)
          for step in (_SAME, f"ZREMRANGEBYLEX z {pair[0]} {pair[1]}", "ZRANGE z 0 -1", "DEL z")),
        "ZREMRANGEBYLEX missing - +",
    ],
    "store a range": [
        _SIX, *(step for request in (
            "ZRANGESTORE y z 0 -1", "ZRANGESTORE y z 1 2 REV", "ZRANGESTORE y z 2 3 BYSCORE",
            "ZRANGESTORE y z 3 2 BYSCORE REV LIMIT 0 2", "ZRANGESTORE y z 5 1", "ZRANGESTORE y missing 0 -1",
            "ZRANGESTORE z z 1 -1", "ZRANGESTORE y z - + BYLEX LIMIT 1 2", "ZRANGESTORE y z 0 -1 WITHSCORES",
            "ZRANGESTORE y z 0 x", "ZRANGESTORE y z 0 1 LIMIT 1 2", "ZRANGESTORE y z 0", "ZRANGESTORE missing x 0 -1",
            "ZRANGESTORE y z 5 1 BYSCORE nonsense") for step in (
                request, "ZRANGE y 0 -1 WITHSCORES")),
        "SET s v EX 100", "ZRANGESTORE s z 0 0", "TTL s", "TYPE s", "ZRANGESTORE s z 9 9", "EXISTS s", "SET s v",
        "ZRANGESTORE s missing 0 1", "EXISTS s", "ZRANGESTORE z s 0 1",
    ],
}  # fmt: skip

JOINING: dict[str, Conversation] = {
    "joins": [
        "ZADD a 1 x 2 y 3 z", "ZADD b 10 y 20 z 30 w", "ZADD c 5 z -5 q inf p", "SADD s y z q", *(
            f"{name} {keys}{options}"
            for name, keys, options in product(
                ("ZUNION", "ZINTER"),
                ("1 a", "2 a b", "3 a b c", "2 a s", "2 a a", "2 a missing", "4 a b c s", "1 missing", "1 s"),
                ("", " WITHSCORES", " AGGREGATE MIN WITHSCORES", " AGGREGATE MAX WITHSCORES",
                 " WITHSCORES AGGREGATE SUM"),
            )), *(
            f"{name} {keys}" for name, keys in product(
                ("ZDIFF", "ZINTERCARD"),
                ("1 a", "2 a b", "3 a b c", "2 a s", "2 a a", "2 a missing", "2 missing a", "1 s", "2 s a")
            )),
        "ZDIFF 2 a b WITHSCORES", "ZDIFF 2 a b withscores", "ZDIFF 2 s a WITHSCORES", "ZINTERCARD 2 a b LIMIT 1",
        "ZINTERCARD 2 a b LIMIT 0", "ZINTERCARD 2 a b LIMIT 5", "zintercard 2 a b limit 1 limit 2",
    ],
    "weights": [
        "ZADD a 1 x 2 y inf z", "ZADD b 10 y -inf z 30 w 0 x", "SADD s x y z", *(
            f"{name} {keys} WITHSCORES {options}"
            for name in ("ZUNION", "ZINTER")
            for keys, options in (
                ("2 a b", "WEIGHTS 2 3"), ("2 a b", "WEIGHTS 0 0"), ("2 a b", "WEIGHTS -1 1"),
                ("2 a b", "WEIGHTS inf -inf"), ("2 a b", "WEIGHTS 0.5 2 AGGREGATE MAX"),
                ("2 a b", "AGGREGATE MIN WEIGHTS 0 1"), ("2 s a", "WEIGHTS 3 -2"),
                ("2 s b", "WEIGHTS inf 0 AGGREGATE MAX"), ("1 a", "WEIGHTS 0"), ("2 a b", "WEIGHTS 2 3 WEIGHTS 1 1"),
                ("2 b a", "WEIGHTS 1 0 AGGREGATE MIN"), ("3 a b s", "WEIGHTS 0 0 0 AGGREGATE MAX"),
                ("2 a a", "WEIGHTS 1 -1"),
            )),
        "ZUNIONSTORE t 2 a b WEIGHTS -1 0", "ZRANGE t 0 -1 WITHSCORES", "ZUNION 1 b WEIGHTS -1 WITHSCORES",
    ],
    "sums are rounded alike": [
        _RESP2, "ZADD a 0.1 x 1e16 y", "ZADD b 0.2 x 1 y 5 p", "ZADD c 0.3 x 1 y 6 p 7 q", *(
            f"{name} 3 {keys} WITHSCORES" for name in ("ZUNION", "ZINTER") for keys in ("a b c", "c b a", "b a c")),
        "ZUNION 2 a b WEIGHTS 0.1 0.7 WITHSCORES",
    ],
    "joins that store": [
        "ZADD a 1 x 2 y 3 z", "ZADD b 10 y 20 z 30 w", "SADD s y z q", *(step for request in (
            "ZUNIONSTORE t 2 a b", "ZINTERSTORE t 2 a b", "ZDIFFSTORE t 2 a b",
            "ZUNIONSTORE t 2 a b WEIGHTS 2 3 AGGREGATE MAX", "ZINTERSTORE t 2 a s AGGREGATE MIN", "ZDIFFSTORE t 2 a a",
            "ZUNIONSTORE t 1 s", "ZUNIONSTORE t 1 missing", "ZINTERSTORE t 2 a missing", "zunionstore t 2 a t",
            "ZDIFFSTORE t 1 s", "ZUNIONSTORE a 2 a b", "ZUNIONSTORE t 2 a b WITHSCORES",
            "ZDIFFSTORE t 2 a b WITHSCORES", "ZDIFFSTORE t 2 a b WEIGHTS 1 2", "ZDIFFSTORE t 2 a b AGGREGATE MIN")
            for step in (request, "ZRANGE t 0 -1 WITHSCORES", "EXISTS t")),
        "SET v v EX 100", "ZUNIONSTORE v 1 a", "TTL v", "TYPE v", "ZUNIONSTORE v 1 missing", "EXISTS v", "SET v v",
        "ZINTERSTORE v 1 missing", "EXISTS v", "SET v v", "ZDIFFSTORE v 1 v", "GET v",
    ],
    "wrong joins": [
        "ZADD a 1 x", "SET v v", *(f"{name} {rest}" for name, rest in product(
            ("ZUNION", "ZINTER", "ZDIFF", "ZINTERCARD", "ZUNIONSTORE t", "ZINTERSTORE t", "ZDIFFSTORE t", "zuNion"), (
                "1", "x a", "0 a", "-1 a", "2 a", "3 a a", "9223372036854775807 a", "9223372036854775808 a", "1 a a",
                "1 a WEIGHTS", "1 a WEIGHTS x", "1 a WEIGHTS nan", "2 a a WEIGHTS 1", "1 a WEIGHTS 1 1",
                "1 a WEIGHTS inf", "1 a AGGREGATE", "1 a AGGREGATE x", "1 a AGGREGATE SUM x",
                "1 a aggregate max weights 2", "1 a WITHSCORES", "1 a LIMIT", "1 a LIMIT x", "1 a LIMIT -1",
                "1 a LIMIT 1", "1 a LIMIT 1 LIMIT 2", "1 v", "1 v x", "2 missing v", "1.5 a", "01 a"))),
        "ZUNION", "ZINTER 1", "ZUNIONSTORE t", "ZUNIONSTORE t 1", "ZINTERCARD", "ZINTERCARD 1",
    ],
}  # fmt: skip

POPPING: dict[str, Conversation] = {
    "pop": [
        "ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h", "ZPOPMIN z", "ZPOPMAX z", "ZPOPMIN z 2", "ZPOPMAX z 2", "ZPOPMIN z 1",
        "ZPOPMIN z 0", "ZPOPMAX z 0", "ZPOPMAX z 100", "EXISTS z", "ZPOPMIN z", "ZPOPMIN z 1", "ZPOPMAX z 5",
        "ZPOPMIN z 0", "ZADD z 1 a 1 b 1 c", "ZPOPMAX z", "ZPOPMIN z", "ZPOPMIN z 9223372036854775807", "EXISTS z",
        "zpopmin z",
    ],
    "pop wrongly": [
        "ZPOPMIN", "ZPOPMIN z x", "ZPOPMIN z -1", "ZPOPMIN z 1 2", "ZPOPMAX z x y z", "ZPOPMIN z 1.5",
        "ZPOPMIN z 9223372036854775808", "ZADD z 1 a", "ZPOPMIN z x", "ZPOPMIN z -1", "ZPOPMAX z 1 2",
        ["ZPOPMIN", "z", ""], "ZCARD z",
    ],
    "pop from one of several": [
        "ZADD a 1 x 2 y 3 z 4 w", "ZADD b 1 p 2 q", "ZMPOP 1 a MIN", "ZMPOP 1 a MAX", "ZMPOP 3 missing b a MIN COUNT 1",
        "ZMPOP 2 b a MAX COUNT 10", "ZMPOP 2 b a min count 10", "ZMPOP 2 a b MIN", "EXISTS a b",
        "ZMPOP 1 a MIN COUNT 5",
    ],
    "pop from several wrongly": [
        "ZADD a 1 x", "ZMPOP", "ZMPOP 1", "ZMPOP 1 a", "ZMPOP 0 a MIN", "ZMPOP -1 a MIN", "ZMPOP x a MIN",
        "ZMPOP 2 a MIN", "ZMPOP 1 a x", "ZMPOP 1 a MIN x", "ZMPOP 1 a MIN COUNT", "ZMPOP 1 a MIN COUNT 0",
        "ZMPOP 1 a MIN COUNT -1", "ZMPOP 1 a MIN COUNT x", "ZMPOP 1 a MIN COUNT 1 x", "ZMPOP 1 a MIN COUNT 1 COUNT 2",
        "ZMPOP 1.5 a MIN", "ZMPOP 3 a MIN COUNT 1", "ZMPOP 1 a MIN MAX", "ZMPOP 9999 a MIN", "ZCARD a",
    ],
    "pop without waiting": [
        "ZADD a 1 x 2 y 3 z 4 w", "BZPOPMIN a 0", "BZPOPMAX a 0", "BZPOPMIN missing a 1", "BZMPOP 0 1 a MIN",
        "EXISTS a", "ZADD a 1 x 2 y 3 z", "BZMPOP 0 2 missing a MAX COUNT 2", "bzpopmin a 0.5", "MULTI", "BZPOPMIN a 0",
        "BZPOPMAX a 0", "BZMPOP 0 1 a MIN", "EXEC", "BZPOPMIN a 0.001", "BZPOPMAX a b 0.001", "BZMPOP 0.001 1 a MIN",
    ],
    "pop or wait, wrongly": [
        "ZADD a 1 x", "BZPOPMIN", "BZPOPMIN a", "BZPOPMIN a x", "BZPOPMIN a -1", "BZPOPMIN missing x", "BZPOPMIN a inf",
        "BZPOPMAX a nan", "BZPOPMIN a 1e30", ["BZPOPMIN", "a", ""], "BZMPOP 0 1 a", "BZMPOP x 1 a MIN",
        "BZMPOP -1 1 a MIN", "BZMPOP 0 0 a MIN", "BZMPOP 0 x a MIN", "BZMPOP 0 2 a MIN", "BZMPOP 0 1 a x",
        "BZMPOP x 0 a MIN", "BZMPOP x 1 a MIN COUNT 0", "BZMPOP 0 1 a MIN COUNT 0", "BZMPOP 0 1 a MIN COUNT",
        "BZMPOP 0 1 a MIN x", "SET v v", "BZPOPMIN v 0", "BZPOPMIN missing v 0", "BZPOPMIN v x", "BZMPOP 0 1 v MIN",
        "ZCARD a",
    ],
}  # fmt: skip

CHANGES: dict[str, Conversation] = {
    "what counts as a change": [
        step for request in (
            "ZADD z 1 a", "ZADD z 5 a", "ZADD z NX 5 a", "ZADD z XX 5 new", "ZADD new XX 5 a", "ZADD z 5 new",
            "ZINCRBY z 0 a", "ZINCRBY z 1 a", "ZADD z INCR inf f", "ZADD z INCR -inf f", "ZREM z a", "ZREM z missing",
            "ZREMRANGEBYRANK z 9 9", "ZREMRANGEBYRANK z 0 0", "ZREMRANGEBYSCORE z 9 9", "ZREMRANGEBYLEX z (z [z",
            "ZPOPMIN z", "ZPOPMIN z 0", "ZPOPMAX new", "ZRANGE z 0 -1", "ZSCORE z a", "ZUNIONSTORE z 1 z",
            "ZUNIONSTORE new 1 new", "ZUNIONSTORE new 1 z", "ZRANGESTORE z z 0 1", "ZRANGESTORE new new 0 1",
            "ZMPOP 1 z MIN", "ZMPOP 1 new MIN", "ZINTERSTORE z 1 new", "ZDIFFSTORE z 1 new", "ZSCAN z 0",
        )
        for step in ("DEL z new", "ZADD z 1 a 2 b 3 c inf f", "WATCH z new", by("b", request), "MULTI", "PING", "EXEC")
    ],
}  # fmt: skip

SORTED_SETS: dict[str, Conversation] = {
    **ADDING,
    **RANGES,
    **JOINING,
    **POPPING,
    **CHANGES,
    "what they are": [
        f"COMMAND INFO {name}"
        for name in (
            "zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax "
            "zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex "
            "zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion "
            "zunionstore bzmpop bzpopmax bzpopmin"
        ).split()
    ],
    "what they are called": [
        volatile("but texts", f"COMMAND DOCS {name}") for name in ("zadd", "zrangebyscore", "bzmpop", "zdiffstore")
    ],
    "where their keys are": [
        "COMMAND GETKEYS ZADD a 1 b", "COMMAND GETKEYS ZUNIONSTORE a 2 b c", "COMMAND GETKEYS ZUNION 2 a b",
        "COMMAND GETKEYS ZRANGESTORE a b 0 1", "COMMAND GETKEYS BZPOPMIN a b 0", "COMMAND GETKEYS BZMPOP 0 2 a b MIN",
        "COMMAND GETKEYS ZMPOP 1 a MIN", "COMMAND GETKEYS ZINTERCARD 2 a b LIMIT 1",
    ],
}  # fmt: skip
