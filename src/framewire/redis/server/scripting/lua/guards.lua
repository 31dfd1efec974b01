-- Lua's own functions, where a script must not have them as they are.
--
-- What belongs here: what stands in front of them, and why. A table that scripts may only read is an empty one in front
-- of the real one; a function that could take the process with it looks at its arguments first; whatever can catch an
-- error translates it.

local host, errors, env_of = ...
local HERE, translated, refuse, innermost = errors.HERE, errors.translated, errors.refuse, errors.innermost
local real_pcall, real_loadstring, setfenv = pcall, loadstring, setfenv
local getinfo, getlocal, setlocal = debug.getinfo, debug.getlocal, debug.setlocal
local error, type, tostring, tonumber, select, next, unpack = error, type, tostring, tonumber, select, next, unpack
local rawget, rawset, setmetatable, getmetatable = rawget, rawset, setmetatable, getmetatable
local collectgarbage, byte, floor, concat = collectgarbage, string.byte, math.floor, table.concat
local insert, sort = table.insert, table.sort
local find, gmatch, gsub, match, gfind = string.find, string.gmatch, string.gsub, string.match, string.gfind

local base, strings, lists = {}, {}, {}

-- ---- tables that scripts may read only ------------------------------------------------------------------------------

local READ_ONLY = 'Attempt to modify a readonly table'
local guarded = setmetatable({}, {__mode = 'k'}) -- the table in front -> the real one

local function refuse_assignment()
  error(READ_ONLY, 2)
end

local function guard(real)
  local front = setmetatable({}, {__index = real, __newindex = refuse_assignment, __metatable = false})
  guarded[front] = real
  return front
end

base.string = guard(strings)
local of_strings = guard({__index = base.string})
getmetatable('').__index = strings -- `('x'):find()` is `string.find('x')`

local function check_writable(t)
  if guarded[t] then error(READ_ONLY, 0) end
end

local function real(t)
  return guarded[t] or t
end

local function copy(t)
  local result = {}
  for key, value in next, t do result[key] = value end
  return result
end

function base.rawget(t, ...)
  return rawget(real(t), ...)
end

function base.rawset(t, ...)
  check_writable(t)
  return rawset(t, ...)
end

function base.next(t, ...)
  return next(real(t), ...)
end

function base.pairs(...)
  local t = ...
  if type(t) ~= 'table' then
    local got = select('#', ...) == 0 and 'no value' or type(t)
    refuse("bad argument #1 to 'pairs' (table expected, got " .. got .. ')', 'pairs')
  end
  return next, guarded[t] and copy(guarded[t]) or t, nil
end

function base.setmetatable(...)
  check_writable((...))
  return setmetatable(...)
end

function base.getmetatable(...)
  local t = ...
  if type(t) == 'string' then return of_strings end
  if guarded[t] then return nil end
  return getmetatable(...)
end

function base.collectgarbage(...)
  local what = ...
  if what == 'stop' or what == 'restart' or what == 'setpause' or what == 'setstepmul' then return 0 end
  return collectgarbage(...)
end

-- ---- errors caught --------------------------------------------------------------------------------------------------

-- Of an error reply `pcall` gives the text alone, as in Redis.
local function without_table(ok, ...)
  if ok then return ok, ... end
  local err = ...
  if type(err) == 'string' then return ok, translated(err, select(3, innermost(3))) end
  err = translated(err)
  local text = type(err) == 'table' and rawget(err, 'err')
  if type(text) == 'string' or type(text) == 'number' then return ok, text end
  return ok, err
end

-- What Lua's own functions say has no place where `pcall` is their caller.
local function caught(f, ok, ...)
  if ok then return ok, ... end
  local err = ...
  if type(err) == 'string' and type(f) == 'function' and getinfo(f, 'S').source == HERE then
    return ok, errors.without_name(translated(err))
  end
  return without_table(ok, err)
end

function base.pcall(...)
  if select('#', ...) == 0 then refuse("bad argument #1 to 'pcall' (value expected)", 'pcall') end
  return caught((...), real_pcall(...))
end

-- The handler runs where the error was caught, not where it was raised: Lua runs no hook inside a handler of an error
-- that a hook has raised, so nothing could stop one without end.
local ERRORS_OF_HANDLER = 220 -- after as many Lua gives up; until then the handler handles its own

local function handled(handler, ok, ...)
  if ok then return ok, ... end
  local err = translated((...), select(3, innermost(3)))
  for _ = 1, ERRORS_OF_HANDLER do
    local handled_it, result = real_pcall(handler, err)
    if handled_it then return false, result end
    err = translated(result)
  end
  return false, 'error in error handling'
end

function base.xpcall(...)
  if select('#', ...) < 2 then refuse("bad argument #2 to 'xpcall' (value expected)", 'xpcall') end
  local f, handler = ...
  return handled(handler, real_pcall(f))
end

-- ---- compiling ------------------------------------------------------------------------------------------------------

