"""Where Redis 8.0 and Valkey 9.1 answer otherwise than Redis 7.0, which ours follows: a row for each difference.

What belongs here: what a row is and how it is applied. The rows stand in `differences_*.py`. A row is as exact as the
comparison without it: what we say, changed as the row tells, is what that server must say; a row that changes nothing
of what we say is an error too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Protocol

from tests.peers import REDIS_8, VALKEY


@dataclass(frozen=True)
class Row:
    """In reply to `request` (a regular expression) `servers` say `theirs` where we say `ours`, as in `notation.py`.

    `ours` is a part of the reply, everywhere in it, or a pattern; `""` stands for the whole reply. In `theirs`,
    `{null}` and `{map}` (with which one begins) are those of the protocol, `{version}` and `{number}` the server's.
    `at` are the numbers of the steps it is about, where in others the same request is answered alike.
    """

    servers: tuple[str, ...]
    request: str
    ours: str | re.Pattern[str]
    theirs: str
    protocol: int | None = None
    at: tuple[int, ...] = field(default=(), kw_only=True)

    def is_for(self, server: str, protocol: int) -> bool:
        return server in self.servers and self.protocol in (None, protocol)

    def concerns(self, request: str, number: int = 0) -> bool:
        """Whether it is about this request, the `number`th of a conversation."""
        return (not self.at or number in self.at) and re.fullmatch(self.request, request, re.DOTALL) is not None

    def apply(self, text: str, protocol: int, version: str) -> str:
        """What we say, as a server of that version (`8.0.6`) says it."""
        null, map_ = ("$-1", "[") if protocol == 2 else ("_", "%[")
        spelled = {"{null}": null, "{map}": map_, "{version}": version, "{number}": _number(version)}
        theirs = reduce(lambda theirs, name: theirs.replace(name, spelled[name]), spelled, self.theirs)
        if isinstance(self.ours, re.Pattern):
            return self.ours.sub(theirs, text)
        return text.replace(self.ours, theirs) if self.ours else theirs


def _number(version: str) -> str:
    """As scripts see it: 8.0.6 is 0x080006."""
    return str(int.from_bytes(map(int, version.split("."))))


class Said(Protocol):
    """What is compared: the reply to a request, both as text too."""

    @property
    def request(self) -> str: ...

    @property
    def text(self) -> str: ...


def assert_alike(ours: Said, theirs: Said, rows: list[Row], protocol: int, version: str, *, each: bool = False) -> None:
    """They say what we say, to the byte, or what the rows make of it: with `each`, always something else."""
    if rows:
        expected = reduce(lambda text, row: row.apply(text, protocol, version), rows, ours.text)
        assert (theirs.request, theirs.text) == (ours.request, expected)
        assert expected != ours.text or not each, f"{ours.request}: the row is about no difference"
    else:
        assert theirs == ours


newer = partial(Row, (REDIS_8, VALKEY))
redis_8 = partial(Row, (REDIS_8,))
valkey = partial(Row, (VALKEY,))
