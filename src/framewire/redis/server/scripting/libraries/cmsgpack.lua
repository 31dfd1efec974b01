-- The library `cmsgpack` of scripts: Lua values in MessagePack's bytes, and back.
--
-- What belongs here: what lua-cmsgpack 0.4.0 does, as Redis builds it. A table whose keys are 1, 2, ... n is an array,
-- any other a map. Nothing recurses on what a text says; what a text may nest is what the stack of C has room for
-- there.
--
-- `fail(text)` ends a function with that error; `floats` has `pack` and `unpack` for numbers that are no integers.

local fail, _, floats = ...
local type, tostring, tonumber, next, select, unpack = type, tostring, tonumber, next, select, unpack
local byte, char, sub, concat, floor, format = string.byte, string.char, string.sub, table.concat, math.floor,
  string.format

-- ---- packing --------------------------------------------------------------------------------------------------------

local DEEPEST = 16 -- tables below are packed as nil
local MOST_ARGUMENTS = 4000

local function bytes_of(number, count)
  if count == 1 then return char(number) end
  if count == 2 then return char(floor(number / 256), number % 256) end
  return char(floor(number / 16777216), floor(number / 65536) % 256, floor(number / 256) % 256, number % 256)
end

-- The type of what follows and how long it is, in the shortest form.
local function head(count, small, most, code8, code16, code32)
  if count <= most then return char(small + count) end
  if code8 and count <= 0xFF then return char(code8, count) end
  if count <= 0xFFFF then return char(code16) .. bytes_of(count, 2) end
  return char(code32) .. bytes_of(count, 4)
end

local function integer(number)
  if number >= 0 then
    if number <= 0x7F then return char(number) end
    if number <= 0xFF then return char(0xCC, number) end
    if number <= 0xFFFF then return '\205' .. bytes_of(number, 2) end
    if number <= 0xFFFFFFFF then return '\206' .. bytes_of(number, 4) end
    return '\207' .. bytes_of(floor(number / 0x100000000), 4) .. bytes_of(number % 0x100000000, 4)
  end
  if number >= -0x20 then return char(256 + number) end
  if number >= -0x80 then return char(0xD0, 256 + number) end
  if number >= -0x8000 then return '\209' .. bytes_of(0x10000 + number, 2) end
  if number >= -0x80000000 then return '\210' .. bytes_of(0x100000000 + number, 4) end
  return '\211' .. bytes_of(floor(number / 0x100000000) % 0x100000000, 4) .. bytes_of(number % 0x100000000, 4)
end