-- Compiled code could do anything: only text is taken, as in Redis. A space in front makes text of it. The name of our
-- own chunks would hide a script from what stops it.
local function load_text(text, name)
  if byte(text) == 27 then text = ' ' .. text end
  if type(name) == 'string' and match(name, '^[^%z]*') == HERE then name = '=?' end
  local chunk, message = real_loadstring(text, name)
  if not chunk then return nil, message end
  return setfenv(chunk, env_of())
end

function base.loadstring(...)
  local text, name = ...
  if type(text) == 'number' then text = tostring(text) end
  if type(text) ~= 'string' then
    local got = select('#', ...) == 0 and 'no value' or type(text)
    refuse("bad argument #1 to 'loadstring' (string expected, got " .. got .. ')', 'loadstring')
  end
  return load_text(text, name or text)
end

function base.load(...)
  local reader, name = ...
  if type(reader) ~= 'function' then
    local got = select('#', ...) == 0 and 'no value' or type(reader)
    refuse("bad argument #1 to 'load' (function expected, got " .. got .. ')', 'load')
  end
  local pieces = {}
  while true do
    local ok, piece = real_pcall(reader)
    if not ok then return nil, translated(piece) end
    if piece == nil or piece == '' then break end
    if type(piece) ~= 'string' then return nil, 'reader function must return a string' end
    pieces[#pieces + 1] = piece
  end
  return load_text(concat(pieces), name or '=(load)')
end

-- ---- what recurses or counts in C without a limit -------------------------------------------------------------------

local SHORT = 1000 -- patterns up to here are not looked at
local DEEPEST = 3000 -- a match recurses on the stack of C for each item that repeats

local function check_pattern(name, _, pattern, _, plain)
  if type(pattern) == 'string' and #pattern > SHORT and not (plain and name == 'find')
      and select(2, gsub(pattern, '[-*+?]', '')) > DEEPEST then
    refuse('pattern too complex', name, 1)
  end
end

function strings.find(...)
  check_pattern('find', ...)
  return find(...)
end

function strings.gmatch(...)
  check_pattern('gmatch', ...)
  return gmatch(...)
end

function strings.gsub(...)
  check_pattern('gsub', ...)
  return gsub(...)
end

function strings.match(...)
  check_pattern('match', ...)
  return match(...)
end

strings.gfind = gfind and strings.gmatch

-- As C makes an `int` of a number.
local function to_int(value)
  local number = (type(value) == 'number' or type(value) == 'string') and tonumber(value)
  if not number then return nil end
  number = number < 0 and -floor(-number) or floor(number)
  if not (number >= -2 ^ 63 and number < 2 ^ 63) then return 0 end
  number = number % 0x100000000
  return number >= 0x80000000 and number - 0x100000000 or number
end

local MOST_RESULTS = 8000 -- Lua gives fewer at once; how many there would be must not overflow
local MOST_ARGUMENTS = 7990 -- from there on a function of Python cannot be called

-- The function that `unpack` gives its results to has its place already: where it is one of Python's, and they are too
-- many for that, it is replaced by one that hands them over in two parts.
local many = {} -- the function -> its replacement

local function make_room_for_many()
  local position = 1
  while true do
    local name, value = getlocal(3, position)
    if not name then return end
    if name == '(*temporary)' and type(value) == 'function' and many[value] then setlocal(3, position, many[value]) end
    position = position + 1
  end
end

function base.unpack(...)
  local t, first, last = ...
  if type(t) == 'table' then
    local from, to = 1, nil
    if first ~= nil then from = to_int(first) end
    if last ~= nil then to = to_int(last) else to = #t end
    if from and to then
      if to - from >= MOST_RESULTS then refuse('too many results to unpack', 'unpack') end
      if to - from >= MOST_ARGUMENTS - 100 then make_room_for_many() end
    end
  end
  return unpack(...)
end

-- Inserted far below the first item, everything above would be moved, between other looks at the clock.
local FAR_BELOW = -1000000

function lists.insert(...)
  local t, position, value = ...
  if guarded[t] then error(READ_ONLY, 0) end
  if type(position) == 'number' and position > FAR_BELOW and position <= 2147483647 then return insert(...) end
  if select('#', ...) ~= 3 or type(t) ~= 'table' or (to_int(position) or 0) > FAR_BELOW then return insert(...) end
  position = to_int(position)
  for index = #t + 1, position + 1, -1 do rawset(t, index, rawget(t, index - 1)) end
  rawset(t, position, value)
end

-- The time that C takes to sort grows with the square of what it sorts where somebody chose the order.
local FEW = 5000

local function is_less(a, b)
  return a < b
end

function lists.sort(...)
  local t, less = ...
  if type(t) == 'table' and less == nil and #t > FEW then return sort(t, is_less) end
  return sort(...)
end

return {base = base, strings = strings, lists = lists, guarded = guarded, guard = guard, load_text = load_text,
        many = many}
