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
from framewire.redis.server.commands.generic import expiry, keys, objects, sort
from framewire.redis.server.commands.generic import moving as generic_moving
from framewire.redis.server.commands.hashes import hashes
from framewire.redis.server.commands.lists import items, lists
from framewire.redis.server.commands.lists import moving as lists_moving
from framewire.redis.server.commands.scripting import scripting
from framewire.redis.server.commands.server import (
    cluster,
    command,
    debug,
    memory,
    observing,
    persistence,
    replication,
    server,
)
from framewire.redis.server.commands.sets import combined as sets_combined
from framewire.redis.server.commands.sets import sets
from framewire.redis.server.commands.sorted_sets import combined as sorted_sets_combined
from framewire.redis.server.commands.sorted_sets import popping, ranges, sorted_sets
from framewire.redis.server.commands.streams import claiming, groups, info, reading, streams, trimming
from framewire.redis.server.commands.strings import parts, strings
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
    # generic: objects
    "object|encoding": objects.encoding,
    "object|refcount": objects.refcount,
    "object|idletime": objects.idletime,
    "object|freq": objects.freq,
    "object|help": objects.object_help,
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
    # lists: items
    "lindex": items.lindex,
    "lrange": items.lrange,
    "lpos": items.lpos,
    "lset": items.lset,
    "linsert": items.linsert,
    "lrem": items.lrem,
    "ltrim": items.ltrim,
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
    "lmpop": lists_moving.lmpop,
    "blpop": lists_moving.blpop,
    "brpop": lists_moving.brpop,
    "blmove": lists_moving.blmove,
    "brpoplpush": lists_moving.brpoplpush,
    "blmpop": lists_moving.blmpop,
    # sets: combined
    "sdiff": sets_combined.sdiff,
    "sdiffstore": sets_combined.sdiffstore,
    "sinter": sets_combined.sinter,
    "sintercard": sets_combined.sintercard,
    "sinterstore": sets_combined.sinterstore,
    "sunion": sets_combined.sunion,
    "sunionstore": sets_combined.sunionstore,
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
    # sorted_sets: combined
    "zunion": sorted_sets_combined.zunion,
    "zunionstore": sorted_sets_combined.zunionstore,
    "zinter": sorted_sets_combined.zinter,
    "zinterstore": sorted_sets_combined.zinterstore,
    "zintercard": sorted_sets_combined.zintercard,
    "zdiff": sorted_sets_combined.zdiff,
    "zdiffstore": sorted_sets_combined.zdiffstore,
    # sorted_sets: popping
    "zpopmin": popping.zpopmin,
    "zpopmax": popping.zpopmax,
    "zmpop": popping.zmpop,
    "bzpopmin": popping.bzpopmin,
    "bzpopmax": popping.bzpopmax,
    "bzmpop": popping.bzmpop,
    # sorted_sets: ranges
    "zrange": ranges.zrange,
    "zrevrange": ranges.zrevrange,
    "zrangebyscore": ranges.zrangebyscore,
    "zrevrangebyscore": ranges.zrevrangebyscore,
    "zrangebylex": ranges.zrangebylex,
    "zrevrangebylex": ranges.zrevrangebylex,
    "zrangestore": ranges.zrangestore,
    "zcount": ranges.zcount,
    "zlexcount": ranges.zlexcount,
    "zremrangebyrank": ranges.zremrangebyrank,
    "zremrangebyscore": ranges.zremrangebyscore,
    "zremrangebylex": ranges.zremrangebylex,
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
    "xinfo|stream": info.describe,
    "xinfo|groups": info.groups,
    "xinfo|consumers": info.consumers,
    "xinfo|help": info.xinfo_help,
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
    # strings: parts
    "incr": parts.incr,
    "decr": parts.decr,
    "incrby": parts.incrby,
    "decrby": parts.decrby,
    "incrbyfloat": parts.incrbyfloat,
    "strlen": parts.strlen,
    "getrange": parts.getrange,
    "substr": parts.getrange,
    "append": parts.append,
    "setrange": parts.setrange,
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
    # server: observing
    "monitor": observing.monitor,
    "slowlog|get": observing.slowlog_get,
    "slowlog|len": observing.slowlog_len,
    "slowlog|reset": observing.slowlog_reset,
    "slowlog|help": observing.slowlog_help,
    "latency|doctor": observing.latency_doctor,
    "latency|graph": observing.latency_graph,
    "latency|histogram": observing.latency_histogram,
    "latency|history": observing.latency_nothing,
    "latency|latest": observing.latency_nothing,
    "latency|reset": observing.latency_reset,
    "latency|help": observing.latency_help,
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
    "info": server.info,
    "config|get": server.config_get,
    "config|set": server.config_set,
    "config|resetstat": server.config_resetstat,
    "config|rewrite": server.config_rewrite,
    "config|help": server.config_help,
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
    auth blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client|kill client|pause client|reply
    debug discard exec hello monitor multi psubscribe punsubscribe quit reset shutdown ssubscribe
    subscribe sunsubscribe unsubscribe xread xreadgroup
    """.split()
)
"""Commands that change the protocol, the limits or the number of replies, or that may wait: each runs alone."""


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
