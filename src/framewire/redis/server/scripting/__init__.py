"""Lua scripts: EVAL and its kin, on `lupa`, which carries Lua 5.1.

What belongs here: the scripts of a server and the interpreter in which they run. Where `lupa` is not installed there
are no scripts.

    scripts.py       what a script is: its SHA1; what the first line (`#!lua`) says
    cache.py         which scripts a server knows
    interpreter.py   the Lua state of one server; it compiles, runs, stops
    limits.py        how long a script may run and what it may take
    calls.py         what a script sees of Redis: `redis.call` and the other functions of the table `redis`
    conversions.py   replies to Lua values, and back
    lua/             what a script sees of Lua: sandbox.lua, which puts the files beside it together
    libraries/       `bit`, `struct`, `cjson`, `cmsgpack`, and the random numbers of `math`
"""
