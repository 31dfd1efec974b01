"""What is said about the server, its clients and its channels: asking, listing, stopping, being told of changes."""

from __future__ import annotations

from tests.against.steps import Conversation, by, volatile

_FLAGS_OF_EVENTS = (
    "KEA", "x", "Kg$lshzxetmdn", "KEg$lshzxet", "KEAmn", "g", "Exm", "$lshzxetgdKE", "q", "KEAq", "K", "EK", "mA",
    "d",
)  # fmt: skip

ADMINISTRATION: dict[str, Conversation] = {
    "who listens": [
        "PUBSUB", "PUBSUB nonsense", "PUBSUB CHANNELS", "PUBSUB CHANNELS a b", "PUBSUB NUMSUB", "PUBSUB NUMPAT",
        "PUBSUB NUMPAT x", "PUBSUB SHARDCHANNELS a b", "PUBSUB SHARDNUMSUB", by("b", "SUBSCRIBE news"),
        by("b", "PSUBSCRIBE n* o*"), by("c", "SUBSCRIBE news other"), by("c", "SSUBSCRIBE shard"),
        volatile("sorted", "PUBSUB CHANNELS"), "PUBSUB CHANNELS n*", "PUBSUB CHANNELS x*",
        "PUBSUB NUMSUB news other nobody news", "PUBSUB NUMPAT", "PUBSUB SHARDCHANNELS",
        "PUBSUB SHARDCHANNELS s[gh]*",
        "PUBSUB SHARDNUMSUB shard news", "pubsub channels other", volatile("kind", "PUBSUB HELP"), "PUBSUB HELP x",
        by("b", "UNSUBSCRIBE"), by("b", "PUNSUBSCRIBE", "left"), by("c", "RESET"), "PUBSUB NUMSUB news",
        "PUBSUB NUMPAT", "PUBSUB SHARDCHANNELS", "PUBSUB CHANNELS",
    ],
    "shard channels": [
        "SPUBLISH", "SPUBLISH a", "SPUBLISH a b", "SSUBSCRIBE", "SUNSUBSCRIBE", "SUNSUBSCRIBE a b",
        by("b", "SSUBSCRIBE a b a"), by("b", "SUBSCRIBE a"), "SPUBLISH a hello", "PUBLISH a world", by("b", "GET x"),
        by("b", "SUNSUBSCRIBE a"), by("b", "UNSUBSCRIBE"), by("b", "PING"), by("b", "SUNSUBSCRIBE"), by("b", "PING"),
        by("b", "GET x"),
    ],
    "events as flags": [
        "CONFIG GET notify-keyspace-events",
        *(f"CONFIG {word} notify-keyspace-events {flags}".removesuffix(f" {flags}" if word == "GET" else "")
          for flags in _FLAGS_OF_EVENTS for word in ("SET", "GET")),
        ["CONFIG", "SET", "notify-keyspace-events", ""],
    ],
    "told of changes": [
        "CONFIG SET notify-keyspace-events KEA", by("b", "PSUBSCRIBE __key*__:*"), "SET a 1", "SET a 2 EX 100",
        "INCR a", "INCRBYFLOAT a 1.5", "APPEND a x", "SETRANGE a 0 y", "SETBIT a 1 1", "DEL a missing", "GET missing",
        "RPUSH l a b c", "LPUSH l z", "LSET l 0 y", "LINSERT l BEFORE a x", "LREM l 0 x", "LTRIM l 0 1", "LPOP l",
        "RPOP l", "SADD s a b", "SADD s a", "SREM s a", "SPOP s 5", "HSET h f v", "HINCRBY h n 1", "HDEL h f n",
        "ZADD z 1 a 2 b", "ZINCRBY z 1 a", "ZREM z a", "ZPOPMIN z", "SADD s a", "SUNIONSTORE t s", "RENAME t u",
        "COPY u v", "MOVE u 3", "EXPIRE v 100", "PERSIST v", "EXPIRE v -1", "SET a 1 PXAT 1", "GET a", "MSET a 1 b 2",
        "GETSET a 3", "GETDEL a", "SELECT 2", "SET c 1", "FLUSHALL", "SELECT 0",
        ["CONFIG", "SET", "notify-keyspace-events", ""], "SET a 1", by("b", "PUNSUBSCRIBE"),
    ],
    "told of some changes": [
        "CONFIG SET notify-keyspace-events Kl", by("b", "PSUBSCRIBE *"), "SET a 1", "RPUSH l a", "DEL l",
        "CONFIG SET notify-keyspace-events Eg$", "SET a 1", "RPUSH l a", "DEL l",
        "CONFIG SET notify-keyspace-events Em", "GET a", "GET x", "MGET a x y", "EXISTS x", "STRLEN x", "DEL x",
        "SET x 1",
        "CONFIG SET notify-keyspace-events En", "SET x 2", "SET new 1", "RPUSH list 1", "RPUSH list 2", "DEL new",
        "INCR new", "RENAME new newer", "CONFIG SET notify-keyspace-events KEAn", "SET last 1", "SET last 1",
        "CONFIG SET notify-keyspace-events A", "SET a 1", ["CONFIG", "SET", "notify-keyspace-events", ""],
        by("b", "PUNSUBSCRIBE"),
    ],
    "a flush counts for watch": [
        "SET a 1", "WATCH a", by("b", "FLUSHALL"), "MULTI", "PING", "EXEC", "WATCH a", by("b", "FLUSHALL"), "MULTI",
        "PING", "EXEC", "SET a 1", "WATCH a", by("b", "SELECT 1"), by("b", "FLUSHDB"), "MULTI", "PING", "EXEC",
        "WATCH a", by("b", "SELECT 0"), by("b", "FLUSHDB"), "MULTI", "PING", "EXEC",
    ],
    "slow log": [
        "SLOWLOG", "SLOWLOG nonsense", "SLOWLOG RESET", "SLOWLOG LEN", "SLOWLOG GET", "SLOWLOG GET -1",
        "SLOWLOG GET -2", "SLOWLOG GET x", "SLOWLOG GET 1 2", "SLOWLOG LEN x",
        "CONFIG SET slowlog-log-slower-than -2",
        "CONFIG SET slowlog-log-slower-than x", "CONFIG SET slowlog-max-len -1",
        "CONFIG GET slowlog-log-slower-than", "CONFIG GET slowlog-max-len", "SLOWLOG HELP x",
        volatile("kind", "SLOWLOG HELP"), "CLIENT SETNAME me", "CONFIG SET slowlog-log-slower-than 0", "SET a b",
        ["SET", "a", "x" * 200], ["MGET", *map(str, range(40))], "MULTI", "SET a c", "GET a", "EXEC",
        "AUTH default x",
        "nonsense", "CONFIG SET slowlog-log-slower-than 10000", volatile("slow log", "SLOWLOG GET 20"),
        "SLOWLOG LEN", "CONFIG SET slowlog-max-len 2", "SLOWLOG LEN", volatile("slow log", "SLOWLOG GET"),
        "CONFIG SET slowlog-max-len 128", "SLOWLOG RESET", "SLOWLOG LEN",
        "CONFIG SET slowlog-log-slower-than -1", "KEYS *", "SLOWLOG LEN", "CONFIG SET slowlog-log-slower-than 10000",
    ],
    "memory": [
        "MEMORY", "MEMORY nonsense", "SET a 1", volatile("kind", "MEMORY USAGE a"), "MEMORY USAGE missing",
        "MEMORY USAGE a SAMPLES", "MEMORY USAGE a SAMPLES -1", "MEMORY USAGE a SAMPLES x", "MEMORY USAGE a x y",
        "MEMORY USAGE missing SAMPLES x", volatile("kind", "MEMORY USAGE a SAMPLES 0"), "MEMORY USAGE a SAMPLES 1 x",
        "MEMORY PURGE", "MEMORY PURGE x", volatile("kind", "MEMORY STATS"), volatile("kind", "MEMORY DOCTOR"),
        volatile("kind", "MEMORY MALLOC-STATS"), volatile("kind", "MEMORY HELP"), "MEMORY HELP x",
    ],
    "latency": [
        "LATENCY", "LATENCY nonsense", "LATENCY HISTORY", "LATENCY HISTORY command", "LATENCY LATEST",
        "LATENCY RESET",
        "LATENCY RESET a b", "LATENCY GRAPH command", "LATENCY HISTOGRAM nonsense", volatile("kind",
        "LATENCY DOCTOR"),
        volatile("kind", "LATENCY HELP"),
    ],
    "debug": [
        "DEBUG", "DEBUG nonsense", ["DEBUG", "x" * 200], "DEBUG SLEEP", "DEBUG SLEEP 0", "DEBUG SLEEP 0.01",
        "DEBUG SLEEP x", "DEBUG SLEEP 0 1", "SET a 1", volatile("kind", "DEBUG OBJECT a"), "DEBUG OBJECT missing",
        "DEBUG OBJECT", "DEBUG SET-ACTIVE-EXPIRE 0", "DEBUG SET-ACTIVE-EXPIRE 1", "DEBUG SET-ACTIVE-EXPIRE",
        "DEBUG CHANGE-REPL-ID", "DEBUG CHANGE-REPL-ID x", "DEBUG QUICKLIST-PACKED-THRESHOLD 10",
        "DEBUG QUICKLIST-PACKED-THRESHOLD x", "DEBUG QUICKLIST-PACKED-THRESHOLD 5gb",
        "DEBUG QUICKLIST-PACKED-THRESHOLD 0", "DEBUG STRINGMATCH-LEN 10 a", "DEBUG JMAP", "DEBUG LOG hi",
        "DEBUG ERROR foo", "DEBUG ERROR -foo", ["DEBUG", "ERROR", "a\r\nb"], "DEBUG ERROR", "DEBUG RELOAD x",
        "DEBUG POPULATE x", "DEBUG POPULATE -1", "DEBUG POPULATE 1 a -1", "DEBUG POPULATE 1 a b c",
        "DEBUG POPULATE 3",
        "MGET key:0 key:1 key:2", "DEBUG POPULATE 2 p 3", "DEBUG POPULATE 2 q 10", "MGET p:0 q:1", "SET p:2 mine",
        "DEBUG POPULATE 4 p", "MGET p:2 p:3", "DBSIZE", "DEBUG PAUSE-CRON 0", "FLUSHALL", "DEBUG HELP x",
        volatile("kind", "DEBUG HELP"), "debug sleep 0",
    ],
    "replies of every type": [
        "DEBUG PROTOCOL", "DEBUG PROTOCOL x",
        *(f"DEBUG PROTOCOL {name}" for name in
          "string integer double bignum null array set map verbatim true false".split()),
    ],
    "clients": [
        "CLIENT LIST x", "CLIENT LIST TYPE", "CLIENT LIST TYPE x", "CLIENT LIST TYPE master",
        "CLIENT LIST TYPE replica", "CLIENT LIST TYPE normal x", "CLIENT LIST ID", "CLIENT LIST ID x",
        "CLIENT LIST ID 0 -1", "CLIENT LIST ID 999999", "CLIENT LIST ID 999999 x", by("b", "SUBSCRIBE c d"), by("b",
        "PSUBSCRIBE p"),
        by("b", "SSUBSCRIBE s"), volatile("fields", "CLIENT LIST TYPE pubsub"), by("b", "RESET"),
        "CLIENT LIST TYPE pubsub", "MULTI", "PING", "CLIENT INFO", volatile("kind", "EXEC"), "CLIENT NO-EVICT on",
        volatile("fields", "CLIENT INFO"), "CLIENT NO-EVICT off", "CLIENT NO-EVICT x", "CLIENT NO-EVICT",
        "CLIENT GETREDIR", "CLIENT TRACKINGINFO", "CLIENT REPLY x", "CLIENT REPLY on", "CLIENT REPLY",
    ],
    "unblock": [
        "CLIENT UNBLOCK", "CLIENT UNBLOCK x", "CLIENT UNBLOCK 999999", "CLIENT UNBLOCK 999999 TIMEOUT",
        "CLIENT UNBLOCK 999999 error", "CLIENT UNBLOCK 999999 x", "CLIENT UNBLOCK x y",
        "CLIENT UNBLOCK 999999 ERROR x",
    ],
    "pause": [
        "CLIENT PAUSE", "CLIENT PAUSE x", "CLIENT PAUSE -1", "CLIENT PAUSE 1 x", "CLIENT PAUSE x x",
        "CLIENT PAUSE 1.5",
        "CLIENT PAUSE 0", "CLIENT PAUSE 0 WRITE", "CLIENT PAUSE 9223372036854775807", "CLIENT PAUSE 1 WRITE x",
        "CLIENT PAUSE 9223372036854775808", "CLIENT PAUSE 10000 WRITE", "GET a", "PING", "CLIENT UNPAUSE", "SET a 1",
        "CLIENT PAUSE 20 write", "SET a 2", "CLIENT PAUSE 20 all", "GET a", "CLIENT PAUSE 20", "MULTI", "SET a 3",
        "EXEC", "CLIENT UNPAUSE x", "CLIENT PAUSE 10000 WRITE", "MULTI", "GET a", "EXEC", "CLIENT UNPAUSE",
    ],
    "kill": [
        "CLIENT KILL", "CLIENT KILL x", "CLIENT KILL 1.1.1.1:1", "CLIENT KILL ID", "CLIENT KILL ID x",
        "CLIENT KILL ID 0", "CLIENT KILL ID -1", "CLIENT KILL ID 999999",
        "CLIENT KILL ID 999999 TYPE", "CLIENT KILL ID 999999 TYPE x", "CLIENT KILL TYPE master",
        "CLIENT KILL TYPE slave", "CLIENT KILL TYPE replica", "CLIENT KILL USER nobody",
        "CLIENT KILL USER default ID 999999", "CLIENT KILL ADDR 1:1", "CLIENT KILL LADDR 1:1", "CLIENT KILL SKIPME x",
        "CLIENT KILL SKIPME yes ID 999999", "CLIENT KILL SKIPME no ID 999999", "CLIENT KILL nonsense x",
        "CLIENT KILL MAXAGE 1", "CLIENT KILL ID 1 ID", by("b", "SUBSCRIBE c"), by("c", "PING"),
        "CLIENT KILL TYPE pubsub", by("b", "PING"), by("c", "PING"), "CLIENT KILL TYPE pubsub", "PUBLISH c gone",
    ],
    "kill oneself": ["CLIENT KILL TYPE normal SKIPME yes TYPE pubsub", "PING", "CLIENT KILL SKIPME no", "PING"],
    "statistics": ["CONFIG RESETSTAT", "CONFIG RESETSTAT x", "CONFIG REWRITE", "CONFIG REWRITE x"],
    "alone": [
        "WAIT", "WAIT 0 0", "WAIT 1 10", "WAIT x 0", "WAIT 0 x", "WAIT -1 0", "WAIT 0 -1", "WAIT 1",
        volatile("offset", "ROLE"), "ROLE x",
        "FAILOVER", "FAILOVER x", "FAILOVER ABORT", "FAILOVER TO a b", "FAILOVER TO a 1", "FAILOVER TIMEOUT x",
        "REPLICAOF NO ONE", "REPLICAOF no one", "REPLICAOF a x", "REPLICAOF a", "SLAVEOF NO ONE", "READONLY",
        "READWRITE", "ASKING", "SAVE x", "BGSAVE x", "BGSAVE SCHEDULE x", "SHUTDOWN x", "SHUTDOWN ABORT",
        "SHUTDOWN SAVE NOSAVE", "SHUTDOWN ABORT NOW", "MULTI", "SAVE", "EXEC", volatile("kind", "LASTSAVE"),
    ],
    "keys in requests": [
        f"COMMAND {word} {request}" for word in ("GETKEYS", "GETKEYSANDFLAGS") for request in (
            "GET a", "SET a b", "SET a b GET", "MSET a b c d", "LMOVE a b left right", "SORT a STORE b", "SORT a",
            "SORT a BY w* STORE b STORE c", "SORT a LIMIT STORE 1 GET STORE", "ZUNIONSTORE d 2 a b", "ZUNION 2 a b",
            "ZUNIONSTORE d 0 a", "ZINTERCARD 1 a", "OBJECT ENCODING a", "MEMORY USAGE a", "BLPOP a b 0",
            "BLMPOP 0 2 a b LEFT", "SSUBSCRIBE a", "SUBSCRIBE a", "RENAME a b", "COPY a b", "BITOP AND d a b",
            "BITFIELD a GET u8 0", "BITFIELD a SET u8 0 1", "SMOVE a b m", "PING x", "nonsense x", "GET a b",
        )
    ],
    "the table": [
        f"COMMAND INFO {name}" for name in (
            "spublish ssubscribe sunsubscribe monitor debug wait failover replicaof slaveof role save bgsave "
            "shutdown "
            "flushall flushdb readonly readwrite asking pubsub|channels pubsub|numsub pubsub|numpat "
            "pubsub|shardchannels pubsub|shardnumsub pubsub|help slowlog|get slowlog|len slowlog|reset slowlog|help "
            "memory|usage memory|stats memory|doctor memory|purge memory|malloc-stats memory|help latency|doctor "
            "latency|graph latency|history latency|latest latency|reset latency|histogram latency|help client|list "
            "client|kill client|pause "
            "client|unpause client|unblock client|reply client|no-evict client|getredir client|trackinginfo "
            "config|resetstat config|rewrite command|getkeysandflags"
        ).split()
    ],
}  # fmt: skip
