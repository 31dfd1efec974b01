-- The world that a script sees: what is in it, what guards it, and how one run begins and ends.
--
-- What belongs here: all that must be Lua, because a script touches it. The rest is Python, handed in as `host`, a table
-- of callables. Nothing of Lua's own globals is given out unless it is named below, and no Python object ever is.
--
-- Three things are unlike Redis' own Lua, which is patched:
--   * it has read-only tables; here a script gets an empty table in front of the real one, which refuses assignments;
--   * a Python function that refuses raises an exception object: whatever can catch an error translates it first;
--   * an error in a function that was called last (`return f()`) cannot be told where it was called. So the functions
--     that scripts call most, and that may refuse, are functions of C (`python.as_function`), which keep their caller.

local host = ...
local as_function = python.as_function
local real_pcall, real_xpcall, resume, create = pcall, xpcall, coroutine.resume, coroutine.create
local getinfo, sethook, real_loadstring, setfenv = debug.getinfo, debug.sethook, loadstring, setfenv
local error, type, tostring, select, unpack, pairs, next = error, type, tostring, select, unpack, pairs, next
local rawget, rawset, setmetatable, getmetatable, concat = rawget, rawset, setmetatable, getmetatable, table.concat
local newproxy, byte = newproxy, string.byte

local READ_ONLY = 'Attempt to modify a readonly table'
local HERE = getinfo(1, 'S').source

-- ---- tables that scripts may read only ------------------------------------------------------------------------------

local guarded = setmetatable({}, {__mode = 'k'}) -- the table in front -> the real one

local function refuse()
  error(READ_ONLY, 2)
end

local function guard(real)
  local front = setmetatable({}, {__index = real, __newindex = refuse, __metatable = false})
  guarded[front] = real
  return front
end

local function check_writable(t)
  if guarded[t] then error(READ_ONLY, 0) end
end

local function copy(t)
  local result = {}
  for key, value in next, t do result[key] = value end
  return result
end

local function pick(t, names)
  local result = {}
  for name in names:gmatch('%S+') do result[name] = t[name] end
  return result
end

-- ---- errors ---------------------------------------------------------------------------------------------------------

-- What Python raised, as the value that Redis would have raised.
local function translated(err)
  if type(err) ~= 'userdata' then return err end
  local as_table, text, counted = host.translate(err)
  if as_table == nil then return err end
  return as_table and {err = text, ignore_error_stats_update = counted or nil} or text
end

local function settle(ok, ...)
  if ok then return ok, ... end
  return ok, translated((...))
end

-- The place that an error reply names: the innermost function of the script itself.
local function place()
  local level = 3
  local info = getinfo(level, 'Sl')
  if info and info.what == 'C' then
    level = level + 1
    info = getinfo(level, 'Sl')
  end
  while info and (info.source == HERE or info.what == 'tail') do
    level = level + 1
    info = getinfo(level, 'Sl')
  end
  if info and info.what ~= 'C' then return info.source, info.currentline end
  return '@user_script', 1
end

local function handle(err)
  err = translated(err)
  if type(err) ~= 'table' or guarded[err] then err = {err = 'ERR ' .. tostring(err)} end
  local source, line = place()
  rawset(err, 'source', source)
  rawset(err, 'line', line)
  return err
end

-- Where the function of C that runs now was called, as texts of errors begin.
local function where()
  local info = getinfo(3, 'Sl')
  return info and info.currentline > 0 and info.short_src .. ':' .. info.currentline .. ': ' or ''
end

-- ---- time -----------------------------------------------------------------------------------------------------------

local INSTRUCTIONS = 100000 -- between two looks at the clock
local stopped = false

local function stop()
  error({err = host.reason()}, 0)
end

-- At each line from then on, so that a script that catches the error gets no further.
local function stop_again()
  if getinfo(2, 'S').source ~= HERE then stop() end
end

local function end_run()
  stopped = true
  sethook(stop_again, 'l')
end

local function look_at_clock()
  if host.overdue() then
    end_run()
    stop()
  end
end

sethook(look_at_clock, '', INSTRUCTIONS)

local function new_coroutine(f, called)
  local ok, thread = real_pcall(create, f)
  if not ok then error("bad argument #1 to '" .. called .. "' (Lua function expected)", 3) end
  if stopped then sethook(thread, stop_again, 'l') else sethook(thread, look_at_clock, '', INSTRUCTIONS) end
  return thread
end

-- ---- Lua's own functions, where they need a guard -------------------------------------------------------------------

local base = pick(_G, [[_VERSION assert error gcinfo ipairs rawequal select tonumber tostring type unpack]])
local env = guard(base)
base._G = env

-- Of an error reply `pcall` gives the text alone, as in Redis.
local function without_table(ok, ...)
  if ok then return ok, ... end
  local err = translated((...))
  local text = type(err) == 'table' and rawget(err, 'err')
  if type(text) == 'string' or type(text) == 'number' then return ok, text end
  return ok, err
end

function base.pcall(...)
  return without_table(real_pcall(...))
end

