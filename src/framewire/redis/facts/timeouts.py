"""How long a request may wait at the server before it is answered.

What belongs here: where in a request the time stands, and its unit. Which commands wait is in their entries. In MULTI
and in scripts none of them does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Timeout"]

_NUMBER = re.compile(rb"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Timeout:
    """Where the time stands: at `position` (-1 is the last item), or behind the `word`, which is looked for among the
    options that a request begins with; `options` are the lengths of the others. A second has `units` units.
    """

    units: int
    position: int = 0
    word: bytes = b""
    options: Mapping[bytes, int] | None = None

    def of(self, request: Sequence[bytes]) -> float | None:
        """How many seconds `request` may wait; 0 is for ever, and `None` where it does not wait.

        What is no number is refused by the server at once, perhaps: it may know numbers that are none here, so that is
        for ever too.
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
            if word == self.word:
                return position + 1
            if self.options is None or word not in self.options:
                return None
            position += self.options[word]
        return None
