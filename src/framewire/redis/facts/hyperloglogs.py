"""HyperLogLogs: estimates of how many different elements there are."""

from __future__ import annotations

from functools import partial

from framewire.redis.facts.arguments import key, string
from framewire.redis.facts.command import command
from framewire.redis.facts.keys import KeySpec
from framewire.redis.facts.servers import REDIS_7_0

__all__ = ["COMMANDS"]

_entry = partial(command, group="hyperloglog")

COMMANDS = [
    _entry(
        "pfadd", -2, "write denyoom fast", "@hyperloglog", KeySpec("RW insert"),
        summary="Adds elements to an estimate of how many different ones there are.", since="2.8.9",
        complexity="O(1) for each element",
        arguments=(key("key"), string("element", optional=True, multiple=True)),
    ),
    _entry(
        "pfcount", -2, "readonly", "@hyperloglog",
        KeySpec(
            "RW access", last=-1,
            notes="RW because it may change the internal representation of the key, and propagate to replicas",
        ),
        summary="Estimates how many different elements were added, to one key or to several together.", since="2.8.9",
        may_replicate=True,
        complexity="O(1) for one key; O(N) for N keys",
        arguments=(key("key", multiple=True),),
    ),
    _entry(
        "pfdebug", 3, "write denyoom admin", "@hyperloglog", KeySpec("RW access", 2, 2),
        summary="Shows the inside of an estimate, for those who work on the server.", since="2.8.9", doc_flags="syscmd",
        arguments=(string("subcommand"), key("key")),
    ),
    _entry(
        "pfmerge", -2, "write denyoom", "@hyperloglog", (KeySpec("RW access insert"), KeySpec("RO access", 2, -1)),
        summary="Joins estimates, as if all their elements had been added to one.", since="2.8.9",
        complexity="O(N), N keys", repeat="write",
        arguments=(key("destkey"), key("sourcekey", spec=1, optional=True, multiple=True)),
        variants={REDIS_7_0: {"arguments": (key("destkey"), key("sourcekey", spec=1, multiple=True))}},
    ),
    _entry(
        "pfselftest", 1, "admin", "@hyperloglog",
        summary="Tests the code of the estimates, for those who work on the server.", since="2.8.9",
        complexity="Some seconds", doc_flags="syscmd",
    ),
]  # fmt: skip
