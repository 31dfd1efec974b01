"""The differences that one conversation meets.

What belongs here: rows by the conversation they hold for.
"""

from __future__ import annotations

import re

from tests.against.differences import Row, newer, redis_8, valkey

_NOT_AN_INTEGER = "-ERR value is not an integer or out of range"
_WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value"
_NOT_AUTHENTICATED = "-NOAUTH Authentication required."
_CURSOR = "-ERR invalid cursor"

_READ = '[["s" [["1-1" ["a" "b"]]]]]'

_CONNECTION: dict[str, list[Row]] = {
    "connection: hello": [newer("CLIENT GETNAME", "other", "tester", at=(22,))],  # refused, it does nothing
    "connection: auth with a password": [
        newer("b: HELLO.*", "the HELLO AUTH", "the HELLO <proto> AUTH"),
        valkey("b: (nonsense|GET|CLIENT nonsense)", "", _NOT_AUTHENTICATED),
        newer("c: GET missing", "", _NOT_AUTHENTICATED),  # HELLO that is refused behind its AUTH does nothing
    ],
    "pubsub: a client that publishes to itself": [  # its reply comes first
        newer("PUBLISH me (hello|twice)", re.compile("(.*) (:[12])"), r"\2 \1"),
    ],
    "transactions: what is refused ends it": [
        valkey("MULTI", "-ERR MULTI calls can not be nested", "-ERR Command 'multi' not allowed inside a transaction"),
        valkey("EXEC", "", "-EXECABORT Transaction discarded because of previous errors.", at=(11,)),
        valkey("GET a", '"1"', "{null}", at=(12,)),
        valkey("EXEC", '["1"]', "[{null}]", at=(15,)),
    ],
    "scripts: what is there": [
        valkey("EVAL .*pairs.redis.*", '"REPL_SLAVE:number"',
               '"REPL_SLAVE:number" "SERVER_NAME:string" "VALKEY_VERSION:string" "VALKEY_VERSION_NUM:number"'),
        redis_8("EVAL return redis.REDIS_VERSION 0", "7.0.15", "{version}"),
        valkey("EVAL return redis.REDIS_VERSION 0", "7.0.15", "7.2.4"),
        redis_8("EVAL return redis.REDIS_VERSION_NUM 0", ":458767", ":{number}"),
        valkey("EVAL return redis.REDIS_VERSION_NUM 0", ":458767", f":{0x070204}"),
        newer("EVAL return os 0", "", "[]"),
    ],
    "scripts: commands that scripts cannot run": [
        newer("EVAL return redis.call.'blpop', 'a', 0. 0", "", "{null}"),
        valkey("EVAL .*'object', 'nonsense'.*", "Unknown command called from script",
               "unknown subcommand 'nonsense'. Try OBJECT HELP."),
        valkey("EVAL .*'command' *, 'nonsense'.*", "Unknown command called from script",
               "unknown subcommand 'nonsense'. Try COMMAND HELP."),
    ],
    "scripts: what may not block": [  # it may, and does not wait
        newer("EVAL .*'XREAD', ('COUNT', '1', )?'BLOCK', '0'.*", "", _READ),
        newer("EVAL .*'XREADGROUP', .*'BLOCK'.*", "", _READ),
        newer("EVAL .*'XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS'.*", "", "{null}"),
        newer("EVAL .*'xRead'.*", "", "{null}"),
        newer("EVAL .*'XREAD', 'BLOCK', 'x'.*", "XREAD command is not allowed with BLOCK option from scripts",
              "timeout is not an integer or out of range"),
        newer("EVAL .*'BLPOP', 'l'.*", "", '["l" "a"]'),
        newer("EVAL .*'BLPOP', 'none'.*", "", "{null}"),
        newer("EVAL .*'WAIT'.*", "", ":0"),
    ],
    "scripts: DEBUG SET-DISABLE-DENY-SCRIPTS": [newer("EVAL .*'XREAD', 'BLOCK'.*", "", "{null}")],
}  # fmt: skip

