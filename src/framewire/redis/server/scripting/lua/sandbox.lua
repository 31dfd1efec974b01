-- The world that a script sees: what is in it, and how one run begins and ends.
--
-- What belongs here: all that must be Lua, because a script touches it, is in the files beside this one, which puts
-- them together. The rest is Python, handed in as `host`, a table of callables. Nothing of Lua's own globals is given
-- out unless it is named below or in guards.lua, and no Python object ever is.
--
-- Three things are unlike Redis' own Lua, which is patched:
--   * it has read-only tables; here a script gets an empty table in front of the real one, which refuses assignments;
--   * a Python function that refuses raises an exception object: whatever can catch an error translates it first;
--   * an error in a function of ours that was called last (`return f()`) cannot be told where it was called. So the
--     functions of `redis` are functions of C (`python.as_function`), which keep their caller.

local host, load = ...
local as_function = python.as_function
local real_pcall, real_xpcall = pcall, xpcall
local error, type, tostring, pairs, ipairs, select = error, type, tostring, pairs, ipairs, select
local rawget, setmetatable, getmetatable, newproxy, unpack = rawget, setmetatable, getmetatable, newproxy, unpack

local env
local errors = load('errors')(host)
local guards = load('guards')(host, errors, function() return env end)
local limits = load('limits')(host, errors)
local answer = load('answers')(host, guards.guarded)
local base, guard = guards.base, guards.guard
errors.guarded = guards.guarded

local function pick(into, t, names)
  for name in names:gmatch('%S+') do into[name] = into[name] or t[name] end
  return into
end

pick(base, _G, '_VERSION assert error gcinfo ipairs rawequal select tonumber tostring type')
env = guard(base)
base._G = env

-- ---- libraries ------------------------------------------------------------------------------------------------------

local function add(name, library)
  base[name] = guard(library)
end

-- JSON's null.
local NULL = newproxy(true)
getmetatable(NULL).__tostring = function() return 'userdata: (nil)' end
getmetatable(NULL).__metatable = false

-- What a library has, its functions in front of the real ones.
local function fronts(t)
  local result = {}
  for name, value in pairs(t) do
    if type(value) == 'userdata' and value ~= NULL then value = as_function(value) end
    result[name] = type(value) == 'function' and errors.front(name, value) or value
  end
  return result
end

-- A zero below zero would lose its sign on the way to Python; as a text it keeps it.
local function with_signs(f)
  return function(...)
    local values, count, changed = {...}, select('#', ...), false
    for position = 1, count do
      local value = values[position]
      if value == 0 and 1 / value < 0 then values[position], changed = '-0', true end
    end
    if changed then return f(unpack(values, 1, count)) end
    return f(...)
  end
end

local structs = host.struct
structs.pack = with_signs(as_function(structs.pack))

pick(guards.strings, string, 'byte char dump format len lower rep reverse sub upper')
add('math', pick(fronts(host.math), math, [[abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp huge ldexp
  log log10 max min mod modf pi pow rad sin sinh sqrt tan tanh]]))
add('table', pick(guards.lists, table, 'concat foreach foreachi getn maxn remove setn'))
add('coroutine', limits.threads)
add('bit', fronts(host.bit))
add('struct', fronts(structs))

local floats = {pack = as_function(host.floats.pack), unpack = as_function(host.floats.unpack)}
for _, name in ipairs({'cjson', 'cmsgpack'}) do
  add(name, fronts(load(name)(errors.fail, NULL, floats)))
end

-- ---- redis ----------------------------------------------------------------------------------------------------------

local redis = {}
for name, value in pairs(host.redis) do
  redis[name] = type(value) == 'userdata' and as_function(value) or value
end
add('redis', redis)

-- A function of Python takes some less than 8000 arguments: of more, the first ones go ahead.
local FIRST = 4000
local ahead = as_function(host.ahead)

local function in_two_parts(f)
  return function(...)
    if select('#', ...) <= FIRST then return f(...) end
    ahead(unpack({...}, 1, FIRST))
    return f(select(FIRST + 1, ...))
  end
end

for _, name in ipairs({'call', 'pcall'}) do guards.many[redis[name]] = in_two_parts(redis[name]) end

-- ---- one run --------------------------------------------------------------------------------------------------------

local function failure(err)
  if type(err) ~= 'table' then return 'ERR ' .. tostring(err), false end -- no memory, no stack: `handle` was not called
  local text = rawget(err, 'err')
  local counted = rawget(err, 'ignore_error_stats_update') == true
  return type(text) == 'string' and text or 'ERR unknown error', counted, rawget(err, 'source'), rawget(err, 'line')
end

-- What stopped the script comes first, whatever it made of that.
local function conclude(ok, ...)
  if limits.stopped then return false, failure(limits.verdict()) end
  if ok then return ok, ... end
  return ok, failure(errors.translated((...)))
end

local function finish(ok, value)
  base.KEYS, base.ARGV = nil, nil
  if ok then return conclude(real_pcall(answer, value)) end
  return conclude(ok, value)
end

-- Whether it went well, and then what `answer` says, else the error, whether it was counted, and its place.
local function run(script, keys, arguments)
  if limits.stopped then limits.verdict() end -- the one before was stopped when it was over, in the midst of all this
  base.KEYS, base.ARGV = keys, arguments
  return finish(real_xpcall(script, errors.handle))
end

local function compile(text)
  return guards.load_text(text, '@user_script')
end

-- Whatever is not in `base` is not there at all, and says so.
setmetatable(base, {__index = function(_, name)
  error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
end})
for _, name in ipairs({'python', 'os', 'io', 'package', 'require', 'module', 'debug', 'dofile', 'loadfile', 'load',
                       'loadstring', 'getfenv', 'setfenv', 'newproxy', 'print'}) do
  _G[name] = nil
end

return run, compile, limits.end_run
