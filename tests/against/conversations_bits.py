"""What is said about the bits of strings."""

from __future__ import annotations

from tests.against.steps import Conversation

_NAMES = "getbit setbit bitcount bitpos bitop bitfield bitfield_ro".split()

BITS: dict[str, Conversation] = {
    "getbit and setbit": [
        "SETBIT k 7 1", "SETBIT k 7 1", "SETBIT k 7 0", "GETBIT k 7", "SETBIT k 100 1", "STRLEN k", "GET k",
        "GETBIT k 100", "GETBIT k 101", "GETBIT k 99999", "GETBIT miss 0", "SETBIT k -1 1", "SETBIT k x 1",
        "SETBIT k 1 2", "SETBIT k 1 -1", "SETBIT k 1 x", "SETBIT k x y", "SETBIT k 4294967296 1",
        "GETBIT k 4294967296", "GETBIT k 4294967295", "GETBIT k -1", "GETBIT k x", "GETBIT k", "SETBIT k 1",
        "SET n 12", "GETBIT n 2", "SETBIT n 7 0", "GET n", "EXPIRE n 100", "SETBIT n 30 1", "TTL n", "LPUSH l a",
        "SETBIT l 0 1", "GETBIT l 0", "SETBIT l 0 x", "SETBIT new 0 0", "STRLEN new",
    ],
    "bitcount": [
        "BITCOUNT miss", "BITCOUNT miss 1", "BITCOUNT miss x y", "SET k foobar", "BITCOUNT k", "BITCOUNT k 0 0",
        "BITCOUNT k 1 1", "BITCOUNT k 1 -2", "BITCOUNT k -2 -1", "BITCOUNT k -1 -2", "BITCOUNT k 3 1",
        "BITCOUNT k 5 99",
        "BITCOUNT k 6 99", "BITCOUNT k -99 99", "BITCOUNT k 5 30 BIT", "BITCOUNT k 5 30 bit", "BITCOUNT k 0 -1 BYTE",
        "BITCOUNT k 1 1 BIT", "BITCOUNT k -10 -3 BIT", "BITCOUNT k 47 48 BIT", "BITCOUNT k 48 50 BIT",
        "BITCOUNT k -99 -98 BIT", "BITCOUNT k -99 0 BIT", "BITCOUNT k 0 5 nonsense", "BITCOUNT k 1", "BITCOUNT k x 1",
        "BITCOUNT k 1 x", "BITCOUNT k 1 x nonsense", "BITCOUNT k -1 -2 nonsense", "BITCOUNT k 0 1 BIT BIT", "BITCOUNT",
        ["SET", "e", ""],
        "BITCOUNT e", "BITCOUNT e 0 -1", "BITCOUNT e 0 0 BIT", "LPUSH l a", "BITCOUNT l", "BITCOUNT l x", "SET n 123",
        "BITCOUNT n", "BITCOUNT k 9223372036854775807 -1", "BITCOUNT k -9223372036854775808 9223372036854775807 BIT",
    ],
    "bitpos": [
        "BITPOS miss 0", "BITPOS miss 1", "BITPOS miss 2", "BITPOS miss 1 x", "BITPOS miss x",
        ["SET", "k", b"\xff\xf0\x00"], "BITPOS k 0", "BITPOS k 1", "BITPOS k 1 1", "BITPOS k 1 2", "BITPOS k 0 2",
        "BITPOS k 1 2 -1", "BITPOS k 0 0 0", "BITPOS k 0 0 0 BIT", "BITPOS k 0 8 11 BIT", "BITPOS k 0 8 12 BIT",
        "BITPOS k 1 12 -1 BIT", "BITPOS k 1 3 5 BIT", "BITPOS k 1 -12 -1 BIT", "BITPOS k 0 -1", "BITPOS k 0 5",
        "BITPOS k 0 3 1", "BITPOS k 1 -99 99", "BITPOS k 2 x", "BITPOS k x", "BITPOS k 1 x", "BITPOS k 1 0 x",
        "BITPOS k 1 0 1 nonsense", "BITPOS k 1 0 x nonsense", "BITPOS k 1 x 1 nonsense", "BITPOS k 1 0 1 BIT BIT",
        "BITPOS k", "BITPOS k 1 0 1 BYTE", ["SET", "ones", b"\xff\xff"], "BITPOS ones 0", "BITPOS ones 0 0",
        "BITPOS ones 0 1", "BITPOS ones 0 2", "BITPOS ones 0 0 -1", "BITPOS ones 0 0 -1 BIT", ["SET", "e", ""],
        "BITPOS e 0", "BITPOS e 1", "BITPOS e 0 0", "BITPOS e 0 0 -1", ["SET", "zeros", b"\x00\x00"], "BITPOS zeros 1",
        "BITPOS zeros 0", "BITPOS zeros 0 1", "BITPOS zeros 1 3 9 BIT", "BITPOS zeros 0 3 9 BIT", "LPUSH l a",
        "BITPOS l 1", "BITPOS l 1 x", "BITPOS l 2",
    ],
    "bitop": [
        "SET a foobar", "SET b abcdef", "SET c xy", "BITOP AND d a b", "GET d", "BITOP OR d a b c", "GET d",
        "BITOP XOR d a c", "GET d", "BITOP NOT d c", "GET d", "BITOP NOT d a b", "BITOP nonsense d a", "BITOP AND d",
        "BITOP and d a miss", "GET d", "BITOP OR d miss", "EXISTS d", "BITOP OR d miss miss", "BITOP NOT d miss",
        "LPUSH l x", "BITOP AND d a l", "BITOP AND l a b", "TYPE l", "SET t v EX 100", "BITOP OR t a", "TTL t",
        "BITOP AND a a b", "GET a", "BITOP XOR a a a", "GET a", "SET n 12", "BITOP OR d n", "GET d", "STRLEN d",
    ],
    "bitfield": [
        "BITFIELD miss", "BITFIELD miss GET u8 0", "EXISTS miss", "BITFIELD k SET u8 0 255 GET u8 0 GET i8 0 GET u4 2",
        "BITFIELD k INCRBY u8 0 10", "BITFIELD k OVERFLOW SAT INCRBY u8 0 1000", "GET k",
        "BITFIELD k OVERFLOW FAIL INCRBY u8 0 1 GET u8 0", "BITFIELD k OVERFLOW WRAP INCRBY i8 0 200",
        "BITFIELD k OVERFLOW SAT INCRBY i8 0 -200", "BITFIELD k OVERFLOW SAT INCRBY i8 0 100 INCRBY i8 0 500",
        "BITFIELD k SET i64 0 9223372036854775807 INCRBY i64 0 1", "BITFIELD k OVERFLOW SAT INCRBY i64 0 -1",
        "BITFIELD k SET u63 3 9223372036854775807 GET u63 3", "BITFIELD k SET u8 0 -1 SET i8 0 200 SET u4 0 300",
        "BITFIELD k OVERFLOW SAT SET u8 0 -1 SET i8 0 200 SET i8 0 -200",
        "BITFIELD k OVERFLOW FAIL SET u8 0 -1 SET i8 0 200 SET u8 0 7", "BITFIELD k SET u8 #2 5 GET u8 #2 GET u8 16",
        "STRLEN k", "BITFIELD k GET u8 #100", "BITFIELD k GET u64 0", "BITFIELD k GET i65 0", "BITFIELD k GET u0 0",
        "BITFIELD k GET x8 0", "BITFIELD k GET u 0", "BITFIELD k GET u08 0", "BITFIELD k GET U8 0",
        "BITFIELD k GET u8 -1", "BITFIELD k GET u8 x", "BITFIELD k GET u8 #x", "BITFIELD k GET u8 #-1",
        "BITFIELD k GET u8 4294967296", "BITFIELD k GET u8 #536870912", "BITFIELD k SET u8 0", "BITFIELD k SET u8 0 x",
        "BITFIELD k OVERFLOW", "BITFIELD k OVERFLOW nonsense", "BITFIELD k nonsense", "BITFIELD k GET u8",
        "BITFIELD k SET u8 0 1 GET x8 0", "LPUSH l a", "BITFIELD l GET u8 0", "BITFIELD l SET u8 0 1",
        "BITFIELD l nonsense", "BITFIELD_RO k GET u8 0 GET i3 1", "BITFIELD_RO k SET u8 0 1", "BITFIELD_RO k",
        "BITFIELD_RO miss GET u8 0", "BITFIELD_RO k OVERFLOW SAT GET u8 0", "BITFIELD_RO l GET u8 0", "BITFIELD",
        "BITFIELD new OVERFLOW FAIL INCRBY u2 0 9", "EXISTS new", "STRLEN new", "bitfield k incrby i5 100 1",
        "SET n 7", "BITFIELD n GET u8 0 INCRBY u8 0 1", "GET n",
    ],
    "what they are": [*(f"COMMAND INFO {name}" for name in _NAMES)],
}  # fmt: skip
