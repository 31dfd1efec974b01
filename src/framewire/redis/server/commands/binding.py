"""The handlers of commands, bound to their names: the one place that says what this server has.

What belongs here: `HANDLERS`, which gives each name of `redis/facts/` that this server answers to its function, and
`BARRIERS`. What the table of facts has beyond these names is unknown here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS as FACTS
from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.hooks import Handler
from framewire.redis.server.commands.bitmaps import bitfield, bits
from framewire.redis.server.commands.connection import client, clients, connection, pubsub, transactions
from framewire.redis.server.commands.generic import expiry, keys, sort
from framewire.redis.server.commands.generic import moving as generic_moving
from framewire.redis.server.commands.generic import object as object_
from framewire.redis.server.commands.hashes import hashes
from framewire.redis.server.commands.lists import elements, lists
from framewire.redis.server.commands.lists import moving as lists_moving
from framewire.redis.server.commands.lists import popping as lists_popping
from framewire.redis.server.commands.scripting import scripting
from framewire.redis.server.commands.server import (
    cluster,
    command,
    config,
    debug,
    latency,
    memory,
    monitor,
    persistence,
    replication,
    server,
    slowlog,
)
from framewire.redis.server.commands.server import info as server_info
from framewire.redis.server.commands.sets import algebra as sets_algebra
from framewire.redis.server.commands.sets import sets
from framewire.redis.server.commands.sorted_sets import algebra as sorted_sets_algebra
from framewire.redis.server.commands.sorted_sets import popping as sorted_sets_popping
from framewire.redis.server.commands.sorted_sets import ranges as sorted_sets_ranges
from framewire.redis.server.commands.sorted_sets import sorted_sets
from framewire.redis.server.commands.streams import claiming, groups, reading, streams, trimming
from framewire.redis.server.commands.streams import info as streams_info
from framewire.redis.server.commands.strings import counters, ranges, strings
from framewire.redis.server.scripting.scripts import AVAILABLE

__all__ = ["BARRIERS", "COMMANDS", "HANDLERS"]

HANDLERS: Final[dict[str, Handler[Client]]] = {
    # connection: connection
    "ping": connection.ping,
    "echo": connection.echo,
    "hello": connection.hello,
    "auth": connection.auth,
    "select": connection.select,
    "quit": connection.quit_,
    "reset": connection.reset,
    # connection: client
    "client|id": client.id_,
    "client|getname": client.getname,
    "client|setname": client.setname,
    "client|setinfo": client.setinfo,
    "client|info": client.info,
    "client|reply": client.reply,
    "client|no-evict": client.no_evict,
    "client|no-touch": client.no_touch,
    "client|getredir": client.getredir,
    "client|trackinginfo": client.trackinginfo,
    "client|help": client.client_help,
    # connection: clients
    "client|list": clients.list_,
    "client|kill": clients.kill,
    "client|pause": clients.pause,
    "client|unpause": clients.unpause,
    "client|unblock": clients.unblock,
    # connection: transactions
    "multi": transactions.multi,
    "exec": transactions.exec_,
    "discard": transactions.discard,
    "watch": transactions.watch,
    "unwatch": transactions.unwatch,
    # connection: pubsub
    "publish": pubsub.publish,
    "subscribe": pubsub.subscribe,
    "unsubscribe": pubsub.unsubscribe,
    "psubscribe": pubsub.psubscribe,
    "punsubscribe": pubsub.punsubscribe,
    "spublish": pubsub.spublish,
    "ssubscribe": pubsub.ssubscribe,
    "sunsubscribe": pubsub.sunsubscribe,
    "pubsub|channels": pubsub.channels,
    "pubsub|numsub": pubsub.numsub,
    "pubsub|numpat": pubsub.numpat,
    "pubsub|shardchannels": pubsub.shardchannels,
    "pubsub|shardnumsub": pubsub.shardnumsub,
    "pubsub|help": pubsub.pubsub_help,
    # bitmaps: bitfield
    "bitfield": bitfield.bitfield,
    "bitfield_ro": bitfield.bitfield_ro,
    # bitmaps: bits
    "getbit": bits.getbit,
    "setbit": bits.setbit,
    "bitcount": bits.bitcount,
    "bitpos": bits.bitpos,
    "bitop": bits.bitop,
    # generic: expiry
    "expire": expiry.expire,
    "pexpire": expiry.pexpire,
    "expireat": expiry.expireat,
    "pexpireat": expiry.pexpireat,
    "persist": expiry.persist,
    "ttl": expiry.ttl,
    "pttl": expiry.pttl,
    "expiretime": expiry.expiretime,
    "pexpiretime": expiry.pexpiretime,
    # generic: keys
    "del": keys.delete,
    "unlink": keys.delete,
    "exists": keys.exists,
    "touch": keys.exists,
    "type": keys.type_,
    "keys": keys.keys,
    "scan": keys.scan,
    "randomkey": keys.randomkey,
    # generic: moving
    "rename": generic_moving.rename,
    "renamenx": generic_moving.renamenx,
    "move": generic_moving.move,
    "copy": generic_moving.copy,
    "swapdb": generic_moving.swapdb,
    # generic: object
    "object|encoding": object_.encoding,
    "object|refcount": object_.refcount,
    "object|idletime": object_.idletime,
    "object|freq": object_.freq,
    "object|help": object_.object_help,
    # generic: sort
    "sort": sort.sort,
    "sort_ro": sort.sort_ro,
    # hashes: hashes
    "hdel": hashes.hdel,
    "hexists": hashes.hexists,
    "hget": hashes.hget,
    "hgetall": hashes.hgetall,
    "hincrby": hashes.hincrby,
    "hincrbyfloat": hashes.hincrbyfloat,
    "hkeys": hashes.hkeys,
    "hlen": hashes.hlen,
    "hmget": hashes.hmget,
    "hmset": hashes.hmset,
    "hrandfield": hashes.hrandfield,
    "hscan": hashes.hscan,
    "hset": hashes.hset,
    "hsetnx": hashes.hsetnx,
    "hstrlen": hashes.hstrlen,
    "hvals": hashes.hvals,
    # lists: elements
    "lindex": elements.lindex,
    "lrange": elements.lrange,
    "lpos": elements.lpos,
    "lset": elements.lset,
    "linsert": elements.linsert,
    "lrem": elements.lrem,
    "ltrim": elements.ltrim,
    # lists: lists
    "lpush": lists.lpush,
    "rpush": lists.rpush,
    "lpushx": lists.lpushx,
    "rpushx": lists.rpushx,
    "lpop": lists.lpop,
    "rpop": lists.rpop,
    "llen": lists.llen,
    # lists: moving
    "lmove": lists_moving.lmove,
    "rpoplpush": lists_moving.rpoplpush,
    "blmove": lists_moving.blmove,
    "brpoplpush": lists_moving.brpoplpush,
    # lists: popping
    "lmpop": lists_popping.lmpop,
    "blpop": lists_popping.blpop,
    "brpop": lists_popping.brpop,
    "blmpop": lists_popping.blmpop,
    # sets: algebra
    "sdiff": sets_algebra.sdiff,
    "sdiffstore": sets_algebra.sdiffstore,
    "sinter": sets_algebra.sinter,
    "sintercard": sets_algebra.sintercard,
    "sinterstore": sets_algebra.sinterstore,
    "sunion": sets_algebra.sunion,
    "sunionstore": sets_algebra.sunionstore,
    # sets: sets
    "sadd": sets.sadd,
    "scard": sets.scard,
    "sismember": sets.sismember,
    "smembers": sets.smembers,
    "smismember": sets.smismember,
    "smove": sets.smove,
    "spop": sets.spop,
    "srandmember": sets.srandmember,
    "srem": sets.srem,
    "sscan": sets.sscan,
    # sorted_sets: algebra
    "zunion": sorted_sets_algebra.zunion,
    "zunionstore": sorted_sets_algebra.zunionstore,
    "zinter": sorted_sets_algebra.zinter,
    "zinterstore": sorted_sets_algebra.zinterstore,
    "zintercard": sorted_sets_algebra.zintercard,
    "zdiff": sorted_sets_algebra.zdiff,
    "zdiffstore": sorted_sets_algebra.zdiffstore,
    # sorted_sets: popping
    "zpopmin": sorted_sets_popping.zpopmin,
    "zpopmax": sorted_sets_popping.zpopmax,
    "zmpop": sorted_sets_popping.zmpop,
    "bzpopmin": sorted_sets_popping.bzpopmin,
    "bzpopmax": sorted_sets_popping.bzpopmax,
    "bzmpop": sorted_sets_popping.bzmpop,
    # sorted_sets: ranges
    "zrange": sorted_sets_ranges.zrange,
    "zrevrange": sorted_sets_ranges.zrevrange,
    "zrangebyscore": sorted_sets_ranges.zrangebyscore,
    "zrevrangebyscore": sorted_sets_ranges.zrevrangebyscore,
    "zrangebylex": sorted_sets_ranges.zrangebylex,
    "zrevrangebylex": sorted_sets_ranges.zrevrangebylex,
    "zrangestore": sorted_sets_ranges.zrangestore,
    "zcount": sorted_sets_ranges.zcount,
    "zlexcount": sorted_sets_ranges.zlexcount,
    "zremrangebyrank": sorted_sets_ranges.zremrangebyrank,
    "zremrangebyscore": sorted_sets_ranges.zremrangebyscore,
    "zremrangebylex": sorted_sets_ranges.zremrangebylex,
    # sorted_sets: sorted_sets
    "zadd": sorted_sets.zadd,
    "zincrby": sorted_sets.zincrby,
    "zrem": sorted_sets.zrem,
    "zcard": sorted_sets.zcard,
    "zscore": sorted_sets.zscore,
    "zmscore": sorted_sets.zmscore,
    "zrank": sorted_sets.zrank,
    "zrevrank": sorted_sets.zrevrank,
    "zrandmember": sorted_sets.zrandmember,
    "zscan": sorted_sets.zscan,
    # streams: claiming
    "xclaim": claiming.xclaim,
    "xautoclaim": claiming.xautoclaim,
    # streams: groups
    "xack": groups.xack,
    "xpending": groups.xpending,
    "xgroup|create": groups.create,
    "xgroup|setid": groups.set_id,
    "xgroup|destroy": groups.destroy,
    "xgroup|createconsumer": groups.create_consumer,
    "xgroup|delconsumer": groups.remove_consumer,
    "xgroup|help": groups.xgroup_help,
    # streams: info
    "xinfo|stream": streams_info.describe,
    "xinfo|groups": streams_info.groups,
    "xinfo|consumers": streams_info.consumers,
    "xinfo|help": streams_info.xinfo_help,
    # streams: reading
    "xread": reading.xread,
    "xreadgroup": reading.xreadgroup,
    # streams: streams
    "xadd": streams.xadd,
    "xlen": streams.xlen,
    "xrange": streams.xrange,
    "xrevrange": streams.xrevrange,
    "xdel": streams.xdel,
    "xsetid": streams.xsetid,
    # streams: trimming
    "xtrim": trimming.xtrim,
    # strings: counters
    "incr": counters.incr,
    "decr": counters.decr,
    "incrby": counters.incrby,
    "decrby": counters.decrby,
    "incrbyfloat": counters.incrbyfloat,
    # strings: ranges
    "strlen": ranges.strlen,
    "getrange": ranges.getrange,
    "substr": ranges.getrange,
    "append": ranges.append,
    "setrange": ranges.setrange,
    # strings: strings
    "get": strings.get,
    "set": strings.set_,
    "setnx": strings.setnx,
    "setex": strings.setex,
    "psetex": strings.psetex,
    "getset": strings.getset,
    "getdel": strings.getdel,
    "getex": strings.getex,
    "mget": strings.mget,
    "mset": strings.mset,
    "msetnx": strings.msetnx,
    # server: cluster
    "readonly": cluster.no_cluster,
    "readwrite": cluster.no_cluster,
    "asking": cluster.no_cluster,
    # server: command
    "command": command.command,
    "command|count": command.command_count,
    "command|docs": command.command_docs,
    "command|getkeys": command.command_getkeys,
    "command|getkeysandflags": command.command_getkeysandflags,
    "command|info": command.command_info,
    "command|list": command.command_list,
    "command|help": command.command_help,
    # server: debug
    "debug": debug.debug,
    # server: memory
    "memory|usage": memory.usage,
    "memory|stats": memory.stats,
    "memory|doctor": memory.doctor,
    "memory|malloc-stats": memory.malloc_stats,
    "memory|purge": memory.purge,
    "memory|help": memory.memory_help,
    # server: monitor, slowlog, latency
    "monitor": monitor.monitor,
    "slowlog|get": slowlog.slowlog_get,
    "slowlog|len": slowlog.slowlog_len,
    "slowlog|reset": slowlog.slowlog_reset,
    "slowlog|help": slowlog.slowlog_help,
    "latency|doctor": latency.latency_doctor,
    "latency|graph": latency.latency_graph,
    "latency|histogram": latency.latency_histogram,
    "latency|history": latency.latency_nothing,
    "latency|latest": latency.latency_nothing,
    "latency|reset": latency.latency_reset,
    "latency|help": latency.latency_help,
    # server: persistence
    "bgrewriteaof": persistence.bgrewriteaof,
    "lastsave": persistence.lastsave,
    "save": persistence.save,
    "bgsave": persistence.bgsave,
    "shutdown": persistence.shutdown,
    # server: replication
    "wait": replication.wait,
    "role": replication.role,
    "replicaof": replication.replicaof,
    "slaveof": replication.replicaof,
    "failover": replication.failover,
    # server: server
    "time": server.time,
    "dbsize": server.dbsize,
    "flushdb": server.flushdb,
    "flushall": server.flushall,
    # server: info, config
    "info": server_info.info,
    "config|get": config.config_get,
    "config|set": config.config_set,
    "config|resetstat": config.config_resetstat,
    "config|rewrite": config.config_rewrite,
    "config|help": config.config_help,
}

if AVAILABLE:
    HANDLERS.update({
        "eval": scripting.eval_,
        "evalsha": scripting.evalsha,
        "eval_ro": scripting.eval_ro,
        "evalsha_ro": scripting.evalsha_ro,
        "script|debug": scripting.script_debug,
        "script|exists": scripting.script_exists,
        "script|flush": scripting.script_flush,
        "script|kill": scripting.script_kill,
        "script|load": scripting.script_load,
        "script|help": scripting.script_help,
    })

BARRIERS: Final = frozenset(
    """
    auth bgrewriteaof blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client|kill client|pause
    client|reply config|set debug discard exec hello monitor multi psubscribe punsubscribe quit reset shutdown
    ssubscribe subscribe sunsubscribe unsubscribe xread xreadgroup
    """.split()
)
"""Commands that change the protocol, the limits, the hooks or the number of replies, or may wait: each runs alone."""


def _bound(entry: Command) -> Command | None:
    """The entry with those of its subcommands that have a handler; `None` where nothing of it has one."""
    kept = {word: each for word, each in entry.subcommands.items() if each.name in HANDLERS}
    if entry.name not in HANDLERS and not kept:
        return None
    return replace(entry, subcommands=kept) if entry.subcommands else entry


COMMANDS: Final[Mapping[bytes, Command]] = {
    name: bound for name, entry in FACTS.items() if (bound := _bound(entry)) is not None
}
"""The commands that this server has, by their names in lower case."""
