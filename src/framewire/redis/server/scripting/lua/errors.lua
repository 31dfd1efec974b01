-- Errors as scripts see them: what Python raised, where a function was called, what an error reply says.
--
-- What belongs here: that. All chunks of ours have the name `HERE`, which no error text shows: it is put in by Lua
-- where a function of Lua's own that we stand in front of refuses, and taken out again by whatever catches an error.

local host = ...
local getinfo, real_pcall = debug.getinfo, pcall
local error, type, tostring, tonumber, rawset = error, type, tostring, tonumber, rawset
local setmetatable, getmetatable, select = setmetatable, getmetatable, select
local byte, find, sub, match, gsub = string.byte, string.find, string.sub, string.match, string.gsub

local HERE = getinfo(1, 'S').source
local FIRST = byte(HERE, 2) -- of the name as texts of errors have it
local NO_MEMORY = 'not enough memory'
local NOT_CALLED = "bad argument #1 to '[^']*' %(not a python object%)" -- they are more than a function of Python takes

local M = {HERE = HERE}

-- An error as a script may have it. `prefix` stands for the place where the name of this chunk was put in.
function M.translated(err, prefix)
  if type(err) == 'string' then
    if find(err, '(not a python object)', 1, true) then err = gsub(err, NOT_CALLED, 'too many arguments') end
    if byte(err) ~= FIRST then return err end
    return (prefix or '') .. sub(err, select(2, find(err, '^[^:]*:%d+: ')) + 1)
  end
  if type(err) ~= 'userdata' then return err end
  local as_table, text, counted = host.translate(err)
  if as_table == nil then return err end
  return as_table and {err = text, ignore_error_stats_update = counted or nil} or text
end

local translated = M.translated

function M.settle(ok, ...)
  if ok then return ok, ... end
  return ok, translated((...))
end

-- ---- places ---------------------------------------------------------------------------------------------------------

-- The innermost function of the script itself, from `level` on: its source, its line, and both as texts begin. Nothing
-- where there is none: the function was called last (`return f()`), so its caller is gone.
function M.innermost(level)
  local info = getinfo(level, 'Sl')
  if info and info.what == 'C' then
    level = level + 1
    info = getinfo(level, 'Sl')
  end
  while info and (info.source == HERE or info.what == 'tail') do
    level = level + 1
    info = getinfo(level, 'Sl')
  end
  if not info or info.what == 'C' then return nil end
  return info.source, info.currentline, info.short_src .. ':' .. info.currentline .. ': '
end

local innermost = M.innermost

-- A function that `pcall` itself calls has no name there.
function M.without_name(text)
  return (gsub(text, "^(bad argument #%d+ to )'[^']*'", "%1'?'"))
end

-- How a text begins that is raised by the function at `level`; of a caller that is gone the line is looked up by
-- `name`.
local function prefix_of(level, name)
  local info = getinfo(level + 1, 'Sl')
  if not info then return '' end
  if info.what == 'tail' then return 'user_script:' .. host.line_of(name) .. ': ' end
  return info.currentline > 0 and info.short_src .. ':' .. info.currentline .. ': ' or ''
end

-- End the function of ours that calls this, `name`, with an error at the place where the script called it; `deeper`
-- says how many functions of ours are between.
function M.refuse(text, name, deeper)
  error(prefix_of(3 + (deeper or 0), name) .. text, 0)
end

-- What an error reply says of an error that nobody caught.
function M.handle(err)
  local source, line, prefix = innermost(3)
  err = translated(err, prefix or 'user_script:1: ')
  if not source then
    line = type(err) == 'string' and match(err, '^user_script:(%d+): ')
    source, line = '@user_script', line and tonumber(line) or 1
  end
  if type(err) ~= 'table' or M.guarded[err] then err = {err = 'ERR ' .. tostring(err)} end
  rawset(err, 'source', source)
  rawset(err, 'line', line)
  return err
end

-- ---- functions of libraries -----------------------------------------------------------------------------------------

-- What a function of a library of ours raises to refuse; only texts get the place where it was called.
local Refusal = {}

function M.fail(text)
  error(setmetatable({text}, Refusal), 0)
end

local function passed(name, ok, ...)
  if ok then return ... end
  local err = ...
  if type(err) == 'table' and getmetatable(err) == Refusal then
    err = err[1]
  elseif type(err) == 'userdata' then
    err = translated(err)
    if type(err) ~= 'string' or err == NO_MEMORY then error(err, 0) end
  else
    error(translated(err), 0) -- one that Lua itself raised, or the end of the script
  end
  local prefix = prefix_of(3, name)
  error(prefix == '' and M.without_name(err) or prefix .. err, 0)
end

-- The function as scripts get it.
function M.front(name, f)
  return function(...) return passed(name, real_pcall(f, ...)) end
end

return M
