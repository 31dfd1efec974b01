"""How a half-typed word may go on: names of commands, subcommands, and the words of their arguments.

What belongs here: candidates as texts. How they are shown is the line editor's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from framewire.cli.client.hints import next_words
from framewire.cli.client.lines import LOCAL
from framewire.cli.client.words import partial_words
from framewire.redis.facts.table import COMMANDS, GROUPS

__all__ = ["candidates"]


def candidates(line: bytes) -> tuple[int, list[str]]:
    """What the last word of `line` may become, and how many bytes of it are there; written as the word has begun,
    in small letters or capitals."""
    words, begun = partial_words(line)
    if words and words[0].isdigit():
        words = words[1:]
    if words and words[0].lower() in (b"help", b"?"):
        possible = _topics(words[1:])
    else:
        possible = next_words(words) if words else _first_words()
    start = begun.decode("utf-8", "replace").upper()
    fitting = [word for word in possible if word.upper().startswith(start)]
    if begun and begun == begun.lower():
        fitting = [word.lower() for word in fitting]
    return len(begun), fitting


def _first_words() -> list[str]:
    return sorted({name.decode().upper() for name in [*COMMANDS, *LOCAL] if name.isalnum()})


def _topics(words: Sequence[bytes]) -> list[str]:
    """What HELP knows: commands, and groups behind an `@`."""
    if words:
        return next_words(words)
    return sorted(name.decode().upper() for name in COMMANDS) + sorted(set(_groups()))


def _groups() -> Iterable[str]:
    return (f"@{entry.group}" for group in GROUPS for entry in group.COMMANDS if entry.group)
