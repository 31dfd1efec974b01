"""What INCRBYFLOAT and HINCRBYFLOAT share: adding numbers with a fraction that clients have sent as texts.

What belongs here: the sum, or the error. How texts are added up is in `parsing/floats.py`.
"""

from __future__ import annotations

from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.parsing.floats import add_as_text

__all__ = ["add_floats"]


def add_floats(augend: bytes, addend: bytes, error: bytes) -> bytes | None:
    """The sum of two texts, `None` where it is not finite; raises `CommandError(error)` where one is no number."""
    try:
        return add_as_text(augend, addend)
    except ValueError:
        raise CommandError(error) from None
