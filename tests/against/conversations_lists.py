"""What is said about lists, as far as nobody waits; blocking clients are in `test_blocking.py`."""

from __future__ import annotations

from tests.against.steps import Conversation, by

LISTS: dict[str, Conversation] = {
    "push": [
        "LPUSH l a", "LPUSH l b c d", "LRANGE l 0 -1", "RPUSH l e f", "LRANGE l 0 -1", "LLEN l", "LPUSHX l g h",
        "RPUSHX l i", "LRANGE l 0 -1", "LPUSHX x a", "RPUSHX x a", "EXISTS x", "TYPE l", "LLEN x", ["LPUSH", "l", ""],
        ["RPUSH", "l", b"\x00\r\n\xff"], "LRANGE l 0 -1", "lpush l a",
    ],
    "pop": [
        "RPUSH l a b c d e f g", "LPOP l", "RPOP l", "LPOP l 2", "RPOP l 2", "LRANGE l 0 -1", "LPOP l 0", "RPOP l 0",
        "LPOP l 5", "EXISTS l", "LPOP l", "RPOP l", "LPOP l 1", "RPOP l 1", "LPOP l 0", "RPUSH l a", "LPOP l 1",
        "EXISTS l", "RPUSH l a b c", "RPOP l 9223372036854775807", "EXISTS l",
    ],
    "pop with a wrong count": [
        "LPOP l -1", "LPOP l x", "LPOP l 1 2", "RPOP l 1 2", "lPoP l a b c", "LPOP l 1.5", "LPOP l 9223372036854775808",
        "LPOP l -9223372036854775808", "RPUSH l a", "LPOP l -1", "LPOP l x", ["LPOP", "l", ""], "LPOP l 01",
        "LPOP l +1", "RPOP l -1", "LLEN l", "SET s v", "LPOP s x", "LPOP s 0", "LPOP s",
    ],
    "range": [
        "RPUSH l a b c d e", *(
            f"LRANGE l {start} {stop}"
            for start in (-100, -6, -5, -4, -1, 0, 1, 4, 5, 100)
            for stop in (-100, -6, -5, -4, -2, -1, 0, 1, 4, 5, 100)
        ), "LRANGE l 9223372036854775807 -9223372036854775808", "LRANGE l -9223372036854775808 9223372036854775807",
        "LRANGE l x 1", "LRANGE l 1 x", "LRANGE l 1.0 2", "LRANGE l 01 2", "LRANGE x 0 -1", "LRANGE x y 1",
        "LRANGE l 0 9223372036854775808",
    ],
    "index and set": [
        "RPUSH l a b c", "LINDEX l 0", "LINDEX l 2", "LINDEX l 3", "LINDEX l -1", "LINDEX l -3", "LINDEX l -4",
        "LINDEX l x", "LINDEX l 9223372036854775807", "LINDEX l -9223372036854775808", "LINDEX l 9223372036854775808",
        "LINDEX missing 0", "LINDEX missing x", "LSET l 0 A", "LSET l -1 C", "LRANGE l 0 -1", "LSET l 3 x",
        "LSET l -4 x", "LSET l x y", "LSET missing 0 x", "LSET missing x y", ["LSET", "l", "1", ""], "LRANGE l 0 -1",
        "SET s v", "LSET s x y", "LINDEX s x",
    ],
    "insert": [
        "LINSERT l BEFORE a b", "LINSERT l nonsense a b", "LINSERT l BEFORE a b c", "RPUSH l a b a c",
        "LINSERT l before a x", "LINSERT l After a y", "LRANGE l 0 -1", "LINSERT l AFTER c z",
        "LINSERT l BEFORE missing z", "LRANGE l 0 -1", "LINSERT l BETWEEN a b", "SET s v",
        "LINSERT s BEFORE a b", "LINSERT s nonsense a b",
    ],
    "remove": [
        "RPUSH l a b a c a d a", "LREM l 1 a", "LRANGE l 0 -1", "LREM l -1 a", "LRANGE l 0 -1", "LREM l -5 x",
        "RPUSH l a a a", "LREM l -2 a", "LRANGE l 0 -1", "LREM l 2 a", "LRANGE l 0 -1", "RPUSH l a b", "LREM l 0 a",
        "LRANGE l 0 -1", "LREM l x a", "LREM l 1.5 a", "LREM missing 0 a", "LREM missing x a", "DEL l", "RPUSH l a a",
        "LREM l 0 a", "EXISTS l", "RPUSH l a a", "LREM l 9223372036854775807 a", "RPUSH l a b a",
        "LREM l -9223372036854775807 a", "LREM l 9223372036854775808 a", "LRANGE l 0 -1",
    ],
    "trim": [
        *(step for bounds in ("0 -1", "1 3", "-2 -1", "0 0", "-100 100", "2 1", "5 10", "-100 -90", "-1 -2", "4 4")
          for step in ("DEL l", "RPUSH l a b c d e", f"LTRIM l {bounds}", "LRANGE l 0 -1", "EXISTS l")),
        "LTRIM missing 0 1", "LTRIM missing x 1", "LTRIM l 0 x", "LTRIM l 0", "SET s v", "LTRIM s 0 1", "LTRIM s x 1",
    ],
    "lpos": [
        "RPUSH l a b c 1 2 3 c c", "LPOS l c", "LPOS l x", "LPOS l c RANK 2", "LPOS l c RANK -1", "LPOS l c RANK -2",
        "LPOS l c RANK 4", "LPOS l c COUNT 2", "LPOS l c COUNT 0", "LPOS l x COUNT 0", "LPOS l c COUNT 2 RANK -1",
        "LPOS l c RANK -2 COUNT 0", "LPOS l c MAXLEN 2", "LPOS l c MAXLEN 3", "LPOS l c MAXLEN 3 COUNT 0",
        "LPOS l c COUNT 0 MAXLEN 7 RANK 2", "LPOS l a MAXLEN 1 RANK -1", "LPOS l c MAXLEN 0", "LPOS l b MAXLEN 1000",
        "LPOS l c RANK -1 MAXLEN 1", "LPOS l b RANK -1 MAXLEN 6 COUNT 5", "LPOS missing a", "LPOS missing a COUNT 1",
        "LPOS missing a COUNT 0 RANK 1", "lpos l c rank 1 count 1 maxlen 9", "LPOS l c RANK 1 RANK 2",
        "LPOS l c COUNT 1 COUNT 2",
    ],
    "lpos with wrong options": [
        "RPUSH l a b c", "LPOS l", "LPOS l a RANK", "LPOS l a RANK 0", "LPOS l a RANK x", "LPOS l a COUNT",
        "LPOS l a COUNT -1", "LPOS l a COUNT x", "LPOS l a MAXLEN -1", "LPOS l a MAXLEN x", "LPOS l a MAXLEN",
        "LPOS l a nonsense", "LPOS l a nonsense 1", "LPOS l a COUNT 1 nonsense", "LPOS missing a RANK 0",
        "LPOS l a RANK -9223372036854775808", "LPOS l a RANK -9223372036854775807", "LPOS l a RANK 9223372036854775807",
        "LPOS l a RANK 9223372036854775808", "LPOS l a COUNT 9223372036854775807", "LPOS l a RANK 0 COUNT x",
        "LPOS l a COUNT x RANK 0", "SET s v", "LPOS s a", "LPOS s a RANK 0", "LPOS s a RANK 1 MAXLEN",
    ],
    "move": [
        "RPUSH l a b c", "LMOVE l m LEFT RIGHT", "LMOVE l m RIGHT LEFT", "LRANGE l 0 -1", "LRANGE m 0 -1",
        "LMOVE l m left left", "EXISTS l", "LRANGE m 0 -1", "LMOVE l m LEFT LEFT", "LMOVE m m LEFT RIGHT",
        "LMOVE m m RIGHT RIGHT", "LRANGE m 0 -1", "LMOVE m l UP DOWN", "LMOVE m l LEFT", "LMOVE m l LEFT DOWN",
        "LMOVE m l LEFT LEFT x", "RPOPLPUSH m l", "RPOPLPUSH m m", "LRANGE l 0 -1", "LRANGE m 0 -1", "RPOPLPUSH x m",
        "SET s v", "LMOVE s m LEFT LEFT", "LMOVE m s LEFT LEFT", "LMOVE x s LEFT LEFT", "LMOVE s x LEFT LEFT",
        "LRANGE m 0 -1", "RPOPLPUSH m s", "RPOPLPUSH s m", "RPOPLPUSH s s", "RPUSH one 1", "LMOVE one one LEFT LEFT",
        "LRANGE one 0 -1", "LMOVE s x UP LEFT",
    ],
    "mpop": [
        "LMPOP 2 x y LEFT", "RPUSH l a b c d e", "LMPOP 1 l LEFT", "LMPOP 1 l RIGHT", "LMPOP 2 x l LEFT COUNT 2",
        "LMPOP 1 l right count 10", "EXISTS l", "RPUSH l a b", "RPUSH m c", "LMPOP 2 m l LEFT COUNT 5",
        "LMPOP 2 m l LEFT COUNT 5", "LMPOP 2 m l LEFT COUNT 5", "SET s v", "LMPOP 2 x s LEFT", "RPUSH l a",
        "LMPOP 2 l s LEFT", "LMPOP 2 s l LEFT",
    ],
    "mpop with wrong arguments": [
        "LMPOP 0 l LEFT", "LMPOP -1 l LEFT", "LMPOP x l LEFT", "LMPOP 2 l LEFT", "LMPOP 1 l UP", "LMPOP 1 l",
        "LMPOP 1 l LEFT COUNT", "LMPOP 1 l LEFT COUNT 0", "LMPOP 1 l LEFT COUNT -1", "LMPOP 1 l LEFT COUNT x",
        "LMPOP 1 l LEFT nonsense 1", "LMPOP 1 l LEFT COUNT 1 COUNT 2", "LMPOP 1 l LEFT COUNT 1 x",
        "LMPOP 9223372036854775807 l LEFT", "LMPOP 9223372036854775808 l LEFT", "LMPOP 1.5 l LEFT", "LMPOP 3 a b LEFT",
        "LMPOP 1 l LEFT RIGHT", "LMPOP 1 LEFT l", "LMPOP 2 a LEFT LEFT", "LMPOP 1 l LEFT COUNT 9223372036854775808",
    ],
    "blocking ones that need not wait": [
        "RPUSH l a b c d e f", "BLPOP l 0", "BRPOP x l 1", "BLMOVE l m LEFT RIGHT 0", "BRPOPLPUSH l m 0.5",
        "BLMPOP 0 1 l LEFT", "BLMPOP 0 2 x l RIGHT COUNT 5", "LRANGE m 0 -1", "EXISTS l", "RPUSH l a", "BLPOP l l 0",
        "SET s v", "BLPOP s l 1", "BLPOP m s 1", "BRPOPLPUSH m s 1", "BRPOPLPUSH s m 1", "BLMOVE s x LEFT LEFT 1",
        "BLMPOP 1 2 s l LEFT", "RPUSH l a b", "BLMOVE l l LEFT RIGHT 1", "LRANGE l 0 -1",
    ],
    "timeouts": [
        "RPUSH l a b c", *(["BLPOP", "l", timeout] for timeout in (
            "x", "-1", "", " 1", "1 ", "nan", "inf", "-inf", "1e400", "1e5000", "-1e5000", "1e-5000",
            "1.2e4932", "1e4932", "-0.0011", "0x", "1e", "--1", "9223372036854776", "9223372036854775807",
            "99999999999999999999", "1_0", "1,5", "1\n", "+-1", "infinit", "nan(1)", "-nan", "9" * 400, "1" * 6000, ".",
            "e5", "-1e400", "0x1p16000", "1e99999999999999999999",
            "\N{ARABIC-INDIC DIGIT ONE}", "1\0",
        )), "RPUSH l a b c d e f g h i j k l m", *(f"BLPOP l {timeout}" for timeout in (
            "0", "-0", "00", "01", "+1", "1e0", "1E2", "0x10", "0X1p3", "0x.8", "1.5", ".5", "5.", "1e-4", "-0.0",
        )), "LLEN l", "BLPOP l", "BLPOP l m x", "BRPOPLPUSH l m x", "BRPOPLPUSH l m -1", "BLMOVE l m LEFT LEFT x",
        "BLMOVE l m UP LEFT x", "BLMOVE l m LEFT LEFT", "BLMPOP x 1 l LEFT", "BLMPOP -1 1 l LEFT", "BLMPOP x 0 l LEFT",
        "BLMPOP x 1 l UP", "BLMPOP 0 1 l", "BLMPOP -1 1 l LEFT COUNT 0", "BLMPOP 1 l LEFT", "LLEN l", "SET s v",
        "BLPOP s x", "BLMOVE s l LEFT LEFT x",
    ],
    "nobody waits in a transaction": [
        "MULTI", "BLPOP x 0", "BRPOP x y 0", "BLMOVE x y LEFT LEFT 0", "BRPOPLPUSH x y 0", "BLMPOP 0 2 x y LEFT",
        "BLPOP x -1", "RPUSH l a", "BLPOP l 0", "EXEC", "EXISTS l",
    ],
    "other types are refused": [
        "SET s v", "LPUSH s a", "RPUSH s a", "LPUSHX s a", "RPUSHX s a", "LPOP s", "RPOP s 1", "LLEN s", "LINDEX s 0",
        "LRANGE s 0 -1", "LRANGE s x -1", "LPOS s a", "LSET s 0 a", "LINSERT s BEFORE a b", "LREM s 0 a", "LREM s x a",
        "RPUSH l a", "GET l", "INCR l", "SET l v", "GET l", "RPUSH k a", "SET k v GET", "LLEN k",
    ],
    "wrong arity": [
        "LPUSH", "LPUSH l", "RPUSH l", "LPUSHX l", "RPUSHX l", "LPOP", "RPOP", "LLEN", "LLEN a b", "LINDEX l",
        "LINDEX l 0 1", "LRANGE l 0", "LRANGE l 0 1 2", "LSET l 0", "LSET l 0 a b", "LINSERT l BEFORE a", "LREM l 0",
        "LREM l 0 a b", "LTRIM l 0 1 2", "LMOVE l m LEFT", "RPOPLPUSH l", "RPOPLPUSH l m n", "LMPOP 1 l", "BLPOP",
        "BRPOP l", "BRPOPLPUSH l m", "BRPOPLPUSH l m 0 1", "BLMOVE l m LEFT LEFT 0 1", "BLMPOP 0 1 l",
    ],
    "a list keeps its end and its watchers": [
        "RPUSH l a b c", "EXPIRE l 100", "RPUSH l d", "LPOP l", "LSET l 0 x", "LTRIM l 0 1", "TTL l", "LPOP l 5",
        "TTL l", "RPUSH l a", "TTL l", "WATCH l", by("b", "LPUSH l b"), "MULTI", "LLEN l", "EXEC", "WATCH l m",
        by("b", "LLEN l"), by("b", "LPOP l 0"), by("b", "LREM l 0 x"), by("b", "LPUSHX m a"), "MULTI", "LLEN l", "EXEC",
        "WATCH m", by("b", "LMOVE l m LEFT LEFT"), "MULTI", "LLEN l", "EXEC", "WATCH l", by("b", "LTRIM l 0 -1"),
        "MULTI", "LLEN l", "EXEC", "WATCH m", by("b", "BLPOP m 0"), "MULTI", "LLEN m", "EXEC",
    ],
    "what they are": [
        *(f"COMMAND INFO {name}" for name in (
            "lpush rpush lpushx rpushx lpop rpop llen lindex lrange lpos lset linsert lrem ltrim lmove rpoplpush lmpop "
            "blpop brpop blmove brpoplpush blmpop"
        ).split()),
        "COMMAND GETKEYS LMOVE a b LEFT LEFT", "COMMAND GETKEYS LMPOP 2 a b LEFT", "COMMAND GETKEYS LMPOP 3 a b LEFT",
        "COMMAND GETKEYS LMPOP x a b LEFT", "COMMAND GETKEYS LMPOP 0 a b LEFT", "COMMAND GETKEYS BLMPOP 0 2 a b LEFT",
        "COMMAND GETKEYS BLPOP a b 0", "COMMAND GETKEYS BRPOPLPUSH a b 0",
    ],
}  # fmt: skip
