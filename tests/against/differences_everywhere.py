"""The differences that many conversations meet: how servers name themselves, spell numbers, describe commands, fail.

What belongs here: rows by the conversations they hold for, as a pattern of file names.
"""

from __future__ import annotations

import re

from tests.against.differences import Row, newer, redis_8, valkey

_MODULES = re.compile(r'^(\[.+ "modules") \[\]\]')
_MODULES_IN_RESP3 = re.compile(r'^(%\[.+ "modules") \[\]\]')
_SINCE_7_2 = '"request_policy:all_nodes" "response_policy:all_succeeded"'

_NAMES = [
    newer("hello.*|HELLO.*|[a-z]: HELLO.*", '"version" "7.0.15"', '"version" "{version}"'),
    redis_8("hello.*|HELLO.*|[a-z]: HELLO.*", _MODULES, r'\1 [["name" "vectorset" "ver" :1 "path" "" "args" []]]]'),
    redis_8("HELLO.*", _MODULES_IN_RESP3, r'\1 [%["name" "vectorset" "ver" :1 "path" "" "args" []]]]'),
    valkey("hello.*|HELLO.*|[a-z]: HELLO.*", '"server" "redis"', '"server" "valkey"'),
    valkey("hello.*|HELLO.*|[a-z]: HELLO.*", _MODULES, r'\1 [["name" "lua" "ver" :1 "path" "lua" "args" []]]]'),
    valkey("HELLO.*", _MODULES_IN_RESP3, r'\1 [%["name" "lua" "ver" :1 "path" "lua" "args" []]]]'),
    redis_8("CLIENT (INFO|LIST).*", re.compile(r"(multi=\S+) (.*resp=\d)"),
            r"\1 watch= \2 lib-name= lib-ver= io-thread="),
    valkey("CLIENT (INFO|LIST).*", re.compile(r"(flags=\S+) (.*multi=\S+) (.*resp=\d)"),
           r"\1 capa= \2 watch= \3 lib-name= lib-ver= tot-net-in= tot-net-out= tot-cmds="),
]  # fmt: skip

_COMMANDS = [
    valkey("COMMAND INFO .*", " ~[]]", " []]", 3),  # subcommands that are not there are an array
    newer("COMMAND INFO (blpop|brpop|blmove|brpoplpush|bzpopmin|bzpopmax)", "+noscript ", ""),
    newer("COMMAND INFO msetnx", '"request_policy:multi_shard" "response_policy:agg_min"', ""),
    newer("COMMAND INFO sinterstore", "[+RW +update]", "[+OW +update]"),
    newer("COMMAND INFO z(rev)?rank", '" :3 ', '" :-3 '),
    newer("COMMAND INFO scan", "request_policy:special", 'request_policy:special" "response_policy:special'),
    newer("COMMAND INFO randomkey", "all_shards", 'all_shards" "response_policy:special'),
    newer("COMMAND INFO wait", "+noscript", "+blocking"),
    newer("COMMAND INFO wait", "+@slow", "+@slow +@blocking"),
    newer("COMMAND INFO latency.reset", "all_succeeded", "agg_sum"),
    newer("COMMAND INFO config.(resetstat|rewrite)", re.compile(r"(dangerous\] ~?\[)"), rf"\1{_SINCE_7_2}"),
    newer("COMMAND INFO client.id .*", re.compile(r'("client\|setname" .*?connection\] ~?\[)'), rf"\1{_SINCE_7_2}"),
    newer("COMMAND INFO command.getkeysandflags", ":-4", ":-3"),
    valkey("COMMAND INFO memory.(purge|malloc-stats)", re.compile(r"^(.*? :2 ~?\[)"), r"\1+loading"),
    newer("COMMAND INFO client.id .*", '"command|getkeys" :-4', '"command|getkeys" :-3'),
    valkey("COMMAND INFO (client.(no-evict|getredir)|GET .*)", "+stale", "+stale +allow_busy"),
    valkey("COMMAND INFO select", "+fast]", "+fast +allow_busy]"),
    valkey("COMMAND INFO client.reply", "+stale", "+stale +no_multi +allow_busy"),
    valkey("COMMAND INFO client.id .*", re.compile(r'("client\|(?:id|[sg]etname)" :\d ~?\[[^\]]*)'), r"\1 +allow_busy"),
    valkey("COMMAND INFO script.load .*", re.compile(r'("script\|(?:exists|flush)" :-\d ~?\[[^\]]*)'), r"\1 +stale"),
    valkey("COMMAND INFO script.load .*", '"script|debug" :3', '"script|debug" :-3'),
]  # fmt: skip

# Since 7.2 the shortest text that means a number, and no exponent as long as there are at most 21 digits.
_NUMBERS = {
    "0.10000000000000001": "0.1", "0.29999999999999999": "0.3", "0.14999999999999999": "0.15",
    "0.60000000000000009": "0.6000000000000001", "1000000000000000.8": "1000000000000000.7",
    "1.0000000000000001e-05": "0.00001", "1e+17": "100000000000000000", "1e+18": "1000000000000000000",
    "1.2345678901234568e+17": "123456789012345680", "3.3333333333333332e+19": "33333333333333330000",
    "1.0000000000000001e+300": "1e+300", "4.9406564584124654e-324": "5e-324",
    "9.8813129168249309e-324": "1e-323", "1.9999999999999939e-310": "2e-310", "9.9999999999999694e-311": "1e-310",
}  # fmt: skip
_SPELLINGS = [newer("(Z|EVAL).*", ours, theirs) for ours, theirs in _NUMBERS.items()]

_SCRIPTS = [
    valkey("EVAL.*|EXEC", re.compile(r" script: [0-9a-f]{40}, on "), " script: on "),
    valkey("EVAL.*|EXEC", "No matching script. Please use EVAL.", "No matching script."),
    valkey("EVAL.*", "Lua redis lib command arguments must", "Command arguments must"),
    valkey("EVAL.*", "for this redis lib call", "for this call"),
    valkey("EVAL.*", "Unknown Redis command called", "Unknown command called"),
    valkey("EVAL.*", "calling Redis command", "calling command"),
    valkey("EVAL.*", "This Redis command is not allowed", "This Valkey command is not allowed"),
    valkey("EVAL.*", re.compile(r"redis\.(setresp|log|set_repl|acl_check_cmd)\(\)"), r"server.\1()"),
    newer("EVAL .*redis.log.*", "Invalid debug level", "Invalid log level"),
    newer("EVAL .*redis.set_repl.*", "requires two arguments", "requires one argument"),
    valkey("EVAL #!.*", re.compile(r"Unexpected engine in script shebang: #!(\w*)"),
           r"Could not find scripting engine '\1'"),
]  # fmt: skip

# Since 7.2 a consumer has two times: when it asked, and when it got something.
_CONSUMERS = [
    newer("XINFO CONSUMERS .*", re.compile(r'("idle" :(?:just now|some time ago))'), r'\1 "inactive" :just now'),
    newer("XINFO STREAM .*", re.compile(r'("seen-time" :a date)'), r'\1 "active-time" :a date'),
]

EVERYWHERE: dict[str, list[Row]] = {
    "*": _NAMES,
    "streams: *": _CONSUMERS,
    "*: what they are": _COMMANDS,
    "administration: the table": _COMMANDS,
    "command: info": _COMMANDS,
    "sorted sets: *": _SPELLINGS,
    "scripts: *": [*_SPELLINGS, *_SCRIPTS],
    "errors: *": _SCRIPTS,
}
