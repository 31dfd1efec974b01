"""What a line asks for that was typed at the prompt, or stands in the standard input.

What belongs here: how often, and the few words that are for the prompt itself and not for the server.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from framewire.cli.client.words import split_words

__all__ = ["LOCAL", "Line", "parse_line"]

LOCAL: Final = (b"quit", b"exit", b"clear", b"connect", b"help", b"?", b":set")
"""Words that are for the prompt, in small letters; CONNECT only with a host and a port behind it."""


class Line(NamedTuple):
    """`words`, so many times. `local` is the word in small letters where it is for the prompt, else empty."""

    words: list[bytes]
    times: int = 1
    local: bytes = b""


def parse_line(line: bytes) -> Line:
    """What `line` asks for; no words where it asks for nothing. Raises `Unbalanced`."""
    words = split_words(line)
    if not words or words[0].startswith(b"#"):
        return Line([])
    times = 1
    if len(words) > 1 and words[0].isdigit() and len(words[0]) < 10:
        times, words = int(words[0]), words[1:]
    name = words[0].lower()
    is_local = name in LOCAL and (name != b"connect" or len(words) == 3)
    return Line(words, times, name if is_local else b"")
