"""Which requests may be repeated. That the answers are true is shown on live servers: tests/against/test_repeats.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.facts import repeat_of, walk
from tests.properties import examples


@pytest.mark.parametrize(("request_line", "repeat"), [
    # what only reads
    (b"GET k", "read"), (b"get k", "read"), (b"HGETALL k", "read"), (b"SCAN 0", "read"), (b"EVAL_RO x 0", "read"),
    (b"PING", "read"), (b"INFO", "read"), (b"TIME", "read"), (b"CONFIG GET x", "read"), (b"CLIENT LIST", "read"),
    (b"OBJECT ENCODING k", "read"), (b"PUBSUB CHANNELS", "read"), (b"CLUSTER SLOTS", "read"), (b"XINFO HELP", "read"),
    # strings
    (b"SET k v", "write"), (b"SET k v EX 5", "write"), (b"SET k v px 5 XX", "write"), (b"SET k v KEEPTTL", "write"),
    (b"SET k NX", "write"), (b"SET k v EX NX", "write"), (b"SET k v NX", "never"), (b"SET k v GET", "never"),
    (b"SET k v XX GET", "never"), (b"SET k v EX 5 nx", "never"), (b"SET k v IFEQ x", "never"),
    (b"SET k v NEWER", "never"), (b"SETEX k 5 v", "write"), (b"PSETEX k 5 v", "write"), (b"MSET a 1 b 2", "write"),
    (b"SETRANGE k 5 v", "write"), (b"SETNX k v", "never"), (b"MSETNX a 1", "never"), (b"GETSET k v", "never"),
    (b"GETDEL k", "never"), (b"GETEX k", "read"), (b"GETEX k EX 5", "write"), (b"GETEX k PERSIST", "write"),
    (b"GETEX k NEWER", "never"), (b"INCR k", "never"), (b"APPEND k v", "never"), (b"DELIFEQ k v", "never"),
    (b"MSETEX 1 a 1 EX 5", "write"), (b"MSETEX 2 a 1 b 2", "write"), (b"MSETEX 2 a 1 NX 2", "write"),
    (b"MSETEX 1 a 1 XX", "write"), (b"MSETEX 1 a 1 NX", "never"), (b"MSETEX x a 1 NX", "never"),
    # bits
    (b"BITFIELD k GET u8 0", "read"), (b"BITFIELD k SET u8 0 1", "never"), (b"BITFIELD k INCRBY u8 0 1", "never"),
    (b"SETBIT k 0 1", "never"), (b"BITOP AND d a b", "write"), (b"BITOP XOR d a d", "never"),
    (b"BITOP NOT d d", "never"),
    # keys
    (b"DEL k", "never"), (b"UNLINK k", "never"), (b"RENAME a b", "never"), (b"PERSIST k", "never"),
    (b"EXPIRE k 5", "write"), (b"EXPIRE k 5 XX", "write"), (b"EXPIRE k 5 NX", "never"), (b"EXPIRE k 5 GT", "never"),
    (b"EXPIRE k 0", "never"), (b"EXPIRE k -1", "never"), (b"EXPIRE k x", "never"), (b"PEXPIREAT k 5", "write"),
    (b"COPY a b", "never"), (b"COPY a b REPLACE", "write"), (b"COPY a b DB 1 replace", "write"),
    (b"COPY a b DB REPLACE", "never"), (b"RESTORE k 0 x", "never"), (b"RESTORE k 0 x ABSTTL REPLACE FREQ 1", "write"),
    (b"RESTORE k 0 REPLACE", "never"), (b"MOVE k 1", "never"), (b"MIGRATE h 1 k 0 5", "never"),
    (b"SORT k", "read"), (b"SORT k LIMIT 0 5 ALPHA", "read"), (b"SORT k store d", "never"),
    # lists
    (b"LPUSH k v", "never"), (b"LPOP k", "never"), (b"LSET k 0 v", "never"), (b"LREM k 1 v", "never"),
    (b"LTRIM k 0 99", "write"), (b"LTRIM k 0 -1", "write"), (b"LTRIM k -100 -1", "write"), (b"LTRIM k 1 -1", "never"),
    (b"LTRIM k 0 -2", "never"), (b"LTRIM k 5 9", "never"), (b"LTRIM k 00 9", "never"), (b"LTRIM k -9 9", "never"),
    (b"LTRIM k", "never"), (b"BLPOP k 0", "never"), (b"LMOVE a b LEFT LEFT", "never"),
    # hashes
    (b"HSET k f v", "never"), (b"HMSET k f v", "write"), (b"HDEL k f", "never"), (b"HINCRBY k f 1", "never"),
    (b"HEXPIRE k 5 FIELDS 1 f", "write"), (b"HEXPIRE k 5 XX FIELDS 1 f", "write"),
    (b"HEXPIRE k 5 LT FIELDS 1 f", "never"),
    (b"HEXPIRE k 0 FIELDS 1 f", "never"), (b"HPERSIST k FIELDS 1 f", "never"), (b"HGETDEL k FIELDS 1 f", "never"),
    (b"HGETEX k FIELDS 1 f", "read"), (b"HGETEX k EX 5 FIELDS 1 f", "write"),
    (b"HGETEX k PERSIST FIELDS 1 EX", "write"),
    (b"HSETEX k FIELDS 1 f v", "write"), (b"HSETEX k FXX EX 5 FIELDS 1 f FNX", "write"),
    (b"HSETEX k FNX FIELDS 1 f v", "never"),
    # sets and sorted sets
    (b"SADD k m", "never"), (b"SREM k m", "never"), (b"SMOVE a b m", "never"), (b"SPOP k", "never"),
    (b"SUNIONSTORE d a b", "write"), (b"SUNIONSTORE d a d", "never"), (b"SDIFFSTORE d d", "never"),
    (b"ZADD k 1 m", "never"), (b"ZINCRBY k 1 m", "never"), (b"ZPOPMIN k", "never"), (b"ZREM k m", "never"),
    (b"ZUNIONSTORE d 2 a b", "write"), (b"ZUNIONSTORE d 2 a d", "never"), (b"ZRANGESTORE d s 0 5", "write"),
    (b"ZRANGESTORE d d 0 5", "never"), (b"ZINTERSTORE d 1 a WEIGHTS d", "write"), (b"ZDIFFSTORE d 2 d b", "never"),
    (b"PFADD k e", "never"), (b"PFMERGE d a", "write"), (b"PFCOUNT k", "read"),
    (b"GEOADD k 1 1 m", "never"), (b"GEOSEARCHSTORE d s FROMMEMBER m BYRADIUS 1 m", "write"),
    (b"GEORADIUS k 1 1 1 m", "read"), (b"GEORADIUS k 1 1 1 m STORE d", "never"),
    (b"GEORADIUSBYMEMBER k m 1 m STOREDIST d", "never"),
    # streams
    (b"XADD k * f v", "never"), (b"XADD k 1-1 f v", "never"), (b"XREAD STREAMS k 0", "read"),
    (b"XREAD BLOCK 0 STREAMS k 5-5", "read"), (b"XREAD BLOCK 0 STREAMS a b 0 $", "never"),
    (b"XREADGROUP GROUP g c STREAMS k >", "never"), (b"XREADGROUP GROUP g c STREAMS k 0", "never"),
    (b"XACK k g 1-1", "never"), (b"XCLAIM k g c 0 1-1", "never"), (b"XGROUP CREATE k g 0", "never"),
    (b"XGROUP SETID k g 0", "never"), (b"XTRIM k MAXLEN 5", "never"), (b"XDEL k 1-1", "never"),
    # all the rest
    (b"EVAL x 0", "never"), (b"FCALL f 0", "never"), (b"SCRIPT LOAD x", "write"), (b"SCRIPT FLUSH", "never"),
    (b"FUNCTION LOAD x", "never"), (b"FUNCTION LOAD REPLACE x", "write"), (b"PUBLISH c m", "never"),
    (b"WAIT 1 0", "never"), (b"WAITAOF 1 1 0", "never"), (b"FLUSHALL", "never"), (b"SWAPDB 0 1", "never"),
    (b"CONFIG SET x 1", "never"), (b"ACL LOG", "read"), (b"ACL LOG 5", "read"), (b"ACL LOG RESET", "never"),
    (b"ACL SETUSER u", "never"), (b"CLIENT KILL x", "never"), (b"CLIENT PAUSE 5", "never"), (b"MULTI", "never"),
    (b"SUBSCRIBE c", "never"), (b"SELECT 1", "never"), (b"SHUTDOWN", "never"), (b"DEBUG SLEEP 1", "never"),
    (b"CLIENT", "never"), (b"CLIENT NOTHING", "never"), (b"NOTHING x", "never"), (b"", "never"),
])  # fmt: skip
def test_which_requests_may_be_repeated(request_line: bytes, repeat: str) -> None:
    assert repeat_of(request_line.split()) == repeat


HARMLESS = {"script|load", "pfcount"}  # a cache is all that they change, or a script under its own hash


def test_what_the_server_says_it_fits() -> None:
    for entry in walk():
        flags = set(entry.flags)
        if "readonly" in flags:
            assert entry.repeat == "read" or entry.repeat_in is not None, entry.name
        if entry.changes_link or flags & {"write", "pubsub"}:
            assert entry.repeat != "read" or entry.name.startswith("pubsub|"), entry.name
        if entry.changes_link or entry.may_replicate:
            assert (entry.repeat, entry.repeat_in) == ("never", None) or entry.name in HARMLESS, entry.name
        if entry.repeat_in is not None:
            assert entry.repeat == "never", entry.name
        if entry.subcommands and entry.name != "command":
            assert entry.repeat == "never", entry.name


WORDS = [b"EX", b"PX", b"XX", b"NX", b"GET", b"STORE", b"REPLACE", b"FIELDS", b"1", b"-1", b"0", b"$", b"k", b""]


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.data())
@examples(300)
def test_any_request_has_an_answer(words: list[bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(entry.name for entry in walk())))
    assert repeat_of([*name.encode().split(b"|"), *words]) in ("read", "write", "never")
