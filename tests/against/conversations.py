"""What the differential test says to both servers: conversations that cover every command, errors included.

What belongs here: data about the connection and the server itself. Each data type has a file of its own,
`conversations_*.py`, joined here.
"""

from __future__ import annotations

from tests.against.conversations_bits import BITS
from tests.against.conversations_errorstats import ERRORSTATS
from tests.against.conversations_expiry import EXPIRY
from tests.against.conversations_hashes import HASHES
from tests.against.conversations_keys import KEYS
from tests.against.conversations_lists import LISTS
from tests.against.conversations_scripting import SCRIPTING
from tests.against.conversations_server import ADMINISTRATION
from tests.against.conversations_sets import SETS
from tests.against.conversations_sorted_sets import SORTED_SETS
from tests.against.conversations_sorting import SORTING
from tests.against.conversations_streams import STREAMS
from tests.against.conversations_strings import STRINGS
from tests.against.conversations_transactions import TRANSACTIONS
from tests.against.steps import Conversation, by, volatile

CONNECTION: dict[str, Conversation] = {
    "ping and echo": ["PING", "PING hello", "PING a b", "ping", "PiNg", ["PING", ""], "ECHO", "ECHO hi", "ECHO a b",
                      ["ECHO", b"\x00\r\n\xff"]],
    "hello": [
        volatile("id", "HELLO"), volatile("id", "HELLO 3"), volatile("id", "HELLO"), volatile("id", "HELLO 2"),
        "HELLO 1", "HELLO 4", "HELLO 03", "HELLO +3", "HELLO x", ["HELLO", ""], "HELLO 9223372036854775808",
        "HELLO 3 foo", "HELLO 3 AUTH", "HELLO 3 AUTH default", "HELLO 3 AUTH nobody x", "HELLO 3 SETNAME",
        ["HELLO", "3", "SETNAME", "a b"], "PING", "CLIENT GETNAME",
        volatile("id", "HELLO 3 SETNAME tester AUTH default anything"), "CLIENT GETNAME", "HELLO 2 SETNAME other zzz",
        "CLIENT GETNAME", "GET missing", volatile("id", "hello 2 setname lower"), "GET missing", "CLIENT GETNAME",
    ],
    "a reply has the protocol in force": [
        "GET missing", volatile("id", "HELLO 3"), "GET missing", volatile("id", "HELLO 2"), "GET missing", "RESET",
        "GET missing",
    ],
    "auth without a password": ["AUTH", "AUTH x", "AUTH default x", "AUTH nobody x", "AUTH a b c"],
    "auth with a password": [
        "CONFIG SET requirepass secret", "GET key", by("b", "GET key"), by("b", "PING"), by("b", "nonsense"),
        by("b", "GET"), by("b", "CLIENT nonsense"), by("b", "CLIENT ID"), by("b", "HELLO"), by("b", "HELLO 3"),
        by("b", "HELLO 4"), by("b", "HELLO 3 nonsense"), by("b", "HELLO 3 SETNAME early"), by("b", "AUTH wrong"),
        by("b", "AUTH default wrong"), by("b", "AUTH nobody secret"), by("b", "SUBSCRIBE c"), by("b", "COMMAND COUNT"),
        by("b", "RESET"), by("b", "AUTH secret"), by("b", "GET key"), by("b", "CLIENT GETNAME"), by("b", "RESET"),
        by("b", "GET key"), by("b", "AUTH default secret"), by("b", "GET key"),
        by("c", "HELLO 3 AUTH default wrong"), by("c", ["HELLO", "3", "AUTH", "default", "secret", "SETNAME", "a b"]),
        by("c", "GET missing"), by("d", "HELLO 2 AUTH default secret", "id"), by("d", "GET missing"),
        by("e", "QUIT"), by("b", ["CONFIG", "SET", "requirepass", ""]), by("b", "AUTH secret"), by("b", "RESET"),
        by("b", "GET key"),
    ],
    "select": ["SELECT", "SELECT x", "SELECT -1", "SELECT 16", "SELECT 99999999999", "SELECT 99999999999999999999",
               "SELECT 01", "SET key zero", "SELECT 3", "GET key", "SET key three", "DBSIZE", "SELECT 0", "GET key",
               "SELECT 0 0", "SELECT 15", "RESET", "GET key", "FLUSHALL"],
    "quit": ["PING", "QUIT", "PING"],
    "quit with an argument": ["QUIT now"],
    "reset": ["RESET now", "CLIENT SETNAME x", "SELECT 2", "RESET", "CLIENT GETNAME", "RESET"],
    "http is cut off": ["PING", "POST / HTTP/1.1"],
    "http headers are cut off": ["host: example.org"],
    "unknown commands": [
        "nonsense", "nonsense a b c", ["nonsense", "", " "], ["", "a"], ["a\r\nb", "c\nd"],
        ["nul\0inside", "a\0b", "c"],
        ["x" * 300, "y" * 300, "z"], ["foo", *["0123456789"] * 30], ["foo", "a" * 127, "b"], ["foo", "a" * 126, "b"],
        [b"\xff\xfe", b"\x80"], "get|set", "client|id",
    ],
    "wrong arity": [
        "GET", "GET a b", "SET", "SET a", "DEL", "EXISTS", "EXPIRE", "EXPIRE a", "PEXPIRE a", "TTL", "TTL a b",
        "PTTL", "PERSIST", "PERSIST a b", "TYPE", "TYPE a b", "KEYS", "KEYS a b", "DBSIZE a", "INCR", "INCR a b",
        "PUBLISH", "PUBLISH a", "PUBLISH a b c", "SUBSCRIBE", "PSUBSCRIBE", "TIME a", "gEt", "CLIENT", "CONFIG",
    ],
}  # fmt: skip

