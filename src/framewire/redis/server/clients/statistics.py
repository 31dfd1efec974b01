"""Counters: what INFO reports and no other object knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from framewire.redis.errors import code_of

__all__ = ["Statistics"]

_LONGEST_CODE = 31  # with the space behind it

# Scripts can make as many as they like. Valkey has this bound too.
_MOST_CODES = 128
_OTHERS = "ERRORSTATS_OVERFLOW"


@dataclass(slots=True)
class Statistics:
    """The counters of one server. The network room counts bytes and the connections that it rejects."""

    connections_received: int = 0
    rejected_connections: int = 0
    commands_processed: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    net_input_bytes: int = 0
    net_output_bytes: int = 0

    def reset(self) -> None:
        """Count anew."""
        self.connections_received = self.rejected_connections = self.commands_processed = 0
        self.net_input_bytes = self.net_output_bytes = 0
        self.errors = {}

    def count_error(self, text: bytes) -> None:
        """Count an error reply under its code word: what stands before a space near its beginning, else ERR."""
        beginning = text[:_LONGEST_CODE]
        code = code_of(beginning) if b" " in beginning else "ERR"
        if code not in self.errors and len(self.errors) >= _MOST_CODES:
            code = _OTHERS
        self.errors[code] = self.errors.get(code, 0) + 1
