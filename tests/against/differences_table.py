"""All rows about conversations, joined, and which of them are about one step."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from tests.against.dialogue import Turn
from tests.against.differences import Row
from tests.against.differences_everywhere import EVERYWHERE
from tests.against.differences_replies import REPLIES

DIFFERENCES: dict[str, list[Row]] = EVERYWHERE | REPLIES
"""By the conversations they hold for, as a pattern of file names; in the order in which they are applied."""


def rows_about(conversation: str, server: str, protocol: int, number: int, turn: Turn) -> list[Row]:
    """The rows about the `number`th turn of a conversation."""
    rows = _rows_about(conversation, server, protocol)
    return [row for row in rows if row.concerns(turn.request, number)] if rows else []


@cache
def _rows_about(conversation: str, server: str, protocol: int) -> list[Row]:
    tables = (rows for where, rows in DIFFERENCES.items() if fnmatchcase(conversation, where))
    return [row for rows in tables for row in rows if row.is_for(server, protocol)]