CLIENT: dict[str, Conversation] = {
    "names": [
        "CLIENT GETNAME", "CLIENT SETNAME tester", "CLIENT GETNAME", "CLIENT SETNAME", "CLIENT SETNAME a b",
        ["CLIENT", "SETNAME", "a b"], ["CLIENT", "SETNAME", "a\nb"], ["CLIENT", "SETNAME", "\x7f"],
        ["CLIENT", "SETNAME", b"\xc3\xa9"], ["CLIENT", "SETNAME", "!~"], "CLIENT GETNAME", ["CLIENT", "SETNAME", ""],
        "CLIENT GETNAME", "client getname", "CLIENT GETNAME x",
    ],
    "id and info": [volatile("kind", "CLIENT ID"), "CLIENT ID x", volatile("fields", "CLIENT INFO"), "CLIENT INFO x"],
    "subcommands that are not there": [
        "CLIENT", "CLIENT nonsense", "CLIENT nonsense a b", ["CLIENT", "x" * 200], ["CLIENT", "a\0b"], ["CLIENT", ""],
        "CLIENT HELP x", volatile("kind", "CLIENT HELP"),
    ],
}  # fmt: skip

PUBSUB: dict[str, Conversation] = {
    "nobody listens": ["PUBLISH c m", "UNSUBSCRIBE", "UNSUBSCRIBE a b", "PUNSUBSCRIBE", "PUNSUBSCRIBE a b"],
    "subscribe": ["SUBSCRIBE a b a", "SUBSCRIBE c", "UNSUBSCRIBE b zzz", "UNSUBSCRIBE a", "UNSUBSCRIBE", "PING"],
    "patterns": ["PSUBSCRIBE a* b*", "SUBSCRIBE a", "PUNSUBSCRIBE a*", "UNSUBSCRIBE a", "PUNSUBSCRIBE", "GET missing"],
    "while subscribed": [
        "SUBSCRIBE a", "PING", "PING x", "PING x y", "GET key", "SET key v", "nonsense", "GET", "CLIENT",
        volatile("kind", "CLIENT ID"), "ECHO x", "SUBSCRIBE", "PUBLISH other m", "CONFIG GET timeout x y z",
        "UNSUBSCRIBE", "GET missing", "SUBSCRIBE a", "RESET", "GET missing",
    ],
    "hello while subscribed": ["PSUBSCRIBE a", volatile("id", "HELLO 3"), volatile("id", "HELLO 2"), "GET missing"],
    "quit while subscribed": ["SUBSCRIBE a", "QUIT"],
    "messages": [
        by("b", "SUBSCRIBE news other"), by("b", "PSUBSCRIBE n*"), by("c", "PSUBSCRIBE *s"),
        "PUBLISH news hello", ["PUBLISH", "news", b"\x00\r\n\xff"], "PUBLISH nothing x", "PUBLISH unheard x",
        by("b", "UNSUBSCRIBE news"), "PUBLISH news again", by("b", "PUNSUBSCRIBE n*"), "PUBLISH news last",
        by("c", "RESET"), "PUBLISH news gone", "PUBLISH other still",
    ],
    "an empty channel": [by("b", ["SUBSCRIBE", ""]), by("c", "PSUBSCRIBE *"), ["PUBLISH", "", "m"]],
    "a client that publishes to itself": [
        volatile("id", "HELLO 3"), "SUBSCRIBE me", "PUBLISH me hello", "PSUBSCRIBE m*", "PUBLISH me twice",
        "GET missing", "UNSUBSCRIBE", "PUNSUBSCRIBE", "PUBLISH me gone",
    ],
}  # fmt: skip

