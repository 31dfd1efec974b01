"""Where our methods are not redis-py's: the tables that tests of arguments, of results and of the documentation share.

What belongs here: a row for each difference from redis-py 8, with its reason.
"""

from __future__ import annotations

ONLY_OURS = {
    "georadius_ro": "redis-py has no method for it",
    "georadiusbymember_ro": "redis-py has no method for it",
    "xsetid": "redis-py has no method for it",
    "cluster_forget": "redis-py has no method for it",
}
"""Methods that redis-py has not."""

NOT_THERE = "redis-py's raises NotImplementedError"

OTHER_ARGUMENTS = {
    "set": "ifeq, ifne, ifdeq and ifdne are of Redis 8.4 (the first of Valkey 8.1 too): `execute` takes them",
    "xadd": "ref_policy, idmpauto and idmp are of Redis 8.2 and later",
    "xtrim": "ref_policy is of Redis 8.2",
    "xread": "max_count and max_size are of Redis 8.6",
    "xreadgroup": "claim_min_idle_time, max_count and max_size are of Redis 8.4 and later",
    "client_list": "an empty tuple in place of a list that could be changed",
    "replicaof": "a host and a port in place of anything",
    "ping": "a message may be sent along",
    "migrate": "a user name goes with the password",
    "xclaim": "the group's last id may be said",
    "xinfo_stream": "a full account may be as long as one likes",
    "cluster_meet": "the port of the cluster's bus may be said",
    "command_info": NOT_THERE,
    "latency_graph": NOT_THERE,
    "failover": NOT_THERE,
}
"""Methods whose arguments have other names, or another order, or other defaults."""

REDIS_PY_HAS_NOT = {
    "command_docs": NOT_THERE,
    "latency_doctor": NOT_THERE,
    "latency_histogram": NOT_THERE,
    "memory_doctor": NOT_THERE,
}
"""Methods whose names and arguments redis-py has, and nothing behind them."""

PAIR = "a tuple: the two items have different types"
SCORES = "tuples of a member and a float, as from all other commands"
OK = "True for OK, as from all other commands"
RECORD = "a dict with str keys, for a record with names"
ITSELF = "a str, as most of what a server says of itself"
YES_OR_NO = "a bool, which is equal to 0 or 1"

OTHER_RESULTS = {
    "set": "False where nothing was set: all yes-or-no replies are bools",
    "lcs": "with idx a dict with str keys, for a record with names",
    "pfadd": YES_OR_NO,
    "hsetnx": YES_OR_NO,
    "hsetex": YES_OR_NO,
    "sismember": YES_OR_NO,
    "smismember": YES_OR_NO,
    "hrandfield": "with withvalues tuples of a field and a value",
    "lmpop": PAIR,
    "blmpop": PAIR,
    "zmpop": SCORES,
    "bzmpop": SCORES,
    "zdiff": SCORES,
    "zrandmember": SCORES,
    "zrank": PAIR,
    "zrevrank": PAIR,
    "restore": OK,
    "migrate": "whether anything was there, in place of OK and NOKEY",
    "xread": "a dict, with RESP2 too",
    "xreadgroup": "a dict, with RESP2 too",
    "xautoclaim": "a tuple, with justid too: where to go on is in it",
    "client_unpause": OK,
    "client_trackinginfo": RECORD,
    "replicaof": OK,
    "acl_dryrun": ITSELF,
    "command_list": ITSELF,
    "command_getkeys": "keys, which are bytes everywhere else",
    "command_getkeysandflags": PAIR,
    "cluster_myid": ITSELF,
    "cluster_bumpepoch": ITSELF,
    "cluster_slots": RECORD,
    "cluster_shards": RECORD,
    "cluster_links": RECORD,
}
"""Methods whose result is another than redis-py's (RESP2, bytes), or of another type."""

NUMBERS = "all that is written as an integer is an int"

OTHER_RECORDS = {
    "xinfo_stream": "in full, what is pending is in tuples",
    "function_list": RECORD,
    "function_stats": RECORD,
    "client_info": NUMBERS,
    "acl_getuser": "the rules in the order that counts are there too; selectors are records as well",
    "acl_log": NUMBERS,
    "command": "flags are sorted lists, key specifications are dicts, subcommands a dict by name",
    "info": "a hash of zeros is a text",
    "debug_object": NUMBERS,
    "memory_stats": "a float, where RESP2 has a text",
    "module_list": "str keys and texts, with RESP2 too",
    "slowlog_get": "the arguments are there too, one by one",
    "latency_latest": PAIR,
    "latency_history": PAIR,
}
"""Methods whose result changes from call to call, and has another structure than redis-py's."""
