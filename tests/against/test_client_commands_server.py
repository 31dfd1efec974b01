"""Methods of links, the server, its users and its counters on every server, under both protocols, beside redis-py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from framewire.redis.client.commands.connection import Connections
from framewire.redis.client.commands.servers.acl import Acl
from framewire.redis.client.commands.servers.introspection import Introspection
from framewire.redis.client.commands.servers.observing import Observing
from framewire.redis.client.commands.servers.replication import Replication
from framewire.redis.client.commands.servers.server import Administration
from framewire.redis.client.errors import ResponseError
from tests.against.client_calls import (
    MINI_REDIS,
    Address,
    ByChance,
    Direct,
    DirectText,
    Scenario,
    called,
    compare_on,
    play_on,
)
from tests.peers import PEERS, REDIS_7, REDIS_8, VALKEY, RedisServer
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

HASH = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"


def typed(kind: type) -> ByChance:
    return ByChance(lambda got: type(got) is kind)


def either_text(got: Any) -> bool:
    return type(got) in (str, bytes) and len(got) > 0


def words(*some: str) -> ByChance:
    """A list of `str` with these among others."""
    return ByChance(lambda got: all(type(word) is str for word in got) and set(some) <= set(got))


def having(**expected: object) -> ByChance:
    """A dict by `str` with these items (or types of items) among others."""

    def holds(got: Any) -> bool:
        assert all(type(name) is str for name in got)
        return all(
            type(got[name]) is value if isinstance(value, type) else got[name] == value
            for name, value in expected.items()
        )

    return ByChance(holds)


def own_line(got: Any) -> bool:
    return any(line["cmd"] == "client|list" and line["name"] == "" and line["id"].isdecimal() for line in got)


def slow_set(got: Any) -> bool:
    assert [type(got[name]) for name in ("id", "start_time", "duration")] == [int, int, int]
    told = got["command"], got["arguments"], got["client_name"]
    return told in (("SET a b c", ["SET", "a", "b c"], ""), (b"SET a b c", [b"SET", b"a", b"b c"], b""))


RULES = {"rules": "-@all +@read +set", "categories": ["-@all", "+@read"], "commands": ["+set"]}
USER = {
    "enabled": True, "passwords": [HASH], **RULES, "keys": ["~a*", "%R~b*"], "channels": ["&news"],
    "selectors": [
        {"rules": "-@all +get", "categories": ["-@all"], "commands": ["+get"], "keys": ["~c*"], "channels": []}
    ],
}  # fmt: skip

SCENARIOS = [
    Scenario("links", [
        (lambda c: c.ping(), True),
        (lambda c: c.ping("x"), b"x"),
        (lambda c: c.echo(b"\xff"), b"\xff"),
        (lambda c: c.client_id(), typed(int)),
        (lambda c: c.client_getname(), None),
        (lambda c: c.client_info(), having(id=int, name="", db=0, user="default", cmd="client|info", addr=str)),
        (lambda c: c.client_list(), ByChance(own_line)),
        (lambda c: c.client_list("normal"), ByChance(own_line)),
        (lambda c: c.client_list("pubsub"), []),
        (lambda c: c.client_list(client_id=[1 << 40]), []),
        (lambda c: c.client_kill_filter(_id=1 << 40, skipme=False), 0),
        (lambda c: c.client_kill_filter(user="default", _type="pubsub"), 0),
        (lambda c: c.client_pause(0, all=False), True),
        (lambda c: c.client_unpause(), True),
        (lambda c: c.client_unblock(1 << 40), False),
        (lambda c: c.client_unblock(1 << 40, error=True), False),
        (lambda c: c.client_getredir(), -1),
        (lambda c: c.client_trackinginfo(), {"flags": ["off"], "redirect": -1, "prefixes": []}),
    ]),
    Scenario("databases", [
        (lambda c: c.mset({"a": 1, "b": 2}), True),
        (lambda c: c.dbsize(), 2),
        (lambda c: c.swapdb(0, 1), True),
        (lambda c: c.dbsize(), 0),
        (lambda c: c.swapdb(0, 1), True),
        (lambda c: c.flushdb(), True),
        (lambda c: c.flushdb(asynchronous=True), True),
        (lambda c: c.flushall(), True),
        (lambda c: c.flushall(asynchronous=True), True),
        (lambda c: c.time(), ByChance(lambda got: list(map(type, got)) == [int, int])),
        (lambda c: c.lastsave(), typed(datetime)),
    ]),
    Scenario("parameters", [
        (lambda c: c.config_get("maxmemory", "nowhere"), {"maxmemory": "0"}),
        (lambda c: c.config_set("slowlog-log-slower-than", 10_000, b"slowlog-max-len", "100"), True),
        (lambda c: c.config_get("maxmemory", "slowlog-max-*"), {"maxmemory": "0", "slowlog-max-len": "100"}),
        (lambda c: c.config_set("slowlog-max-len", "128"), True),
        (lambda c: c.config_get(), having(maxmemory="0", save=str)),
        (lambda c: c.config_resetstat(), True),
    ]),
    Scenario("no modules", [(lambda c: c.module_list(), [])], not_on=(REDIS_8, VALKEY)),
    Scenario("modules", [
        (lambda c: c.module_list(), ByChance(lambda got: having(name="vectorset", ver=int, args=[]).holds(got[0]))),
    ], not_on=(REDIS_7, VALKEY)),
    Scenario("modules of Valkey", [
        (lambda c: c.module_list(), ByChance(lambda got: having(name="lua", ver=int, args=[]).holds(got[0]))),
    ], not_on=(REDIS_7, REDIS_8)),
    Scenario("a replica of nobody", [
        (lambda c: c.role(), ByChance(lambda got: got[0] in (b"master", "master") and type(got[1]) is int)),
        (lambda c: c.replicaof("NO", "ONE"), True),
        (lambda c: c.slaveof(), True),
    ]),
    Scenario("users", [
        (lambda c: c.acl_deluser("u"), typed(int)),
        (lambda c: c.acl_deluser("u"), 0),
        (lambda c: c.acl_whoami(), "default"),
        (lambda c: c.acl_users(), ["default"]),
        (lambda c: c.acl_getuser("u"), None),
        (
            lambda c: c.acl_setuser(
                "u", True, passwords="+x", categories=["+read"], commands=["+set"], keys=["a*", "%R~b*"],
                channels=["news"], selectors=[("+get", "c*")], reset=True,
            ),
            True,
        ),
        (lambda c: c.acl_getuser("u"), having(**USER)),
        (lambda c: c.acl_setuser("u", True, hashed_passwords=["-" + HASH], reset_channels=True), True),
        (lambda c: c.acl_getuser("u"), having(enabled=True, passwords=[], channels=[])),
        (lambda c: c.acl_setuser("u", nopass=True, reset_keys=True, reset_passwords=True), True),
        (
            lambda c: c.acl_getuser("u"),
            ByChance(lambda got: not got["enabled"] and set(got["flags"]) >= {"off", "nopass"} and got["keys"] == []),
        ),
        (lambda c: c.acl_list(), ByChance(lambda got: got[1].startswith("user u off nopass"))),
        (lambda c: c.acl_dryrun("default", "GET", "k"), "OK"),
        (lambda c: c.acl_dryrun("u", "FLUSHALL"), ByChance(lambda got: type(got) is str and "no permissions" in got)),
        (lambda c: c.acl_deluser("u", "v"), 1),
        (lambda c: c.acl_cat(), words("read", "write", "geo")),
        (lambda c: c.acl_cat("geo"), words("geoadd", "geodist")),
        (lambda c: c.acl_genpass(), ByChance(lambda got: type(got) is str and len(got) == 64)),
        (lambda c: c.acl_genpass(5), ByChance(lambda got: type(got) is str and len(got) == 2)),
        (lambda c: c.acl_log_reset(), True),
        (lambda c: c.acl_log(), []),
        (lambda c: c.acl_log(5), []),
        (lambda c: c.acl_help(), ByChance(lambda got: type(got[0]) is str and got[0].startswith("ACL <subcommand>"))),
    ]),
    Scenario("commands", [
        (lambda c: c.command_count(), typed(int)),
        (lambda c: c.command_info("get", "nowhere"), ByChance(lambda got: list(got) == ["get"])),
        (
            lambda c: c.command_info("get"),
            ByChance(lambda got: having(
                name="get", arity=2, flags=["fast", "readonly"], first_key_pos=1, last_key_pos=1, step_count=1,
                acl_categories=["@fast", "@read", "@string"], tips=[], subcommands={},
                key_specifications=[{
                    "flags": ["RO", "access"], "begin_search": {"type": "index", "spec": {"index": 1}},
                    "find_keys": {"type": "range", "spec": {"lastkey": 0, "keystep": 1, "limit": 0}},
                }],
            ).holds(got["get"])),
        ),
        (lambda c: c.command(), ByChance(lambda got: got["config"]["subcommands"]["config|get"]["arity"] == -3)),
        (lambda c: c.command_list(), words("get", "set", "config")),
        (lambda c: c.command_list(category="connection"), words("auth", "ping")),
        (lambda c: c.command_list(pattern="xad?"), ["xadd"]),
        (lambda c: c.command_list(module="nowhere"), []),
        (lambda c: c.command_getkeys("MSET", "a", 1, "b", 2), [b"a", b"b"]),
        (lambda c: c.command_getkeysandflags("SET", "a", 1), [(b"a", ["OW", "update"])]),
    ]),
    Scenario("documentation", [
        (lambda c: c.command_docs("nowhere"), {}),
        (
            lambda c: c.command_docs("get"),
            ByChance(lambda got: having(since="1.0.0", group="string", complexity="O(1)").holds(got["get"])),
        ),
        (lambda c: c.command_docs("set"), ByChance(lambda got: len(got["set"]["arguments"]) >= 4)),
        (lambda c: c.command_docs("slaveof"), ByChance(lambda got: got["slaveof"]["doc_flags"] == ["deprecated"])),
        (lambda c: c.command_docs("config"), ByChance(lambda got: "config|get" in got["config"]["subcommands"])),
    ]),
    Scenario("what a server tells", [
        (lambda c: c.set("a", 1), True),
        (lambda c: c.info("keyspace"), having(db0=dict)),
        (lambda c: c.info(), having(uptime_in_seconds=int, redis_version=str, used_cpu_sys=float)),
        (lambda c: c.info("server", "keyspace"), having(redis_version=str, db0=dict)),
        (lambda c: c.debug_object("a"), having(type="Value", encoding="int", refcount=int, serializedlength=int)),
        (lambda c: c.memory_usage("a"), typed(int)),
        (lambda c: c.memory_usage("a", samples=0), typed(int)),
        (lambda c: c.memory_usage("nowhere"), None),
        (lambda c: c.memory_doctor(), ByChance(either_text)),
        (lambda c: c.memory_purge(), True),
    ]),
    Scenario("a drawing", [
        (lambda c: c.lolwut(), ByChance(either_text)),
        (lambda c: c.lolwut(5, 10, 1, 1), ByChance(either_text)),
    ]),
    Scenario("memory", [
        (lambda c: c.set("a", 1), True),
        (lambda c: c.memory_stats(), ByChance(lambda got: type(got["db.0"]) is dict)),
        (lambda c: c.memory_malloc_stats(), ByChance(either_text)),
    ]),
    Scenario("what a real server tells besides", [
        (lambda c: c.memory_stats(), having(fragmentation=float)),
        (lambda c: c.set("a", 1), True),
        (lambda c: c.info("commandstats"), having(cmdstat_set=dict)),
    ], not_on=(MINI_REDIS,)),
    Scenario("the slow log", [
        (lambda c: c.config_set("slowlog-log-slower-than", 0), True),
        (lambda c: c.slowlog_reset(), True),
        (lambda c: c.set("a", "b c"), True),
        (lambda c: c.config_set("slowlog-log-slower-than", 10_000), True),
        (lambda c: c.slowlog_get(), ByChance(lambda got: any(map(slow_set, got)))),
        (lambda c: c.slowlog_get(-1), ByChance(lambda got: any(map(slow_set, got)))),
        (lambda c: c.slowlog_len(), typed(int)),
        (lambda c: c.slowlog_reset(), True),
        (lambda c: c.slowlog_get(5), []),
    ]),
    Scenario("latency", [
        (lambda c: c.latency_reset(), typed(int)),
        (lambda c: c.latency_reset("a", "b"), 0),
        (lambda c: c.latency_latest(), []),
        (lambda c: c.latency_history("command"), []),
        (lambda c: c.latency_doctor(), ByChance(either_text)),
        (lambda c: c.latency_histogram("nowhere"), {}),
    ]),
    Scenario("a histogram", [
        (lambda c: c.set("a", 1), True),
        (
            lambda c: c.latency_histogram("set"),
            ByChance(lambda got: having(calls=int, histogram_usec=dict).holds(got["set"])),
        ),
    ], not_on=(MINI_REDIS,)),
]  # fmt: skip

BY_THEMSELVES = {
    "client_kill", "save", "bgsave", "bgrewriteaof", "shutdown", "config_rewrite", "module_load", "module_loadex",
    "module_unload", "failover", "acl_load", "acl_save", "latency_graph",
}  # fmt: skip

METHODS = methods_of(
    Connections, Administration, Acl, Introspection, Observing, Replication
)


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_results_are_the_same_everywhere(scenario: Scenario, any_server: tuple[str, Address], protocol: int) -> None:
    play_on(any_server, scenario, protocol)


def test_redis_py_returns_the_same(any_server: tuple[str, Address]) -> None:
    other, compared = compare_on(any_server, SCENARIOS)
    assert other & METHODS == OTHER_RESULTS.keys() & compared & METHODS


def test_no_method_is_left_out() -> None:
    assert called(SCENARIOS) | BY_THEMSELVES >= METHODS


# -- what a scenario cannot tell --------------------------------------------------------------------------------------


@pytest.fixture(params=[2, 3])
def clients(any_server: tuple[str, Address], request: pytest.FixtureRequest) -> Iterator[tuple[Direct, Direct]]:
    with closing(Direct(any_server[1], request.param)) as one, closing(Direct(any_server[1], request.param)) as other:
        yield one, other


def test_a_link_is_killed(clients: tuple[Direct, Direct]) -> None:
    one, other = clients
    address = str(other.client_info()["addr"])
    assert one.client_kill(address) is True
    with pytest.raises(ResponseError, match="No such client"):
        one.client_kill(address)


def test_what_was_refused_is_told(clients: tuple[Direct, Direct], any_server: tuple[str, Address]) -> None:
    one, other = clients
    if not one.command_info("acl|log"):
        pytest.skip("it has no ACL LOG")
    one.acl_log_reset()
    with pytest.raises(ResponseError):
        one.ask((b"EVAL", b"return redis.call('nothing')", 0))
    with pytest.raises(Exception, match="WRONGPASS"):
        other.ask((b"AUTH", b"nobody", b"nothing"))
    (entry,) = one.acl_log()
    assert (entry["count"], entry["reason"], entry["username"]) == (1, "auth", "nobody")
    assert type(entry["age-seconds"]) is float and type(entry["client-info"]["id"]) is int


# -- servers of their own ---------------------------------------------------------------------------------------------


@pytest.fixture(params=PEERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RedisServer]:
    users = tmp_path / "users.acl"
    users.touch()
    options = ("--aclfile", str(users), "--enable-module-command", "yes", "--enable-debug-command", "yes")
    with RedisServer(*options, name=request.param) as server:
        yield server


@pytest.mark.parametrize("protocol", [2, 3])
def test_what_a_server_does_for_its_owner(server: RedisServer, protocol: int) -> None:
    with closing(Direct(server, protocol)) as client:
        assert client.save() is True
        assert client.acl_setuser("u", enabled=True, nopass=True) is True
        assert (client.acl_save(), client.acl_load()) == (True, True)
        assert client.acl_users() == ["default", "u"]
        assert client.bgsave() is True
        assert client.bgrewriteaof() is True
        client.config_set("latency-monitor-threshold", 1)
        client.ask((b"DEBUG", b"SLEEP", b"0.01"))
        (latest,) = [latest for latest in client.latency_latest() if latest[0] == b"command"]
        assert [type(item) for item in latest[:4]] == [bytes, int, int, int]
        assert client.latency_history("command") == [latest[1:3]]
        assert b"command" in client.latency_graph("command")


REFUSALS: list[Callable[[Direct], Any]] = [
    lambda c: c.config_rewrite(),
    lambda c: c.module_load("/nowhere.so", "a"),
    lambda c: c.module_loadex("/nowhere.so", {"a": 1}, ["b"]),
    lambda c: c.module_unload("nowhere"),
    lambda c: c.failover(),
    lambda c: c.failover("127.0.0.1", 1, force=True, timeout=100),
    lambda c: c.failover(abort=True),
    lambda c: c.shutdown(abort=True),
]


def test_what_cannot_be_done_is_an_error_and_no_syntax_error(server: RedisServer) -> None:
    """These need what a test has not: modules, replicas. The requests are right all the same."""
    with closing(Direct(server, 3)) as client:
        for call in REFUSALS:
            with pytest.raises(ResponseError) as refused:
                call(client)
            assert not any(word in str(refused.value) for word in ("syntax", "wrong number", "unknown")), refused.value


def test_a_server_that_goes_sends_no_reply(server: RedisServer) -> None:
    with closing(DirectText(server, 3)) as client:
        with pytest.raises(AssertionError, match="hung up"):
            client.shutdown(nosave=True, now=True, force=True)
    assert server.process.wait() == 0
