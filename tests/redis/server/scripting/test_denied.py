"""What scripts may not run, or may not wait for, and what CLIENT PAUSE holds of them."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.frames.resp import BigNumber, Error, Simple
from tests.redis.server.scripted import Clients, ScriptedClient

pytest.importorskip("lupa.lua51")

OK = Simple(b"OK")
READS = "#!lua flags=no-writes\nreturn "


def run(client: ScriptedClient, script: str) -> Any:
    return client("EVAL", script, "0")


class TestDenied:
    @pytest.fixture
    def client(self) -> ScriptedClient:
        client = Clients(enable_debug_command="yes").new()
        assert client("DEBUG SET-DISABLE-DENY-SCRIPTS 1") == OK
        return client

    @pytest.mark.parametrize(
        ("type_", "replies"),
        [
            ("bignum", [b"1234567999999999999999999999999999999", BigNumber(1234567999999999999999999999999999999)]),
            ("attrib", [b"Some real reply following the attribute"] * 2),
            ("null", [None] * 2), ("true", [1, True]), ("false", [0, False]),
            ("verbatim", [b"This is a verbatim\nstring", b"This is a verbatim\nstring"]),
        ],
    )  # fmt: skip
    def test_every_type_of_reply(self, client: ScriptedClient, type_: str, replies: list[Any]) -> None:
        call = f"redis.call('DEBUG', 'PROTOCOL', '{type_}')"
        assert run(client, f"return {call}") == replies[0]
        client("HELLO 3")
        reply = run(client, f"redis.setresp(3) return {call}")
        assert getattr(reply, "data", reply) == replies[1]

    @pytest.mark.parametrize(
        "call", ["'EVAL', 'return 1', '0'", "'EVALSHA', 'x', '0'", "'EVAL_RO', 'return 1', '0'", "'SCRIPT', 'FLUSH'"]
    )
    def test_no_script_within_a_script(self, client: ScriptedClient, call: str) -> None:
        assert "not allowed from script" in str(run(client, f"return redis.call({call})"))
        assert run(client, "return 1") == 1

    def test_what_a_script_does_to_its_own_client_ends_with_it(self, client: ScriptedClient) -> None:
        assert run(client, "redis.call('SELECT', 3) redis.call('WATCH', 'k') return redis.call('MULTI')") == OK
        assert run(client, "redis.call('QUIT') return redis.call('SET', 'k', 'v')") == OK
        assert client("GET k") == b"v"
        assert run(client, "return {redis.call('GET', 'k'), redis.pcall('EXEC').err}") == [
            b"v",
            b"ERR EXEC without MULTI",
        ]

    def test_a_reset_denies_them_again(self, client: ScriptedClient) -> None:
        client("DEBUG SET-DISABLE-DENY-SCRIPTS 0")
        assert "not allowed from script" in str(run(client, "return redis.call('MULTI')"))


@pytest.mark.parametrize(
    ("name", "options"),
    [("XREAD", ""), ("xread", "'COUNT', '1', "), ("XREADGROUP", "'GROUP', 'g', 'c', ")],
)
def test_nothing_waits_for_a_stream(name: str, options: str) -> None:
    client = Clients().new()
    client("XGROUP CREATE s g 0 MKSTREAM")
    reply = run(client, f"return redis.pcall('{name}', {options}'BLOCK', '0', 'STREAMS', 's', '>')")
    assert reply == Error(f"ERR {name} command is not allowed with BLOCK option from scripts".encode())


def test_a_set_has_an_order_in_scripts() -> None:
    client = Clients().new()
    client("SADD set c a b 1")
    assert run(client, "return redis.call('SORT', 'set', 'BY', 'nosort')") == [b"1", b"a", b"b", b"c"]
    assert run(client, "return redis.call('SORT', 'set', 'BY', 'nosort', 'DESC')") == [b"c", b"b", b"a", b"1"]


@pytest.mark.parametrize("protocol", [2, 3])
def test_a_big_number_is_one_line(protocol: int) -> None:
    client = Clients().new()
    client(f"HELLO {protocol}")
    assert run(client, r"return {big_number='1\r\n2'}") == b"1  2"
    expected = BigNumber(12) if protocol == 3 else b"12  "
    assert run(client, r"return {big_number='12\r\n'}") == expected


class TestPause:
    @pytest.fixture
    def clients(self) -> Clients:
        return Clients()

    def is_held(self, clients: Clients, *request: str) -> bool:
        client = clients.new()
        client(*request)
        held = client.client.blocked is not None
        client.session.close()
        return held

    def test_scripts_that_only_read_run(self, clients: Clients) -> None:
        client = clients.new()
        sha = client("SCRIPT", "LOAD", READS + "2").decode()
        client("CLIENT PAUSE 60000 WRITE")
        assert run(client, READS + "1") == 1
        assert client("EVALSHA", sha, "0") == 2
        assert client("EVALSHA", sha.upper(), "0") == 2
        assert client("EVAL_RO", "return 3", "0") == 3
        client("MULTI")
        client("EVAL", READS + "4", "0")
        assert client("EXEC") == [4]

    @pytest.mark.parametrize("script", ["return 1", "#!lua\nreturn 1", "#!lua flags=bad\nreturn 1", "x x"])
    def test_others_wait(self, clients: Clients, script: str) -> None:
        clients.new()("CLIENT PAUSE 60000 WRITE")
        assert self.is_held(clients, "EVAL", script, "0")
        assert self.is_held(clients, "EVALSHA", "0" * 40, "0")

    def test_a_pause_of_all_holds_them_too(self, clients: Clients) -> None:
        clients.new()("CLIENT PAUSE 60000 ALL")
        assert self.is_held(clients, "EVAL", READS + "1", "0")


@pytest.mark.parametrize("count", [7989, 7997, 7998, 7999])
@pytest.mark.parametrize("call", ["redis.call(unpack(t))", "redis.pcall(unpack(t))", "(redis.call(unpack(t)))"])
def test_as_many_arguments_as_there_may_be(count: int, call: str) -> None:
    client = Clients().new()
    script = f"local t = {{}} for i = 1, {count} do t[i] = i end t[1], t[2] = 'RPUSH', 'list' return {call}"
    assert run(client, script) == count - 2
    assert client("LINDEX list -1") == b"%d" % count
    assert client("LINDEX list 0") == b"3"
    assert client("LINDEX list 4500") == b"4503"
