"""Commands that run Lua."""