_VALUES: dict[str, list[Row]] = {
    "strings: getex": [  # the time is looked at before the key
        valkey("GETEX (miss|l) EX x", "", _NOT_AN_INTEGER),
        valkey("GETEX miss EX 0", "", "-ERR invalid expire time in 'getex' command"),
    ],
    "lists: lpos with wrong options": [
        newer("LPOS l a RANK -9223372036854775808", "",
              "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"),
    ],
    "lists: timeouts": [
        newer("BLPOP l (inf|1e400|1e4932|9{16,}|9223372036854776|9223372036854775807|9+|0x1p16000)",
              "timeout is negative", "timeout is out of range"),
    ],
    "lists: a list keeps its end and its watchers": [valkey("EXEC", "", "[:1]", at=(33,))],
    "hashes: wrong arity": [
        newer("COMMAND GETKEYS .*", "wrong number of arguments for 'command|getkeys' command",
              "Invalid number of arguments specified for command"),
    ],
    "hashes: scan": [
        newer("HSCAN h (-1)?", "", _CURSOR),
        newer("HSCAN h  0", "", '["0" ["a" "1" "b" "2" "c" "3" "aa" "4"]]'),
    ],
    "sets: move": [newer("OBJECT ENCODING [be]", "hashtable", "listpack", at=(16, 20, 21))],
    "sets: stored": [newer("OBJECT ENCODING d", "hashtable", "listpack", at=(117, 121))],
    "sets: encodings": [
        newer("OBJECT ENCODING [stu]", "hashtable", "listpack", at=(3, 5, 7, 9)),
        newer("OBJECT ENCODING w", "intset", "listpack", at=(24,)),
    ],
    "sorted sets: how numbers are read": [  # nor hexadecimal ones
        valkey("(ZADD|ZINCRBY) [zn] 0[xX].* m", "", "-ERR value is not a valid float"),
        valkey("ZSCORE n m", "", '"0.001"', at=(126, 128, 130, 132, 134)),
    ],
    "sorted sets: ask for members": [
        newer("ZRANK z a WITHSCORE", "", '[:0 "1"]', 2), newer("ZRANK z a WITHSCORE", "", "[:0 ,1]", 3)
    ],
    "sorted sets: scan": [valkey("ZSCAN z 0 NOSCORES", "", '["0" ["a" "b" "c" "d" "e" "f"]]')],
    "sorted sets: how bounds are read": [
        newer(r"ZCOUNT z (\(?( 1|0[xX]\S+) inf|-inf ( 1|0[xX]\S+))", "", "-ERR min or max is not a float"),
    ],
    "sorted sets: pop or wait, wrongly": [newer("BZPOPMIN a (inf|1e30)", "is negative", "is out of range")],
    "bits: bitcount": [
        redis_8("BITCOUNT miss 1|BITCOUNT l x", "", "-ERR syntax error"),
        newer("BITCOUNT miss x y", "", _NOT_AN_INTEGER),
        valkey("BITCOUNT k 1", "", ":22"),
        valkey("BITCOUNT k 1 x nonsense", "", "-ERR syntax error"),
        newer("BITCOUNT k -1 -2 nonsense", "", "-ERR syntax error"),
        valkey("BITCOUNT l x", "", _NOT_AN_INTEGER),
    ],
    "bits: bitpos": [newer("BITPOS (miss|l) 1 x", "", _NOT_AN_INTEGER)],
    "sort: numbers": [newer("SORT l( DESC)?", "", "-ERR One or more scores can't be converted into double", at=(1, 2))],
    "sort: store": [newer("OBJECT ENCODING d", "quicklist", "listpack", at=(3,))],
    "keys: encodings": [valkey("OBJECT ENCODING k", "raw", "embstr", at=(18,))],
    "keys: object": [valkey("OBJECT REFCOUNT k", ":2147483647", ":1", at=(3,))],
    "keys: scan": [
        newer("SCAN -1", "", _CURSOR),
        valkey("SCAN 0 COUNT 1000 TYPE nonsense", "", "-ERR unknown type name 'nonsense'"),
    ],
}  # fmt: skip

