"""How long a request may wait at the server before it is answered.

What belongs here: where in a request the time stands, and its unit. Which commands wait is in their entries. In MULTI
and in scripts none of them does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Timeout"]

_NUMBER = re.compile(rb"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Timeout:
    """Where the time stands: at `position` (-1 is the last item), or behind the `word`, which is an option before
    `until`; `options` are the lengths of other options that have values. A second has `units` units.
    """

    units: int
    position: int = 0
    word: bytes = b""
    until: bytes = b""
    options: Mapping[bytes, int] = field(default_factory=dict)

    def of(self, request: Sequence[bytes]) -> float | None:
        """How many seconds `request` may wait; 0 is for ever, and `None` where it does not wait.

        What is no number is for ever too: the server refuses it at once, unless it knows numbers that are none here.
        """
        position = self._find(request)
        if position is None or position >= len(request):
            return None
        text = request[position]
        return float(text) / self.units if _NUMBER.fullmatch(text) else 0.0

    def _find(self, request: Sequence[bytes]) -> int | None:
        if not self.word:
            return len(request) - 1 if self.position < 0 else self.position
        position = 1
        while position < len(request):
            word = request[position].upper()
            if word in (self.word, self.until):
                return position + 1 if word == self.word else None
            position += self.options.get(word, 1)
        return None
