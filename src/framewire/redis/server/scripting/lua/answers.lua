-- What a script returns, on its way to Python.
--
-- What belongs here: that. It is one flat list, each item a pair of what it is and its content; the items of a
-- collection follow it, its content being how many. Python reads it from behind, so neither side recurses on what a
-- script chose to nest but `put`, to DEEPEST.

local host, guarded = ...
local type, rawget, next, unpack = type, rawget, next, unpack

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

return answer