-- The handler runs where the error was caught, not where it was raised: Lua runs no hook inside a handler of an error
-- that a hook has raised, so nothing could stop one without end.
local ERRORS_OF_HANDLER = 220 -- after as many Lua gives up; until then the handler handles its own

local function handled(handler, ok, ...)
  if ok then return ok, ... end
  local err = translated((...))
  for _ = 1, ERRORS_OF_HANDLER do
    local handled_it, result = real_pcall(handler, err)
    if handled_it then return false, result end
    err = translated(result)
  end
  return false, 'error in error handling'
end

function base.xpcall(...)
  if select('#', ...) < 2 then error("bad argument #2 to 'xpcall' (value expected)", 2) end
  local f, handler = ...
  return handled(handler, real_pcall(f))
end

function base.rawget(t, key)
  return rawget(guarded[t] or t, key)
end

function base.rawset(t, key, value)
  check_writable(t)
  return rawset(t, key, value)
end

function base.next(t, key)
  return next(guarded[t] or t, key)
end

function base.pairs(t)
  return pairs(guarded[t] and copy(guarded[t]) or t)
end

function base.setmetatable(t, metatable)
  check_writable(t)
  return setmetatable(t, metatable)
end

local of_strings

function base.getmetatable(t)
  if type(t) == 'string' then return of_strings end
  if guarded[t] then return nil end
  return getmetatable(t)
end

function base.collectgarbage(what, argument)
  if what == 'stop' or what == 'restart' or what == 'setpause' or what == 'setstepmul' then return 0 end
  return collectgarbage(what, argument)
end

-- Compiled code could do anything: only text is taken, as in Redis. A space in front makes text of it.
local function load_text(text, name)
  if byte(text) == 27 then text = ' ' .. text end
  local chunk, message = real_loadstring(text, name)
  if not chunk then return nil, message end
  return setfenv(chunk, env)
end

local function check_argument(wanted, value, position, called)
  if type(value) ~= wanted then
    local got = value == nil and 'no value' or type(value)
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(position, called, wanted, got), 3)
  end
end

function base.loadstring(text, name)
  if type(text) == 'number' then text = tostring(text) end
  check_argument('string', text, 1, 'loadstring')
  return load_text(text, name or text)
end

