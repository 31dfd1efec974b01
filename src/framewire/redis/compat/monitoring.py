"""A line of MONITOR as redis-py has it.

What belongs here: one dictionary.
"""

from __future__ import annotations

from typing import Any, Final

from framewire.redis.client.monitored import Monitored

__all__ = ["command_of"]

_ESCAPES: Final = {ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", 7: "\\a", 8: "\\b"}


def command_of(line: Monitored) -> dict[str, Any]:
    """When, in which database, by whom, and the command, with what is no printable ASCII in it escaped."""
    match line.client:
        case "lua":
            address, port, kind = "lua", "", "lua"
        case "":
            address, port, kind = "", "", "unknown"
        case client if client.startswith("unix"):
            address, port, kind = "unix", client[5:], "unix"
        case client:
            address, _, port = client.rpartition(":")
            kind = "tcp"
    command = " ".join("".join(map(_escaped, word)) for word in line.words)
    return {
        "time": line.time, "db": line.db, "client_address": address, "client_port": port, "client_type": kind,
        "command": command,
    }  # fmt: skip


def _escaped(byte: int) -> str:
    return _ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}")