SERVER: dict[str, Conversation] = {
    "time": [volatile("kind", "TIME"), "TIME x"],
    "config get": [
        "CONFIG GET maxclients", "CONFIG GET MAXCLIENTS maxclients", "CONFIG GET max?lients", "CONFIG GET nonsense",
        "CONFIG GET", "CONFIG GET save", "CONFIG GET appendonly", "CONFIG GET databases", "CONFIG GET timeout",
        volatile("pairs", "CONFIG GET timeout databases appendonly save"), "config get requirepass",
        "CONFIG GET proto-max-bulk-len", "CONFIG GET client-query-buffer-limit", "CONFIG GET [t]imeout",
        "CONFIG GET tcp-keepalive", "CONFIG GET maxmemory", "CONFIG GET maxmemory-policy", "CONFIG GET loglevel",
        "CONFIG GET unixsocket", "CONFIG GET tcp-backlog",
    ],
    "config set": [
        "CONFIG SET timeout 10000", "CONFIG GET timeout", "CONFIG SET TIMEOUT 0", "CONFIG GET timeout", "CONFIG SET",
        "CONFIG SET timeout", "CONFIG SET timeout x", "CONFIG SET timeout -1", "CONFIG SET timeout 2147483648",
        "CONFIG SET timeout 1.5", "CONFIG SET timeout +1", "CONFIG SET timeout 01", ["CONFIG", "SET", "timeout", ""],
        "CONFIG SET timeout 99999999999999999999", "CONFIG SET maxclients 0", "CONFIG SET maxclients 4294967296",
        "CONFIG SET nonsense 1", "CONFIG SET timeout 1 nonsense 2", "CONFIG SET nonsense 2 timeout 1",
        "CONFIG SET timeout 1 timeout 2", "CONFIG SET timeout 1 TIMEOUT 2", "CONFIG SET Timeout x",
        "CONFIG SET databases 4", "CONFIG SET DATABASES 4", "CONFIG SET databases 4 nonsense 1",
        "CONFIG SET nonsense 1 databases 4", "CONFIG SET timeout x databases 4", "CONFIG SET timeout 7 tcp-keepalive x",
        "CONFIG GET timeout", "CONFIG SET timeout 7 maxclients", "CONFIG SET timeout 9 tcp-keepalive 200",
        "CONFIG GET timeout", "CONFIG GET tcp-keepalive", "CONFIG SET timeout 0 tcp-keepalive 300",
        "CONFIG SET unixsocket /x", "CONFIG SET tcp-backlog 5", "CONFIG SET loglevel nonsense",
        "CONFIG SET loglevel WARNING", "CONFIG GET loglevel", "CONFIG SET loglevel notice",
        ["CONFIG", "SET", "non\r\nsense", "1"],
    ],
    "config set of sizes": [
        "CONFIG SET proto-max-bulk-len 1mb", "CONFIG GET proto-max-bulk-len", "CONFIG SET proto-max-bulk-len 10MB",
        "CONFIG GET proto-max-bulk-len", "CONFIG SET proto-max-bulk-len 2000k", "CONFIG GET proto-max-bulk-len",
        "CONFIG SET proto-max-bulk-len 1000kb", "CONFIG SET proto-max-bulk-len 1t", "CONFIG SET proto-max-bulk-len -1",
        "CONFIG SET proto-max-bulk-len 1.5mb", ["CONFIG", "SET", "proto-max-bulk-len", ""],
        "CONFIG SET proto-max-bulk-len x", "CONFIG SET proto-max-bulk-len 536870912", "CONFIG GET proto-max-bulk-len",
        "CONFIG SET client-query-buffer-limit 1kb", "CONFIG SET appendonly nonsense", "CONFIG SET appendonly NO",
        ["CONFIG", "SET", "save", ""], "CONFIG SET save x", "CONFIG SET maxmemory 0",
        "CONFIG SET client-output-buffer-limit normal", "CONFIG SET client-output-buffer-limit nonsense",
        ["CONFIG", "SET", "client-output-buffer-limit", "nonsense 1 1 1"],
        ["CONFIG", "SET", "client-output-buffer-limit", "normal x 1 1"],
        ["CONFIG", "SET", "client-output-buffer-limit", "normal 1 1 -1"],
        ["CONFIG", "SET", "client-output-buffer-limit", "normal 1 1"],
        ["CONFIG", "SET", "client-output-buffer-limit", "normal 300mb 0 0"],
    ],
    "config subcommands": [
        "CONFIG", "CONFIG nonsense", "CONFIG nonsense a b", "CONFIG HELP x", volatile("kind", "CONFIG HELP"),
    ],
    "info": [
        volatile("sections", "INFO"), volatile("sections", "INFO all"), volatile("sections", "INFO everything"),
        volatile("sections", "INFO default"), volatile("sections", "INFO Server clients"), "INFO nonsense",
        volatile("sections", "INFO nonsense CPU cpu"), volatile("sections", "INFO default commandstats"),
        "SET a 1", "INFO keyspace", "SET b 1 EX 100", "SELECT 2", "SET c 1", volatile("average ttl", "INFO keyspace"),
        "INFO modules", "INFO cluster", "FLUSHALL", "INFO keyspace",
    ],
}  # fmt: skip

