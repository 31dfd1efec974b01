"""All methods together: their names, their arguments, what is said of them."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
import redis

from framewire.redis.client.commands.all import Commands
from framewire.redis.facts.table import COMMANDS

METHODS = sorted(name for name in dir(Commands) if not name.startswith("_"))
GROUPS = [group for group in Commands.__mro__[1:] if group.__module__.startswith("framewire.redis.client.commands.")]

ONLY_OURS = {
    "georadius_ro": "redis-py has no method for it",
    "georadiusbymember_ro": "redis-py has no method for it",
    "cluster_forget": "redis-py has no method for it",
    "xsetid": "redis-py has no method for it",
}
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
    "command_info": "redis-py's raises NotImplementedError",
    "latency_graph": "redis-py's raises NotImplementedError",
    "failover": "redis-py's raises NotImplementedError",
}
NOT_OF_THE_COMMAND = ("kwargs", "target_node", "target_nodes")


def test_each_name_stands_once() -> None:
    """Those of the forms of methods too: a group must not take another's."""
    names = [name for group in GROUPS for name in vars(group) if not name.startswith("__")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", METHODS)
def test_the_docstring_says_which_command_it_is_and_what_it_costs(name: str) -> None:
    doc = inspect.getdoc(getattr(Commands, name)) or ""
    words = re.match(r"([A-Z_ -]+)(?: with [a-z ]+)?: ", doc)
    assert words, doc
    assert words[1].lower().split()[0].encode() in COMMANDS
    assert re.search(r"\bO\(|as long as", doc), doc


@pytest.mark.parametrize("name", METHODS)
def test_arguments_are_those_of_redis_py(name: str) -> None:
    """Their names, their order, how they may be given, and their defaults."""
    theirs = getattr(redis.Redis, name, None) or getattr(redis.RedisCluster, name, None)
    assert (theirs is None) == (name in ONLY_OURS)
    if theirs is not None:
        assert (_arguments(getattr(Commands, name)) == _arguments(theirs)) == (name not in OTHER_ARGUMENTS)


def _arguments(method: Any) -> list[tuple[str, object, object]]:
    """But for which nodes of a cluster are meant, and for further ones that redis-py hands on to its connections."""
    parameters = inspect.signature(method).parameters.values()
    return [(each.name, each.kind, each.default) for each in parameters if each.name not in NOT_OF_THE_COMMAND]
