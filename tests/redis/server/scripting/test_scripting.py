"""Scripts without a socket: what they cannot reach, what stops them, what they leave behind, what is logged."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Error, Simple
from framewire.redis.facts.command import Command
from framewire.redis.server.clients.client import Client
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.recorder import Recorder
from tests.properties import examples
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

pytest.importorskip("lupa.lua51")

from framewire.redis.server.scripting import limits
from framewire.redis.server.scripting.scripts import parse_flags

OK = Simple(b"OK")


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def client(clients: Clients) -> ScriptedClient:
    return clients.new()


def run(client: ScriptedClient, script: str | bytes, *keys_and_arguments: str | bytes) -> Any:
    return client("EVAL", script, "0", *keys_and_arguments)


class TestSandbox:
    """Nothing of Python, of the system or of other scripts can be reached."""

    @pytest.mark.parametrize(
        "name",
        ["python", "os", "io", "debug", "package", "require", "module", "dofile", "loadfile", "getfenv", "setfenv",
                 "newproxy", "print"],
    )  # fmt: skip
    @pytest.mark.parametrize(
        "way", ["return {0}", "return _G.{0}", "return loadstring('return {0}')()", "return _G._G['{0}']"]
    )
    def test_what_is_not_there(self, client: ScriptedClient, name: str, way: str) -> None:
        assert f"nonexistent global variable '{name}'" in str(run(client, way.format(name)))

    def test_raw_access_finds_nothing_more(self, client: ScriptedClient) -> None:
        names = b"python os io debug getfenv".split()
        assert (
            run(client, "return {" + ",".join(f"type(rawget(_G, '{name.decode()}'))" for name in names) + "}")
            == [b"nil"] * 5
        )

    def test_no_value_is_an_object_of_python(self, client: ScriptedClient) -> None:
        script = """
            local seen, found = {}, {}
            local function look(value, path)
              if type(value) == 'userdata' and value ~= cjson.null then found[#found + 1] = path end
              if type(value) ~= 'table' or seen[value] then return end
              seen[value] = true
              for k, v in pairs(value) do look(k, path) look(v, path .. '.' .. tostring(k)) end
              look(getmetatable(value), path .. '!')
            end
            look(_G, '_G')
            return found
        """
        assert run(client, script) == []

    @pytest.mark.parametrize(
        "catching",
        [
            "local ok, e = pcall(redis.call, 'nonsense') return type(e)",
            "local ok, e = pcall(redis.call, {}) return type(e)",
            "local ok, e = pcall(bit.band, {}) return type(e)",
            "local ok, e = pcall(cjson.decode, '{') return type(e)",
            "local ok, e = pcall(struct.unpack, 'b', '') return type(e)",
            "local ok, e = pcall(math.random, 0) return type(e)",
            "local r xpcall(function() bit.band({}) end, function(e) r = type(e) end) return r",
            "local c = coroutine.create(function() bit.band({}) end) local ok, e = coroutine.resume(c) return type(e)",
            "local ok, e = pcall(coroutine.wrap(function() bit.band({}) end)) return type(e)",
            "local f, e = load(bit.band) return type(e)",
        ],
    )
    def test_what_can_be_caught_is_no_object_of_python(self, client: ScriptedClient, catching: str) -> None:
        assert run(client, catching) == b"string"

    def test_a_table_with_an_error_in_it_is_seen_by_xpcall(self, client: ScriptedClient) -> None:
        assert run(client, "local r xpcall(function() redis.call('x') end, function(e) r = e.err end) return r") == (
            b"ERR Unknown Redis command called from script"
        )

    @pytest.mark.parametrize(
        "spoiling",
        [
            "local s = getmetatable('').__index s.upper = nil",
            "for k, v in pairs(_G) do if type(v) == 'table' then v.spoilt = 1 end end",
            "local t = select(2, next(_G)) rawset(_G, 'spoilt', 1)",
            "local f, s = pairs(string) s.upper = nil",
            "table.foreach(_G, function(k, v) if k == 'string' then rawset(v, 'upper', 1) end end)",
            "collectgarbage('stop')",
            "string.gsub('x', '.', function() setmetatable(string, nil) end)",
            "xpcall(function() error(string) end, function(e) e.upper = nil end)",
            "error(_G)",
            "table.sort(string) table.remove(string) table.setn(string, 3)",
            "table.insert(string, 1)",
            "table.insert(string, 1, 2)",
            "error(redis)",
            "KEYS.spoilt = redis ARGV[1] = 'x'",
        ],
    )
    def test_a_script_leaves_nothing_behind(self, client: ScriptedClient, spoiling: str) -> None:
        run(client, spoiling)
        assert run(client, "return {('x'):upper(), string.upper('y'), #KEYS, #ARGV, redis.call('ECHO', 'z')}") == (
            [b"X", b"Y", 0, 0, b"z"]
        )
        assert "nonexistent" in str(run(client, "return spoilt"))
        assert run(client, "return rawget(string, 'spoilt') == nil and rawget(redis, 'err') == nil") == 1

    def test_compiled_code_is_refused(self, client: ScriptedClient) -> None:
        dumped = "local f = loadstring(string.dump(function() return 1 end)) return f == nil"
        assert run(client, dumped) == 1
        assert "unexpected symbol" in str(run(client, b"\x1bLua"))


class Clock:
    """A clock that is a millisecond further each time that somebody looks: scripts are stopped by work, not by time."""

    def __init__(self) -> None:
        self.milliseconds = 0

    def __call__(self) -> float:
        self.milliseconds += 1
        return self.milliseconds / 1000


@pytest.mark.thorough
class TestLimits:
    """`busy_reply_threshold` is in milliseconds."""

    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        clock = Clock()
        monkeypatch.setattr(limits, "monotonic", clock)
        return clock

    @pytest.mark.parametrize(
        "script",
        [
            "while true do end",
            "while true do pcall(function() while true do end end) end",
            "local function f() return f() end return f()",
            "while true do coroutine.wrap(function() while true do end end)() end",
            "local c = coroutine.create(function() while true do pcall(error) end end) while true do "
            "coroutine.resume(c) end",
            "while true do redis.pcall('GET', 'k') end",
            "xpcall(function() while true do end end, function() while true do end end) while true do end",
            "while true do xpcall(error, function() while true do end end) end",
            "while true do loadstring('x = ')  end",
            "while true do redis.call('KEYS', '*0') end",
            "while true do redis.sha1hex('x') end",
            "while true do cmsgpack.pack(ARGV) end",
            "while true do cmsgpack.unpack('\\1') end",
            "while true do struct.pack('b', 1) end",
            "while true do bit.bor(1, 2) end",
            "while true do math.random() end",
            "while true do cjson.decode('[1]') end",
            "local t = {} for i = 1, 22 do t = {t, t} end return cjson.encode(t)",
            "local t = {} for i = 1, 22 do t = {t, t} end return pcall(cjson.encode, t)",
            "return pcall(function() while true do end end)",
            "return pcall(function() while true do redis.sha1hex('x') end end)",
            "return xpcall(function() while true do end end, function() return 1 end)",
            "return xpcall(function() while true do end end, error)",
            "return coroutine.resume(coroutine.create(function() while true do end end))",
            "return coroutine.resume(coroutine.create(function() while true do redis.pcall('PING') end end))",
            "return coroutine.wrap(function() while true do pcall(cjson.decode, '[1]') end end)()",
            "return load(function() while true do end end)",
            "return {pcall(string.gsub, 'x', 'x', function() while true do end end)}",
            "return tostring(setmetatable({}, {__tostring = function() while true do end end}))",
            "local t = {} for i = 1, 20 do t = {t, t} end local u = {} for i = 1, 99 do u[i] = t end return u",
        ],
    )
    def test_an_endless_script_is_stopped(self, clock: Clock, script: str) -> None:
        client = Clients(busy_reply_threshold=20).new()
        reply = run(client, script)
        assert "ERR Script stopped: it ran for longer than busy-reply-threshold, 20 ms." in str(reply)
        client.session.state.config.busy_reply_threshold = 60_000  # for the next one, which is long but not endless
        assert run(client, "local n = 0 for i = 1, 1000000 do n = n + 1 end return n") == 1_000_000

    def test_one_that_has_written_goes_on(self, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
        client = Clients(busy_reply_threshold=50).new()
        script = "redis.call('SET', 'k', 'v') local n = 0 for i = 1, 3000000 do n = n + 1 end return n"
        assert run(client, script) == 3_000_000
        assert "others get BUSY" in caplog.text

    @pytest.mark.parametrize(
        "call",
        [
            "redis.call('KEYS', '*0')",
            "cmsgpack.pack(ARGV)",
            "struct.pack('b', 1)",
            "cjson.encode(KEYS)",
            "cjson.decode('[1]')",
            "redis.log(0, 'x')",
            "math.random()",
        ],
    )
    def test_no_call_outruns_the_clock(self, clock: Clock, call: str) -> None:
        clients = Clients(busy_reply_threshold=50)
        client = clients.new()
        for number in range(1000):
            client("SET", f"key:{number}", "x")
        before = clock.milliseconds
        assert "Script stopped" in str(run(client, f"while true do {call} end"))
        assert clock.milliseconds - before < 100  # looks, of which each call makes one

    def test_the_next_script_is_not_stopped(self) -> None:
        client = Clients(busy_reply_threshold=20).new()
        long = "local t = {} for i = 1, 20 do t = {t, t} end local u = {} for i = 1, 99 do u[i] = t end return u"
        assert "Script stopped" in str(run(client, long))
        assert [run(client, "local n = 0 n = n + 1 return n") for _ in range(3)] == [1, 1, 1]

    @pytest.mark.parametrize(
        "script",
        ["return {1, {2}}", "return pcall(cjson.encode, {1}) and {1, {2}}", "error('x')", "return redis.call('x')",
         "local t = coroutine.wrap(function() return {1, {2}} end) return t()", "return cjson.encode(pairs)"],
    )  # fmt: skip
    def test_wherever_the_clock_is_looked_at(self, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        """After each instruction: in the script, in what is around it, and in what answers it."""
        looks = 0

        def stop_at_last(running: limits.Limits) -> bool:
            nonlocal looks
            looks -= 1
            if looks == 0:
                running.reason = b"Script stopped: now."
            return looks == 0

        client = Clients().new()
        usual = run(client, script)
        monkeypatch.setattr(limits, "INSTRUCTIONS", 1)
        monkeypatch.setattr(limits.Limits, "is_over", stop_at_last)
        client = Clients().new()
        run(client, script)
        for count in range(1, 1000):
            looks = count
            reply = run(client, script)
            if looks > 0:  # it has ended before
                assert count > 20
                break
            assert str(reply).startswith("ERR Script stopped: now. script: ")
            looks = 0
            assert run(client, script) == usual
        else:
            raise AssertionError("no end")

    def test_time_between_scripts_does_not_count(self, clock: Clock) -> None:
        clients = Clients(busy_reply_threshold=50)
        client = clients.new()
        asked: list[int] = []
        clients.state.while_busy = lambda: asked.append(1)
        assert run(client, "return redis.call('SET', 'k', 'v')") == OK
        clock.milliseconds += 200
        for number in range(20_000):  # Lua's hook looks at the clock while these are compiled, too
            client("SCRIPT", "LOAD", f"return {number}")
        assert not asked
        assert run(client, "return 1") == 1

    def test_a_stop_names_where_the_script_was(self) -> None:
        client = Clients(busy_reply_threshold=20).new()
        reply = run(client, "local t = {}\nreturn pcall(function()\n  while true do\n  end\nend)")
        assert str(reply).endswith("@user_script:3.")

    def test_the_end_of_the_server_ends_one_that_has_written(self) -> None:
        clients = Clients(busy_reply_threshold=20)
        clients.state.ending = True
        reply = run(clients.new(), "redis.call('SET', 'k', 'v') while true do pcall(redis.call, 'GET', 'k') end")
        assert "the server is shutting down" in str(reply)

    def test_others_are_answered_meanwhile(self, clock: Clock) -> None:
        clients = Clients(busy_reply_threshold=20)
        seen: list[int] = []

        def answer() -> None:
            seen.append(1)
            clients.state.ending = len(seen) == 3

        clients.state.while_busy = answer
        assert "shutting down" in str(run(clients.new(), "redis.call('SET', 'k', 'v') while true do end"))
        assert len(seen) == 3
        assert clock.milliseconds >= 40  # 20, and 10 between two looks after the others

    def test_no_threshold_no_end(self) -> None:
        client = Clients(busy_reply_threshold=0).new()
        assert run(client, "for i = 1, 1000000 do end return 1") == 1

    @pytest.mark.parametrize(
        "script",
        [
            "return string.rep('x', 1e9)",
            "local s = 'x' while true do s = s .. s end",
            "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end",
            "local t = {} while true do t[#t + 1] = redis.call('ECHO', ('x'):rep(100000) .. #t) end",
            "local t = {} while true do t[#t + 1] = cjson.decode('[1,2,3,4,5,6,7,8]') end",
            "local t = {} while true do t[#t + 1] = redis.sha1hex(#t) end",
            "local t = {} while true do t[#t + 1] = redis.pcall('LRANGE', 'list', 0, -1) end",
            "redis.call('SET', 'k', ('x'):rep(8000000)) return {redis.call('GET', 'k') .. 'y', "
            "redis.call('GET', 'k') .. 'z'}",
            "local t = {} while true do t[#t + 1] = select(2, pcall(redis.call, 'LRANGE', 'list', 0, -1)) end",
            "local t = {} local f = function() while true do t[#t + 1] = #t .. 'x' end end pcall(f) while true "
            "do pcall(redis.call, 'x') end",
            "local t = {} while true do t[#t + 1] = cmsgpack.unpack(cmsgpack.pack({{}, {}, {{}}})) end",
            "local t = {} while true do t[#t + 1] = {redis.error_reply('x'), math.random(), bit.tohex(#t)} end",
        ],
    )
    def test_memory_has_an_end(self, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        for name, mebibytes in {"MEMORY_LIMIT": 32, "KEPT_BACK": 8, "MARGIN": 2}.items():
            monkeypatch.setattr(limits, name, mebibytes * 1024 * 1024)
        client = Clients(busy_reply_threshold=0).new()
        client("RPUSH", "list", *map(str, range(2000)))
        for _ in range(2):
            assert "not enough memory" in str(run(client, script))
        assert run(client, "return 1") == 1

    @pytest.mark.parametrize(
        "script",
        [
            "local function f() return f() + 1 end return f()",
            "local t = {} t = setmetatable(t, {__index = function(_, k) return t[k + 1] end}) return t[1]",
            "local function f() pcall(f) end f() return 1",
            "local s = ('('):rep(10000) .. (')'):rep(10000) return loadstring('return ' .. s) == nil and 1",
            "return #string.rep('a', 1000):match(('(a?)'):rep(30))",
        ],
    )
    def test_recursion_has_an_end(self, client: ScriptedClient, script: str) -> None:
        run(client, script)
        assert run(client, "return 1") == 1

    def test_a_table_in_itself_is_cut_off(self, client: ScriptedClient) -> None:
        reply = run(client, "local t = {} t[1] = t return t")
        depth = 0
        while isinstance(reply, list):
            (reply,) = reply
            depth += 1
        assert (depth, reply) == (7995, Error(b"ERR reached lua stack limit"))

    def test_thousands_of_scripts(self, client: ScriptedClient) -> None:
        shas = [client("SCRIPT", "LOAD", f"return {number}") for number in range(3000)]
        assert [client("EVALSHA", sha, "0") for sha in shas[::100]] == list(range(0, 3000, 100))
        assert client("SCRIPT FLUSH") == OK
        assert client("SCRIPT", "EXISTS", *shas[:3]) == [0, 0, 0]
        assert "NOSCRIPT" in str(client("EVALSHA", shas[0], "0"))


class TestOthers:
    """What other clients, and those who look, see of a script."""

    def test_nobody_is_served_before_its_end(self, clients: Clients, client: ScriptedClient) -> None:
        waiting = clients.new()
        waiting("BLPOP list 0")
        assert run(client, "redis.call('RPUSH', 'list', 'a') return redis.call('LLEN', 'list')") == 1
        assert waiting.heard == [[b"list", b"a"]]

    def test_who_is_served_by_a_script_that_fails(self, clients: Clients, client: ScriptedClient) -> None:
        waiting = clients.new()
        waiting("BLPOP list 0")
        assert isinstance(run(client, "redis.call('RPUSH', 'list', 'a') error('x')"), Error)
        assert waiting.heard == [[b"list", b"a"]]

    def test_its_own_client_is_not_counted(self, clients: Clients, client: ScriptedClient) -> None:
        run(client, "return 1")
        assert len(clients.state.clients) == 1
        assert clients.state.stats.connections_received == 1

    def test_a_change_ends_the_transaction_of_its_own_client(self, client: ScriptedClient) -> None:
        client("WATCH k")
        run(client, "redis.call('SET', 'k', 'v')")
        client("MULTI")
        assert client("EXEC") != []

    def test_each_command_is_looked_at(self, clients: Clients, client: ScriptedClient) -> None:
        seen: list[tuple[str, str]] = []
        clients.state.hooks.add(lambda client, command, request: None, _noting(seen))
        clients.state.hooks_changed()
        run(client, "redis.call('SET', 'k', 'v') redis.pcall('INCR', 'k') return redis.call('GET', 'k')")
        assert seen == [("lua", "set"), ("lua", "incr"), ("lua", "get"), ("127.0.0.1:50000", "eval")]

    def test_what_it_wrote_is_logged_as_one_unit(self, clients: Clients, client: ScriptedClient) -> None:
        units: list[Unit] = []
        Recorder(clients.state, units.append).start()
        run(client, "redis.call('SET', 'k', 'v', 'EX', 10) redis.call('SELECT', 3) redis.call('SADD', 's', 'x') "
                    "redis.call('SPOP', 's') redis.call('GET', 'k') error('too late')")  # fmt: skip
        assert units == [
            [
                (0, [b"SET", b"k", b"v", b"PXAT", b"%d" % (NOON + 10_000)]),
                (3, [b"SADD", b"s", b"x"]),
                (3, [b"SREM", b"s", b"x"]),
            ]
        ]
        assert run(client, "return redis.call('GET', 'k')") == b"v"
        assert len(units) == 1

    @pytest.mark.thorough
    def test_without_lua_there_are_no_scripts(self) -> None:
        program = (
            "import sys; sys.modules['lupa'] = None\n"
            "from tests.redis.server.scripted import Clients\n"
            "print(Clients().new()('EVAL', 'return 1', '0'))"
        )
        output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert output.stdout.startswith("ERR unknown command 'EVAL'")

    def test_errors_are_counted_once(self, clients: Clients, client: ScriptedClient) -> None:
        run(client, "redis.call('SET', 'k', 'v') redis.call('INCR', 'k')")
        run(client, "error('x')")
        assert clients.state.stats.errors == {"ERR": 2}

    def test_writes_are_refused_while_the_disk_fails(self, clients: Clients, client: ScriptedClient) -> None:
        clients.state.write_error = b"MISCONF nothing can be written"
        assert str(run(client, "return redis.call('SET', 'k', 'v')")).startswith(
            "MISCONF nothing can be written script:"
        )
        assert run(client, "return redis.call('GET', 'k')") is None
        assert str(run(client, "#!lua\nreturn 1")) == "MISCONF nothing can be written"
        assert run(client, "#!lua flags=no-writes\nreturn 1") == 1

    def test_log_lines(self, client: ScriptedClient, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG, "framewire.redis.scripts"):
            run(client, "redis.log(redis.LOG_WARNING, 'a', 1, {}, 0.5) redis.log(redis.LOG_DEBUG, '\\255')")
        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
            ("WARNING", "a 1 0.5"),
            ("DEBUG", "\\xff"),
        ]


def _noting(seen: list[tuple[str, str]]) -> Callable[[Client, Command, list[bytes]], None]:
    def look(client: Client, command: Command, request: list[bytes]) -> None:
        seen.append((client.address, command.name))

    return look


# A value as Redis documents it, and as a script gives it back.
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.binary(max_size=20) | st.integers(-(2**53), 2**53),
    lambda inner: st.lists(inner, max_size=8),
    max_leaves=40,
)


def literal(value: Any) -> str:
    """The value in Lua."""
    if isinstance(value, bytes):
        return "'" + "".join(f"\\{byte:03d}" for byte in value) + "'"
    return "{" + ",".join(map(literal, value)) + "}" if isinstance(value, list) else str(value)


class TestConversions:
    client = Clients().new()

    @examples(60)
    @given(value=VALUES)
    def test_what_is_returned_is_the_reply(self, value: Any) -> None:
        assert run(self.client, "return " + literal(value)) == value

    @examples(60)
    @given(value=VALUES)
    def test_libraries_give_back_what_they_took(self, value: Any) -> None:
        assert run(self.client, f"return cmsgpack.unpack(cmsgpack.pack({literal(value)}))") == value
        texts = [str(part) for part in value] if isinstance(value, list) else [str(value)]
        assert run(self.client, f"return cjson.decode(cjson.encode({literal([text.encode() for text in texts])}))") == (
            [text.encode() for text in texts]
        )

    @examples(60)
    @given(keys=st.lists(st.binary(max_size=20), max_size=5), arguments=st.lists(st.binary(max_size=20), max_size=5))
    def test_keys_and_arguments_are_any_bytes(self, keys: list[bytes], arguments: list[bytes]) -> None:
        reply = self.client("EVAL", "return {KEYS, ARGV}", str(len(keys)), *keys, *arguments)
        assert reply == [keys, arguments]

    @examples(60)
    @given(members=st.lists(st.binary(max_size=20), min_size=1, max_size=30))
    def test_replies_reach_the_script_and_come_back(self, members: list[bytes]) -> None:
        self.client("DEL k")
        self.client("RPUSH", "k", *members)
        assert run(self.client, "return redis.call('LRANGE', 'k', 0, -1)") == members
        assert run(self.client, "redis.setresp(3) return redis.call('LRANGE', 'k', 0, -1)") == members


@pytest.mark.parametrize(
    ("text", "flags", "code"),
    [
        (b"return 1", None, b"return 1"),
        (b"#!lua\nreturn 1", frozenset(), b"\nreturn 1"),
        (b"#!lua flags=no-writes\n\nx", frozenset({b"no-writes"}), b"\n\nx"),
        (b"#!lua flags=no-writes,allow-oom\n", frozenset({b"no-writes", b"allow-oom"}), b"\n"),
    ],
)
def test_first_lines(text: bytes, flags: frozenset[bytes] | None, code: bytes) -> None:
    assert parse_flags(text) == (flags, code)
