"""The libraries that a script finds beside Lua's own, each in a file of its name.

What belongs here: what they take, refuse and return, as the C libraries in Redis do. What is numbers and bytes is
Python and gets and returns nothing but these; what walks through tables is Lua, so that the clock is looked at
meanwhile and no error of Lua's has to cross a function of Python.

    table.py        which there are
    arguments.py    how an argument is read, and the errors about it
    bit.py struct.py formats.py random.py floats.py
    cjson.lua cmsgpack.lua
"""