_IS_SMALLER = "-ERR The ID specified in XADD is equal or smaller than the target stream top item"
_LAST_OF_FIVE = '["s" [["5-1" ["n" "5"]]]]'
_LAST = [  # since 7.4 + stands for the last entry
    newer(r"XREAD STREAMS s \+", "", f"[{_LAST_OF_FIVE}]", 2), newer(r"XREAD STREAMS s \+", "", f"%{_LAST_OF_FIVE}", 3)
]  # fmt: skip
_UNBALANCED = [
    redis_8("XREAD STREAMS .*", "Unbalanced XREAD list of streams: for each stream key an ID or",
            "Unbalanced 'xread' list of streams: for each stream key an ID, '+', or"),
    valkey("XREAD STREAMS .*", "Unbalanced XREAD", "Unbalanced 'xread'"),
    newer("XREADGROUP .*", "Unbalanced XREAD list of streams: for each stream key an ID or '$'",
          "Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>'"),
]  # fmt: skip

_END_OF_CONSUMERS = re.compile(r"\]$")
_IDLE_CONSUMER = ' {map}"name" "NAME" "pending" :0 "idle" :just now "inactive" :never]]'

_STREAMS: dict[str, list[Row]] = {
    "streams: add at the end of ids": [newer(r"XADD s 5-\* a 1", "", _IS_SMALLER)],
    "streams: ids": _LAST,
    "streams: set id": [
        newer("XSETID s 6-5", "", "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"),
        newer("XINFO STREAM s", '"last-generated-id" "6-5"', '"last-generated-id" "7-0"', at=(55,)),
        newer(r"XADD s 6-\* a 1", "", _IS_SMALLER),
        newer("XINFO STREAM s", '"length" :2', '"length" :1', at=(58,)),
        newer("XINFO STREAM s", '"last-generated-id" "6-6"', '"last-generated-id" "7-0"', at=(58,)),
        newer("XINFO STREAM s", '"entries-added" :3', '"entries-added" :2', at=(58,)),
        newer("XINFO STREAM s", '"last-entry" ["6-6"', '"last-entry" ["6-0"', at=(58,)),
    ],
    "streams: read": _UNBALANCED[:2],
    "streams: read with wrong arguments": [
        *_UNBALANCED[:2], *_LAST,
        newer("XREAD BLOCK 9223372036854775807 STREAMS s 0", "", "-ERR timeout is out of range"),
    ],
    "streams: groups": [
        redis_8("XINFO GROUPS s", '"entries-read" :5 "lag" :0', '"entries-read" :5 "lag" :5', at=(22, 27, 34, 49)),
        redis_8("XINFO GROUPS s", '"entries-read" :7 "lag" :-2', '"entries-read" :7 "lag" :5', at=(27, 34, 49)),
        newer("XINFO CONSUMERS s all", ':just now "inactive" :just now', ':just now "inactive" :never'),
    ],
    "streams: read as a group": [  # since 7.2 a consumer that gets nothing is made too
        newer("XINFO CONSUMERS s g", _END_OF_CONSUMERS, _IDLE_CONSUMER.replace("NAME", "d")),
        newer("XINFO STREAM s FULL", re.compile(r"\]{4}$"), ' {map}"name" "d" "seen-time" :a date "active-time" :never '
              '"pel-count" :0 "pending" []]]]]]'),
        newer("XINFO GROUPS s", '"consumers" :3', '"consumers" :4', at=(32,)),
    ],
    "streams: read as a group with wrong arguments": [
        newer(r"XREADGROUP .* STREAMS s \+", "", "-ERR The + ID is meaningless in the context of XREADGROUP: you want "
              "to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. "
              "The + ID would just return an empty result set."),
        *_UNBALANCED[2:],
    ],
    "streams: claim": [
        newer("XINFO CONSUMERS s g", _END_OF_CONSUMERS, _IDLE_CONSUMER.replace("NAME", "new"), at=(54,)),
    ],
    "streams: claim those in a row": [redis_8("XINFO GROUPS s", '"lag" :1]]', '"lag" :0]]', at=(34,))],
    "streams: info": [
        newer("XINFO STREAM s FULL.*|.*full count 0", '"z" "seen-time" :a date "active-time" :a date',
              '"z" "seen-time" :a date "active-time" :never'),
    ],
    "streams: how far groups have read": [
        redis_8("XINFO GROUPS s", '"lag" :5]]', '"lag" :1]]', at=(47,)),
        valkey("XINFO GROUPS s", '"lag" :5]]', '"lag" {null}]]', at=(47,)),
        redis_8("XINFO GROUPS s", '"lag" :5]]', '"lag" :0]]', at=(50,)),
        redis_8("XINFO GROUPS s", '"lag" :41]]', '"lag" :0]]', at=(80,)),
    ],
}  # fmt: skip

