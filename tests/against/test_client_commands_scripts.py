"""Methods of scripts, functions and publishing on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

from contextlib import closing

import pytest

from framewire.redis.client.commands.functions import Functions
from framewire.redis.client.commands.publishing import Publishing
from framewire.redis.client.commands.scripting import Scripting
from framewire.redis.client.errors import NoScriptError, ResponseError
from tests.against.client_calls import Address, ByChance, Direct, Scenario, called, compare_on, play_on
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

SHA = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"  # of "return 1"

LIBRARY = """#!lua name=mylib
redis.register_function{function_name='f', callback=function(keys, args) return args[1] end, flags={'no-writes'}}
redis.register_function('g', function(keys, args) return redis.call('SET', keys[1], 'x') end)
"""

MIXED = "return {1, 'a', {2, 'b'}, {ok='x'}, false, 3.9}"


def _one_library(got: object) -> bool:
    """The order of functions is the server's."""
    assert isinstance(got, list)
    (library,) = got
    functions = {str(function["name"]).strip("b'"): function for function in library["functions"]}
    assert functions["f"]["flags"] == ["no-writes"] and functions["g"]["flags"] == []
    assert functions["f"]["description"] is None
    assert library["library_name"] in ("mylib", b"mylib") and library["engine"] in ("LUA", b"LUA")
    return sorted(functions) == ["f", "g"]


SCENARIOS = [
    Scenario("scripts", [
        (lambda c: c.script_flush(), True),
        (lambda c: c.eval("return 1", 0), 1),
        (lambda c: c.eval("return redis.call('SET', KEYS[1], ARGV[1])", 1, "a", b"\xff"), b"OK"),
        (lambda c: c.eval_ro("return redis.call('GET', KEYS[1])", 1, "a"), b"\xff"),
        (lambda c: c.eval(MIXED, 0), [1, b"a", [2, b"b"], b"x", None, 3]),
        (lambda c: c.eval("return redis.call('GET', 'nowhere')", 0), None),
        (lambda c: c.script_load("return 1"), SHA),
        (lambda c: c.script_exists(SHA, "0" * 40), [True, False]),
        (lambda c: c.evalsha(SHA, 0), 1),
        (lambda c: c.evalsha_ro(SHA, 0), 1),
        (lambda c: c.script_flush("ASYNC"), True),
        (lambda c: c.script_flush("SYNC"), True),
        (lambda c: c.script_exists(SHA), [False]),
    ]),
    Scenario("functions", [
        (lambda c: c.function_flush(), True),
        (lambda c: c.function_list(), []),
        (lambda c: c.function_load(LIBRARY), b"mylib"),
        (lambda c: c.function_load(LIBRARY, replace=True), b"mylib"),
        (lambda c: c.fcall("f", 0, b"\xff"), b"\xff"),
        (lambda c: c.fcall("g", 1, "k"), b"OK"),
        (lambda c: c.fcall_ro("f", 0, 1), b"1"),
        (lambda c: c.function_list("my*"), ByChance(_one_library)),
        (lambda c: c.function_list(withcode=True), ByChance(lambda got: "mylib" in str(got[0]["library_code"]))),
        (
            lambda c: c.function_stats(),
            ByChance(lambda got: got["engines"]["LUA"] == {"libraries_count": 1, "functions_count": 2}),
        ),
        (lambda c: c.function_restore(c.function_dump(), "REPLACE"), True),
        (lambda c: c.function_delete("mylib"), True),
        (lambda c: c.function_list(), []),
        (lambda c: c.function_flush("ASYNC"), True),
    ]),
    Scenario("publishing", [
        (lambda c: c.publish("c", "m"), 0),
        (lambda c: c.pubsub_channels(), []),
        (lambda c: c.pubsub_channels("c*"), []),
        (lambda c: c.pubsub_numsub("a", b"b"), [(b"a", 0), (b"b", 0)]),
        (lambda c: c.pubsub_numsub(), []),
        (lambda c: c.pubsub_numpat(), 0),
        (lambda c: c.spublish("c", "m"), 0),
        (lambda c: c.pubsub_shardchannels(), []),
        (lambda c: c.pubsub_shardnumsub("a"), [(b"a", 0)]),
    ]),
]  # fmt: skip

METHODS = methods_of(Scripting, Functions, Publishing)


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_results_are_the_same_everywhere(scenario: Scenario, any_server: tuple[str, Address], protocol: int) -> None:
    play_on(any_server, scenario, protocol)


def test_redis_py_returns_the_same(any_server: tuple[str, Address]) -> None:
    other, compared = compare_on(any_server, SCENARIOS)
    assert other & METHODS == OTHER_RESULTS.keys() & compared & METHODS


def test_no_method_is_left_out() -> None:
    kills = {"script_kill", "function_kill"}
    assert called(SCENARIOS) | kills >= METHODS


@pytest.mark.parametrize("protocol", [2, 3])
def test_errors_of_scripts(any_server: tuple[str, Address], protocol: int) -> None:
    with closing(Direct(any_server[1], protocol)) as client:
        with pytest.raises(NoScriptError):
            client.evalsha("0" * 40, 0)
        with pytest.raises(ResponseError, match="NOTBUSY"):
            client.script_kill()
        inside = client.eval("return {1, {err='MINE went wrong'}}", 0)
        assert inside[0] == 1 and isinstance(inside[1], ResponseError) and inside[1].code == "MINE"


def test_who_listens_is_counted(any_server: tuple[str, Address]) -> None:
    with closing(Direct(any_server[1], 3)) as client, closing(Direct(any_server[1], 3)) as listener:
        listener.ask((b"SUBSCRIBE", b"c"))
        listener.ask((b"PSUBSCRIBE", b"c*"))
        assert client.publish("c", "m") == 2
        assert client.pubsub_channels() == [b"c"]
        assert client.pubsub_numsub("c", "d") == [(b"c", 1), (b"d", 0)]
        assert client.pubsub_numpat() == 1


def test_nothing_runs_that_could_be_killed(any_server: tuple[str, Address]) -> None:
    with closing(Direct(any_server[1], 3)) as client:
        if not client.command_info("function|kill"):
            pytest.skip("it has no functions")
        with pytest.raises(ResponseError, match="NOTBUSY"):
            client.function_kill()
        assert client.function_stats()["running_script"] is None
