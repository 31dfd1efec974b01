"""Libraries of functions, from both protocols."""

from __future__ import annotations

from framewire.frames.resp import Simple
from framewire.redis.client.shapes.scripting import function_stats, libraries


def test_libraries() -> None:
    flat = [[b"library_name", b"l", b"functions", [[b"name", b"f", b"description", b"d", b"flags", [b"b", b"a"]]]]]
    flags = {Simple(b"a"), Simple(b"b")}
    maps = [{b"library_name": b"l", b"functions": [{b"name": b"f", b"description": b"d", b"flags": flags}]}]
    assert libraries(flat) == libraries(maps)
    assert libraries(maps)[0]["functions"] == [{"name": b"f", "description": b"d", "flags": ["a", "b"]}]


def test_what_runs() -> None:
    running = [b"name", b"f", b"command", [b"FCALL", b"f", b"0"], b"duration_ms", 7]
    flat = [b"running_script", running, b"engines", [b"LUA", [b"libraries_count", 1, b"functions_count", 1]]]
    stats = function_stats(flat)
    assert stats["running_script"] == {"name": b"f", "command": [b"FCALL", b"f", b"0"], "duration_ms": 7}
    assert stats["engines"] == {"LUA": {"libraries_count": 1, "functions_count": 1}}