_OURS = (
    "ping echo get set del exists expire pexpire ttl pttl persist type keys dbsize flushdb flushall incr incrby "
    "publish subscribe unsubscribe psubscribe punsubscribe hello auth select quit reset time info"
).split()

COMMAND: dict[str, Conversation] = {
    "info": [
        *(f"COMMAND INFO {name}" for name in _OURS),
        "COMMAND INFO client|id client|getname client|setname client|info client|help config|get config|set "
        "config|help command|count command|docs command|getkeys command|info command|list command|help",
        "COMMAND INFO GET nonsense get|x client|nonsense Client|Id", ["COMMAND", "INFO", ""],
        volatile("but subcommands", "COMMAND INFO client config command"),
    ],
    "count, list": [
        volatile("kind", "COMMAND COUNT"), "COMMAND COUNT x", "COMMAND LIST nonsense", "COMMAND LIST FILTERBY",
        "COMMAND LIST FILTERBY nonsense x", "COMMAND LIST FILTERBY MODULE json", volatile("kind", "COMMAND LIST"),
        "COMMAND LIST FILTERBY ACLCAT nonsense", "COMMAND LIST FILTERBY PATTERN ping x",
        "COMMAND LIST FILTERBY PATTERN pin?", "COMMAND LIST filterby pattern GET",
        "COMMAND LIST FILTERBY PATTERN nonsense*",
    ],
    "docs": [
        volatile("but texts", "COMMAND DOCS ping"), "COMMAND DOCS nonsense",
        volatile("but texts", "COMMAND DOCS client|id nonsense"),
    ],
    "getkeys": [
        "COMMAND GETKEYS GET a", "COMMAND GETKEYS DEL a b c", "COMMAND GETKEYS SET a b EX 1", "COMMAND GETKEYS SET a",
        "COMMAND GETKEYS nonsense a", "COMMAND GETKEYS PING a", "COMMAND GETKEYS PING", "COMMAND GETKEYS",
        "COMMAND GETKEYS CLIENT ID", "COMMAND GETKEYS CLIENT nonsense", "COMMAND GETKEYS EXISTS a b",
        "COMMAND GETKEYS expire a 1 NX", "COMMAND GETKEYS PUBLISH a b", "COMMAND GETKEYS SUBSCRIBE a b",
    ],
    "subcommands": [
        "COMMAND nonsense", "COMMAND HELP x", volatile("kind", "COMMAND HELP"), volatile("kind", "COMMAND"),
    ],
}  # fmt: skip

CONVERSATIONS: dict[str, Conversation] = {
    f"{group}: {name}": conversation
    for group, conversations in {
        "connection": CONNECTION,
        "client": CLIENT,
        "strings": STRINGS,
        "lists": LISTS,
        "hashes": HASHES,
        "sets": SETS,
        "sorted sets": SORTED_SETS,
        "streams": STREAMS,
        "bits": BITS,
        "keys": KEYS,
        "expiry": EXPIRY,
        "errors": ERRORSTATS,
        "sort": SORTING,
        "pubsub": PUBSUB,
        "server": SERVER,
        "transactions": TRANSACTIONS,
        "scripts": SCRIPTING,
        "administration": ADMINISTRATION,
        "command": COMMAND,
    }.items()
    for name, conversation in conversations.items()
}

# Other versions, and Valkey, name themselves, word some errors or list some flags in another way here.
REDIS_7_0_ONLY = frozenset({
    *(f"administration: {name}" for name in ADMINISTRATION),
    "connection: hello",
    "connection: a reply has the protocol in force",
    "connection: auth with a password",
    "client: id and info",
    "pubsub: hello while subscribed",
    "pubsub: a client that publishes to itself",
    "server: config set",
    "server: info",
    "command: info",
    "bits: bitcount",
    "bits: bitpos",
    "keys: encodings",
    "keys: object",
    "keys: scan",
    "keys: swapdb and watch",
    "keys: watched keys and what is no change",
    "sort: numbers",
    "sort: store",
    "strings: getex",
    "command: getkeys",
    "sort: what they are",
    "keys: what they are",
    "bits: what they are",
    "strings: what they are",
    "lists: what they are",
    "hashes: what they are",
    "sets: what they are",
    "sorted sets: what they are",
    "scripts: what they are",
    "streams: what they are",
})  # fmt: skip
