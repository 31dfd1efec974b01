"""What is said about scripts."""

from __future__ import annotations

from hashlib import sha1

from tests.against.steps import Conversation, Request, Step, by, volatile
from tests.redis.server.scripting.answers import ANSWERS


def lua(script: str | bytes, keys: list[str | bytes] | None = None, *arguments: str | bytes) -> Request:
    """EVAL with these keys and arguments."""
    keys = keys or []
    return ["EVAL", script, str(len(keys)), *keys, *arguments]


def reads(script: str) -> Request:
    return ["EVAL_RO", script, "0"]


def all_of(*scripts: str | bytes) -> list[Request | Step]:
    return [lua(script) for script in scripts]


def sha(script: str) -> str:
    return sha1(script.encode()).hexdigest()


_ONE = "return 1"
_LISTED = "local r = {} for k, v in pairs(%s) do r[#r + 1] = k .. ':' .. type(v) end table.sort(r) return r"
_LIBRARIES = ("string", "math", "table", "coroutine", "bit", "cjson", "cmsgpack", "struct", "redis")

SCRIPTING: dict[str, Conversation] = {
    "forms": [
        "EVAL", "EVAL x", ["EVAL", _ONE, "x"], ["EVAL", _ONE, "-1"], ["EVAL", _ONE, "1"], ["EVAL", _ONE, "01"],
        ["EVAL", _ONE, "0"], ["EVAL", _ONE, ""], ["EVAL", _ONE, "9223372036854775808"], ["eval", _ONE, "0", "a"],
        ["EVAL", "", "0"], ["EVAL", "   ", "0"], ["EVAL", "return", "0"], ["EVAL", "foo(", "0"],
        ["EVAL", "\n\nx x", "0"],
        ["EVAL", "foo(", "1"], ["EVAL", "return 'a", "0"], ["EVAL", b"\x1bLua", "0"], "EVALSHA", "EVALSHA x",
        "EVALSHA x 0", ["EVALSHA", "0" * 40, "0"], ["EVALSHA", "0" * 40, "x"], ["EVALSHA", sha(_ONE), "0"],
        ["EVALSHA", sha(_ONE).upper(), "0"], ["EVALSHA", sha(_ONE), "x"], ["EVALSHA", sha(_ONE), "-1"],
        ["EVALSHA", sha(_ONE) + "0", "0"], ["EVALSHA_RO", sha(_ONE), "0"], ["EVALSHA_RO", "x", "0"],
        ["EVAL_RO", _ONE, "0"], ["EVAL_RO", _ONE, "2", "a"],
    ],
    "script": [
        "SCRIPT", "SCRIPT nonsense", "SCRIPT LOAD", "SCRIPT LOAD a b", ["SCRIPT", "LOAD", _ONE],
        ["SCRIPT", "LOAD", "x x"],
        ["SCRIPT", "LOAD", ""], "SCRIPT EXISTS", ["SCRIPT", "EXISTS", sha(_ONE), "x", sha(_ONE).upper()],
        "SCRIPT FLUSH now", "SCRIPT FLUSH SYNC ASYNC", "SCRIPT FLUSH", ["SCRIPT", "EXISTS", sha(_ONE)],
        ["EVALSHA", sha(_ONE), "0"], ["EVAL", _ONE, "0"], ["SCRIPT", "EXISTS", sha(_ONE)], "script flush async",
        ["SCRIPT", "EXISTS", sha(_ONE)], "SCRIPT FLUSH sync", "SCRIPT KILL", "SCRIPT KILL x", "SCRIPT DEBUG",
        "SCRIPT DEBUG x", "SCRIPT DEBUG no", volatile("kind", "SCRIPT HELP"), "SCRIPT HELP x",
    ],
    "keys and arguments": [
        lua("return {KEYS[1], KEYS[2], ARGV[1], #KEYS, #ARGV}", ["a", "b"], "c"), lua("return {#KEYS, #ARGV}"),
        lua("return {KEYS, ARGV}", [b"\x00\xff\r\n", "é"], b"\x80", ""),
        lua("return redis.call('SET', KEYS[1], ARGV[1])", [b"\x00\xff"], b"\r\n\x00"), ["GET", b"\x00\xff"],
        lua("KEYS[1] = 'x' KEYS[5] = 2 return KEYS", ["a"]), lua("KEYS = 1"), lua("ARGV = nil"),
        lua("return #ARGV", None, *["x"] * 3000), lua("return {unpack(ARGV)}", None, *["x"] * 300),
    ],
    "what scripts return": all_of(
        "return 1", "return 'x'", "return nil", "return true", "return false", "return 1.99", "return -1.99",
        "return 1/0", "return -1/0", "return 0/0", "return 1e300", "return 2^53", "return 2^63", "return -2^63",
        "return {}", "return {1,2,nil,4}", "return {false, true, 'x', {1, {2, {}}}}", "return {a=1}",
        "return {[0]=1}",
        "return function() end", "return redis", "return coroutine.create(print or function() end)",
        "return cjson.null",
        "return {ok='fine'}", "return {err='MY bad'}", "return {err='bad'}", "return {err=1}", "return {ok=1}",
        r"return {ok='a\r\nb\nc'}", r"return {err='a\r\nb'}", "return {ok='x', err='y'}", "return {ok='x', 1, 2}",
        "return {{ok='x'}, {err='y'}}", "return {big_number='123456789012345678901234567890'}",
        "return {big_number=1}", "return {map={}}", "return {map={a=1}}", "return {map=1}", "return {set={a=true}}",
        "return {set={}}", "return {verbatim_string={string='x', format='txt'}}",
        "return {verbatim_string={string='x'}}", "return {verbatim_string={string='', format='mkd'}}",
        "return {double=1.5, 1}", "return {double='x'}", "return 1, 2", "return ''", r"return '\0\255'",
        "return setmetatable({1}, {__index=function() return 7 end})",
        "local t = {} for i = 1, 100 do t = {t} end return t",
        "local t = {} for i = 1, 10000 do t[i] = i end return t",
        "local t = {} for i = 1, 20000 do t[i] = {i % 3 == 0, tostring(i)} end return t",
        "return {1, {}, 2, {3, {}}, {}}",
    ),
    "booleans and numbers in RESP3": [
        *all_of(
            "redis.setresp(3) return true", "redis.setresp(3) return {false, true, nil}",
            "redis.setresp(3) return {map={x=true}}", "redis.setresp(3) return nil",
            "redis.setresp(3) return {1, {double=2}}",
            "return {double=3.5}", "return {double=1/0}", "return {double=-1/0}", "return {double=0}",
        ),
        lua("redis.setresp(3) return {double=0.1}"),
    ],
    "replies in scripts": [
        "RPUSH list a b c", "HSET hash f v", "SADD set m", "ZADD zset 1.5 m 3 n", "SET text x",
        *all_of(
            "return redis.call('LRANGE', 'list', 0, -1)", "return redis.call('HGETALL', 'hash')",
            "return redis.call('SMEMBERS', 'set')", "return redis.call('ZSCORE', 'zset', 'm')",
            "return redis.call('ZRANGE', 'zset', 0, -1, 'WITHSCORES')", "return redis.call('GET', 'missing')",
            "return type(redis.call('GET', 'missing'))", "return redis.call('SET', 'a', 'b').ok",
            "return redis.call('LPOP', 'missing', 1)", "return type(redis.call('LPOP', 'missing', 1))",
            "return redis.call('HMGET', 'hash', 'x', 'f')", "return redis.call('TYPE', 'list').ok",
            "return tostring(redis.call('INCRBY', 'number', '9223372036854775807'))",
            "return redis.call('GET', 'number')",
            "return redis.call('PING')", "return redis.call('ECHO', 'x')", "return redis.call('EXISTS', 'text') == 1",
            "return redis.call('HGETALL', 'hash').map == nil", "return redis.call('RPOPLPUSH', 'list', 'list')",
            "redis.setresp(3) return redis.call('HGETALL', 'hash')",
            "redis.setresp(3) return redis.call('SMEMBERS', 'set')",
            "redis.setresp(3) return redis.call('HGETALL', 'hash').map.f",
            "redis.setresp(3) return redis.call('GET', 'no')",
            "redis.setresp(3) return type(redis.call('GET', 'no'))",
            "redis.setresp(3) return redis.call('SMEMBERS', 'set').set.m",
            "redis.setresp(3) return redis.call('HMGET', 'hash', 'x', 'f')",
            "redis.setresp(3) return redis.call('ZSCORE', 'zset', 'm')",
            "redis.setresp(3) return redis.call('ZSCORE', 'zset', 'm').double",
            "redis.setresp(3) return redis.call('ZRANGE', 'zset', 0, -1, 'WITHSCORES')",
            "redis.setresp(3) redis.setresp(2) return redis.call('HGETALL', 'hash')",
            "redis.setresp(4)", "redis.setresp()", "redis.setresp('x')", "redis.setresp(2, 3)", "redis.setresp('3')",
        ),
        "HGETALL hash",
    ],
    "arguments of commands": all_of(
        "return redis.call('ECHO', 1)", "return redis.call('ECHO', 1.5)", "return redis.call('ECHO', 0.1)",
        "return redis.call('ECHO', 12345678901234567)", "return redis.call('ECHO', 1e100)",
        "return redis.call('ECHO', -0.5)",
        "return redis.call('ECHO', 100000000000000000000)", "return redis.call('ECHO', 1e15)",
        "return redis.call('ECHO', 1e16)",
        "return redis.call('ECHO', 1e17)", "return redis.call('ECHO', 1/0)", "return redis.call('ECHO', -1/0)",
        "return redis.call('ECHO', 2^53)", "return redis.call('ECHO', 1e20/3)",
        "return redis.call('ECHO', nil)", "return redis.call('ECHO', true)", "return redis.call('ECHO', {})",
        "return redis.call('ECHO', redis.call)", "return redis.call()", "return redis.call(nil)",
        "return redis.call({})",
        "return redis.pcall()", "return redis.pcall({})", "return redis.pcall('ECHO', {})", "return redis.call('')",
        "return redis.call('ECHO', cjson.null)",
    ),
    "commands that scripts cannot run": all_of(
        *(
            f"return redis.call({request})"
            for request in (
                "'nonsense'", "'GET'", "'GET', 'a', 'b'", "'object', 'nonsense', 'x'", "'object'", "'multi'",
                "'exec'",
                "'watch', 'a'", "'subscribe', 'a'", "'eval', 'return 1', '0'", "'script', 'flush'", "'blpop', 'a', 0",
                "'hello', 3", "'auth', 'x'", "'quit'", "'reset'", "'client', 'id'", "'config', 'get', 'x'",
                "'get|set'",
                "'command'  , 'nonsense'", "'object', 'help', 'x'",
            )
        ),
        "return redis.pcall('nonsense')", "return redis.pcall('nonsense').err", "return {redis.pcall('nonsense')}",
        "return redis.pcall('incr', 'a', 'b').err", "return redis.call('SELECT', 3)",
    ),
    "select lasts as long as the script": [
        "SELECT 1", lua("redis.call('SELECT', 2) return redis.call('SET', 'k', 'two')"), "GET k",
        lua("return redis.call('GET', 'k')"), "SELECT 2", "GET k", lua("return redis.call('GET', 'k')"), "SELECT 0",
    ],
    "errors of commands": [
        "SET text x", "LPUSH list x",
        *all_of(
            "return redis.call('INCR', 'text')", "return redis.pcall('INCR', 'text')",
            "return redis.call('LPUSH', 'text', 'x')",
            "return redis.pcall('LPUSH', 'text', 'x').err", "local r = redis.call('INCR', 'text') return 1",
            "\nlocal x = 1\nredis.call('INCR', 'text')\nreturn 1", "return {pcall(redis.call, 'INCR', 'text')}",
            "local ok, e = pcall(redis.call, 'INCR', 'text') return {tostring(ok), type(e), e.err}",
            "local ok, e = pcall(redis.call, 'INCR', 'text') return e",
            "local ok, e = pcall(function() redis.call('INCR', 'text') end) return e",
            "local ok, e = pcall(function() redis.call('INCR', 'text') end) error(e)",
            "return xpcall(function() redis.call('INCR', 'text') end, function(e) return e.err end)",
            "return {xpcall(function() redis.call('INCR', 'text') end, function(e) return e.err end)}",
            "return {xpcall(error, function() error('y') end)}", "return {xpcall(error, 5)}", "local r = xpcall(error)",
            "local n = 0 return {xpcall(error, function(e) n = n + 1 if n < 3 then error(n, 0) end return e end), n}",
            "return {xpcall(function() return 1, nil, 2 end, error)}", "return {xpcall(5, function(e) return e end)}",
            "local f f = function() f() return 1 end return {xpcall(f, function(e) return e end)}",
            "local e = redis.pcall('INCR', 'text') return {e, e.err, tostring(e.ignore_error_stats_update)}",
            "local e = redis.pcall('INCR', 'text') error(e)",
            "local function f() redis.call('INCR', 'text') end\n\nf()",
            "return string.gsub('x', '.', function() redis.call('INCR', 'text') end)",
            "local co = coroutine.wrap(function() redis.call('INCR', 'text') end) co()",
            "local co = coroutine.create(function() redis.call('INCR', 'text') end)\n"
            "local ok, e = coroutine.resume(co) return {tostring(ok), type(e), e.err}",
            "table.sort({1, 2, 3}, function() redis.call('INCR', 'text') end)",
            "redis.call('SET', 'half', 'done') redis.call('INCR', 'text')", "return redis.call('GET', 'half')",
        ),
    ],
    "errors of scripts": all_of(
        "error('hm')", "error('hm', 0)", "error('hm', 2)", "error()", "error(5)", "error({err='MY thing'})",
        "error({err='x'})",
        "error({err='-MY thing'})", "error(true)", "\n\nerror('third')", "local a = {}\na.b.c = 1", "return 1 + {}",
        "return #nil", "return nil .. 'x'", "nothing()", "return ('x').y.z", "return {} < {}", "local a; a()",
        "local function f() return f() + 1 end return f()", "return string.rep()", "return ('x'):rep({})",
        "return tonumber('x', 99)", "local f = loadstring('error(1)') f()", "local f = loadstring('y = 1') f()",
        "local f = loadstring('return 1', '@mine') return f()", "local f = loadstring('\\nerror(1)', '@mine') f()",
        "return {pcall(error)}", "return {pcall(error, 'x')}", "return {pcall(error, {err='x'})}", "assert(false)",
        "assert(nil, 'said')", "assert(false, {err='table'})", "return {select(2, pcall(error, {1, 2}))}",
        "return unpack(nil)",
        "for i = 1, 'x' do end", "local t = setmetatable({}, {__index = function() error('deep') end}) return t.x",
        "return string.format('%d', 'x')", "return ('x'):bad()", "return table.concat({{}})", "return select(0)",
    ),
    "what is there": [
        *all_of(*(_LISTED % name for name in _LIBRARIES)),
        *all_of(
            "return _VERSION", "return type(_G)", "return _G._G == _G", "return type(_G.redis)",
            "return redis.REDIS_VERSION",
            "return redis.REDIS_VERSION_NUM", "return type(rawget(_G, 'KEYS'))", "return type(rawget(_G, 'nothing'))",
            "return {redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING}",
            *(f"return {name}" for name in (
                "print", "os", "io", "require", "dofile", "loadfile", "debug", "package", "module", "setfenv",
                "getfenv",
                "newproxy", "python", "nothing",
            )),
            "return {next({}), next({1})}", "return type(next(string))", "return ('abc'):upper()",
            "return ('%d'):format(3)",
            "return tostring(getmetatable('').__index == string)", "return loadstring('x x')",
            "return {loadstring('x x')}",
            "return loadstring('return 1 + 1')()",
            "local n = 0 return load(function() n = n + 1 return ({'return ', '7'})[n] end)()",
            "return {pcall(load, 'x')}", "return tostring(loadstring('\\27Lua') == nil)",
            "return type(collectgarbage('count'))",
            "return tostring(1e15)", "return tostring(0.1)", "return 10 % 3",
            "return {math.floor(2.5), math.huge > 1}",
            "local t = {3, 1, 2} table.sort(t) return t", "return {ipairs({})}", "return select('#', 1, nil)",
            "return coroutine.wrap(function() coroutine.yield(1) end)()",
            "local c = coroutine.create(redis.call)", "local c = coroutine.wrap(1)",
            "local c = coroutine.create(function(a) local b = coroutine.yield(a) return b end)\n"
            "return {select(2, coroutine.resume(c, 1)), select(2, coroutine.resume(c, 2)), coroutine.status(c)}",
            "math.randomseed(7) return {tostring(math.random()), math.random(10), math.random(5, 9)}",
            "math.randomseed(7) return {tostring(math.random()), math.random(10), math.random(5, 9)}",
            "math.random(0)",
            "math.random(3, 1)",
        ),
    ],
    "what is read only": all_of(
        "x = 1", "_G.x = 1", "redis = nil", "redis.call = nil", "string.foo = 1", "math.pi = 3", "cjson.encode = nil",
        "rawset(_G, 'x', 1)", "rawset(redis, 'call', 1)", "setmetatable(_G, {})", "setmetatable(string, {})",
        "table.insert(math, 1)", "function f() end", "local function f() end f() return 1",
        "getmetatable('').__index = 1",
        "local t = {} rawset(t, 'a', 1) return t.a", "local t = setmetatable({}, {__index={z=3}}) return t.z",
        "return x", "return redis.nothing", "return string.nothing", "bit.x = 1",
        "for k in pairs(_G) do if k == 'x' then return k end end",
    ),
    "redis": all_of(
        "return redis.sha1hex('')", "return redis.sha1hex('x')", "return redis.sha1hex(1)",
        "return redis.sha1hex(1.5)",
        "return redis.sha1hex()", "return redis.sha1hex('a', 'b')", "return redis.error_reply('x')",
        "return redis.error_reply('MY x')", "return redis.error_reply('-MY x')", "return redis.error_reply('My x')",
        "return redis.error_reply('')", "return redis.error_reply()", "return redis.error_reply(1)",
        "return redis.error_reply('-')",
        "return redis.error_reply('a', 'b')", r"return redis.error_reply('x\r\n')",
        "return {redis.error_reply('x'), 1}",
        "return redis.error_reply('x').err", "return redis.status_reply('x')", "return redis.status_reply('x').ok",
        "return redis.status_reply('')", "return redis.status_reply()", "return redis.status_reply(1)",
        r"return redis.status_reply('x\r\ny')", "return redis.log(redis.LOG_DEBUG, 'x')", "redis.log()",
        "redis.log(1)",
        "redis.log('x', 'y')", "redis.log(9, 'y')", "redis.log(-1, 'y')", "return redis.log(0, 'y', 2)",
        "redis.set_repl()",
        "redis.set_repl(9)", "redis.set_repl(redis.REPL_ALL)", "redis.set_repl(redis.REPL_NONE)",
        "return redis.replicate_commands()", "return redis.breakpoint()", "return redis.debug('x')",
        "redis.acl_check_cmd()",
        "return redis.acl_check_cmd('x')", "return redis.acl_check_cmd('get', 'x')", "redis.acl_check_cmd({})",
        "return redis.acl_check_cmd('get')",
    ),
    "what may not block": [
        "XADD s 1-1 a b", "XGROUP CREATE s g 0", "RPUSH l a", "RPUSH lists 3 1 2 10", "SADD set b a c 1",
        "ZADD z 1 x 2 a",
        *all_of(
            *(f"return redis.{call}" for call in (
                "call('XREAD', 'BLOCK', '0', 'STREAMS', 's', '0')", "call('xRead', 'block', '9', 'STREAMS', 's', '$')",
                "pcall('XREAD', 'BLOCK', '0', 'STREAMS', 's', '0')", "call('XREAD', 'BLOCK', 'x', 'STREAMS', 's', '0')",
                "call('XREAD', 'COUNT', '1', 'BLOCK', '0', 'STREAMS', 's', '0')",
                "call('XREAD', 'COUNT', 'x', 'BLOCK', '0', 'STREAMS', 's', '0')", "call('XREAD', 'STREAMS', 's', '0')",
                "call('XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 's', '>')",
                "call('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>')", "call('XREAD', 'BLOCK')",
                "call('BLPOP', 'l', '0')", "call('BLPOP', 'none', '0')", "call('WAIT', '0', '0')",
                "call('SORT', 'set', 'BY', 'nosort')", "call('SORT', 'set', 'BY', 'nosort', 'DESC')",
                "call('SORT', 'set', 'BY', 'nosort', 'GET', '#')", "call('SORT', 'set', 'BY', 'x', 'LIMIT', '1', '2')",
                "call('SORT', 'lists', 'BY', 'nosort')", "call('SORT', 'lists', 'BY', 'nosort', 'DESC')",
                "call('SORT', 'z', 'BY', 'nosort')", "call('SORT', 'z', 'BY', 'nosort', 'DESC')",
                "call('SORT_RO', 'set', 'BY', 'nosort')", "call('SORT', 'set', 'BY', 'nosort', 'STORE', 'd')",
            )),
        ),
        "LRANGE d 0 -1",
    ],
    "as many arguments as there may be": [
        *(lua(f"local t = {{}} for i = 1, {count} do t[i] = 'x' end t[1], t[2] = 'RPUSH', 'l' return {call}")
          for count in (7989, 7990, 7996, 7997, 7998, 7999, 8000)
          for call in ("redis.call(unpack(t))", "redis.pcall(unpack(t))", "pcall(redis.call, unpack(t, 1, 7990))")),
        lua("local t = {} for i = 1, 7999 do t[i] = 'x' end local call = redis.call return call('ECHO', unpack(t))"),
        "LLEN l",
    ],
    "DEBUG SET-DISABLE-DENY-SCRIPTS": [
        "DEBUG SET-DISABLE-DENY-SCRIPTS", "DEBUG SET-DISABLE-DENY-SCRIPTS x", lua("return redis.call('MULTI')"),
        "DEBUG SET-DISABLE-DENY-SCRIPTS 1", "RPUSH l a",
        *all_of(
            *(f"return redis.call({call})" for call in (
                "'BLPOP', 'l', '0'", "'BLPOP', 'none', '0'", "'SUBSCRIBE', 'x'", "'PSUBSCRIBE', 'x'", "'MONITOR'",
                "'MULTI'", "'CLIENT', 'GETNAME'", "'SCRIPT', 'LOAD', 'return 1'", "'WATCH', 'k'",
                "'XREAD', 'BLOCK', '0', 'STREAMS', 's', '0'", "'WAIT', '0', '0'",
            )),
        ),
        "DEBUG SET-DISABLE-DENY-SCRIPTS 0", lua("return redis.call('MULTI')"), lua("return redis.call('PING')"),
    ],
    "a pause of writers": [
        ["SCRIPT", "LOAD", "#!lua flags=no-writes\nreturn 2"], "CLIENT PAUSE 60000 WRITE",
        lua("#!lua flags=no-writes\nreturn 1"), ["EVALSHA", sha("#!lua flags=no-writes\nreturn 2"), "0"],
        lua("#!lua flags=allow-oom,no-writes\nreturn redis.call('GET', 'k')"), reads("return 1"),
        lua("#!lua flags=no-writes\nreturn redis.call('SET', 'k', 'v')"), ["EVALSHA_RO", "0" * 40, "0"],
        ["EVAL", "#!lua flags=no-writes\nreturn 1"], ["EVAL", "#!lua flags=no-writes\nreturn 1", "x"],
        "MULTI", lua("#!lua flags=no-writes\nreturn 1"), "EXEC", "CLIENT UNPAUSE",
    ],
    "first lines": [
        *all_of(
            "#!lua\nreturn 1", "#!lua flags=no-writes\nreturn 1",
            "#!lua flags=no-writes\nreturn redis.call('SET', 'a', 'b')",
            "#!lua flags=no-writes\nreturn redis.call('GET', 'a')", "#!lua flags=no-writes,allow-oom\nreturn 1",
            "#!lua flags=\nreturn 1", "#!lua flags=foo\nreturn 1", "#!lua flags=no-writes,foo\nreturn 1",
            "#!lua name=x\nreturn 1",
            "#!lua foo\nreturn 1", "#!foo\nreturn 1", "#!foo flags=no-writes\nreturn 1", "#!lua", "#!\nreturn 1",
            "#!lua\n",
            "#!lua flags=allow-stale,no-cluster,allow-cross-slot-keys\nreturn 1",
            "#!lua\nreturn redis.call('SET', 'a', 'b')",
            "#!lua  flags=no-writes  \nreturn 2", "#!lua\n\n\nerror('x')", "# comment\nreturn 1", " #!lua\nreturn 1",
        ),
        reads("#!lua\nreturn 1"), reads("#!lua flags=no-writes\nreturn 1"),
        reads("return redis.call('SET', 'a', 'b')"),
        reads("return redis.call('GET', 'a')"), reads("return redis.pcall('DEL', 'a')"),
        reads("return redis.call('PUBLISH', 'a', 'b')"), reads("return 1"),
        ["SCRIPT", "LOAD", "#!lua flags=foo\nreturn 1"], ["SCRIPT", "LOAD", "#!lua flags=no-writes\nreturn 1"],
        ["EVALSHA", sha("#!lua flags=no-writes\nreturn 1"), "0"], ["SCRIPT", "LOAD", "#!lua\nreturn 1"],
        ["EVALSHA_RO", sha("#!lua\nreturn 1"), "0"],
    ],
    "in transactions": [
        "MULTI", lua("return redis.call('INCR', 'n')"), ["EVALSHA", "0" * 40, "0"], lua("error('x')"), "GET n",
        "EXEC",
        "MULTI", "EVAL", "EXEC", "WATCH n", lua("return redis.call('INCR', 'n')"), "MULTI", "GET n", "EXEC",
        "WATCH n", by("b", lua("return redis.call('GET', 'n')")), "MULTI", "GET n", "EXEC", "MULTI", "SCRIPT FLUSH",
        ["SCRIPT", "EXISTS", sha(_ONE)], "EXEC",
    ],
    "messages": [
        by("b", "SUBSCRIBE c"), lua("return redis.call('PUBLISH', 'c', 'm')"),
        lua("redis.call('PUBLISH', 'c', 'm') redis.call('PUBLISH', 'c', 'n') error('x')"),
    ],
    "bit": all_of(
        *(
            f"return bit.{call}"
            for call in (
                "tobit(0xffffffff)", "tobit(2^31)", "tobit(1.5)", "tobit(2.5)", "tobit(-1)", "tobit(2^40 + 5)",
                "tobit('7')",
                "tohex(255)", "tohex(255, 4)", "tohex(-1, -4)", "tohex(1, 0)", "tohex(1, 99)", "bnot(0)", "bnot(5)",
                "band(12, 10)", "band(0xff, 0x0f, 6)", "bor(1, 2, 4)", "bxor(5, 3)", "lshift(1, 31)", "lshift(1, 32)",
                "lshift(1, 33)", "rshift(-1, 28)", "arshift(-256, 4)", "arshift(-1, 31)", "rol(0x12345678, 8)",
                "ror(0x12345678, 8)", "rol(1, 0)", "ror(1, 0)", "bswap(0x12345678)", "band(1)", "band('x')",
                "band(nil)",
                "band(1, {})", "band()", "lshift(1)", "tobit(true)", "lshift(5, -1)",
            )
        )
    ),
    "cjson encode": all_of(
        *(
            f"return cjson.encode({value})"
            for value in (
                "1", "1.5", "0.1", "1e100", "-0.5", "1e15", "123456789012345", "'x'", "true", "false", "nil",
                "cjson.null",
                "{}", "{1, 2, 3}", "{1, nil, 3}", "{a=1}", "{a={b={}}}", "{[1]='a', [3]='c'}", "{[100]=1}",
                "{[10]=1}", "{[0]=1}",
                "{[1.5]=1}", "{[-1]=1}", "{x=function() end}", "print or redis.call", "1/0", "0/0",
                r"'\"\\/\b\f\n\r\t\1\127'",
                r"'é\255\0x'", "{true, false, cjson.null}", "{{}, {{}}}", "{[true]=1}", "1, 2", "", "'a', nil",
            )
        ),
        "local t = {} for i = 1, 999 do t = {t} end return #cjson.encode(t)",
        "local t = {} for i = 1, 1000 do t = {t} end return #cjson.encode(t)",
        "local t = {} t[1] = t return cjson.encode(t)",
    ),
    "cjson decode": all_of(
        *(
            f"local v = cjson.decode({text}) return {{type(v), tostring(v)}}"
            for text in (
                "'1'", "'-1'", "'1.5e3'", "'0.1'", "'true'", "'false'", "'null'", "'\"x\"'", r"'\"\\u00e9\\n\\/\"'",
                r"'\"\\ud83d\\ude00\"'", r"'\"\\ud83d\"'", r"'\"\\udc00\"'", r"'\"\\x\"'", "'\"x'", "''", "'  '",
                "'{'", "'}'",
                "'['", "'[1'", "'[1,'", "'[1,]'", "'[,]'", "'{\"a\"}'", "'{\"a\":}'", "'{\"a\":1,}'", "'{a:1}'",
                "'{1:1}'", "'tru'",
                "'nul'", "'truex'", "'1 2'", "'[] x'", "'01'", "'1.'", "'.5'", "'-'", "'1e5'", "'1e'", "'0x1F'",
                "'inf'", "'-inf'",
                "'nan'", "'Infinity'", "'+1'", "'x'", r"'\"a\\u00'", "12", "nil", "{}", "", "'1', 2", r"'\"\1\"'",
                "'\"a\\nb\"'", "' 1 '", r"'\0'", "'1\\0'",
            )
        ),
        r"return cjson.decode('[1]\0')", "return cjson.decode('[1,2,[3,[]],{}]')",
        "return cjson.decode('{\"a\":{\"b\":[1]}}').a.b[1]",
        "return cjson.decode('[null, 1]')[2]", "return tostring(cjson.decode('[null]')[1] == cjson.null)",
        "local t = cjson.decode('{\"1\":2}') return {t[1], t['1']}", "return cjson.decode('{\"a\":1,\"a\":2}').a",
        "return {pcall(cjson.decode, '{')}", "local v = cjson.decode('[1.5, 2]') return tostring(v[1])",
        "return #cjson.decode(('['):rep(1000) .. (']'):rep(1000))",
        "return #cjson.decode(('['):rep(1001) .. (']'):rep(1001))",
        "return cjson.encode(cjson.decode('[1,{\"a\":[true,null,\"x\"]}]'))", "return tostring(cjson.null)",
        "return type(cjson.null)",
    ),
    "cmsgpack": all_of(
        *(
            f"return cmsgpack.pack({values})"
            for values in (
                "1", "-1", "127", "128", "255", "256", "65535", "65536", "2^32", "2^53", "-32", "-33", "-128", "-129",
                "-32769",
                "-2^31 - 1", "1.5", "0.1", "1e300", "true", "false", "nil", "'x'", "('x'):rep(31)", "('x'):rep(32)",
                "('x'):rep(300)",
                "('x'):rep(70000)", "{}", "{1,2,3}", "{a=1}", "{1,2,{3,{4}}}", "{[1]=1,[3]=3}", "1, 2, 'x'", "",
                "{a={b='c'}}",
                "redis.call",
            )
        ),
        *(
            f"return {{cmsgpack.unpack({data})}}"
            for data in (
                r"'\1'", r"'\255'", r"'\204\255'", r"'\203\63\240\0\0\0\0\0\0'", r"'\161x'", r"'\147\1\2\3'",
                r"'\129\161a\1'",
                r"'\1\2\3'", "''", r"'\192'", r"'\195\194'", r"'\193'", r"'\161'", r"'\147\1'", "nil", "{}",
                r"'\217\1x'",
                r"'\220\0\1\7'", r"'\221\255\255\255\255'",
            )
        ),
        r"return {cmsgpack.unpack_one('\1\2\3')}", r"return {cmsgpack.unpack_one('\1\2\3', 1)}",
        r"return {cmsgpack.unpack_one('\1\2\3', 2)}", r"return {cmsgpack.unpack_limit('\1\2\3', 2)}",
        r"return {cmsgpack.unpack_limit('\1\2\3', 2, 1)}", r"return {cmsgpack.unpack_one('\1', 5)}",
        r"return {cmsgpack.unpack_one('\1', -1)}",
        "local t = cmsgpack.unpack(cmsgpack.pack({a={1, 2}, b='x', c=1.5})) return {t.a[2], t.b, tostring(t.c)}",
        "local t = {} for i = 1, 30 do t = {t} end return cmsgpack.pack(t)",
    ),
    "struct": all_of(
        *(
            f"return struct.{call}"
            for call in (
                "pack('b', 1)", "pack('>h', 258)", "pack('<h', 258)", "pack('>i', -1)", "pack('>I3', 66051)",
                "pack('<l', 7)",
                "pack('>L', 2^40)", "pack('s', 'hello')", "pack('c3', 'hello')", "pack('c0', 'hello')",
                "pack('c9', 'hello')",
                "pack('>f', 1.5)", "pack('>d', 0.1)", "pack('bxb', 1, 2)", "pack('!4 b i', 1, 2)",
                "pack('!bh', 1, 2)", "pack('y', 1)",
                "pack('b')", "pack('b', 'x')", "pack('i33', 1)", "pack()", "pack('', 1)", "pack('!3')",
                "size('bhil')", "size('!8bd')",
                "size('s')", "size('c0')", "size('c5')", "size('>I2I2')", "pack('>Bc0', 3, 'abc')", "size('T')",
            )
        ),
        *(
            f"return {{struct.unpack({call})}}"
            for call in (
                r"'b', '\255'", r"'B', '\255'", r"'>h', '\1\2'", r"'<H', '\1\2'", r"'>I3', '\1\2\3'",
                r"'>i4', '\255\255\255\255'",
                r"'s', 'abc\0def'", "'s', 'abc'", "'c2', 'abc'", r"'Bc0', '\2abc'", r"'bb', '\1'", r"'b', '\1\2', 2",
                r"'b', '\1', 0",
                r"'b', '\1', 9", "'c0', 'abc'", r"'xb', '\1\2'", "", "'b'", r"'>I8', '\0\0\0\0\0\0\1\0'",
            )
        ),
        "local v = struct.unpack('>f', struct.pack('>f', 1.5)) return tostring(v)",
        "local v = struct.unpack('<d', struct.pack('<d', 0.1)) return tostring(v)",
    ),
    "what they are": [
        "COMMAND INFO eval evalsha eval_ro evalsha_ro",
        "COMMAND INFO script|load script|exists script|flush script|kill script|debug script|help",
        volatile("but subcommands", "COMMAND INFO script"), "COMMAND GETKEYS EVAL x 2 a b c",
        "COMMAND GETKEYS EVALSHA x 0",
        "COMMAND GETKEYS EVAL_RO x 1 a",
    ],
}  # fmt: skip

for _library, _rows in ANSWERS.items():
    SCRIPTING[f"{_library}, to the letter"] = [
        "SCRIPT FLUSH", *all_of(*(script.encode("latin-1") for script, _ in _rows)), "SCRIPT FLUSH",
    ]  # fmt: skip