local function number_text(number)
  if number == floor(number) and number >= -2 ^ 63 and number < 2 ^ 63 then return integer(number) end
  local data = floats.pack(number)
  return (#data == 4 and '\202' or '\203') .. data
end

local function is_array(t)
  local count, most = 0, 0
  for key in next, t do
    if type(key) ~= 'number' or key <= 0 or key ~= floor(key) or key > 2147483647 then return false end
    if key > most then most = key end
    count = count + 1
  end
  return most == count, count
end

local put

local function put_table(out, t, depth)
  local array, count = is_array(t)
  if array then
    out[#out + 1] = head(count, 0x90, 15, nil, 0xDC, 0xDD)
    for position = 1, count do put(out, t[position], depth) end
    return
  end
  local at = #out + 1
  count, out[at] = 0, ''
  for key, value in next, t do
    put(out, key, depth)
    put(out, value, depth)
    count = count + 1
  end
  out[at] = head(count, 0x80, 15, nil, 0xDE, 0xDF)
end

function put(out, value, depth)
  local kind = type(value)
  if kind == 'string' then
    out[#out + 1] = head(#value, 0xA0, 31, 0xD9, 0xDA, 0xDB)
    out[#out + 1] = value
  elseif kind == 'number' then
    out[#out + 1] = number_text(value)
  elseif kind == 'boolean' then
    out[#out + 1] = value and '\195' or '\194'
  elseif kind == 'table' and depth < DEEPEST then
    put_table(out, value, depth + 1)
  else
    out[#out + 1] = '\192'
  end
end

local function pack(...)
  local count = select('#', ...)
  if count == 0 then fail("bad argument #0 to 'pack' (MessagePack pack needs input.)") end
  if count > MOST_ARGUMENTS then fail("bad argument #0 to 'pack' (Too many arguments for MessagePack pack.)") end
  local out, values = {}, {...}
  for position = 1, count do put(out, values[position], 0) end
  return concat(out)
end

-- ---- unpacking ------------------------------------------------------------------------------------------------------

local SLOTS = 8000 -- of the stack that the library has in Redis
local TOO_MANY = 'stack overflow (too many return values at once; use unpack_one or unpack_limit instead.)'
local TOO_DEEP = 'stack overflow (in function mp_decode_to_lua_array)'
local NO_ROOM = 'stack overflow (in function mp_unpack_full)'

local data, at, last -- the text that is read, where, and how long it is

-- Where `count` bytes begin, which are then behind.
local function take(count)
  local from = at
  at = at + count
  if at > last + 1 then fail('Missing bytes in input.') end
  return from
end

local function unsigned(count)
  local from = take(count)
  if count == 1 then return byte(data, from) end
  local a, b, c, d = byte(data, from, from + count - 1)
  if count == 2 then return a * 256 + b end
  return a * 16777216 + b * 65536 + c * 256 + d
end

local function signed(count)
  local number = unsigned(count)
  local limit = 256 ^ count
  return number >= limit / 2 and number - limit or number
end

-- Without a sign, too, as in Redis: from 2^63 on it is negative.
local function long()
  local high = signed(4)
  return high * 0x100000000 + unsigned(4)
end

local function text(count)
  local from = take(count)
  return sub(data, from, at - 1)
end

local function float(count)
  return floats.unpack(text(count))
end

-- By the first byte: the value; of a table nothing, how many items follow, and whether it is a map.
local READERS = {
  [0xC0] = function() return nil end,
  [0xC2] = function() return false end,
  [0xC3] = function() return true end,
  [0xCA] = function() return float(4) end,
  [0xCB] = function() return float(8) end,
  [0xCC] = function() return unsigned(1) end,
  [0xCD] = function() return unsigned(2) end,
  [0xCE] = function() return unsigned(4) end,
  [0xCF] = long,
  [0xD0] = function() return signed(1) end,
  [0xD1] = function() return signed(2) end,
  [0xD2] = function() return signed(4) end,
  [0xD3] = long,
  [0xD9] = function() return text(unsigned(1)) end,
  [0xDA] = function() return text(unsigned(2)) end,
  [0xDB] = function() return text(unsigned(4)) end,
  [0xDC] = function() return nil, unsigned(2), false end,
  [0xDD] = function() return nil, unsigned(4), false end,
  [0xDE] = function() return nil, unsigned(2), true end,
  [0xDF] = function() return nil, unsigned(4), true end,
}

local function item()
  local code = byte(data, take(1))
  if code < 0x80 then return code end
  if code >= 0xE0 then return code - 256 end
  if code < 0x90 then return nil, code - 0x80, true end
  if code < 0xA0 then return nil, code - 0x90, false end
  if code < 0xC0 then return text(code - 0xA0) end
  local read = READERS[code]
  if not read then fail('Bad data format in input.') end
  return read()
end

-- The tables that are under way, the innermost one last: how many items each lacks, and the key that waits for its
-- value (of an array, the position).
local function new_levels()
  local tables, left, maps, keys, has_key = {}, {}, {}, {}, {}
  local depth = 0

  local function open(count, map)
    depth = depth + 1
    tables[depth], left[depth], maps[depth], keys[depth], has_key[depth] = {}, count, map, map and nil or 1, not map
  end

  -- Put a value in its place. Of a table that this ends, and that is no other's item, true and it.
  local function close(value)
    while depth > 0 do
      if not has_key[depth] then
        keys[depth], has_key[depth] = value, true
        return false
      end
      tables[depth][keys[depth]] = value
      left[depth] = left[depth] - 1
      if maps[depth] then has_key[depth] = false else keys[depth] = keys[depth] + 1 end
      if left[depth] > 0 then return false end
      value, tables[depth] = tables[depth], nil
      depth = depth - 1
    end
    return true, value
  end

  local function needs_key()
    return depth > 0 and not has_key[depth]
  end

  return open, close, needs_key, function() return depth end
end

-- One value. `slots`: how much of the stack is taken.
local function value(slots)
  local first, count, map = nil, nil, nil
  if slots + 1 > SLOTS then fail(TOO_MANY) end
  first, count, map = item()
  if not count then return first end
  local open, close, needs_key, depth = new_levels()
  while true do
    local done, result = false, nil
    if count then
      local taken = slots + 2 * depth() - (needs_key() and 1 or 0) + 1
      if not map and taken + 1 > SLOTS then fail(TOO_DEEP) end
      if count > 0 then open(count, map) else done, result = close({}) end
    else
      done, result = close(first)
    end
    if done then return result end
    if slots + 2 * depth() - (needs_key() and 1 or 0) + 1 > SLOTS then fail(TOO_MANY) end
    first, count, map = item()
  end
end

-- The values from `offset` on, at most `limit`, in a list, and how many they are.
local function values_of(limit)
  local values, count = {}, 0
  while at <= last and count < limit do
    values[count + 1] = value(1 + count)
    count = count + 1
  end
  return values, count
end

local function returned(values, count)
  return values[1], values[2], unpack(values, 3, count)
end

local function results(values, count)
  if count == 0 then return end
  if count == 1 then return values[1] end
  return returned(values, count)
end

local function unpack_full(given, limit, offset)
  if offset < 0 or limit < 0 then
    fail(format('Invalid request to unpack with offset of %d and limit of %d.', offset, #given))
  elseif offset > #given then
    fail(format('Start offset %d greater than input length %d.', offset, #given))
  end
  data, at, last = given, offset + 1, #given
  if limit == 0 and offset == 0 then return results(values_of(2147483647)) end
  local values, count = values_of(limit)
  if count + 2 > SLOTS then fail(NO_ROOM) end
  return at > last and -1 or at - 1, results(values, count)
end

-- ---- arguments ------------------------------------------------------------------------------------------------------

local function wrong_type(wanted, position, name, count, value)
  local got = position > count and 'no value' or type(value)
  fail(format("bad argument #%d to '%s' (%s expected, got %s)", position, name, wanted, got))
end

local function text_argument(name, count, value)
  if type(value) == 'number' then return tostring(value) end
  if type(value) ~= 'string' then wrong_type('string', 1, name, count, value) end
  return value
end

local function integer_argument(position, name, count, value)
  local number = (type(value) == 'number' or type(value) == 'string') and tonumber(value)
  if not number then wrong_type('number', position, name, count, value) end
  number = number < 0 and -floor(-number) or floor(number)
  number = number ~= number and 0 or number % 0x100000000 -- an `int` of C
  return number >= 0x80000000 and number - 0x100000000 or number
end

local function unpack_all(...)
  return unpack_full(text_argument('unpack', select('#', ...), (...)), 0, 0)
end

local function unpack_one(...)
  local given, offset = ...
  local count = select('#', ...)
  offset = offset ~= nil and integer_argument(2, 'unpack_one', count, offset) or 0
  return unpack_full(text_argument('unpack_one', count, given), 1, offset)
end

local function unpack_limit(...)
  local given, limit, offset = ...
  local count = select('#', ...)
  limit = integer_argument(2, 'unpack_limit', count, limit)
  offset = offset ~= nil and integer_argument(3, 'unpack_limit', count, offset) or 0
  return unpack_full(text_argument('unpack_limit', count, given), limit, offset)
end

return {
  _NAME = 'cmsgpack', _VERSION = 'lua-cmsgpack 0.4.0',
  _COPYRIGHT = 'Copyright (C) 2012, Salvatore Sanfilippo',
  _DESCRIPTION = 'MessagePack C implementation for Lua',
  pack = pack, unpack = unpack_all, unpack_one = unpack_one, unpack_limit = unpack_limit,
}
