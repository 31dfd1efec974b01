"""Scripts that would take the process with them: each is run in another process, and a crash fails its row alone.

What belongs here: whatever a script can call with arguments that overflow a stack, count without end, or let an error
of Lua's meet a function of Python's.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytest.importorskip("lupa.lua51")

SECONDS = 60  # until a row hangs; each takes some milliseconds, those that are to be stopped as long as the threshold
STOPPED_AFTER_MS, NOT_STOPPED_MS = 500, 30_000  # the latter on a busy machine too

PROGRAM = """
import json, sys
from tests.redis.server.scripted import Clients
for line in sys.stdin:
    script, threshold = json.loads(line)
    client = Clients(busy_reply_threshold=threshold).new()
    reply = client("EVAL", script.encode("latin-1"), "0")
    print(json.dumps(str(getattr(reply, "data", reply))[:300]), flush=True)
"""

TOO_MANY = "too many results to unpack"
TOO_COMPLEX = "pattern too complex"
C_STACK = "C stack overflow"
STACK = "stack overflow"
STOPPED = "Script stopped"
WRONG_TYPE = "arguments must be strings or integers"

ROWS: list[tuple[str, str]] = [
    # unpack: the count of results overflows
    ("return unpack({}, 0, 2147483647)", TOO_MANY),
    ("return unpack({}, -2147483648, 2147483647)", TOO_MANY),
    ("return unpack({}, -2147483648)", TOO_MANY),
    ("return unpack({}, '-2147483648', '2147483647')", TOO_MANY),
    ("return {unpack({}, 1, 8000)}", TOO_MANY),
    ("return pcall(unpack, {}, 0, 2147483647) and 1 or 2", "2"),
    ("return (select(2, pcall(unpack, {}, 0, 2147483647)))", TOO_MANY),
    ("return unpack({}, 1, 1e18)", "None"),
    ("return unpack({}, 1, 0/0) ", "None"),
    ("return #{unpack({}, 1, 7990)}", "0"),
    ("return select('#', unpack({}, 1, 7990))", "7990"),
    ("return coroutine.wrap(function() return unpack({}, 0, 2147483647) end)()", TOO_MANY),
    ("return table.foreach({1}, function() return unpack({}, 0, 2147483647) end)", TOO_MANY),
    # others that give many results, or take many arguments
    ("return string.byte(('x'):rep(10000), 1, -1)", "string slice too long"),
    ("return select(-2147483648, 1)", "index out of range"),
    ("return #string.char(unpack({}, 1, 200))", "number expected"),
    ("return string.format(('%s'):rep(300), unpack({}, 1, 300))", "string expected"),
    ("return string.format('%100d', 1)", "invalid format"),
    ("return #string.format('%099.99f', 1e308)", "409"),
    ("return #{cmsgpack.unpack(('\\1'):rep(9000))}", STACK),
    ("return #{struct.unpack(('b'):rep(9000), ('\\1'):rep(9000))}", STACK),
    ("local t = {} for i = 1, 7999 do t[i] = redis.call end return redis.pcall(unpack(t))", WRONG_TYPE),
    ("local t = {} for i = 1, 7999 do t[i] = {} end return redis.pcall(unpack(t))", WRONG_TYPE),
    ("local t = {} for i = 1, 7000 do t[i] = coroutine.create(function() end) end return redis.call(unpack(t))",
     WRONG_TYPE),
    ("local t = {} for i = 1, 7999 do t[i] = 1 end return bit.bor(unpack(t))", "too many arguments"),
    ("local t = {} for i = 1, 7999 do t[i] = 1 end return math.random(unpack(t))", "too many arguments"),
    ("local t = {} for i = 1, 7999 do t[i] = 'x' end return redis.sha1hex(unpack(t))", "too many arguments"),
    ("local t = {} for i = 1, 7999 do t[i] = 'x' end return cjson.encode(unpack(t))", "expected 1 argument"),
    ("local t = {} for i = 1, 7999 do t[i] = 'x' end return cmsgpack.pack(unpack(t))", "Too many arguments"),
    ("local t = {} for i = 1, 7990 do t[i] = 'x' end return pcall(error, unpack(t)) and 1 or 2", "2"),
    # a match recurses on the stack of C
    ("return string.find(('a'):rep(300000), ('a?'):rep(300000))", TOO_COMPLEX),
    ("return string.find(('a'):rep(1e6), ('a-'):rep(1e6))", TOO_COMPLEX),
    ("return string.gsub(('a'):rep(1e6), ('a*'):rep(1e6), '')", TOO_COMPLEX),
    ("return string.match(('a'):rep(1e6), ('a+'):rep(1e6))", TOO_COMPLEX),
    ("for word in string.gmatch(('a'):rep(1e6), ('a?'):rep(1e6)) do return word end", TOO_COMPLEX),
    ("return ('a'):rep(300000):find(('a?'):rep(300000))", TOO_COMPLEX),
    ("return getmetatable('').__index.find(('a'):rep(300000), ('a?'):rep(300000))", TOO_COMPLEX),
    ("return ('x'):find(('x?'):rep(300000), 1, true)", "None"),
    ("return string.match('x', ('x?'):rep(3000))", "x"),
    # functions of C that call Lua that calls them
    ("local f f = function() return string.gsub('x', 'x', f) end return f()", C_STACK),
    ("local f f = function() return coroutine.wrap(f)() end return f()", C_STACK),
    ("local m = {} m.__tostring = function(s) return tostring(s) end return tostring(setmetatable({}, m))", C_STACK),
    ("local t = setmetatable({}, {__eq = function(a, b) return a == b end}) return t == "
     "setmetatable({}, getmetatable(t))", C_STACK),
    ("local f f = function() table.sort({1, 2}, f) end f()", C_STACK),
    ("local f f = function() table.foreach({1}, f) end f()", C_STACK),
    ("local f f = function() return loadstring('return ...')(f()) end return f()", STACK),
    ("local f f = function() return pcall(f) end return f()", ""),
    ("local f f = function() return xpcall(f, f) end return f()", ""),
    ("local f f = function() return redis.pcall('PING', f()) end return f()", STACK),
    ("local f f = function() return cjson.encode(setmetatable({}, {__index = f})) end return f()", "{}"),
    ("return cmsgpack.pack(setmetatable({1, 2, 3}, {__index = error}))", "\\x93\\x01\\x02\\x03"),
    ("table.sort({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, function() return true end)", "invalid order function"),
    ("local t = {} for i = 1, 9999 do t[i] = i % 7 end table.sort(t, function() return true end)", "invalid order"),
    # texts that nest
    ("return loadstring(('('):rep(100000)) == nil and 1", "1"),
    ("return loadstring('return ' .. ('{'):rep(1000) .. ('}'):rep(1000)) == nil and 1", "1"),
    ("return loadstring(('a,'):rep(1000) .. 'a=1') == nil and 1", "1"),
    ("return loadstring('return ' .. ('1+'):rep(100000) .. '1')()", "100001"),
    ("return cjson.decode(('['):rep(1e6))", "too many nested"),
    ("cjson.decode_max_depth(2147483647) return cjson.decode(('['):rep(1e6))", STACK),
    ("cjson.decode_max_depth(2147483647) return cjson.decode(('{\"a\":'):rep(1e6))", STACK),
    ("cjson.encode_max_depth(2147483647) local n = {} n[1] = n return cjson.encode(n)", STACK),
    ("local n = {} n[1] = n return cjson.encode(n)", "excessive nesting"),
    ("local n = {} n[1] = n return #cmsgpack.pack(n)", "17"),
    ("return cmsgpack.unpack(('\\145'):rep(1e6) .. '\\1')", STACK),
    ("return cmsgpack.unpack(('\\129\\1'):rep(1e6) .. '\\1')", STACK),
    # errors of Lua's where Python is between
    ("return cmsgpack.unpack('\\129\\203\\127\\248\\0\\0\\0\\0\\0\\0\\1')", "table index is NaN"),
    ("return cmsgpack.unpack('\\129\\192\\1')", "table index is nil"),
    ("return next({}, 1)", "invalid key"),
    ("for key in pairs({1, 2}) do next({}, key) end", "invalid key"),
    ("return redis.call(setmetatable({}, {__tostring = error}))", WRONG_TYPE),
    ("return redis.call(cjson.null)", WRONG_TYPE),
    ("local t = {} for i = 1, 3e5 do t[i] = {} end return #cmsgpack.pack(t)", "300005"),
    # error objects
    ("error(setmetatable({}, {__tostring = function() return error('x') end}))", "unknown error"),
    ("error(setmetatable({}, {__index = function() error('x') end}))", "unknown error"),
    ("error({err = setmetatable({}, {__tostring = error})})", "unknown error"),
    ("error(nil)", "nil"),
    ("error(redis.call)", "function"),
    ("error(coroutine.create(function() end))", "thread"),
    ("return setmetatable({}, {__index = function() error('x') end})", "[]"),
    ("return xpcall(error, error) and 1 or 2", "2"),
    ("return xpcall(error, redis.call) and 1 or 2", "2"),
    ("return pcall(pcall, pcall, error) and 1", "1"),
    ("return select('#', pcall(error))", "2"),
    ("return string.format('%s', setmetatable({}, {__tostring = function() return 1 end}))", "string expected"),
    # coroutines
    ("return coroutine.yield(1)", "attempt to yield"),
    ("return table.foreach({1}, coroutine.yield)", "attempt to yield"),
    ("return coroutine.wrap(coroutine.yield)", "Lua function expected"),
    ("local c c = coroutine.create(function() return coroutine.resume(c) end) return (select(3, coroutine.resume(c)))",
     "cannot resume running"),
    ("return coroutine.wrap(function() return redis.call(coroutine.yield(1)) end)()", "1"),
    ("return coroutine.wrap(function() for key in pairs({1}) do coroutine.yield(redis.call('PING').ok) end end)()",
     "PONG"),
    ("for i = 1, 100 do coroutine.wrap(function() redis.call('PING') end)() end return 1", "1"),
    # what counts without an end
    ("return table.insert({}, -2147483648, 1)", STOPPED),
    ("return table.concat({}, '', -2147483648, 2147483647)", "invalid value"),
    ("return string.rep('', 2147483647)", ""),
    ("return string.rep('abcdefgh', 2147483647)", "not enough memory"),
    ("return string.rep('x', -1)", ""),
    ("local t = {} for i = 1, 200000 do t[i] = i % 2 == 0 and i or -i end table.sort(t) return t[200000]", "200000"),
    ("return loadstring('while true do pcall(error) end', '=\\1')()", STOPPED),
    ("return load(function() return ' ' end)", STOPPED),
    # code
    ("return #string.dump(function() end) > 0 and 1", "1"),
    ("return loadstring(string.dump(function() return 1 end)) == nil and 1", "1"),
    ("local n = 0 return load(function() n = n + 1 collectgarbage() return ({'return ', '7'})[n] end, 'a\\0b')()", "7"),
    ("local m = {} m.__index = m m.__newindex = m local t = setmetatable({}, m) t[1] = 1 return t[1]", "1"),
    ("local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x", "loop in gettable"),
    ("return collectgarbage('step', 2147483647) and gcinfo() > 0 and 1", "1"),
]  # fmt: skip


class Worker:
    """A process that runs scripts, and another one after each that ended it."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, script: str, threshold: int) -> str:
        """The reply as a text; what became of the process where there is none."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([script, threshold]) + "\n")
        self._process.stdin.flush()
        if select.select([self._process.stdout], [], [], SECONDS)[0]:
            line = self._process.stdout.readline()
            if line:
                return str(json.loads(line))
        self.end()
        status = self._process.returncode
        self._start()
        return f"the process ended with {status}"

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.end()


@pytest.mark.parametrize(("script", "answer"), ROWS, ids=[script[:80] for script, _ in ROWS])
def test_a_script_that_could_end_the_process(worker: Worker, script: str, answer: str) -> None:
    reply = worker.run(script, STOPPED_AFTER_MS if answer == STOPPED else NOT_STOPPED_MS)
    assert "the process ended" not in reply
    assert "internal error" not in reply
    assert "\x01" not in reply
    assert answer in reply
