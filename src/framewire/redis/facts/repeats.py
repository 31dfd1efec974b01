"""Whether a request may be sent again when nobody knows whether it was executed.

What belongs here: the three answers, and the rules for commands whose options or arguments decide. Which command has
which answer or rule is in its entry.

The question comes up when a link is lost behind a request: the server has run it, or has not, or is about to. Sent
again it may run twice, with writes of others in between. So a write may be repeated only if

- run twice in a row it leaves what once leaves, and its second answer is that of the first. DEL, SADD and HSET leave
  the same too, but say how much was new: who takes the second answer for the first believes that another did it;
- with another's write in between, all is as if it had run once, before or behind that write. SET passes. LSET does not:
  behind another's LPUSH it would put its element in a second place;
- and nothing is destroyed that came after it. DEL and FLUSHALL fail again: what another client has put there meanwhile,
  perhaps because it saw that nothing was there, is gone.

That time has passed counts for nothing: EXPIRE may be repeated, though the key may have expired by then. Whoever looks
on may see a value for a second time, and where somebody renames a key in between, its value is under both names.

A read may be repeated even if it waits, unless it asks for what comes from now on (XREAD with $): "now" would be later,
and what came in between would be lost. Not so WAIT, which asks about its own connection: another one knows nothing of
it. What manages a server (CONFIG SET, ACL SETUSER, XGROUP SETID) is not repeated: people do it, and people can look.
Where in doubt the answer is never, so an option that is not known here, which some newer server may have, makes it
that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from framewire.redis.facts.keys import KeySpec, flags_of_bitfield

__all__ = ["LIFETIME", "REST", "OnlyWith", "Repeat", "Rule", "Unless", "of_bitfield", "of_ltrim", "reads_its_target"]

Repeat = Literal["read", "write", "never"]
"""`read`: it changes nothing. `write`: it may be repeated although it does. `never`: it may not be."""

Rule = Callable[[Sequence[bytes]], Repeat]
"""The answer for one request, whether it makes sense or not."""

LIFETIME: Mapping[bytes, int] = {b"EX": 2, b"PX": 2, b"EXAT": 2, b"PXAT": 2}
"""The options that say how long something lives, with the items that each takes."""

REST = 0
"""The length of an option that takes all that follows."""


@dataclass(frozen=True, slots=True)
class OnlyWith:
    """`write` where from `start` on nothing stands but these `options`, whose lengths count their own words.

    `bare`: the answer where there are none. `needs`: an option that must be there. `positive`: the position of a
    number that must be above 0. `pairs`: before `start` there are, in addition, as many pairs as the item there says.
    """

    start: int
    options: Mapping[bytes, int]
    bare: Repeat = "write"
    needs: bytes = b""
    positive: int = 0
    pairs: int = 0

    def __call__(self, request: Sequence[bytes]) -> Repeat:
        if self.positive and not _number(request, self.positive):
            return "never"
        seen = self._seen(request)
        if seen is None or (self.needs and self.needs not in seen):
            return "never"
        return "write" if seen - {word for word, length in self.options.items() if length == REST} else self.bare

    def _seen(self, request: Sequence[bytes]) -> set[bytes] | None:
        """The options of the request; `None` where something else is there."""
        position = self.start + (2 * _number(request, self.pairs) if self.pairs else 0)
        seen: set[bytes] = set()
        while position < len(request):
            word = request[position].upper()
            if word not in self.options:
                return None
            seen.add(word)
            if self.options[word] == REST:
                break
            position += self.options[word]
        return seen


@dataclass(frozen=True, slots=True)
class Unless:
    """The `usual` answer, unless one of these words stands anywhere from `start` on, where it may well be no option."""

    usual: Repeat
    start: int
    words: tuple[bytes, ...]

    def __call__(self, request: Sequence[bytes]) -> Repeat:
        return "never" if any(word.upper() in self.words for word in request[self.start :]) else self.usual


def reads_its_target(keys: Sequence[KeySpec], request: Sequence[bytes]) -> bool:
    """Whether the first key of `request`, which is written, is among the others, which are read.

    BITOP XOR and SDIFFSTORE would then start the second time from what they left the first time.
    """
    target, *sources = [request[position] for spec in keys for position in spec.find(request)] or [b""]
    return target in sources


def of_bitfield(request: Sequence[bytes]) -> Repeat:
    """BITFIELD answers with what was there before it wrote."""
    return "read" if flags_of_bitfield(request).startswith("RO") else "never"


def of_ltrim(request: Sequence[bytes]) -> Repeat:
    """What keeps the first n or the last n elements does so again; all else counts from an end that it has moved."""
    start, stop = request[2:4] if len(request) == 4 else (b"", b"")
    keeps_first = start == b"0" and (stop.isdigit() or stop == b"-1")
    keeps_last = stop == b"-1" and start[:1] == b"-" and start[1:].isdigit()
    return "write" if keeps_first or keeps_last else "never"


def _number(request: Sequence[bytes], position: int) -> int:
    """The number above 0 at a position; 0 for anything else."""
    text = request[position] if position < len(request) else b""
    return int(text) if text.isdigit() and len(text) < 20 else 0
