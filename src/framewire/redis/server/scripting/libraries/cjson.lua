-- The library `cjson` of scripts: JSON texts of Lua values, and back.
--
-- What belongs here: what Lua CJSON 2.1.0, as Redis builds it, does with its default settings and by its functions that
-- change them. A table whose keys are positive integers is an array, unless so few of them are there that it is refused
-- or becomes an object; an empty table is an object.
--
-- `raise(text)` ends a function with that error; `null` is the value that stands for JSON's null.

local raise, null = ...
local type, tostring, tonumber, pairs, next, rawget = type, tostring, tonumber, pairs, next, rawget
local find, match, sub, byte, char, format, gsub = string.find, string.match, string.sub, string.byte, string.char,
  string.format, string.gsub
local floor, huge, concat = math.floor, math.huge, table.concat

local NUMERALS = {[0] = 'false', 'true', 'null'}

local function new_library()
  local settings = {
    sparse_convert = false, sparse_ratio = 2, sparse_safe = 10,
    encode_depth = 1000, decode_depth = 1000, digits = 14,
    encode_invalid = false, decode_invalid = true, keep_buffer = true,
  }
  local number_form = '%.14g'

  local function fail(text, ...)
    raise(format(text, ...))
  end

  -- ---- to JSON ------------------------------------------------------------------------------------------------------

  local ESCAPES = {['"'] = '\\"', ['\\'] = '\\\\', ['/'] = '\\/', ['\b'] = '\\b', ['\f'] = '\\f', ['\n'] = '\\n',
                   ['\r'] = '\\r', ['\t'] = '\\t', ['\127'] = '\\u007f'}
  for code = 0, 31 do
    ESCAPES[char(code)] = ESCAPES[char(code)] or format('\\u%04x', code)
  end

  local function quoted(text)
    return '"' .. gsub(text, '[%z\1-\31"\\/\127]', ESCAPES) .. '"'
  end

  local function number_text(number)
    if number ~= number or number == huge or number == -huge then
      if settings.encode_invalid == 'null' then return 'null' end
      if not settings.encode_invalid then fail('Cannot serialise number: must not be NaN or Inf') end
      return number ~= number and 'nan' or number > 0 and 'inf' or '-inf'
    end
    return format(number_form, number)
  end

  -- How long the array is that a table makes; nothing where it makes an object.
  local function array_length(t)
    local most, count = 0, 0
    for key in next, t do
      if type(key) ~= 'number' or key <= 0 or key ~= floor(key) then return nil end
      if key > most then most = key <= 2147483647 and key or -2147483648 end -- as an `int` of C overflows
      count = count + 1
    end
    if most <= 0 then return nil end
    if settings.sparse_ratio > 0 and most > count * settings.sparse_ratio and most > settings.sparse_safe then
      if not settings.sparse_convert then fail('Cannot serialise table: excessively sparse array') end
      return nil
    end
    return most
  end

  local put

  local function put_array(out, t, length, depth)
    out[#out + 1] = '['
    for i = 1, length do
      if i > 1 then out[#out + 1] = ',' end
      put(out, rawget(t, i), depth)
    end
    out[#out + 1] = ']'
  end

  local function put_object(out, t, depth)
    local before = '{'
    for key, value in next, t do
      local name = type(key) == 'number' and number_text(key) or key
      if type(name) ~= 'string' then fail('Cannot serialise %s: table key must be a number or string', type(key)) end
      out[#out + 1] = before
      out[#out + 1] = quoted(name)
      out[#out + 1] = ':'
      put(out, value, depth)
      before = ','
    end
    out[#out + 1] = before == '{' and '{}' or '}'
  end

  function put(out, value, depth)
    local kind = type(value)
    if kind == 'string' then
      out[#out + 1] = quoted(value)
    elseif kind == 'number' then
      out[#out + 1] = number_text(value)
    elseif kind == 'boolean' then
      out[#out + 1] = value and 'true' or 'false'
    elseif kind == 'nil' or value == null then
      out[#out + 1] = 'null'
    elseif kind == 'table' then
      if depth >= settings.encode_depth then fail('Cannot serialise, excessive nesting (%d)', depth + 1) end
      local length = array_length(value)
      if length then return put_array(out, value, length, depth + 1) end
      return put_object(out, value, depth + 1)
    else
      fail('Cannot serialise %s: type not supported', kind)
    end
  end

  local function encode(...)
    if select('#', ...) ~= 1 then fail("bad argument #1 to 'encode' (expected 1 argument)") end
    local out = {}
    put(out, (...), 0)
    return concat(out)
  end

  -- ---- from JSON ----------------------------------------------------------------------------------------------------

  local SIMPLE = {b = '\b', f = '\f', n = '\n', r = '\r', t = '\t', ['"'] = '"', ['\\'] = '\\', ['/'] = '/'}
  local MARKS = {['{'] = 'T_OBJ_BEGIN', ['}'] = 'T_OBJ_END', ['['] = 'T_ARR_BEGIN', [']'] = 'T_ARR_END',
                 [':'] = 'T_COLON', [','] = 'T_COMMA'}

  local function utf8(code)
    if code < 0x80 then return char(code) end
    if code < 0x800 then return char(0xC0 + floor(code / 64), 0x80 + code % 64) end
    if code < 0x10000 then
      return char(0xE0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
    end
    return char(0xF0 + floor(code / 262144), 0x80 + floor(code / 4096) % 64, 0x80 + floor(code / 64) % 64,
                0x80 + code % 64)
  end

  local function hexadecimal(text, at)
    local digits = sub(text, at, at + 3)
    return find(digits, '^%x%x%x%x$') and tonumber(digits, 16) or nil
  end

  -- What `\u....` at `at` stands for, and where the text goes on; nothing where it stands for nothing.
  local function unicode(text, at)
    local code = hexadecimal(text, at + 2)
    if not code or code >= 0xDC00 and code < 0xE000 then return nil end
    if code < 0xD800 or code >= 0xE000 then return utf8(code), at + 6 end
    local low = sub(text, at + 6, at + 7) == '\\u' and hexadecimal(text, at + 8)
    if not low or low < 0xDC00 or low > 0xDFFF then return nil end
    return utf8(0x10000 + (code - 0xD800) * 1024 + low - 0xDC00), at + 12
  end

  local function decode(...)
    local text = ...
    if select('#', ...) ~= 1 then fail("bad argument #1 to 'decode' (expected 1 argument)") end
    if type(text) == 'number' then text = tostring(text) end
    if type(text) ~= 'string' then
      fail("bad argument #1 to 'decode' (string expected, got %s)", type(text))
    end
    if #text >= 2 and (byte(text, 1) == 0 or byte(text, 2) == 0) then
      fail('JSON parser does not support UTF-16 or UTF-32')
    end
    local kind, content, start -- of the token that is looked at, and where it stands
    local after = 1 -- where the next one is to be looked for

    local function string_token(at)
      local pieces = {}
      local from = at + 1
      while true do
        local stop = find(text, '[%z\1-\31"\\]', from)
        if not stop then return 'T_ERROR', 'unexpected end of string', #text + 1 end
        pieces[#pieces + 1] = sub(text, from, stop - 1)
        local mark = sub(text, stop, stop)
        if mark == '"' then
          after = stop + 1
          return 'T_STRING', concat(pieces), at
        end
        if mark == '\\' then
          local letter = sub(text, stop + 1, stop + 1)
          if letter == 'u' then
            pieces[#pieces + 1], from = unicode(text, stop)
            if not from then return 'T_ERROR', 'invalid unicode escape code', stop end
          elseif SIMPLE[letter] then
            pieces[#pieces + 1], from = SIMPLE[letter], stop + 2
          else
            return 'T_ERROR', 'invalid escape code', stop
          end
        elseif mark == '\0' then -- which ends a text of C
          return 'T_ERROR', 'unexpected end of string', stop
        else
          pieces[#pieces + 1], from = mark, stop + 1
        end
      end
    end

    -- Where the number at `at` ends for strtod, which takes more than JSON has; nothing where there is none.
    local function number_end(at)
      local digits = select(2, find(text, '^[+-]?', at)) + 1
      local finish = select(2, find(text, '^0[xX]%x+%.?%x*', digits)) or select(2, find(text, '^0[xX]%.%x+', digits))
      if finish then return select(2, find(text, '^[pP][+-]?%d+', finish + 1)) or finish end
      finish = select(2, find(text, '^%d+%.?%d*', digits)) or select(2, find(text, '^%.%d+', digits))
      return finish and (select(2, find(text, '^[eE][+-]?%d+', finish + 1)) or finish)
    end

    -- Infinity and the like: the number, and where it ends.
    local function special_number(at)
      local sign, name = match(text, '^([+-]?)(%a+)', at)
      local lower = name and name:lower() or ''
      local length = find(lower, '^infinity') and 8 or find(lower, '^inf') and 3 or find(lower, '^nan') and 3
      if not length then return nil end
      local number = length == 3 and find(lower, '^nan') and -(0 / 0) or huge
      return sign == '-' and -number or number, at + #sign + length - 1
    end

    -- What is a number for strtod and none in JSON: with a plus, with leading zeros, hexadecimal, infinite.
    local function is_invalid(at)
      return find(text, '^%+', at) or find(text, '^-?0[xX%d]', at) or special_number(at) ~= nil
    end

    local function number_token(at)
      local finish = number_end(at)
      local number
      if finish then
        number = tonumber((gsub(sub(text, at, finish), '^%+', '')))
      else
        number, finish = special_number(at)
      end
      if not number then return 'T_ERROR', 'invalid number', at end
      after = finish + 1
      return 'T_NUMBER', number, at
    end

    local WORDS = {{'true', 'T_BOOLEAN', true}, {'false', 'T_BOOLEAN', false}, {'null', 'T_NULL', null}}

    local function word_token(at)
      for i = 1, 3 do
        local word = WORDS[i]
        if sub(text, at, at + #word[1] - 1) == word[1] then
          after = at + #word[1]
          return word[2], word[3], at
        end
      end
      if settings.decode_invalid and is_invalid(at) then return number_token(at) end
      return 'T_ERROR', 'invalid token', at
    end

    local function number_or_word_token(at)
      if not find(text, '^[-%d]', at) then return word_token(at) end
      if not settings.decode_invalid and is_invalid(at) then return 'T_ERROR', 'invalid number', at end
      return number_token(at)
    end

    local function read()
      local at = find(text, '[^ \t\n\r]', after)
      if not at or byte(text, at) == 0 then
        at = at or #text + 1
        kind, start, after = 'T_END', at, at
        return
      end
      local mark = sub(text, at, at)
      if MARKS[mark] then
        kind, start, after = MARKS[mark], at, at + 1
      elseif mark == '"' then
        kind, content, start = string_token(at)
      else
        kind, content, start = number_or_word_token(at)
      end
    end

    local function expected(what)
      fail('Expected %s but found %s at character %d', what, kind == 'T_ERROR' and content or kind, start)
    end

    local function check_depth(depth)
      if depth > settings.decode_depth then
        fail('Found too many nested data structures (%d) at character %d', depth, start)
      end
    end

    local value

    local function object(depth)
      check_depth(depth)
      local result = {}
      read()
      if kind == 'T_OBJ_END' then return result end
      while true do
        if kind ~= 'T_STRING' then expected('object key string') end
        local key = content
        read()
        if kind ~= 'T_COLON' then expected('colon') end
        read()
        result[key] = value(depth)
        read()
        if kind == 'T_OBJ_END' then return result end
        if kind ~= 'T_COMMA' then expected('comma or object end') end
        read()
      end
    end

    local function array(depth)
      check_depth(depth)
      local result = {}
      read()
      if kind == 'T_ARR_END' then return result end
      local count = 0
      while true do
        count = count + 1
        result[count] = value(depth)
        read()
        if kind == 'T_ARR_END' then return result end
        if kind ~= 'T_COMMA' then expected('comma or array end') end
        read()
      end
    end

    function value(depth)
      if kind == 'T_STRING' or kind == 'T_NUMBER' or kind == 'T_BOOLEAN' or kind == 'T_NULL' then return content end
      if kind == 'T_OBJ_BEGIN' then return object(depth + 1) end
      if kind == 'T_ARR_BEGIN' then return array(depth + 1) end
      expected('value')
    end

    read()
    local result = value(0)
    read()
    if kind ~= 'T_END' then expected('the end') end
    return result
  end

  -- ---- settings -----------------------------------------------------------------------------------------------------

  local function check_count(most, called, ...)
    local count = select('#', ...)
    if count > most then fail("bad argument #%d to '%s' (found too many arguments)", most + 1, called) end
  end

  local function integer_of(value, least, most, position, called)
    local number = (type(value) == 'number' or type(value) == 'string') and tonumber(value)
    if not number then
      fail("bad argument #%d to '%s' (number expected, got %s)", position, called, type(value))
    end
    number = number < 0 and -floor(-number) or floor(number)
    if not (number >= least and number <= most) then
      fail("bad argument #%d to '%s' (expected integer between %d and %d)", position, called, least, most)
    end
    return number
  end

  local function choice_of(value, choices, position, called)
    if type(value) == 'boolean' then return value end
    if type(value) == 'number' then value = tostring(value) end
    if type(value) ~= 'string' then
      fail("bad argument #%d to '%s' (string expected, got %s)", position, called, type(value))
    end
    if choices[value] == nil then fail("bad argument #%d to '%s' (invalid option '%s')", position, called, value) end
    return choices[value]
  end

  local function integer_setting(name, least, most, called)
    return function(...)
      check_count(1, called, ...)
      local value = ...
      if value ~= nil then settings[name] = integer_of(value, least, most, 1, called) end
      return settings[name]
    end
  end

  local function choice_setting(name, choices, called)
    return function(...)
      check_count(1, called, ...)
      local value = ...
      if value ~= nil then settings[name] = choice_of(value, choices, 1, called) end
      return settings[name]
    end
  end

  local ON_OFF = {on = true, off = false}
  local set_digits = integer_setting('digits', 1, 14, 'encode_number_precision')

  local function encode_number_precision(...)
    local digits = set_digits(...)
    number_form = '%.' .. digits .. 'g'
    return digits
  end

  local function encode_sparse_array(...)
    local called = 'encode_sparse_array'
    check_count(3, called, ...)
    local convert, ratio, safe = ...
    if convert ~= nil then settings.sparse_convert = choice_of(convert, ON_OFF, 1, called) end
    if ratio ~= nil then settings.sparse_ratio = integer_of(ratio, 0, 2147483647, 2, called) end
    if safe ~= nil then settings.sparse_safe = integer_of(safe, 0, 2147483647, 3, called) end
    return settings.sparse_convert, settings.sparse_ratio, settings.sparse_safe
  end

  return {
    _NAME = 'cjson', _VERSION = '2.1.0', null = null,
    encode = encode, decode = decode, new = new_library,
    encode_sparse_array = encode_sparse_array,
    encode_number_precision = encode_number_precision,
    encode_max_depth = integer_setting('encode_depth', 1, 2147483647, 'encode_max_depth'),
    decode_max_depth = integer_setting('decode_depth', 1, 2147483647, 'decode_max_depth'),
    encode_invalid_numbers = choice_setting('encode_invalid', {on = true, off = false, null = 'null'},
                                            'encode_invalid_numbers'),
    decode_invalid_numbers = choice_setting('decode_invalid', ON_OFF, 'decode_invalid_numbers'),
    encode_keep_buffer = choice_setting('keep_buffer', ON_OFF, 'encode_keep_buffer'),
  }
end

return new_library()