_SERVER: dict[str, list[Row]] = {
    "server: config set": [newer("CONFIG SET loglevel nonsense", "notice, warning", "notice, warning, nothing")],
    "server: info": [
        redis_8("INFO( all| everything| default.*)?", "Persistence", "Persistence Threads"),
        redis_8("INFO( all| everything| default.*)?", "Keyspace", "Keyspace Keysizes"),
        valkey("INFO (all|everything)", "Server", "Server TLS"),
        redis_8("INFO modules", "Modules\\r\\n",
                "Modules\\r\\nmodule:name=vectorset,ver=1,api=1,filters=0,usedby=[],using=[],"
                "options=[handle-io-errors|handle-repl-async-load]\\r\\n"),
        valkey("INFO modules", "Modules\\r\\n",
               "Modules\\r\\nmodule:name=lua,ver=1,api=1,filters=0,usedby=[],using=[],"
               "options=[handle-repl-async-load|handle-atomic-slot-migration]\\r\\n"),
        redis_8("INFO keyspace", re.compile(r"(avg_ttl=\w)"), r"\1,subexpiry=0"),
        valkey("INFO keyspace", re.compile(r"(avg_ttl=\w)"), r"\1,keys_with_volatile_items=0"),
    ],
    "administration: told of changes": [
        valkey("EXPIRE v -1", 'del"', 'expired"'),
        valkey("SET a 1 PXAT 1", re.compile(r" \| .*"), ""),  # it is not even set
        valkey("GET a", re.compile(r" \| .*"), "", at=(39,)),
    ],
    "administration: clients": [
        valkey("CLIENT LIST ID (999999 )?x", "", "-ERR syntax error"),
        valkey("CLIENT LIST ID 0 -1", "", "-ERR client-id should be greater than 0"),
        valkey("CLIENT INFO", "multi=-1", "multi=0", at=(22,)),  # behind a transaction
    ],
    "administration: memory": [valkey("MEMORY MALLOC-STATS", "=", "$", 3)],
    "administration: unblock": [valkey("CLIENT UNBLOCK 999999 ERROR x", "", ":0")],
    "administration: pause": [
        newer("CLIENT PAUSE 9223372036854775807", "", "-ERR timeout is out of range"),
        valkey("CLIENT PAUSE 1 WRITE x", "", "+OK"),
    ],
    "administration: kill": [
        valkey("CLIENT KILL ID x", "", "-ERR syntax error"),
        newer("CLIENT KILL MAXAGE 1", "", ":0"),
        valkey("CLIENT KILL ID 1 ID", "", ":0"),
    ],
    "administration: alone": [
        valkey("READONLY|READWRITE", "", "+OK"), valkey("SAVE", "Command not", "Command 'save' not")
    ],
    "command: getkeys": [newer("COMMAND GETKEYS PING", "", "-ERR The command has no key arguments")],
}  # fmt: skip

REPLIES = _CONNECTION | _VALUES | _STREAMS | _SERVER
