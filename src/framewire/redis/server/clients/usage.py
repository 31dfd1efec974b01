"""What memory a client takes: what waits of its requests, and of what it is told.

What belongs here: the figures that CLIENT LIST shows, in bytes. Who moves the bytes fills them in.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Usage"]


class Usage(NamedTuple):
    """`query` bytes wait undecoded in a buffer that has room for `query_free` more; `arguments` are those of decoded
    requests that wait; `output` bytes wait unsent, in `output_pieces`."""

    query: int = 0
    query_free: int = 0
    arguments: int = 0
    output: int = 0
    output_pieces: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.query + self.query_free + self.arguments + self.output
