"""The differences that random requests meet. A request whose whole effect is another (`NOTHING`) is not asked there.

What belongs here: rows about requests, whatever was said before.
"""

from __future__ import annotations

import re
from functools import cache

from tests.against.differences import Row, newer, redis_8, valkey

_NOT_AN_INTEGER = "-ERR value is not an integer or out of range"

RANDOM: list[Row] = [
]  # fmt: skip


def rows_about(request: str, server: str, protocol: int) -> list[Row]:
    """The rows about a request, in the order in which they are applied."""
    return [row for row in _rows_for(server, protocol) if row.concerns(request)]


@cache
def _rows_for(server: str, protocol: int) -> list[Row]:
    return [row for row in RANDOM if row.is_for(server, protocol)]
