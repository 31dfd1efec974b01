-- What ends a script: the clock, which is looked at between instructions, and all coroutines obey it.
--
-- What belongs here: the hooks, and the functions that make and resume coroutines.

local host, errors = ...
local HERE, settle, translated, refuse, innermost = errors.HERE, errors.settle, errors.translated, errors.refuse,
  errors.innermost
local resume, create, status, running, yield = coroutine.resume, coroutine.create, coroutine.status,
  coroutine.running, coroutine.yield
local getinfo, sethook, error, type = debug.getinfo, debug.sethook, error, type

local INSTRUCTIONS = host.instructions -- between two looks at the clock
local M = {stopped = nil} -- once the script is to end: where that was

local function stop()
  error({err = host.reason()}, 0)
end

-- At each line from then on, so that a script that catches the error gets no further.
local function stop_again()
  if getinfo(2, 'S').source ~= HERE then stop() end
end

local function end_run()
  if not M.stopped then
    local source, line = innermost(3)
    M.stopped = {source = source or '@user_script', line = line or 1}
  end
  sethook(stop_again, 'l')
end

local function look_at_clock()
  if M.stopped or host.overdue() then
    end_run()
    stop()
  end
end

sethook(look_at_clock, '', INSTRUCTIONS)

-- How a script ended that was stopped, whatever it made of that itself.
local function verdict()
  local stopped = M.stopped
  local ending = {err = host.reason(), source = stopped.source, line = stopped.line}
  M.stopped = nil
  sethook(look_at_clock, '', INSTRUCTIONS)
  return ending
end

-- ---- coroutines -----------------------------------------------------------------------------------------------------

local threads = {}

local function new_coroutine(f)
  local thread = create(f)
  if M.stopped then sethook(thread, stop_again, 'l') else sethook(thread, look_at_clock, '', INSTRUCTIONS) end
  return thread
end

local function is_function_of_lua(f)
  return type(f) == 'function' and getinfo(f, 'S').what ~= 'C'
end

function threads.create(f)
  if not is_function_of_lua(f) then refuse("bad argument #1 to 'create' (Lua function expected)", 'create') end
  return new_coroutine(f)
end

function threads.resume(...)
  if type((...)) ~= 'thread' then refuse("bad argument #1 to 'resume' (coroutine expected)", 'resume') end
  return settle(resume(...))
end

local function unwrap(ok, ...)
  if ok then return ... end
  local err = translated((...))
  error(err, type(err) == 'string' and 3 or 0)
end

function threads.wrap(f)
  if not is_function_of_lua(f) then refuse("bad argument #1 to 'wrap' (Lua function expected)", 'wrap') end
  local thread = new_coroutine(f)
  return function(...) return unwrap(resume(thread, ...)) end
end

threads.running, threads.status, threads.yield = running, status, yield

M.end_run, M.verdict, M.threads = end_run, verdict, threads

return M
