"""Requests out of more than the shell's arguments: with the standard input in them, or with a script's file.

What belongs here: where what stands in which argument. Source: the documentation of redis-cli.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["eval_request", "from_stdin"]


def from_stdin(words: Sequence[bytes], tag: bytes | None, data: bytes) -> list[bytes]:
    """`words` with `data` behind them; or, with a tag, in the place of the first word that is it.

    Raises `ValueError` where no word is the tag.
    """
    if tag is None:
        return [*words, data]
    place = list(words).index(tag)
    return [*words[:place], data, *words[place + 1 :]]


def eval_request(script: str, words: Sequence[bytes]) -> list[bytes]:
    """EVAL of the file `script`, with `words` as keys, and as arguments from a comma on. Raises `OSError`."""
    text = Path(script).read_bytes()
    comma = words.index(b",") if b"," in words else len(words)
    keys, arguments = words[:comma], words[comma + 1 :]
    return [b"EVAL", text, b"%d" % len(keys), *keys, *arguments]