function base.load(reader, name)
  check_argument('function', reader, 1, '?')
  local pieces = {}
  while true do
    local ok, piece = settle(real_pcall(reader))
    if not ok then return nil, piece end
    if piece == nil or piece == '' then break end
    if type(piece) ~= 'string' then return nil, 'reader function must return a string' end
    pieces[#pieces + 1] = piece
  end
  return load_text(concat(pieces), name or '=(load)')
end

local threads = pick(coroutine, 'running status yield')

function threads.create(f)
  local thread = new_coroutine(f, 'create')
  return thread
end

function threads.resume(...)
  return settle(resume(...))
end

local function unwrap(ok, ...)
  if ok then return ... end
  local err = translated((...))
  error(err, type(err) == 'string' and 3 or 0)
end

function threads.wrap(f)
  local thread = new_coroutine(f, 'wrap')
  return function(...)
    local results = {n = select('#', ...), ...}
    return unwrap(resume(thread, unpack(results, 1, results.n)))
  end
end

-- ---- libraries ------------------------------------------------------------------------------------------------------

local function add(name, library)
  base[name] = guard(library)
end

local function functions_of(t)
  local result = {}
  for name, value in pairs(t) do
    result[name] = type(value) == 'userdata' and as_function(value) or value
  end
  return result
end

local numbers = pick(math, [[abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp huge ldexp log log10 max
  min mod modf pi pow rad sin sinh sqrt tan tanh]])
for name, f in pairs(functions_of(host.math)) do numbers[name] = f end

local lists = pick(table, 'concat foreach foreachi getn maxn remove setn sort')

function lists.insert(t, ...)
  check_writable(t)
  return table.insert(t, ...)
end

add('string', pick(string, [[byte char dump find format gfind gmatch gsub len lower match rep reverse sub upper]]))
add('math', numbers)
add('table', lists)
add('coroutine', threads)
add('bit', functions_of(host.bit))
add('struct', functions_of(host.struct))
add('cmsgpack', functions_of(host.cmsgpack))
add('redis', functions_of(host.redis))
of_strings = guard({__index = base.string})

-- A library written in Lua is called through Python, so that its errors know where the script called it.
local NULL = newproxy(true)
getmetatable(NULL).__tostring = function() return 'userdata: (nil)' end
getmetatable(NULL).__metatable = false

local function add_in_lua(name, make)
  local library = {}
  for key, value in pairs(make(NULL)) do
    library[key] = type(value) == 'function' and as_function(host.through(value)) or value
  end
  add(name, library)
end

-- ---- what a script returns ------------------------------------------------------------------------------------------
--
-- One flat list, each item a pair of what it is and its content; the items of a collection follow it, its content being
-- how many. Python reads it from behind, so neither side recurses on what a script chose to nest but `put`, to DEEPEST.

local BULK, INTEGER, TRUE, FALSE, NULLS, ERROR, STATUS, DOUBLE, BIG, VERBATIM, ARRAY, MAP, SET =
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
local DEEPEST = 7994
local put

local function field(t, name, wanted)
  local value = rawget(t, name)
  return type(value) == wanted and value or nil
end

local function put_map(out, at, map, depth)
  local count = 0
  for key, value in next, map do
    put(out, key, depth)
    put(out, value, depth)
    count = count + 1
  end
  out[at], out[at + 1] = MAP, count
end

local function put_set(out, at, set, depth)
  local count = 0
  for key in next, set do
    put(out, key, depth)
    count = count + 1
  end
  out[at], out[at + 1] = SET, count
end

local function put_array(out, at, t, depth)
  local count = 0
  local last = at + 1
  local item = rawget(t, 1)
  while item ~= nil do
    if type(item) == 'string' then -- most are
      out[last + 1], out[last + 2] = BULK, item
      last = last + 2
    else
      put(out, item, depth)
      last = #out
    end
    count = count + 1
    item = rawget(t, count + 1)
  end
  out[at], out[at + 1] = ARRAY, count
end

local function put_verbatim(out, at, t)
  local text, format = field(t, 'string', 'string'), field(t, 'format', 'string')
  if not (text and format) then return false end
  out[at], out[at + 1] = VERBATIM, (format .. '   '):sub(1, 3) .. text
  return true
end

local function put_table(out, at, t, depth)
  local value = rawget(t, 'err')
  if type(value) == 'string' then
    if rawget(t, 'ignore_error_stats_update') ~= true then host.count_error(value) end
    out[at], out[at + 1] = ERROR, value
    return
  end
  value = rawget(t, 'ok')
  if type(value) == 'string' then
    out[at], out[at + 1] = STATUS, value
    return
  end
  value = rawget(t, 'double')
  if type(value) == 'number' then
    out[at], out[at + 1] = DOUBLE, value
    return
  end
  if depth > DEEPEST then
    out[at], out[at + 1] = ERROR, 'ERR reached lua stack limit'
    return
  end
  out[at], out[at + 1] = 0, 0 -- its place, in front of its items
  value = field(t, 'map', 'table')
  if value then return put_map(out, at, value, depth + 1) end
  value = field(t, 'set', 'table')
  if value then return put_set(out, at, value, depth + 1) end
  value = field(t, 'big_number', 'string')
  if value then
    out[at], out[at + 1] = BIG, value
    return
  end
  value = field(t, 'verbatim_string', 'table')
  if value and put_verbatim(out, at, value) then return end
  return put_array(out, at, t, depth + 1)
end

function put(out, value, depth)
  local at = #out + 1
  local kind = type(value)
  if kind == 'string' then
    out[at], out[at + 1] = BULK, value
  elseif kind == 'number' then
    out[at], out[at + 1] = INTEGER, value
  elseif kind == 'table' then
    return put_table(out, at, guarded[value] or value, depth)
  elseif kind == 'boolean' then
    out[at], out[at + 1] = value and TRUE or FALSE, 0
  else
    out[at], out[at + 1] = NULLS, 0
  end
end

-- As many results as Lua lets a function return at once go back at once; more go in pieces to Python before.
local PIECE = 4000

local function answer(value)
  if type(value) == 'string' then return BULK, value end
  local out = {}
  put(out, value, 0)
  local count = #out
  local first = 1
  while count - first >= PIECE do
    host.collect(unpack(out, first, first + PIECE - 1))
    first = first + PIECE
  end
  return unpack(out, first, count)
end

-- ---- one run --------------------------------------------------------------------------------------------------------

local function clean_up()
  base.KEYS, base.ARGV = nil, nil
  if stopped then
    stopped = false
    sethook(look_at_clock, '', INSTRUCTIONS)
  end
end

local function failure(err)
  if type(err) ~= 'table' then return 'ERR ' .. tostring(err), false end -- no memory, no stack: `handle` was not called
  local text = rawget(err, 'err')
  local counted = rawget(err, 'ignore_error_stats_update') == true
  return type(text) == 'string' and text or 'ERR unknown error', counted, rawget(err, 'source'), rawget(err, 'line')
end

local function conclude(ok, ...)
  if ok then return ok, ... end
  return ok, failure((...))
end

local function finish(ok, value)
  clean_up()
  if ok then return conclude(real_pcall(answer, value)) end
  return ok, failure(value)
end

-- Whether it went well, and then what `answer` says, else the error, whether it was counted, and its place.
local function run(script, keys, arguments)
  base.KEYS, base.ARGV = keys, arguments
  return finish(real_xpcall(script, handle))
end

local function compile(text)
  return load_text(text, '@user_script')
end

local function guarded_call(f, ...)
  return settle(real_pcall(f, ...))
end

-- Whatever is not in `base` is not there at all, and says so.
local function seal()
  setmetatable(base, {__index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end})
  for _, name in ipairs({'python', 'os', 'io', 'package', 'require', 'module', 'debug', 'dofile', 'loadfile', 'load',
                         'loadstring', 'getfenv', 'setfenv', 'newproxy', 'print'}) do
    _G[name] = nil
  end
end

return run, compile, where, guarded_call, end_run, add_in_lua, seal
